"""``piiguard_state`` holding what no piiguard wrote: the row and the column are named, and nothing else happens."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa

from piiguard.cli.main import run
from piiguard.keys import Keyring
from piiguard.protect import state
from piiguard.protect.heartbeat import TableHeartbeat

ODD: dict[str, list[object]] = {
    "name": [b"instance:\xff", b"\xff"],
    "keyring_id": [b"\xff"],
    "generation": ["somebody", 1.5, b"1", -1, "9" * 40],
    "updated": ["", "yesterday", "0001-01-01T00:00:00", "9" * 10_000, b"\x00", 7.5, "\x1b[2J"],
}
KINDS = [(column, value) for column, values in ODD.items() for value in values]
COMMANDS = {
    "keyring": (["verify"], ["check"]),
    "instance:%:web@0:1": (["promote", "2"], ["retire", "1"]),
}


@pytest.fixture
def database(sqlite_url: str, keyring_file: Path) -> sa.Engine:
    engine = sa.create_engine(sqlite_url, poolclass=sa.NullPool)
    keyring = Keyring.from_file(keyring_file)
    assert run(["keys", "add", "--keyring", str(keyring_file)]) == 0
    keyring.reload()
    with engine.connect() as connection:
        state.ensure(connection)
        state.pin(connection, keyring)
        state.beat(connection, "web@0:1", keyring)
        connection.commit()
    return engine


def put(engine: sa.Engine, name: str, column: str, value: object) -> None:
    with engine.begin() as connection:
        changed = sa.text(f"update piiguard_state set {column} = :value where name like :name")
        assert connection.execute(changed, {"value": value, "name": name}).rowcount == 1


@pytest.mark.parametrize(("column", "value"), KINDS, ids=lambda value: ascii(value)[:30])
@pytest.mark.parametrize("name", COMMANDS)
def test_a_row_of_another_type_is_named_by_row_and_column(
    database: sa.Engine,
    keyring_file: Path,
    capsys: pytest.CaptureFixture[str],
    name: str,
    column: str,
    value: object,
) -> None:
    put(database, name, column, value)
    before = keyring_file.read_bytes()
    for command in COMMANDS[name]:
        capsys.readouterr()
        code = run(["keys", *command, "--keyring", str(keyring_file), "--database", str(database.url)])
        err = capsys.readouterr().err
        assert "internal error" not in err
        assert "\x1b" not in err
        assert len(err) < 2000
        if column != "name":
            assert code == 1
            assert "piiguard_state: row " in err
            assert f": {column} is not a " in err
    assert column == "name" or keyring_file.read_bytes() == before


@pytest.mark.parametrize(("column", "value"), KINDS, ids=lambda value: ascii(value)[:30])
def test_an_application_starts_whatever_stands_there(
    database: sa.Engine, keyring_file: Path, column: str, value: object
) -> None:
    for name in ["keyring"] if column == "name" else COMMANDS:
        put(database, name, column, value)
    keyring = Keyring.from_file(keyring_file, heartbeats=[TableHeartbeat(database)]).open()
    assert keyring.generation == 2
