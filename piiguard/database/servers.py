"""What nobody who may write to a database can change about our connections to it: names mean what they say.

PostgreSQL looks names up along ``search_path``. Whoever may create an object in a schema of that path can offer a
function or an operator that fits better than the built-in one (CVE-2018-1058), and it runs with our rights. So
every transaction of ours has an empty path, and tables without a schema get theirs from the path that the account
had. See docs/decisions/0003-an-empty-search-path.md.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql.base import PGInspector
from sqlalchemy.exc import SQLAlchemyError

__all__ = [
    "PATH",
    "compiled",
    "dialect_options",
    "guarded",
    "home",
    "inspect",
    "is_almighty",
    "own_path",
    "unarmed",
]

PATH = "pg_catalog, pg_temp"
"""pg_temp last: PostgreSQL would look there first for tables and types if it were not named."""

_ASKED = (
    "select pg_catalog.array_to_json(pg_catalog.current_schemas(false))::pg_catalog.text,"
    " pg_catalog.current_setting('search_path'), current_user::pg_catalog.text"
)
# A schema called as the account is first in the usual path, and whoever may create schemas can make it.
_FOREIGN = sa.text(
    "select n.nspowner <> d.datdba and not o.rolsuper and o.rolname <> current_user"
    " from pg_namespace n join pg_roles o on o.oid = n.nspowner"
    " join pg_database d on d.datname = current_database() where n.nspname = :name"
)


def unarmed(url: sa.URL) -> sa.URL:
    """The URL without the option by which a MySQL server may ask the client for any of its files."""
    if not url.drivername.startswith(("mysql", "mariadb")):
        return url
    return url.difference_update_query([name for name in url.query if name.lower() in _FILES])


_FILES = ("local_infile", "allow_local_infile", "allow_local_infile_in_path")


def dialect_options(url: sa.URL) -> dict[str, Any]:
    """What SQLAlchemy itself must not do: it asks for hstore along the account's own path, before we can empty it."""
    return {"use_native_hstore": False} if url.drivername in _ASKS_FOR_HSTORE else {}


_ASKS_FOR_HSTORE = ("postgresql+psycopg", "postgresql+psycopg_async", "postgresql+psycopg2")


@contextmanager
def guarded(connection: sa.Connection) -> Iterator[sa.Connection]:
    """The connection, on which names and values mean what we say; afterwards it is as it was."""
    if connection.dialect.name == "postgresql":
        yield _with_empty_path(connection)
    elif connection.dialect.name in ("mysql", "mariadb"):
        with _in_known_mode(connection):
            yield connection
    else:
        yield connection


@contextmanager
def _in_known_mode(connection: sa.Connection) -> Iterator[None]:
    """MariaDB refuses what does not fit, and cuts nothing off; how names are quoted stays as SQLAlchemy found it."""
    before = str(connection.exec_driver_sql("select @@session.sql_mode").scalar())
    kept = [mode for mode in before.split(",") if mode in _SPELLING]
    wanted = ",".join([*kept, "STRICT_ALL_TABLES", "NO_ENGINE_SUBSTITUTION"])
    _set_mode(connection, wanted)
    try:
        yield
    finally:
        if not (connection.invalidated or connection.closed):
            with _putting_back(connection):
                connection.rollback()
                _set_mode(connection, before)


@contextmanager
def _putting_back(connection: sa.Connection) -> Iterator[None]:
    """What stood in the session before; when that is interrupted, nobody gets the connection any more."""
    try:
        yield
    except SQLAlchemyError:  # a connection that broke is thrown away, and has nothing to put back
        return
    except BaseException:
        connection.invalidate()
        raise


_SPELLING = ("ANSI_QUOTES", "NO_BACKSLASH_ESCAPES")


def _set_mode(connection: sa.Connection, mode: str) -> None:
    connection.execute(sa.text("set session sql_mode = :mode"), {"mode": mode})
    connection.rollback()


def _with_empty_path(connection: sa.Connection) -> sa.Connection:
    listed, path, user = connection.exec_driver_sql(_ASKED).one()
    connection.rollback()
    sa.event.listen(connection, "begin", _empty_path)
    schemas = [name for name in json.loads(listed) if not name.startswith("pg_")]
    if user in schemas:
        foreign = connection.scalar(_FOREIGN, {"name": user})
        connection.rollback()
        if foreign:
            schemas.remove(user)
    options = connection.get_execution_options()
    given: Mapping[str | None, str | None] = options.get("schema_translate_map") or {}
    default: dict[str | None, str | None] = {None: schemas[0]} if schemas else {}
    return connection.execution_options(
        schema_translate_map={**default, **given}, piiguard_schemas=tuple(schemas), piiguard_path=path
    )


