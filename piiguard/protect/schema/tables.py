"""Finds a table and its columns in the database, or says what was probably meant.

Jobs know a column as the database shows it: no models are needed, and none are imported.
"""

from __future__ import annotations

import difflib
import json
import warnings
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import NoSuchTableError, SAWarning

from piiguard.database import home, inspect
from piiguard.errors import JobError

__all__ = [
    "Key",
    "column_of",
    "compared",
    "home_of",
    "key_of",
    "quoted",
    "reflect",
    "split",
    "unique_groups",
    "unmoved",
]


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
    _fold(connection, table)
    _mark_followers(connection, table)
    return table


_HOME = "piiguard_home"
_FOLDED = "piiguard_folded"


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


def _fold(connection: sa.Connection, table: sa.Table) -> None:
    """Columns of citext count as text: the operators of its own stand in a schema that is in no path of ours."""
    if connection.dialect.name != "postgresql":
        return
    query = sa.text(
        "select a.attname from pg_attribute a join pg_type t on t.oid = a.atttypid"
        " where a.attrelid = cast(:name as regclass) and t.typname = 'citext' and not a.attisdropped"
    )
    for column in connection.scalars(query, {"name": as_value(connection.dialect, table)}):
        table.c[column].type = sa.Text()
        table.c[column].info[_FOLDED] = True


def compared(column: sa.Column[Any]) -> sa.ColumnElement[Any]:
    """A key column as its rows are put in order: what folds case is ordered by its bytes."""
    return sa.cast(column, sa.Text).collate("C") if column.info.get(_FOLDED) else column


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


@dataclass(frozen=True, slots=True)
class Key:
    """The columns that name a row, in the order in which a job walks."""

    columns: tuple[sa.Column[Any], ...]

    @property
    def order(self) -> tuple[sa.ColumnElement[Any], ...]:
        """The columns to sort by."""
        return tuple(map(compared, self.columns))

    def of(self, table: sa.Table) -> Key:
        """The same key of a table that was read again."""
        for column in self.columns:
            table.c[column.name].type = column.type
        return Key(tuple(table.c[column.name] for column in self.columns))

    def after(self, values: Sequence[Any]) -> sa.ColumnElement[bool]:
        """Rows behind this one."""
        bound: sa.ColumnElement[bool] = _row(self.order) > _row_of(self.columns, values)
        return bound

    def since(self, values: Sequence[Any]) -> sa.ColumnElement[bool]:
        """This row, and those behind it."""
        bound: sa.ColumnElement[bool] = _row(self.columns) >= _row_of(self.columns, values)
        return bound

    def upto(self, values: Sequence[Any]) -> sa.ColumnElement[bool]:
        """Rows up to this one, with it."""
        bound: sa.ColumnElement[bool] = _row(self.order) <= _row_of(self.columns, values)
        return bound

    def between(
        self, low: Sequence[Any] | None, high: Sequence[Any] | None
    ) -> tuple[sa.ColumnElement[bool], ...]:
        """Rows behind ``low``, up to ``high``; None is no bound."""
        return (
            *((self.after(low),) if low is not None else ()),
            *((self.upto(high),) if high is not None else ()),
        )


def _row(items: Sequence[Any]) -> Any:
    return items[0] if len(items) == 1 else sa.tuple_(*items)


def _row_of(columns: Sequence[sa.Column[Any]], values: Sequence[Any]) -> Any:
    return _row([sa.literal(v, c.type) for c, v in zip(columns, values, strict=True)])


class _AsText(sa.types.TypeDecorator[str]):
    """A key that a driver cannot read or bind as it is, such as ``infinity`` or an enum: it goes as its text."""

    impl = sa.Text
    cache_ok = True

    def __init__(self, kind: str) -> None:
        super().__init__()
        self.kind = kind

    def column_expression(self, column: Any) -> Any:
        return sa.func.pg_catalog.concat(
            column, type_=sa.Text()
        )  # the type's own output, as is its input below

    def bind_expression(self, bindvalue: Any) -> Any:
        return sa.cast(sa.type_coerce(bindvalue, _Named(self.kind)), _Named(self.kind))


