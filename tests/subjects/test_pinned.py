"""Every act on a person leaves its newest line in the databases that it changes: a trail from which it was taken is missed there."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from piiguard.cli.main import run
from piiguard.errors import JobError
from piiguard.keys import Keyring
from piiguard.subjects import (
    correct_subject,
    erase_subject,
    release_subject,
    replay_subjects,
    restrict_subject,
)
from piiguard.subjects.correcting.wording import Wording
from tests.subjects import schools
from tests.subjects.test_find import IIN
from tests.subjects.test_restrict import given

Act = Callable[..., Any]


def correct(url: str, whom: Any, **options: Any) -> Any:
    return correct_subject(url, whom, Wording("iin", schools.ASAN["iin"], "010101300010"), **options)


ACTS: list[Act] = [erase_subject, restrict_subject, release_subject, correct]


def files(keyring: Keyring) -> dict[Path, bytes]:
    return {file: file.read_bytes() for file in keyring.path.parent.iterdir() if file.is_file()}


def take_back(keyring: Keyring, before: dict[Path, bytes]) -> None:
    """Put an older copy of the keyring and all beside it in place; the tombstones of an erasure stay."""
    for file in keyring.path.parent.iterdir():
        if file.is_file() and not file.name.endswith(".tombstones"):
            file.unlink()
    for file, data in before.items():
        file.write_bytes(data)
        file.chmod(0o600)


@pytest.mark.parametrize("act", ACTS)
def test_an_act_that_was_taken_out_of_the_trail_is_missed_by_whatever_comes_next(
    act: Act, any_database_url: str, keyring: Keyring
) -> None:
    schools.build(any_database_url, keyring)
    keyring.restriction(), keyring.tombstones()  # generations of their own
    if act is release_subject:  # an act that changes nothing is pinned nowhere
        restrict_subject(any_database_url, [IIN], **given(keyring))
    before = files(keyring)
    act(any_database_url, [IIN], **given(keyring))
    after = files(keyring)
    assert run(["keys", "verify", "--keyring", str(keyring.path), "--database", any_database_url]) == 0
    take_back(keyring, before)
    held = Keyring.from_file(keyring.path).open()
    there = schools.contents(any_database_url)
    assert run(["keys", "verify", "--keyring", str(keyring.path), "--database", any_database_url]) == 1
    nexts = [restrict_subject, release_subject] if act is restrict_subject else [act]
    for other in nexts:
        with pytest.raises(JobError, match="lines were cut off"):
            other(any_database_url, [IIN], **given(held))
    if act is erase_subject:
        with pytest.raises(JobError, match="lines were cut off"):
            replay_subjects(any_database_url, **given(held))
    assert schools.contents(any_database_url) == there
    take_back(keyring, after)
    act(any_database_url, [IIN], **given(Keyring.from_file(keyring.path).open()))


def test_a_trail_in_a_file_of_its_own_that_is_gone_is_missed(
    sqlite_url: str, keyring: Keyring, tmp_path: Path
) -> None:
    schools.build(sqlite_url, keyring)
    trail = tmp_path / "trail.jsonl"
    restrict_subject(sqlite_url, [IIN], **given(keyring), trail=trail)
    trail.unlink()
    with pytest.raises(JobError, match="lines were cut off"):
        release_subject(sqlite_url, [IIN], **given(keyring), trail=trail)


def test_a_database_that_keeps_no_pin_of_ours_is_left_as_it_is(sqlite_url: str, keyring: Keyring) -> None:
    """A plan writes nothing, and an act without a keyring has no trail."""
    schools.build(sqlite_url, keyring)
    assert erase_subject(sqlite_url, [IIN], agreed=lambda planned: False, **given(keyring)) is None
    with schools.engine_of(sqlite_url).connect() as connection:
        assert not sa.inspect(connection).has_table("piiguard_state")
