"""The page for the officer: its manifest is one, and its commands do what it says, in its order."""

from __future__ import annotations

import gzip
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
from piiguard.scan.policy import Policy
from tests.subjects import schools

DOCS = Path(__file__).parents[2] / "docs"
PAGE = (DOCS / "rights.md").read_text(encoding="utf-8")
RUSSIAN = (DOCS / "rights.ru.md").read_text(encoding="utf-8")


def blocks(kind: str, page: str = PAGE) -> list[str]:
    return re.findall(rf"```{kind}\n(.*?)```", page, flags=re.DOTALL)


def lines(page: str) -> list[str]:
    """What is typed, without comments."""
    return [line.partition("  #")[0].strip() for block in blocks("sh", page) for line in block.splitlines()]


@pytest.mark.parametrize("page", [PAGE, RUSSIAN], ids=["english", "russian"])
def test_its_manifest_and_its_policy_are_some_and_every_rule_is_explained(page: str) -> None:
    text = next(block for block in blocks("toml", page) if "[[subjects]]" in block)
    (subject,) = Manifest.parse(text).subjects
    assert {rule.table for rule in subject.tables} == {"orders", "notes", "invoices"}
    assert all(f"`{rule}`" in page for rule in RULES)
    policy = next(block for block in blocks("toml", page) if "[[recipients]]" in block)
    assert Policy.parse(policy).organisation


def test_the_recipes_of_the_russian_page_are_those_that_are_run() -> None:
    english = lines(PAGE)
    assert lines(RUSSIAN) == [line for line in english if line in lines(RUSSIAN)]
    assert len(lines(RUSSIAN)) >= 15


VALUES = {
    "IIN": schools.ASAN["iin"], "PHONE": schools.ASAN["phone"], "OLD": schools.ASAN["phone"], "NEW": "+77021230099",
}  # fmt: skip
ASKS = {"erase", "restrict", "release", "correct", "canary", "--erase", "--restrict"}
"""What asks before it changes anything, and on no terminal wants --yes."""
GOES_ON = {"release", "replay", "map"}
"""Takes up what the line before has left; every other line begins with the database as it was."""


def typed(line: str) -> tuple[list[str], str]:
    """The words of a recipe on the database of this test, and what it reads: one value, or what is printed into it."""
    given, _, command = line.rpartition("| ")
    words = [
        "sqlite:///crm.db" if word.startswith("postgresql:") else word
        for word in shlex.split(command.partition(" > ")[0])[1:]
    ]
    if given:
        form, *names = shlex.split(given)[1:]
        text = form.replace("\\n", "\n") % tuple(VALUES[name.removeprefix("$")] for name in names)
    else:
        text = f"{VALUES['IIN']}\n" + (
            "old={OLD}\nnew={NEW}\n".format(**VALUES) if "correct" in words else ""
        )
    asks = ASKS & {*words} and not {"--plan", "--yes"} & {*words}
    return [*words, *(["--yes"] if asks else [])], text


def prepare(folder: Path, keyring: Path) -> None:
    """A school as the page has it: people with a last login, who may be restricted; a log, a policy and a leak."""
    Path("crm.db").touch()
    schools.build("sqlite:///crm.db", Keyring.from_file(keyring).open())
    schools.execute(
        "sqlite:///crm.db",
        "alter table students add column grade integer",
        "alter table students add column last_login date",
        "update students set last_login = '2019-05-01' where id = 1",
        "update students set last_login = '2999-05-01' where id = 2",
    )
    schools.write_files(folder)
    rules = schools.SEALING.replace('"email"]', '"email"]\nlast_activity = "students.last_login"', 1)
    Path("piiguard.toml").write_text(f'[keyring]\npath = "{keyring}"\n{rules}', encoding="utf-8")
    policy = next(block for block in blocks("toml") if "[[recipients]]" in block)
    Path("policy.toml").write_text(policy, encoding="utf-8")
    Path("leaked.csv").write_text(f"iin\n{VALUES['IIN']}\n", encoding="utf-8")
    Path("dump.json.gz").write_bytes(gzip.compress(f'[{{"iin": "{VALUES["IIN"]}"}}]'.encode()))


CODES = {
    "subject find": 3,
    "subject report": 0,
    "subject correct": 0,
    "subject restrict": 0,
    "subject release": 0,
    "subject erase": 0,
    "subject replay --dry-run": 4,
    "subject replay": 0,
    "retention --erase": 0,
    "retention --restrict": 0,
    "retention": 3,
    "breach": 3,
    "subject canary": 0,
    "scan": 3,
    "subject map": 0,
}


def test_every_recipe_is_run_as_it_stands(
    tmp_path: Path, keyring_file: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    prepare(tmp_path, keyring_file)
    shutil.copy("crm.db", "backup.db")
    done = []
    for line in (line for line in lines(PAGE) if "piiguard " in line):
        words, text = typed(line)
        if not GOES_ON & {*words} or words[1] == "replay":
            shutil.copy("backup.db", "crm.db")
        monkeypatch.setattr("sys.stdin", io.StringIO(text))
        name = " ".join(words[: 1 + (words[0] == "subject")])
        way = "" if name != "retention" and name != "subject replay" else _way(words)
        done.append((line, run(words), CODES[name + way]))
    assert len(done) >= 23
    assert [(line, code) for line, code, _ in done] == [(line, code) for line, _, code in done]
    assert {file for file in ("act.json", "answer.html", "notice.txt", "people.csv") if Path(file).exists()} == {
        "act.json", "answer.html", "notice.txt", "people.csv",
    }  # fmt: skip
    out, err = capsys.readouterr()
    assert "Дербес деректерді жою" in out
    assert not any(value in out + err for value in (*schools.ASAN.values(), VALUES["NEW"]))


def _way(words: list[str]) -> str:
    """Which of its ways a command takes; one that is only planned leaves what is past its term."""
    if "--plan" in words:
        return ""
    return next((f" {word}" for word in ("--erase", "--restrict", "--dry-run") if word in words), "")
