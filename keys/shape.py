"""The shape of a keyring's header: which members there are and of which type, before anything is made of them.

Whatever is wrong is a ValueError whose text begins with the member, as in ``keys.0.version: not a number from 1 on``.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

__all__ = ["check"]

_DEEPEST = 32  # lists and objects inside each other; piiguard writes three
_LONGEST = 1 << 14  # characters of one text in a recipient
_OURS = {"file", "env", "passphrase", "pkcs11", "aws-kms", "vault", "hpke"}  # others may hold what they like
_TEXTS = {
    "path", "name", "uri", "arn", "key", "kem", "public", "kdf", "salt", "check",
}  # fmt: skip
_NUMBERS = {"t", "m_kib", "p"}


def check(header: Mapping[str, Any]) -> None:
    """Refuse a header that is not one."""
    for name, value in header.items():
        _plain(name, value)
    _number("generation", header["generation"])
    _text("id", header["id"])
    for name in ("change", "trail"):
        if name in header:
            _line(name, header[name])
    _members(header.get("members", {}))
    for number, entry in enumerate(_list("keys", header["keys"])):
        _key(f"keys.{number}", entry)
    for number, entry in enumerate(_list("recipients", header["recipients"])):
        _recipient(f"recipients.{number}", entry)


def _line(place: str, line: Any) -> None:
    """A line of the audit trail, or what is remembered of one."""
    _object(place, line)
    _number(f"{place}.number", line.get("number"))
    _text(f"{place}.mac", line.get("mac"))


def _members(members: Any) -> None:
    _object("members", members)
    for name, about in members.items():
        place = f"members.{name}"
        _object(place, about)
        _number(f"{place}.generation", about.get("generation"))
        _text(f"{place}.created", about.get("created"))


def _key(place: str, entry: Any) -> None:
    _object(place, entry)
    for member, of in _KEY.items():
        if member in entry or member not in ("changed", "generation"):
            of(f"{place}.{member}", entry.get(member))


def _recipient(place: str, entry: Any) -> None:
    _object(place, entry)
    _text(f"{place}.provider", entry.get("provider"))
    if entry["provider"] not in _OURS:
        return
    for member, value in entry.items():
        text = isinstance(value, str) and len(value) <= _LONGEST
        if (member in _TEXTS and not text) or (member in _NUMBERS and type(value) is not int):
            wanted = "text" if member in _TEXTS else "number"
            raise _wrong(f"{place}.{member}", f"the recipient is damaged: not a {wanted}, or too long")


def _plain(name: str, value: Any) -> None:
    """Not too deep for whoever walks it, and of characters that can be written."""
    level = [value]
    for _ in range(_DEEPEST):
        inside = [
            one.values() if isinstance(one, dict) else one for one in level if isinstance(one, dict | list)
        ]
        level = [item for items in inside for item in items]
    if any(isinstance(one, dict | list) for one in level):
        raise ValueError(f"{name[:60]}: too deep")
    try:
        json.dumps({name: value}, ensure_ascii=False).encode()
    except ValueError:
        raise ValueError(f"{ascii(name[:60])[1:-1]}: not text") from None


def _wrong(place: str, what: str) -> ValueError:
    return ValueError(f"{place}: {what}")


def _number(place: str, value: Any) -> None:
    if type(value) is not int or not 0 < value < 1 << 63:
        raise _wrong(place, "not a number from 1 on")


def _text(place: str, value: Any) -> None:
    if not isinstance(value, str) or len(value) > _LONGEST:
        raise _wrong(place, "not a text, or too long")


def _list(place: str, value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise _wrong(place, "not a list")
    return value


def _object(place: str, value: Any) -> None:
    if not isinstance(value, dict):
        raise _wrong(place, "not an object")


_KEY: Mapping[str, Callable[[str, Any], None]] = {
    "version": _number,
    "kind": _text,
    "id": _number,
    "state": _text,
    "created": _text,
    "changed": _text,
    "generation": _number,
}
