"""Opens a database by its URL, or says why it cannot, without ever showing a password.

The scanner and the jobs both begin here, so that a wrong password or a missing driver reads the same in
every command.
"""

from __future__ import annotations

import os
import struct
import warnings
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, SAWarning, SQLAlchemyError

from piiguard.database import patience, sqlite
from piiguard.database.encoding import speak_utf8, whole_json
from piiguard.database.reasons import explain, shown
from piiguard.database.servers import dialect_options, guarded, unarmed
from piiguard.database.settings import settle
from piiguard.echo import hide_rows
from piiguard.errors import DatabaseError, MissingExtra
from piiguard.names import word

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["connect", "open_engine", "open_reader"]

_DRIVERS = {"postgresql": "psycopg", "mysql": "pymysql", "mariadb": "pymysql"}
_EXTRAS = {"psycopg": "postgresql", "pymysql": "mysql"}
_ALIASES = {"postgres": "postgresql"}
"""Spellings of other programs, which libpq and those who rent out databases write."""
_KINDS = "begin the URL with sqlite:///, postgresql:// or mysql://"
_WEB = "it is the address of a page: fetch the file, and name it"
_MONGO = "piiguard reads no MongoDB: export it (mongoexport), and scan the file; databases of SQL are read as they are"
_OTHERS = {
    "http": _WEB,
    "https": _WEB,
    "mongodb": _MONGO,
    "mongodb+srv": _MONGO,
    "s3": "a bucket is no database: fetch its objects, and name the folder; piiguard scan reads it as it is",
    "s3a": "piiguard scan takes s3://bucket/prefix; s3a:// is of --engine spark",
}
"""What to do about addresses that are none of a database."""
# What drivers raise that expect an answer to be well formed.
_NONSENSE = (ValueError, LookupError, TypeError, AttributeError, AssertionError, struct.error)
_PACKAGES = {"MySQLdb": "mysqlclient", "psycopg2": "psycopg2-binary"}


def open_reader(url: str | sa.URL) -> sa.Engine:
    """An engine that only reads: of an SQLite file not even what lies beside it is changed.

    What it reads is the state when it connects. Its connections raise :class:`LeftUnread` where that state cannot
    be had without a change, or did not last. Raises what :func:`open_engine` raises.
    """
    return _open(url, reading=True)


def open_engine(url: str | sa.URL) -> sa.Engine:
    """An engine for the URL; nothing is connected yet.

    A URL that names no driver gets the one that piiguard is tested with. Bind values and rows are
    kept out of SQLAlchemy's log, and values out of its exceptions.

    Raises: :class:`DatabaseError` for a URL that cannot be understood or an SQLite file that is not there
    (SQLite would make an empty one), :class:`MissingExtra` when the driver is not installed.
    """
    return _open(url, reading=False)


def _open(url: str | sa.URL, *, reading: bool) -> sa.Engine:
    parsed = _parse(url)
    if parsed.drivername in _DRIVERS:
        parsed = parsed.set(drivername=f"{parsed.drivername}+{_DRIVERS[parsed.drivername]}")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SAWarning)  # of options that a driver does not take
            engine = sa.create_engine(unarmed(parsed), hide_parameters=True, **dialect_options(parsed))
    except ModuleNotFoundError as error:
        library = error.name or parsed.drivername
        if (extra := _EXTRAS.get(library)) is None:
            raise DatabaseError(
                f"{shown(parsed)}: the driver {library} is not installed",
                source=shown(parsed),
                hint=f"pip install {word(_PACKAGES.get(library, library)) or 'the driver'}",
            ) from None
        raise MissingExtra(extra, library) from None
    except (NoSuchModuleError, ArgumentError):
        raise DatabaseError(
            f"{shown(parsed)}: SQLAlchemy knows no database called {parsed.drivername}",
            source=shown(parsed),
            hint=_OTHERS.get(parsed.drivername, _KINDS),
        ) from None
    _refuse_missing_file(engine)
    sqlite.guard(engine, reading=reading)
    _with_password(engine)
    speak_utf8(engine, reading=reading)  # before it connects, which is the next one's
    if reading:
        whole_json(engine)
    patience.bound(engine, reading=reading)
    settle(engine, reading=reading)
    hide_rows(engine)
    return engine


@contextmanager
def connect(engine: sa.Engine) -> Iterator[sa.Connection]:
    """A connection; failing to get one is a :class:`DatabaseError` that says what to check.

    So is an SQLite file that changed under a reader: whatever came of it, or went wrong, may be of half a change.
    """
    try:
        connection = engine.connect()
    except SQLAlchemyError as error:
        raise explain(error, engine.url) from None
    except _NONSENSE:
        source = shown(engine.url)
        raise DatabaseError(
            f"{source}: what the server answers is not understood",
            source=source,
            hint="check host and port: another program may answer there",
        ) from None
    hide_rows(engine)
    with connection, ExitStack() as stack:
        try:
            stack.enter_context(guarded(connection))
        except SQLAlchemyError as error:
            raise explain(error, engine.url) from None
        try:
            yield connection
        except SQLAlchemyError:
            if found := sqlite.changed(connection):
                raise found from None
            raise
        if found := sqlite.changed(connection):
            raise found


PASSWORD = "PIIGUARD_DATABASE_PASSWORD"  # noqa: S105
"""The variable that holds the password of a URL that names a user and no password."""


def _parse(url: str | sa.URL) -> sa.URL:
    try:
        parsed = sa.make_url(url)
    except (ArgumentError, ValueError):
        raise DatabaseError(
            "the database URL cannot be understood",
            source="database URL",
            hint="write it as postgresql://user:password@host/name or sqlite:///file.db",
        ) from None
    return parsed.set(drivername=_ALIASES.get(parsed.drivername, parsed.drivername))


def _with_password(engine: sa.Engine) -> None:
    """Give the driver a password that the URL leaves out; in the URL itself it would be shown, as ***."""

    def fill(_dialect: object, _record: object, _given: object, named: dict[str, Any]) -> None:
        if given := os.environ.get(PASSWORD):
            named["password"] = given

    if engine.url.username and engine.url.password is None:
        sa.event.listen(engine, "do_connect", fill)


def _refuse_missing_file(engine: sa.Engine) -> None:
    file = sqlite.file_of(engine.url) if engine.dialect.name == "sqlite" else None
    if file is not None and not file.is_file():
        source = shown(engine.url)
        raise DatabaseError(f"{source}: there is no such file", source=source, hint="check the path")
