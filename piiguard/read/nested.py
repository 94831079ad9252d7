"""What a cell says that a database writes in a form of its own: arrays, row types, ranges, shapes, bits, money, UUIDs.

The text of an array or of a row is read as the engine reads every text, with its words side by side. A number in it is a
cell of its own, as in a column of numbers: there is no label that would tell it otherwise, and it may have lost its zeros.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator, Sequence
from typing import Any

__all__ = ["OWN_FORMS", "said"]

_OPENING = frozenset("{([<")
_MOST = 1 << 20
_TOKEN = re.compile(r'"((?:[^"\\]|""|\\.)*+)"|([^\s{}()\[\]<>,:"]+)')
_BYTES = re.compile(r"\\+x((?:[0-9a-fA-F]{2})+)")
_BITS = re.compile("[01]{24,}")
_MONEY = re.compile(r"\(?-?\$(\d{1,3}(?:,\d{3})*(?:\.\d+)?)\)?")
_UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-([0-9]{12})")
_NUMBER = re.compile(r"-?[0-9][0-9.]*(?:e[+-]?[0-9]+)?")
_DEEPEST = 16
_HAS_Z, _HAS_M, _HAS_SRID = 0x80000000, 0x40000000, 0x20000000
_POINT, _LINE, _POLYGON = 1, 2, 3


def said(cells: Sequence[Any], reading: str) -> Sequence[Any]:
    """The cells of a column with such a reading, each as what it says."""
    own = OWN_FORMS.get(reading)
    return cells if own is None else [cell if cell is None else own(cell) for cell in cells]


def _parts(cell: Any) -> Any:
    r"""Each value in it that is no word, behind the text where there are words too.

    >>> _parts('{"$850,312.00",\\x3035}'), _parts("B"), _parts("(850312,b)")
    (['850312.00', b'05'], 'B', ['(850312,b)', '850312'])
    """
    text = str(cell)
    tokens = _tokens(text[:_MOST]) if text[:1] in _OPENING else [text]
    values = [value for value in map(_value, tokens) if value is not None]
    if len(values) < len(tokens) or not values:
        return [text, *values] if values else text
    return values if len(values) > 1 else values[0]


def _tokens(text: str) -> list[str]:
    """The values in the text of an array, a row or a range; what is quoted may hold another one."""
    found: list[str] = []
    open_ = [(text, 0)]
    while open_:
        inner, depth = open_.pop()
        for quoted, bare in _TOKEN.findall(inner):
            token = quoted.replace('""', '"').replace(r"\"", '"').replace("\\\\", "\\") or bare
            if quoted and token[:1] in _OPENING and depth < _DEEPEST:
                open_.append((token, depth + 1))
            else:
                found.append(token)
    return found


def _value(token: str) -> str | bytes | None:
    """A value that is no word, as a column of its type would give it."""
    if _NUMBER.fullmatch(token) and not _BITS.fullmatch(token):
        return token
    if found := _BYTES.fullmatch(token):
        return bytes.fromhex(found[1])
    if found := _MONEY.fullmatch(token):
        return found[1].replace(",", "")
    if found := _UUID.fullmatch(token):
        return found[1]
    return _of_bits(token) if _BITS.fullmatch(token) else None


def _of_bits(bits: str) -> str | bytes:
    """A number, or where it would be too large for one the bytes."""
    number, size = int(bits, 2), len(bits)
    return str(number) if size <= 64 or size % 8 else number.to_bytes(size // 8, "big")


def _bits(cell: Any) -> Any:
    """The number that a field of bits holds; MySQL gives its bytes."""
    return str(int.from_bytes(cell, "big")) if isinstance(cell, bytes) else cell


def _shape(cell: Any) -> Any:
    """The coordinates of a shape: MySQL puts four bytes before its WKB, PostGIS writes it in hexadecimal digits."""
    try:
        data = bytes.fromhex(cell) if isinstance(cell, str) else bytes(cell)[4:]
        return list(_coordinates(data, [0]))
    except (ValueError, IndexError, struct.error):  # whatever it is, it is no shape
        return str(cell)


def _coordinates(data: bytes, at: list[int], depth: int = 0) -> Iterator[float]:
    """The numbers in a shape as the OGC writes it, or PostGIS; ``at`` is how far it was read.

    >>> list(_coordinates(bytes([1]) + struct.pack("<Idd", 1, 2.5, 3), [0]))
    [2.5, 3.0]
    """
    order = "<" if data[at[0]] else ">"
    at[0] += 1

    def take(kind: str) -> Any:
        value = struct.unpack_from(f"{order}{kind}", data, at[0])
        at[0] += struct.calcsize(f"{order}{kind}")
        return value

    (code,) = take("I")
    if code & _HAS_SRID:
        take("I")
    thousands, kind = divmod(code & 0xFFFF, 1000)
    size = 2 + (bool(code & _HAS_Z) + bool(code & _HAS_M) or (0, 1, 1, 2)[min(thousands, 3)])
    if kind == _POINT:
        yield from take(f"{size}d")
        return
    for _ in range(take("I")[0]):
        if kind == _LINE:
            yield from take(f"{size}d")
        elif kind == _POLYGON:
            for _ in range(take("I")[0]):
                yield from take(f"{size}d")
        elif depth < _DEEPEST:
            yield from _coordinates(data, at, depth + 1)
        else:
            raise ValueError


OWN_FORMS = {"parts": _parts, "id": _parts, "bits": _bits, "shape": _shape}
