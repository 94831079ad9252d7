"""Why a database could not be opened or read, in our words: a driver's own message may repeat a value or a password."""

from __future__ import annotations

import os
import urllib.parse

import sqlalchemy as sa
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError

from piiguard.errors import DatabaseError

__all__ = ["asked_for", "explain", "reason", "shown"]


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


def asked_for(url: sa.URL) -> str:
    """The query of a URL as it may be printed, to connect as it says: *** for what is not known to be no secret.

    A password that was not escaped may look like one: with an @ in it, or no database before it, nothing is shown.

    >>> asked_for(sa.make_url("postgresql://db.example/crm?sslmode=verify-full&sslpassword=pass-2"))
    'sslmode=verify-full&sslpassword=***'
    """
    pairs = [
        (name, one)
        for name, value in url.query.items()
        for one in (value if isinstance(value, tuple) else (value,))
    ]
    if any("@" in text for pair in pairs for text in pair) or (url.password and not url.database):
        return ""
    told = [(name, value if name.lower() in _NO_SECRETS else "***") for name, value in pairs]
    return urllib.parse.urlencode(told, safe="*/:,")


# What says where and how to connect, of the drivers that piiguard is tested with.
_NO_SECRETS = frozenset({
    "host", "hostaddr", "port", "dbname", "user", "service", "passfile", "sslmode", "sslnegotiation",
    "sslcompression", "sslcert", "sslkey", "sslrootcert", "sslcrl", "sslcrldir", "sslsni",
    "ssl_min_protocol_version", "ssl_max_protocol_version", "channel_binding", "require_auth", "gssencmode",
    "krbsrvname", "gsslib", "target_session_attrs", "load_balance_hosts", "application_name",
    "client_encoding", "connect_timeout", "tcp_user_timeout", "keepalives", "keepalives_idle",
    "keepalives_interval", "keepalives_count", "prepare_threshold", "charset", "collation", "use_unicode",
    "unix_socket", "read_timeout", "write_timeout", "ssl", "ssl_ca", "ssl_capath", "ssl_cert", "ssl_cipher",
    "ssl_key", "ssl_disabled", "ssl_verify_cert", "ssl_verify_identity", "ssl_check_hostname", "ssl_mode",
    "read_default_file", "read_default_group", "mode", "cache", "uri", "nolock", "immutable", "vfs",
    "timeout", "detect_types", "isolation_level", "check_same_thread", "cached_statements",
})  # fmt: skip


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
        ('fatal:  role "',),
        "there is no such user",
        "check the user in the URL: postgresql://USER@host/name",
    ),
    (
        ("does not exist", "unknown database"),
        "there is no such database",
        "check the last part of the URL",
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
        ("given up: the server sends more",),
        "the server sends more than is kept",
        "check host and port: another program may answer there",
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
        ("unsafe use of",),
        "its schema calls a function or a virtual table that may reach outside of it",
        "read a copy without the column or view that does: sqlite3 FILE .schema shows which",
    ),
    (
        ("not a database", "image is malformed", "malformed database"),
        "the file is not an SQLite database, or it is damaged",
        "check the path; file FILE says what it is",
    ),
    (
        ("database is locked", "due to lock timeout", "lock wait timeout"),
        "another program holds a lock on the database",
        "try again when it is done",
    ),
    (("readonly", "read-only"), "the database is read-only", "use an account or a file that may be written"),
    (
        ("permission denied", "command denied", "denied to user"),
        "the user lacks a permission",
        "docs/key-management.md and docs/rights.md list the grants that each command needs",
    ),
)
