"""Which generation running applications have loaded."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Callable
from pathlib import Path

import pytest

from piiguard.errors import KeyringError
from piiguard.keys import Keyring
from piiguard.keys.document import Contents
from piiguard.keys.heartbeat import ALIVE_SECONDS, Beat, FileHeartbeat, behind, folder, this_instance

Operate = Callable[..., Contents]

ANY = uuid.uuid4()


def test_a_keyring_reports_beside_its_file_when_it_is_opened_and_when_it_changes(
    keyring: Keyring, operate: Operate
) -> None:
    beats = FileHeartbeat(keyring.path).beats()
    assert [(beat.instance, beat.generation, beat.keyring) for beat in beats] == [
        (this_instance(), 1, str(keyring.id))
    ]
    assert abs(beats[0].seen - time.time()) < 60
    operate("add")
    keyring.reload()
    assert [beat.generation for beat in FileHeartbeat(keyring.path).beats()] == [2]


def test_it_reports_again_only_once_a_minute(clock: list[float], keyring: Keyring) -> None:
    file = next(folder(keyring.path).glob("*.json"))
    file.unlink()
    column = keyring.column("a", 1)
    clock[0] += 59
    column.encrypt(b"x")
    assert not file.exists()
    clock[0] += 1
    column.encrypt(b"x")
    assert file.exists()


def test_an_application_that_may_not_write_there_works_all_the_same(keyring_file: Path) -> None:
    folder(keyring_file).rmdir()
    assert Keyring.from_file(keyring_file).open().generation == 1
    assert FileHeartbeat(keyring_file).beats() == []


def test_a_place_that_fails_is_warned_of_and_stops_nobody(
    keyring_file: Path, caplog: pytest.LogCaptureFixture
) -> None:
    class Broken:
        def report(self, beat: Beat) -> None:
            raise RuntimeError("password=hunter2")

        def beats(self) -> list[Beat]:
            return []

    assert Keyring.from_file(keyring_file, heartbeats=[Broken()]).open().generation == 1
    assert "heartbeat: RuntimeError" in caplog.text
    assert "hunter2" not in caplog.text


def test_only_living_instances_that_are_late_count() -> None:
    now = time.time()
    here = this_instance().rpartition(":")[0]
    late = Beat("elsewhere:7", 1, now)
    beats = [
        late,
        Beat("elsewhere:8", 2, now),
        Beat("elsewhere:9", 1, now - ALIVE_SECONDS),
        Beat(f"{here}:4194304", 1, now),  # above the highest process id of Linux
        Beat(this_instance(), 1, now),
        Beat("odd name", 1, now),
    ]
    expected = [late, beats[-1]] if os.name == "posix" else [late, beats[3], beats[-1]]
    assert behind(beats, ANY, 2) == expected
    assert behind(beats, ANY, 1) == []
    assert behind([Beat(f"{here}:{os.getppid()}", 1, now)], ANY, 2, now)


def test_a_generation_of_another_keyring_says_nothing_of_this_one() -> None:
    now, mine, theirs = time.time(), uuid.uuid4(), uuid.uuid4()
    late, unnamed = Beat("web:1", 1, now, str(mine)), Beat("old:1", 1, now)
    beats = [late, Beat("web:1", 9, now, str(theirs)), Beat("other:1", 1, now, str(theirs)), unnamed]
    assert behind(beats, mine, 2) == [late, unnamed]


def test_what_others_left_in_the_directory_is_no_beat(keyring: Keyring) -> None:
    place = folder(keyring.path)
    (place / "a.json").write_text("{")
    (place / "b.json").write_text("[]")
    (place / "c.json").write_text(json.dumps({"instance": "x"}))
    (place / "d.json").write_text(json.dumps({"instance": "x", "generation": "y", "seen": 0}))
    (place / ".e.json").write_text(json.dumps({"instance": "x", "generation": 1, "seen": 0}))
    assert len(FileHeartbeat(keyring.path).beats()) == 1


def test_a_change_sweeps_out_who_has_been_silent_for_a_day(keyring: Keyring, operate: Operate) -> None:
    place = folder(keyring.path)
    for name, age in (("old:1", 90_000), ("new:1", 80_000)):
        FileHeartbeat(keyring.path).report(Beat(name, 1, time.time() - age))
    (place / "theirs.json").write_text('{"of": "another program"}')
    (place / "copy.json").write_bytes((place / "old-1.json").read_bytes())
    for file in place.iterdir():
        os.utime(file, (time.time() - (80_000 if file.name == "new-1.json" else 90_000),) * 2)
    operate("add")
    assert not (place / "old-1.json").exists()
    assert {file.name for file in place.iterdir()} >= {"new-1.json", "theirs.json", "copy.json"}


def test_a_running_process_holds_up_a_promotion_until_it_looks_again(
    keyring_file: Path, operate: Operate
) -> None:
    code = (
        "import sys; from piiguard.keys import Keyring\n"
        f"keyring = Keyring.from_file({str(keyring_file)!r}).open()\n"
        "for line in sys.stdin: print(keyring.column('a', 1).encrypt(b'x') and keyring.generation, flush=True)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-u", "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin
        assert process.stdout
        process.stdin.write("\n")
        process.stdin.flush()
        assert process.stdout.readline() == "1\n"
        operate("add")
        beats = FileHeartbeat(keyring_file).beats()
        with pytest.raises(KeyringError, match=f"not loaded by {socket.gethostname()}:{process.pid}"):
            operate("promote", 2, beats=beats)
        time.sleep(1.1)
        process.stdin.write("\n")
        process.stdin.flush()
        assert process.stdout.readline() == "2\n"
        operate("promote", 2, beats=FileHeartbeat(keyring_file).beats())
        process.stdin.close()
    operate("add")
    operate("promote", 3, beats=FileHeartbeat(keyring_file).beats())  # a process that has ended stops nobody


def test_a_process_of_another_container_or_start_of_the_host_is_never_called_dead(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Process ids mean nothing in another PID namespace: the process is looked for where it cannot be seen."""
    now, gone = time.time(), 4194304
    mine = this_instance().rpartition(":")[0]
    monkeypatch.setattr("piiguard.keys.heartbeat._here", lambda: f"{socket.gethostname()}@000000000000")
    elsewhere = this_instance().rpartition(":")[0]
    monkeypatch.undo()
    late = [Beat(f"{place}:{gone}", 1, now) for place in (mine, elsewhere, socket.gethostname())]
    if "@" in mine:
        assert behind(late, ANY, 2) == late[1:]
    assert this_instance() != f"{elsewhere}:{os.getpid()}"  # two containers of one name, both with process 1


