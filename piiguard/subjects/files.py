"""A person in files: each is read as a scan reads it, and what the engine finds is compared after normalization."""

from __future__ import annotations

from collections.abc import Sequence

from piiguard.detect.escapes import Shown
from piiguard.detect.headers import hints
from piiguard.read.listing import listed
from piiguard.read.whole import walk
from piiguard.subjects.found import KEYS, Place, Unsearched
from piiguard.subjects.identifiers import ENTITIES, Identifier
from piiguard.subjects.sought import Sought

__all__ = ["search_files"]

_Spot = tuple[str | None, str | None, Identifier]


def search_files(target: str, sought: Sought) -> tuple[list[Place], list[Unsearched]]:
    """The lines of the files of a target that hold an identifier, and what could not be read."""
    listing = listed(target)
    if not (listing.files or listing.left):
        return [], [Unsearched(target, target, "no file matches")]
    places: list[Place] = []
    unread: list[Unsearched] = []
    seeker = _Seeker(sought)
    for task, part in walk(target, listing, sought.engine, seeker.lines, seeker.column):
        unread += [Unsearched(target, place or task.place, why) for place, why in part.unread]
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


class _Seeker:
    """Looks for identifiers, and notes the lines by column, path and identifier."""

    def __init__(self, sought: Sought) -> None:
        self._sought = sought
        self._spots: dict[_Spot, set[int]] = {}

    def taken(self) -> dict[_Spot, set[int]]:
        """What was noted since the last time."""
        spots, self._spots = self._spots, {}
        return spots

    def lines(self, shown: Shown, line: int) -> None:
        """Compare what the engine finds in lines."""
        for number, text, matches in self._sought.engine.lines(shown.data, shown.seen, shown.until):
            for match in matches:
                for one in self._sought.equal(match.entity, text[match.start : match.end]):
                    self._note(None, None, one, line + number)

    def column(self, name: str, cells: Sequence[object], numbers: Sequence[int]) -> None:
        """Compare cells, whole and in part."""
        kinds = {kind for kind, entity in ENTITIES.items() if entity in hints(name)}
        for cell, number in zip(cells, numbers, strict=True):
            for path, one in self._sought.in_cell(cell, name, kinds) if cell is not None else ():
                self._note(name, path, one, number)

    def _note(self, column: str | None, path: str | None, one: Identifier, line: int) -> None:
        self._spots.setdefault((column, path, one), set()).add(line)
