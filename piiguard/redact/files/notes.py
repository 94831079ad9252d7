"""Which files of a folder were redacted already, noted beside their copies, so that an interrupted run goes on.

A line is added when a copy has taken its name. A note counts only while the file and the copy are as they were then,
with the same options, and only where nobody but the user can have written the notes.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from piiguard import files

__all__ = ["NAME", "Notes"]

NAME = ".piiguard-redacted"
_MOST = 1 << 28


class Notes:
    """The notes in a folder; ``settings`` say how its copies are made. Nothing is written before there is a copy."""

    def __init__(self, folder: Path, settings: str) -> None:
        self._path, self._settings = folder / NAME, settings
        self._done = self._read(settings)
        self._begun = bool(self._done)

    def replaced(self, name: str, source: Path, copy: Path) -> dict[str, int] | None:
        """The counts of what was replaced then; None where the file is to be redacted again."""
        note = self._done.get(name)
        if note is None or note["marks"] != [_mark(source), _mark(copy)]:
            return None
        return dict(note["replaced"])

    def add(self, name: str, source: Path, copy: Path, replaced: Mapping[str, int]) -> None:
        """Note that a copy is whole. Raises OSError."""
        if not self._begun:
            with files.new_file(self._path) as file:
                file.write(_line({"settings": self._settings}))
            self._begun = True
        marks = [_mark(source), _mark(copy)]
        files.append(self._path, _line({"file": name, "marks": marks, "replaced": dict(replaced)}))

    def _read(self, settings: str) -> dict[str, Any]:
        with suppress(OSError, ValueError, KeyError, TypeError):
            if files.is_mine(self._path):
                first, *lines = map(json.loads, files.read(self._path, _MOST).splitlines())
                if first["settings"] == settings:
                    return {line["file"]: line for line in lines}
        return {}


def _mark(path: Path) -> list[int]:
    """What changes when a file does. Raises OSError."""
    found = os.stat(path)
    return [found.st_size, found.st_mtime_ns]


def _line(record: Mapping[str, Any]) -> bytes:
    return f"{json.dumps(record)}\n".encode()
