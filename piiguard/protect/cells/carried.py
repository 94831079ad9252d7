"""Whether a value is exactly what the database holds, type by type: the oracle of every proof.

``plain`` is what :func:`piiguard.protect.cells.exact.exact` selects. What is not understood is not equal.
"""

from __future__ import annotations

import datetime
import decimal
import json
import math
import struct
import uuid
from collections.abc import Callable
from typing import Any

import sqlalchemy as sa

__all__ = ["Carries", "carries"]

Carries = Callable[[Any, Any], bool]
_FAILURES = (ValueError, TypeError, OverflowError, decimal.InvalidOperation, struct.error, RecursionError)


def carries(dialect: str, column: sa.Column[Any], codec: str) -> Carries:
    """A test of a decoded value against the exact content of a cell of this column; neither may be NULL."""
    read = {"postgresql": _same, "mysql": _decoded, "sqlite": _classed}[dialect]
    if dialect == "postgresql" and isinstance(column.type, sa.Float):
        read = _bits
    same = _TESTS[codec]
    if codec == "boolean" and dialect == "sqlite":
        same = _truth
    single = isinstance(column.type, sa.REAL) or type(column.type).__name__ in ("FLOAT", "REAL")

    def test(value: Any, plain: Any) -> bool:
        try:
            held = read(plain)
            if same is _float and single and dialect != "sqlite":
                return _single(value, held)
            return same(value, held)
        except _FAILURES:
            return False

    return test


# -- what the cell holds: str, bytes, int or float ------------------------------------------------------------


def _same(plain: Any) -> Any:
    return bytes(plain) if isinstance(plain, memoryview) else plain


def _bits(plain: str) -> float:
    return float(struct.unpack(">d", bytes.fromhex(plain))[0])


def _decoded(plain: Any) -> Any:
    """MariaDB's text comes as its bytes, and so do bytes: the test of the codec tells them apart."""
    return _Bytes(plain)


class _Bytes(bytes):
    """Text in UTF-8, or bytes."""


def _classed(plain: str) -> Any:
    kind, rest = plain[0], plain[1:]
    if kind in "tb":
        data = bytes.fromhex(rest)
        return data.decode() if kind == "t" else data
    return int(rest) if kind == "i" else float(rest)


def _text(held: Any) -> str:
    if isinstance(held, _Bytes):
        return held.decode()
    if not isinstance(held, str):
        raise TypeError
    return held


def _number(held: Any) -> decimal.Decimal:
    return decimal.Decimal(_text(held) if isinstance(held, str | bytes) else held)


# -- codec by codec -------------------------------------------------------------------------------------------


def _string(value: Any, held: Any) -> bool:
    return bool(_text(held) == value)


def _binary(value: Any, held: Any) -> bool:
    return isinstance(held, bytes) and bytes(held) == value


def _integer(value: Any, held: Any) -> bool:
    return not isinstance(held, float) and (held if isinstance(held, int) else int(_text(held))) == value


def _boolean(value: Any, held: Any) -> bool:
    held = held if isinstance(held, int) else _text(held)
    return held in ((1, "1", "true") if value else (0, "0", "false"))


def _truth(value: Any, held: Any) -> bool:
    """SQLite knows numbers only: the text 'true' is another value there."""
    return isinstance(held, int) and held == value


def _decimal(value: Any, held: Any) -> bool:
    number = _number(held)
    if isinstance(held, float):
        return bool(float(value) == held)
    return str(number) == str(value) if number.is_nan() or value.is_nan() else bool(number == value)


def _float(value: Any, held: Any) -> bool:
    number = float(_text(held)) if isinstance(held, str | bytes) else float(held)
    if isinstance(held, int) and int(number) != held:
        return False
    return struct.pack(">d", value) == struct.pack(">d", number) or (number == value == 0)


def _single(value: float, held: Any) -> bool:
    """A number of 32 bits is one of 64, or the shortest that rounds to it, which people mean."""
    number = float(_text(held)) if isinstance(held, str | bytes) else float(held)
    return _float(value, number) or _float(value, shortest(number))


def shortest(number: float) -> float:
    """The number with the fewest digits that is the same in 32 bits.

    >>> shortest(0.10000000149011612), shortest(3.1415927410125732)
    (0.1, 3.1415927)
    """
    if not math.isfinite(number):
        return number
    wanted = struct.pack(">f", number)
    for digits in range(1, 10):
        found = float(f"{number:.{digits}g}")
        try:
            if struct.pack(">f", found) == wanted:
                return found
        except OverflowError:  # rounded up beyond the largest
            continue
    return number


def _date(value: Any, held: Any) -> bool:
    text = _text(held).removesuffix(" AD").removesuffix(" 00:00:00.000000")
    return bool(text == value.isoformat())


def _time(value: Any, held: Any) -> bool:
    return bool(datetime.time.fromisoformat(_text(held)).isoformat() == value.isoformat())


def _datetime(value: Any, held: Any) -> bool:
    found = datetime.datetime.fromisoformat(_text(held).removesuffix(" AD"))
    if value.tzinfo is None:
        return found.tzinfo is None and found == value
    return bool(found.replace(tzinfo=found.tzinfo or datetime.UTC) == value)


def _interval(value: Any, held: Any) -> bool:
    """As the driver would write it again: 36 hours are not a day and a half, nor 30 days a month."""
    if len(_text(held).split(" ")) == 2:  # a moment since 1970, where a database has no intervals
        return bool(datetime.datetime.fromisoformat(_text(held)) - datetime.datetime(1970, 1, 1) == value)
    months, days, micros = map(int, _text(held).split(" "))
    rest = datetime.timedelta(days=value.days)
    return (
        not months and days == value.days and (value - rest) // datetime.timedelta(microseconds=1) == micros
    )


def _uuid(value: Any, held: Any) -> bool:
    return bool(uuid.UUID(_text(held)) == value)


def _json(value: Any, held: Any) -> bool:
    """The same document: spaces do not count, but repeated names, long fractions and the sign of zero do."""
    if isinstance(held, int | float) and not isinstance(held, bool):
        return bool(held == value)
    return bool(_document(_text(held)) == _document(json.dumps(value, ensure_ascii=False, allow_nan=False)))


def _document(text: str) -> Any:
    return json.loads(text, parse_int=_exactly, parse_float=_exactly, object_pairs_hook=_pairs)


def _exactly(text: str) -> tuple[str, bool, decimal.Decimal]:
    number = decimal.Decimal(text)
    return "number", number.is_signed(), number


def _pairs(found: list[tuple[str, Any]]) -> tuple[str, list[tuple[str, Any]]]:
    return "object", found


_TESTS: dict[str, Carries] = {
    "string": _string,
    "enum": _string,
    "bytes": _binary,
    "integer": _integer,
    "boolean": _boolean,
    "decimal": _decimal,
    "float": _float,
    "date": _date,
    "time": _time,
    "datetime": _datetime,
    "datetime_tz": _datetime,
    "interval": _interval,
    "uuid": _uuid,
    "json": _json,
}
