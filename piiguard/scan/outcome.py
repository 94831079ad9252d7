"""What reading a place came to: its part, judged."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from piiguard.confidence import at_least, of_score
from piiguard.detect.leaves import step
from piiguard.manifest import Manifest
from piiguard.read import Kind
from piiguard.read.part import Part
from piiguard.scan.finding import Failure, Finding, Note
from piiguard.scan.options import Options
from piiguard.scan.protection import findings_of, with_records

__all__ = ["Outcome", "judged"]

_ROOTS = ("$", "$.", "$[")
"""How a column begins that is a place in a document."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """One table or file; ``units`` are rows or lines, of ``total`` where that is more."""

    place: str
    units: int
    bytes: int
    findings: tuple[Finding, ...] = ()
    errors: tuple[Failure, ...] = ()
    complete: bool = True
    """False when an interrupt ended it"""
    notes: tuple[Note, ...] = ()
    total: int = 0
    left: bool = False
    """True when it need not be read, and was not"""


def judged(
    target: str, kind: Kind, place: str, part: Part, options: Options, manifest: Manifest | None = None
) -> Outcome:
    """Judge what was read of one place."""
    sampled = options.sample is not None and part.total > options.sample
    total = part.total if sampled else part.rows
    if kind == "database":
        units = part.rows
        columns = _columns(target, place, "", part, options, manifest)
        found = [
            replace(with_records(finding, total, part.rows), query=part.query, hindrance=part.hindrance)
            for finding in columns
        ]
    else:
        units = part.line_count
        found = [replace(each, reading=_reading(options)) for each in _of_file(target, place, part, options)]
    errors = tuple(Failure(target, inside or place, reason) for inside, reason in part.unread)
    notes = tuple(Note(target, place, message) for message in (*part.notes, *_encoding(part)))
    return Outcome(
        place, units, part.bytes, tuple(found), errors, part.complete, notes, max(total, units), part.left
    )


def _reading(options: Options) -> tuple[str, ...]:
    """What a command that reads the same file has to be told."""
    form = ("--as", options.form) if options.form else ()
    return (*form, *(("--encoding", options.encoding) if options.encoding != "auto" else ()))


def _columns(
    target: str, place: str, table: str, part: Part, options: Options, manifest: Manifest | None = None
) -> list[Finding]:
    return findings_of(
        target,
        place,
        part.columns.get(table, {}),
        manifest=manifest,
        comments=part.comments,
        min_confidence=options.min_confidence,
        entities=options.entities,
    )


def _of_file(target: str, file: str, part: Part, options: Options) -> Iterator[Finding]:
    """A file has no columns, so the score of the best match speaks; a table in it stands as a path of its columns."""
    yield from (f for f in _lines(target, file, part) if at_least(f.confidence, options.min_confidence))
    for table in part.columns:
        above = "$" + "".join(map(step, table.split("."))) if table else "$"
        for found in _columns(target, file, table, part, options):
            lines = part.spots.get((table, found.column or "", found.path, found.entity), ())
            column = found.column or ""
            path = (column if column[:2] in _ROOTS else f"{above}.{column}") + (found.path or "$")[1:]
            yield replace(found, kind="file", table=None, column=None, file=file, path=path, lines=lines)


def _lines(target: str, file: str, part: Part) -> Iterator[Finding]:
    text = part.text
    for (path, entity), tally in sorted(
        text.tallies.items(), key=lambda each: (each[0][0] or "", each[0][1])
    ):
        yield Finding(
            target=target,
            kind="file",
            entity=entity,
            confidence=of_score(tally.best[0]),
            score=round(tally.best[0], 2),
            matched=tally.count,
            examined=text.count,
            protection="none",
            masked=tally.best[1],
            path=path,
            file=file,
            lines=tally.lines,
        )


def _encoding(part: Part) -> tuple[str, ...]:
    """What to say of a file that is not in UTF-8: a wrong guess explains words that were not found."""
    return () if part.encoding in ("", "utf-8", "ascii") else (f"read as {part.encoding}",)
