"""The key of a row as text, for the job's own table, and back."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from piiguard.protect.schema.tables.keys import Key

__all__ = ["dump_key", "load_key"]


def dump_key(values: Sequence[Any] | None) -> str | None:
    """A key as text for the job's own table."""
    return None if values is None else json.dumps([_plain(value) for value in values])


def _plain(value: Any) -> Any:
    if isinstance(value, bytes):
        return {"bytes": value.hex()}
    if value is None or isinstance(value, int | float | str):
        return value
    return {"text": value.isoformat() if hasattr(value, "isoformat") else str(value)}


def load_key(text: str | None, key: Key) -> tuple[Any, ...] | None:
    """The key again, with the Python types that its columns have."""
    if text is None:
        return None
    return tuple(_typed(value, column) for value, column in zip(json.loads(text), key.columns, strict=True))


def _typed(value: Any, column: sa.Column[Any]) -> Any:
    if not isinstance(value, dict):
        return value
    if "bytes" in value:
        return bytes.fromhex(value["bytes"])
    kind = column.type.python_type
    return kind.fromisoformat(value["text"]) if hasattr(kind, "fromisoformat") else kind(value["text"])
