"""A server that sends without end is given up before it fills the memory, and named."""

from __future__ import annotations

import socket
import struct

import pytest
import sqlalchemy as sa

from piiguard.database import patience
from piiguard.errors import DatabaseError
from piiguard.scan import Limits, Options, scan_database

from .test_server_silent import Behaviour, after, mysql_greeting, postgresql_greeting, server

MOST = 48 << 20


def message(kind: bytes, body: bytes) -> bytes:
    return kind + struct.pack(">I", len(body) + 4) + body


def packet(number: int, body: bytes) -> bytes:
    return struct.pack("<I", len(body))[:3] + bytes([number % 256]) + body


COLUMN = b"a\0" + struct.pack(">IHIhih", 0, 0, 25, -1, -1, 0)
ROWS = message(b"1", b"") + message(b"2", b"") + message(b"T", struct.pack(">H", 1) + COLUMN)
ROW = message(b"D", struct.pack(">HI", 1, 1000) + b"x" * 1000) * 100
FIELDS = b"".join(bytes([len(each)]) + each for each in (b"def", b"", b"", b"", b"a", b""))
MYSQL_ROWS = (
    packet(1, b"\1") + packet(2, FIELDS + b"\x0c\x21\0\xff\0\0\0\xfd\0\0\0\0\0") + packet(3, b"\xfe\0\0\2\0")
)


def endless(first: bytes, each: bytes) -> Behaviour:
    def send(client: socket.socket) -> None:
        client.sendall(first)
        for _ in range(4096):  # 400 MB: it ends where nobody gives it up
            client.sendall(each)

    return send


def mysql_endless(client: socket.socket) -> None:
    """What is asked is answered without end, and all else is done."""
    mysql_greeting(client)
    while client.recv(65536)[5:9].lower() not in (b"sele", b"show"):
        client.sendall(packet(1, b"\0\0\0\2\0\0\0"))
    client.sendall(MYSQL_ROWS)
    for begin in range(4, 4 + 256 * 4096, 256):
        client.sendall(b"".join(packet(begin + at, b"\xfa" + b"x" * 250) for at in range(256)))


SERVERS = {
    "postgresql rows": ("postgresql+psycopg", after(postgresql_greeting, endless(ROWS, ROW))),
    "postgresql one row": ("postgresql+psycopg", after(postgresql_greeting, endless(ROWS + b"D" + struct.pack(">I", 1 << 29), b"x" * 100_000))),
    "mysql rows": ("mysql+pymysql", mysql_endless),
}  # fmt: skip


@pytest.mark.parametrize("kind", SERVERS)
def test_a_server_that_sends_without_end_is_given_up(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "MOST", MOST)
    scheme, behave = SERVERS[kind]
    with server(behave) as port:
        before = patience._memory()
        with pytest.raises(DatabaseError, match="sends more than is kept") as told:
            scan_database(sa.make_url(f"{scheme}://a@127.0.0.1:{port}/d"), Options(limits=Limits(60)))
        assert patience._memory() - before < 5 * MOST
    assert "x" * 9 not in str(told.value)
