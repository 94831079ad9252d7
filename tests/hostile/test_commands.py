"""Every command that there is meets every trap; one that is added later is missed here by name."""

from __future__ import annotations

import io
import os
import signal
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

import click
import pytest

from piiguard.cli.main import cli, run
from piiguard.database import open_engine
from piiguard.manifest import ProtectedColumn, append
from piiguard.protect.schema.lock import job_lock

from . import files
from .files import State, state_of

Words = tuple[str, ...]

COMMANDS: dict[Words, list[Words]] = {
    ("scan",): [("URL",), ("FILE", "--baseline", "FILE"), ("FILE", "--policy", "FILE"), ("FILE", "--resume", "done")],
    ("status",): [("URL",), ("URL", "people.iin", "--format", "json")],
    ("verify",): [("URL",), ("URL", "people.iin", "--sample", "9")],
    ("encrypt",): [("URL", "people.iin", "--plan"), ("URL", "people.iin", "--yes")],
    ("decrypt",): [("URL", "people.iin", "--plan"), ("URL", "people.iin", "--yes")],
    ("rotate",): [("URL", "--plan"), ("URL", "--reindex", "--yes"), ("URL", "--yes")],
    ("redact",): [("FILE",), ("FILE", "-o", "clean")],
    ("reveal",): [("FILE",), ("FILE", "-o", "revealed")],
    ("breach",): [("FILE", "URL"), ("FILE", "URL", "--findings", "FILE", "--notice", "notice.txt")],
    ("retention",): [("URL", "--policy", "FILE"), ("URL", "--policy", "policy.toml", "--erase", "--yes")],
    ("subject", "canary"): [("URL", "people", "--yes"), ("--export", "x", "-o", "people.csv", "--yes")],
    ("subject", "find"): [("URL", "FILE")],
    ("subject", "correct"): [("URL", "FILE", "--what", "iin", "--yes"), ("URL", "--what", "text", "--yes")],
    ("subject", "erase"): [("URL", "--plan"), ("URL", "--yes")],
    ("subject", "report"): [("URL", "-o", "answer.html"), ("URL", "FILE", "-o", "answer.html", "--policy", "FILE")],
    ("subject", "map"): [("URL",), ("URL", "--findings", "FILE")],
    ("subject", "restrict"): [("URL", "--plan"), ("URL", "--yes")],
    ("subject", "release"): [("URL", "--plan"), ("URL", "--yes")],
    ("subject", "replay"): [("URL", "--dry-run"), ("URL", "--yes")],
    ("manifest",): [("--models", "json:JSONDecoder"), ("--manifest", "FILE", "--check")],
    ("recognizers",): [("--text", "x")],
    ("demo",): [("FILE", "--yes")],
    ("keys", "init"): [("--keyring", "FILE", "--wrap", "file:FILE", "--yes")],
    ("keys", "list"): [("--keyring", "FILE")],
    ("keys", "add"): [("--keyring", "FILE", "--yes")],
    ("keys", "check"): [("--database", "URL"), ("--keyring", "FILE")],
    ("keys", "verify"): [("--trail", "FILE"), ("--keyring", "FILE")],
    ("keys", "recipient"): [("-o", "FILE", "--yes")],
    ("keys", "promote"): [("1", "--database", "URL", "--yes")],
    ("keys", "retire"): [("1", "--database", "URL", "--yes")],
    ("keys", "destroy"): [("1", "--database", "URL", "--yes")],
    ("keys", "restore"): [("FILE", "--yes")],
    ("keys", "end-replay"): [("--keyring", "FILE", "--yes")],
    ("keys", "rewrap"): [("--wrap", "file:FILE", "--yes")],
}  # fmt: skip
"""What each command is asked to do with what somebody else has left for it."""

CALLS = [(*command, *words) for command, calls in COMMANDS.items() for words in calls]


def leaves(command: click.Command, path: Words = ()) -> Iterator[Words]:
    """The commands below a command, by their words."""
    if not isinstance(command, click.Group):
        yield path
        return
    for name, child in command.commands.items():
        yield from leaves(child, (*path, name))


