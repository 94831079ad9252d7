"""The command: the answer goes into a file of mode 0600 and nowhere else."""

from __future__ import annotations

import io
import json
import stat
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from piiguard.cli.main import run
from piiguard.keys import Keyring
from tests.subjects import schools

SCHEMA = Path(__file__).parents[2] / "docs" / "schema" / "answer.schema.json"
POLICY = """
organisation = "Академия"
contact = "dpo@example.kz"
purpose = "обучение"
retention = "3y"
[[categories]]
category = "iin"
clause = "2.1"
origin = "от вас"
[[recipients]]
name = "НОБД"
categories = ["iin", "payment"]
[[recipients]]
name = "Банк"
categories = ["payment"]
"""


@pytest.fixture
def typed(
    sqlite_url: str, keyring_file: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Any:
    schools.build(sqlite_url, Keyring.from_file(keyring_file).open())
    manifest = keyring_file.parent / "piiguard.toml"
    manifest.write_text(f'[keyring]\npath = "{keyring_file}"\n{schools.MANIFEST}', encoding="utf-8")

    def typed(*options: str, given: str = f"iin={schools.ASAN['iin']}\n") -> tuple[int, str, str]:
        monkeypatch.setattr("sys.stdin", io.StringIO(given))
        code = run(["subject", "report", sqlite_url, *options, "--manifest", str(manifest)])
        out, err = capfd.readouterr()
        for value in (*schools.ASAN.values(), *schools.OTHER.values(), "7011234567"):
            assert value.lower() not in err.lower()
        return code, out, err

    return typed


def test_the_file_is_for_its_owner_alone_and_nothing_else_holds_a_value(typed: Any, tmp_path: Path) -> None:
    file = tmp_path / "answer.html"
    file.write_text("old")
    file.chmod(0o644)
    code, out, _ = typed("-o", str(file))
    assert (code, out) == (0, "")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert schools.ASAN["iin"] in file.read_text("utf-8")
    assert not list(tmp_path.rglob(".piiguard-*"))
    others = [p for p in tmp_path.rglob("*") if p.is_file() and p != file and p.suffix != ".db"]
    assert not [p for p in others if schools.ASAN["iin"].encode() in p.read_bytes()]


def test_standard_output_has_to_be_named(typed: Any) -> None:
    code, out, err = typed()
    assert (code, out) == (2, "")
    assert "-o FILE" in err
    code, out, _ = typed("-o", "-", "--format", "json")
    assert code == 0
    assert json.loads(out)["schema"] == "piiguard.answer/1"


def test_what_the_policy_says_is_told_of_what_was_found(typed: Any, tmp_path: Path) -> None:
    policy, file = tmp_path / "policy.toml", tmp_path / "answer.json"
    policy.write_text(POLICY, "utf-8")
    typed("-o", str(file), "--format", "json", "--policy", str(policy))
    document = json.loads(file.read_text("utf-8"))
    jsonschema.validate(document, json.loads(SCHEMA.read_text("utf-8")))
    assert document["operator"]["organisation"] == "Академия"
    assert [one["name"] for one in document["recipients"]] == ["НОБД"]
    purposes = {one["category"]: one for one in document["purposes"]}
    assert (purposes["iin"]["purpose"], purposes["iin"]["origin"], purposes["iin"]["term"]) == (
        "обучение",
        "от вас",
        "3y",
    )
    assert not purposes["phone"]["listed"]


def test_an_answer_that_is_not_complete_is_4_and_is_written(typed: Any, tmp_path: Path) -> None:
    file = tmp_path / "answer.html"
    code, _, err = typed("-o", str(file), "--lang", "en", given=f"phone={schools.ASAN['phone']}")
    assert code == 4
    assert "may be another person's" in err
    assert "not complete" in file.read_text("utf-8")


def test_a_folder_that_is_not_there_is_told_with_a_hint(typed: Any, tmp_path: Path) -> None:
    code, _, err = typed("-o", str(tmp_path / "none" / "answer.html"))
    assert code == 1
    assert "hint" in err


def test_no_log_of_any_level_holds_a_value(
    typed: Any, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    for name in (None, "sqlalchemy.engine", "sqlalchemy.pool"):
        caplog.set_level("DEBUG", logger=name)
    typed("-o", str(tmp_path / "answer.html"))
    assert schools.ASAN["iin"] not in caplog.text
    assert "123-45-67" not in caplog.text