class _Named(sa.types.UserDefinedType[Any]):
    """A type by its name in the database."""

    cache_ok = True

    def __init__(self, kind: str) -> None:
        self.kind = kind

    def get_col_spec(self, **_: Any) -> str:
        return self.kind


class _AsNumber(sa.types.TypeDecorator[int]):
    """MariaDB orders an ENUM by the number of its members, but compares it with a text as a text."""

    impl = sa.Integer
    cache_ok = True

    def column_expression(self, column: Any) -> Any:
        return sa.type_coerce(column, sa.Integer) + sa.literal_column("0")


def _walkable(dialect: sa.Dialect, column: sa.Column[Any]) -> sa.Column[Any]:
    """The column with a type in which every key can be read, bound and put in order."""
    kind = column.type
    if dialect.name == "mysql" and isinstance(kind, sa.Enum):
        column.type = _AsNumber()
    elif dialect.name == "sqlite" and not isinstance(kind, sa.Integer | sa.String | sa.LargeBinary):
        column.type = sa.types.NullType()  # as it is stored: any column holds anything
    elif dialect.name == "postgresql" and isinstance(kind, sa.String) and not isinstance(kind, sa.Enum):
        if kind.collation:
            column.type = type(kind)(kind.length)
    elif dialect.name == "postgresql" and not isinstance(kind, (_AsText, *_BINDABLE)):
        column.type = _AsText(kind.compile(dialect))
    return column


_BINDABLE: tuple[type, ...] = (sa.Integer, sa.Uuid, sa.Numeric, sa.LargeBinary)


def key_of(connection: sa.Connection, table: sa.Table, *, without: Sequence[str] = ()) -> Key:
    """The primary key, else a unique constraint over columns that are never NULL; none of ``without`` is in it."""
    if table.primary_key.columns:
        return Key(tuple(_walkable(connection.dialect, c) for c in table.primary_key.columns))
    for names in unique_groups(connection, table):
        columns = tuple(table.c[name] for name in names if name in table.c and name not in without)
        if len(columns) == len(names) and not any(c.nullable for c in columns):
            return Key(tuple(_walkable(connection.dialect, c) for c in columns))
    raise JobError(
        f"{table.fullname}: the table has no primary key, so a row cannot be found again",
        hint="add a primary key, or a UNIQUE constraint over a column that is NOT NULL",
    )


def unique_groups(connection: sa.Connection, table: sa.Table) -> list[list[str]]:
    """The column names of every unique constraint or index, the smallest first; partial ones do not count."""
    if connection.dialect.name == "sqlite":
        return sorted(_sqlite_groups(connection, table), key=len)
    inspector = inspect(connection)
    constraints = inspector.get_unique_constraints(table.name, table.schema)
    found = [item["column_names"] for item in constraints]
    for index in inspector.get_indexes(table.name, table.schema):
        names = [name for name in index["column_names"] if name is not None]
        partial = any(key.endswith("_where") for key in index.get("dialect_options", {}))
        if index["unique"] and not partial and len(names) == len(index["column_names"]):
            found.append(names)
    return sorted(found, key=len)


def _sqlite_groups(connection: sa.Connection, table: sa.Table) -> Iterator[list[str]]:
    """From the pragmas: reflection reads the text of CREATE TABLE, and misses some spellings of UNIQUE."""
    quote = connection.dialect.identifier_preparer.quote
    for row in connection.exec_driver_sql(f"PRAGMA index_list({quote(table.name)})").mappings().all():
        if row["unique"] and not row["partial"] and row["origin"] != "pk":
            listed = connection.exec_driver_sql(f"PRAGMA index_info({quote(row['name'])})").mappings().all()
            names = [item["name"] for item in listed]
            if None not in names:
                yield names


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
