"""A server that never answers, or lets its answer drip, is given up in bounded time and named; Ctrl-C ends the wait."""

from __future__ import annotations

import signal
import socket
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import pytest
import sqlalchemy as sa

from piiguard import database
from piiguard.database import patience
from piiguard.errors import DatabaseError
from piiguard.scan import Limits, Options, scan_database

from . import schemas
from .files import iin

Behaviour = Callable[[socket.socket], None]
PATIENCE = 120.0  # seconds after which a test says that nothing came


@contextmanager
def server(behave: Behaviour) -> Iterator[int]:
    """A server that does this with each client; yields its port."""
    listening = socket.create_server(("127.0.0.1", 0))
    clients: list[socket.socket] = []

    def one(client: socket.socket) -> None:
        with suppress(OSError, struct.error):  # it went away in the middle
            behave(client)

    def run() -> None:
        with suppress(OSError):
            while True:
                clients.append(listening.accept()[0])
                threading.Thread(target=one, args=(clients[-1],), daemon=True).start()

    threading.Thread(target=run, daemon=True).start()
    try:
        yield listening.getsockname()[1]
    finally:
        for each in (listening, *clients):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()


def silent(client: socket.socket) -> None:
    while client.recv(4096):
        pass


def drip(client: socket.socket, data: bytes) -> None:
    for number in range(1_000_000):
        client.sendall(data[number : number + 1] or b"\0")
        time.sleep(0.02)


def postgresql_greeting(client: socket.socket) -> None:
    """As PostgreSQL, up to where it is ready for a query."""
    (length,) = struct.unpack(">I", client.recv(4, socket.MSG_WAITALL))
    (code,) = struct.unpack(">I", client.recv(length - 4, socket.MSG_WAITALL)[:4])
    if code != 196_608:  # it asks for TLS, or GSSAPI
        client.sendall(b"N")
        postgresql_greeting(client)
        return
    client.sendall(b"R" + struct.pack(">II", 8, 0))
    client.sendall(
        b"".join(_status(*pair) for pair in (("server_version", "15.4"), ("client_encoding", "UTF8")))
    )
    client.sendall(b"K" + struct.pack(">III", 12, 1, 1) + b"Z" + struct.pack(">I", 5) + b"I")


def _status(name: str, value: str) -> bytes:
    body = name.encode() + b"\0" + value.encode() + b"\0"
    return b"S" + struct.pack(">I", 4 + len(body)) + body


def mysql_greeting(client: socket.socket) -> None:
    """As MySQL, up to where the password is accepted."""
    client.sendall(_MYSQL)
    client.recv(65536)
    client.sendall(b"\x07\x00\x00\x02\x00\x00\x00\x02\x00\x00\x00")


_BODY = b"\x0a5.7.0\x00" + struct.pack("<I", 1) + b"a" * 8 + b"\x00" + struct.pack("<H", 0xF7FF)
_BODY += b"\x21" + struct.pack("<H", 2) + struct.pack("<H", 0x000F) + b"\x15" + b"\x00" * 10
_BODY += b"b" * 12 + b"\x00mysql_native_password\x00"
_MYSQL = struct.pack("<I", len(_BODY))[:3] + b"\x00" + _BODY

ENDLESS_ROW = b"T\x00\x00\x70\x00\x00\x01"  # PostgreSQL: the description of a row, in 28 KB
ENDLESS_PACKET = b"\xff\xff\xff\x01"  # MySQL: a packet of 16 MB


def dripping_greeting(client: socket.socket) -> None:
    """As PostgreSQL that asks for a password, a byte at a time."""
    while True:
        (length,) = struct.unpack(">I", client.recv(4, socket.MSG_WAITALL))
        (code,) = struct.unpack(">I", client.recv(length - 4, socket.MSG_WAITALL)[:4])
        if code == 196_608:
            drip(client, b"R\x00\x00\x03\xe8\x00\x00\x00\x0a")
        client.sendall(b"N")


def after(greeting: Behaviour, then: Behaviour) -> Behaviour:
    def behave(client: socket.socket) -> None:
        greeting(client)
        client.recv(65536)
        then(client)

    return behave


BEHAVIOURS: dict[str, tuple[str, Behaviour]] = {
    "postgresql: nothing": ("postgresql", silent),
    "postgresql: dripping greeting": ("postgresql", dripping_greeting),
    "postgresql: nothing after the greeting": ("postgresql", after(postgresql_greeting, silent)),
    "postgresql: dripping answer": (
        "postgresql", after(postgresql_greeting, lambda client: drip(client, ENDLESS_ROW)),
    ),
    "mysql: nothing": ("mysql", silent),
    "mysql: dripping greeting": ("mysql", lambda client: drip(client, b"\xe8\x03\x00\x00" + b"\x0a" * 1000)),
    "mysql: nothing after the greeting": ("mysql", after(mysql_greeting, silent)),
    "mysql: dripping answer": ("mysql", after(mysql_greeting, lambda client: drip(client, ENDLESS_PACKET))),
}  # fmt: skip


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PGCONNECT_TIMEOUT", raising=False)
    monkeypatch.setattr(patience, "CONNECT", 2.0)
    monkeypatch.setattr(patience, "GRACE", 0.5)
    monkeypatch.setattr(patience, "SILENCE", 2.0)


