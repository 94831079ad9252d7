"""What an application accepts, whatever a keyring says of itself: configuration decides, the file proposes.

Each member is a parameter of ``Keyring.from_file`` and ``Keyring.from_env``, else a variable: ``PIIGUARD_`` and the
name in capitals. Without any, a keyring is opened by a key file, an environment variable or a passphrase.

>>> Trust.configured({"PIIGUARD_MIN_GENERATION": "7"}).min_generation
7
"""

from __future__ import annotations

import os
import re
import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypedDict
from urllib.parse import quote, unquote

from piiguard.errors import EnvelopeError, KeyringError, KeyringFormatError, WrappingKeyError
from piiguard.keys import wrapping
from piiguard.keys.document import Document
from piiguard.keys.envelope import SUITE_XAES
from piiguard.keys.wrapping import sealing

__all__ = ["LOCAL", "MEMBERS", "Accepts", "Trust", "describe", "proposal", "variable"]

LOCAL = frozenset({"file", "env", "passphrase", "hpke"})
"""Providers that are accepted without configuration: they ask nobody elsewhere and load nothing."""

MEMBERS = {"file": "path", "env": "name", "pkcs11": "uri", "aws-kms": "arn", "vault": "key"}
"""Where a recipient keeps what stands after the colon of ``--wrap``."""

_KEYS = frozenset({"file", "env"})  # the same 32 bytes may move from one to the other


