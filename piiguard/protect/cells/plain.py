"""A plaintext value as a database or a frame hands it over, in the form that its codec takes."""

from __future__ import annotations

import datetime
import decimal
import json
import uuid
from collections.abc import Callable
from typing import Any

import sqlalchemy as sa

__all__ = ["reader", "text_reader", "writer"]

_Read = Callable[[Any], Any]
_EPOCH = datetime.datetime(1970, 1, 1)  # SQLAlchemy's Interval counts from it where a database has none


def reader(kind: str) -> _Read | None:
    """How values of a type are read from a database; None: they come as they are."""
    return _FROM_DATABASE.get(kind)


def text_reader(kind: str) -> _Read | None:
    """The same for a frame, which has no other form than text for some types."""
    return _FROM_TEXT.get(kind)


def writer(kind: str, column: sa.types.TypeEngine[Any]) -> _Read | None:
    """How values of a type are written into a column whose declared type is another; None: as they are."""
    if kind == "interval" and isinstance(column, sa.DateTime):
        return lambda value: _EPOCH + value
    if kind == "uuid" and isinstance(column, sa.String):
        return lambda value: value.hex
    if kind == "json" and not isinstance(column, sa.JSON | sa.ARRAY):
        return lambda value: json.dumps(value, ensure_ascii=False)
    return None


def _document(value: Any) -> Any:
    """Databases and frames hand JSON over as its text."""
    return json.loads(value) if isinstance(value, str) else value


def _truth(value: Any) -> Any:
    """MariaDB's BOOLEAN is a small number; any other number than these two is no truth, and is refused."""
    return bool(value) if type(value) is int and value in (0, 1) else value


def _span(value: Any) -> Any:
    return value - _EPOCH if isinstance(value, datetime.datetime) else value


def _from_text(parse: _Read) -> _Read:
    return lambda value: parse(value) if isinstance(value, str) else value


_FROM_DATABASE: dict[str, _Read] = {
    "json": _document,
    "boolean": _truth,
    "interval": _span,
    "uuid": _from_text(uuid.UUID),
}
_FROM_TEXT: dict[str, _Read] = {
    "json": _document,
    "decimal": _from_text(decimal.Decimal),
    "uuid": _from_text(uuid.UUID),
    "time": _from_text(datetime.time.fromisoformat),
}
