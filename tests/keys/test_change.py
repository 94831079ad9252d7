"""Changing a keyring file: states, backups, audit trail, crashes, two operators, full disks, odd clocks."""

from __future__ import annotations

import contextlib
import errno
import json
import os
import shutil
import stat
import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from piiguard.errors import (
    KeyringError,
    KeyringFormatError,
    KeyVersionDestroyed,
    KeyVersionNotFound,
    WrappingKeyError,
)
from piiguard.keys import Keyring, audit, change, store
from piiguard.keys.document import Contents, Document
from piiguard.keys.heartbeat import Beat

Operate = Callable[..., Contents]


def states(keyring_file: Path, kind: str = "data") -> dict[int, str]:
    versions = Document.parse(keyring_file.read_bytes(), "it").versions
    return {v.version: v.state for v in versions if v.kind == kind}


def test_the_life_of_a_key(keyring_file: Path, operate: Operate) -> None:
    operate("add")
    assert states(keyring_file) == {1: "primary", 2: "staged"}
    operate("promote", 2)
    assert states(keyring_file) == {1: "decrypt-only", 2: "primary"}
    operate("promote", 1)  # back from a bad promotion
    operate("promote", 2)
    operate("retire", 1)
    assert states(keyring_file) == {1: "retired", 2: "primary"}
    operate("unretire", 1)
    operate("retire", 1)
    contents = operate("destroy", 1)
    assert states(keyring_file) == {1: "destroyed", 2: "primary"}
    assert "data/1" not in contents.secrets
    assert contents.generation == 9
    assert states(keyring_file, "index") == {1: "primary"}


@pytest.mark.parametrize(
    ("steps", "action", "message"),
    [
        ([], "retire", "data key version 1 is primary and cannot be retired"),
        ([], "unretire", "data key version 1 is primary and cannot be brought back"),
        ([], "destroy", "data key version 1 is primary and cannot be destroyed"),
        (["demote"], "destroy", "data key version 1 is decrypt-only and cannot be destroyed"),
        (["demote", "retire"], "promote", "data key version 1 is retired and cannot be promoted"),
    ],
)
def test_other_ways_are_refused_and_nothing_changes(
    keyring_file: Path, operate: Operate, steps: list[str], action: str, message: str
) -> None:
    for step in steps:
        if step == "demote":
            operate("add")
            operate("promote", 2)
        else:
            operate(step, 1)
    before = keyring_file.read_bytes()
    with pytest.raises(KeyringError, match=message) as caught:
        operate(action, 1)
    assert caught.value.hint
    assert keyring_file.read_bytes() == before


def test_what_was_done_is_done_once_however_often_it_is_typed(keyring_file: Path, operate: Operate) -> None:
    """Whoever was killed, or lost the line, types the command again."""
    operate("add")
    for action, version in (("promote", 2), ("retire", 1), ("unretire", 1)):
        operate(action, version)
        before = keyring_file.read_bytes()
        operate(action, version)
        assert keyring_file.read_bytes() == before
    change.verify(keyring_file, None)


@pytest.mark.parametrize("action", ["promote", "retire", "unretire", "destroy"])
def test_a_destroyed_key_stays_destroyed(operate: Operate, action: str) -> None:
    operate("add")
    operate("promote", 2)
    operate("retire", 1)
    operate("destroy", 1)
    with pytest.raises(KeyVersionDestroyed, match="data key version 1 was destroyed"):
        operate(action, 1)


def test_numbers_and_ids_are_never_used_again(operate: Operate, monkeypatch: pytest.MonkeyPatch) -> None:
    first = operate("add").versions[0].id
    operate("promote", 2)
    operate("retire", 1)
    operate("destroy", 1)
    drawn = iter([0, first, 77])
    monkeypatch.setattr("piiguard.keys.transitions.secrets.randbits", lambda bits: next(drawn))
    added = operate("add").versions[-1]
    assert (added.version, added.id) == (3, 77)


def test_an_unknown_version_names_the_known_ones(operate: Operate) -> None:
    with pytest.raises(
        KeyVersionNotFound, match=r"index key version 7 is not in the keyring \(it has 1\)"
    ) as caught:
        operate("promote", 7, kind="index")
    assert (caught.value.version, caught.value.known) == (7, (1,))


def test_a_promotion_waits_for_applications_that_have_not_loaded_the_version(
    keyring_file: Path, operate: Operate
) -> None:
    import time

    operate("add")
    now = time.time()
    late = Beat("web-1:99999999", 1, now)
    with pytest.raises(
        KeyringError, match=r"since generation 2, which is not loaded by web-1:99999999 \(generation 1\)"
    ):
        operate("promote", 2, beats=[late])
    assert states(keyring_file) == {1: "primary", 2: "staged"}
    operate("promote", 2, beats=[Beat("web-1:99999999", 2, now), Beat("web-2:1", 1, now - 3600)])
    assert states(keyring_file) == {1: "decrypt-only", 2: "primary"}


