"""What a scan reports: places, entities and counts, never a value.

The classes mirror the findings document of ``docs/schema/findings.schema.json``; ``to_dict`` gives it.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from piiguard import __version__, entities
from piiguard.confidence import Confidence
from piiguard.read.part import Hindrance
from piiguard.scan.difference import Gap, Gone, PolicyCheck, plain
from piiguard.scan.identity import identity
from piiguard.scan.reason import Reason, in_english

if TYPE_CHECKING:
    from piiguard.scan.people import Count, People

__all__ = [
    "SCHEMA",
    "Confidence",
    "Failure",
    "Finding",
    "Gap",
    "Gone",
    "Match",
    "Note",
    "PolicyCheck",
    "Protection",
    "ScanReport",
    "Target",
    "Unread",
]

SCHEMA = "piiguard.findings/1"

Protection = Literal["none", "partial", "encrypted"]


@dataclass(frozen=True, slots=True)
class Unread:
    """A place, or a part of it, that was asked for and not searched; ``accepted`` by whoever asked."""

    place: str
    reason: str
    accepted: bool = False

    def to_dict(self) -> dict[str, Any]:
        return {name: value for name, value in plain(self).items() if value is not False}


@dataclass(frozen=True, slots=True)
class Target:
    """One thing that was scanned, how much of it was read, and what was not.

    ``rows_total`` are the rows that its tables have, as the source estimates them, where a sample of them was read.
    """

    target: str
    kind: Literal["database", "file"]
    tables: int | None = None
    rows_read: int | None = None
    lines_read: int | None = None
    bytes_read: int = 0
    complete: bool = True
    rows_total: int | None = None
    unread: tuple[Unread, ...] = ()

    @property
    def searched(self) -> bool:
        """Whether there was anything in it."""
        return bool(self.rows_read or self.lines_read or self.bytes_read)

    def to_dict(self) -> dict[str, Any]:
        own = {**plain(self), "unread": [place.to_dict() for place in self.unread]}
        if self.rows_total is None:
            del own["rows_total"]
        return own


@dataclass(frozen=True, slots=True)
class Finding:
    """One entity in one column, JSON path or file.

    ``matched`` of ``examined`` values (of a column) or lines (of a file) hold it; ``lines`` are the first
    few line numbers, counted from 1; ``masked`` shows the shape of one value. ``records`` are the rows of the
    table or sheet that hold it, estimated where a part of them was searched; ``distinct`` are its different values, where known.
    For whoever writes a remedy: ``query`` is how the target was connected to, beside its address, without secrets.
    """

    target: str
    kind: Literal["column", "file"]
    entity: str
    confidence: Confidence
    score: float
    matched: int
    examined: int
    protection: Protection
    masked: str
    table: str | None = None
    column: str | None = None
    path: str | None = None
    file: str | None = None
    lines: tuple[int, ...] = ()
    reasons: tuple[Reason, ...] = ()
    plain_rows: int | None = None
    settled: tuple[str, ...] = ()
    """entities that only ``rows_searched`` of the place's ``rows_total`` values were searched for (decision 41)"""
    rows_searched: int | None = None
    rows_total: int | None = None
    records: int | None = None
    distinct: int | None = None
    address: str | None = None
    """what the target is, where it is called by another name; in no document"""
    reading: tuple[str, ...] = ()
    """the options by which the file was read, where its name and its bytes do not say how; in no document"""

    query: str = ""
    hindrance: Hindrance = ""
    base: tuple[str, ...] = field(default=(), repr=False, compare=False)
    """schema and name of the table that holds its rows, no view; in no document"""
    sketch: Any = field(default=None, repr=False, compare=False)
    """what counts its different values, until its place has been judged; in no document"""
    persons: int | None = field(default=None, compare=False)
    """about how many different values an identifier has, where all were read; in no document, for no two scans agree"""
    twin: bool = False
    """whether another target of the report has the same identity; in no document"""

    @property
    def id(self) -> str:
        """Stable between scans: made of the target's identity, the place and the entity alone.

        Of two databases of one identity in one report the addresses tell which is which.
        """
        return self.former_id if self.twin else self._hash(identity(self.target))

    @property
    def former_id(self) -> str:
        """The id in version 0.1.0, which had the address of a database in it."""
        return self._hash(self.target)

    def _hash(self, target: str) -> str:
        parts = (target, self.table, self.column, self.path, self.file, self.entity)
        text = "\x1f".join("" if part is None else part for part in parts)
        return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]

    @property
    def reason(self) -> str:
        """Why it was judged so, in English; the reports say it in three languages."""
        return in_english(self.reasons)

    @property
    def category(self) -> str:
        return entities.category(self.entity)

    @property
    def place(self) -> str:
        """``table.column``, ``table.column $.path`` or the file's name."""
        if self.kind == "file":
            name = self.file or self.target
        else:
            name = f"{self.table}.{self.column}"
        return f"{name} {self.path}" if self.path else name

    def to_dict(self) -> dict[str, Any]:
        own = plain(self)
        del own["address"], own["reading"], own["twin"], own["sketch"], own["persons"]
        del own["base"]
        if not self.settled:
            del own["settled"], own["rows_searched"], own["rows_total"]
        own["reason"], own["reasons"] = self.reason, [reason.code for reason in self.reasons]
        of_other_kind = ("lines", "file") if self.kind == "column" else ("table", "column", "distinct")
        for name in ("query", "hindrance", *of_other_kind):
            del own[name]
        if self.kind == "file" and self.records is None:
            del own["records"]
        return {"id": self.id, **own, "category": self.category}