class Accepts(TypedDict, total=False):
    """The parameters of :class:`Trust`, as ``Keyring.from_file`` takes them."""

    id: uuid.UUID | str
    min_generation: int
    providers: Iterable[str]
    pkcs11_module: str
    wrapping_key: str
    max_argon2_mib: int
    max_recipients: int
    allowed_suites: Iterable[int]


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)  # the wrapping key may be a key
class Trust:
    """What is accepted: of which keyring, since which generation, opened by what, at which cost."""

    id: uuid.UUID | None = None
    min_generation: int = 0
    providers: frozenset[str] | None = None
    pkcs11_module: str | None = None
    wrapping_key: str | None = None
    max_argon2_mib: int = 1024
    max_recipients: int = 8
    allowed_suites: frozenset[int] = frozenset({SUITE_XAES})

    @classmethod
    def configured(cls, environment: Mapping[str, str], **given: Any) -> Trust:
        """From parameters, else from variables; what cannot be understood is a KeyringError that names it."""
        found = {name: _read(name, read, environment, given) for name, read in _READERS.items()}
        return cls(**{name: value for name, value in found.items() if value is not None})

    @staticmethod
    def of(wraps: Iterable[str]) -> Accepts:
        """What whoever typed these ``--wrap`` options accepts by that."""
        found: Accepts = {}
        if beyond := {wrap.partition(":")[0] for wrap in wraps} - LOCAL:
            found["providers"] = sorted(beyond | LOCAL)
        for wrap in wraps:
            _, named, module = wrap.partition("module-path=")
            if wrap.startswith("pkcs11:") and named:
                found["pkcs11_module"] = unquote(re.split("[;&]", module)[0])
        return found

    def admit(self, document: Document, place: str) -> None:
        """Refuse another keyring, or one that asks for too much, before any of its recipients is asked."""
        if self.id is not None and document.id != self.id:
            raise KeyringFormatError(
                f"{place}: id: it is the keyring {document.id}, but this application accepts {self.id} "
                "(PIIGUARD_KEYRING_ID)",
                hint="bring the right file back",
            )
        if (count := len(document.recipients)) > self.max_recipients:
            raise KeyringFormatError(
                f"{place}: recipients: {count}, but at most {self.max_recipients} are accepted here",
                hint="somebody added some, or set PIIGUARD_MAX_RECIPIENTS",
            )

    def refuse_older(self, generation: int, place: str) -> None:
        """Refuse a generation below the least."""
        if generation < self.min_generation:
            raise KeyringFormatError(
                f"{place}: generation {generation} is older than {self.min_generation} (PIIGUARD_MIN_GENERATION)",
                hint="deploy the newest keyring file",
            )

    def accepted(self, proposed: Mapping[str, Any]) -> dict[str, Any]:
        """A recipient as its provider may see it, or a WrappingKeyError that says why it is not asked."""
        name = proposed["provider"]
        proposed = {member: value for member, value in proposed.items() if member != "private"}
        if self.wrapping_key is not None:
            entry = self._named(proposed)
        elif name in (LOCAL | _libraries(self.pkcs11_module) if self.providers is None else self.providers):
            entry = dict(proposed)
        else:
            if name not in wrapping.names():
                wrapping.provider(name)  # raises, and says which there are
            raise WrappingKeyError(
                f"{describe(proposed)}: this provider is not accepted here",
                hint=f"PIIGUARD_WRAPPING_KEY={name[:40]}:… says which key it is, or PIIGUARD_PROVIDERS={name[:40]}",
            )
        return self.bounded(entry)

    def bounded(self, entry: Mapping[str, Any]) -> dict[str, Any]:
        """The same with the library that configuration names, within its limits."""
        if entry["provider"] == "pkcs11":
            return self._with_library(entry)
        if entry["provider"] == "passphrase":
            self._bound_cost(entry)
        return dict(entry)

    def allow(self, suite: int, place: str) -> None:
        """Refuse a suite of envelopes that configuration does not name."""
        if suite not in self.allowed_suites:
            raise EnvelopeError(
                f"{place}: suite {suite:02x} is not allowed here",
                hint="PIIGUARD_ALLOWED_SUITES names those that are",
            )

    def _named(self, proposed: Mapping[str, Any]) -> dict[str, Any]:
        """The recipient with the place that configuration names instead of its own."""
        name, argument = spell(self.wrapping_key or "")
        other = proposed["provider"]
        if other == "hpke" and name in ("file", "hpke"):  # its private half lies in the file that is named
            return dict(proposed)
        if other != name and not {other, name} <= _KEYS:
            raise WrappingKeyError(
                f"{describe(proposed)}: this is not the wrapping key that is named here",
                hint="PIIGUARD_WRAPPING_KEY names another one",
            )
        if name not in LOCAL and name not in MEMBERS:  # of another package, which alone knows its members
            named = wrapping.provider(name).from_option(argument, None).parameters()
            return {"provider": name, **named, **{k: v for k, v in proposed.items() if k == "wrapped"}}
        return {**proposed, "provider": name, **({MEMBERS[name]: argument} if name in MEMBERS else {})}

    def _with_library(self, entry: Mapping[str, Any]) -> dict[str, Any]:
        uri = str(entry.get("uri", ""))
        if self.wrapping_key is None:
            uri = _bare(uri)
        if self.pkcs11_module:
            uri += ("&" if "?" in uri else "?") + f"module-path={quote(self.pkcs11_module)}"
        kept = {name: value for name, value in entry.items() if name != "module"}
        return {**kept, "uri": uri}

    def _bound_cost(self, entry: Mapping[str, Any]) -> None:
        wanted = entry.get("m_kib")
        if type(wanted) is not int:
            raise KeyringFormatError(
                "passphrase: the recipient is damaged: m_kib is no whole number", hint=_EDITED
            )
        if wanted > self.max_argon2_mib * 1024:
            raise KeyringFormatError(
                f"passphrase: m_kib is out of bounds: {wanted // 1024} MiB, at most {self.max_argon2_mib} MiB "
                "are accepted",
                hint=f"{_EDITED}; or set PIIGUARD_MAX_ARGON2_MIB",
            )


_SHOWN = 200  # characters of what a file proposes
_EDITED = "the keyring was edited; restore a backup: piiguard keys restore FILE"


def describe(entry: Mapping[str, Any]) -> str:
    """How a recipient is told apart, in the words of ``--wrap``."""
    argument = next(
        (entry[name] for name in ("path", "name", "uri", "arn", "key", "kem") if name in entry), None
    )
    provider = entry["provider"][:_SHOWN]
    return provider if argument is None else f"{provider}:{str(argument)[:_SHOWN]}"


