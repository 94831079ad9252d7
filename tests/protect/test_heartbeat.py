"""Applications on several hosts report their generation into the database."""

from __future__ import annotations

import time
from pathlib import Path

import sqlalchemy as sa

from piiguard.cli.main import run
from piiguard.keys import Keyring
from piiguard.keys.heartbeat import Beat
from piiguard.protect import state
from piiguard.protect.heartbeat import TableHeartbeat


def prepared(url: str) -> sa.Engine:
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    with engine.connect() as connection:
        state.ensure(connection)
    return engine


def test_a_keyring_reports_when_it_is_opened_and_reloaded(any_database_url: str, keyring_file: Path) -> None:
    engine = prepared(any_database_url)
    keyring = Keyring.from_file(keyring_file, heartbeats=[TableHeartbeat(engine)]).open()
    first = TableHeartbeat(engine).beats()
    assert [(beat.generation, beat.keyring) for beat in first] == [(1, str(keyring.id))]
    assert abs(first[0].seen - time.time()) < 60
    assert run(["keys", "add", "--keyring", str(keyring_file)]) == 0
    keyring.reload()
    assert [beat.generation for beat in TableHeartbeat(engine).beats()] == [2]


def test_without_the_table_nothing_fails(sqlite_url: str, keyring_file: Path) -> None:
    engine = sa.create_engine(sqlite_url, poolclass=sa.NullPool)
    assert Keyring.from_file(keyring_file, heartbeats=[TableHeartbeat(engine)]).open().generation == 1
    assert TableHeartbeat(engine).beats() == []


def test_a_promotion_asks_the_database_too(sqlite_url: str, keyring_file: Path) -> None:
    engine = prepared(sqlite_url)
    assert run(["keys", "add", "--keyring", str(keyring_file)]) == 0
    TableHeartbeat(engine).report(Beat("web-9:1", 1, time.time()))
    promote = ["keys", "promote", "2", "--keyring", str(keyring_file), "--database", sqlite_url]
    assert run(promote) == 1
    TableHeartbeat(engine).report(Beat("web-9:1", 2, time.time()))
    assert run(promote) == 0
