"""What a job leaves in the audit trail: a line before its first batch, one after its last, both pinned in the database."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from piiguard.cli.main import run
from piiguard.errors import JobError, KeyringError, KeyringFormatError
from piiguard.keys import Keyring, audit, change
from piiguard.protect.batches.pace import Limits, Pace
from piiguard.protect.jobs.decrypt import decrypt
from piiguard.protect.jobs.encrypt import encrypt
from piiguard.protect.jobs.job import Job
from piiguard.protect.jobs.rotate import rotate
from piiguard.protect.outcome import Tally
from piiguard.protect.refusal import Refusal
from piiguard.protect.watch import Watch

from .conftest import IIN, NOTE, PHONE, People
from .killing import needs_fork, start


def told(keyring: Keyring) -> list[tuple[Any, ...]]:
    """Action, state and table of every line about a job."""
    return [
        (line["action"], line["state"], line["table"], *line["columns"])
        for line in audit.read(keyring.path)
        if "state" in line
    ]


def test_a_job_leaves_a_line_before_and_one_after(people: People) -> None:
    people.fill(5)
    encrypt(people.job(), PHONE)
    assert told(people.keyring) == [
        ("encrypt", "begun", "people", "phone"),
        ("encrypt", "ended", "people", "phone"),
    ]
    people.promote()
    list(rotate(people.job(), [PHONE]))
    decrypt(people.job(), PHONE)
    assert told(people.keyring)[2:] == [
        ("rotate", "begun", "people", "phone", "phone_index"),
        ("rotate", "ended", "people", "phone"),
        ("decrypt", "begun", "people", "phone"),
        ("decrypt", "ended", "people", "phone"),
    ]
    ended = audit.read(people.keyring.path)[-1]
    assert (ended["changed"], ended["left"]) == (5, 0)
    change.verify(people.keyring.path, None)


class Dies(Watch):
    """The process is gone after the first batch."""

    def step(self, tally: Tally) -> None:
        os.kill(os.getpid(), 9)


@needs_fork
@pytest.mark.parametrize("item", [IIN, NOTE], ids=["swapped", "in place"])
def test_a_decryption_that_is_killed_has_left_its_line(people: People, item: Any) -> None:
    people.fill(50)
    encrypt(people.job(), item)
    job = people.job(_small())
    job.watch = Dies()
    people.engine.dispose()
    process, _ = start(partial(decrypt, sql_type="varchar(12)" if item is IIN else None), job, item)
    process.join()
    assert process.exitcode == -9
    assert told(people.keyring)[-1] == ("decrypt", "begun", "people", item.column)
    assert change.verify(people.keyring.path, None)[1] == len(audit.read(people.keyring.path))


def _small() -> Pace:
    pace = Pace(Limits())
    pace.size = 10
    return pace


def test_a_job_that_fails_says_so_without_its_reason(people: People) -> None:
    people.fill(5)

    class Fails(Watch):
        def step(self, tally: Tally) -> None:
            raise RuntimeError("050312300015")

    job = people.job()
    job.watch = Fails()
    with pytest.raises(RuntimeError):
        encrypt(job, PHONE)
    failed = audit.read(people.keyring.path)[-1]
    assert (failed["action"], failed["state"], failed["error"]) == ("encrypt", "failed", "RuntimeError")
    assert "050312300015" not in audit.trail_path(people.keyring.path).read_text()


def test_what_is_refused_before_it_begins_leaves_no_line(people: People) -> None:
    people.fill(3)
    with pytest.raises((JobError, Refusal)):
        encrypt(people.job(), IIN.__class__("people", "absent", "people.absent"))
    assert told(people.keyring) == []
    encrypt(people.job(), PHONE)
    before = len(told(people.keyring))
    assert encrypt(people.job(), PHONE).kind == "nothing"
    assert len(told(people.keyring)) == before


@contextmanager
def unwritable(keyring: Keyring, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The folder of the keyring, mounted read-only."""
    real, folder = os.open, keyring.path.parent

    def refuse(path: Any, flags: int, *rest: Any, **more: Any) -> int:
        if Path(os.fspath(path)).parent == folder and flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT):
            raise OSError(30, "Read-only file system")
        return real(path, flags, *rest, **more)

    with monkeypatch.context() as patch:
        patch.setattr(os, "open", refuse)
        yield