def proposal(entry: Mapping[str, Any]) -> dict[str, Any]:
    """A recipient as it is stored: without what depends on the host that made it."""
    return {**entry, "uri": _bare(str(entry["uri"]))} if entry["provider"] == "pkcs11" else dict(entry)


def spell(text: str) -> tuple[str, str]:
    """Provider and argument of ``PROVIDER:ARGUMENT``, of a path, or of a key itself in PIIGUARD_WRAPPING_KEY."""
    name, colon, argument = text.partition(":")
    if name in wrapping.names() and (colon or name == "passphrase"):
        return name, argument
    return ("env", "PIIGUARD_WRAPPING_KEY") if _is_key(text) else ("file", text)


def _is_key(text: str) -> bool:
    """Whether it is 32 bytes in base64; raw bytes are not looked for, as a path may have 32 characters."""
    if len(text) not in (43, 44) or os.path.exists(text):
        return False
    try:
        sealing.read_key(text.encode("utf-8", "surrogateescape"), "")
    except WrappingKeyError:
        return False
    return True


def variable(name: str) -> str:
    """The variable of a member of :class:`Trust`."""
    return f"PIIGUARD_{'KEYRING_ID' if name == 'id' else name.upper()}"


def _bare(uri: str) -> str:
    """A PKCS#11 URI without the attributes that name a library or where a PIN lies."""
    path, _, query = uri.partition("?")
    kept = ";".join(_harmless(path.split(";")))
    asked = "&".join(_harmless(query.split("&")))
    return f"{kept}?{asked}" if asked else kept


def _harmless(attributes: list[str]) -> list[str]:
    return [one for one in attributes if not unquote(one).strip().lower().startswith(("module", "pin"))]


def _libraries(module: str | None) -> frozenset[str]:
    return frozenset({"pkcs11"} if module else ())


def _whole(least: int) -> Callable[[Any], int]:
    def read(value: Any) -> int:
        number = int(value)
        if number < least:
            raise ValueError
        return number

    return read


def _names(value: Any) -> frozenset[str]:
    parts = value.split(",") if isinstance(value, str) else value
    found = frozenset(part.strip() for part in parts)
    if not found or not found <= LOCAL.union(wrapping.names()):
        raise ValueError
    return found


def _suites(value: Any) -> frozenset[int]:
    numbers = [int(part, 16) for part in value.split(",")] if isinstance(value, str) else [*map(int, value)]
    if not numbers or not all(0 < number < 256 for number in numbers):
        raise ValueError
    return frozenset(numbers)


def _wrapping_key(value: Any) -> str:
    name, argument = spell(str(value))
    if name == "file" and not (argument.startswith(("/", "$", ".")) or os.path.isfile(argument)):
        raise ValueError  # neither a path nor a key: a key that was mistyped is not shown as a path
    return str(value)


_READERS: dict[str, Callable[[Any], Any]] = {
    "id": lambda value: uuid.UUID(str(value)),
    "min_generation": _whole(0),
    "providers": _names,
    "pkcs11_module": str,
    "wrapping_key": _wrapping_key,
    "max_argon2_mib": _whole(64),
    "max_recipients": _whole(1),
    "allowed_suites": _suites,
}
_MEANT = {
    "id": "the UUID that piiguard keys list shows",
    "min_generation": "a whole number",
    "providers": "names of providers, separated by commas",
    "wrapping_key": "file:PATH, env:NAME, an absolute path, aws-kms:ARN and so on, as for --wrap",
    "max_argon2_mib": "a whole number, 64 at least",
    "max_recipients": "a whole number, 1 at least",
    "allowed_suites": "two hexadecimal digits each, separated by commas: 01",
}


def _read(
    name: str, read: Callable[[Any], Any], environment: Mapping[str, str], given: Mapping[str, Any]
) -> Any:
    value = given.get(name)
    if value is None:
        value = environment.get(variable(name)) or None  # a variable set to nothing is not set
    if value is None:
        return None
    try:
        return read(value)
    except (ValueError, TypeError):
        raise KeyringError(f"{variable(name)}: not understood", hint=f"it takes {_MEANT[name]}") from None
