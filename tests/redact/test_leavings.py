"""A `redact` that is refused, fails or is ended leaves nothing behind: no folder, no note, no half of a file."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from piiguard.cli import main

IIN = "050312300015"
PERSON = "Ахметов Ерлан"


@pytest.fixture
def room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name, data in {
        f"people/{PERSON}/a.log": f"ИИН {IIN}\n".encode(),
        f"closed/{PERSON}/b.pdf": b"%PDF-1.7\n",
        "plain/c.log": f"ИИН {IIN}\n".encode(),
        "damaged.gz": b"\x1f\x8b\x08" + b"x" * 40,
    }.items():
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_bytes(data)
    return tmp_path


def tree(room: Path) -> set[str]:
    return {path.relative_to(room).as_posix() for path in room.rglob("*")}


REFUSED = {
    "a folder called by a person": (3, ["people", "-o", "out", "--check"]),
    "nothing that can be written": (4, ["closed", "-o", "out"]),
    "a glob of nothing": (4, ["none/*.log", "-o", "out"]),
    "a name of nothing": (1, ["none", "-o", "out"]),
    "one that cannot": (1, [f"closed/{PERSON}/b.pdf", "-o", "out.log"]),
    "a damaged file": (1, ["damaged.gz", "-o", "out.gz", "--counts", "counts.json"]),
    "a damaged file among others": (4, ["damaged.gz", f"closed/{PERSON}/b.pdf", "-o", "out"]),
    "no room for the counts": (1, ["plain/c.log", "-o", "out.log", "--counts", "none/counts.json"]),
    "no room for the counts of a folder": (1, ["plain", "-o", "out", "--counts", "none/counts.json"]),
    "no room for the folder": (1, ["plain", "-o", "none/out"]),
    "a folder among the files": (1, ["plain", "-o", "plain/out"]),
    "no keyring": (1, ["plain", "-o", "out", "--operator", "hash"]),
    "no folder for two": (2, ["plain", "damaged.gz", "--counts", "counts.json"]),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_is_refused_leaves_nothing(
    room: Path, what: str, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("PIIGUARD_KEYRING", raising=False)
    before = tree(room)
    code, options = REFUSED[what]
    assert main.run(["redact", *options]) == code
    capfd.readouterr()
    assert tree(room) - before - {"counts.json"} == set()
    assert code == 4 or not Path("counts.json").exists()


def test_what_is_refused_among_others_leaves_the_others(room: Path) -> None:
    before = tree(room)
    assert main.run(["redact", "people", "plain", "-o", "out", "--check"]) == 3
    assert tree(room) - before == {"out", "out/.piiguard-redacted", "out/c.log"}


@pytest.mark.skipif(os.name != "posix", reason="signals and named pipes")
@pytest.mark.parametrize("way", ["SIGINT", "SIGTERM", "SIGHUP"])
@pytest.mark.parametrize("folder", [False, True])
def test_what_is_ended_leaves_nothing(room: Path, way: str, folder: bool) -> None:
    if signal.getsignal(getattr(signal, way)) is signal.SIG_IGN:
        pytest.skip("whoever runs the tests has it ignored")
    os.mkfifo(room / "pipe")
    before = tree(room)
    sources = [f"people/{PERSON}/../../pipe", "damaged.gz"] if folder else ["pipe"]
    command = [sys.executable, "-m", "piiguard", "redact", *sources, "-o", "out", "--counts", "counts.json"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as process:
        with open("pipe", "wb") as writer:
            writer.write(f"ИИН {IIN}\n".encode() * 1000)
            writer.flush()
            while process.poll() is None and not tree(room) - before - {"out"}:
                time.sleep(0.05)
            process.send_signal(getattr(signal, way))
        assert process.wait(60) == 1
    assert tree(room) == before
