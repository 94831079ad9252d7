"""What is unique with a column in it, with conditions and expressions."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from piiguard.protect.schema.dependents.sqltext import bracketed, mentions
from piiguard.protect.schema.tables import as_value, unique_groups

__all__ = ["Group", "groups_of"]


@dataclass(frozen=True, slots=True)
class Group:
    """Columns that are unique together. ``tail`` is what stands behind the table in the text of an index that is more
    than its columns: it has a condition or an expression.
    """

    columns: tuple[str, ...]
    tail: str | None = None

    @property
    def where(self) -> str | None:
        """The condition, without which rows may be equal."""
        behind = self.tail[bracketed(self.tail)[1] :] if self.tail else ""
        found = re.search(r"\bwhere\b(.*)", behind, re.IGNORECASE | re.DOTALL)
        return found.group(1).strip() if found else None


def groups_of(connection: sa.Connection, column: sa.Column[Any]) -> tuple[Group, ...]:
    """Everything that is unique and has this column in it."""
    plain = [Group(tuple(names)) for names in unique_groups(connection, column.table) if column.name in names]
    return tuple(dict.fromkeys([*plain, *_conditional(connection, column)]))


_INDEXES = """
select pg_get_indexdef(i.indexrelid) from pg_index i where i.indrelid = cast(:name as regclass) and i.indisunique
  and i.indisvalid and (i.indpred is not null or i.indexprs is not null) order by 1
"""


def _conditional(connection: sa.Connection, column: sa.Column[Any]) -> Iterator[Group]:
    """Unique indexes with a condition or an expression, which MariaDB has not; not those of a shadow."""
    table, dialect = column.table, connection.dialect
    texts: list[str] = []
    if dialect.name == "postgresql":
        found = connection.scalars(sa.text(_INDEXES), {"name": as_value(dialect, table)})
        texts = [text[text.index(" USING ") + 1 :] for text in found]
    elif dialect.name == "sqlite":
        query = "select sql from sqlite_master where type = 'index' and lower(tbl_name) = lower(:name) and sql is not null"
        found = connection.scalars(sa.text(query), {"name": table.name})
        texts = [text[bracketed(text)[0] :] for text in found if _is_conditional(text)]
    for tail in texts:
        begin, end = bracketed(tail)
        if mentions(tail[begin : end + 1], column.name):
            yield Group((column.name,), tail)


def _is_conditional(text: str) -> bool:
    """Whether the CREATE INDEX of SQLite is of a unique index with more than columns in it."""
    begin, end = bracketed(text)
    more = re.search(r"\bwhere\b", text[end:], re.IGNORECASE) or "(" in text[begin + 1 : end]
    return bool(more and re.match(r"\s*create\s+unique\b", text, re.IGNORECASE))
