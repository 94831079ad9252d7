"""What a database holds beside rows: names, comments, defaults, checks, labels, and the texts of views and programs.

Each server writes them down in its own catalogue. What it does not show to this account is given without a text.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from piiguard import database
from piiguard.database import home
from piiguard.read import session
from piiguard.read.leftover import leftover

__all__ = ["NAME", "Definition", "Refused", "definitions"]

NAME = "name"
"""What a definition is that is the name of the object itself."""


@dataclass(frozen=True, slots=True)
class Definition:
    """One text of the catalogue; ``what`` it is of an object, or of a column of it. None: it is not shown to this account."""

    schema: str | None
    object: str
    column: str
    what: str
    text: str | None

    @property
    def place(self) -> str:
        return f"{self.schema}.{self.object}" if self.schema else self.object


@dataclass(frozen=True, slots=True)
class Refused:
    """Texts of one kind that could not be had, and why."""

    what: str
    why: str


_OURS = """
 not exists (select from pg_depend e where e.classid = '{catalogue}'::regclass and e.objid = {oid} and e.deptype = 'e')
   and n.nspname not in ('pg_catalog', 'information_schema') and n.nspname !~ '^pg_(toast|temp)'
"""


def _of_class(text: str, *, column: str = "''", joined: str = "", where: str = "true") -> str:
    ours = _OURS.format(catalogue="pg_class", oid="c.oid")
    return (
        f"select n.nspname, c.relname, {column}, {text} from pg_class c join pg_namespace n on n.oid = c.relnamespace"  # noqa: S608
        f" {joined} where ({where}) and {ours}"
    )


def _of(catalogue: str, prefix: str, text: str, where: str = "true", name: str = "name") -> str:
    ours = _OURS.format(catalogue=catalogue, oid="c.oid")
    return (
        f"select n.nspname, c.{prefix}{name}, '', {text} from {catalogue} c"  # noqa: S608
        f" join pg_namespace n on n.oid = c.{prefix}namespace where ({where}) and {ours}"
    )


_COLUMN = "join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped"
_CONSTRAINED = """
select coalesce(n.nspname, m.nspname), coalesce(r.relname, t.typname), '', {}
  from pg_constraint c left join pg_class r on r.oid = c.conrelid left join pg_namespace n on n.oid = r.relnamespace
  left join pg_type t on t.oid = c.contypid left join pg_namespace m on m.oid = t.typnamespace
 where coalesce(n.nspname, m.nspname) not in ('pg_catalog', 'information_schema') and {}