@dataclass(frozen=True, slots=True)
class Match:
    """One single match, for ``--format ndjson``; ``start`` is 0-based, ``end`` exclusive, in characters."""

    target: str
    entity: str
    score: float
    start: int
    end: int
    masked: str
    file: str | None = None
    line: int | None = None
    end_line: int | None = None
    table: str | None = None
    column: str | None = None
    path: str | None = None
    row: str | None = None

    def to_dict(self) -> dict[str, Any]:
        return {name: value for name, value in plain(self).items() if value is not None}


@dataclass(frozen=True, slots=True)
class Failure:
    """A place that could not be read; it makes the report incomplete."""

    target: str
    place: str
    message: str

    def to_dict(self) -> dict[str, Any]:
        return plain(self)


@dataclass(frozen=True, slots=True)
class Note:
    """Something about how a place was read that its findings rest on; it makes no report incomplete.

    ``since`` is the day of the earlier scan that read it, where this one did not.
    """

    target: str
    place: str
    message: str
    since: str = ""

    def to_dict(self) -> dict[str, Any]:
        return {name: value for name, value in plain(self).items() if value != "" or name != "since"}


@dataclass(frozen=True, slots=True)
class ScanReport:
    """Everything one scan has to say; times are ISO 8601 in UTC.

    ``exit`` is the code that the command ends with, once it is known; ``gone`` is None without a baseline.
    """

    started: str
    finished: str
    targets: tuple[Target, ...] = ()
    findings: tuple[Finding, ...] = ()
    errors: tuple[Failure, ...] = ()
    policy: PolicyCheck | None = None
    notes: tuple[Note, ...] = ()
    exit: int | None = None
    gone: tuple[Gone, ...] | None = None
    people: People | None = None

    @property
    def searched(self) -> bool:
        """Whether anything was searched: nothing found where nothing was is no good news."""
        return any(target.searched for target in self.targets)

    @property
    def unread(self) -> tuple[Unread, ...]:
        """Every place that was not searched, accepted ones too."""
        return tuple(place for target in self.targets for place in target.unread)

    @property
    def complete(self) -> bool:
        return not self.errors and all(target.complete for target in self.targets)

    @property
    def carried(self) -> dict[str, int]:
        """How many places were not read again, by the day of the earlier scan that read them."""
        return dict(sorted(Counter(note.since for note in self.notes if note.since).items()))

    @property
    def persons(self) -> Count | None:
        """How many different persons it is about, of all that was read."""
        whole = self.complete and not self.unread
        return self.people.count(complete=whole) if self.people else None

    @property
    def unprotected(self) -> tuple[Finding, ...]:
        """The findings that need an action."""
        return tuple(f for f in self.findings if f.protection != "encrypted")

    def to_dict(self) -> dict[str, Any]:
        """The findings document, ready for :func:`json.dumps`."""
        document = {
            "schema": SCHEMA,
            "piiguard": __version__,
            "started": self.started,
            "finished": self.finished,
            "exit": self.exit,
            "found": bool(self.unprotected),
            "targets": [target.to_dict() for target in self.targets],
            "findings": [finding.to_dict() for finding in self.findings],
            "errors": [error.to_dict() for error in self.errors],
            "people": self.persons.to_dict() if self.persons else None,
        }
        if self.notes:
            document["notes"] = [note.to_dict() for note in self.notes]
        if self.gone is not None:
            document["gone"] = [place.to_dict() for place in self.gone]
        return {**document, "policy": self.policy.to_dict()} if self.policy else document
