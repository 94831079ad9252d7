"""The page for the officer: its manifest is one, and its commands do what it says, in its order."""

from __future__ import annotations

import io
import re
import shlex
import shutil
from pathlib import Path

import pytest

from piiguard.cli.main import run
from piiguard.keys import Keyring
from piiguard.manifest import Manifest
from piiguard.rights import RULES
from tests.subjects import schools

PAGE = (Path(__file__).parents[2] / "docs" / "rights.md").read_text(encoding="utf-8")


def blocks(kind: str) -> list[str]:
    return re.findall(rf"```{kind}\n(.*?)```", PAGE, flags=re.DOTALL)


def test_its_manifest_is_one_and_every_rule_is_explained() -> None:
    text = next(block for block in blocks("toml") if "[[subjects]]" in block)
    (subject,) = Manifest.parse(text).subjects
    assert {rule.table for rule in subject.tables} == {"orders", "notes", "invoices"}
    assert all(f"`{rule}`" in PAGE for rule in RULES)


def commands() -> list[list[str]]:
    """The commands of the page for one person, without comments, redirections and what writes to their standard input."""
    lines = [
        line.partition("#")[0].partition(" > ")[0].rpartition("| ")[2]
        for block in blocks("sh")
        for line in block.splitlines()
    ]
    return [
        shlex.split(line)[1:] for line in lines if re.match("piiguard subject (find|erase|replay) ", line)
    ]


def test_its_commands_are_run_as_they_stand(
    tmp_path: Path, keyring_file: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("crm.db").touch()
    schools.build("sqlite:///crm.db", Keyring.from_file(keyring_file).open())
    schools.write_files(tmp_path)
    Path("piiguard.toml").write_text(
        f'[keyring]\npath = "{keyring_file}"\n{schools.MANIFEST}', encoding="utf-8"
    )
    shutil.copy("crm.db", "backup.db")
    codes = []
    for command in commands():
        if command[:2] == ["subject", "replay"]:
            shutil.copy("backup.db", "crm.db")
        whom = schools.ASAN["iin"] if "--by" in command else f"iin={schools.ASAN['iin']}\n"
        monkeypatch.setattr("sys.stdin", io.StringIO(whom))
        typed = ["sqlite:///crm.db" if word.startswith("postgresql:") else word for word in command]
        asks = command[1] == "erase" and "--plan" not in command  # on a terminal it would ask
        codes.append((command[1], run([*typed, *(["--yes"] if asks else [])])))
    assert codes == [("find", 3), ("find", 3), ("erase", 0), ("erase", 0), ("replay", 4), ("replay", 0)]
    assert Path("act.json").exists()
    out, err = capsys.readouterr()
    assert "Дербес деректерді жою" in out
    assert not any(value in out + err for value in schools.ASAN.values())
