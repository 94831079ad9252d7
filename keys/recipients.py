"""The recipients of a keyring: any one of them opens it."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any

from piiguard.errors import KeyringError, KeyringFormatError, MissingExtra, WrappingKeyError
from piiguard.keys.derivation import wrapping_aad
from piiguard.keys.document import RESTORE, Document, b64, unb64
from piiguard.keys.wrapping import AskPassphrase, provider

__all__ = ["check", "describe", "unwrap", "wrap"]


def wrap(
    options: Sequence[str], file_key: bytes, keyring: uuid.UUID, ask: AskPassphrase | None
) -> list[dict[str, Any]]:
    """The recipients' entries for ``--wrap`` options; each has been opened once before it is returned."""
    if not options:
        raise WrappingKeyError(
            "a keyring needs at least one wrapping key", hint="--wrap file:PATH, or --wrap passphrase"
        )
    asked_once = cache(ask) if ask else None
    return [_entry(option, file_key, wrapping_aad(keyring), asked_once) for option in options]


def _entry(option: str, file_key: bytes, aad: bytes, ask: AskPassphrase | None) -> dict[str, Any]:
    name, _, argument = option.partition(":")
    maker = provider(name)
    key = maker.from_option(argument, ask)
    wrapped = key.wrap(file_key, aad)
    entry = {"provider": name, **key.parameters(), "wrapped": b64(wrapped)}
    if not getattr(key, "proves", True):
        return entry
    if maker.from_recipient(entry, ask).unwrap(wrapped, aad) != file_key:
        raise WrappingKeyError(f"{describe(entry)}: does not give back what it wrapped")
    return entry


def unwrap(document: Document, place: str, ask: AskPassphrase | None) -> bytes:
    """The file key, from the first recipient whose wrapping key is here and right."""
    failures: list[KeyringError | MissingExtra] = []
    for entry in _silent_first(document.recipients):
        try:
            return _file_key(document, entry, ask)
        except (KeyringError, MissingExtra) as error:
            failures.append(error)
    raise _none_opens(failures, place)


def check(document: Document, ask: AskPassphrase | None) -> list[tuple[str, str]]:
    """For each recipient what it is called, and why it does not open the keyring; empty when it does."""
    found = []
    for entry in document.recipients:
        try:
            _file_key(document, entry, ask)
        except (KeyringError, MissingExtra) as error:
            found.append((describe(entry), str(error)))
        else:
            found.append((describe(entry), ""))
    return found


_ARGUMENTS = ("path", "name", "uri", "arn", "key", "kem")


def describe(entry: Mapping[str, Any]) -> str:
    """How a recipient is told apart, in the words of ``--wrap``."""
    argument = next((entry[name] for name in _ARGUMENTS if name in entry), None)
    return entry["provider"] if argument is None else f"{entry['provider']}:{argument}"


def _file_key(document: Document, entry: Mapping[str, Any], ask: AskPassphrase | None) -> bytes:
    try:
        wrapped = unb64(entry["wrapped"])
    except (KeyError, ValueError, TypeError):
        raise KeyringFormatError(f"{describe(entry)}: the recipient is damaged", hint=RESTORE) from None
    key = provider(entry["provider"]).from_recipient(entry, ask)
    return key.unwrap(wrapped, wrapping_aad(document.id))


def _silent_first(recipients: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Those that ask nobody come first: a service with a key file must not wait for a passphrase."""
    return sorted(recipients, key=lambda entry: entry["provider"] == "passphrase")


def _none_opens(failures: Sequence[KeyringError | MissingExtra], place: str) -> WrappingKeyError:
    if not failures:
        return WrappingKeyError(f"{place}: the keyring has no recipient", hint=RESTORE)
    hint = next((failure.hint for failure in failures if failure.hint), "")
    reasons = "; ".join(str(failure) for failure in failures)
    return WrappingKeyError(f"{place}: no wrapping key opens it: {reasons}", hint=hint)
