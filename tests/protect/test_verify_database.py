"""What ``keys verify`` and ``keys check`` learn from a database: keyring, history and trail are pinned apart, each counts."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa

from piiguard.cli.main import run
from piiguard.protect.jobs.decrypt import decrypt
from piiguard.protect.jobs.encrypt import encrypt

from .conftest import PHONE, People
from .test_trail import chained, kept

Ask = Callable[..., tuple[int, str]]


@pytest.fixture
def ask(people: People, capsys: pytest.CaptureFixture[str]) -> Ask:
    """A command about the keyring and this database: its exit code and all that it said."""

    def asked(command: str, *more: str) -> tuple[int, str]:
        url = people.engine.url.render_as_string(hide_password=False)
        capsys.readouterr()
        code = run(["keys", command, "--keyring", str(people.keyring.path), "--database", url, *more])
        return code, "".join(capsys.readouterr())

    return asked


def forget(people: People, what: str) -> None:
    with people.engine.connect() as connection:
        connection.execute(sa.text("delete from piiguard_state where name like :what"), {"what": what})
        connection.commit()


def test_a_trail_is_compared_where_the_pin_of_the_keyring_is_gone(
    people: People, tmp_path: Path, ask: Ask
) -> None:
    people.fill(5)
    encrypt(people.job(), PHONE)
    put_back = kept(people.keyring, tmp_path / "old")
    decrypt(people.job(), PHONE)
    forget(people, "keyring")
    put_back()
    code, said = ask("verify")
    assert code == 1
    assert "was pinned in this database" in said


def test_a_generation_is_compared_where_the_pin_of_the_trail_is_gone(
    people: People, tmp_path: Path, ask: Ask
) -> None:
    people.fill(5)
    put_back = kept(people.keyring, tmp_path / "old")
    people.promote()
    encrypt(people.job(), PHONE)
    forget(people, "trail:%")
    put_back()
    code, said = ask("verify")
    assert code == 1
    assert "was used on its database" in said


@pytest.mark.parametrize("gone", ["keyring", "trail:%"])
def test_another_history_is_found_by_its_own_pin(people: People, gone: str, ask: Ask) -> None:
    people.fill(5)
    encrypt(people.job(), PHONE)
    forget(people, gone)
    with people.engine.connect() as connection:
        other = sa.text("update piiguard_state set name = 'history:00' where name like 'history:%'")
        connection.execute(other)
        connection.commit()
    code, said = ask("verify")
    assert code == 1
    assert "of another history than the one pinned in its database" in said


def test_a_chained_trail_is_compared_where_the_pin_of_the_keyring_is_gone(
    people: People, tmp_path: Path, ask: Ask
) -> None:
    people.fill(5)
    file = tmp_path / "jobs.audit"
    encrypt(chained(people, file), PHONE)
    forget(people, "keyring")
    file.write_bytes(b"".join(file.read_bytes().splitlines(keepends=True)[:-1]))
    code, said = ask("verify", "--trail", str(file))
    assert code == 1
    assert "was pinned in this database" in said


NOTHING = "it has pinned nothing of this keyring"


@pytest.mark.parametrize("command", ["verify", "check"])
def test_a_database_without_a_pin_is_named_and_refuses_nothing(
    people: People, command: str, ask: Ask
) -> None:
    code, said = ask(command)
    assert code == 0
    assert NOTHING in said
    people.fill(5)
    encrypt(people.job(), PHONE)
    code, said = ask(command)
    assert code == 0
    assert NOTHING not in said


def test_what_applications_report_is_no_pin(people: People, ask: Ask) -> None:
    people.fill(5)
    encrypt(people.job(), PHONE)
    for name in ("keyring", "trail:%", "history:%"):
        forget(people, name)
    with people.engine.connect() as connection:
        connection.execute(
            sa.text(
                "insert into piiguard_state values ('instance:web:1', :id, 1, '2026-01-01T00:00:00+00:00')"
            ),
            {"id": str(people.keyring.id)},
        )
        connection.commit()
    code, said = ask("verify")
    assert code == 0
    assert NOTHING in said