def home(connection: sa.Connection, schema: str | None = None) -> str | None:
    """The schema that is meant where none is named: the first of the account's own path that exists."""
    if schema or connection.dialect.name != "postgresql":
        return schema
    known: Mapping[str | None, str | None] = connection.get_execution_options().get(
        "schema_translate_map", {}
    )
    return known.get(None)


def compiled(connection: sa.Connection, statement: sa.sql.ClauseElement, **options: Any) -> Any:
    """The statement as the driver takes it, with the schema of every table."""
    known = connection.get_execution_options().get("schema_translate_map")
    return statement.compile(
        dialect=connection.dialect,
        schema_translate_map=known,
        render_schema_translate=bool(known),
        **options,
    )


def inspect(connection: sa.Connection) -> sa.Inspector:
    """SQLAlchemy's inspector, for which a table without a schema stands in the home schema."""
    if connection.dialect.name == "postgresql":
        return _Inspector.of(connection)
    return sa.inspect(connection)


def is_almighty(connection: sa.Connection) -> bool:
    """Whether the account may do anything on its server: so might what runs with its rights."""
    query = _ALMIGHTY.get(connection.dialect.name)
    return query is not None and bool(connection.scalar(sa.text(query)))


_SUPER = (
    "select count(*) from information_schema.user_privileges where privilege_type = 'SUPER'"
    " and grantee = concat(quote(substring_index(current_user(), '@', 1)), '@',"
    " quote(substring_index(current_user(), '@', -1)))"
)
_ALMIGHTY = {
    "postgresql": "select rolsuper from pg_roles where rolname = current_user",
    "mysql": _SUPER,
    "mariadb": _SUPER,
}


@contextmanager
def own_path(connection: sa.Connection, schemas: tuple[str, ...]) -> Iterator[None]:
    """For one statement that writes rows: these schemas are in the path, for triggers that rely on it.

    What the statement itself names must be qualified. Deferred triggers run at its end, too.
    """
    if connection.dialect.name != "postgresql" or not schemas:
        yield
        return
    quote = connection.dialect.identifier_preparer.quote_identifier
    path = ", ".join(["pg_catalog", *map(quote, schemas), "pg_temp"])
    connection.exec_driver_sql(f"set local search_path = {path}")
    yield  # after an error the transaction is over, and the path with it
    connection.exec_driver_sql("set constraints all immediate")
    connection.exec_driver_sql(f"set local search_path = {PATH}")


def _empty_path(connection: sa.Connection) -> None:
    if not _autocommits(connection):
        connection.exec_driver_sql(f"set local search_path = {PATH}")
        return
    # Without a transaction nothing is local: the session's path is put back by hand.
    connection.exec_driver_sql(f"set search_path = {PATH}")
    for end in ("commit", "rollback"):
        if not sa.event.contains(connection, end, _restore_path):
            sa.event.listen(connection, end, _restore_path)


def _restore_path(connection: sa.Connection) -> None:
    path = connection.get_execution_options().get("piiguard_path")
    if path is None or connection.invalidated or not _autocommits(connection):
        return
    with _putting_back(connection):
        connection.execute(sa.select(sa.func.pg_catalog.set_config("search_path", path, False)))


def _autocommits(connection: sa.Connection) -> bool:
    return bool(getattr(connection.connection.driver_connection, "autocommit", False))


class _Inspector(PGInspector):
    """Under an empty path nothing is visible: the home schema is named."""

    @classmethod
    def of(cls, connection: sa.Connection) -> _Inspector:
        found = cls.__new__(cls)  # SQLAlchemy makes its own class, whichever is asked for
        found._init_connection(connection)
        return found


def _in_home(name: str, place: int) -> Any:
    """The inspector's method, whose argument at this place, or by name, is the schema."""

    def method(self: _Inspector, *given: Any, schema: str | None = None, **options: Any) -> Any:
        if len(given) > place:
            given, schema = (*given[:place], *given[place + 1 :]), given[place]
        with self._operation_context() as connection:
            schema = home(connection, schema)
        return getattr(PGInspector, name)(self, *given, schema=schema, **options)

    return method


for _name in ("get_columns", "get_indexes", "get_unique_constraints", "get_check_constraints", "has_table"):
    setattr(_Inspector, _name, _in_home(_name, 1))
for _name in ("get_table_names", "get_materialized_view_names", "get_multi_foreign_keys"):
    setattr(_Inspector, _name, _in_home(_name, 0))
