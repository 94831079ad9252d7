"""Finds values under a key in columns that no manifest names: before that key is taken away.

Only headers are compared, in the database: one statement per table, and no key is needed. An envelope is
known by its first bytes. A blind index has no such mark: a column counts as one when each of its values is as
long as an index and begins with an index version of the keyring. Values inside of JSON documents are not seen.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from piiguard.database import connect, home, inspect, run_when_planned
from piiguard.errors import JobError
from piiguard.keys.envelope import OVERHEAD
from piiguard.keys.index import SIZE
from piiguard.protect.cells.exact import is_binary, is_text
from piiguard.protect.cells.headers import SHORTEST_TEXT, under
from piiguard.protect.schema.surroundings import refuse_hidden_rows
from piiguard.protect.schema.tables import reflect

if TYPE_CHECKING:
    from piiguard.keys.document import KeyVersion
    from piiguard.manifest import ProtectedColumn

__all__ = ["Findings", "find"]

_SYSTEM = ("information_schema", "mysql", "performance_schema", "sys")


@dataclass(slots=True)
class Findings:
    """Rows under the key by column, and the tables that this account cannot read as a whole."""

    rows: dict[str, int] = field(default_factory=dict)
    unread: list[str] = field(default_factory=list)


def find(
    engine: sa.Engine,
    version: KeyVersion,
    versions: Iterable[KeyVersion],
    columns: Iterable[ProtectedColumn],
) -> Findings:
    """Look for ``version`` in every column but those of the manifest; ``versions`` are all of the keyring."""
    known = {item.place for item in columns} | {f"{item.table}.{item.index}" for item in columns}
    numbers = [v.version for v in versions if v.kind == "index"]
    found = Findings()
    with connect(engine) as connection:
        default = _default(connection)
        strange = {_shown(default, *place) for place in run_when_planned(connection)}
        for name in _tables(connection, default):
            if name in strange:
                found.unread.append(name)
                continue
            try:
                table = reflect(connection, name)
                refuse_hidden_rows(connection, table)
                for column, rows in _count(connection, table, version, numbers, known):
                    found.rows[f"{name}.{column}"] = rows
            except (SQLAlchemyError, JobError):
                connection.rollback()
                found.unread.append(name)
    return found


def _default(connection: sa.Connection) -> str | None:
    """The schema whose tables are named without one."""
    return home(connection) or inspect(connection).default_schema_name


def _shown(default: str | None, schema: str | None, name: str) -> str:
    return name if schema == default else f"{schema}.{name}"


def _tables(connection: sa.Connection, default: str | None) -> list[str]:
    """Tables and materialized views, a partitioned table once; ``schema.table`` outside the default schema."""
    inspector, names = inspect(connection), list[str]()
    schemas: list[str | None] = [default]
    if connection.dialect.name != "sqlite":
        schemas = [*inspector.get_schema_names()]
    if connection.dialect.name == "mysql" and connection.engine.url.database:
        schemas = [connection.engine.url.database]
    parts = _partitions(connection)
    for schema in schemas:
        if schema in _SYSTEM or str(schema).startswith("pg_"):
            continue
        views = (
            inspector.get_materialized_view_names(schema) if connection.dialect.name == "postgresql" else []
        )
        names += [
            _shown(default, schema, name)
            for name in (*inspector.get_table_names(schema), *views)
            if not name.startswith("piiguard_") and (schema, name) not in parts
        ]
    return names


def _partitions(connection: sa.Connection) -> set[tuple[str, str]]:
    if connection.dialect.name != "postgresql":
        return set()
    query = sa.text(
        "select n.nspname, c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace"
        " where c.relispartition"
    )
    return {(schema, name) for schema, name in connection.execute(query)}


def _count(
    connection: sa.Connection, table: sa.Table, version: KeyVersion, numbers: list[int], known: set[str]
) -> Iterator[tuple[str, int]]:
    """The columns of a table with rows under the key; one scan for all of them."""
    data = version.kind == "data"
    dialect = connection.dialect.name
    wanted = [
        column
        for column in table.c
        if f"{table.fullname}.{column.name}" not in known
        and (_may_hold_envelopes(dialect, column) if data else _may_hold_indexes(dialect, column))
    ]
    if not wanted:
        return
    if data:
        counts = [_rows(under(dialect, column, [version.id])) for column in wanted]
    else:
        counts = [count for column in wanted for count in _like_an_index(column, version.version, numbers)]
    row = connection.execute(sa.select(*counts).select_from(table)).one()
    if data:
        yield from ((column.name, n) for column, n in zip(wanted, row, strict=True) if n)
        return
    for column, here, alike, filled in zip(wanted, row[::3], row[1::3], row[2::3], strict=True):
        if here and alike == filled:
            yield column.name, int(here)


def _rows(where: sa.ColumnElement[bool]) -> sa.ColumnElement[int]:
    return sa.func.coalesce(sa.func.sum(sa.case((where, 1), else_=0)), 0)


def _like_an_index(column: sa.Column[Any], version: int, numbers: list[int]) -> list[sa.ColumnElement[int]]:
    """Values of this version, values that look like an index at all, and values."""
    length = sa.func.length(column)
    sized = sa.and_(length > 2, length <= SIZE)
    head = sa.func.substr(column, 1, 2)
    alike = sa.or_(*(head == _head(number) for number in numbers))
    return [
        _rows(sa.and_(sized, head == _head(version))),
        _rows(sa.and_(sized, alike)),
        sa.func.count(column),
    ]


def _head(version: int) -> sa.ColumnElement[bytes]:
    return sa.literal(version.to_bytes(2, "big"), sa.LargeBinary())


def _may_hold_envelopes(dialect: str, column: sa.Column[Any]) -> bool:
    length = getattr(column.type, "length", None)
    if dialect == "sqlite":  # any column holds anything there
        return True
    if is_binary(column):
        return length is None or length >= OVERHEAD
    return is_text(column) and (length is None or length >= SHORTEST_TEXT)


def _may_hold_indexes(dialect: str, column: sa.Column[Any]) -> bool:
    return is_binary(column) or (dialect == "sqlite" and not is_text(column))
