"""Finds a table and its columns in the database, or says what was probably meant."""

from __future__ import annotations

import difflib
import warnings
from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import DOMAIN
from sqlalchemy.exc import NoSuchTableError, SAWarning

from piiguard.database import home, inspect
from piiguard.errors import JobError

__all__ = ["FOLDED", "as_value", "column_of", "home_of", "quoted", "reflect", "split", "unmoved"]


def split(place: str) -> tuple[str, str]:
    """The table and the column of ``TABLE.COLUMN`` or ``SCHEMA.TABLE.COLUMN``.

    >>> split("crm.students.iin")
    ('crm.students', 'iin')
    """
    table, _, column = place.rpartition(".")
    if not table or not column:
        raise JobError(f"{place}: not a column", hint="write it as TABLE.COLUMN, for example students.iin")
    return table, column


def reflect(connection: sa.Connection, name: str) -> sa.Table:
    """The table as the database describes it."""
    schema, _, bare = name.rpartition(".")
    if schema and schema not in (schemas := inspect(connection).get_schema_names()):
        if name in inspect(connection).get_table_names(home(connection, None)):
            raise JobError(
                f"{name}: a dot in a name would be read as the one after a schema",
                hint="rename the table first",
            )
        raise JobError(f"{schema}: there is no such schema", hint=_meant(schema, schemas, "schemas"))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SAWarning)  # types that SQLAlchemy does not know are none of ours
            table = sa.Table(
                bare, sa.MetaData(), schema=schema or None, autoload_with=connection, resolve_fks=False
            )
    except NoSuchTableError:
        known = inspect(connection).get_table_names(schema or None)
        raise JobError(f"{name}: there is no such table", hint=_meant(bare, known, "tables")) from None
    table.info[_HOME] = home(connection, table.schema)
    _undomain(table)
    _fold(connection, table)
    _mark_followers(connection, table)
    return table


_HOME = "piiguard_home"
FOLDED = "piiguard_folded"


def home_of(table: sa.Table) -> str | None:
    """The schema in which the table stands, named or not; None where the database has but one."""
    return table.schema or table.info.get(_HOME)


def quoted(dialect: sa.Dialect, table: sa.Table) -> str:
    """The table's whole name, for a statement that is made as text: no path completes it."""
    preparer = dialect.identifier_preparer
    schema, name = home_of(table), preparer.quote(table.name)
    return f"{preparer.quote_schema(schema)}.{name}" if schema else name


def as_value(dialect: sa.Dialect, table: sa.Table) -> str:
    """The same name as a value that is bound, where a driver's sign for parameters is no sign and stands once."""
    name = quoted(dialect, table)
    return name.replace("%%", "%") if dialect.paramstyle in ("format", "pyformat") else name


def _undomain(table: sa.Table) -> None:
    """A domain is what it is made of: it is read, bound and compared as that, whatever it is named and checks."""
    for column in table.c:
        while isinstance(column.type, DOMAIN):
            column.type = column.type.data_type
            if isinstance(column.type, sa.String) and column.type.collation == "default":
                column.type.collation = None  # the catalogue's word for none of its own


def _fold(connection: sa.Connection, table: sa.Table) -> None:
    """Columns of citext count as text: the operators of its own stand in a schema that is in no path of ours."""
    if connection.dialect.name != "postgresql":
        return
    query = sa.text(
        "with recursive made (attname, oid) as ("
        " select attname, atttypid from pg_attribute where attrelid = cast(:name as regclass) and not attisdropped"
        " union select m.attname, t.typbasetype from made m join pg_type t on t.oid = m.oid where t.typtype = 'd')"
        " select m.attname from made m join pg_type t on t.oid = m.oid where t.typname = 'citext'"
    )
    for column in connection.scalars(query, {"name": as_value(connection.dialect, table)}):
        table.c[column].type = sa.Text()
        table.c[column].info[FOLDED] = True


def _mark_followers(connection: sa.Connection, table: sa.Table) -> None:
    """Note MariaDB's columns with ON UPDATE CURRENT_TIMESTAMP, of which reflection tells some."""
    if connection.dialect.name != "mysql":
        return
    query = sa.text(
        "select column_name from information_schema.columns where extra like '%on update%'"
        " and table_name = :name and table_schema = coalesce(:schema, database())"
    )
    for name in connection.scalars(query, {"name": table.name, "schema": table.schema}):
        table.c[name].info["follows"] = True


def unmoved(table: sa.Table) -> dict[sa.Column[Any], sa.Column[Any]]:
    """Assignments that keep a job from moving the time at which an application last changed a row."""
    return {column: column for column in table.c if column.info.get("follows")}


def column_of(table: sa.Table, name: str) -> sa.Column[Any]:
    """A column of the table."""
    if name in table.c:
        return table.c[name]
    raise JobError(
        f"{table.fullname}.{name}: there is no such column",
        hint=_meant(name, table.c.keys(), "columns"),
    )


def _meant(name: str, known: Iterable[str], what: str) -> str:
    names = sorted(n for n in known if not n.startswith("piiguard_"))
    if close := difflib.get_close_matches(name, names, n=1, cutoff=0.6):
        return f"did you mean {close[0]}?"
    shown = ", ".join(names[:8]) + (", …" if len(names) > 8 else "")
    return f"the {what} there are {shown}" if names else f"there are no {what} there"
