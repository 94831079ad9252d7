"""The keyring file as data: header in clear, one sealed body that authenticates the header.

Nothing here touches a file or a clock. Members that this version does not know are kept and authenticated.
"""

from __future__ import annotations

import base64
import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from cryptography.exceptions import InvalidTag

from piiguard.errors import KeyringFormatError
from piiguard.keys import cipher, derivation, shape
from piiguard.shape import once

__all__ = [
    "FORMAT",
    "KINDS",
    "LIVE",
    "RESTORE",
    "STATES",
    "Contents",
    "Document",
    "KeyVersion",
    "b64",
    "canonical",
    "unb64",
]

FORMAT = "piiguard.keyring/1"
RESTORE = "restore the last numbered backup: piiguard keys restore FILE"
KINDS = ("data", "index")
STATES = ("staged", "primary", "decrypt-only", "retired", "destroyed")
LIVE = ("primary", "decrypt-only", "staged")
_MOST_INDEX_VERSIONS = 0xFFFF  # an index value has two bytes for its version
_PRESENT = {"id", "generation", "keys", "recipients", "body"}


@dataclass(frozen=True, slots=True)
class KeyVersion:
    """What may be told about a key: everything but its bytes."""

    version: int
    kind: str
    id: int
    state: str
    created: str
    changed: str = ""  # when it came into this state
    generation: int = 1  # of the keyring since which it can be read

    @property
    def slot(self) -> str:
        """Where its bytes stand in the sealed body."""
        return f"{self.kind}/{self.version}"


@dataclass(frozen=True, slots=True, repr=False)  # a repr would show keys
class Contents:
    """An opened keyring: the header and the secrets of the body."""

    header: Mapping[str, Any]
    secrets: Mapping[str, bytes]

    @property
    def id(self) -> uuid.UUID:
        return uuid.UUID(self.header["id"])

    @property
    def generation(self) -> int:
        return int(self.header["generation"])

    @property
    def history(self) -> str:
        """The MAC of the audit line that made this generation; empty when there is none."""
        change = self.header.get("change")
        return str(change.get("mac", "")) if isinstance(change, dict) else ""

    @property
    def versions(self) -> tuple[KeyVersion, ...]:
        return _versions(self.header)

    @property
    def members(self) -> Mapping[str, Mapping[str, Any]]:
        """Which secrets without versions there are, and since when."""
        found: Mapping[str, Mapping[str, Any]] = self.header.get("members", {})
        return found

    def with_header(self, **members: Any) -> Contents:
        """The same with some members of the header replaced."""
        return replace(self, header={**self.header, **members})

    def seal(self, file_key: bytes) -> Document:
        """Seal the secrets; the result opens with the same file key or it is not returned."""
        header = canonical(self.header)
        plain = canonical({slot: b64(secret) for slot, secret in self.secrets.items()})
        body = cipher.seal(derivation.body_key(file_key, self.id), plain, header)
        document = Document.parse(Document(self.header, body).to_bytes(), "the new keyring")
        document.open(file_key)
        return document


@dataclass(frozen=True, slots=True)
class Document:
    """The file: a header and a body still sealed."""

    header: Mapping[str, Any]
    body: bytes

    @classmethod
    def parse(cls, data: bytes, place: str) -> Document:
        """Read and check the bytes of a file; ``place`` leads every message."""
        header = _parse(data, place)
        body = header.pop("body")
        try:
            shape.check(header)
            document = cls(header, _sealed(body))
            _check(document.header, document.versions)
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise _damaged(place, error) from None
        return document

    @property
    def id(self) -> uuid.UUID:
        return uuid.UUID(self.header["id"])

    @property
    def generation(self) -> int:
        return int(self.header["generation"])

    @property
    def versions(self) -> tuple[KeyVersion, ...]:
        return _versions(self.header)

    @property
    def slots(self) -> set[str]:
        """What the body holds, as far as the header says."""
        return {v.slot for v in self.versions if v.state != "destroyed"} | {*self.header.get("members", ())}

    @property
    def recipients(self) -> tuple[Mapping[str, Any], ...]:
        return tuple(self.header["recipients"])

    def open(self, file_key: bytes, place: str = "the keyring") -> Contents:
        """Open the body; a header that was changed after sealing does not open either."""
        try:
            plain = cipher.open_sealed(
                derivation.body_key(file_key, self.id), self.body, canonical(self.header)
            )
        except InvalidTag:
            raise KeyringFormatError(
                f"{place}: the header and the body do not belong together",
                hint="it was edited or damaged; restore the last numbered backup: piiguard keys restore FILE",
            ) from None
        secrets = {slot: unb64(secret) for slot, secret in json.loads(plain).items()}
        absent = sorted(slot for slot in self.slots if len(secrets.get(slot, b"")) != 32)
        if absent:
            raise KeyringFormatError(f"{place}: the body lacks the key {absent[0]}", hint=RESTORE)
        return Contents(self.header, secrets)

    def to_bytes(self) -> bytes:
        """The file, for people to read as well."""
        text = json.dumps({**self.header, "body": b64(self.body)}, ensure_ascii=False, indent=1)
        return text.encode() + b"\n"


