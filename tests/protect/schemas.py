"""A database's own description of itself, as an oracle: nothing of piiguard's code is used."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

_POSTGRESQL = (
    (
        "select attrelid::regclass::text, attname, format_type(atttypid, atttypmod), attnotnull, attacl::text,"
        " col_description(attrelid, attnum), attstattarget, attgenerated from pg_attribute a join pg_class c on c.oid = attrelid"
        " where relnamespace = 'public'::regnamespace and relkind in ('r', 'p', 'v', 'm') and attnum > 0 and not attisdropped"
    ),
    "select indexdef from pg_indexes where schemaname = 'public'",
    (
        "select conrelid::regclass::text, conname, pg_get_constraintdef(oid), convalidated from pg_constraint"
        " where connamespace = 'public'::regnamespace"
    ),
    "select tgname, pg_get_triggerdef(oid) from pg_trigger where not tgisinternal",
    "select viewname, definition from pg_views where schemaname = 'public'",
    "select matviewname, definition from pg_matviews",
    "select tablename, policyname, qual from pg_policies",
    "select stxname, pg_get_statisticsobjdef(oid) from pg_statistic_ext",
    "select proname from pg_proc where pronamespace = 'public'::regnamespace",
    "select pubname, tablename, attnames::text from pg_publication_tables",
)


def dump(engine: sa.Engine, *, jobs: bool = True) -> list[str]:
    """Every object of the database with its definition, in an order of its own; without ``jobs`` not their notes."""
    with engine.connect() as connection:
        found = sorted(_MAKERS[engine.dialect.name](connection))
    return [line for line in found if jobs or not any(name in line for name in _NOTES)]


def _postgresql(connection: sa.Connection) -> list[str]:
    return [str(tuple(row)) for query in _POSTGRESQL for row in connection.execute(sa.text(query))]


def _mysql(connection: sa.Connection) -> list[str]:
    tables = connection.exec_driver_sql("show full tables").all()
    found = []
    for name, kind in tables:
        word = "view" if kind == "VIEW" else "table"
        text = str(connection.exec_driver_sql(f"show create {word} `{name}`").all()[0][1])
        found.append(text.split(") ENGINE")[0] if word == "table" else text)
    triggers = connection.exec_driver_sql(
        "select trigger_name, action_statement from information_schema.triggers where trigger_schema = database()"
    )
    found += [str(tuple(row)) for row in triggers]
    granted = connection.exec_driver_sql(
        "select user, table_name, column_name, column_priv from mysql.columns_priv where db = database()"
    )
    return found + [str(tuple(row)) for row in granted]


def _sqlite(connection: sa.Connection) -> list[str]:
    found = [
        str(tuple(row)) for row in connection.exec_driver_sql("select type, name, sql from sqlite_master")
    ]
    for (name,) in connection.exec_driver_sql("select name from sqlite_master where type = 'table'").all():
        columns = connection.exec_driver_sql(f"pragma table_xinfo({name})").all()
        found += [f"{name}: {tuple(row)[1:]}" for row in columns]
    return found


_NOTES = ("piiguard_jobs", "piiguard_state", "piiguard_residues", "piiguard_proofs")
_MAKERS: dict[str, Any] = {"postgresql": _postgresql, "mysql": _mysql, "sqlite": _sqlite}