def test_a_job_whose_line_cannot_be_written_changes_nothing(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    people.fill(5)
    before = people.rows()
    began: list[int] = []
    with (
        unwritable(people.keyring, monkeypatch),
        pytest.raises(KeyringError, match="cannot be written: read-only file system") as caught,
    ):
        encrypt(people.job(), PHONE, began=lambda: began.append(1))
    assert "--trail FILE" in caught.value.hint
    assert (people.rows(), began) == (before, [])


def test_a_job_whose_line_syslog_does_not_take_changes_nothing(
    sqlite_people: People, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sqlite_people.fill(5)
    before = sqlite_people.rows()
    monkeypatch.setenv("PIIGUARD_TRAIL_ALSO", "syslog")
    monkeypatch.setattr("piiguard.keys.elsewhere.SYSLOG", str(tmp_path / "nobody"))
    with pytest.raises(KeyringError, match="syslog does not take") as caught:
        encrypt(sqlite_people.job(), PHONE)
    assert "PIIGUARD_TRAIL_ALSO" in caught.value.hint
    assert sqlite_people.rows() == before


def test_where_the_keyring_cannot_be_written_lines_go_into_a_file(
    people: People, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    people.fill(5)
    file, keyring = tmp_path / "jobs.audit", people.keyring
    with unwritable(keyring, monkeypatch):
        encrypt(chained(people, file), PHONE)
    assert [line["state"] for line in audit.lines_of(file)] == ["begun", "ended"]
    assert told(keyring) == []


def chained(people: People, file: Path) -> Job:
    job = people.job()
    job.trail = file
    return job


def kept(keyring: Keyring, folder: Path) -> Callable[[], None]:
    """Copies of keyring and trail, and how to put them back."""
    folder.mkdir()
    files = [keyring.path, audit.trail_path(keyring.path)]
    for file in files:
        shutil.copy(file, folder)

    def put_back() -> None:
        for file in files:
            shutil.copy(folder / file.name, file)

    return put_back


def again(people: People) -> None:
    """What somebody else's process finds."""
    people.keyring = Keyring.from_file(people.keyring.path)


def test_keyring_and_trail_rolled_back_together_are_refused_by_the_database(
    people: People, tmp_path: Path
) -> None:
    people.fill(5)
    encrypt(people.job(), PHONE)
    put_back = kept(people.keyring, tmp_path / "old")
    decrypt(people.job(), PHONE)
    put_back()
    change.verify(people.keyring.path, None)  # they agree with one another
    again(people)
    with pytest.raises(
        JobError, match=r"the audit trail goes up to line 3, but line 5 was pinned in this database"
    ) as caught:
        encrypt(people.job(), PHONE)
    assert "older copy" in str(caught.value)
    assert caught.value.hint


def test_a_line_put_in_the_place_of_the_pinned_one_is_refused(people: People, tmp_path: Path) -> None:
    people.fill(5)
    put_back = kept(people.keyring, tmp_path / "old")
    encrypt(people.job(), PHONE)
    put_back()
    again(people)
    for _ in range(3):
        people.keyring.record("rotate", table="people")
    with pytest.raises(JobError, match="line 3 of the audit trail is another one than the one pinned"):
        decrypt(people.job(), PHONE)


def test_a_newer_generation_begins_a_new_pin_after_a_lost_trail(people: People, tmp_path: Path) -> None:
    people.fill(5)
    encrypt(people.job(), PHONE)
    backup = people.keyring.path.rename(tmp_path / "copy.json")
    audit.trail_path(people.keyring.path).unlink()
    change.restore(people.keyring.path, backup, None)
    again(people)
    decrypt(people.job(), PHONE)
    change.verify(people.keyring.path, None)


@pytest.mark.parametrize("how", ["removed", "cut", "begun anew"])
def test_a_chained_trail_that_was_cut_is_refused_by_the_database(
    people: People, tmp_path: Path, how: str
) -> None:
    people.fill(5)
    file = tmp_path / "jobs.audit"
    encrypt(chained(people, file), PHONE)
    lines = file.read_bytes().splitlines(keepends=True)
    file.write_bytes(b"" if how == "begun anew" else lines[0])
    if how == "removed":
        file.unlink()
    elif how == "begun anew":
        trail = people.keyring.trail(file)
        assert trail is not None
        for _ in range(4):
            trail.note("rotate", {"table": "people"})
    with pytest.raises(JobError, match="audit trail"):
        decrypt(chained(people, file), PHONE)


def test_a_chained_trail_that_was_forged_is_refused_and_named(people: People, tmp_path: Path) -> None:
    people.fill(5)
    file = tmp_path / "jobs.audit"
    encrypt(chained(people, file), PHONE)
    file.write_bytes(file.read_bytes().replace(b'"encrypt"', b'"rotate"', 1))
    with pytest.raises(KeyringFormatError, match=r"jobs\.audit: line 1 was changed"):
        decrypt(chained(people, file), PHONE)


def test_two_jobs_at_once_pin_the_newest_line(people: People) -> None:
    people.fill(5)
    encrypt(people.job(), PHONE)
    encrypt(people.job(), NOTE)
    with people.engine.connect() as connection:
        pinned = connection.execute(sa.text("select name, generation from piiguard_state")).all()
    newest = audit.read(people.keyring.path)[-1]
    assert [(name, number) for name, number in pinned if name.startswith("trail:")] == [
        (f"trail:{newest['generation']}:{newest['mac']}", newest["number"])
    ]


def test_a_keyring_in_memory_has_no_trail_and_needs_none(sqlite_people: People) -> None:
    sqlite_people.fill(5)
    sqlite_people.keyring = Keyring.in_memory()
    assert encrypt(sqlite_people.job(), PHONE).tally.changed


def test_verify_asks_a_database_whether_both_were_put_back(
    people: People, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    people.fill(5)
    encrypt(people.job(), PHONE)
    url = people.engine.url.render_as_string(hide_password=False)
    verify = ["keys", "verify", "--keyring", str(people.keyring.path), "--database", url]
    put_back = kept(people.keyring, tmp_path / "old")
    decrypt(people.job(), PHONE)
    assert run(verify) == 0
    put_back()
    assert run(verify[:-2]) == 0  # they agree with one another
    capsys.readouterr()
    assert run(verify) == 1
    assert "up to line 3, but line 5 was pinned in this database" in capsys.readouterr().err


def test_verify_asks_a_database_which_generation_it_has_seen(
    people: People, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    people.fill(5)
    put_back = kept(people.keyring, tmp_path / "old")
    people.promote()
    encrypt(people.job(), PHONE)
    put_back()
    url = people.engine.url.render_as_string(hide_password=False)
    assert run(["keys", "verify", "--keyring", str(people.keyring.path), "--database", url]) == 1
    assert "was used on its database" in capsys.readouterr().err
