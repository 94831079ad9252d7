"""Which tables and columns there are to read, on each kind of database.

Schemas, views and materialized views count; a partitioned table counts once, under its own name; system
schemas do not.
"""

from __future__ import annotations

import fnmatch
import warnings
from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine.interfaces import ReflectedColumn

from piiguard.database.own import is_own
from piiguard.detect.headers import hints
from piiguard.entities import KZ_DOCUMENT_DATE
from piiguard.read import mysql, postgresql, session, sqlite
from piiguard.read.expanded import judged
from piiguard.read.options import EXCLUDED, NO_TABLE
from piiguard.read.relation import Column, Reading, Relation

__all__ = ["is_chosen", "relations"]

OURS = "not read: a table of piiguard's own jobs"

_OWN: dict[str, Any] = {"postgresql": postgresql, "mysql": mysql, "mariadb": mysql, "sqlite": sqlite}


def relations(
    connection: sa.Connection,
    include: Collection[str] = (),
    exclude: Collection[str] = (),
    views: Collection[str] = (),
) -> list[Relation]:
    """Everything there is to read, in the order of names; globs match ``table`` or ``schema.table``.

    One of ``include`` that matches nothing stands there under its own name, as what is not read.
    ``views`` are roles whose views and foreign tables may be read; others are listed with the reason why not.
    """
    own = _OWN.get(connection.dialect.name)
    found = list(own.relations(connection) if own else _portable(connection))
    asked = [relation for relation in found if is_chosen(relation.names, include)]
    kept = [relation for relation in asked if is_chosen(relation.names, (), exclude)]
    left = [replace(each, told=EXCLUDED) for each in asked if not is_chosen(each.names, (), exclude)]
    missed = [
        Relation(None, glob, "table", 0, unread=NO_TABLE)
        for glob in include
        if not any(is_chosen(each.names, [glob]) for each in found)
    ]
    wanted = judged(connection, kept, views)
    return sorted(
        [*left, *missed, *map(_ours_told, _with_columns(connection, wanted))], key=lambda r: r.place
    )


def _ours_told(relation: Relation) -> Relation:
    """Our own tables hold no data of the application: they are named, and left."""
    ours = is_own(relation.name, [column.name for column in relation.columns])
    return replace(relation, told=OURS) if ours and not relation.unread else relation


def is_chosen(names: Collection[str], include: Collection[str], exclude: Collection[str] = ()) -> bool:
    """Whether a table is asked for that has these names.

    >>> is_chosen(("hr.staff", "staff"), ["STAFF"], ()), is_chosen(("staff",), (), ["s*"])
    (True, False)
    """

    def matches(globs: Iterable[str]) -> bool:
        return any(fnmatch.fnmatchcase(name.lower(), glob.lower()) for glob in globs for name in names)

    return (not include or matches(include)) and not matches(exclude)


def _portable(connection: sa.Connection) -> Iterator[Relation]:
    look = sa.inspect(connection)
    for name in look.get_table_names():
        yield Relation(None, name, "table", -1)
    for name in look.get_view_names():
        yield Relation(None, name, "view", -1)


def _with_columns(connection: sa.Connection, wanted: list[Relation]) -> Iterator[Relation]:
    if own := _OWN.get(connection.dialect.name):
        yield from own.with_columns(connection, wanted)
        return
    look = sa.inspect(connection)
    for relation in wanted:
        yield relation if relation.unread or relation.told else _looked_at(connection, look, relation)


def _looked_at(connection: sa.Connection, look: sa.Inspector, relation: Relation) -> Relation:
    """The relation with its columns, or with the reason why they cannot be had: the others are still read."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", sa.exc.SAWarning)  # types it does not know are read as text
            columns = look.get_columns(relation.name, relation.schema)
            key = look.get_pk_constraint(relation.name, relation.schema) if relation.kind != "view" else None
    except sa.exc.SQLAlchemyError as error:
        if getattr(error, "connection_invalidated", False):
            raise
        return replace(relation, unread=f"its columns cannot be listed: {session.explain(error)}")
    primary = tuple(key["constrained_columns"]) if key else ()
    return _complete(relation, columns, primary)


def _complete(relation: Relation, reflected: Iterable[ReflectedColumn], primary: tuple[str, ...]) -> Relation:
    types = {column["name"]: column["type"] for column in reflected}
    columns = []
    for column in reflected:
        comment = str(column.get("comment") or "")
        if reading := _reading(column["type"], f"{column['name']} {comment}"):
            columns.append(Column(column["name"], reading, comment))
    key = relation.key
    if key is None and len(primary) == 1 and isinstance(types.get(primary[0]), sa.Integer):
        key = primary[0]
    return replace(relation, columns=tuple(columns), key=key, primary=primary)


def _reading(type_: Any, label: str) -> Reading | None:
    """How a column of this type is asked for; None when it cannot hold what we look for."""
    if isinstance(type_, sa.Boolean | sa.Uuid | sa.Time | sa.Interval):
        return None
    if isinstance(type_, sa.Date | sa.DateTime):
        return "plain" if KZ_DOCUMENT_DATE in hints(label) else None
    if isinstance(type_, sa.SmallInteger):
        return None
    if isinstance(type_, sa.LargeBinary | sa.VARBINARY | sa.BINARY):
        return "bytes"
    if isinstance(type_, sa.ARRAY | sa.Numeric | sa.Integer | sa.Float):
        return "plain"
    if isinstance(type_, sa.Enum):
        return "plain"
    if isinstance(type_, sa.String) and type_.length is not None:
        return "plain"
    if isinstance(type_, sa.String):
        return "long"
    return _unusual(type_)


_NEVER = [
    "inet",
    "cidr",
    "macaddr",
    "macaddr8",
    "bit",
    "varbit",
    "oid",
    "regclass",
    "money",
    "geometry",
    "point",
    "polygon",
    "year",
    "pg_lsn",
    "xid",
]


def _unusual(type_: Any) -> Reading | None:
    """JSON, XML, hstore, ranges, composites and types that only the server knows: as their text."""
    name = str(getattr(type_, "__visit_name__", "")).lower()
    if name in _NEVER:
        return None
    return "long"
