"""The program ``tesseract``: where it is, which languages it has, and how it is run.

It is given pixels alone, by a pipe: it decodes no format, opens no file but its own models, and writes none. It runs with
limits (:mod:`~piiguard.read.ocr.launch`), in the root folder, in an environment of which nothing is inherited.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import signal
import subprocess
import sys
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from piiguard.errors import MissingExtra, ScanError
from piiguard.read.apart.pixels import Picture

__all__ = ["BROKE", "LANGUAGES", "MEMORY", "SECONDS", "Broken", "Program", "found", "required"]

SECONDS = 60
"""Of processor time, for one picture; twice as many may pass."""
MEMORY = 2 << 30
"""Bytes of address space, its models with it."""
LANGUAGES = ("kaz", "rus", "eng")
_NAME = "tesseract"
_LAUNCH = Path(__file__).with_name("launch.py")
_TOO_LONG = f"not read to its end: reading the picture takes longer than {SECONDS} s"
BROKE = "not read to its end: the picture takes more memory than one is given, or breaks its reader"
_NONE = "pictures cannot be read: tesseract is not installed"
_DUMB = f"pictures cannot be read: tesseract has none of the languages {', '.join(LANGUAGES)}"
_HINT = "apt-get install tesseract-ocr tesseract-ocr-kaz tesseract-ocr-rus, or as your system has it"


class Broken(Exception):
    """A picture could not be read to its end; ``why`` says what that means."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True, slots=True)
class Program:
    """Where it is, and those of our languages that it has."""

    path: str
    languages: tuple[str, ...]

    @property
    def latin(self) -> str:
        """The language that zones are read in."""
        return self.languages[-1]

    @property
    def missing(self) -> str:
        """What is to be said of the languages that it does not have; empty where it has all."""
        left = [name for name in LANGUAGES if name not in self.languages]
        return f"read by tesseract without {', '.join(left)}, which it has no data for" if left else ""

    def read(self, picture: Picture, *options: str) -> str:
        """What it writes of a picture. Raises: :class:`Broken`."""
        limits = (str(SECONDS), str(MEMORY))
        command = [self.path, "stdin", "stdout", *options]
        if os.name == "posix":
            command = [sys.executable, "-I", "-S", str(_LAUNCH), *limits, *command]
        try:
            done = _run(command, picture.pnm)
        except subprocess.TimeoutExpired:
            raise Broken(_TOO_LONG) from None
        except OSError:
            raise Broken(BROKE) from None
        if done.returncode:
            raise Broken(_TOO_LONG if done.returncode == -getattr(signal, "SIGXCPU", 0) else BROKE)
        return done.stdout.decode("utf-8", "replace")


def _run(
    command: list[str], given: bytes = b"", errors: int = subprocess.DEVNULL
) -> subprocess.CompletedProcess[bytes]:
    own = {"OMP_THREAD_LIMIT": "1", "LC_ALL": "C"}
    own |= {
        name: os.environ[name] for name in ("SYSTEMROOT",) if name in os.environ
    }  # Windows begins nothing without
    return subprocess.run(  # noqa: S603 - by its whole path, with arguments of our own
        command,
        input=given,
        stdout=subprocess.PIPE,
        stderr=errors,
        timeout=2 * SECONDS,
        env=own,
        cwd=os.sep,  # where there is no data it looks for them in the folder it runs in
        check=False,
    )


def required() -> Program:
    """The program. Raises: :class:`ScanError` or :class:`MissingExtra` where pictures cannot be read here."""
    if not importlib.util.find_spec("PIL"):
        raise MissingExtra("documents", "pillow")
    path = _path()
    if not path:
        raise ScanError(_NONE, source="", hint=_HINT)
    program = found(path)
    if not program.languages:
        raise ScanError(_DUMB, source="", hint=_HINT)
    return program


@lru_cache(maxsize=4)
def found(path: str) -> Program:
    """What the program at this path can read."""
    try:
        told = (
            _run([path, "--list-langs"], errors=subprocess.STDOUT).stdout.decode("utf-8", "replace").split()
        )
    except (OSError, subprocess.TimeoutExpired):
        told = []
    return Program(path, tuple(name for name in LANGUAGES if name in told))


def _path() -> str:
    """Where it is: in a folder of ``PATH`` that is named from the root, and is not the one that we are in."""
    here = os.path.realpath(os.curdir)
    for folder in os.environ.get("PATH", "").split(os.pathsep):
        if os.path.isabs(folder) and os.path.realpath(folder) != here:
            path = shutil.which(os.path.join(folder, _NAME))
            if path:
                return path
    return ""