def test_a_version_that_was_brought_back_waits_to_be_loaded_again(operate: Operate) -> None:
    import time

    operate("add")
    operate("retire", 2)
    operate("unretire", 2)
    knows_it_as_retired = Beat("web-1:99999999", 3, time.time())
    with pytest.raises(KeyringError, match="can be read since generation 4, which is not loaded by web-1"):
        operate("promote", 2, beats=[knows_it_as_retired])


def test_a_version_is_not_retired_while_somebody_may_write_with_it(operate: Operate) -> None:
    import time

    operate("add")
    operate("promote", 2)
    with pytest.raises(KeyringError, match="data key version 1 may still be written with by web-1:99999999"):
        operate("retire", 1, beats=[Beat("web-1:99999999", 2, time.time())])
    operate("retire", 1, beats=[Beat("web-1:99999999", 3, time.time())])


def test_destroying_waits_and_does_not_trust_a_clock_that_went_back(
    keyring_file: Path, operate: Operate, monkeypatch: pytest.MonkeyPatch
) -> None:
    operate("add")
    operate("promote", 2)
    monkeypatch.setattr(change, "utc_now", lambda: "2026-03-01T00:00:00Z")
    operate("retire", 1)
    month = timedelta(days=30)
    with pytest.raises(KeyringError, match="can be destroyed from 2026-03-31 on"):
        change.destroy(keyring_file, None, "data", 1, month)
    monkeypatch.setattr(change, "utc_now", lambda: "2026-02-01T00:00:00Z")
    with pytest.raises(KeyringError, match="was retired at 2026-03-01T00:00:00Z, after this clock's"):
        change.destroy(keyring_file, None, "data", 1, timedelta(0))
    monkeypatch.setattr(change, "utc_now", lambda: "2026-03-31T00:00:00Z")
    change.destroy(keyring_file, None, "data", 1, month)
    assert states(keyring_file)[1] == "destroyed"


def test_a_clock_that_goes_back_changes_neither_order_nor_generation(
    keyring_file: Path, operate: Operate, monkeypatch: pytest.MonkeyPatch
) -> None:
    operate("add")
    monkeypatch.setattr(change, "utc_now", lambda: "1999-01-01T00:00:00Z")
    assert operate("promote", 2).generation == 3
    assert change.verify(keyring_file, None)[1] == 3


def test_every_generation_is_kept_until_a_key_is_destroyed(keyring_file: Path, operate: Operate) -> None:
    first = keyring_file.read_bytes()
    operate("add")
    operate("promote", 2)
    operate("retire", 1)
    kept = store.backups(keyring_file)
    assert [file.name for file in kept] == [f"keyring.json.{number}.bak" for number in (1, 2, 3)]
    assert kept[0].read_bytes() == first
    assert {stat.S_IMODE(file.stat().st_mode) for file in kept} == {0o600}
    _, removed = change.destroy(keyring_file, None, "data", 1, timedelta(0))
    assert [file.name for file in removed] == [f"keyring.json.{number}.bak" for number in (1, 2, 3)]
    assert store.backups(keyring_file) == []


def test_a_rewrap_changes_who_opens_it_and_no_key(keyring: Keyring, tmp_path: Path) -> None:
    sealed = keyring.column("a", 1).encrypt(b"value")
    asked = []

    def ask() -> str:
        asked.append(1)
        return "алты кездейсоқ сөз"

    change.rewrap(keyring.path, None, ["passphrase", f"file:{tmp_path / 'second.key'}"], ask)
    keyring.path.with_name("wrapping.key").unlink()
    again = Keyring.from_file(keyring.path)
    assert again.column("a", 1).decrypt(sealed) == b"value"  # by the key file: nobody is asked
    assert asked
    keyring.reload()
    assert keyring.generation == 2
    (tmp_path / "second.key").unlink()
    assert Keyring.from_file(keyring.path, passphrase=ask).column("a", 1).decrypt(sealed) == b"value"
    with pytest.raises(WrappingKeyError):
        Keyring.from_file(keyring.path, passphrase=lambda: "wrong passphrase").open()


def test_an_old_copy_in_place_of_the_keyring_is_refused_by_the_next_command(
    keyring_file: Path, operate: Operate
) -> None:
    operate("add")
    operate("promote", 2)
    shutil.copy(store.backup_path(keyring_file, 2), keyring_file)
    with pytest.raises(KeyringFormatError, match="generation 2, but the audit trail goes up to 3"):
        operate("add")
    with pytest.raises(KeyringFormatError, match="an older copy was put in place"):
        change.verify(keyring_file, None)


