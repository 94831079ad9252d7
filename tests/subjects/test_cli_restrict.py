"""The commands: nothing is changed without a word for it, and neither plan, receipt, output nor error holds a value."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from piiguard.cli.main import run
from piiguard.keys import Keyring
from tests.subjects import schools
from tests.subjects.test_restrict import RULES, contents

SCHEMAS = Path(__file__).parents[2] / "docs" / "schema"
WHOM = "".join(f"{kind}={value}\n" for kind, value in schools.ASAN.items())


@pytest.fixture
def typed(
    sqlite_url: str, keyring_file: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Any:
    schools.build(sqlite_url, Keyring.from_file(keyring_file).open())
    manifest = keyring_file.parent / "piiguard.toml"
    manifest.write_text(f'[keyring]\npath = "{keyring_file}"\n{RULES}', encoding="utf-8")

    def typed(action: str, *options: str) -> tuple[int, str, str]:
        monkeypatch.setattr("sys.stdin", io.StringIO(WHOM))
        code = run(["subject", action, sqlite_url, "--manifest", str(manifest), *options])
        out, err = capsys.readouterr()
        for value in (*schools.ASAN.values(), "0503123000", "7011234567", "123-45-67"):
            assert value.lower() not in f"{out} {err}".lower()
        return code, out, err

    return typed


@pytest.mark.parametrize("options", [["--plan"], ["--dry-run"], ["--plan", "--yes"], []])
def test_a_look_changes_nothing(typed: Any, sqlite_url: str, options: list[str]) -> None:
    before = schools.contents(sqlite_url)
    code, out, err = typed("restrict", *options)
    assert code == (0 if options else 2)  # without a terminal it wants --yes
    assert "students: seal the values of 1 row" in err
    assert "items: leave, as nothing there names anybody, 2 rows" in err
    assert ("INSERT INTO piiguard_restricted" in out) == ("--plan" in options)
    assert ("UPDATE students SET" in out) == ("--plan" in options)
    assert schools.contents(sqlite_url) == before


def test_restricted_found_and_released_by_command(typed: Any, sqlite_url: str, tmp_path: Path) -> None:
    before, act = contents(sqlite_url), tmp_path / "act.json"
    receipts = json.loads((SCHEMAS / "receipt.schema.json").read_text("utf-8"))
    code, out, err = typed("restrict", "--yes", "--receipt", str(act), "--format", "json")
    document = json.loads(out)
    jsonschema.validate(document, receipts)
    assert (code, document["kind"], document["restricted"]) == (0, "restrict", 5)
    assert document == json.loads(act.read_text("utf-8"))
    assert "nothing of them in place" in err
    code, out, err = typed("find", "--format", "json")
    found = json.loads(out)
    jsonschema.validate(found, json.loads((SCHEMAS / "subject.schema.json").read_text("utf-8")))
    assert code == 3
    assert {one["table"]: one["rows"] for one in found["restricted"]} == {
        "students": 1,
        "letters": 2,
        "calls": 2,
    }
    assert "students: 1 row of the person, restricted since" in err
    code, out, _ = typed("release", "--yes", "--lang", "kk")
    assert (code, "бұғаттауды алып тастау туралы АКТ" in out) == (0, True)
    assert contents(sqlite_url) == before


@pytest.mark.parametrize(("lang", "title"), [("ru", "АКТ о блокировании"), ("en", "RECEIPT: restriction")])
def test_the_receipt_is_in_the_language_asked_for(typed: Any, lang: str, title: str) -> None:
    code, out, _ = typed("restrict", "--yes", "--lang", lang)
    assert (code, title in out, "students" in out) == (0, True, True)
