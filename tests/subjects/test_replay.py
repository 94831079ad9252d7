"""After a restored backup: who was erased is told again by tombstones alone, and nobody else is erased."""

from __future__ import annotations

import io
import json
import shutil
import stat
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from piiguard.cli.main import run
from piiguard.errors import SubjectError
from piiguard.keys import Keyring
from piiguard.subjects import Identifier, erase_subject, replay_subjects
from piiguard.subjects.graves.book import Book, book_of
from tests.conftest import POSIX
from tests.subjects import schools
from tests.subjects.test_find import IIN, KEY, PHONE


class Backup:
    """A school, its backup, and what is done to it."""

    def __init__(self, url: str, keyring: Keyring) -> None:
        self.url, self.keyring = url, keyring
        self.file = Path(url.removeprefix("sqlite:///"))
        schools.build(url, keyring)
        shutil.copy(self.file, f"{self.file}.backup")

    def erase(self, *identifiers: Identifier) -> Any:
        return erase_subject(self.url, identifiers, manifest=schools.manifest(), keyring=self.keyring)

    def restore(self) -> None:
        shutil.copy(f"{self.file}.backup", self.file)

    def replay(self) -> Any:
        return replay_subjects(self.url, manifest=schools.manifest(), keyring=self.keyring)

    @property
    def book(self) -> Book:
        book = book_of(self.keyring)
        assert book is not None
        return book


@pytest.fixture
def backup(sqlite_url: str, keyring: Keyring) -> Backup:
    return Backup(sqlite_url, keyring)


@pytest.mark.parametrize("whom", [[IIN], [KEY]], ids=["by iin", "by key"])
def test_who_was_erased_is_erased_again_and_nobody_else(backup: Backup, whom: list[Identifier]) -> None:
    receipt = backup.erase(*whom)
    expected = schools.contents(backup.url)
    assert receipt.tombstones == 3  # also those that stood in the rows
    backup.restore()
    assert schools.contents(backup.url)["students"].keys() == {(1,), (2,)}
    done = backup.replay()
    assert (done.graves, len(done.receipts), done.unsure, done.unfinished) == (1, 1, 0, 0)
    again = schools.contents(backup.url)
    assert again["students"] == expected["students"]
    assert again["orders"] == expected["orders"]


def test_where_nobody_came_back_nothing_is_done(backup: Backup) -> None:
    backup.erase(IIN)
    before = schools.contents(backup.url)
    assert backup.replay().receipts == []
    assert schools.contents(backup.url) == before


def test_a_phone_that_has_another_owner_by_now_erases_nobody(backup: Backup) -> None:
    engine = schools.engine_of(backup.url)
    with engine.begin() as connection:
        connection.execute(sa.text("insert into calls (id, number) values (50, 77015550000)"))
    receipt = backup.erase(Identifier.of("phone", "77015550000"))
    assert (receipt.erased, receipt.tombstones) == (1, 1)
    with engine.begin() as connection:
        connection.execute(sa.text("insert into students (id, phone) values (9, '8 701 555 00 00')"))
    done = backup.replay()
    assert (done.receipts, done.unsure) == ([], 1)
    assert (9,) in schools.contents(backup.url)["students"]


def test_an_erasure_that_has_not_ended_is_told_and_not_replayed(backup: Backup) -> None:
    backup.erase(IIN)
    backup.book.begin("11111111-1111-4111-8111-111111111111", backup.keyring.tombstones(), [PHONE])
    assert backup.replay().unfinished == 1


def test_what_is_refused_leaves_no_tombstone_that_counts(backup: Backup) -> None:
    with pytest.raises(SubjectError):
        backup.erase(PHONE)
    with pytest.raises(SubjectError, match="no tombstones"):
        backup.replay()


def test_tombstones_of_another_key_match_nothing_and_are_counted(backup: Backup) -> None:
    backup.erase(IIN)
    text = backup.book.path.read_text("utf-8")
    graves, _ = backup.book.read()
    backup.book.path.write_text(text.replace(graves[0].key, "0" * 16), "utf-8")
    backup.restore()
    done = backup.replay()
    assert (done.foreign, done.receipts) == (3, [])


def test_a_damaged_file_is_refused_by_its_line(backup: Backup) -> None:
    backup.erase(IIN)
    with backup.book.path.open("a", encoding="utf-8") as file:
        file.write("{\n")
    with pytest.raises(SubjectError, match="line 5 is damaged"):
        backup.replay()


def test_no_value_lies_beside_the_keyring(backup: Backup) -> None:
    backup.erase(IIN, PHONE)
    text = backup.book.path.read_text("utf-8")
    assert not any(value in text for value in (*schools.ASAN.values(), "7011234567"))
    assert not POSIX or stat.S_IMODE(backup.book.path.stat().st_mode) == 0o600


def test_the_command_writes_receipts_and_says_who_is_left(
    backup: Backup, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    manifest = tmp_path / "people.toml"
    manifest.write_text(f'[keyring]\npath = "{backup.keyring.path}"\n{schools.MANIFEST}', encoding="utf-8")
    backup.erase(IIN)
    backup.restore()
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    command = ["subject", "replay", backup.url, "--manifest", str(manifest)]
    assert run([*command, "--dry-run"]) == 4
    assert (1,) in schools.contents(backup.url)["students"]
    assert run([*command, "--yes"]) == 0
    out, err = capsys.readouterr()
    assert json.loads(out.splitlines()[-1])["erased"] == 11
    assert "1 there again, 1 erased again" in err
    assert not any(value in out + err for value in schools.ASAN.values())
