"""Values to bytes and back, one codec per type; the code is authenticated with every value.

Never pickle, ``eval`` or ``repr``: whoever holds a key must not get code execution from it. A message holds
the type that was given, never the value.

>>> codec = codec_for("decimal")
>>> codec.encode(decimal.Decimal("1.10")), codec.decode(b"1.10")
(b'1.10', Decimal('1.10'))
"""

from __future__ import annotations

import datetime
import decimal
import enum
import json
import struct
import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from piiguard.errors import ManifestError

__all__ = ["RESTRICTED", "Codec", "codec_for", "filled", "names"]

_FILL = b"\xff"  # never part of UTF-8, so padding can always be told from text
_MICROSECOND = datetime.timedelta(microseconds=1)
RESTRICTED = b"\xffpiiguard/1 restricted"
"""The plaintext of a column whose value is restricted: no codec writes it, and none reads it."""


@dataclass(frozen=True, slots=True)
class Codec:
    """``encode`` raises TypeError or ValueError for what it does not take; ``decode`` ValueError."""

    name: str
    code: int
    encode: Callable[[Any], bytes]
    decode: Callable[[bytes], Any]

    def padded(self, size: int) -> Codec:
        """The same codec, filling up to ``size`` bytes so that short texts share one length.

        Only texts and members of an enum can tell what fills them from themselves; ValueError for another type.
        """
        if self.name not in ("string", "enum"):
            raise ValueError(f"{self.name}: only strings and enums can be padded")
        encode = self.encode
        return replace(self, encode=lambda value: filled(encode(value), size))


def filled(data: bytes, size: int) -> bytes:
    """Plaintext bytes of a text with what fills them up to ``size`` bytes."""
    return data.ljust(size, _FILL)


def codec_for(name: str, pad_to: int | None = None) -> Codec:
    """The codec of a type name as the manifest spells it, padding to so many bytes."""
    try:
        found = _CODECS[name]
    except KeyError:
        raise ManifestError(f"unknown type {name!r}", hint=f"types are {', '.join(names())}") from None
    return found if pad_to is None else found.padded(pad_to)


def names() -> tuple[str, ...]:
    """All type names."""
    return tuple(_CODECS)


def _wants(kind: type, value: object) -> TypeError:
    return TypeError(f"expected {kind.__name__}, got {type(value).__name__}")


def _encode_string(value: Any) -> bytes:
    if not isinstance(value, str):
        raise _wants(str, value)
    try:
        return value.encode()
    except UnicodeEncodeError:  # it carries the text
        raise ValueError("the text has a lone surrogate") from None


def _decode_string(data: bytes) -> str:
    return data.rstrip(_FILL).decode()


def _encode_bytes(value: Any) -> bytes:
    if not isinstance(value, bytes | bytearray | memoryview):
        raise _wants(bytes, value)
    return _decode_bytes(bytes(value))


def _decode_bytes(data: bytes) -> bytes:
    if data.startswith(RESTRICTED):
        raise ValueError("these bytes say that a value is restricted")
    return bytes(data)


def _encode_integer(value: Any) -> bytes:
    if not isinstance(value, int):
        raise _wants(int, value)
    try:
        return int(value).to_bytes(8, "big", signed=True)
    except OverflowError:
        raise ValueError("the integer does not fit 64 bits") from None


def _decode_integer(data: bytes) -> int:
    if len(data) != 8:
        raise ValueError("not eight bytes")
    return int.from_bytes(data, "big", signed=True)


def _encode_boolean(value: Any) -> bytes:
    if not isinstance(value, bool):
        raise _wants(bool, value)
    return b"\x01" if value else b"\x00"


def _decode_boolean(data: bytes) -> bool:
    if data not in (b"\x00", b"\x01"):
        raise ValueError("neither 00 nor 01")
    return data == b"\x01"


def _encode_decimal(value: Any) -> bytes:
    if not isinstance(value, decimal.Decimal):
        raise _wants(decimal.Decimal, value)
    return str(value).encode("ascii")


def _decode_decimal(data: bytes) -> decimal.Decimal:
    try:
        return decimal.Decimal(data.decode("ascii"))
    except decimal.InvalidOperation:
        raise ValueError("not a decimal number") from None


