"""A password in a target whose scheme was forgotten or misspelt is not repeated, in no message and no report."""

from __future__ import annotations

from pathlib import Path

import pytest

from piiguard.cli.main import run
from piiguard.names import without_password

SECRET = "Pa55-word"
TARGETS = [
    f"u:{SECRET}@host/x",
    f"u:{SECRET}@host:5432/x",
    f"crm:{SECRET}@@host/x",
    f"u:p@{SECRET}@host",
    f"u:{SECRET}/slash@host/x",
    f"u:{SECRET} blank@host/x",
    f":{SECRET}@host/x",
    f"postgresql:/u:{SECRET}@host/x",
    f"postgresql:u:{SECRET}@host/x",
    f"postgresql//u:{SECRET}@host/x",
    f"//u:{SECRET}@host/x",
    f"postgres ://u:{SECRET}@host/x",
    f"nosuch://u:{SECRET}@host/x",
    f"u:{SECRET}@host/*.log",
    f"host/x?user=u&password={SECRET}",
    f"host=h user=u password={SECRET} dbname=x",
]
COMMANDS = [
    ["scan", "TARGET"],
    ["scan", "TARGET", "a.log", "--format", "json"],
    ["scan", "a.log", "TARGET", "--format", "html"],
    ["scan", "TARGET", "--follow"],
    ["encrypt", "TARGET", "people.iin", "--yes"],
    ["rotate", "TARGET"],
    ["status", "TARGET"],
    ["verify", "sqlite:///x.db", "TARGET"],
    ["decrypt", "TARGET", "people.iin"],
    ["redact", "TARGET"],
    ["recognizers", "TARGET"],
    ["keys", "list", "TARGET"],
]


@pytest.mark.parametrize("command", COMMANDS, ids=lambda words: " ".join(words[:3]))
@pytest.mark.parametrize("target", TARGETS, ids=range(len(TARGETS)))
def test_no_command_repeats_the_password_of_what_it_cannot_find(
    tmp_path: Path,
    target: str,
    command: list[str],
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("a.log").write_text("hello\n")
    assert run([target if word == "TARGET" else word for word in command]) != 0
    said = capfd.readouterr()
    assert SECRET not in said.out + said.err


@pytest.mark.parametrize("text", [
    "postgresql://crm@db.example/crm", "C:/logs/app.log", "app.log", "a@b.kz", "/srv/x@y/app.log", "sqlite:///a@b.db",
    "2026-11-29T02:44.log",
])  # fmt: skip
def test_what_holds_no_password_stays(text: str) -> None:
    assert without_password(text) == text
