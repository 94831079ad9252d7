"""The one home of how SQLite is opened: nothing that lies on disk is obeyed, and reading changes nothing there.

Opening as SQLite does it writes: a journal is played back, and then the file that it names as its super-journal is
deleted, whatever that is; a ``-wal`` is emptied into the database and removed; ``-shm`` is rewritten even with
``mode=ro``. So a reader opens the file as one that nobody changes, or a private copy of it, and finds out afterwards
whether it was changed all the same. See docs/decisions/0044-sqlite-is-read-as-it-lies.md.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import stat
import tempfile
import time
import urllib.parse
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import DisconnectionError

from piiguard import clock
from piiguard.database.reasons import shown
from piiguard.database.sqlite_schema import distrust
from piiguard.errors import DatabaseError

__all__ = ["WRITING", "LeftUnread", "changed", "file_of", "guard", "is_file", "quiet_mark"]

PATIENCE = 5.0
"""Seconds that a program which writes is waited for, as long as Limits.lock waits for a lock."""
WRITING = 20_000
"""Milliseconds that a statement of a job waits for an application that writes without a pause."""
_ATTEMPTS = 3
_TICK = 0.02  # the clock of a file system may stand still for ten milliseconds
_MOST_ROW = 128 << 20
"""Bytes of a row that is read: SQLite holds a whole cell, however little of it is asked for."""
_FRAMES = 32  # a -wal of that size is its header alone
_SUPER_JOURNAL = bytes.fromhex(
    "d9d505f920a163d7"
)  # the end of a journal that names one: sqlite.org/fileformat2.html
_SAFE = getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0)


class LeftUnread(DatabaseError):
    """The database is there, but to read it would be to change it, or to read half of a change; ``why`` says which."""

    def __init__(self, why: str, *, source: str, hint: str) -> None:
        super().__init__(f"{source}: {why}", source=source, hint=hint)
        self.why = why


def guard(engine: sa.Engine, *, reading: bool) -> None:
    """Let the engine open its database in our way; ``reading`` also keeps what lies on disk as it is."""
    if engine.dialect.name != "sqlite":
        return
    url = engine.url
    sa.event.listen(engine, "connect", lambda raw, _record: _harden(raw))
    if not reading and "timeout" not in url.query:
        sa.event.listen(engine, "connect", lambda raw, _record: _wait(raw))
    if not is_file(url):
        return
    if reading and engine.dialect.driver == "pysqlite":
        sa.event.listen(engine, "do_connect", lambda *_: _open(url))
        sa.event.listen(engine, "checkout", _refresh)
    else:
        sa.event.listen(engine, "do_connect", lambda *_: _refuse_super_journal(url))


def is_file(url: sa.URL) -> bool:
    """Whether the URL names a file, and no database in memory or on a server."""
    return url.get_backend_name() == "sqlite" and file_of(url) is not None


def file_of(url: sa.URL) -> Path | None:
    """The file of an SQLite URL, plain or as ``file:``; None for a database in memory.

    >>> file_of(sa.make_url("sqlite:///crm.db")), file_of(sa.make_url("sqlite:///:memory:"))
    (PosixPath('crm.db'), None)
    """
    name = url.database or ""
    if name.startswith("file:"):
        name = urllib.parse.unquote(urllib.parse.urlsplit(name).path)
    return None if name in ("", ":memory:") or url.query.get("mode") == "memory" else Path(name)


def changed(connection: sa.Connection) -> LeftUnread | None:
    """What to say when the file was written to since it was opened for reading; the connection is then of no use."""
    raw = connection.connection.driver_connection if not connection.invalidated else None
    if not isinstance(raw, _View) or raw.is_current():
        return None
    connection.invalidate()
    return LeftUnread("it was written to while it was read", source=shown(connection.engine.url), hint=_QUIET)


_QUIET = "try again when nothing writes to it, or read a backup: sqlite3 FILE '.backup COPY'"


class _View(sqlite3.Connection):
    """A connection that reads; it knows the file that it reads where it lies, and what that was like."""

    file: str | None = None
    stamp: tuple[int, ...] = ()

    def is_current(self) -> bool:
        return self.file is None or _stamp(self.file) == self.stamp


def _harden(raw: Any) -> None:
    """What a schema says is run without functions and virtual tables that reach outside; damaged pages are told."""
    distrust(raw)
    raw.execute("PRAGMA cell_size_check = ON")
    if hasattr(raw, "setconfig"):  # Python 3.12
        raw.setconfig(sqlite3.SQLITE_DBCONFIG_DEFENSIVE, True)  # type: ignore[attr-defined,unused-ignore]


def _wait(raw: Any) -> None:
    raw.execute(f"PRAGMA busy_timeout = {WRITING}")


def _refresh(raw: Any, _record: Any, _proxy: Any) -> None:
    """A view of what is no longer there is opened anew: SQLite would not look for changes."""
    if isinstance(raw, _View) and not raw.is_current():
        raise DisconnectionError


def _open(url: sa.URL) -> sqlite3.Connection:
    """The file as it lies there, or a copy where its newest rows stand in a ``-wal``."""
    source = shown(url)
    file = os.path.realpath(file_of(url) or "")  # SQLite looks for side files beside what a link leads to
    _wait_for_journal(file, source)
    if _log_size(file, source) > _FRAMES:
        return _copied(file, source)
    stamp = _quiet_stamp(file)
    raw = _connect(file, "mode=ro&immutable=1")
    raw.file, raw.stamp = file, stamp
    return raw


def _connect(file: str, how: str) -> _View:
    # A URI: no character of a name is special, and no file is made where there is none.
    raw = sqlite3.connect(
        f"{Path(file).as_uri()}?{how}", uri=True, factory=_View, check_same_thread=False, timeout=PATIENCE
    )
    raw.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _MOST_ROW)
    return raw


def _wait_for_journal(file: str, source: str) -> None:
    """A program in the middle of a change is given time to end it; what a killed one left is not undone here."""
    end = clock.monotonic() + PATIENCE
    while _is_hot(file, source):
        if clock.monotonic() > end or not 0 <= clock.seconds() - _written(f"{file}-journal") < PATIENCE:
            raise LeftUnread(
                "a journal lies beside it: a program is writing to it, or was killed while it wrote",
                source=source,
                hint="try again later; after a crash let the program that it belongs to open it once",
            )
        time.sleep(0.05)


def _is_hot(file: str, source: str) -> bool:
    """Whether the journal would be played back: those of modes that keep the file begin with zero, or are empty."""
    return _piece(f"{file}-journal", 0, 1, source).strip(b"\0") != b""


def _written(file: str) -> float:
    try:
        return os.stat(file).st_mtime
    except FileNotFoundError:
        return clock.seconds()


def _log_size(file: str, source: str) -> int:
    try:
        found = os.lstat(f"{file}-wal")
    except FileNotFoundError:
        return 0
    if not stat.S_ISREG(found.st_mode):
        raise _odd(source)
    return found.st_size


def _odd(source: str) -> LeftUnread:
    return LeftUnread(
        "its -wal or -journal is no regular file", source=source, hint="find out who put it there"
    )


def _piece(file: str, start: int, length: int, source: str) -> bytes:
    """A few bytes of a side file, from its end where ``start`` is negative; none where it is not there."""
    try:
        handle = os.open(file, os.O_RDONLY | _SAFE | getattr(os, "O_BINARY", 0))
    except FileNotFoundError:
        return b""
    except OSError:
        if stat.S_ISREG(os.lstat(file).st_mode):
            raise LeftUnread(
                "its journal may not be read", source=source, hint="check its permissions"
            ) from None
        raise _odd(source) from None
    with os.fdopen(handle, "rb") as opened:
        found = os.fstat(handle)
        if not stat.S_ISREG(found.st_mode):
            raise _odd(source)
        opened.seek(max(found.st_size + start, 0) if start < 0 else start)
        return opened.read(length)


def _refuse_super_journal(url: sa.URL) -> None:
    """A job may let SQLite play back the journal of a crash, but not delete the file that a journal names."""
    source, file = shown(url), os.path.realpath(file_of(url) or "")
    if _is_hot(file, source) and _piece(f"{file}-journal", -8, 8, source) == _SUPER_JOURNAL:
        raise DatabaseError(
            f"{source}: a journal lies beside it that names another file, which SQLite would delete",
            source=source,
            hint="a transaction over several databases was cut short: let the program that began it open them",
        )


def _copied(file: str, source: str) -> _View:
    """A view of a private copy, which has no name any more when this returns."""
    folder = tempfile.mkdtemp(prefix="piiguard-")  # 0700
    copy = os.path.join(os.path.realpath(folder), "copy.db")
    try:
        _refuse_without_room(file, folder, source)
        if not any(_copy(file, copy, source) for _ in range(_ATTEMPTS)):
            raise LeftUnread("it was written to while it was copied", source=source, hint=_QUIET)
        raw = _connect(copy, "mode=rw")
        try:
            raw.execute("PRAGMA locking_mode = EXCLUSIVE")  # no -shm; before anything is read
            _harden(raw)
            raw.execute("select count(*) from sqlite_master").fetchone()  # now both files are open
            if hasattr(raw, "setconfig"):
                raw.setconfig(sqlite3.SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, True)  # type: ignore[attr-defined,unused-ignore]
        except BaseException:
            raw.close()
            raise
        return raw
    except OSError as error:
        reason = (error.strerror or "error").lower()
        raise LeftUnread(f"it cannot be copied: {reason}", source=source, hint=_ROOM) from None
    finally:
        shutil.rmtree(folder, ignore_errors=True)


_ROOM = "set TMPDIR to a folder with room for a copy"


def _refuse_without_room(file: str, folder: str, source: str) -> None:
    needed = os.stat(file).st_size + os.stat(f"{file}-wal").st_size
    if needed > shutil.disk_usage(folder).free:
        raise LeftUnread("there is no room for the copy that its -wal calls for", source=source, hint=_ROOM)


def _copy(file: str, copy: str, source: str) -> bool:
    """Copy the database, then its log; False when they may not belong together.

    A log that only grew is no harm: what was added is a later transaction, or the torn beginning of one. A database
    that changed took rows over from the log, and a log with another head was begun anew.
    """
    stamp, head = _quiet_stamp(file), _piece(f"{file}-wal", 0, _FRAMES, source)
    for name, own in ((file, copy), (f"{file}-wal", f"{copy}-wal")):
        handle = os.open(name, os.O_RDONLY | _SAFE | getattr(os, "O_BINARY", 0))
        with os.fdopen(handle, "rb") as theirs, open(own, "wb") as ours:
            if not stat.S_ISREG(os.fstat(handle).st_mode):
                raise _odd(source)
            shutil.copyfileobj(theirs, ours, 1 << 20)
    return _stamp(file) == stamp and _piece(f"{file}-wal", 0, _FRAMES, source) == head


def _stamp(file: str) -> tuple[int, ...]:
    """What changes when the file does."""
    try:
        found = os.stat(file)
    except OSError:
        return ()
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns


def _quiet_stamp(file: str) -> tuple[int, ...]:
    """The stamp, taken when a change from now on will show in it."""
    if -_TICK < clock.seconds() - _written(file) < _TICK:
        time.sleep(_TICK)
    return _stamp(file)


def quiet_mark(url: sa.URL) -> tuple[object, ...]:
    """What will be another one once the file has changed from now on, or its log; nothing for what is no file."""
    if not is_file(url):
        return ()
    file = os.path.realpath(file_of(url) or "")
    log = f"{file}-wal"
    return file, _quiet_stamp(file), _quiet_stamp(log), _piece(log, 0, _FRAMES, shown(url))
