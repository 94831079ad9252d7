"""What reading a place came to: its part, judged."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from piiguard.confidence import at_least, of_score
from piiguard.detect.leaves import place_of
from piiguard.entities import CATEGORIES
from piiguard.manifest import Manifest
from piiguard.read import Kind
from piiguard.read.part import CROWDED, Part, together
from piiguard.scan.finding import Failure, Finding, Note
from piiguard.scan.options import Options
from piiguard.scan.people import People
from piiguard.scan.protection import findings_of, with_records
from piiguard.scan.sketch import IDENTIFIERS, Sketch

__all__ = ["Outcome", "judged", "people_of"]


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
    people: People = field(default_factory=People, compare=False)


def judged(
    target: str, kind: Kind, place: str, part: Part, options: Options, manifest: Manifest | None = None
) -> Outcome:
    """Judge what was read of one place."""
    if part.crowded:
        part.fail(CROWDED)
    sampled = options.sample is not None and part.total > options.sample
    if kind == "database":
        units = part.rows
        total = part.total if sampled else units
        columns = _columns(target, place, "", part, options, manifest)
        of_part: dict[str, Any] = {"query": part.query, "hindrance": part.hindrance, "base": part.base}
        found = [replace(with_records(finding, total, part.rows), **of_part) for finding in columns]
    else:
        units = part.line_count
        total = part.total if sampled else units
        found = [
            replace(each, reading=_reading(options), hindrance=part.hindrance)
            for each in _of_file(target, place, part, options)
        ]
    people = people_of(found, sampled=sampled)
    found = [_counted(finding, sampled) for finding in found]
    errors = tuple(
        Failure(target, inside or place, reason) for inside, reason in (*part.unread, *_closed(place, part))
    )
    notes = tuple(Note(target, place, message) for message in (*part.notes, *_encoding(part)))
    own = Outcome(
        place,
        units,
        part.bytes,
        tuple(found),
        errors,
        part.complete,
        notes,
        max(total, units),
        part.left,
        people,
    )
    return _with(own, target, part.members.values()) if part.members else own


def _with(own: Outcome, target: str, members: Collection[Outcome]) -> Outcome:
    """What a file came to, with all that it holds; the members did not know what the target is called."""

    def told(each: Any) -> Any:
        return each if each.target == target else replace(each, target=target)

    units = own.units + sum(member.units for member in members)
    return replace(
        own,
        units=units,
        total=units,
        findings=(*own.findings, *(told(each) for member in members for each in member.findings)),
        errors=(*own.errors, *(told(each) for member in members for each in member.errors)),
        notes=(*own.notes, *(told(each) for member in members for each in member.notes)),
        people=People.all((own.people, *(member.people for member in members))),
    )


def people_of(found: Sequence[Finding], *, sampled: bool = False) -> People:
    """The persons of one place, as far as they were counted: no ciphertext is, and nothing outside of a sample."""
    sketches: dict[str, Sketch] = {}
    for finding in found:
        if finding.sketch is not None and finding.confidence != "low":
            sketches[finding.entity] = together(sketches.get(finding.entity), finding.sketch)
    told = [f for f in found if f.confidence != "low" and CATEGORIES[f.category].identifies is not None]
    sealed = any(finding.protection == "partial" and finding.entity in IDENTIFIERS for finding in told)
    return People.of(sketches, partial=bool(told) and (sampled or sealed or not sketches))


def _counted(finding: Finding, sampled: bool) -> Finding:
    """With about how many different values it has, where all of them were seen."""
    if finding.sketch is None:
        return finding
    whole = not sampled and finding.protection == "none"
    return replace(finding, sketch=None, persons=round(finding.sketch.estimate) if whole else None)


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
        for found in _columns(target, file, table, part, options):
            lines = part.spots.get((table, found.column or "", found.path, found.entity), ())
            path = place_of(table, found.column or "", found.path)
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
            sketch=tally.persons,
        )


def _closed(place: str, part: Part) -> Iterator[tuple[str, str]]:
    """Columns with values that are documents of their own: a passport as a picture, a contract as PDF."""
    for table, partials in part.columns.items():
        for (column, _), statistics in sorted(
            partials.items(), key=lambda each: (each[0][0], each[0][1] or "")
        ):
            if kinds := statistics.closed:
                told = ", ".join(f"{kind} ({count:,})" for kind, count in sorted(kinds.items()))
                yield (
                    ".".join(filter(None, (place, table, column))),
                    f"values that are not taken apart: {told}",
                )


def _encoding(part: Part) -> tuple[str, ...]:
    """What to say of a file that is not in UTF-8: a wrong guess explains words that were not found."""
    return () if part.encoding in ("", "utf-8", "ascii") else (f"read as {part.encoding}",)
