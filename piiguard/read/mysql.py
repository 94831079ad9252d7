"""The catalogue of MariaDB and MySQL, asked object by object, and for no more than the account may see.

SQLAlchemy reads the text of SHOW CREATE TABLE: it is refused to an account that may read some columns and not others,
fails for a view whose functions may not run, and is not understood where a name holds a backtick.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from piiguard.detect.headers import hints
from piiguard.entities import KZ_DOCUMENT_DATE
from piiguard.read import session
from piiguard.read.relation import Column, Reading, Relation

__all__ = ["relations", "with_columns"]

HISTORY = "its history is not searched, and holds what was changed or deleted; ALTER TABLE … DROP SYSTEM VERSIONING ends it"
# Tables with system versioning have a type of their own, which SQLAlchemy's inspector leaves out.
_RELATIONS = """
select table_schema, table_name, table_type, table_rows from information_schema.tables
 where table_type in ('BASE TABLE', 'SYSTEM VERSIONED', 'VIEW')
   and table_schema not in ('mysql', 'information_schema', 'performance_schema', 'sys')
   and (table_schema = :only or :only is null)
"""
_COLUMNS = """
select column_name, lower(data_type), column_comment, column_key = 'PRI', find_in_set('select', privileges) > 0,
       ordinal_position
  from information_schema.columns where table_schema = coalesce(:schema, database()) and table_name = :name
 order by ordinal_position
"""
_KEY = """
select column_name from information_schema.statistics
 where table_schema = coalesce(:schema, database()) and table_name = :name and index_name = 'PRIMARY'
 order by seq_in_index
"""
_NONE = "its columns cannot be listed: it shows none to this account, or what it is made of is gone"
_DENIED = ("1142", "1143")
_NEVER = frozenset({"smallint", "time", "year"})
_SHAPES = frozenset(
    {"geometry", "point", "linestring", "polygon", "multipoint", "multilinestring", "multipolygon"}
    | {"geometrycollection", "geomcollection"}
)
_DATES = frozenset({"date", "datetime", "timestamp"})
_BYTES = frozenset({"binary", "varbinary", "tinyblob", "blob", "mediumblob", "longblob"})
_INTEGERS = frozenset({"int", "bigint", "mediumint", "tinyint", "integer"})
_PLAIN = _INTEGERS | {"decimal", "numeric", "float", "double", "enum", "set", "char", "varchar"}


def relations(connection: sa.Connection) -> Iterator[Relation]:
    """Tables and views of the database that the URL names, or of all."""
    default = connection.engine.url.database
    rows = connection.execute(sa.text(_RELATIONS), {"only": default})
    for schema, name, kind, count in rows:
        own, size = None if schema == default else schema, -1 if count is None else int(count)
        aside = HISTORY if kind == "SYSTEM VERSIONED" else ""
        yield Relation(own, name, "view" if "VIEW" in kind else "table", size, aside=aside)


def with_columns(connection: sa.Connection, wanted: Iterable[Relation]) -> Iterator[Relation]:
    """The same relations with the columns that are worth reading; what cannot be read says why."""
    for relation in wanted:
        yield relation if relation.unread or relation.told else _looked_at(connection, relation)


def _looked_at(connection: sa.Connection, relation: Relation) -> Relation:
    try:
        return _complete(connection, relation)
    except SQLAlchemyError as error:
        if getattr(error, "connection_invalidated", False):
            raise
        return replace(relation, unread=f"its columns cannot be listed: {session.explain(error)}")


def _complete(connection: sa.Connection, relation: Relation) -> Relation:
    place = {"schema": relation.schema, "name": relation.name}
    columns, denied, types, shown = list[Column](), list[str](), dict[str, str](), set[int]()
    primary = 0
    for name, type_, comment, in_key, readable, position in connection.execute(
        sa.text(_COLUMNS), place
    ).all():
        shown.add(position)
        primary += bool(in_key)
        if not readable:
            denied.append(name)
            continue
        types[name] = type_
        if reading := _reading(type_, f"{name} {comment}"):
            columns.append(Column(name, reading, comment))
    if not shown:
        return replace(relation, unread=_NONE)
    if not denied and relation.kind != "view":
        denied += _unnamed(connection, relation, shown)
    keys = connection.scalars(sa.text(_KEY), place).all() if primary else []
    readable_key = [name for name in keys if name in types]
    key = keys[0] if len(keys) == 1 and types.get(keys[0]) in _INTEGERS else None
    return replace(
        relation, columns=tuple(columns), key=key, primary=tuple(readable_key), denied=tuple(denied)
    )


def _unnamed(connection: sa.Connection, relation: Relation, shown: set[int]) -> Iterator[str]:
    """What to say of columns that the server does not even name to this account."""
    everything = sa.select(sa.text("*")).select_from(relation.source()).limit(0)
    try:
        connection.execute(everything).all()
    except SQLAlchemyError as error:
        code = str(getattr(getattr(error, "orig", None), "args", ("",))[0])
        if code not in _DENIED:
            return  # reading it comes to the same, and says so
        hidden = sorted(set(range(1, max(shown))) - shown)
        yield from (f"the column at position {position}" for position in hidden)
        if not hidden:
            yield f"columns behind position {max(shown)}"


def _reading(type_: str, label: str) -> Reading | None:
    """How a column of this type is asked for; None when it cannot hold what we look for."""
    if type_ in _NEVER:
        return None
    if type_ in _DATES:
        return "plain" if KZ_DOCUMENT_DATE in hints(label) else None
    if type_ in _BYTES:
        return "bytes"
    if type_ in _SHAPES:
        return "shape"
    if type_ in ("bit", "uuid"):
        return "bits" if type_ == "bit" else "id"
    return "plain" if type_ in _PLAIN else "long"
