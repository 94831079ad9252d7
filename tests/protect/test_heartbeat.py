"""Applications on several hosts report their generation into the database."""

from __future__ import annotations

import shutil
import time
import uuid
from pathlib import Path

import pytest
import sqlalchemy as sa

from piiguard import clock
from piiguard.cli.main import run
from piiguard.errors import KeyringFormatError
from piiguard.keys import Keyring, audit
from piiguard.keys.heartbeat import Beat, behind
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


def test_hosts_whose_clocks_differ_are_heard_by_the_clock_of_the_database(
    any_database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine, now = prepared(any_database_url), time.time()
    if engine.dialect.name == "sqlite":  # a file of one host
        return
    monkeypatch.setattr(clock, "seconds", lambda: now - 7200)
    TableHeartbeat(engine).report(Beat("late:1", 1, clock.seconds()))
    monkeypatch.setattr(clock, "seconds", lambda: now + 7200)
    assert [beat.instance for beat in behind(TableHeartbeat(engine).beats(), uuid.uuid4(), 2)] == ["late:1"]


def pinned(engine: sa.Engine, keyring: Keyring) -> None:
    with engine.connect() as connection:
        state.pin(connection, keyring)


def test_an_old_copy_is_refused_at_start_by_what_the_database_has_seen(
    any_database_url: str, keyring_file: Path
) -> None:
    engine, old = prepared(any_database_url), keyring_file.read_bytes()
    assert run(["keys", "add", "--keyring", str(keyring_file)]) == 0
    pinned(engine, Keyring.from_file(keyring_file))
    audit.trail_path(keyring_file).unlink()  # the thief of the trail does not have the database
    keyring_file.write_bytes(old)
    assert Keyring.from_file(keyring_file).generation == 1
    with pytest.raises(KeyringFormatError, match="generation 1, but generation 2 was used on its database"):
        Keyring.from_file(keyring_file, heartbeats=[TableHeartbeat(engine)]).open()


def test_two_histories_of_one_generation_are_told_apart(any_database_url: str, keyring_file: Path) -> None:
    engine = prepared(any_database_url)
    copy = shutil.copytree(keyring_file.parent, keyring_file.parent.with_name("copy")) / keyring_file.name
    for path in (keyring_file, copy):
        assert run(["keys", "add", "--kind", "index", "--keyring", str(path)]) == 0
        assert run(["keys", "promote", "2", "--kind", "index", "--keyring", str(path)]) == 0
    pinned(engine, Keyring.from_file(keyring_file))
    pinned(engine, Keyring.from_file(keyring_file))
    with pytest.raises(KeyringFormatError, match="the keyring: generation 3 of another history"):
        pinned(engine, Keyring.from_file(copy))
    with pytest.raises(KeyringFormatError, match="generation 3 of another history than the one pinned"):
        Keyring.from_file(copy, heartbeats=[TableHeartbeat(engine)]).open()
    running = Keyring.from_file(keyring_file).open()
    shutil.copy(copy, keyring_file)
    with pytest.raises(KeyringFormatError, match="generation 3 of another history than the one in its audit"):
        running.reload()
    audit.trail_path(keyring_file).unlink()
    with pytest.raises(KeyringFormatError, match="generation 3 of another history than the one in use"):
        running.reload()


def test_a_report_commits_nothing_of_the_application_and_needs_no_connection_of_its_pool(
    any_database_url: str, keyring_file: Path
) -> None:
    prepared(any_database_url).dispose()
    engine = sa.create_engine(any_database_url, pool_size=1, max_overflow=0, pool_timeout=1)
    place = TableHeartbeat(engine)
    with engine.connect():  # the only one
        place.report(Beat("web:1", 1, time.time()))
    assert [beat.instance for beat in place.beats()] == ["web:1"]
    engine.dispose()


def test_a_process_with_two_keyrings_is_asked_for_each(sqlite_url: str, keyring_file: Path) -> None:
    """Its newest word of the one keyring must not hide that it is behind with the other."""
    engine, theirs = prepared(sqlite_url), str(uuid.uuid4())
    mine = Keyring.from_file(keyring_file).id
    assert run(["keys", "add", "--keyring", str(keyring_file)]) == 0
    for keyring, generation in ((str(mine), 1), (theirs, 9)):
        TableHeartbeat(engine).report(Beat("web-9:1", generation, time.time(), keyring))
    promote = ["keys", "promote", "2", "--keyring", str(keyring_file), "--database", sqlite_url]
    assert run(promote) == 1
    TableHeartbeat(engine).report(Beat("web-9:1", 2, time.time(), str(mine)))
    TableHeartbeat(engine).report(Beat("web-9:1", 1, time.time(), theirs))
    assert run(promote) == 0
    assert {(beat.instance, beat.generation) for beat in TableHeartbeat(engine).beats()} == {
        ("web-9:1", 1),
        ("web-9:1", 2),
    }


@pytest.mark.parametrize("gone", ["keyring", "history:%", "nothing"])
@pytest.mark.parametrize("other", ["older", "fork", "foreign"])
def test_a_job_compares_with_whatever_is_pinned(
    sqlite_url: str, keyring_file: Path, tmp_path: Path, gone: str, other: str
) -> None:
    engine, here = prepared(sqlite_url), keyring_file.parent
    copy = shutil.copytree(here, here.with_name("copy")) / keyring_file.name
    for path in (keyring_file, copy):
        if path == keyring_file or other == "fork":
            assert run(["keys", "add", "--keyring", str(path)]) == 0
    pinned(engine, Keyring.from_file(keyring_file))
    if other == "foreign":
        copy = Keyring.create(tmp_path / "foreign.json", [f"file:{tmp_path / 'foreign.key'}"]).path
    with engine.begin() as connection:
        connection.execute(sa.text("delete from piiguard_state where name like :gone"), {"gone": gone})
    if (gone, other) == ("history:%", "fork"):
        pinned(engine, Keyring.from_file(copy))  # nothing is left that knows of it
        return
    with pytest.raises(
        KeyringFormatError, match=r"used on its database|another history|belongs to the keyring"
    ):
        pinned(engine, Keyring.from_file(copy))