def test_a_lost_keyring_is_restored_as_the_newest_generation(keyring: Keyring, operate: Operate) -> None:
    sealed = keyring.column("a", 1).encrypt(b"value")
    operate("add")
    operate("promote", 2)
    backup = store.backup_path(keyring.path, 2)
    with pytest.raises(KeyringError, match="this keyring opens"):
        change.restore(keyring.path, backup, None)
    keyring.path.write_bytes(keyring.path.read_bytes()[:100])
    contents = change.restore(keyring.path, backup, None)
    assert contents.generation == 4
    assert states(keyring.path) == {1: "primary", 2: "staged"}
    assert keyring.reload()
    assert keyring.column("a", 1).decrypt(sealed) == b"value"
    assert change.verify(keyring.path, None)[1] == 4


def test_the_number_of_a_lost_version_is_not_given_again(keyring_file: Path, operate: Operate) -> None:
    operate("add", kind="index")
    operate("add", kind="index")
    keyring_file.unlink()
    change.restore(keyring_file, store.backup_path(keyring_file, 1), None)
    assert states(keyring_file, "index") == {1: "primary"}
    operate("add", kind="index")
    operate("add")
    assert states(keyring_file, "index") == {1: "primary", 4: "staged"}
    assert states(keyring_file) == {1: "primary", 2: "staged"}


def test_without_the_trail_a_person_says_how_far_it_had_come(keyring_file: Path, operate: Operate) -> None:
    operate("add")
    audit.trail_path(keyring_file).unlink()
    backup = keyring_file.rename(keyring_file.with_name("copy.json"))
    assert change.restore(keyring_file, backup, None, above=40).generation == 41
    assert change.verify(keyring_file, None)[1] == 1


