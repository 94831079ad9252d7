"""Searches what a database holds beside rows: a column is called by a person, a default is a number, a comment a case.

A text is read as a log is; a name is a value by the rule that masks it. Nothing of it can be encrypted, so the advice is to
change the definition.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from piiguard.confidence import at_least, of_score
from piiguard.detect.mask import mask
from piiguard.read import Sink
from piiguard.read.definitions import NAME, Definition, Refused
from piiguard.read.part import Lines
from piiguard.scan.discretion import values_in
from piiguard.scan.examine import Examiner
from piiguard.scan.finding import Failure, Finding, Match
from piiguard.scan.options import Options
from piiguard.scan.outcome import Outcome

__all__ = ["WHOLE", "searched"]

WHOLE = "*"
"""The column of what is said of an object as a whole."""
_NOT_SHOWN = "its {} is not shown to this account"


def searched(
    target: str,
    found: Iterable[Definition | Refused],
    examiner: Examiner,
    options: Options,
    sink: Sink | None,
) -> list[Outcome]:
    """What the definitions of a database say, by the object; one that says nothing has no outcome."""
    findings: dict[str, dict[tuple[str, str, str], Finding]] = {}
    errors: dict[str, list[Failure]] = {}
    for each in found:
        if isinstance(each, Refused):
            errors.setdefault("definitions", []).append(Failure(target, f"definitions {each.what}", each.why))
        elif each.text is None:
            failed = Failure(target, f"{each.place} {each.what}", _NOT_SHOWN.format(each.what))
            errors.setdefault(each.place, []).append(failed)
        else:
            for finding in _found(target, each, examiner, options, sink):
                own = findings.setdefault(each.place, {})
                key = finding.column or "", finding.path or "", finding.entity
                own[key] = _together(own[key], finding) if key in own else finding
    return [
        Outcome(place, 0, 0, tuple(findings.get(place, {}).values()), tuple(errors.get(place, ())), left=True)
        for place in sorted({*findings, *errors})
    ]


def _together(one: Finding, other: Finding) -> Finding:
    best = max(one, other, key=lambda each: each.score)
    return replace(best, matched=one.matched + other.matched, examined=one.examined + other.examined)


def _found(
    target: str, each: Definition, examiner: Examiner, options: Options, sink: Sink | None
) -> Iterable[Finding]:
    told = _in_name(each, options) if each.what == NAME else _in_text(each, examiner)
    for entity, score, masked, matched, match in told:
        confidence = of_score(score)
        if at_least(confidence, options.min_confidence):
            column = each.column or WHOLE
            yield Finding(
                target, "column", entity, confidence, round(score, 2), matched, 1, "none", masked,
                table=each.place, column=column, path=each.what, hindrance="definition",
            )  # fmt: skip
            if sink:
                where = Match(
                    target, entity, round(score, 2), *match, masked, table=each.place, column=column
                )
                sink(replace(where, path=each.what))


Told = tuple[str, float, str, int, tuple[int, int]]


def _in_name(each: Definition, options: Options) -> Iterable[Told]:
    name = each.text or ""
    for value in values_in(name):
        if options.entities is None or value.entity in options.entities:
            shown = mask(value.entity, name[value.start : value.end])
            yield value.entity, value.score, shown, 1, (value.start, value.end)


def _in_text(each: Definition, examiner: Examiner) -> Iterable[Told]:
    own, places = Lines(), dict[str, tuple[int, int]]()

    def place(match: Any) -> None:
        places.setdefault(match.entity, (match.start, match.end))

    examiner.text(own, each.text or "", 1, sink=place)
    for (_, entity), tally in own.tallies.items():
        yield entity, *tally.best, tally.count, places.get(entity, (0, 0))
