"""Why a database could not be opened or read, in our words: a driver's own message may repeat a value or a password."""

from __future__ import annotations

import os
import urllib.parse

import sqlalchemy as sa
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError

from piiguard.errors import DatabaseError

__all__ = ["explain", "reason", "shown"]


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
    try:
        return parsed.set(host=host, query={}).render_as_string(hide_password=True)
    except UnicodeEncodeError:  # the name of a file need not be text
        name = urllib.parse.quote_from_bytes(os.fsencode(parsed.database or ""), safe=" +/")
        return f"{parsed.drivername}:///{name}"


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
        "check the URL: user:password@host, or user@host and PIIGUARD_DATABASE_PASSWORD; % escapes special characters",
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
    (
        ("invalid byte sequence for encoding",),
        "text of it is not UTF-8, and the database names no other encoding",
        "convert what is not UTF-8 first; scan reads it as it is",
    ),
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
