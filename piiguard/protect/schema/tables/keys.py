"""The columns that name a row: how they are found, read, bound and put in order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import mysql

from piiguard.database import inspect
from piiguard.errors import JobError
from piiguard.protect.schema.tables.tables import FOLDED, home_of
from piiguard.protect.schema.tables.unique import unique_groups

__all__ = ["Key", "compared", "key_of"]


def compared(column: sa.Column[Any]) -> sa.ColumnElement[Any]:
    """A key column as its rows are put in order: what folds case is ordered by its bytes."""
    return sa.cast(column, sa.Text).collate("C") if column.info.get(FOLDED) else column


@dataclass(frozen=True, slots=True)
class Key:
    """The columns that name a row, in the order in which a job takes rows."""

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
    """MariaDB orders an ENUM or a SET by the number of its members, but compares it with a text as a text."""

    impl = sa.Integer
    cache_ok = True

    def column_expression(self, column: Any) -> Any:
        return sa.type_coerce(column, sa.Integer) + sa.literal_column("0")


class _AsDouble(sa.types.TypeDecorator[float]):
    """MariaDB shows six digits of a FLOAT, and orders it by all: read so, a row would come behind itself for ever."""

    impl = sa.Double
    cache_ok = True

    def column_expression(self, column: Any) -> Any:
        return sa.type_coerce(column, sa.Double) * sa.literal_column("1e0")


class _AsHours(sa.types.TypeDecorator[str]):
    """MariaDB's TIME goes from -838 hours to 838, which the driver makes a time of day of."""

    impl = sa.Text
    cache_ok = True

    def column_expression(self, column: Any) -> Any:
        return sa.cast(sa.type_coerce(column, sa.types.NullType()), sa.CHAR)


def _sortable(dialect: sa.Dialect, column: sa.Column[Any]) -> sa.Column[Any]:
    """The column with a type in which every key can be read, bound and put in order."""
    kind = column.type
    if dialect.name == "mysql" and isinstance(kind, sa.Enum | mysql.SET):
        column.type = _AsNumber()
    elif dialect.name == "mysql" and isinstance(kind, sa.Time):
        column.type = _AsHours()
    elif dialect.name == "mysql" and isinstance(kind, sa.Float):
        column.type = _AsDouble()
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
        if connection.dialect.name == "sqlite":
            _refuse_unnamed(connection, table)
        return Key(tuple(_sortable(connection.dialect, c) for c in table.primary_key.columns))
    for names in unique_groups(connection, table):
        columns = tuple(table.c[name] for name in names if name in table.c and name not in without)
        if len(columns) == len(names) and not any(c.nullable for c in columns):
            return Key(tuple(_sortable(connection.dialect, c) for c in columns))
    if _is_view(connection, table):
        raise JobError(
            f"{table.fullname}: it is a view, and stores nothing that could be changed",
            hint="name the table that it reads; a materialized view is refreshed afterwards",
        )
    raise JobError(
        f"{table.fullname}: the table has no primary key, so a row cannot be found again",
        hint="add a primary key, or a UNIQUE constraint over a column that is NOT NULL",
    )


def _is_view(connection: sa.Connection, table: sa.Table) -> bool:
    look, schema = inspect(connection), home_of(table)
    stored = look.get_materialized_view_names(schema) if connection.dialect.name == "postgresql" else []
    return table.name in (*look.get_view_names(schema), *stored)


def _refuse_unnamed(connection: sa.Connection, table: sa.Table) -> None:
    """SQLite lets a primary key be NULL: no comparison finds such a row, and several have the same key."""
    for column in table.primary_key.columns:
        # As it is stored: a declared type would read what is there
        raw = sa.type_coerce(column, sa.types.NullType())
        if connection.scalar(sa.select(sa.literal(1)).where(raw.is_(None)).limit(1)):
            raise JobError(
                f"{table.fullname}: rows have NULL in their primary key, so they cannot be found again",
                hint=f"give each of them a {column.name} of its own",
            )
