"""The file on disk: links, owners, modes, locks."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from piiguard.errors import KeyringError
from piiguard.keys import Keyring, audit, change, heartbeat, store
from piiguard.keys.document import Contents

Operate = Callable[..., Contents]
pytestmark = pytest.mark.skipif(os.name != "posix", reason="links, owners and modes are a matter of POSIX")


def test_a_link_stays_a_link_and_everything_lies_beside_the_file(keyring_file: Path, tmp_path: Path) -> None:
    link = tmp_path / "link.json"
    link.symlink_to(keyring_file)
    change.apply(link, None, "note", lambda held, now: held.with_header())
    assert link.is_symlink()
    assert Keyring.from_file(link).open().generation == Keyring.from_file(keyring_file).generation == 2
    assert store.backups(link) == store.backups(keyring_file) == [store.backup_path(keyring_file, 1)]
    assert audit.trail_path(link) == audit.trail_path(keyring_file)
    assert heartbeat.folder(link) == heartbeat.folder(keyring_file)
    with (
        store.locked(link),
        pytest.raises(KeyringError, match="another command"),
        store.locked(keyring_file, 0),
    ):
        pass


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o660, 0o400])
def test_a_changed_keyring_keeps_its_mode(keyring_file: Path, operate: Operate, mode: int) -> None:
    keyring_file.chmod(mode)
    operate("add")
    assert stat.S_IMODE(keyring_file.stat().st_mode) == mode
    assert stat.S_IMODE(store.backup_path(keyring_file, 1).stat().st_mode) == 0o600


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root gives files away")
def test_a_keyring_that_root_changes_stays_its_service_s(keyring_file: Path, operate: Operate) -> None:
    os.chown(keyring_file, 12345, 23456)
    operate("add")
    found = keyring_file.stat()
    assert (found.st_uid, found.st_gid) == (12345, 23456)


def test_an_owner_that_cannot_be_kept_leaves_the_old_keyring(
    keyring_file: Path, operate: Operate, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*args: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    before = keyring_file.read_bytes()
    monkeypatch.setattr(store, "_keep_owner", refuse)
    with pytest.raises(KeyringError, match="cannot be written: operation not permitted"):
        operate("add")
    assert keyring_file.read_bytes() == before
    assert not list(keyring_file.parent.glob(".*.tmp"))


def test_a_backup_that_cannot_be_removed_is_named(
    keyring_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(self: Path, missing_ok: bool = False) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(Path, "unlink", refuse)
    with pytest.raises(KeyringError, match="cannot be removed: operation not permitted") as caught:
        store.remove(keyring_file)
    assert caught.value.hint == "remove it by hand"


def test_what_is_not_a_number_is_no_backup(keyring_file: Path) -> None:
    for name in ("keyring.json.x.bak", "keyring.json..bak", "keyring.json.2.bak.old"):
        (keyring_file.parent / name).touch()
    assert store.backups(keyring_file) == []
    for number in (10, 9):
        store.backup_path(keyring_file, number).touch()
    assert [file.name for file in store.backups(keyring_file)] == [
        "keyring.json.9.bak",
        "keyring.json.10.bak",
    ]


def test_a_lock_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    with pytest.raises(KeyringError, match=r"k\.json\.lock: cannot be written: no such file"):
        Keyring.create(tmp_path / "absent" / "k.json", [f"file:{tmp_path / 'w'}"])


MOUNTED = pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root owns a mounted secret"
)


@MOUNTED
@pytest.mark.parametrize("mode", [0o444, 0o644, 0o440, 0o400])
def test_a_secret_is_read_as_containers_mount_it(
    keyring_file: Path, monkeypatch: pytest.MonkeyPatch, mode: int
) -> None:
    """Docker: 0444; Kubernetes: 0644, through links; both of root, on a file system that nobody can write to."""
    real = os.fstatvfs
    data = keyring_file.parent / "..2026_01_01"
    data.mkdir()
    for name in (keyring_file.name, "wrapping.key"):
        (keyring_file.parent / name).rename(data / name).chmod(mode)
        (keyring_file.parent / name).symlink_to(Path("..data", name))
    (keyring_file.parent / "..data").symlink_to(data.name)
    if mode & 0o007:
        with pytest.raises(KeyringError, match="others can read or change it"):
            Keyring.from_file(keyring_file).open()

    class ReadOnly:
        def __init__(self, handle: int) -> None:
            self.f_flag = real(handle).f_flag | os.ST_RDONLY

    monkeypatch.setattr(os, "fstatvfs", ReadOnly)
    assert Keyring.from_file(keyring_file).open().generation == 1


@MOUNTED
def test_a_file_of_somebody_else_is_no_mounted_secret(
    keyring_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class ReadOnly:
        f_flag = os.ST_RDONLY

        def __init__(self, handle: int) -> None:
            pass

    monkeypatch.setattr(os, "fstatvfs", ReadOnly)
    os.chown(keyring_file, 12345, 12345)
    keyring_file.chmod(0o644)
    with pytest.raises(KeyringError, match="others can read or change it"):
        Keyring.from_file(keyring_file).open()


@pytest.mark.parametrize("kind", ["keyring", "wrapping key"])
def test_a_pipe_is_refused_and_not_waited_for(keyring_file: Path, kind: str) -> None:
    path = keyring_file if kind == "keyring" else keyring_file.with_name("wrapping.key")
    path.unlink()
    os.mkfifo(path, 0o600)
    with pytest.raises(KeyringError, match="no regular file"):
        Keyring.from_file(keyring_file).open()


def test_a_lost_keyring_is_restored_and_never_made_anew(keyring_file: Path, operate: Operate) -> None:
    keyring_file.unlink()
    with pytest.raises(KeyringError, match="no keyring there") as caught:
        Keyring.from_file(keyring_file).open()
    assert "piiguard keys restore" in caught.value.hint
    assert "init" not in caught.value.hint
    store.backup_path(keyring_file, 7).touch()
    with pytest.raises(KeyringError, match="no keyring there") as caught:
        Keyring.from_file(keyring_file).open()
    assert caught.value.hint.endswith(f"piiguard keys restore {store.backup_path(keyring_file, 7)}")
    audit.trail_path(keyring_file).unlink()
    store.backup_path(keyring_file, 7).unlink()
    with pytest.raises(KeyringError, match="no keyring there") as caught:
        Keyring.from_file(keyring_file).open()
    assert caught.value.hint == "piiguard keys init makes one"


@pytest.mark.parametrize("secret", ["keyring.json", "wrapping.key"])
@pytest.mark.parametrize("above", [0, 1], ids=["its folder", "the folder above"])
@pytest.mark.parametrize("mode", [0o777, 0o773, 0o702])
def test_a_folder_in_which_others_can_replace_the_file_is_refused(
    keyring_file: Path, tmp_path: Path, secret: str, above: int, mode: int
) -> None:
    closed = tmp_path / "closed"
    closed.mkdir()
    apart = closed / "apart"
    apart.mkdir()
    (keyring_file.parent / secret).rename(apart / secret)
    (keyring_file.parent / secret).symlink_to(apart / secret)
    folder = [apart, closed][above]
    folder.chmod(mode)
    with pytest.raises(KeyringError, match="others can put another file in its place") as caught:
        Keyring.from_file(keyring_file).open()
    assert f"mode {mode:04o} of {folder}" in str(caught.value)
    assert caught.value.hint == f"chmod o-w {folder}"


def test_the_folder_of_a_link_counts_as_well(keyring_file: Path, tmp_path: Path) -> None:
    folder = tmp_path / "open"
    folder.mkdir()
    (folder / "link.json").symlink_to(keyring_file)
    folder.chmod(0o777)
    with pytest.raises(KeyringError, match="others can put another file in its place"):
        Keyring.from_file(folder / "link.json").open()


@pytest.mark.parametrize("mode", [0o1777, 0o2775, 0o770, 0o755])
def test_a_folder_of_a_group_or_with_the_sticky_bit_is_a_deployment(keyring_file: Path, mode: int) -> None:
    keyring_file.parent.chmod(mode)
    assert Keyring.from_file(keyring_file).open().generation == 1


@pytest.mark.parametrize(("mode", "more"), [(0o660, True), (0o640, False)])
def test_a_file_that_its_group_can_change_asks_for_the_name_of_the_wrapping_key(
    keyring_file: Path, mode: int, more: bool, caplog: pytest.LogCaptureFixture
) -> None:
    keyring_file.chmod(mode)
    assert Keyring.from_file(keyring_file).open().generation == 1
    assert f"its group can read or change it (mode {mode:04o})" in caplog.text
    assert ("PIIGUARD_WRAPPING_KEY" in caplog.text) == more


def test_nobody_who_can_write_there_gains_by_a_keyring_of_his_own(
    keyring_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A member of the group puts a keyring in place that he can open, of the same id, and waits for a restart."""
    key = keyring_file.with_name("wrapping.key")
    mine = Keyring.from_file(keyring_file).id
    with monkeypatch.context() as same:
        same.setattr("uuid.uuid4", lambda: mine)
        his = Keyring.create(tmp_path / "his.json", [f"file:{tmp_path / 'his.key'}"])
    keyring_file.write_bytes(his.path.read_bytes())
    keyring_file.chmod(0o660)
    audit.trail_path(keyring_file).unlink()
    monkeypatch.setenv("PIIGUARD_WRAPPING_KEY", f"file:{key}")
    with pytest.raises(KeyringError, match="does not open the keyring"):
        Keyring.from_file(keyring_file).open()
