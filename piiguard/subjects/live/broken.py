"""Texts of SQLite that are not UTF-8, which its own functions take and Python's decoder refuses: read as their bytes, known as texts.

>>> as_text(b"050312300015"), as_text(b"\\xff 41")
('050312300015', b'\\xff 41')
>>> type(as_text(b"\\xff 41")).__name__
'BrokenText'
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa

from piiguard.detect.encodings import text_of

__all__ = ["BrokenText", "as_text", "bound", "lenient", "literal", "readable"]


class BrokenText(bytes):
    """The bytes of such a text. Written back as they are they would be a BLOB, which equals no text: see :func:`bound`."""

    __slots__ = ()


def as_text(value: bytes) -> str | BrokenText:
    """What the driver makes of a text."""
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return BrokenText(value)


def lenient(connection: sa.Connection) -> None:
    """Read texts so on this connection, until it is closed or whoever lent it sets its own way again."""
    if connection.dialect.name == "sqlite":
        raw: Any = connection.connection.driver_connection
        raw.text_factory = as_text


def bound(value: Any, parameter: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
    """The parameter for a value: a text again, where the value is one."""
    return sa.cast(parameter, sa.Text) if isinstance(value, BrokenText) else parameter


def literal(value: Any) -> Any:
    """The value as it is compared in a statement."""
    return bound(value, sa.literal(bytes(value))) if isinstance(value, BrokenText) else value


def readable(data: Iterable[int]) -> str:
    """A text of the bytes of a cell, in the encoding that they are probably in."""
    whole = bytes(data)
    return text_of(whole) or whole.decode("utf-8", "replace")
