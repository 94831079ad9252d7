"""Notes which tables and files are done, so that a long scan can be taken up where it ended.

One JSON line per table or file that was read to its end: counts and findings, as a report has them. The first line
says what was looked for and when that began; a journal of another search is refused. The last line says when the scan
ended: a scan that goes on is one that was interrupted, and what has ended stands in for nothing.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from piiguard import __version__, clock, shape
from piiguard.errors import ScanError
from piiguard.files import append, is_mine, new_file, read
from piiguard.manifest import Manifest
from piiguard.names import json_text
from piiguard.read import Task
from piiguard.scan.finding import Finding, Note
from piiguard.scan.identity import identity
from piiguard.scan.options import Options
from piiguard.scan.outcome import Outcome, people_of
from piiguard.scan.reason import in_english

__all__ = ["SCHEMA", "Checkpoint", "Journal"]

SCHEMA = "piiguard.checkpoint/1"
UNCHANGED = "has not changed since the checkpoint{}, and was not read again"
GONE = "was there at the checkpoint of {}, and is gone"
CARRIED = "was read{} by the scan that this one goes on with, and not again"
_MOST = 256 << 20  # bytes: of a hundred thousand tables


@dataclass(frozen=True, slots=True)
class _Done:
    """A line: one table or file, and what was found there."""

    target: str
    place: str
    units: int
    bytes: int
    findings: tuple[Finding, ...] = ()
    notes: tuple[str, ...] = ()
    total: int | None = None
    mark: str = ""

    def __post_init__(self) -> None:
        for number, finding in enumerate(self.findings):
            if finding.target != self.target:
                raise ValueError(f"findings.{number}.target: another one than that of the line")
            try:
                in_english(finding.reasons)
            except (LookupError, ValueError):
                raise ValueError(f"findings.{number}.reasons: none that is known") from None

    def outcome(self) -> Outcome:
        notes = tuple(Note(self.target, self.place, message) for message in self.notes)
        # nothing of a sketch was stored: its persons are not counted, and that is told
        people = people_of(self.findings)
        read = Outcome(self.place, self.units, self.bytes, self.findings, notes=notes, people=people)
        return replace(read, total=read.units if self.total is None else self.total)


class Journal:
    """The file, and what it says is done; ``ended`` is the day on which its scan ended, whose notes were dropped."""

    _note = CARRIED

    def __init__(
        self, path: str | os.PathLike[str], options: Options, manifest: Manifest | None = None
    ) -> None:
        self._path = Path(path)
        self._done: dict[tuple[str, str], tuple[str, Outcome]] = {}
        self._day = self.ended = ""
        self._head = self._header(options, manifest)
        try:
            if os.path.lexists(self._path):
                # what it calls done is not read again: that is believed of one's own file alone
                if not is_mine(self._path):
                    raise self._wrong("a checkpoint that somebody else may have written")
                self._load(read(self._path, _MOST))
            else:
                self._begin()
        except OSError as error:
            reason = (error.strerror or "error").lower()
            raise self._wrong(f"the checkpoint cannot be used: {reason}") from None

    def mark_of(self, task: Task) -> str:
        """What has changed when a place has: a scan that goes on does not ask databases for it."""
        return task.mark

    def find(self, target: str, place: str, mark: str = "") -> Outcome | None:
        """What an earlier run found there, if it came to the end; ``mark`` has changed when the place has."""
        known = self._done.get((target, place))
        if not known or known[0] != mark:
            return None
        when = f" of {self._day}" if self._note == UNCHANGED else f" on {self._day}"
        told = Note(target, place, self._note.format(when if self._day else ""), self._day)
        return replace(known[1], notes=(*known[1].notes, told))

    def note(self, target: str, outcome: Outcome, mark: str = "") -> None:
        """Remember a table or file; one that could not be read to its end is tried again next time."""
        if outcome.complete and not outcome.errors and not outcome.left:
            notes = tuple(note.message for note in outcome.notes)
            what = target, outcome.place, outcome.units, outcome.bytes, outcome.findings, notes
            self._append(asdict(_Done(*what, outcome.total, mark)))

    def end(self) -> None:
        """Remember that the scan has come to its end."""
        self._append({"ended": clock.stamp()})

    def _header(self, options: Options, manifest: Manifest | None) -> dict[str, Any]:
        return {"schema": SCHEMA, "search": _search(options, manifest), "began": clock.stamp()}

    def _begin(self) -> None:
        self._append(self._head)

    def _append(self, entry: dict[str, Any]) -> None:
        append(self._path, json_text(entry).encode() + b"\n")

    def _is_of_now(self, head: dict[str, Any]) -> bool:
        """Whether what it says holds for this scan. Raises: :class:`ScanError` for one of another search."""
        if head.get("search") != self._head["search"]:
            raise self._wrong("a checkpoint of a scan with other options")
        return {**head, "began": ""} == {**self._head, "began": ""}

    def _load(self, data: bytes) -> None:
        head, *lines = data.split(b"\n")
        try:
            found = shape.parse(head)
        except ValueError:
            found = None
        if not isinstance(found, dict) or found.get("schema") != SCHEMA:
            raise self._wrong("not a checkpoint of this version")
        if not self._is_of_now(found):
            return
        self._day = _day(found.get("began"))
        for number, line in enumerate(lines, 2):
            try:
                entry = shape.parse(line)
                if isinstance(entry, dict) and (ended := _day(entry.get("ended"))):
                    self.ended = ended
                    continue
                done = shape.made(_Done, entry)
            except shape.NotJson:
                continue  # the last line of a process that was killed: what it was about is read again
            except ValueError as error:
                raise self._wrong(f"line {number} of the checkpoint is damaged: {error}") from None
            self._done[done.target, done.place] = done.mark, done.outcome()
        if self.ended:
            self._again()

    def _again(self) -> None:
        """Begin anew in the same file."""
        self._done.clear()
        with new_file(self._path) as file:
            file.write(json_text(self._head).encode() + b"\n")

    def _wrong(self, what: str) -> ScanError:
        hint = "name another file, or remove it to begin anew"
        return ScanError(f"{self._path}: {what}", source=str(self._path), hint=hint)


class Checkpoint(Journal):
    """What a finished scan covered: what has not changed since is not read again, and its findings stand.

    Whatever cannot be told not to have changed is read. Another version of piiguard reads everything; what ``targets``
    covered does not stand in for others.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        options: Options,
        manifest: Manifest | None = None,
        targets: Iterable[str] = (),
    ) -> None:
        self._lines: list[dict[str, Any]] = []
        self._targets = sorted(set(map(identity, targets)))
        super().__init__(path, options, manifest)
        self._unmet = set(self._done)

    _note = UNCHANGED

    def mark_of(self, task: Task) -> str:
        return task.proof()

    @property
    def gone(self) -> tuple[Note, ...]:
        """What it covered, and no scan with it came upon."""
        return tuple(Note(target, place, GONE.format(self._day)) for target, place in sorted(self._unmet))

    def find(self, target: str, place: str, mark: str = "") -> Outcome | None:
        self._unmet.discard((target, place))
        known = super().find(target, place, mark) if mark else None
        if known is not None:
            self.note(
                target, replace(known, notes=known.notes[:-1]), mark
            )  # the day is that of the next scan then
        return known

    def end(self) -> None:
        """It is saved when it ends, and stands in for what has not changed since."""
        self.save()

    def save(self) -> None:
        """Replace the file by what this scan covered, at once."""
        with new_file(self._path) as file:
            for entry in (self._head, *self._lines):
                file.write(json_text(entry).encode() + b"\n")

    def _begin(self) -> None:
        """Nothing is written before the end."""

    def _append(self, entry: dict[str, Any]) -> None:
        self._lines.append(entry)

    def _header(self, options: Options, manifest: Manifest | None) -> dict[str, Any]:
        own = {"piiguard": __version__, "targets": self._targets}
        return {**super()._header(options, manifest), **own}

    def _is_of_now(self, head: dict[str, Any]) -> bool:
        if head.get("targets", self._targets) != self._targets:
            raise self._wrong("a checkpoint of another target")
        return super()._is_of_now(head)


def _day(stamp: object) -> str:
    """The day of a time, or nothing where it is none."""
    try:
        return datetime.fromisoformat(stamp).date().isoformat() if isinstance(stamp, str) else ""
    except ValueError:
        return ""


def _search(options: Options, manifest: Manifest | None) -> dict[str, Any]:
    """What two runs must have in common."""
    protected = sorted(map(repr, manifest.columns)) if manifest else []
    return {
        "entities": sorted(options.entities or ()),
        "sample": options.sample,
        "min_confidence": options.min_confidence,
        "encoding": options.encoding,
        "raw": options.raw,
        **({"form": options.form} if options.form else {}),
        **({"thorough": True} if options.thorough else {}),
        **({"ocr": True} if options.ocr else {}),
        **({"history": True} if options.history else {}),
        **({"views": sorted(options.views)} if options.views else {}),
        **({"manifest": hashlib.sha256("\n".join(protected).encode()).hexdigest()} if protected else {}),
    }
