"""How long a server is waited for: one that never answers, or lets its answer drip, is given up by us.

The limits of a statement are kept by the server, which need not be what it says it is. So what is spent on waiting
for it is counted here, in the two drivers that piiguard is tested with: a statement has so many seconds in all, and
between two of a server's bytes there are never more than ``SILENCE``. What is done with rows meanwhile is not counted.
"""

from __future__ import annotations

import importlib
import io
import mmap
import os
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager, suppress
from functools import cache
from typing import Any

import sqlalchemy as sa

from piiguard import clock

__all__ = ["CONNECT", "GRACE", "LATE", "MUCH", "SILENCE", "Patience", "bound", "patient", "renew"]

CONNECT = 15.0
"""Seconds for a connection, its greeting and the password; ``connect_timeout`` in the URL sets another."""
GRACE = 5.0
"""Seconds by which a statement may pass its limit, so that a server that keeps it can say so itself."""
SILENCE = 3600.0
"""Seconds without a byte in a statement that has no limit."""
LATE = "timed out: the server does not answer"
MUCH = "given up: the server sends more than is kept"
MOST = 1 << 30
"""Bytes by which the process may grow in a statement of an engine that only reads: a server sends what it wants to."""
_EVERY = 64
"""Waits between two looks at that."""


class Patience:
    """What is left for the running statement; without a limit only silence ends it."""

    def __init__(self, seconds: float) -> None:
        self.limit = self.left = seconds
        self.silence = seconds
        self.bounded = False
        """whether memory is looked at"""
        self._held = self._waits = 0

    def begin(self) -> None:
        """Another statement is sent."""
        self.left = self.limit
        self._held, self._waits = _memory() if self.bounded else 0, 0

    def allow(self, seconds: float) -> None:
        """From now on a statement has so many seconds; 0 is no limit."""
        self.limit = self.left = seconds + GRACE if seconds else float("inf")
        self.silence = SILENCE

    def end(self) -> None:
        """Nothing more is waited for on this connection."""
        self.left = self.limit = 0.0

    def next_wait(self) -> float:
        """Seconds to wait for the next bytes. Raises: :class:`TimeoutError`, also where too many came."""
        if self.left <= 0:
            raise TimeoutError(LATE)
        self._waits += 1
        if self.bounded and self._waits % _EVERY == 0 and _memory() - self._held > MOST:
            self.end()
            raise TimeoutError(MUCH)
        return min(self.left, self.silence)

    @contextmanager
    def waiting(self) -> Iterator[None]:
        """What passes inside is spent."""
        began = clock.monotonic()
        try:
            yield
        finally:
            self.left -= clock.monotonic() - began


def _memory() -> int:
    """Bytes that the process holds, where the system tells; else none."""
    with suppress(OSError, ValueError, IndexError), open("/proc/self/statm", "rb") as told:
        return int(told.read().split()[1]) * mmap.PAGESIZE
    return 0


def bound(engine: sa.Engine, *, reading: bool) -> None:
    """Let the engine connect in bounded time; where it only reads, wait in bounded time and in transactions that cannot write."""
    make = _MAKERS.get(f"{engine.dialect.name}+{engine.dialect.driver}")
    if make is None:
        return

    def connect(_dialect: Any, _record: Any, given: Any, named: Any) -> Any:
        made = make()(*given, **named)
        made.patience.allow(0)
        if reading:
            made.patience.bounded = True
            made.only_read()
        else:
            made.patience.silence = float("inf")  # a job may wait for an index of hours to be built
        return made

    sa.event.listen(engine, "do_connect", connect)
    sa.event.listen(engine, "before_cursor_execute", lambda connection, *_: renew(connection))


def _of(connection: sa.Connection) -> Patience | None:
    raw = None if connection.invalidated or connection.closed else connection.connection.driver_connection
    return getattr(raw, "patience", None)


def renew(connection: sa.Connection) -> None:
    """A statement begins; to be called where it goes past SQLAlchemy."""
    if patience := _of(connection):
        patience.begin()


