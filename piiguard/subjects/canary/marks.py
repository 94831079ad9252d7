"""Where canaries are recorded: beside the keyring, by marks that tell nothing without its key."""

from __future__ import annotations

import hmac
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from piiguard import clock
from piiguard.errors import SubjectError
from piiguard.files import new_file, read
from piiguard.keys import store
from piiguard.keys.canary import Canaries
from piiguard.names import json_text
from piiguard.subjects.breach.values import normal
from piiguard.subjects.canary.person import MARKED

__all__ = ["file_of", "planted", "record"]

_MOST = 1 << 26


def file_of(keyring: Path) -> Path:
    """The file of a keyring's canaries."""
    return keyring.with_name(f"{keyring.name}.canaries")


def record(
    file: Path, canaries: Canaries, name: str, people: Sequence[Mapping[str, str]], used: Sequence[str]
) -> None:
    """Add what was, or is about to be, put under a name: a canary that is recorded and was never planted harms nobody.

    ``used`` are the entities of a person that are put there. Whole or not at all.
    """
    lines = [_line(canaries, name, person, used) for person in people]
    with store.locked(file):  # of two commands at once neither may lose what the other has recorded
        before = _bytes(file)
        with new_file(file, durable=True) as out:
            out.write(before + b"".join(lines))


def planted(file: Path, canaries: Canaries) -> Callable[[str, str], tuple[str, str] | None]:
    """What tells of an entity and its normal form where it was planted and when. Lines that are not ours are not believed."""
    known: dict[str, tuple[str, str]] = {}
    for line in _bytes(file).splitlines():
        found = _believed(canaries, line)
        if found is None:
            raise SubjectError(
                f"{file}: a line is not of this keyring, or was changed",
                hint="bring back the copy that it was",
            )
        for mark in found["marks"]:
            known[mark] = (found["name"], found["planted"])

    def look(entity: str, value: str) -> tuple[str, str] | None:
        return known.get(canaries.mark(entity, value).hex()) if known and entity in MARKED else None

    return look


def _line(canaries: Canaries, name: str, person: Mapping[str, str], used: Sequence[str]) -> bytes:
    forms = {entity: normal(entity, person[entity]) for entity in MARKED if entity in used}
    marks = sorted(canaries.mark(entity, form).hex() for entity, form in forms.items() if form)
    at = clock.stamp()
    mac = canaries.mark("line", name, at, *marks).hex()
    return (json_text({"name": name, "planted": at, "marks": marks, "mac": mac}) + "\n").encode()


def _believed(canaries: Canaries, line: bytes) -> dict[str, Any] | None:
    try:
        found = json.loads(line)
        right = canaries.mark("line", found["name"], found["planted"], *found["marks"]).hex()
        return found if hmac.compare_digest(right, found["mac"]) else None
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None


def _bytes(file: Path) -> bytes:
    try:
        return read(file, _MOST)
    except FileNotFoundError:
        return b""