def b64(data: bytes) -> str:
    """Unpadded base64url, as in text envelopes."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def unb64(text: str) -> bytes:
    """The bytes of :func:`b64`; ValueError for any other spelling."""
    data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    if b64(data) != text:
        raise ValueError("not canonical base64url")
    return data


def canonical(value: Mapping[str, Any]) -> bytes:
    """The one spelling of a header that the body authenticates: keys sorted, no blanks, not escaped to ASCII."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def _parse(data: bytes, place: str) -> dict[str, Any]:
    try:
        header = json.loads(data.decode(), object_pairs_hook=once)
    except (ValueError, RecursionError) as error:
        raise _damaged(place, error) from None
    if not isinstance(header, dict) or not isinstance(header.get("format"), str):
        raise KeyringFormatError(f"{place}: not a keyring", hint="piiguard keys init makes one")
    if header["format"] != FORMAT:
        newer = header["format"].startswith("piiguard.keyring/")
        raise KeyringFormatError(
            f"{place}: the format is {header['format'][:40]!r}, this piiguard reads {FORMAT}",
            hint="install a newer piiguard" if newer else "piiguard keys init makes a keyring",
        )
    if absent := sorted(_PRESENT - header.keys()):
        raise KeyringFormatError(f"{place}: the member {absent[0]} is missing", hint=RESTORE)
    return header


def _sealed(body: Any) -> bytes:
    try:
        return unb64(body)
    except (ValueError, TypeError):
        raise ValueError("body: not base64url") from None


def _versions(header: Mapping[str, Any]) -> tuple[KeyVersion, ...]:
    names = KeyVersion.__slots__
    return tuple(
        KeyVersion(**{name: entry[name] for name in names if name in entry}) for entry in header["keys"]
    )


def _check(header: Mapping[str, Any], versions: tuple[KeyVersion, ...]) -> None:
    try:
        uuid.UUID(header["id"])
    except ValueError:
        raise ValueError("id: not a UUID") from None
    for number, version in enumerate(versions):
        if wrong := _implausible(version):
            raise ValueError(f"keys.{number}.{wrong}: out of bounds")
    primaries = [version.kind for version in versions if version.state == "primary"]
    if len({version.id for version in versions}) != len(versions):
        raise ValueError("keys: two have one id")
    if len({version.slot for version in versions}) != len(versions):
        raise ValueError("keys: two have one version")
    if sorted(primaries) != sorted(KINDS):
        raise ValueError("keys: not one primary of each kind")


def _implausible(version: KeyVersion) -> str:
    """The member that cannot be, or nothing."""
    if version.version > _MOST_INDEX_VERSIONS:
        return "version"
    if version.id >= 1 << 32:
        return "id"
    if version.kind not in KINDS:
        return "kind"
    return "" if version.state in STATES else "state"


def _damaged(place: str, error: Exception | None = None) -> KeyringFormatError:
    """``error`` is one of ours, which names a member; the parser's own would quote the file."""
    which = f": {error}" if type(error) is ValueError else ""
    return KeyringFormatError(f"{place}: the keyring is truncated or damaged{which}", hint=RESTORE)
