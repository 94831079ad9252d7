"""A file of ours that is named on the command line is read in bounded time and memory, or refused in one line."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from piiguard.cli.main import run
from piiguard.manifest import ProtectedColumn, append

from . import files

pytestmark = pytest.mark.skipif(os.name != "posix", reason="devices and FIFOs of POSIX")

PATIENCE = 120.0


def huge(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(20 << 30)  # of holes
    path.chmod(0o600)


def fifo(path: Path) -> None:
    os.mkfifo(path, 0o600)


def folder(path: Path) -> None:
    path.mkdir()


def deep(opening: str) -> Callable[[Path], None]:
    def write(path: Path) -> None:
        path.write_text(opening * 200_000)
        path.chmod(0o600)

    return write


def device(name: str) -> Callable[[Path], None]:
    return lambda path: path.symlink_to(name)


INPUTS: dict[str, Callable[[Path], None]] = {
    "zero": device("/dev/zero"), "random": device("/dev/urandom"), "full": device("/dev/full"), "tty": device("/dev/tty"),
    "memory": device("/proc/self/mem"), "fifo": fifo, "folder": folder, "socket": files.socket_at, "huge": huge,
    "brackets": deep("["), "objects": deep('{"a":'), "toml": deep("a = ["), "nested": deep('a = [{b = [{c = ['),
    "digits": deep("9" * 50), "loop": lambda path: path.symlink_to(path),
}  # fmt: skip

COMMANDS: dict[str, list[str]] = {
    "baseline": ["scan", "app.log", "--baseline", "X"],
    "policy": ["scan", "app.log", "--policy", "X"],
    "manifest of a scan": ["scan", "crm.db", "--manifest", "X"],
    "manifest of a job": ["encrypt", "sqlite:///crm.db", "people.iin", "--manifest", "X", "--yes"],
    "manifest of counts": ["status", "sqlite:///crm.db", "--manifest", "X"],
    "keyring of counts": ["status", "sqlite:///crm.db", "--keyring", "X"],
    "keyring of a job": ["encrypt", "sqlite:///crm.db", "people.iin", "--keyring", "X", "--yes"],
    "keyring": ["keys", "list", "--keyring", "X"],
    "wrapping key": ["keys", "init", "--keyring", "new.json", "--wrap", "file:X"],
    "recipient": ["keys", "init", "--keyring", "new.json", "--wrap", "hpke:X"],
    "backup": ["keys", "restore", "X", "--keyring", "keyring.json", "--yes"],
    "resume": ["scan", "app.log", "--resume", "X"],
    "keyring of pseudonyms": ["redact", "app.log", "-o", "out", "--operator", "pseudonym", "--keyring", "X"],
    "keyring of reveal": ["reveal", "app.log", "-o", "out", "--keyring", "X"],
}  # fmt: skip


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in [name for name in os.environ if name.startswith("PIIGUARD_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    files.database(tmp_path / "crm.db")
    (tmp_path / "app.log").write_text("GET /health 200\n")
    assert run(["keys", "init", "--keyring", "keyring.json", "--wrap", "file:wrapping.key"]) == 0
    append("piiguard.toml", ProtectedColumn("people", "iin", "people.iin"), keyring="keyring.json")
    return tmp_path


PROGRAM = """
import json, resource, sys
resource.setrlimit(resource.RLIMIT_AS, (6 << 30, 6 << 30))  # what reads without end meets this first
from piiguard.cli.main import run
for name in sys.argv[2:]:
    print("BEGIN", name, file=sys.stderr, flush=True)
    code = run([word.replace("X", name) for word in json.loads(sys.argv[1])])
    print("END", code, file=sys.stderr, flush=True)
"""


@pytest.mark.parametrize("command", COMMANDS)
def test_what_is_no_such_file_is_refused_in_one_line(home: Path, command: str) -> None:
    for name, make in INPUTS.items():
        make(home / name)
    with (home / "said").open("wb") as said:
        running = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, json.dumps(COMMANDS[command]), *INPUTS],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=said,
            start_new_session=True,
        )
        try:
            running.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            os.killpg(running.pid, signal.SIGKILL)
            running.wait()
    parts = (home / "said").read_text().split("BEGIN ")[1:]
    assert [part.split("\n", 1)[0] for part in parts] == list(INPUTS), (
        "one of them is waited for, or ends it all"
    )
    for part in parts:
        name, *lines, end = part.strip().splitlines()
        assert end in ("END 1", "END 2"), (name, lines, end)
        assert lines
        assert all(line.startswith("piiguard: ") for line in lines), (name, lines)
        assert "internal error" not in part, (name, lines)
        assert sum(not line.startswith("piiguard: hint: ") for line in lines) <= 3, (name, lines)
