"""What is known already, so that a second scan shows what is new: places and entities, never a value.

::

    {"schema": "piiguard.baseline/1",
     "findings": [{"id": "…", "target": "sqlite:///crm.db", "place": "students.iin", "entity": "KZ_IIN"}],
     "suppressions": [{"place": "shop.contacts.*", "entity": "KZ_PHONE",
                       "reason": "switchboard numbers of branches", "expires": "2027-06-30"}]}

Suppressions are written by hand: ``place`` and ``entity`` are globs, ``target`` may narrow them further, and a
reason and a last day are required. Line numbers change with every edit, so they are left out.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from piiguard import clock
from piiguard.errors import ScanError
from piiguard.files import new_file, read_text
from piiguard.names import json_text
from piiguard.scan.finding import Finding
from piiguard.scan.rotation import log_name

__all__ = ["SCHEMA", "Baseline", "Suppression"]

SCHEMA = "piiguard.baseline/1"
_MOST = 64 << 20  # bytes: a hundred thousand findings are a third of it
_HINT = "piiguard scan --write-baseline FILE makes one"


Log = tuple[str, str, str]
"""Target, place and entity, with the names that a log has before any rotation."""


@dataclass(frozen=True, slots=True)
class Suppression:
    """A place that somebody decided to leave as it is, why, and until when."""

    place: str
    entity: str
    reason: str
    expires: str
    target: str = "*"

    def covers(self, finding: Finding) -> bool:
        """Whether the finding is meant, on any day."""
        return (
            fnmatchcase(finding.place, self.place)
            and fnmatchcase(finding.entity, self.entity)
            and fnmatchcase(finding.target, self.target)
        )

    def expired(self, today: date) -> bool:
        return date.fromisoformat(self.expires) < today


@dataclass(frozen=True, slots=True)
class Baseline:
    """The parsed file."""

    known: frozenset[str] = frozenset()
    suppressions: tuple[Suppression, ...] = ()
    logs: frozenset[Log] = frozenset()
    """what is known of the files of rotated logs, by the log"""

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Baseline:
        """Read a file; what is wrong with it is a :class:`ScanError`."""
        source = str(path)
        try:
            data = json.loads(read_text(path, _MOST))
        except OSError as error:
            reason = (error.strerror or "error").lower()
            raise ScanError(
                f"{source}: the baseline cannot be read: {reason}", source=source, hint=_HINT
            ) from None
        except (ValueError, RecursionError):
            raise ScanError(f"{source}: the baseline is not JSON", source=source, hint=_HINT) from None
        if not isinstance(data, dict) or data.get("schema") != SCHEMA:
            raise ScanError(
                f"{source}: not a baseline of this version: its schema is not {SCHEMA}",
                source=source,
                hint=_HINT,
            )
        try:
            known = frozenset(str(finding["id"]) for finding in data.get("findings", []))
            logs = frozenset(
                _log(*(str(finding.get(member, "")) for member in ("target", "place", "entity")))
                for finding in data.get("findings", [])
            )
        except (TypeError, KeyError, AttributeError):
            raise ScanError(f"{source}: an entry of findings has no id", source=source, hint=_HINT) from None
        entries = data.get("suppressions", [])
        return cls(known, tuple(_suppression(entry, n, source) for n, entry in enumerate(entries, 1)), logs)

    def accepted(self, findings: Iterable[Finding], today: date | None = None) -> frozenset[str]:
        """The ids of the findings that are known, themselves or in another file of a rotated log, or suppressed today."""
        day = today or clock.now().date()
        live = [s for s in self.suppressions if not s.expired(day)]
        findings = list(findings)
        return self.known | {
            f.id
            for f, shown in zip(findings, _discreet(findings), strict=True)
            if shown.id in self.known
            or (f.kind == "file" and _log(shown.target, shown.place, f.entity) in self.logs)
            or any(s.covers(shown) for s in live)
        }

    def expired(self, findings: Sequence[Finding], today: date | None = None) -> tuple[Suppression, ...]:
        """The suppressions that would still cover a finding if their day had not passed."""
        day = today or clock.now().date()
        return tuple(s for s in self.suppressions if s.expired(day) and any(map(s.covers, findings)))

    def write(self, path: str | os.PathLike[str], findings: Iterable[Finding]) -> None:
        """Write the unprotected findings as the new baseline; the suppressions stay."""
        entries = {
            f.id: {"id": f.id, "target": f.target, "place": f.place, "entity": f.entity}
            for f in _discreet(findings)
            if f.protection != "encrypted"
        }
        document = {
            "schema": SCHEMA,
            "findings": sorted(entries.values(), key=lambda e: (e["target"], e["place"], e["entity"])),
            "suppressions": [asdict(s) for s in self.suppressions],
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


_SUPPRESSION = "place, entity, reason and expires are required; target may be added"


def _log(target: str, place: str, entity: str) -> Log:
    name, blank, path = place.partition(" $")
    return log_name(target), f"{log_name(name)}{blank}{path}", entity


def _suppression(entry: Any, number: int, source: str) -> Suppression:
    where = f"{source}: suppression number {number}"
    if not isinstance(entry, dict) or not all(isinstance(v, str) for v in entry.values()):
        raise ScanError(f"{where} is not an object of strings", source=source, hint=_SUPPRESSION)
    for needed in ("place", "entity", "reason", "expires"):
        if not entry.get(needed, "").strip():
            raise ScanError(
                f"{where} has no {needed}",
                source=source,
                hint=_SUPPRESSION,
            )
    if unknown := sorted(set(entry) - {"place", "entity", "reason", "expires", "target"}):
        raise ScanError(f"{where} has an unknown member {unknown[0]}", source=source, hint=_SUPPRESSION)
    try:
        date.fromisoformat(entry["expires"])
    except ValueError:
        raise ScanError(
            f"{where}: expires is not a date like 2027-06-30", source=source, hint=_SUPPRESSION
        ) from None
    return Suppression(**entry)