def _encode_float(value: Any) -> bytes:
    if not isinstance(value, float | int) or isinstance(value, bool):
        raise _wants(float, value)
    try:
        return struct.pack(">d", value)
    except (struct.error, OverflowError):
        raise ValueError("the number does not fit a float") from None


def _decode_float(data: bytes) -> float:
    if len(data) != 8:
        raise ValueError("not eight bytes")
    return float(struct.unpack(">d", data)[0])


def _encode_date(value: Any) -> bytes:
    if not isinstance(value, datetime.date) or isinstance(value, datetime.datetime):
        raise _wants(datetime.date, value)
    return value.isoformat().encode("ascii")


def _encode_time(value: Any) -> bytes:
    if not isinstance(value, datetime.time):
        raise _wants(datetime.time, value)
    return value.isoformat().encode("ascii")


def _encode_datetime(value: Any) -> bytes:
    if not isinstance(value, datetime.datetime):
        raise _wants(datetime.datetime, value)
    if value.utcoffset() is not None:
        raise ValueError("the time has an offset; the type for that is datetime_tz")
    return value.isoformat().encode("ascii")


def _encode_datetime_tz(value: Any) -> bytes:
    if not isinstance(value, datetime.datetime):
        raise _wants(datetime.datetime, value)
    if value.utcoffset() is None:
        raise ValueError("the time has no offset; the type for that is datetime")
    return value.isoformat().encode("ascii")


def _encode_interval(value: Any) -> bytes:
    if not isinstance(value, datetime.timedelta):
        raise _wants(datetime.timedelta, value)
    return (value // _MICROSECOND).to_bytes(12, "big", signed=True)  # eight bytes hold too few


def _decode_interval(data: bytes) -> datetime.timedelta:
    if len(data) != 12:
        raise ValueError("not twelve bytes")
    try:
        return datetime.timedelta(microseconds=int.from_bytes(data, "big", signed=True))
    except OverflowError:
        raise ValueError("the interval is out of range") from None


def _encode_uuid(value: Any) -> bytes:
    if not isinstance(value, uuid.UUID):
        raise _wants(uuid.UUID, value)
    return value.bytes


def _encode_json(value: Any) -> bytes:
    try:
        text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
        return text.encode()
    except (TypeError, ValueError, RecursionError):  # their messages may hold the value
        raise ValueError("the value is not JSON") from None


def _refuse_constant(_: str) -> Any:
    raise ValueError("NaN and Infinity are not JSON")


def _decode_json(data: bytes) -> Any:
    try:
        return json.loads(data.decode(), parse_constant=_refuse_constant)
    except RecursionError:
        raise ValueError("nested too deeply") from None


def _encode_enum(value: Any) -> bytes:
    return _encode_string(value.name if isinstance(value, enum.Enum) else value)


def _ascii(parse: Callable[[str], Any]) -> Callable[[bytes], Any]:
    return lambda data: parse(data.decode("ascii"))


_CODECS = {
    codec.name: codec
    for codec in (
        Codec("string", 0x01, _encode_string, _decode_string),
        Codec("bytes", 0x02, _encode_bytes, _decode_bytes),
        Codec("integer", 0x03, _encode_integer, _decode_integer),
        Codec("boolean", 0x04, _encode_boolean, _decode_boolean),
        Codec("decimal", 0x05, _encode_decimal, _decode_decimal),
        Codec("float", 0x06, _encode_float, _decode_float),
        Codec("date", 0x07, _encode_date, _ascii(datetime.date.fromisoformat)),
        Codec("time", 0x08, _encode_time, _ascii(datetime.time.fromisoformat)),
        Codec("datetime", 0x09, _encode_datetime, _ascii(datetime.datetime.fromisoformat)),
        Codec("datetime_tz", 0x0A, _encode_datetime_tz, _ascii(datetime.datetime.fromisoformat)),
        Codec("interval", 0x0B, _encode_interval, _decode_interval),
        Codec("uuid", 0x0C, _encode_uuid, lambda data: uuid.UUID(bytes=data)),
        Codec("json", 0x0D, _encode_json, _decode_json),
        Codec("enum", 0x0E, _encode_enum, _decode_string),
    )
}
