"""The command: nothing is changed without a word for it, and neither plan, receipt, output nor error holds a value."""

from __future__ import annotations

import io
import json
import stat
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import sqlalchemy as sa

from piiguard.cli.main import run
from piiguard.keys import Keyring
from tests.conftest import POSIX
from tests.subjects import schools

SCHEMA = Path(__file__).parents[2] / "docs" / "schema" / "receipt.schema.json"
WHOM = "".join(f"{kind}={value}\n" for kind, value in schools.ASAN.items())


@pytest.fixture
def typed(
    sqlite_url: str, keyring_file: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Any:
    schools.build(sqlite_url, Keyring.from_file(keyring_file).open())
    manifest = keyring_file.parent / "piiguard.toml"
    manifest.write_text(f'[keyring]\npath = "{keyring_file}"\n{schools.MANIFEST}', encoding="utf-8")

    def typed(*options: str) -> tuple[int, str, str]:
        monkeypatch.setattr("sys.stdin", io.StringIO(WHOM))
        code = run(["subject", "erase", sqlite_url, "--manifest", str(manifest), *options])
        out, err = capsys.readouterr()
        for value in (*schools.ASAN.values(), "0503123000", "7011234567", "123-45-67"):
            assert value.lower() not in f"{out} {err}".lower()
        return code, out, err

    return typed


@pytest.mark.parametrize("options", [["--plan"], ["--dry-run"], ["--plan", "--yes"]])
def test_a_look_changes_nothing(typed: Any, sqlite_url: str, options: list[str]) -> None:
    before = schools.contents(sqlite_url)
    code, out, err = typed(*options)
    assert code == 0
    assert "students: delete 1 row" in err
    assert ("DELETE FROM students WHERE students.id = ?" in out) == ("--plan" in options)
    assert schools.contents(sqlite_url) == before


def test_without_a_terminal_it_wants_yes(typed: Any, sqlite_url: str) -> None:
    before = schools.contents(sqlite_url)
    code, _, err = typed()
    assert code == 2
    assert "--yes" in err
    assert schools.contents(sqlite_url) == before


def test_the_receipt_is_of_its_schema_and_for_its_owner_alone(typed: Any, tmp_path: Path) -> None:
    receipt = tmp_path / "act.json"
    code, out, err = typed("--yes", "--receipt", str(receipt), "--format", "json")
    document = json.loads(out)
    jsonschema.validate(document, json.loads(SCHEMA.read_text("utf-8")))
    assert document == json.loads(receipt.read_text("utf-8"))
    assert not POSIX or stat.S_IMODE(receipt.stat().st_mode) == 0o600
    assert code == 0
    assert document["erased"] == 11
    assert "a search after it found nothing" in err


@pytest.mark.parametrize(
    ("lang", "title"), [("ru", "АКТ"), ("kk", "Дербес деректерді жою"), ("en", "RECEIPT")]
)
def test_the_receipt_is_in_the_language_asked_for(typed: Any, lang: str, title: str) -> None:
    _, out, _ = typed("--yes", "--lang", lang)
    assert title in out
    assert "students" in out


def test_a_reference_without_a_foreign_key_is_told_before_anything_is_changed(
    typed: Any, sqlite_url: str
) -> None:
    engine = sa.create_engine(sqlite_url)
    with engine.begin() as connection:
        connection.exec_driver_sql("create table payments (id integer primary key, student_id integer)")
    engine.dispose()
    code, _, err = typed("--dry-run")
    assert code == 0
    assert "payments.student_id looks like a reference to students" in err


def test_the_keyring_that_is_named_notes_an_erasure_though_no_column_is_encrypted(
    sqlite_url: str,
    keyring_file: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    engine = sa.create_engine(sqlite_url)
    with engine.begin() as connection:
        connection.exec_driver_sql("create table students (id integer primary key, iin text)")
        connection.exec_driver_sql("insert into students values (1, ?)", (schools.ASAN["iin"],))
    engine.dispose()
    manifest, graves = tmp_path / "rules.toml", tmp_path / "graves"
    manifest.write_text(
        '[[subjects]]\ntable = "students"\nkey = "id"\nidentifiers = ["iin"]\nerase = "delete"\n',
        encoding="utf-8",
    )
    monkeypatch.setattr("sys.stdin", io.StringIO(f"iin={schools.ASAN['iin']}\n"))
    places = ["--manifest", str(manifest), "--keyring", str(keyring_file), "--tombstones", str(graves)]
    assert run(["subject", "erase", sqlite_url, *places, "--yes"]) == 0
    assert "no audit trail says so" not in capsys.readouterr().err
    trail = keyring_file.with_name(f"{keyring_file.name}.audit").read_text(encoding="utf-8")
    assert [json.loads(line)["action"] for line in trail.splitlines()][-2:] == [
        "subject erase",
        "subject erase",
    ]
    assert graves.stat().st_size > 0
