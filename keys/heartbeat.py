"""Which generation of the keyring each running application has loaded.

The file variant: one small file per process in a directory beside the keyring. Applications that read a keyring
of their own host report into a table of the database instead, through the same two methods.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import secrets
import socket
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Protocol

from piiguard import clock, files, shape
from piiguard.keys import store

__all__ = [
    "ALIVE_SECONDS",
    "Beat",
    "FileHeartbeat",
    "Heartbeat",
    "behind",
    "folder",
    "shown",
    "this_instance",
]

ALIVE_SECONDS = 300.0
BEAT_SECONDS = 60.0  # how often a process that is in use reports


@dataclass(frozen=True, slots=True)
class Beat:
    """What one process says: its name, the generation it has loaded, when (seconds since 1970), of which keyring."""

    instance: str
    generation: int
    seen: float
    keyring: str = ""


class Heartbeat(Protocol):
    """A place where processes report."""

    def report(self, beat: Beat) -> None:
        """Keep the newest beat of an instance; never raises: an application must not fail for it."""

    def beats(self) -> list[Beat]:
        """What was reported."""


def this_instance() -> str:
    """The name of this process: host, where on it, and process id."""
    return f"{_here()}:{os.getpid()}"


def shown(instance: str) -> str:
    """An instance for people: without the mark of its machine and container."""
    place, colon, process = instance.rpartition(":")
    return f"{place.partition('@')[0]}{colon}{process}"


def _here() -> str:
    """The host, and on Linux a mark of its start and of the PID namespace: process ids mean nothing beyond those."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_bytes().strip()
        space = os.stat("/proc/self/ns/pid").st_ino
    except OSError:
        return socket.gethostname()
    return f"{socket.gethostname()}@{hashlib.sha256(boot + str(space).encode()).hexdigest()[:12]}"


def behind(
    beats: Iterable[Beat], keyring: uuid.UUID, generation: int, now: float | None = None
) -> list[Beat]:
    """The living instances that have not loaded ``generation`` of this keyring; a dead one can write nothing.

    A process that says nothing for five minutes is idle: it looks at the file before it writes again. Generations of
    another keyring say nothing of this one; a beat that names none counts.
    """
    now = clock.seconds() if now is None else now
    return [
        beat
        for beat in beats
        if beat.keyring in ("", str(keyring))
        and beat.generation < generation
        and now - beat.seen < ALIVE_SECONDS
        and beat.instance != this_instance()
        and _alive(beat.instance)
    ]


def folder(keyring: Path) -> Path:
    """The directory of the file variant; every change makes it, and without it nothing is reported."""
    return store.beside(keyring, ".instances")


class FileHeartbeat:
    """One file per process beside the keyring."""

    def __init__(self, keyring: Path) -> None:
        self._folder = folder(keyring)

    def report(self, beat: Beat) -> None:
        name = _file_of(beat)
        temporary = self._folder / f".{name}.{secrets.token_hex(8)}"
        try:
            with open(temporary, "x", encoding="utf-8") as file:  # nobody can have put a link there
                file.write(json.dumps(asdict(beat)))
            os.replace(temporary, self._folder / name)
        except OSError:  # no directory, or not ours: then nothing is reported
            return

    def beats(self) -> list[Beat]:
        return [beat for _, beat in self._found()]

    def forget_the_dead(self, now: float) -> None:
        """Remove the files of processes that have been silent for a day, and no other file."""
        for file, beat in self._found():
            if now - beat.seen > 86_400 and file.name == _file_of(beat):
                with contextlib.suppress(OSError):
                    file.unlink()

    def _found(self) -> Iterator[tuple[Path, Beat]]:
        for file in sorted(self._folder.glob("[!.]*.json")):
            try:
                beat = shape.made(Beat, shape.parse(files.read_text(file, 1 << 16)))
                # The clock of a host that shares the folder may be late; that of the folder is one for all.
                yield file, replace(beat, seen=max(beat.seen, file.stat().st_mtime))
            except (OSError, ValueError):
                continue  # being written, or somebody else's file


def _file_of(beat: Beat) -> str:
    return f"{beat.instance.replace(':', '-')}.json"


def _alive(instance: str) -> bool:
    """Whether a process of this host and namespace still runs; one of elsewhere may."""
    place, _, process = instance.rpartition(":")
    if os.name != "posix" or place != _here() or not process.isdecimal():
        return True
    try:
        os.kill(int(process), 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):
        return True
    return True
