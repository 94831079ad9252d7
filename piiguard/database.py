"""Opens a database by its URL, or says why it cannot, without ever showing a password.

The scanner and the jobs both begin here, so that a wrong password or a missing driver reads the same in
every command.
"""

from __future__ import annotations

import warnings
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, SAWarning, SQLAlchemyError

from piiguard.echo import hide_rows
from piiguard.errors import DatabaseError, MissingExtra

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["connect", "explain", "open_engine", "reason", "shown"]

_DRIVERS = {"postgresql": "psycopg", "mysql": "pymysql", "mariadb": "pymysql"}
_EXTRAS = {"psycopg": "postgresql", "pymysql": "mysql"}
_PACKAGES = {"MySQLdb": "mysqlclient", "psycopg2": "psycopg2-binary"}


def shown(url: str | sa.URL) -> str:
    """The URL as it may be printed: the password is masked, a query string is left out.

    An @ in a password should be written as %40; where it is not, the host seems to begin inside the password.

    >>> shown("postgresql://crm:pass-1@db.example/crm?sslpassword=pass-2")
    'postgresql://crm:***@db.example/crm'
    >>> shown("postgresql://crm:pass@3@db.example/crm")
    'postgresql://crm:***@db.example/crm'
    """
    try:
        parsed = sa.make_url(url)
    except (ArgumentError, ValueError):
        return "database URL"
    host = (parsed.host or "").rpartition("@")[2] or None
    return parsed.set(host=host, query={}).render_as_string(hide_password=True)


def open_engine(url: str) -> sa.Engine:
    """An engine for the URL; nothing is connected yet.

    A URL that names no driver gets the one that piiguard is tested with. Bind values and rows are
    kept out of SQLAlchemy's log, and values out of its exceptions.

    Raises: :class:`DatabaseError` for a URL that cannot be understood or an SQLite file that is not there
    (SQLite would make an empty one), :class:`MissingExtra` when the driver is not installed.
    """
    parsed = _parse(url)
    if parsed.drivername in _DRIVERS:
        parsed = parsed.set(drivername=f"{parsed.drivername}+{_DRIVERS[parsed.drivername]}")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SAWarning)  # of options that a driver does not take
            engine = sa.create_engine(parsed, hide_parameters=True)
    except ModuleNotFoundError as error:
        library = error.name or parsed.drivername
        if (extra := _EXTRAS.get(library)) is None:
            raise DatabaseError(
                f"{shown(parsed)}: the driver {library} is not installed",
                source=shown(parsed),
                hint=f"pip install {_PACKAGES.get(library, library)}",
            ) from None
        raise MissingExtra(extra, library) from None
    except (NoSuchModuleError, ArgumentError):
        raise DatabaseError(
            f"{shown(parsed)}: SQLAlchemy knows no database called {parsed.drivername}",
            source=shown(parsed),
            hint="begin the URL with sqlite:///, postgresql:// or mysql://",
        ) from None
    _refuse_missing_file(engine)
    hide_rows(engine)
    return engine


@contextmanager
def connect(engine: sa.Engine) -> Iterator[sa.Connection]:
    """A connection; failing to get one is a :class:`DatabaseError` that says what to check."""
    try:
        connection = engine.connect()
    except SQLAlchemyError as error:
        raise explain(error, engine.url) from None
    hide_rows(engine)
    with connection:
        yield connection


def explain(error: SQLAlchemyError, url: sa.URL | None = None) -> DatabaseError:
    """The error in our words: a driver's own message may repeat a value or a password."""
    source = shown(url) if url is not None else "database"
    what, hint = reason(error, connecting=True)
    return DatabaseError(f"{source}: {what}", source=source, hint=hint)


def reason(error: Exception, *, connecting: bool = False) -> tuple[str, str]:
    """What went wrong, and what to do; the least that can be said is the type of the driver's error."""
    cause = error.orig if isinstance(error, DBAPIError) and error.orig else error
    detail = str(cause).lower()
    for needles, what, hint in (*(_CONNECTING if connecting else ()), *_ALWAYS):
        if any(needle in detail for needle in needles):
            return what, hint
    return f"the database answered with {type(cause).__name__}", ""


_CONNECTING = (
    (
        ("password authentication failed", "access denied for user", "no password supplied"),
        "the user name or the password is wrong",
        "check the URL: user:password@host; escape special characters with %",
    ),
    (
        ("does not exist", "unknown database"),
        "there is no such database or user",
        "check the last part of the URL, and the user",
    ),
    (
        (
            "could not translate host",
            "name or service not known",
            "getaddrinfo",
            "failed to resolve",
            "name resolution",  # temporary failure in
        ),
        "the host name is not known",
        "check the host in the URL",
    ),
    (
        ("connection refused", "can't connect", "timeout", "timed out", "no route", "unreachable"),
        "the server does not answer",
        "check host and port, and that the server runs and may be reached from here",
    ),
)
_ALWAYS = (
    (("unable to open database file",), "the file cannot be opened", "check the path and its permissions"),
    (
        ("not a database", "malformed"),
        "the file is not an SQLite database, or it is damaged",
        "check the path; file FILE says what it is",
    ),
    (("database is locked",), "another program holds a lock on the database", "try again when it is done"),
    (("readonly", "read-only"), "the database is read-only", "use an account or a file that may be written"),
    (
        ("permission denied", "command denied", "denied to user"),
        "the user lacks a permission",
        "docs/key-management.md lists the grants that each command needs",
    ),
)


def _parse(url: str) -> sa.URL:
    try:
        return sa.make_url(url)
    except (ArgumentError, ValueError):
        raise DatabaseError(
            "the database URL cannot be understood",
            source="database URL",
            hint="write it as postgresql://user:password@host/name or sqlite:///file.db",
        ) from None


def _refuse_missing_file(engine: sa.Engine) -> None:
    name = engine.url.database
    if engine.dialect.name != "sqlite" or not name or name == ":memory:" or name.startswith("file:"):
        return
    if not Path(name).is_file():
        source = shown(engine.url)
        raise DatabaseError(f"{source}: there is no such file", source=source, hint="check the path")
