"""Searches the names of files, of their members and of the folders that they lie in: a contract is called by its client.

What is a value in a name is told by the same rule by which a report masks it.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator

from piiguard.confidence import at_least, of_score
from piiguard.detect.mask import mask
from piiguard.read import Sink
from piiguard.read.sources import STDIN
from piiguard.scan.discretion import values_in
from piiguard.scan.finding import Finding, Match
from piiguard.scan.options import Options

__all__ = ["FILE", "FOLDER", "findings", "folders", "inside"]

FILE = "name of the file"
FOLDER = "name of the folder"


def findings(
    target: str, place: str, name: str, options: Options, sink: Sink | None = None, what: str = FILE
) -> tuple[Finding, ...]:
    """What the last part of the ``name`` of a place holds, as findings of that place; each value also goes to ``sink``."""
    name = os.path.basename(name)
    if place == STDIN or not name:
        return ()
    found: dict[str, Finding] = {}
    for value in values_in(name):
        confidence, score = of_score(value.score), round(value.score, 2)
        wanted = options.entities is None or value.entity in options.entities
        if not (wanted and at_least(confidence, options.min_confidence)):
            continue
        masked = mask(value.entity, name[value.start : value.end])
        known = found.get(value.entity)
        if known is None or known.score < score:
            found[value.entity] = Finding(
                target, "file", value.entity, confidence, score, 1, 1, "none", masked,
                path=what, file=place, hindrance="name",
            )  # fmt: skip
        if sink:
            sink(Match(target, value.entity, score, value.start, value.end, masked, file=place, path=what))
    return tuple(found.values())


def inside(name: str) -> Iterator[str]:
    """The folders that a member of this name lies in.

    >>> list(inside("old/2005/b.log")), list(inside("b.log"))
    (['old/2005', 'old'], [])
    """
    while (above := os.path.dirname(name)) not in ("", name):
        name = above
        yield name


def folders(places: Iterable[str], root: str) -> Iterator[str]:
    """The folders below a root that the places lie in, each once."""
    seen: set[str] = set()
    inside = os.path.join(root, "") if root else ""
    for place in places:
        folder = os.path.dirname(place)
        while inside and folder.startswith(inside) and folder not in seen and len(folder) > len(inside):
            seen.add(folder)
            yield folder
            folder = os.path.dirname(folder)
