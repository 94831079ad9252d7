"""A person in files: each is read as a scan reads it, and what the engine finds is compared after normalization."""

from __future__ import annotations

from piiguard.read.listing import listed
from piiguard.read.whole import walk
from piiguard.subjects.found import KEYS, Place, Unsearched
from piiguard.subjects.sought import Seeker, Sought

__all__ = ["search_files"]


def search_files(target: str, sought: Sought) -> tuple[list[Place], list[Unsearched]]:
    """The lines of the files of a target that hold an identifier, and what could not be read."""
    listing = listed(target)
    if not (listing.files or listing.left):
        return [], [Unsearched(target, target, "no file matches")]
    places: list[Place] = []
    unread: list[Unsearched] = []
    seeker = Seeker(sought)
    for task, part in walk(target, listing, sought.engine, seeker.lines, seeker.column):
        unread += [Unsearched(target, place or task.place, why) for place, why in part.unread]
        if seeker.closed:
            unread.append(Unsearched(target, task.place, seeker.closed))
            seeker.closed = ""
        for (column, path, one), lines in seeker.taken().items():
            named = tuple(str(line) for line in sorted(lines)[:KEYS])
            places.append(
                Place(
                    target,
                    len(lines),
                    named,
                    "value",
                    file=task.place,
                    column=column,
                    path=path,
                    entity=one.entity,
                )
            )
    return places, unread