def in_time(work: Callable[[], None]) -> None:
    """Do it in a thread: a test of what never ends must end."""
    problems: list[BaseException] = []

    def run() -> None:
        try:
            work()
        except BaseException as error:  # noqa: BLE001 - told by the test
            problems.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(PATIENCE)
    assert not thread.is_alive(), "it waits for ever"
    if problems:
        raise problems[0]


@pytest.mark.usefixtures("hurried")
@pytest.mark.parametrize("name", [name for name in BEHAVIOURS if "dripping answer" not in name])
def test_a_server_that_does_not_answer_is_given_up(name: str) -> None:
    kind, behave = BEHAVIOURS[name]
    with server(behave) as port:

        def scan() -> None:
            with pytest.raises(DatabaseError, match="does not answer"):
                scan_database(f"{kind}://a:b@127.0.0.1:{port}/x", Options(sample=None, limits=Limits(0, 0)))

        in_time(scan)


@pytest.mark.usefixtures("hurried")
@pytest.mark.parametrize("kind", ["postgresql", "mysql"])
@pytest.mark.parametrize("answer", [b"\x00", b"\xff", b"\x0a", b"R", b"E", b"\x0a\x00\x00"])
def test_a_server_that_answers_with_nonsense_is_named(kind: str, answer: bytes) -> None:
    def nonsense(client: socket.socket) -> None:
        if kind == "postgresql":
            client.recv(8)
            client.sendall(b"N")
            client.recv(65536)
            client.sendall(answer * 2000)
        else:
            client.sendall(struct.pack("<I", 200)[:3] + b"\x00" + answer * 200)
        client.close()

    with server(nonsense) as port:

        def scan() -> None:
            with pytest.raises(DatabaseError):
                scan_database(f"{kind}://a:b@127.0.0.1:{port}/x", Options())

        in_time(scan)


@pytest.mark.usefixtures("hurried")
@pytest.mark.parametrize("kind", ["postgresql", "mysql"])
def test_what_opens_a_job_is_bounded_until_it_is_connected(kind: str) -> None:
    with server(silent) as port:

        def connect() -> None:
            engine = database.open_engine(f"{kind}://a:b@127.0.0.1:{port}/x")
            with pytest.raises(DatabaseError, match="does not answer"), database.connect(engine):
                pass

        in_time(connect)


@contextmanager
def proxy(url: str, marker: bytes, then: Behaviour) -> Iterator[str]:
    """The server itself, until a client asks for something with the marker in it: then this happens."""
    parsed = sa.make_url(url)

    def behave(client: socket.socket) -> None:
        with socket.create_connection((parsed.host, parsed.port)) as real:
            turned = threading.Event()

            def answer() -> None:
                with suppress(OSError):
                    while data := real.recv(65536):
                        if not turned.is_set():
                            client.sendall(data)

            threading.Thread(target=answer, daemon=True).start()
            while data := client.recv(65536):
                if marker in data:
                    turned.set()
                    then(client)
                    return
                real.sendall(data)

    with server(behave) as port:
        yield parsed.set(host="127.0.0.1", port=port).render_as_string(hide_password=False)


@pytest.mark.usefixtures("hurried")
@pytest.mark.parametrize("how", ["silent", "dripping"])
@pytest.mark.parametrize("jobs", [1, 2])
def test_a_table_that_is_not_answered_is_named_and_the_others_are_read(
    database_url: str, how: str, jobs: int
) -> None:
    schemas.run(database_url, *(f"create table {table} (iin varchar(12))" for table in ("a", "z")))
    schemas.run(database_url, "create table slow (slow_iin varchar(12))")
    for table in ("a", "slow", "z"):
        schemas.run(database_url, *(f"insert into {table} values ('{iin(n)}')" for n in range(30)))
    data = ENDLESS_ROW if "postgresql" in database_url else ENDLESS_PACKET
    then = silent if how == "silent" else lambda client: drip(client, data)
    options = Options(sample=None, entities=("KZ_IIN",), limits=Limits(statement=1), jobs=jobs)
    with proxy(database_url, b"SELECT slow_iin", then) as url:

        def scan() -> None:
            report = scan_database(url, options)
            assert {finding.table for finding in report.findings} == {"a", "z"}
            assert {(e.place, e.message) for e in report.errors} == {("slow", "the server does not answer")}
            assert not report.complete

        in_time(scan)


@pytest.mark.parametrize("name", [name for name in BEHAVIOURS if "after" in name or "answer" in name])
def test_an_interrupt_ends_the_wait(name: str) -> None:
    kind, behave = BEHAVIOURS[name]
    reached = threading.Event()

    def told(client: socket.socket) -> None:
        greeting, rest = (
            (postgresql_greeting, ENDLESS_ROW) if kind == "postgresql" else (mysql_greeting, ENDLESS_PACKET)
        )
        greeting(client)
        client.recv(65536)
        reached.set()
        silent(client) if "nothing" in name else drip(client, rest)

    assert behave is not told
    with server(told) as port:
        running = subprocess.Popen(
            [sys.executable, "-m", "piiguard", "scan", "--full", f"{kind}://a:b@127.0.0.1:{port}/x"],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),  # noqa: PLW1509
        )
        try:
            assert reached.wait(PATIENCE)
            running.send_signal(signal.SIGINT)
            _, err = running.communicate(timeout=PATIENCE)
        finally:
            running.kill()
            running.wait()
    assert running.returncode in (1, 4)
    assert b"internal error" not in err
