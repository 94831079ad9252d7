"""Code that belongs to a table and runs when a job writes to it: triggers, and functions of constraints and indexes.

A function with a ``search_path`` of its own runs as it should under any. One without relies on the path of whoever
writes. So the statement that writes rows, and no other, gets back those schemas of the account's path in which
strangers can have left nothing; see docs/decisions/0003-an-empty-search-path.md.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from piiguard.database import own_path
from piiguard.errors import JobError
from piiguard.protect.schema.tables import as_value, quoted
from piiguard.protect.transient import is_transient

__all__ = ["path_for", "refuse_astray", "writing"]

_CODE = sa.text("""
with recursive t (oid) as (
    select cast(:name as regclass)::oid union select i.inhrelid from pg_inherits i join t on i.inhparent = t.oid),
made (class, oid) as (
    select 'pg_constraint'::regclass, c.oid from pg_constraint c join t on c.conrelid = t.oid
    union all select 'pg_class'::regclass, i.indexrelid from pg_index i join t on i.indrelid = t.oid
    union all select 'pg_attrdef'::regclass, a.oid from pg_attrdef a join t on a.adrelid = t.oid
    union all select 'pg_rewrite'::regclass, r.oid from pg_rewrite r join t on r.ev_class = t.oid),
used (oid) as (
    select g.tgfoid from pg_trigger g join t on g.tgrelid = t.oid where not g.tgisinternal and g.tgenabled <> 'D'
    union select d.refobjid from pg_depend d join made on d.classid = made.class and d.objid = made.oid
     where d.refclassid = 'pg_proc'::regclass)
select p.oid::regprocedure::text
  from pg_proc p join used on used.oid = p.oid join pg_language l on l.oid = p.prolang
 where l.lanname not in ('c', 'internal') and p.pronamespace <> 'pg_catalog'::regnamespace
   and not exists (select from unnest(p.proconfig) as own (setting) where starts_with(own.setting, 'search_path='))
 order by 1
""")

# Who may become the owner of the table can run anything with it anyway: he needs no shadow.
_TRUSTED = sa.text("""
with stranger as (
    select r.oid from pg_roles r, pg_database d, pg_class c
     where d.datname = current_database() and c.oid = cast(:name as regclass) and not r.rolsuper
       and r.oid <> d.datdba and r.rolname <> 'pg_database_owner'
       and not pg_has_role(r.oid, c.relowner, 'MEMBER') and not pg_has_role(r.oid, current_user, 'MEMBER'))
select n.nspname from pg_namespace n
 where n.nspname = any (cast(:schemas as name[]))
   and not exists (select from stranger s where has_schema_privilege(s.oid, n.oid, 'CREATE'))
   and not exists (select from aclexplode(n.nspacl) a where a.grantee = 0 and a.privilege_type = 'CREATE')
   and not exists (select from pg_proc p join stranger s on s.oid = p.proowner where p.pronamespace = n.oid)
   and not exists (select from pg_operator o join stranger s on s.oid = o.oprowner where o.oprnamespace = n.oid)
""")

_WRITABLE = sa.text("""
select a.attname from pg_attribute a
 where a.attrelid = cast(:name as regclass) and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
   and a.attidentity <> 'a' and has_column_privilege(a.attrelid, a.attnum, 'UPDATE')
   and has_column_privilege(a.attrelid, a.attnum, 'SELECT')
""")


def path_for(connection: sa.Connection, table: sa.Table) -> tuple[str, ...]:
    """The schemas that are in the path while rows of this table are written; mostly none."""
    return _sorted_out(connection, table)[0] if _reliant(connection, table) else ()


@contextmanager
def writing(connection: sa.Connection, table: sa.Table) -> Iterator[None]:
    """For one statement that writes rows of the table; what it names must be qualified."""
    with own_path(connection, path_for(connection, table)):
        yield


def refuse_astray(connection: sa.Connection, table: sa.Table) -> None:
    """Raise before the work where the table's code needs a schema that strangers can write to.

    Whether it needs one shows when a row is written as it is; that is undone.
    """
    if not (functions := _reliant(connection, table)):
        return
    trusted, others = _sorted_out(connection, table)
    if not others:
        return
    connection.commit()
    try:
        _write_one(connection, table, trusted)
    except SQLAlchemyError as error:
        if is_transient(error, reconnecting=False):
            return  # somebody holds the row, which says nothing of the code
    else:
        return
    finally:
        connection.rollback()
    quote = connection.dialect.identifier_preparer.quote
    raise JobError(
        f"{table.fullname}: {', '.join(functions)} has no search_path of its own, and fails without"
        f" {', '.join(others)}, where other roles may put objects",
        hint=f"alter function {functions[0]} set search_path = pg_catalog, {quote(others[0])}, pg_temp;"
        " or take the right to create there from the others",
    )


def _reliant(connection: sa.Connection, table: sa.Table) -> list[str]:
    """Functions of the table that have no path of their own."""
    if connection.dialect.name != "postgresql":
        return []
    return list(connection.scalars(_CODE, {"name": as_value(connection.dialect, table)}))


def _sorted_out(connection: sa.Connection, table: sa.Table) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The schemas of the account's path: those in which strangers have left nothing, and the others."""
    schemas: tuple[str, ...] = connection.get_execution_options().get("piiguard_schemas", ())
    names = {"name": as_value(connection.dialect, table), "schemas": list(schemas)}
    trusted = set(connection.scalars(_TRUSTED, names))
    return tuple(s for s in schemas if s in trusted), tuple(s for s in schemas if s not in trusted)


def _write_one(connection: sa.Connection, table: sa.Table, schemas: tuple[str, ...]) -> None:
    name, quote = quoted(connection.dialect, table), connection.dialect.identifier_preparer.quote
    columns = [
        quote(column)
        for column in connection.scalars(_WRITABLE, {"name": as_value(connection.dialect, table)})
    ]
    if not columns:
        return
    same = ", ".join(f"{column} = {column}" for column in columns)
    row = f"select tableoid, ctid from {name} limit 1"  # noqa: S608 - quoted names
    connection.exec_driver_sql("set local lock_timeout = '800ms'")
    with own_path(connection, schemas):
        where = f"(tableoid, ctid) in ({row})"
        connection.exec_driver_sql(f"update {name} set {same} where {where}")  # noqa: S608
