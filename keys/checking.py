"""What this process would accept of a keyring, and why not: configuration, file, recipients, what was seen elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Any

from piiguard.errors import KeyringError, MissingExtra, PiiguardError
from piiguard.keys import freshness, recipients
from piiguard.keys.freshness import NOTHING_PINNED, Pin
from piiguard.keys.loading import KeyringFile, Opened
from piiguard.keys.trust import LOCAL, Trust, describe, variable

__all__ = ["Checked", "check"]


@dataclass(frozen=True, slots=True)
class Checked:
    """One thing that was looked at: what it is, what stands there, and the error that refuses it."""

    what: str
    found: str
    refused: PiiguardError | None = None
    final: bool = False  # whether this alone means that the keyring is not accepted


def check(file: KeyringFile, pins: Iterable[Pin | None]) -> Iterator[Checked]:
    """Go the way that an application goes at its start, and tell each step; ends where it would end."""
    yield from _configured(file.trust)
    place = str(file.path)
    try:
        sealed = file.read(None)
    except PiiguardError as error:
        yield Checked("file", place, error, final=True)
        return
    document = sealed.document
    yield Checked("file", f"{place}: keyring {document.id}, generation {document.generation}")
    for entry in document.recipients:
        yield _tried(file.trust, entry)
    try:
        opened = sealed.unwrap()
    except PiiguardError as error:
        yield Checked("opens", place, error, final=True)
        return
    yield Checked("opens", "yes")
    yield from _seen(opened, place, pins)


def _configured(trust: Trust) -> Iterator[Checked]:
    for field in fields(trust):
        value = getattr(trust, field.name)
        yield Checked(variable(field.name), _shown(field.name, value))


def _shown(name: str, value: object) -> str:
    if name == "wrapping_key":  # it may be a key
        return "named" if value else "not named: each recipient of an accepted provider is tried"
    if name == "providers":
        accepted = ", ".join(sorted(LOCAL if value is None else value))  # type: ignore[call-overload]
        return accepted if value is not None else f"not named: {accepted}, and pkcs11 if its library is"
    if name == "allowed_suites":
        return ", ".join(f"{suite:02x}" for suite in sorted(value))  # type: ignore[call-overload]
    return "not named" if value is None else str(value)


def _tried(trust: Trust, entry: Mapping[str, Any]) -> Checked:
    try:
        recipients.admitted(entry, trust, values=True)
    except (KeyringError, MissingExtra) as error:
        return Checked("recipient", describe(entry), error)
    return Checked("recipient", f"{describe(entry)}: would be asked")


def _seen(opened: Opened, place: str, pins: Iterable[Pin | None]) -> Iterator[Checked]:
    for pin in pins:
        if pin is None:
            yield Checked("database", NOTHING_PINNED)
            continue
        try:
            freshness.refuse_behind_pin(opened.state, pin, place)
        except PiiguardError as error:
            yield Checked("database", pin.keyring, error, final=True)
        else:
            yield Checked("database", f"has seen generation {pin.generation} of this keyring")
