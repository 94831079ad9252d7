"""The catalog of PostgreSQL, asked in two statements that wait for no lock.

SQLAlchemy's inspector, and the functions that tell sizes, wait for whoever holds a table exclusively.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

import sqlalchemy as sa

from piiguard.database import home
from piiguard.detect.headers import hints
from piiguard.entities import KZ_DOCUMENT_DATE
from piiguard.read.relation import Column, Kind, Reading, Relation

__all__ = ["relations", "with_columns"]

_KINDS: dict[str, Kind] = {"r": "table", "p": "partitioned", "v": "view", "m": "materialized", "f": "foreign"}

# A table that was never analysed has reltuples -1, but the statistics know its live rows.
_RELATIONS = """
with recursive leaf (root, oid) as (
    select oid, oid from pg_class where relkind = 'p'
    union all select leaf.root, i.inhrelid from leaf join pg_inherits i on i.inhparent = leaf.oid)
select n.nspname, c.relname, c.relkind::text,
       case when c.relkind in ('v', 'f') then -1
            when c.relkind = 'p' then (select coalesce(sum(greatest(k.reltuples, pg_stat_get_live_tuples(k.oid))), 0)
                                         from leaf join pg_class k on k.oid = leaf.oid
                                        where leaf.root = c.oid and k.relkind = 'r')
            else greatest(c.reltuples, pg_stat_get_live_tuples(c.oid)) end::bigint,
       c.relkind = 'r' and c.relhassubclass,
       c.relkind = 'f' or exists (select from leaf join pg_class k on k.oid = leaf.oid
                                   where leaf.root = c.oid and k.relkind = 'f'),
       row_security_active(c.oid)
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
 where c.relkind in ('r', 'p', 'v', 'm', 'f') and not c.relispartition and c.relpersistence <> 't'
   and n.nspname not in ('pg_catalog', 'information_schema') and n.nspname !~ '^pg_(toast|temp)'
"""

# Of a domain the type below it counts; of an array its elements. A name counts only for a type of the server or
# of an extension: anybody can call a type of his "uuid".
_COLUMNS = """
with recursive below (domain, oid) as (
    select oid, typbasetype from pg_type where typtype = 'd'
    union all select below.domain, t.typbasetype from below join pg_type t on t.oid = below.oid where t.typtype = 'd')
select n.nspname, c.relname, a.attname,
       case when t.typnamespace = 'pg_catalog'::regnamespace or exists (
                 select from pg_depend e where e.classid = 'pg_type'::regclass and e.objid = t.oid and e.deptype = 'e')
            then t.typname else '' end,
       t.typcategory::text, has_column_privilege(c.oid, a.attnum, 'SELECT'), a.atttypmod, coalesce(d.description, ''), coalesce(a.attnum = any (p.indkey), false), array_length(p.indkey, 1)
  from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace
  join pg_type y on y.oid = a.atttypid left join below on below.domain = y.oid
  join pg_type t on t.oid = coalesce(below.oid, y.oid) and t.typtype <> 'd'
  left join pg_description d on d.objoid = c.oid and d.objsubid = a.attnum and d.classoid = 'pg_class'::regclass
  left join pg_index p on p.indrelid = c.oid and p.indisprimary
 where a.attnum > 0 and not a.attisdropped and c.relkind in ('r', 'p', 'v', 'm', 'f')
   and n.nspname not in ('pg_catalog', 'information_schema') and n.nspname !~ '^pg_(toast|temp)'
 order by n.nspname, c.relname, a.attnum
"""
_HIDDEN = "not read: row-level security hides rows from this account"
_PLAIN = frozenset({"varchar", "bpchar", "name", "int8", "int4", "numeric", "float8", "float4"})
_DATES = frozenset({"date", "timestamp", "timestamptz"})
# What holds fewer digits than anybody looks for, or moments: all else is read.
_NEVER = frozenset({"bool", "int2", "char", "time", "timetz", "interval", "pg_lsn"})
_SHAPES = frozenset({"geometry", "geography"})
"""of PostGIS"""
_OWN_FORMS = frozenset({"bit", "varbit", "money", "uuid"})
_CONTAINERS = frozenset("ACGR")
"""Categories of types whose values hold others: arrays, row types, shapes, ranges.
https://www.postgresql.org/docs/current/catalog-pg-type.html"""


def relations(connection: sa.Connection) -> Iterator[Relation]:
    """Every relation with its estimated rows; a partitioned table stands for its partitions, a table that others
    inherit from for itself."""
    default = home(connection)
    for schema, name, kind, rows, inherited, foreign, hidden in connection.execute(sa.text(_RELATIONS)):
        own = None if schema == default else schema
        relation = Relation(
            own, name, _KINDS[kind], int(rows), inherited=inherited, home=default, foreign=foreign
        )
        yield replace(relation, unread=_HIDDEN) if hidden else relation
    if count := connection.scalar(sa.text("select count(*) from pg_largeobject_metadata")):
        said = "1 large object is not searched" if count == 1 else f"{count:,} large objects are not searched"
        yield Relation(None, "pg_largeobject", "table", -1, unread=said)


def with_columns(connection: sa.Connection, wanted: Iterable[Relation]) -> Iterator[Relation]:
    """The same relations, with the columns that are worth reading."""
    default = home(connection)
    rows: dict[tuple[str | None, str], list[Any]] = {}
    for schema, table, *rest in connection.execute(sa.text(_COLUMNS)):
        rows.setdefault((None if schema == default else schema, table), []).append(rest)
    for relation in wanted:
        yield _complete(relation, rows.get((relation.schema, relation.name), []))


def _complete(relation: Relation, rows: list[Any]) -> Relation:
    columns, primary, denied, key = [], [], [], None
    for name, type_, category, readable, modifier, comment, in_key, keys in rows:
        if reading := _reading(type_, category, modifier, f"{name} {comment}"):
            if readable:
                columns.append(Column(name, reading, comment))
            else:
                denied.append(name)
        if not readable:
            continue
        if in_key:
            primary.append(name)
            key = name if keys == 1 and type_ in ("int4", "int8") else None
    return replace(relation, columns=tuple(columns), primary=tuple(primary), key=key, denied=tuple(denied))


def _reading(type_: str, category: str, modifier: int, label: str) -> Reading | None:
    """How a column of this type is asked for; None when it cannot hold what we look for."""
    if type_ in _NEVER or type_.lstrip("_") in _NEVER:
        return None
    if type_ in _DATES:
        return "plain" if KZ_DOCUMENT_DATE in hints(label) else None
    if type_ == "bytea":
        return "bytes"
    if type_ == "text" or (type_ == "varchar" and modifier < 0):
        return "long"
    if type_ in _PLAIN:
        return "plain"
    if category == "A" and type_[1:] in (*_PLAIN, "text"):
        return "list"
    if type_ in _SHAPES:
        return "shape"
    if type_ in _OWN_FORMS or category in _CONTAINERS:
        return "parts"
    # JSON, XML, hstore, enums, addresses of machines and types of extensions: as their text
    return "text"
