"""By which operators PostgreSQL compares the columns of a foreign key: those of a type from an extension are not its own.

``citext`` is equal in any case by an operator of its schema, which no search path names here, and by text otherwise. Those
of a foreign key belong to an operator class, which only a superuser makes: nobody has his own function run
(https://www.postgresql.org/docs/current/sql-createopclass.html).
"""

from __future__ import annotations

from collections.abc import Mapping

import sqlalchemy as sa

__all__ = ["operators"]

_QUERY = """
select n.nspname, c.relname, f.conname, o.at - 1, s.nspname, p.oprname
from pg_catalog.pg_constraint f
join pg_catalog.pg_class c on c.oid = f.conrelid
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
cross join lateral pg_catalog.unnest(f.conpfeqop) with ordinality o(oid, at)
join pg_catalog.pg_operator p on p.oid = o.oid
join pg_catalog.pg_namespace s on s.oid = p.oprnamespace
where f.contype = 'f' and s.nspname <> 'pg_catalog'
"""


def operators(connection: sa.Connection) -> Mapping[tuple[str, str, str], Mapping[int, str]]:
    """By schema, table and name of a foreign key: the operators of its columns, by their places, that are not the usual one."""
    found: dict[tuple[str, str, str], dict[int, str]] = {}
    if connection.dialect.name == "postgresql":
        quote = connection.dialect.identifier_preparer.quote_identifier
        for schema, table, name, at, home, sign in connection.exec_driver_sql(_QUERY):
            found.setdefault((schema, table, name), {})[at] = f"OPERATOR({quote(home)}.{sign})"
    return found
