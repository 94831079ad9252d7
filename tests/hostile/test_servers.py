"""Whoever may create objects in a database cannot run anything as the account that scans or encrypts it.

Nor can he change what it reads: each command says the same of a database with his objects and of one without.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from piiguard.cli.main import run as piiguard

from . import schemas

POLICY = """
organisation = "Үлгі"
retention = "3y"
[[categories]]
category = "iin"
protection = "none"
[[dates]]
table = "people"
column = "seen"
"""
WHERE = ("--statement-timeout", "30", "--exclude", "postgres.*")
COLUMN = ("people.iin", "--index", "iin_index", "--normalizer", "digits")

# In this order each command has something to do: {url} is the database.
STORY: list[tuple[str, ...]] = [
    *(
        ("scan", "{url}", "--format", name, *WHERE)
        for name in ("table", "json", "ndjson", "csv", "sarif", "junit", "html")
    ),
    ("scan", "{url}", "--full", "--jobs", "2", "--format", "json", *WHERE),
    ("scan", "{url}", "--policy", "policy.toml", "--format", "json", *WHERE),
    ("encrypt", "{url}", *COLUMN, "--plan"),
    ("encrypt", "{url}", *COLUMN, "--dry-run"),
    ("encrypt", "{url}", *COLUMN, "--yes"),
    ("encrypt", "{url}", "people.phone", "--storage", "text", "--yes", "--jobs", "2"),
    ("status", "{url}"),
    ("status", "{url}", "--cleaned", "backups"),
    ("verify", "{url}"),
    ("verify", "{url}", "--sample", "10"),
    ("keys", "add"),
    ("keys", "promote", "2", "--deployed", "--database", "{url}"),
    ("keys", "add", "--kind", "index"),
    ("rotate", "{url}", "--plan"),
    ("rotate", "{url}"),
    ("keys", "promote", "2", "--kind", "index", "--deployed", "--database", "{url}"),
    ("rotate", "{url}", "--jobs", "2"),
    ("keys", "retire", "1", "--deployed", "--database", "{url}"),
    ("keys", "destroy", "1", "--wait-days", "0", "--early", "--yes", "--database", "{url}"),
    ("status", "{url}", "--format", "json"),
    ("scan", "{url}", "--format", "json", *WHERE),
    ("decrypt", "{url}", "people.iin", "--type", "varchar(12)", "--plan"),
    ("decrypt", "{url}", "people.iin", "--type", "varchar(12)", "--yes"),
    ("decrypt", "{url}", "people.phone", "--yes"),
    ("scan", "{url}", "--format", "json", *WHERE),
]


@pytest.fixture
def innocent_url(postgresql_url: str) -> str:
    """People, and nobody else."""
    schemas.innocent(postgresql_url)
    return postgresql_url


@pytest.fixture
def hostile_url(innocent_url: str) -> Iterator[str]:
    """The same people, among all that a stranger can leave which fits better than the built-in."""
    with schemas.twin(innocent_url) as url, schemas.stranger(url) as mallory:
        parsed = sa.make_url(url)
        made = [*schemas.shadows(str(parsed.database)), *schemas.earlier(str(parsed.username))]
        schemas.run_as(url, mallory, made)
        yield url


def told(url: str, folder: Path, said: str) -> str:
    """What a command said, without what differs between any two runs."""
    said = _without_left_out(said)
    said = said.replace(str(sa.make_url(url).database), "DATABASE").replace(str(folder), "FOLDER")
    said = re.sub(
        r"&#34;(year|month|day|hour)&#34;: &#34;[\d:]+&#34;", "#", said
    )  # a moment, for the page's script
    said = re.sub(r"\d{4}-\d\d-\d\d[T ][\d:.+]+Z?|[0-9a-f]{8}-[0-9a-f-]{27}", "#", said)
    said = re.sub(
        r'"id": "[^"]+"|id="[^"]+"|time="[0-9.]+"|[0-9a-f]{16,}|\b\d+(\.\d+)? (s|ms|MB|kB|B)\b', "#", said
    )
    return re.sub(r"\b\d{8,}\b", "#", said)


def _without_left_out(said: str) -> str:
    """What a command said, without what it left out by its name: of that a stranger has made more."""
    said = re.sub(r"[^\n]+: left out by --exclude\n", "", said)
    said = re.sub(r'<details class="how">.*?</details>', "", said, flags=re.DOTALL)
    said = re.sub(r"\n{2,}", "\n", said)
    said = re.sub(
        r'"(?:html\.read_how|html\.read_more|unread\.left out by --exclude)": "[^"]*",? ?', "", said
    )
    if not said.startswith("{\n"):
        return said
    document = json.loads(said)
    notes = [note for note in document.pop("notes", []) if "--exclude" not in note["message"]]
    return json.dumps({**document, "notes": notes}, indent=2)


def play(url: str, folder: Path, keyring: Path, capsys: pytest.CaptureFixture[str]) -> list[tuple[str, ...]]:
    """Every command on one database, and what each said."""
    folder.mkdir()
    shutil.copytree(keyring.parent, folder / "keyring")
    (folder / "policy.toml").write_text(POLICY, encoding="utf-8")
    found: list[tuple[str, ...]] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setenv("PIIGUARD_KEYRING", str(folder / "keyring" / keyring.name))
        patch.delenv("PIIGUARD_MANIFEST", raising=False)
        for command in STORY:
            with schemas.canary(url):
                code = piiguard([part.format(url=url) for part in command])
            said = capsys.readouterr()
            found.append(
                (" ".join(command), str(code), told(url, folder, said.out), told(url, folder, said.err))
            )
    return found


@pytest.mark.slow
def test_no_command_obeys_shadowed_names_and_each_says_what_it_says_without_them(
    hostile_url: str,
    innocent_url: str,
    keyring_file: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    expected = play(innocent_url, tmp_path / "innocent", keyring_file, capsys)
    assert {code for command, code, *_ in expected} <= {"0", "3"}, [e for e in expected if e[1] not in "03"]
    assert play(hostile_url, tmp_path / "hostile", keyring_file, capsys) == expected
