"""What is unique in a table, besides its primary key."""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa

from piiguard.database import inspect

__all__ = ["unique_groups"]


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
