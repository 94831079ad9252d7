"""What is known already, so that a second scan shows what is new: places and entities, never a value.

::

    {"schema": "piiguard.baseline/1",
     "findings": [{"id": "…", "target": "postgresql/crm", "place": "students.iin", "entity": "KZ_IIN"}],
     "suppressions": [{"place": "shop.contacts.*", "entity": "KZ_PHONE",
                       "reason": "switchboard numbers of branches", "expires": "2027-06-30"}]}

Suppressions are written by hand: ``place`` and ``entity`` are globs, ``target`` may narrow them further, and a
reason and a last day are required. ``verdict`` says ``accepted`` (it stays, known) unless it is ``false``: no personal data, which is told to no
catalogue and stands on no list. Line numbers change with every edit, so they are left out. A database on a server
is known by its identity, so those of version 0.1.0, which hold an address, hold from any host.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, Literal

from piiguard import clock, shape
from piiguard.errors import ScanError
from piiguard.files import new_file, read_text
from piiguard.names import json_text
from piiguard.scan.finding import Finding, Gone, ScanReport
from piiguard.scan.identity import identity
from piiguard.scan.rotation import log_name

__all__ = ["SCHEMA", "Baseline", "Suppression"]

SCHEMA = "piiguard.baseline/1"
_MOST = 64 << 20  # bytes: a hundred thousand findings are a third of it
_HINT = (
    "piiguard scan --write-baseline FILE makes one; a suppression has place, entity, reason and expires, and may have "
    "target"
)


Known = tuple[str, str, str]
"""Target, place and entity: a database by its identity, a log by the names that it has before any rotation."""


@dataclass(frozen=True, slots=True)
class Suppression:
    """A place that somebody decided to leave as it is, why, and until when."""

    place: str
    entity: str
    reason: str
    expires: str
    target: str = "*"
    verdict: Literal["accepted", "false"] = "accepted"

    def covers(self, finding: Finding) -> bool:
        """Whether the finding is meant, on any day."""
        return (
            fnmatchcase(finding.place, self.place)
            and fnmatchcase(finding.entity, self.entity)
            and any(fnmatchcase(name, self.target) for name in (finding.target, identity(finding.target)))
        )

    def to_dict(self) -> dict[str, str]:
        """As it stands in a file, where an accepted one need not say so."""
        return {
            name: value for name, value in asdict(self).items() if (name, value) != ("verdict", "accepted")
        }

    def expired(self, today: date) -> bool:
        return date.fromisoformat(self.expires) < today


@dataclass(frozen=True, slots=True)
class _Entry:
    """A finding as a baseline names it; those of old say less, those to come may say more."""

    id: str
    target: str = ""
    place: str = ""
    entity: str = ""


@dataclass(frozen=True, slots=True)
class Baseline:
    """The parsed file."""

    ids: frozenset[str] = frozenset()
    suppressions: tuple[Suppression, ...] = ()
    places: frozenset[Known] = frozenset()

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Baseline:
        """Read a file; what is wrong with it is a :class:`ScanError`."""
        source = str(path)
        try:
            return cls._of(shape.parse(read_text(path, _MOST)))
        except OSError as error:
            wrong = f"the baseline cannot be read: {(error.strerror or 'error').lower()}"
        except (shape.NotJson, UnicodeDecodeError):
            wrong = "the baseline is not JSON"
        except ValueError as error:
            wrong = str(error)
        raise ScanError(f"{source}: {wrong}", source=source, hint=_HINT)

    @classmethod
    def _of(cls, data: Any) -> Baseline:
        if not isinstance(data, dict) or data.get("schema") != SCHEMA:
            raise ValueError(f"not a baseline of this version: its schema is not {SCHEMA}")
        entries = shape.listed(data.get("findings", []), "findings")
        found = [shape.made(_Entry, entry, f"findings.{n}", more=True) for n, entry in enumerate(entries)]
        left = shape.listed(data.get("suppressions", []), "suppressions")
        return cls(
            frozenset(one.id for one in found),
            tuple(_suppression(entry, f"suppressions.{n}") for n, entry in enumerate(left)),
            frozenset(_known(one.target, one.place, one.entity) for one in found if one.place),
        )

    def accepted(self, findings: Iterable[Finding], today: date | None = None) -> frozenset[str]:
        """The ids of the findings that are known, themselves or in another file of a rotated log, or suppressed today."""
        day = today or clock.now().date()
        live = [s for s in self.suppressions if not s.expired(day)]
        findings = list(findings)
        return frozenset(
            f.id
            for f, shown in zip(findings, _discreet(findings), strict=True)
            if not self.ids.isdisjoint((shown.id, shown.former_id))
            or _of(shown) in self.places
            or any(s.covers(shown) for s in live)
        )

    def denied(self, findings: Iterable[Finding], today: date | None = None) -> frozenset[str]:
        """The ids of the findings that somebody has said today to be no personal data."""
        day, findings = today or clock.now().date(), list(findings)
        false = [s for s in self.suppressions if s.verdict == "false" and not s.expired(day)]
        shown = zip(findings, _discreet(findings) if false else findings, strict=True)
        return frozenset(f.id for f, told in shown if any(s.covers(told) for s in false))

    def gone(self, report: ScanReport) -> tuple[Gone, ...]:
        """The places that are known and hold nothing unprotected any more, of targets that were searched to their end.

        Of a target with a place that was not read nothing is told: it may be there.
        """
        searched = {identity(target.target) for target in report.targets if target.complete}
        searched -= {identity(target.target) for target in report.targets if target.unread}
        there = {_of(finding) for finding in _discreet(report.unprotected)}
        logs = {log_name(target) for target in searched}
        return tuple(
            Gone(*known)
            for known in sorted(self.places - there)
            if not logs.isdisjoint((known[0], known[1].partition(" $")[0]))
        )

    def expired(self, findings: Sequence[Finding], today: date | None = None) -> tuple[Suppression, ...]:
        """The suppressions that would still cover a finding if their day had not passed."""
        day = today or clock.now().date()
        return tuple(s for s in self.suppressions if s.expired(day) and any(map(s.covers, findings)))

    def write(self, path: str | os.PathLike[str], findings: Iterable[Finding]) -> None:
        """Write the unprotected findings as the new baseline; the suppressions stay."""
        entries = {
            f.id: {"id": f.id, "target": identity(f.target), "place": f.place, "entity": f.entity}
            for f in _discreet(findings)
            if f.protection != "encrypted"
        }
        document = {
            "schema": SCHEMA,
            "findings": sorted(entries.values(), key=lambda e: (e["target"], e["place"], e["entity"])),
            "suppressions": [s.to_dict() for s in self.suppressions],
        }
        try:
            with new_file(Path(path), durable=True) as file:
                file.write(json_text(document, indent=1).encode() + b"\n")
        except OSError as error:
            reason = (error.strerror or "error").lower()
            raise ScanError(
                f"{path}: the baseline cannot be written: {reason}",
                source=str(path),
                hint="name a file in a folder where you may write",
            ) from None


def _discreet(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """As they are shown: no name that is a value goes into the file."""
    from piiguard.scan.discretion import Discretion  # its engine takes long to load

    return Discretion().findings(findings)


def _of(finding: Finding) -> Known:
    return _known(finding.target, finding.place, finding.entity)


def _known(target: str, place: str, entity: str) -> Known:
    name, blank, path = place.partition(" $")
    return log_name(identity(target)), f"{log_name(name)}{blank}{path}", entity


def _suppression(entry: Any, where: str) -> Suppression:
    """One that says what it covers, why, and until when."""
    suppression = shape.made(Suppression, entry, where)
    for needed in ("place", "entity", "reason", "expires"):
        if not getattr(suppression, needed).strip():
            raise ValueError(f"{where}.{needed}: empty")
    try:
        date.fromisoformat(suppression.expires)
    except ValueError:
        raise ValueError(f"{where}.expires: not a date like 2027-06-30") from None
    return suppression