def kept(*folders: Path) -> State:
    """The files below; a lock that came and went shows in the folder's time."""
    found = {path: seen for folder in folders for path, seen in state_of(folder).items()}
    return {path: seen for path, seen in found.items() if stat.S_ISREG(seen[0])}


def test_no_command_is_forgotten() -> None:
    assert set(leaves(cli)) == set(COMMANDS)


def journal(folder: Path, victim: Path) -> Path:
    return files.attack(folder, victim)


def texts(folder: Path, victim: Path) -> Path:
    """Lines on which 0.1.0 stopped for minutes."""
    lines = [
        "\\" * 60_000,
        '"' + "１" * 30_000,
        "адрес: " + "МВД РК " * 9_000,
        "+7 " + "\\" * 60_000 + "1",
        "{" * 60_000,
    ]
    path = folder / "x.log"
    path.write_text("\n".join([*lines, f"ИИН {files.iin(0)}", ""]), encoding="utf-8")
    return path


def pipes_for_locks(folder: Path, victim: Path) -> Path:
    return _with_locks(folder, os.mkfifo)


def links_for_locks(folder: Path, victim: Path) -> Path:
    return _with_locks(folder, lambda lock: lock.symlink_to(victim))


def _with_locks(folder: Path, plant: Callable[[Path], object]) -> Path:
    """A database, and something else where its keyring, the job on its table and our own keyring have their locks."""
    path = folder / "x.db"
    files.database(path)
    with job_lock(open_engine(f"sqlite:///{path}"), "people"):
        [own] = folder.glob(".piiguard-*.lock")
    for lock in (own, folder / "x.db.lock", Path("keyring.json.lock").absolute()):
        plant(lock)
    return path


TRAPS = [journal, texts, pipes_for_locks, links_for_locks]
SECONDS = 120  # that a busy machine may take


@pytest.fixture
def in_time() -> Iterator[None]:
    """Whoever waits for ever is stopped, and fails."""
    if not hasattr(signal, "SIGALRM"):
        yield
        return
    before = signal.signal(signal.SIGALRM, lambda *_: pytest.fail("it took too long"))
    signal.alarm(SECONDS)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


@pytest.mark.skipif(os.name != "posix", reason="pipes and links of POSIX")
@pytest.mark.parametrize("trap", TRAPS, ids=lambda trap: trap.__name__.replace("_", " "))
@pytest.mark.parametrize("call", CALLS, ids=" ".join)
@pytest.mark.usefixtures("in_time")
def test_no_command_changes_what_it_was_pointed_at_or_what_that_names(
    call: Words,
    trap: Callable[[Path, Path], Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    for name in ("home", "folder", "outside"):
        (tmp_path / name).mkdir()
    monkeypatch.chdir(tmp_path / "home")
    assert run(["keys", "init", "--keyring", "keyring.json", "--wrap", "file:wrapping.key"]) == 0
    monkeypatch.setenv("PIIGUARD_KEYRING", "keyring.json")
    monkeypatch.delenv("PIIGUARD_MANIFEST", raising=False)
    monkeypatch.setattr(
        "piiguard.database.sqlite.PATIENCE", 0.2
    )  # for whoever writes: the journal is nobody's
    append("piiguard.toml", ProtectedColumn("people", "iin", "people.iin"), keyring="keyring.json")
    victim = tmp_path / "outside" / "victim.txt"
    victim.write_text("to be kept\n", encoding="utf-8")
    path = trap(tmp_path / "folder", victim)
    before = kept(tmp_path / "folder", tmp_path / "outside")
    capfd.readouterr()
    monkeypatch.setattr("sys.stdin", io.StringIO(f"iin={files.iin(0)}\n"))
    places = {"URL": f"sqlite:///{path}", "FILE": str(path), "file:FILE": f"file:{path}"}
    code = run([places.get(word, word) for word in call])
    said = capfd.readouterr()
    assert code in (0, 1, 2, 3, 4)
    assert "internal error" not in said.err
    assert not any(word in said.err for word in ("No such option", "no such option", "Missing argument"))
    if call[0] != "reveal":  # it writes its input, and puts back what it can
        assert files.iin(0) not in said.out + said.err
    assert kept(tmp_path / "folder", tmp_path / "outside") == before