@pytest.mark.skipif(not Path("/proc/self/ns/pid").exists(), reason="PID namespaces are a matter of Linux")
@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root makes namespaces")
def test_a_live_process_in_a_namespace_of_its_own_holds_up_a_promotion(keyring_file: Path) -> None:
    code = (
        "from piiguard.keys import Keyring; from piiguard.keys.heartbeat import this_instance\n"
        f"keyring = Keyring.from_file({str(keyring_file)!r}).open(); print(this_instance(), flush=True); input()\n"
    )
    command = ["unshare", "--fork", "--pid", sys.executable, "-u", "-c", code]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        assert process.stdin
        assert process.stdout
        name = process.stdout.readline().strip()
        try:
            if not name:
                pytest.skip("no PID namespace can be made here")
            late = behind(FileHeartbeat(keyring_file).beats(), Keyring.from_file(keyring_file).id, 2)
            assert [beat.instance for beat in late] == [name]
        finally:
            process.stdin.close()


def test_a_host_whose_clock_is_late_is_heard_by_the_clock_of_the_folder(keyring: Keyring) -> None:
    place = FileHeartbeat(keyring.path)
    place.report(Beat("late:1", 1, time.time() - 7200))
    assert "late:1" in [beat.instance for beat in behind(place.beats(), keyring.id, 2)]


def test_where_nobody_could_report_nothing_is_changed(keyring_file: Path, operate: Operate) -> None:
    """Without the folder a promotion would ask nobody, and pass: it is made, or what is in its way is named."""
    place = folder(keyring_file)
    place.rmdir()
    operate("add")
    assert place.is_dir()
    place.rename(place.with_name("aside"))
    place.write_text("in the way")
    with pytest.raises(
        KeyringError, match=r"\.instances: cannot be written: something that is no folder stands there"
    ):
        operate("promote", 2)
    assert Keyring.from_file(keyring_file).generation == 2
