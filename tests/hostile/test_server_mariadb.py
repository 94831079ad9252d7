"""MariaDB: a view of somebody else is not run, an object that fails costs a line, and a server gets no file of ours."""

from __future__ import annotations

import socket
import struct
import threading
import uuid
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
import sqlalchemy as sa

from piiguard import database
from piiguard.errors import DatabaseError
from piiguard.scan import Options, ScanReport, scan_database

from . import schemas

EVERYTHING = Options(sample=None)


@pytest.fixture
def people_url(mariadb_url: str) -> str:
    schemas.innocent(mariadb_url)
    return mariadb_url


@pytest.fixture
def mallory(people_url: str) -> Iterator[str]:
    """A stranger who may make routines and views, and reads a table."""
    name = f"piiguard_m_{uuid.uuid4().hex[:8]}"
    here = sa.make_url(people_url).database
    schemas.run(
        people_url,
        f"create user '{name}'@'%' identified by 'x'",
        f"grant create, create view, create routine, execute, select, insert, alter, drop on {here}.* to '{name}'@'%'",
        "create table ran (n integer)",
    )
    yield name
    schemas.run(people_url, f"drop user '{name}'@'%'")


def as_mallory(people_url: str, mallory: str, *statements: str) -> None:
    url = sa.make_url(people_url).set(username=mallory, password="x")
    schemas.run(url.render_as_string(hide_password=False), *statements)


TRAP = (
    "create function trap() returns varchar(12) modifies sql data"
    " begin insert into ran values (1); return '000101300019'; end"
)
VIEWS = [
    TRAP,
    "create sequence numbers",
    "create sql security invoker view invoked as select trap() as iin",
    "create sql security definer view defined as select trap() as iin",
    "create view counted as select nextval(numbers) as iin",
    "create view asleep as select sleep(1000) as iin",
    "create table dropped (iin varchar(12))",
    "create view broken as select iin from dropped",
    "drop table dropped",
]


def unread(report: ScanReport) -> dict[str, str]:
    return {error.place: error.message for error in report.errors}


def test_views_of_a_stranger_are_named_and_the_tables_read(people_url: str, mallory: str) -> None:
    as_mallory(people_url, mallory, *VIEWS)
    report = scan_database(people_url, EVERYTHING)
    assert {f"{f.table}.{f.column}" for f in report.findings} >= {"people.iin", "people.phone"}
    assert set(unread(report)) == {"invoked", "defined", "counted", "asleep", "broken"}
    assert all(f"--views {mallory}@%" in text for text in unread(report).values())
    with schemas.plain_engine(people_url).connect() as connection:
        assert connection.exec_driver_sql("select count(*) from ran").scalar() == 0


@pytest.mark.parametrize("whole", [True, False])
def test_views_of_a_role_that_is_named_cost_a_line_each_where_they_cannot_be_read(
    people_url: str, mallory: str, whole: bool
) -> None:
    good = "create view good as select iin from people"
    as_mallory(people_url, mallory, *(view for view in VIEWS if "sleep" not in view), good)
    role = f"{mallory}@%" if whole else mallory
    report = scan_database(people_url, Options(sample=None, views=(role,)))
    assert {f"{f.table}.{f.column}" for f in report.findings} >= {"people.iin", "good.iin"}
    assert set(unread(report)) == {"invoked", "defined", "counted", "broken"}


def test_views_of_the_account_itself_that_cannot_be_listed_cost_a_line_each(people_url: str) -> None:
    schemas.run(people_url, "create table ran (n integer)", *(view for view in VIEWS if "sleep" not in view))
    report = scan_database(people_url, EVERYTHING)
    assert {f"{f.table}.{f.column}" for f in report.findings} >= {"people.iin"}
    assert set(unread(report)) == {"invoked", "defined", "counted", "broken"}


def test_least_grants_are_enough(people_url: str) -> None:
    name = f"piiguard_r_{uuid.uuid4().hex[:8]}"
    schemas.run(people_url, "create view shown as select iin from people")
    schemas.run(people_url, *schemas.documented("MariaDB", name, str(sa.make_url(people_url).database)))
    try:
        url = sa.make_url(people_url).set(username=name, password="change-me")
        report = scan_database(
            url.render_as_string(hide_password=False), Options(sample=None, views=("root",))
        )
        assert report.complete
        assert {f"{f.table}.{f.column}" for f in report.findings} >= {"people.iin", "shown.iin"}
    finally:
        schemas.run(people_url, f"drop user '{name}'@'%'")


def test_a_caller_finds_his_connections_as_they_were(people_url: str) -> None:
    engine = database.open_engine(people_url)
    settings = (
        "select connection_id(), @@session.sql_mode, @@session.tx_read_only, @@session.max_statement_time"
    )

    def state() -> object:
        with engine.connect() as connection:
            return connection.exec_driver_sql(settings).one()

    before = state()
    assert scan_database(engine, EVERYTHING).complete
    assert state() == before
    engine.dispose()


def test_only_the_option_that_gives_files_away_is_taken_out_of_a_url() -> None:
    engine = database.open_engine("mysql://u:p@db.example/x?ssl_ca=ca.pem&local_infile=1&charset=utf8mb4")
    assert dict(engine.url.query) == {"ssl_ca": "ca.pem", "charset": "utf8mb4"}


def test_a_value_that_does_not_fit_is_refused_and_not_cut(people_url: str) -> None:
    engine = database.open_engine(people_url)
    schemas.run(people_url, "create table narrow (text varchar(3))")
    with database.connect(engine) as connection, pytest.raises(sa.exc.DBAPIError):
        connection.exec_driver_sql("insert into narrow values ('abcd')")
    engine.dispose()


class Thief:
    """A server that answers every statement with the wish for a file of the client."""

    def __init__(self, wanted: Path) -> None:
        self.wanted, self.got = wanted, b""
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        self.thread = threading.Thread(target=self._serve, daemon=True)
        self.thread.start()

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self.socket.accept()
                with client, suppress(OSError):
                    client.settimeout(20)
                    self._talk(client)

    def _talk(self, client: socket.socket) -> None:
        greeting = b"\x0a5.7.0\x00" + struct.pack("<I", 1) + b"a" * 8 + b"\x00" + struct.pack("<H", 0xF7FF)
        greeting += b"\x21" + struct.pack("<H", 2) + struct.pack("<H", 0x000F) + b"\x15" + b"\x00" * 10
        greeting += b"b" * 12 + b"\x00mysql_native_password\x00"
        self._send(client, 0, greeting)
        client.recv(65536)
        self._send(client, 2, b"\x00\x00\x00\x02\x00\x00\x00")
        while client.recv(65536):
            self._send(client, 1, b"\xfb" + str(self.wanted).encode())
            self.got += client.recv(65536)

    @staticmethod
    def _send(client: socket.socket, number: int, body: bytes) -> None:
        client.sendall(struct.pack("<I", len(body))[:3] + bytes([number]) + body)

    def close(self) -> None:
        self.socket.close()


@pytest.mark.parametrize("option", ["", "?local_infile=1"])
def test_a_server_that_asks_for_a_file_gets_none_and_is_told_of(tmp_path: Path, option: str) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("not for the server", encoding="utf-8")
    thief = Thief(secret)
    try:
        with pytest.raises(DatabaseError):
            scan_database(f"mysql+pymysql://u:p@127.0.0.1:{thief.port}/x{option}", EVERYTHING)
        assert b"not for the server" not in thief.got
    finally:
        thief.close()
