"""Destroying a key: backups first, listed in the trail, killed at any step and run again until nothing holds it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from piiguard.errors import KeyringError, KeyringFormatError
from piiguard.keys import Keyring, audit, change, recipients, store
from piiguard.keys.document import Contents, Document

from .killed import killed_before_step

Operate = Callable[..., Contents]
needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="the harness forks; POSIX only")
NOW = timedelta(0)


def destroy(path: Path) -> tuple[Contents, list[Path]]:
    return change.destroy(path, None, "data", 1, NOW)


def holders(folder: Path) -> list[str]:
    """Every file beside the keyring that has the bytes of data key 1 in it, whatever its name."""
    found = []
    for file in folder.iterdir():
        if not file.is_file():
            continue
        try:
            document = Document.parse(file.read_bytes(), file.name)
            held = document.open(recipients.unwrap(document, file.name, None))
        except KeyringError:
            assert b'"body"' not in file.read_bytes(), f"{file.name}: half a keyring"
            continue
        if "data/1" in held.secrets:
            found.append(file.name)
    return sorted(found)


@pytest.fixture
def retired(keyring_file: Path, operate: Operate) -> Path:
    """A keyring whose data key 1 is retired, with a backup of each generation and a file that a killed command left."""
    operate("add")
    operate("promote", 2)
    operate("retire", 1)
    shutil.copy(keyring_file, keyring_file.with_name(f".{keyring_file.name}.0badcafe.tmp"))
    shutil.copy(keyring_file, keyring_file.with_name(f".{keyring_file.name}.3.bak.0badcafe.tmp"))
    return keyring_file


def test_nothing_beside_the_keyring_holds_the_key_any_more(retired: Path) -> None:
    assert len(holders(retired.parent)) == 6
    contents, removed = destroy(retired)
    assert holders(retired.parent) == []
    assert contents.generation == 5
    assert [file.name for file in removed] == [
        ".keyring.json.0badcafe.tmp",
        ".keyring.json.3.bak.0badcafe.tmp",
        "keyring.json.1.bak",
        "keyring.json.2.bak",
        "keyring.json.3.bak",
    ]


def test_the_trail_lists_what_was_removed(retired: Path) -> None:
    _, removed = destroy(retired)
    begun, done = audit.read(retired)[-2:]
    about = {"action": "destroy", "kind": "data", "version": 1}
    assert {**begun, **about, "state": "begun"} == begun
    assert {**done, **about} == done
    assert done["removed"] == [file.name for file in removed]
    assert change.verify(retired, None)[1] == done["number"]


def test_a_second_run_finds_what_came_back_and_notes_it(retired: Path) -> None:
    kept = retired.with_name("kept")
    shutil.copy(store.backup_path(retired, 2), kept)
    first, _ = destroy(retired)
    again, removed = destroy(retired)
    assert (again.generation, removed) == (first.generation, [])
    count = len(audit.read(retired))
    shutil.copy(kept, store.backup_path(retired, 2))
    kept.unlink()
    again, removed = destroy(retired)
    assert (again.generation, [file.name for file in removed]) == (first.generation, ["keyring.json.2.bak"])
    assert holders(retired.parent) == []
    noted = audit.read(retired)[-1]
    assert (len(audit.read(retired)), noted["removed"]) == (count + 2, ["keyring.json.2.bak"])
    change.verify(retired, None)


def test_backups_that_never_held_the_key_stay(retired: Path, operate: Operate) -> None:
    destroy(retired)
    operate("add")
    operate("promote", 3)
    operate("retire", 2)
    held = [file.name for file in store.backups(retired)]
    assert held == ["keyring.json.5.bak", "keyring.json.6.bak", "keyring.json.7.bak"]
    assert destroy(retired)[1] == []
    change.destroy(retired, None, "data", 3 - 1, NOW)
    assert store.backups(retired) == []


def test_a_backup_that_cannot_be_read_is_removed_as_well(retired: Path) -> None:
    store.backup_path(retired, 2).write_bytes(b"{")
    assert "keyring.json.2.bak" in [file.name for file in destroy(retired)[1]]


def test_a_backup_that_is_a_link_goes_and_its_target_stays(retired: Path, tmp_path: Path) -> None:
    target = tmp_path / "somebody's"
    target.write_bytes(b"theirs")
    store.backup_path(retired, 9).symlink_to(target)
    destroy(retired)
    assert target.read_bytes() == b"theirs"
    assert store.backups(retired) == []


def test_what_is_refused_removes_nothing(keyring_file: Path, operate: Operate) -> None:
    operate("add")
    operate("promote", 2)
    with pytest.raises(KeyringError, match="data key version 1 is decrypt-only"):
        destroy(keyring_file)
    operate("retire", 1)
    with pytest.raises(KeyringError, match="can be destroyed from"):
        change.destroy(keyring_file, None, "data", 1, timedelta(days=30))
    assert len(store.backups(keyring_file)) == 3
    assert "state" not in audit.read(keyring_file)[-1]


ALL = {
    ".keyring.json.0badcafe.tmp",
    ".keyring.json.3.bak.0badcafe.tmp",
    *(f"keyring.json.{number}.bak" for number in (1, 2, 3)),
}


def _killed(path: Path, at: int) -> bool:
    return killed_before_step(at, lambda: destroy(path))


@needs_fork
def test_killed_at_every_step_and_run_again_nothing_holds_the_key(retired: Path, tmp_path: Path) -> None:
    """A killed run may be killed again at its first steps, too."""
    steps = 0
    for at in range(1, 500):
        folder = tmp_path / f"run{at}"
        shutil.copytree(retired.parent, folder, symlinks=True)
        path = folder / retired.name
        os.environ["PIIGUARD_WRAPPING_KEY"] = f"file:{folder / 'wrapping.key'}"
        try:
            if not _killed(path, at):
                break
            steps += 1
            _killed(path, 3)
            contents, _ = destroy(path)
            assert holders(folder) == [], at
            assert contents.generation == 5, at
            assert change.verify(path, None)[1] == len(audit.read(path))
            told = {name for line in audit.read(path) for name in line.get("removing", ())}
            assert told >= ALL, at
        finally:
            del os.environ["PIIGUARD_WRAPPING_KEY"]
    assert steps > 15


@pytest.fixture
def lost(retired: Path, tmp_path: Path) -> Path:
    """A copy from before the destruction; the keyring in place is lost after it."""
    copy = tmp_path / "copy.json"
    shutil.copy(store.backup_path(retired, 3), copy)
    destroy(retired)
    retired.unlink()
    return copy


def states(contents: Contents) -> dict[int, str]:
    return {v.version: v.state for v in contents.versions if v.kind == "data"}


def test_a_restored_copy_does_not_bring_a_destroyed_key_back(retired: Path, lost: Path) -> None:
    contents = change.restore(retired, lost, None)
    assert states(contents) == {1: "destroyed", 2: "primary"}
    assert holders(retired.parent) == []
    assert audit.read(retired)[-1]["dead"] == ["data/1"]
    change.verify(retired, None)


def test_a_destroyed_key_comes_back_when_it_is_named(retired: Path, lost: Path) -> None:
    contents = change.restore(retired, lost, None, revive=["data/1"])
    assert states(contents) == {1: "decrypt-only", 2: "primary"}
    line = audit.read(retired)[-1]
    assert (line["revived"], line["dead"]) == (["data/1"], [])
    retired.unlink()
    assert states(change.restore(retired, lost, None)) == {1: "decrypt-only", 2: "primary"}


@pytest.mark.parametrize("name", ["data/2", "index/1", "data/9", "1", ""])
def test_only_what_was_destroyed_and_is_in_the_copy_is_revived(retired: Path, lost: Path, name: str) -> None:
    with pytest.raises(KeyringError, match="cannot be revived"):
        change.restore(retired, lost, None, revive=[name])
    assert not retired.exists()


def test_a_copy_whose_primary_was_destroyed_writes_with_the_next_one(
    keyring_file: Path, operate: Operate, tmp_path: Path
) -> None:
    operate("add")
    copy = tmp_path / "copy.json"
    shutil.copy(keyring_file, copy)  # 1 is primary in it, 2 staged
    operate("promote", 2)
    operate("retire", 1)
    destroy(keyring_file)
    keyring_file.unlink()
    assert states(change.restore(keyring_file, copy, None)) == {1: "destroyed", 2: "primary"}


def test_a_copy_that_has_dead_keys_alone_is_refused(retired: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.json"
    shutil.copy(store.backup_path(retired, 1), copy)
    destroy(retired)
    retired.unlink()
    with pytest.raises(KeyringError, match="every data key of this copy was destroyed") as caught:
        change.restore(retired, copy, None)
    assert "--revive data/1" in caught.value.hint
    assert states(change.restore(retired, copy, None, revive=["data/1"])) == {1: "primary"}


@needs_fork
def test_a_destruction_that_was_only_begun_counts_as_one(retired: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.json"
    shutil.copy(store.backup_path(retired, 3), copy)
    trail = Keyring.from_file(retired).trail()
    assert trail is not None
    trail.note("destroy", {"state": "begun", "kind": "data", "version": 1})
    retired.unlink()
    assert states(change.restore(retired, copy, None)) == {1: "destroyed", 2: "primary"}


def test_a_forged_line_destroys_nothing(retired: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.json"
    shutil.copy(store.backup_path(retired, 3), copy)
    retired.unlink()
    path = audit.trail_path(retired)
    path.write_bytes(path.read_bytes().replace(b'"action": "retire"', b'"action": "destroy"'))
    with pytest.raises(KeyringFormatError, match="line 4 was changed"):
        change.restore(retired, copy, None)
    assert not retired.exists()
    path.rename(tmp_path / "evidence")
    assert states(change.restore(retired, copy, None)) == {1: "decrypt-only", 2: "primary"}
