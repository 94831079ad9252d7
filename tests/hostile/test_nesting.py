"""A file of brackets in the place of one of ours is one line that names it, never a failure of the program."""

from __future__ import annotations

import ast
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

import piiguard
from piiguard.cli.main import run
from piiguard.errors import PiiguardError
from piiguard.keys import audit
from piiguard.keys.heartbeat import FileHeartbeat
from piiguard.scan import Options
from piiguard.scan.journal import Journal

HOME = Path(piiguard.__file__).parent
DEEP = {
    "list": "[" * 100_000,
    "objects": '{"a":' * 100_000,
    "whole list": "[" * 100_000 + "]" * 100_000,
    "toml": "a = " + "[" * 100_000 + "]" * 100_000,
    "inline": "a = " + "{a = " * 100_000 + "1" + "}" * 100_000,
    "in a keyring": '{"format": "piiguard.keyring/1", "recipients": ' + "[" * 900 + "]" * 900 + "}",
}
COMMANDS = {
    "--baseline": ["scan", "a.log", "--baseline", "deep"],
    "--resume": ["scan", "a.log", "--resume", "deep"],
    "--policy": ["scan", "a.log", "--policy", "deep"],
    "--manifest": ["scan", "sqlite:///a.db", "--manifest", "deep"],
    "--keyring": ["keys", "list", "--keyring", "deep"],
}


@pytest.mark.parametrize("kind", DEEP)
@pytest.mark.parametrize("option", COMMANDS)
def test_a_file_nested_too_deeply_is_named_in_one_line(
    tmp_path: Path, option: str, kind: str, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("a.log").write_text("hello\n")
    Path("deep").write_text(DEEP[kind])
    Path("deep").chmod(0o600)
    assert run(COMMANDS[option]) in (1, 2)
    first, *hints = capfd.readouterr().err.splitlines()
    assert first.startswith("piiguard: deep: ")
    assert "internal" not in first
    assert len(first) < 200
    assert len(hints) <= 1
    assert all(line.startswith("piiguard: hint: ") for line in hints)


@pytest.mark.parametrize(
    "line", ["[" * 100_000, "[]", "7", "{}", '{"target": [], "place": {}, "findings": 7}']
)
def test_a_damaged_line_of_a_checkpoint_is_none(tmp_path: Path, line: str) -> None:
    path = tmp_path / "checkpoint"
    Journal(path, Options())
    with path.open("a") as file:
        file.write(line + "\n")
    with pytest.raises(PiiguardError) as caught:
        Journal(path, Options())
    assert str(path) in str(caught.value)


def test_a_damaged_trail_of_a_keyring_is_told(tmp_path: Path) -> None:
    audit.trail_path(tmp_path / "keyring").write_text("[" * 100_000 + "\n")
    with pytest.raises(PiiguardError, match="line 1 is damaged"):
        audit.read(tmp_path / "keyring")


def test_a_damaged_beat_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text("[" * 100_000)
    assert FileHeartbeat(tmp_path).beats() == []


# Files of the package itself, answers of a database, and what is sealed: none is a file that somebody else may have made.
OURS = {
    "database/servers.py: _with_empty_path",
    "detect/plan.py: _loaded",
    "keys/document.py: open",
    "protect/cells/carried.py: _document",
    "protect/cells/plain.py: _document",
    "protect/proof/record.py: recall",
    "protect/schema/tables/stored.py: load_key",
    "recognizers/data/build.py: mimesis",
    "redact/files/leaves.py: _meant",
    "report/law.py: _table",
    "report/messages.py: catalogue",
    "report/unread.py: sentences",
    "scan/jsonpath.py: _name",
    "scan/reason.py: wording",
    "scan/spark/databases.py: _relation",
    "subjects/restricted/rows.py: of",
}


def test_whatever_parses_a_file_expects_it_to_be_nested_too_deeply() -> None:
    careless = {f"{name}: {function.name}" for name, function in parsing() if not _expects(function)}
    assert careless - OURS == set()


def parsing() -> Iterator[tuple[str, ast.FunctionDef]]:
    for at, _, names in os.walk(HOME, followlinks=True):
        for path in (Path(at, name) for name in names if name.endswith(".py")):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.FunctionDef) and any(map(_parses, ast.walk(node))):
                    yield path.relative_to(HOME).as_posix(), node


def _parses(node: ast.AST) -> bool:
    called = ast.unparse(node.func) if isinstance(node, ast.Call) else ""
    return called in ("json.loads", "json.load", "tomllib.loads", "tomllib.load")


def _expects(function: ast.FunctionDef) -> bool:
    return any(
        isinstance(node, ast.ExceptHandler)
        and node.type is not None
        and "RecursionError" in ast.unparse(node.type)
        for node in ast.walk(function)
    )
