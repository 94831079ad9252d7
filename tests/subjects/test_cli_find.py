"""The command: whom is read from standard input alone, and no output, argument or error holds a value."""

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

SCHEMA = Path(__file__).parents[2] / "docs" / "schema" / "subject.schema.json"


@pytest.fixture
def typed(
    sqlite_url: str, keyring_file: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Any:
    schools.build(sqlite_url, Keyring.from_file(keyring_file).open())
    manifest = keyring_file.parent / "piiguard.toml"
    manifest.write_text(f'[keyring]\npath = "{keyring_file}"\n{schools.MANIFEST}', encoding="utf-8")

    def typed(given: str, *options: str) -> tuple[int, str, str]:
        monkeypatch.setattr("sys.stdin", io.StringIO(given))
        named = () if "--manifest" in options else ("--manifest", str(manifest))
        code = run(["subject", *options, *named])
        out, err = capsys.readouterr()
        for value in (*schools.ASAN.values(), "0503123000", "7011234567", "123-45-67"):
            assert value.lower() not in f"{out} {err}".lower()
        return code, out, err

    return typed


def test_json_is_of_its_schema_and_the_exit_code_says_found(typed: Any, sqlite_url: str) -> None:
    code, out, _ = typed(f"iin={schools.ASAN['iin']}\n", "find", sqlite_url, "--format", "json")
    document = json.loads(out)
    jsonschema.validate(document, json.loads(SCHEMA.read_text("utf-8")))
    assert (code, document["found"], document["complete"]) == (3, True, True)


def test_the_table_names_places_and_what_is_shared(typed: Any, sqlite_url: str) -> None:
    code, out, err = typed(schools.ASAN["phone"], "find", sqlite_url, "--by", "phone")
    assert code == 3
    assert out.startswith("TARGET")
    assert "students: 2 rows (1, 2) by phone: several persons have it" in err


def test_nothing_found_is_0_and_not_all_searched_is_4(typed: Any, sqlite_url: str, tmp_path: Path) -> None:
    assert typed("iin=010101300010", "find", sqlite_url)[0] == 0
    empty = tmp_path / "empty.toml"
    empty.write_text(schools.MANIFEST, "utf-8")
    code, _, err = typed("iin=010101300010", "find", sqlite_url, "--manifest", str(empty))
    assert code == 4
    assert "no keyring" in err


@pytest.mark.parametrize("given", ["", "87011234567", "iin=12", "key=nobody:1", "key=students:x"])
def test_what_is_no_identifier_is_an_error_with_a_hint(typed: Any, sqlite_url: str, given: str) -> None:
    code, out, err = typed(given, "find", sqlite_url)
    assert code in (1, 2)
    assert out == ""
    assert "hint" in err


def test_widening_shows_the_shapes_of_what_it_uses(typed: Any, sqlite_url: str) -> None:
    code, out, err = typed(f"iin={schools.ASAN['iin']}", "find", sqlite_url, "--widen", "--yes")
    assert code == 3
    assert "found in the person's rows: phone +77" in err
    assert "students.phone" in out


def test_findings_of_a_scan_are_read(typed: Any, sqlite_url: str, tmp_path: Path) -> None:
    document = tmp_path / "findings.json"
    document.write_text(
        '{"schema": "piiguard.findings/1", "findings": [{"table": "a", "column": "b", "entity": "KZ_IIN"}]}'
    )
    _, _, err = typed("iin=010101300010", "find", sqlite_url, "--findings", str(document))
    assert "every column" not in err
    document.write_text("{}")
    code, _, err = typed("iin=010101300010", "find", sqlite_url, "--findings", str(document))
    assert code == 1
    assert "not a findings document" in err
