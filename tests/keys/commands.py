"""Every ``piiguard keys`` command as somebody types it, beside a keyring that is ready for it."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest
import sqlalchemy as sa

from piiguard.cli.keys import keys
from piiguard.cli.main import run
from piiguard.keys import Keyring

__all__ = ["COMMANDS", "Bench", "Command"]

PROMOTED = (("add",), ("promote", "2"))
RETIRED = (*PROMOTED, ("retire", "1", "--database", "{db}"))


@dataclass(frozen=True)
class Command:
    """What was done before, and the words; ``{here}`` is the folder, ``{db}`` a database that is counted, ``{copy}`` a copy of the keyring."""

    words: tuple[str, ...]
    before: tuple[tuple[str, ...], ...] = ()
    lost: bool = False  # whether the keyring is gone when it is typed


COMMANDS = {
    "init": Command(("init", "--wrap", "file:{here}/wrapping.key"), lost=True),
    "list": Command(("list",)),
    "add": Command(("add",)),
    "promote": Command(("promote", "2"), (("add",),)),
    "retire": Command(("retire", "1", "--database", "{db}"), PROMOTED),
    "retire --undo": Command(("retire", "1", "--undo"), RETIRED),
    "destroy": Command(
        ("destroy", "1", "--database", "{db}", "--wait-days", "0", "--early", "--yes"), RETIRED
    ),
    "end-replay": Command(("end-replay", "--yes"), (("add",),)),
    "rewrap": Command(
        ("rewrap", "--wrap", "file:{here}/wrapping.key", "--wrap", "file:{here}/new.key"), (("add",),)
    ),
    "recipient": Command(("recipient", "-o", "{here}/safe.key")),
    "verify": Command(("verify",), (("add",),)),
    "check": Command(("check",)),
    "restore": Command(("restore", "{copy}"), RETIRED, lost=True),
}
assert {name.split()[0] for name in COMMANDS} == set(keys.commands)


class Bench:
    """A folder with a keyring and a database without rows; a state of it can be kept and put back."""

    def __init__(self, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.here, self._kept, self.copy = root / "here", root / "kept", root / "copy.json"
        self.here.mkdir()
        self.path = self.here / "keyring.json"
        self.db = f"sqlite:///{root / 'crm.db'}"
        manifest = root / "piiguard.toml"
        manifest.write_text('[[columns]]\ntable = "students"\ncolumn = "iin"\ncontext = "students.iin"\n')
        engine = sa.create_engine(self.db)
        with engine.begin() as connection:
            connection.exec_driver_sql("create table students (id integer primary key, iin blob)")
        engine.dispose()
        monkeypatch.setenv("PIIGUARD_KEYRING", str(self.path))
        monkeypatch.setenv("PIIGUARD_MANIFEST", str(manifest))
        monkeypatch.setattr("piiguard.keys.keyring.POLL_SECONDS", 0.0)
        monkeypatch.setattr("time.sleep", lambda seconds: None)

    def prepare(self, command: Command) -> None:
        """Bring the folder to where the command is typed, and keep it."""
        Keyring.create(self.path, [f"file:{self.here / 'wrapping.key'}"])
        for words in command.before:
            assert self.type(words) == 0, words
        shutil.copy2(self.path, self.copy)
        if command.words[0] == "init":
            shutil.rmtree(self.here)
            self.here.mkdir()
        elif command.lost:
            self.path.unlink()
        shutil.copytree(self.here, self._kept, symlinks=True)

    def again(self) -> None:
        """The folder as it was kept."""
        shutil.rmtree(self.here)
        shutil.copytree(self._kept, self.here, symlinks=True)

    def type(self, words: tuple[str, ...]) -> int:
        """The exit code of a command."""
        return run(["keys", *(word.format(here=self.here, db=self.db, copy=self.copy) for word in words)])
