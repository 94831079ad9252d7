"""On each server, what only reads runs in transactions in which the server itself would refuse a write."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import sqlalchemy as sa

from piiguard import database
from piiguard.cli.main import run
from piiguard.keys import Keyring
from piiguard.manifest import ProtectedColumn, append
from piiguard.protect import Job, status, verify

from . import schemas

ITEM = ProtectedColumn("people", "iin", "people.iin")


@pytest.fixture
def home(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A directory with a keyring and a manifest, and a database with an encrypted column."""
    for name in [name for name in os.environ if name.startswith("PIIGUARD_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    schemas.innocent(database_url)
    assert run(["keys", "init", "--keyring", "keyring.json", "--wrap", "file:wrapping.key"]) == 0
    append("piiguard.toml", ITEM, keyring="keyring.json")
    assert run(["encrypt", database_url, "people.iin", "--drop-constraint", "people_iin_key", "--yes"]) in (
        0,
        1,
    )
    return database_url


def test_a_reader_cannot_write(database_url: str) -> None:
    schemas.run(database_url, "create table t (n integer)")
    engine = database.open_reader(database_url)
    for statement in ("insert into t values (1)", "create table u (n integer)", "drop table t"):
        with database.connect(engine) as connection, pytest.raises(sa.exc.DBAPIError):
            connection.exec_driver_sql(statement)
    engine.dispose()


@pytest.mark.parametrize("command", [
    ("status", "URL"), ("status", "URL", "--format", "json"), ("verify", "URL"), ("verify", "URL", "--sample", "5"),
    ("keys", "retire", "1", "--database", "URL"), ("rotate", "URL", "--plan"), ("rotate", "URL", "--dry-run"),
    ("decrypt", "URL", "people.iin", "--plan"), ("decrypt", "URL", "people.iin", "--dry-run"), ("scan", "URL"),
], ids=" ".join)  # fmt: skip
def test_a_command_that_reads_is_satisfied_with_that(
    home: str, command: tuple[str, ...], capfd: pytest.CaptureFixture[str]
) -> None:
    capfd.readouterr()
    run([home if word == "URL" else word for word in command])
    said = capfd.readouterr().err
    assert "read-only" not in said
    assert "internal error" not in said


def test_counts_in_a_reader_are_those_in_another_engine(home: str) -> None:
    keyring = Keyring.from_file("keyring.json").open()
    reader, other = database.open_reader(home), database.open_engine(home)
    for look in (
        lambda engine: status(engine, [ITEM], ()),
        lambda engine: [(one.opened, one.sound) for one in verify(Job(engine, keyring), [ITEM])],
    ):
        assert look(reader) == look(other)
    reader.dispose()
    other.dispose()
