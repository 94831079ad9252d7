"""The recipients of a keyring: any one of them opens it."""

from __future__ import annotations

import hashlib
import hmac
import os
import uuid
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any

from piiguard.errors import KeyringError, KeyringFormatError, MissingExtra, WrappingKeyError
from piiguard.keys.derivation import vouching_key, wrapping_aad
from piiguard.keys.document import RESTORE, Document, b64, canonical, unb64
from piiguard.keys.trust import Trust, describe, proposal
from piiguard.keys.wrapping import AskPassphrase, provider

__all__ = ["admitted", "check", "describe", "proved", "unwrap", "vouch", "wrap"]

Recipient = Mapping[str, Any]


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
        return proposal(entry)
    if maker.from_recipient(entry, ask).unwrap(wrapped, aad) != file_key:
        raise WrappingKeyError(f"{describe(entry)}: does not give back what it wrapped")
    return proposal(entry)


def unwrap(
    document: Document,
    place: str,
    ask: AskPassphrase | None,
    trust: Trust | None = None,
    among: Iterable[Recipient] | None = None,
    *,
    values: bool = False,
) -> bytes:
    """The file key, from the first recipient that ``trust`` accepts and whose wrapping key is here and right.

    ``among`` are the recipients that may be asked: without it, all that the file proposes. Where ``values`` are to be
    encrypted, what is wrapped to a public key proves nothing, as the holder of that key may be anybody.
    """
    trust = trust or Trust.configured(os.environ)
    trust.admit(document, place)
    failures: list[KeyringError | MissingExtra] = []
    for entry in _silent_first(document.recipients if among is None else among):
        try:
            return _file_key(document, admitted(entry, trust, values=values), ask)
        except (KeyringError, MissingExtra) as error:
            failures.append(error)
    raise _none_opens(failures, place)


def admitted(entry: Recipient, trust: Trust, *, values: bool) -> dict[str, Any]:
    """A recipient as its provider may see it, or a WrappingKeyError that says why it is not asked."""
    accepted = trust.accepted(entry)
    if values and getattr(provider(accepted["provider"]), "public", False):
        raise WrappingKeyError(
            f"{describe(entry)}: a recovery key opens the keyring for 'piiguard keys' alone, since anybody can make "
            "one that it opens",
            hint="PIIGUARD_WRAPPING_KEY=FILE piiguard keys rewrap --wrap file:PATH; then see whether piiguard verify "
            "opens the values that you have",
        )
    return accepted


def check(document: Document, ask: AskPassphrase | None, trust: Trust | None = None) -> list[tuple[str, str]]:
    """For each recipient of a keyring that has been opened what it is called, and why it does not open it.

    The reason is empty when it does. All providers are asked, since the body has proved the header.
    """
    trust = trust or Trust.configured(os.environ)
    found = []
    for entry in document.recipients:
        try:
            _file_key(document, trust.bounded(entry), ask)
        except (KeyringError, MissingExtra) as error:
            found.append((describe(entry), str(error)))
        else:
            found.append((describe(entry), ""))
    return found


def vouch(file_key: bytes, keyring: uuid.UUID, entries: Sequence[Recipient]) -> str:
    """The proof of new recipients under the file key before: who runs with that one may ask them."""
    return hmac.new(
        vouching_key(file_key, keyring), canonical({"recipients": entries}), hashlib.sha256
    ).hexdigest()


def proved(document: Document, file_key: bytes, known: Iterable[Recipient]) -> list[Recipient]:
    """The recipients of a file not yet opened that a process which has ``file_key`` may ask.

    All of them when the key before vouches for them; else those that stood in the header it opened last.
    """
    vouched = document.header.get("vouched")
    right = vouch(file_key, document.id, document.recipients)
    if isinstance(vouched, str) and hmac.compare_digest(vouched.encode(), right.encode()):
        return list(document.recipients)
    before = [_place(entry) for entry in known]
    return [entry for entry in document.recipients if _place(entry) in before]


def _place(entry: Recipient) -> dict[str, Any]:
    """A recipient without what it wraps."""
    return {name: value for name, value in entry.items() if name != "wrapped"}


def _file_key(document: Document, entry: Mapping[str, Any], ask: AskPassphrase | None) -> bytes:
    try:
        wrapped = unb64(entry["wrapped"])
    except (KeyError, ValueError, TypeError):
        raise KeyringFormatError(
            f"{describe(entry)}: the recipient is damaged: wrapped", hint=RESTORE
        ) from None
    key = provider(entry["provider"]).from_recipient(entry, ask)
    return key.unwrap(wrapped, wrapping_aad(document.id))


def _silent_first(recipients: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Those that ask nobody come first: a service with a key file must not wait for a passphrase."""
    return sorted(recipients, key=lambda entry: entry["provider"] == "passphrase")


def _none_opens(failures: Sequence[KeyringError | MissingExtra], place: str) -> WrappingKeyError:
    if not failures:
        return WrappingKeyError(f"{place}: the keyring has no recipient", hint=RESTORE)
    hint = next((failure.hint for failure in failures if failure.hint), "")
    if any("the key file cannot be read" in str(failure) for failure in failures):
        hint = f"{hint}; if it lies elsewhere here: PIIGUARD_WRAPPING_KEY=file:PATH"
    reasons = "; ".join(str(failure) for failure in failures)
    return WrappingKeyError(f"{place}: no wrapping key opens it: {reasons}", hint=hint)