def test_a_crash_before_the_audit_line_is_healed_by_the_next_command(
    keyring_file: Path, operate: Operate, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(audit, "append", lambda file, line, keyring: None)
        operate("add")
    with pytest.raises(KeyringFormatError, match="the last change of the keyring is not in it"):
        change.verify(keyring_file, None)
    operate("promote", 2)
    assert [line["action"] for line in audit.read(keyring_file)] == ["init", "add", "promote"]
    assert change.verify(keyring_file, None)[1] == 3


def test_jobs_leave_a_line_too(keyring: Keyring, operate: Operate) -> None:
    keyring.record("rotate", column="students.iin", rows=1000)
    operate("add")
    keyring.record("rotate", column="students.phone", rows=5)
    assert [line["action"] for line in audit.read(keyring.path)] == ["init", "rotate", "add", "rotate"]
    contents, lines = change.verify(keyring.path, None)
    assert (lines, contents.generation) == (4, 2)
    noted = audit.read(keyring.path)[1]
    assert (noted["column"], noted["rows"], noted["generation"]) == ("students.iin", 1000, 1)
    assert noted["time"].endswith("Z")
    assert "@" in noted["by"]


def _edited(lines: list[str]) -> list[str]:
    return [lines[0], lines[1].replace('"add"', '"promote"'), *lines[2:]]


@pytest.mark.parametrize(
    ("forge", "message"),
    [
        (_edited, "line 2 was changed"),
        (lambda lines: [lines[0], *lines[2:]], "line 2 is missing: line 3 comes after line 1"),
        (lambda lines: lines[1:], "line 1 is missing: it begins with line 2"),
        (lambda lines: [lines[1], lines[0], lines[2]], "line 1 is missing: it begins with line 2"),
        (lambda lines: lines[:-1], "the last change of the keyring is not in it"),
        (lambda lines: [*lines, lines[-1]], "line 4 does not follow"),
        (lambda lines: [], "the last change of the keyring is not in it"),
        (lambda lines: ["{", *lines], "line 1 is damaged"),
        (lambda lines: ["{}", *lines], "line 1 is damaged"),
        (lambda lines: ["[]", *lines], "line 1 is damaged"),
    ],
)
def test_a_trail_that_was_touched_is_noticed(
    keyring_file: Path, operate: Operate, forge: Callable[[list[str]], list[str]], message: str
) -> None:
    operate("add")
    operate("promote", 2)
    path = audit.trail_path(keyring_file)
    path.write_text("".join(line + "\n" for line in forge(path.read_text().splitlines())))
    with pytest.raises(KeyringFormatError, match=message):
        change.verify(keyring_file, None)


def test_the_trail_holds_no_secret(keyring: Keyring, operate: Operate) -> None:
    operate("add")
    keyring.reload()
    text = audit.trail_path(keyring.path).read_text() + keyring.path.read_text()
    contents = change.verify(keyring.path, None)[0]
    from piiguard.keys.document import b64

    for secret in contents.secrets.values():
        assert secret.hex() not in text
        assert b64(secret) not in text
    assert stat.S_IMODE(audit.trail_path(keyring.path).stat().st_mode) == 0o600


def test_a_second_operator_waits_and_is_then_refused(
    keyring_file: Path, operate: Operate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "LOCK_SECONDS", 0.1)
    with (
        store.locked(keyring_file),
        pytest.raises(KeyringError, match="another command is changing the keyring"),
    ):
        operate("add")
    operate("add")


def test_two_operators_at_once_lose_no_change(
    keyring_file: Path, operate: Operate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "LOCK_SECONDS", 120.0)  # on a busy machine all five take a while
    threads = [threading.Thread(target=operate, args=("add",)) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(states(keyring_file)) == [1, 2, 3, 4, 5, 6]
    assert change.verify(keyring_file, None)[1] == 6


CALLS = ["open", "fsync", "replace", "write"]


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("at", range(1, 8))
def test_a_full_disk_at_any_step_leaves_the_old_keyring_or_the_new_one(
    keyring: Keyring, operate: Operate, monkeypatch: pytest.MonkeyPatch, call: str, at: int
) -> None:
    sealed = keyring.column("a", 1).encrypt(b"value")
    count = 0

    def failing(real: Callable[..., Any]) -> Callable[..., Any]:
        def run(*args: Any, **more: Any) -> Any:
            nonlocal count
            count += 1
            if count == at:
                raise OSError(errno.ENOSPC, "No space left on device")
            return real(*args, **more)

        return run

    with monkeypatch.context() as patch:
        if call == "write":
            patch.setattr(store, "_write_through", failing(store._write_through))
        else:
            patch.setattr(os, call, failing(getattr(os, call)))
        with contextlib.suppress(KeyringError):  # some steps are fewer than seven
            operate("add")
    assert states(keyring.path) in ({1: "primary"}, {1: "primary", 2: "staged"})
    assert not list(keyring.path.parent.glob("*.tmp"))
    assert Keyring.from_file(keyring.path).column("a", 1).decrypt(sealed) == b"value"
    operate("add")
    change.verify(keyring.path, None)


def test_a_full_disk_is_named_with_what_to_do(keyring_file: Path, operate: Operate, monkeypatch: Any) -> None:
    def full(*args: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(store, "_write_through", full)
    with pytest.raises(KeyringError, match="cannot be written: no space left on device") as caught:
        operate("add")
    assert caught.value.hint == "nothing was changed; make room or write access"


def test_a_read_only_directory_changes_nothing(
    keyring_file: Path, operate: Operate, monkeypatch: Any
) -> None:
    def refuse(*args: Any, **more: Any) -> int:
        raise OSError(errno.EROFS, "Read-only file system")

    before = keyring_file.read_bytes()
    with monkeypatch.context() as patch:
        patch.setattr(os, "open", refuse)
        with pytest.raises(KeyringError, match="cannot be written: read-only file system"):
            operate("add")
    assert keyring_file.read_bytes() == before


def test_a_keyring_is_never_overwritten(keyring_file: Path, tmp_path: Path) -> None:
    before = keyring_file.read_bytes()
    with pytest.raises(KeyringError, match="already there"):
        Keyring.create(keyring_file, [f"file:{tmp_path / 'w'}"])
    assert keyring_file.read_bytes() == before
    keyring_file.unlink()
    with pytest.raises(KeyringError, match="the audit trail of an earlier keyring is there"):
        Keyring.create(keyring_file, [f"file:{tmp_path / 'w'}"])


def test_a_keyring_needs_a_recipient(tmp_path: Path) -> None:
    with pytest.raises(WrappingKeyError, match="at least one wrapping key"):
        Keyring.create(tmp_path / "k.json", [])
    assert not (tmp_path / "k.json").exists()


def test_members_of_a_later_version_are_kept_and_authenticated(keyring_file: Path, operate: Operate) -> None:
    contents = change.apply(
        keyring_file,
        None,
        "note",
        lambda held, now: held.with_header(
            later={"a": 1}, keys=[{**entry, "hint": "x"} for entry in held.header["keys"]]
        ),
    )
    assert contents.header["later"] == {"a": 1}
    operate("add")
    header = json.loads(keyring_file.read_bytes())
    assert header["later"] == {"a": 1}
    assert [entry.get("hint") for entry in header["keys"]] == ["x", "x", None]
    header["later"] = {"a": 2}
    keyring_file.write_text(json.dumps(header))
    with pytest.raises(KeyringFormatError, match="the header and the body do not belong together"):
        Keyring.from_file(keyring_file).open()