"""
_POSTGRESQL: tuple[tuple[str, str], ...] = (
    (NAME, _of_class("c.relname")),
    (NAME, _of_class("a.attname", column="a.attname", joined=_COLUMN, where="c.relkind in ('r', 'v', 'm', 'f', 'p', 'c')")),
    (NAME, _of("pg_type", "typ", "c.typname", "c.typtype in ('d', 'e', 'r')")),
    (NAME, _of("pg_proc", "pro", "c.proname")),
    (NAME, _CONSTRAINED.format("c.conname", "true")),
    (NAME, _of_class("t.tgname", joined="join pg_trigger t on t.tgrelid = c.oid and not t.tgisinternal")),
    (NAME, _of_class("p.polname", joined="join pg_policy p on p.polrelid = c.oid")),
    (NAME, "select n.nspname, n.nspname, '', n.nspname from pg_namespace n where n.nspname !~ '^pg_'"),
    ("comment", _of_class("d.description", joined="join pg_description d on d.objoid = c.oid and d.objsubid = 0"
                          " and d.classoid = 'pg_class'::regclass")),
    ("comment", _of_class("d.description", column="a.attname", joined=f"{_COLUMN} join pg_description d"
                          " on d.objoid = c.oid and d.objsubid = a.attnum and d.classoid = 'pg_class'::regclass")),
    ("comment", """
     select i.schema, coalesce(i.name, i.identity), '', d.description from pg_description d
       cross join lateral pg_identify_object(d.classoid, d.objoid, 0) i
      where d.objoid >= 16384 and d.classoid not in ('pg_class'::regclass, 'pg_extension'::regclass) and not exists (
            select from pg_depend e where e.classid = d.classoid and e.objid = d.objoid and e.deptype = 'e')
     union all select null, b.datname, '', s.description from pg_shdescription s join pg_database b on b.oid = s.objoid
      where s.classoid = 'pg_database'::regclass and b.datname = current_database()"""),
    ("default", _of_class("a.attname || ' = ' || pg_get_expr(d.adbin, d.adrelid)", column="a.attname",
                          joined=f"{_COLUMN} join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum")),
    ("default", _of("pg_type", "typ", "c.typdefault", "c.typtype = 'd' and c.typdefault is not null")),
    ("check", _CONSTRAINED.format("pg_get_constraintdef(c.oid)", "c.contype in ('c', 'x')")),
    ("label", """
     select n.nspname, c.typname, '', e.enumlabel from pg_enum e join pg_type c on c.oid = e.enumtypid
       join pg_namespace n on n.oid = c.typnamespace where """ + _OURS.format(catalogue="pg_type", oid="c.oid")),  # noqa: S608
    ("query", _of_class("pg_get_viewdef(c.oid)", where="c.relkind in ('v', 'm')")),
    ("rule", _of_class("pg_get_ruledef(r.oid)", joined="join pg_rewrite r on r.ev_class = c.oid"
                       " and r.rulename <> '_RETURN'")),
    ("trigger", _of_class("pg_get_triggerdef(t.oid)", joined="join pg_trigger t on t.tgrelid = c.oid"
                          " and not t.tgisinternal")),
    ("function", _of("pg_proc", "pro", "pg_get_functiondef(c.oid)", "c.prokind <> 'a'")),
    ("default", _of("pg_proc", "pro", "(select concat_ws(' ', g.agginitval, g.aggminitval) from pg_aggregate g"
                          " where g.aggfnoid = c.oid)", "c.prokind = 'a'")),
    ("index", _of_class("pg_get_indexdef(i.indexrelid)", joined="join pg_index i on i.indrelid = c.oid"
                        " and (i.indexprs is not null or i.indpred is not null)")),
    ("partition bound", _of_class("pg_get_expr(c.relpartbound, c.oid)", where="c.relispartition")),
    ("policy", _of_class("concat_ws(' ', pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid))",
                         joined="join pg_policy p on p.polrelid = c.oid")),
    ("statistics", _of("pg_statistic_ext", "stx", "pg_get_statisticsobjdef(c.oid)")),
    ("options", _of_class("array_to_string(f.ftoptions, ' ')", joined="join pg_foreign_table f on f.ftrelid = c.oid")),
    ("options", _of_class("array_to_string(a.attfdwoptions, ' ')", column="a.attname", joined=_COLUMN,
                          where="a.attfdwoptions is not null")),
    ("options", ("select null, s.srvname, '', array_to_string(s.srvoptions, ' ') from pg_foreign_server s"
                " where s.srvoptions is not null")),
    ("setting", ("select null, b.datname, '', array_to_string(s.setconfig, ' ') from pg_db_role_setting s"
                " join pg_database b on b.oid = s.setdatabase where b.datname = current_database()")),
)  # fmt: skip


def _of_schema(
    text: str, table: str, object_: str, column: str = "''", *, of: str, where: str = "true"
) -> str:
    return (
        f"select {of}, {object_}, {column}, {text} from information_schema.{table}"  # noqa: S608
        f" where ({where}) and {of} not in ('mysql', 'information_schema', 'performance_schema', 'sys')"
        f" and ({of} = :only or :only is null)"
    )


_MYSQL: tuple[tuple[str, str], ...] = (
    (NAME, _of_schema("table_name", "tables", "table_name", of="table_schema")),
    (NAME, _of_schema("column_name", "columns", "table_name", "column_name", of="table_schema")),
    (NAME, _of_schema("index_name", "statistics", "table_name", of="table_schema")),
    (NAME, _of_schema("constraint_name", "table_constraints", "table_name", of="table_schema")),
    (NAME, _of_schema("trigger_name", "triggers", "event_object_table", of="trigger_schema")),
    (NAME, _of_schema("routine_name", "routines", "routine_name", of="routine_schema")),
    (NAME, _of_schema("parameter_name", "parameters", "specific_name", of="specific_schema",
                      where="parameter_name is not null")),
    (NAME, _of_schema("event_name", "events", "event_name", of="event_schema")),
    (NAME, _of_schema("partition_name", "partitions", "table_name", of="table_schema",
                      where="partition_name is not null")),
    ("comment", _of_schema("table_comment", "tables", "table_name", of="table_schema", where="table_type <> 'VIEW'")),
    ("comment", _of_schema("column_comment", "columns", "table_name", "column_name", of="table_schema")),
    ("comment", _of_schema("index_comment", "statistics", "table_name", of="table_schema")),
    ("comment", _of_schema("routine_comment", "routines", "routine_name", of="routine_schema")),
    ("comment", _of_schema("event_comment", "events", "event_name", of="event_schema")),
    ("comment", _of_schema("partition_comment", "partitions", "table_name", of="table_schema")),
    ("default", _of_schema("concat(column_name, ' = ', column_default)", "columns", "table_name", "column_name",
                           of="table_schema", where="column_default is not null")),
    ("default", _of_schema("generation_expression", "columns", "table_name", "column_name", of="table_schema",
                           where="generation_expression <> ''")),
    ("label", _of_schema("column_type", "columns", "table_name", "column_name", of="table_schema",
                         where="data_type in ('enum', 'set')")),
    ("check", _of_schema("check_clause", "check_constraints", "constraint_name", of="constraint_schema")),
    ("query", _of_schema("nullif(view_definition, '')", "views", "table_name", of="table_schema")),
    ("trigger", _of_schema("action_statement", "triggers", "event_object_table", of="trigger_schema")),
    ("function", _of_schema("routine_definition", "routines", "routine_name", of="routine_schema")),
    ("event", _of_schema("event_definition", "events", "event_name", of="event_schema")),
    ("partition bound", _of_schema("partition_description", "partitions", "table_name", of="table_schema",
                                   where="partition_description is not null")),
    ("partition bound", _of_schema("partition_expression", "partitions", "table_name", of="table_schema",
                                   where="partition_expression is not null")),
    ("options", _of_schema("create_options", "tables", "table_name", of="table_schema", where="create_options <> ''")),
)  # fmt: skip
_SQLITE: tuple[tuple[str, str], ...] = (
    (NAME, "select null, coalesce(tbl_name, name), '', name from sqlite_master where name not like 'sqlite\\_%' escape '\\'"),
    ("definition", "select null, coalesce(tbl_name, name), '', sql from sqlite_master where sql is not null"),
)  # fmt: skip
_OBJECTS = "select name from sqlite_master where type in ('table', 'view')"
_COLUMNS = "select name from pragma_table_xinfo(:name)"
_QUERIES = {"postgresql": _POSTGRESQL, "mysql": _MYSQL, "mariadb": _MYSQL, "sqlite": _SQLITE}


def definitions(connection: sa.Connection) -> Iterator[Definition | Refused]:
    """Every text that the catalogue shows; a kind of them that cannot be had costs itself alone.

    Of a kind of database that is not known here, all are refused.
    """
    queries = _QUERIES.get(connection.dialect.name)
    if queries is None:
        yield Refused("definitions", "not read: this kind of database is not known well enough")
        return
    own = home(connection) if connection.dialect.name == "postgresql" else connection.engine.url.database
    if connection.dialect.name == "sqlite":
        yield from _columns_of_sqlite(connection)
        yield from (Definition(None, "sqlite", "", what, text) for what, text in leftover(connection))
    for what, query in queries:
        try:
            rows = _rows(connection, query)
        except SQLAlchemyError as error:
            database.stop_if_asked(connection, error)
            if getattr(error, "connection_invalidated", False):
                raise
            yield Refused(what, session.explain(error))
            continue
        for schema, name, column, text in rows:
            yield Definition(None if schema in (own, None) else _text(schema), _text(name), _text(column), what,
                             None if text is None else _text(text))  # fmt: skip


def _columns_of_sqlite(connection: sa.Connection) -> Iterator[Definition]:
    """The names of columns, asked object by object: reading one that is broken comes to the same, and says so."""
    for name in connection.execute(sa.text(_OBJECTS)).scalars().all():
        try:
            columns = connection.execute(sa.text(_COLUMNS), {"name": name}).scalars().all()
        except SQLAlchemyError as error:
            database.stop_if_asked(connection, error)
            continue
        for column in map(_text, columns):
            yield Definition(None, _text(name), column, NAME, column)


def _rows(connection: sa.Connection, query: str) -> Sequence[Any]:
    given = {"only": connection.engine.url.database} if ":only" in query else {}
    statement = sa.text(query if given else query.replace(":", r"\:"))
    if connection.dialect.name != "postgresql":
        return connection.execute(statement, given).all()
    with connection.begin_nested():  # one that fails ends the transaction else
        return connection.execute(statement).all()


def _text(value: str | bytes) -> str:
    return value if isinstance(value, str) else value.decode("utf-8", "backslashreplace")
