"""Runs the statements that change a schema: briefly waiting for locks, and again, and in our words."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from piiguard.database import inspect
from piiguard.errors import JobError
from piiguard.protect.refusal import Refusal
from piiguard.protect.schema.ddl.sqlite import SqliteDdl
from piiguard.protect.schema.dependents.sqlite import rehearse, strictly
from piiguard.protect.schema.tables import Key, as_value, home_of, unique_groups
from piiguard.protect.show import show_key
from piiguard.protect.transient import is_transient

if TYPE_CHECKING:
    from piiguard.manifest import ProtectedColumn
    from piiguard.protect.schema.ddl import Ddl, Migration

__all__ = ["beside_writers", "indexed", "invalid_indexes", "make_indexes", "refused", "run_ddl", "that_works"]


def that_works(connection: sa.Connection, ddl: Ddl) -> list[str]:
    """The statements of the swap; in SQLite those of its ways that an empty copy of the schema takes.

    Raises :class:`JobError` with what SQLite says when it takes none.
    """
    said = None
    for way in ddl.ways():
        if connection.dialect.name != "sqlite":
            return way
        head = () if ddl.move.twin in ddl.move.table.c else (*ddl.expand(), *ddl.guard())
        said = rehearse(connection, [*head, *ddl.unguard(), *way]) or _not_taken(connection, ddl, way)
        if said is None:
            return way
    raise JobError(
        f"{ddl.move.place}: the database would refuse to change the table: {said}",
        hint="drop what it names first, and make it again afterwards; nothing was changed",
    )


def _not_taken(connection: sa.Connection, ddl: Ddl, way: Sequence[str]) -> str | None:
    """What SQLite would say of the rows: a column of a STRICT table takes values of its own type only."""
    move = ddl.move
    if not isinstance(ddl, SqliteDdl) or list(way) != ddl.copy():
        return None
    kind = strictly(connection, move.table.name, move.source.name)
    wanted = "BLOB" if move.to_cipher else (move.plain_type or "").upper()
    if kind in (None, wanted):
        return None
    return (
        f"the table is STRICT, and {move.source.name} takes {kind} only: --storage text converts it in place"
    )


def run_ddl(
    connection: sa.Connection, place: str, statements: Sequence[str], *, outside: bool = False
) -> None:
    """Run statements in one transaction, waiting briefly for locks, and again; or each ``outside`` of one."""
    if not statements:
        return
    if outside and connection.dialect.name == "postgresql":
        connection.commit()
        connection = connection.execution_options(isolation_level="AUTOCOMMIT")
    for attempt in range(30):
        try:
            if connection.dialect.name == "postgresql":
                # An index made CONCURRENTLY waits for transactions and holds up none; giving up leaves half of it.
                connection.exec_driver_sql(
                    "set lock_timeout = 0" if outside else "set local lock_timeout = '2s'"
                )
            for statement in statements:
                connection.exec_driver_sql(statement)
            connection.commit()
            return
        except SQLAlchemyError as error:
            connection.rollback()
            if not is_transient(error, reconnecting=False):
                raise refused(place, error) from None
            time.sleep(0.2 + 0.1 * attempt)
    raise JobError(
        f"{place}: the table could not be locked", hint="long transactions hold it; try again later"
    )


def make_indexes(connection: sa.Connection, table: sa.Table, place: str, wanted: Mapping[str, str]) -> None:
    """Make those of the indexes, by name, that are not there; what a killed run left half made goes first."""
    there = {found["name"] for found in inspect(connection).get_indexes(table.name, table.schema)}
    quote = connection.dialect.identifier_preparer.quote
    for name in invalid_indexes(connection, table) & set(wanted):
        schema = f"{quote(found)}." if (found := home_of(table)) else ""
        run_ddl(connection, place, [f"DROP INDEX {schema}{quote(name)}"])
        there.discard(name)
    missing = [beside_writers(connection, table, made) for name, made in wanted.items() if name not in there]
    run_ddl(connection, place, missing, outside=True)


def indexed(connection: sa.Connection, ddl: Ddl, key: Key, item: ProtectedColumn) -> bool:
    """Whether there is nothing to make; refuses values that cannot be unique."""
    move = ddl.move
    if not move.to_cipher or not move.index:
        return not ddl.indexes()
    table, broken = move.table, invalid_indexes(connection, move.table)
    for found in inspect(connection).get_indexes(table.name, table.schema):
        fits = found["column_names"] == [move.index] and found["name"] not in broken
        if fits and (found["unique"] or not move.unique):
            return True
    if not broken and [move.index] in unique_groups(connection, table):
        return True
    if move.unique:
        _refuse_duplicates(connection, move, key, item)
    return False


def _refuse_duplicates(connection: sa.Connection, move: Migration, key: Key, item: ProtectedColumn) -> None:
    """Values that are equal only after normalizing; told by their keys."""
    index = move.table.c[str(move.index)]
    twice = sa.select(index).where(index.is_not(None)).group_by(index).having(sa.func.count() > 1).limit(1)
    if (value := connection.scalar(twice)) is None:
        return
    rows = connection.execute(sa.select(*key.columns).where(index == value).limit(5)).all()
    raise Refusal(
        f"{move.place}: the rows {', '.join(map(show_key, rows))} are equal after the normalizer"
        f" {item.normalizer}, so {move.index} cannot be unique",
        hint="correct one of them, or choose --normalizer exact; then run the command again",
    )


def invalid_indexes(connection: sa.Connection, table: sa.Table) -> set[str]:
    """PostgreSQL keeps an index whose CREATE INDEX CONCURRENTLY was killed, and does not use it."""
    if connection.dialect.name != "postgresql":
        return set()
    query = sa.text(
        "select c.relname from pg_index i join pg_class c on c.oid = i.indexrelid"
        " where i.indrelid = cast(:name as regclass) and not i.indisvalid"
    )
    name = as_value(connection.dialect, table)
    return set(connection.scalars(query, {"name": name}))


def beside_writers(connection: sa.Connection, table: sa.Table, statement: str) -> str:
    """PostgreSQL's CONCURRENTLY, which a partitioned table does not take."""
    if connection.dialect.name != "postgresql":
        return statement
    name = as_value(connection.dialect, table)
    kind = connection.scalar(
        sa.text("select relkind from pg_class where oid = cast(:name as regclass)"), {"name": name}
    )
    return statement if kind in ("p", b"p") else statement.replace("INDEX ", "INDEX CONCURRENTLY ", 1)


def refused(place: str, error: SQLAlchemyError) -> JobError:
    """A refused change of the schema; the first line of the server names objects, never values."""
    orig: Any = getattr(error, "orig", None)
    said = getattr(getattr(orig, "diag", None), "message_primary", None)
    if said is None:
        said = str(orig.args[-1]) if orig is not None and orig.args else type(error).__name__
    if "duplicate" in said.lower() or "unique" in said.lower():
        said = "values are not unique"
    return JobError(
        f"{place}: the database refused to change the table: {said.strip().rstrip('.')}",
        hint="--plan prints every statement; nothing is lost, and the command can be run again",
    )