@contextmanager
def patient(connection: sa.Connection, seconds: float) -> Iterator[None]:
    """Inside, the server gets so many seconds for a statement, and a little grace; 0 is no limit."""
    if patience := _of(connection):
        patience.allow(seconds)
    try:
        yield
    finally:
        if (patience := _of(connection)) and patience.left > 0:
            patience.allow(0)


@cache
def _psycopg() -> Callable[..., Any]:
    psycopg: Any = importlib.import_module("psycopg")
    waiting: Any = importlib.import_module("psycopg.waiting")

    class Connection(psycopg.Connection):  # type: ignore[misc]
        patience: Patience

        def __init__(self, *given: Any, **named: Any) -> None:
            super().__init__(*given, **named)
            self.patience = Patience(CONNECT)

        def wait(self, gen: Any, interval: float = 0.1, timeout: float | None = None) -> Any:
            try:
                return waiting.wait(self._counted(gen), self.pgconn.socket, interval=interval)
            except TimeoutError as error:
                self.close()  # else what is rolled back next would be told, and not this
                raise psycopg.OperationalError(str(error)) from None
            except KeyboardInterrupt:
                if self.patience.left > 0:  # the server should not go on for nobody
                    self.patience.end()
                    with suppress(psycopg.Error):
                        self.cancel_safe(timeout=2.0)
                raise

        def only_read(self) -> None:
            """Every transaction from now on is one that the server lets write nothing."""
            self.read_only = True

        def add_notice_handler(self, callback: Any) -> None:
            """SQLAlchemy logs them, and what a function of the database says may repeat a row."""

        def _try_cancel(self, *, timeout: float = 5.0) -> None:
            """What is cancelled when a stream is left half way; a server that was given up is not asked."""
            if self.patience.left > 0:
                super()._try_cancel(timeout=timeout)

        def _counted(self, gen: Any) -> Generator[Any, Any, Any]:
            quiet = 0.0
            try:
                wanted = next(gen)
                while True:
                    if quiet > self.patience.silence:
                        self.patience.end()
                    self.patience.next_wait()
                    began = clock.monotonic()
                    with self.patience.waiting():
                        ready = yield wanted
                    quiet = 0.0 if ready else quiet + clock.monotonic() - began
                    wanted = gen.send(ready)
            except StopIteration as done:
                return done.value
            except TimeoutError:
                gen.close()
                raise

    def connect(*given: Any, **named: Any) -> Any:
        if "PGCONNECT_TIMEOUT" not in os.environ:
            named.setdefault("connect_timeout", int(CONNECT))
        return Connection.connect(*given, **named)

    return connect


@cache
def _pymysql() -> Callable[..., Any]:
    connections: Any = importlib.import_module("pymysql.connections")

    class Connection(connections.Connection):  # type: ignore[misc]
        def __init__(self, *given: Any, **named: Any) -> None:
            self.patience = Patience(float(named.get("connect_timeout") or CONNECT))
            super().__init__(*given, **named)

        def only_read(self) -> None:
            """Every transaction from now on is one that the server lets write nothing."""
            with self.cursor() as cursor:
                cursor.execute("set session transaction read only")

        @property
        def _rfile(self) -> Any:
            return self.__dict__.get("_bounded")

        @_rfile.setter
        def _rfile(self, opened: Any) -> None:
            self.__dict__["_bounded"] = opened and io.BufferedReader(_Counted(opened.detach(), self))

    return Connection


class _Counted(io.RawIOBase):
    """What comes out of the socket of a connection, for as long as its patience lasts."""

    def __init__(self, socket: Any, connection: Any) -> None:
        self._socket, self._connection = socket, connection

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        patience, inner = self._connection.patience, self._connection._sock
        seconds = patience.next_wait()
        inner.settimeout(None if seconds == float("inf") else seconds)
        try:
            with patience.waiting():
                count: int | None = self._socket.readinto(buffer)
        except TimeoutError:
            patience.end()
            raise TimeoutError(LATE) from None
        return count

    def close(self) -> None:
        if not self.closed:
            self._socket.close()
        super().close()


_MAKERS = {"postgresql+psycopg": _psycopg, "mysql+pymysql": _pymysql, "mariadb+pymysql": _pymysql}
