"""Until when a law keeps rows: by the term of their rule and the date that it runs from."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time
from typing import Any

import sqlalchemy as sa

from piiguard.errors import SubjectError
from piiguard.rights import TableRule
from piiguard.subjects.live import Row, Table
from piiguard.subjects.rows.reach import chunks

__all__ = ["kept_until"]


def kept_until(connection: sa.Connection, table: Table, rule: TableRule, rows: Iterable[Row]) -> str | None:
    """When the last of the terms ends, where the date of each row is known."""
    if rule.term is None or rule.since is None or not table.key:
        return None
    name = rule.since.rpartition(".")[2]
    if name not in table.types:
        raise SubjectError(
            f"{rule.since}: there is no such column", hint="the manifest says from where a term runs"
        )
    ends: list[str] = []
    for part in chunks(rows):
        dated: sa.ColumnElement[Any] = sa.column(name)
        query = sa.select(dated).select_from(table.source).where(table.is_any(table.key, part))
        for value in connection.scalars(query):
            start = _moment(value)
            if start is None:
                return None
            ends.append(rule.term.after(start).date().isoformat())
    return max(ends, default=None)


def _moment(value: Any) -> datetime | None:
    if isinstance(value, datetime):
        return value
    if isinstance(value, date):
        return datetime.combine(value, time())
    try:
        return datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
