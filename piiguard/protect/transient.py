"""Which errors of a database go away by trying again, and what is said of those that do not.

SQLSTATE classes are PostgreSQL's (https://www.postgresql.org/docs/current/errcodes-appendix.html), the numbers
MariaDB's (https://mariadb.com/kb/en/mariadb-error-code-reference/).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, InterfaceError, SQLAlchemyError

from piiguard import database
from piiguard.errors import DatabaseError, JobError, PiiguardError
from piiguard.protect.refusal import Refusal

__all__ = ["NotUnique", "explained", "in_words", "is_transient"]

_STATES = (
    "40001",  # serialization failure
    "40P01",  # deadlock
    "55P03",  # lock not available in time
    "57P01",
    "57P02",
    "57P03",  # shutting down, crashed, starting up
    "08",  # the connection broke
    "53300",  # too many connections
)
_NUMBERS = {
    1205,  # lock wait timeout
    1213,  # deadlock
    1020,  # record has changed since last read
    1040,
    1203,  # too many connections
    1053,
    1927,
    2002,
    2003,
    2006,
    2013,
    2055,  # the server went away
}


def is_transient(error: Exception, *, reconnecting: bool) -> bool:
    """Whether it is worth trying again; while reconnecting, a server that does not answer is, too."""
    if isinstance(error, DatabaseError):
        return reconnecting
    if isinstance(error, DBAPIError) and error.connection_invalidated:
        return True
    orig: object = getattr(error, "orig", None) or error
    state = str(getattr(orig, "sqlstate", None) or "")
    number = next(iter(getattr(orig, "args", ())), None)
    # PyMySQL tells both, and the state of most of these numbers is HY000, which says nothing.
    return state.startswith(_STATES) or number in _NUMBERS or (not state and _lost_or_locked(orig))


def _lost_or_locked(error: object) -> bool:
    text = str(error).lower()
    return any(
        sign in text
        for sign in (
            "database is locked",
            "database table is locked",
            "connection is closed",
            "connection is lost",
            "server closed the connection",
            "terminating connection",
        )
    )


_REASONS = (
    (
        ("unique", "duplicate"),
        "two rows have the same value under the index key that is primary now",
        "find them by decrypting: a row of each was written while two index versions were in use",
    ),
    (
        ("permission denied", "command denied", "denied to user"),
        "the user lacks a permission",
        "docs/key-management.md lists the grants that each command needs",
    ),
    (
        ("readonly", "read-only"),
        "the database is read-only",
        "use an account, or a file, that may be written",
    ),
    (
        ("locked", "lock wait", "lock timeout"),
        "somebody holds a lock for too long",
        "run the same command again: it goes on there",
    ),
    (("disk", "space"), "the disk is full", "make room, then run the same command again: it goes on there"),
)


_PASSING = {"locked", "disk"}  # first signs of what goes away


class NotUnique(Refusal):
    """Two rows would have the same value in a unique column."""


def explained(error: Exception, place: str) -> PiiguardError:
    """The error in our words: a driver's own message may repeat a value.

    A connection, a lock or room may be there the next time; what the database answered otherwise is a refusal.
    """
    if isinstance(error, DatabaseError):
        return error
    orig = getattr(error, "orig", None) or error
    text = str(orig).lower()
    for signs, what, hint in _REASONS:
        if any(sign in text for sign in signs):
            kind = NotUnique if "unique" in signs else _kind(error) if signs[0] not in _PASSING else JobError
            return kind(f"{place}: {what}", hint=hint)
    what, hint = database.reason(error)
    return _kind(error)(
        f"{place}: {what}",
        hint=hint or "what was committed stays; run the same command again when the cause is gone",
    )


def _kind(error: Exception) -> type[JobError]:
    answered = isinstance(error, DBAPIError) and not isinstance(error, InterfaceError)
    return Refusal if answered and not is_transient(error, reconnecting=True) else JobError


@contextmanager
def in_words(place: str) -> Iterator[None]:
    """What a database refuses inside is said in our words."""
    try:
        yield
    except SQLAlchemyError as error:
        failure = explained(error, place)
    else:
        return
    raise failure
