"""Judges what a file holds as soon as it is read: an archive may hold more than memory does.

Names are judged with it: that of a file, those of its members, and once those of the folders that the files lie in.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from piiguard.read import Sink, Source
from piiguard.read.part import Part
from piiguard.scan import filenames
from piiguard.scan.examine import Examiner
from piiguard.scan.options import Options
from piiguard.scan.outcome import Outcome, judged

__all__ = ["folders", "judging", "with_name"]


def judging(examiner: Examiner, sink: Sink | None = None) -> Examiner:
    """The examiner, which makes an outcome of each member; members do not know what the target is called."""
    options, seen = examiner.options, set[str]()

    def member(place: str, part: Part, name: str) -> Outcome:
        outcome = with_name(judged("", "file", place, part, options), "", name, options, sink)
        found = list(outcome.findings)
        for folder in () if outcome.left else filenames.inside(name):
            where = f"{place.rpartition(name)[0]}{folder}"
            if where not in seen:
                seen.add(where)
                found += filenames.findings("", where, folder, options, sink, filenames.FOLDER)
        return replace(outcome, findings=tuple(found))

    examiner.member = member
    return examiner


def with_name(
    outcome: Outcome, target: str, name: str, options: Options, sink: Sink | None = None
) -> Outcome:
    """What a place came to, with what its name says; what is left out is not looked at."""
    if outcome.left:
        return outcome
    named = filenames.findings(target, outcome.place, name, options, sink)
    return replace(outcome, findings=(*outcome.findings, *named)) if named else outcome


def folders(
    source: Source, names: Iterable[str], options: Options, sink: Sink | None = None
) -> list[Outcome]:
    """What the names of the folders say that the places of a source lie in."""
    found = (
        (folder, filenames.findings(source.name, folder, folder, options, sink, filenames.FOLDER))
        for folder in sorted(names)
    )
    return [Outcome(folder, 0, 0, findings) for folder, findings in found if findings]
