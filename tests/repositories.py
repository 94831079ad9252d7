"""Repositories made by ``git`` itself, with nothing of the account that makes them."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Collection, Mapping
from pathlib import Path

import pytest

GIT = shutil.which("git") or ""


class Repository:
    """One that lies in a folder; each commit has a date of its own, so that names of commits do not depend on the day."""

    def __init__(self, folder: Path, *options: str) -> None:
        if not GIT:
            pytest.skip("git is not installed")
        self.folder, self._day = folder, 0
        folder.mkdir(parents=True, exist_ok=True)
        self.run("init", "--quiet", "--template=", "--initial-branch=main", *options, ".")

    def run(self, *words: str, given: bytes = b"") -> str:
        """What a command says. Raises: CalledProcessError."""
        self._day += 1
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.folder),
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_AUTHOR_NAME": "A",
            "GIT_AUTHOR_EMAIL": "a@b",
            "GIT_COMMITTER_NAME": "A",
            "GIT_COMMITTER_EMAIL": "a@b",
            "GIT_AUTHOR_DATE": f"{10**9 + self._day} +0000",
            "GIT_COMMITTER_DATE": f"{10**9 + self._day} +0000",
        }
        ran = subprocess.run(
            [GIT, *words], cwd=self.folder, env=environment, input=given, capture_output=True, check=True
        )
        return ran.stdout.decode("utf-8", "surrogateescape").strip()

    def commit(self, message: str, files: Mapping[str, str | bytes], *, gone: Collection[str] = ()) -> str:
        """The short name of a commit with these files, and without those."""
        for name, content in files.items():
            path = self.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
        for name in gone:
            (self.folder / name).unlink()
        self.run("add", "--all")
        self.run("commit", "--quiet", "--allow-empty", "--message", message)
        return self.run("rev-parse", "HEAD")[:8]

    def blob(self, content: bytes) -> str:
        """An object that nothing leads to."""
        return self.run("hash-object", "-w", "--stdin", given=content)

    def tree(self, *entries: tuple[str, str, bytes]) -> str:
        """A tree of modes, names of objects and names, which git itself would refuse to make."""
        data = b"".join(
            mode.encode() + b" " + name + b"\0" + bytes.fromhex(oid) for mode, oid, name in entries
        )
        return self.run("hash-object", "-t", "tree", "-w", "--stdin", "--literally", given=data)
