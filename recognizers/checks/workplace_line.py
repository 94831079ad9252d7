"""What the rules of workplaces ask of one line, each read once and only if somebody asks: positions, degrees, names."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from functools import cached_property

from piiguard.recognizers.checks import person_name
from piiguard.recognizers.checks.later import later
from piiguard.recognizers.checks.letters import ANY, LOWER, UPPER
from piiguard.recognizers.checks.position_words import POSITION, POSITION_HINTS
from piiguard.recognizers.checks.workplace_words import DEGREE, TITLE

__all__ = ["AFTER_NAME", "REACH", "FoundWorkplace", "Line"]

_NOUN = later(f"{POSITION_HINTS}|{DEGREE}|(?<![{ANY}]){TITLE}")
_POSITION, _DEGREE = later(POSITION), later(DEGREE)
_NEAR = 12  # characters between a person and a degree
_LONG = 40
REACH = 90  # characters around a noun in which its position stands
# «… назначен на должность …», «… is our new …»
_BECAME = (
    "(?:является|был[аи]?|стал[аи]?|станет|назначен[аы]?|избран[аы]?|утвержд[её]н[аы]?|is|was|became|(?:is|was|has been) (?:appointed|elected|promoted to)"
    "|will be|(?:joined|works|serves)(?= as))(?: (?:на должность|на пост|в должности|новым|новой|now|as|an|a|the|our|new))*"
)
AFTER_NAME = later(
    rf"[ \u00a0]{_BECAME}[ \u00a0]|"
    r",[ \u00a0]?|[ \u00a0]?[;|\t/][ \u00a0]?|[ \u00a0][—–-][ \u00a0]|[ \u00a0]?\([ \u00a0]?"
)
_SERVICE_RANK = (
    "(?:(?:Dr|Mrs?|Ms|Prof)[.]?|(?:(?:старш|младш|главн)[а-я]{2,3} )?(?:лейтенант|капитан|майор|подполковник|полковник|сержант|прапорщик|советник)[а-я]{0,3}"
    "(?: (?:полиции|юстиции|запаса|(?:медицинской|таможенной|налоговой|гражданской) (?:службы|защиты)))?)"
)
_BEFORE_NAME = later(
    rf"[ \u00a0]{_BECAME}[ \u00a0]|:?[ \u00a0]{_SERVICE_RANK}[ \u00a0]|"
    r"[ \u00a0\t]{1,60}|[ \u00a0]{0,30}[_.…]{2,}[ \u00a0/]{0,30}|:[ \u00a0]{0,9}|[ \u00a0][—–-][ \u00a0]|[;|,][ \u00a0]?|[ \u00a0]\(|[ \u00a0]№[ \u00a0]?[0-9]{1,3}[ \u00a0]"
)
# Names that the grammar of names may leave: an initial shows them.
_INITIALED = later(
    rf"(?<![{ANY}])(?:[{UPPER}]\.[ \u00a0]?){{1,2}}[{UPPER}][{ANY}-]{{2,20}}|(?<![{ANY}])[{UPPER}][{ANY}-]{{2,20}}[ \u00a0][{UPPER}]\.(?:[ \u00a0]?[{UPPER}]\.)?"
)
_PROSE = later(rf"[ \u00a0](?![{ANY}]{{1,3}}(?:[ .,]|$))[{LOWER}]")
_MORE = r"(?:[a-zа-яёәғқңөұүһі-]{3,16}[ \u00a0]){0,2}"  # words of rank that no list has
_MORE_BEFORE = later(rf"(?:{AFTER_NAME.pattern}){_MORE}")
_LINKS = (", ", ",", " в ", " at ", " of ", "  ", " ")  # between a position and its organisation


@dataclass(frozen=True, slots=True)
class FoundWorkplace:
    """A workplace in a text: characters from ``start`` to ``end``."""

    start: int
    end: int
    score: float
    rule: str


class Line:
    """One line of a text, characters from ``start`` to ``end``."""

    def __init__(self, text: str, start: int, end: int) -> None:
        self.text, self.start, self.end = text, start, end

    @cached_property
    def _small(self) -> str:
        return self.text[self.start : self.end].lower()

    def says(self, words: tuple[str, ...]) -> bool:
        """Say whether one of the words, in small letters, stands here: finding a string costs less than a pattern."""
        return any(word in self._small for word in words)

    @cached_property
    def positions(self) -> dict[int, int]:
        """Where positions begin and end, in order."""
        found = (
            match.span()
            for low, high in self._stretches
            for match in _POSITION.finditer(self.text, low, high)
        )
        return dict(found)

    @cached_property
    def _stretches(self) -> list[tuple[int, int]]:
        """The stretches around words for somebody at work, merged where they overlap: long lines have few of them."""
        merged: list[tuple[int, int]] = []
        for noun in _NOUN.finditer(self.text, self.start, self.end):
            low, high = max(self.start, noun.start() - REACH), min(self.end, noun.end() + REACH)
            if merged and low <= merged[-1][1]:
                merged[-1] = merged[-1][0], high
            else:
                merged.append((low, high))
        return merged

    @cached_property
    def ends(self) -> dict[int, int]:
        """Where positions end and begin."""
        return {stop: begin for begin, stop in self.positions.items()}

    @cached_property
    def _begins(self) -> list[int]:
        return list(self.positions)

    def callings(self) -> list[tuple[int, int, bool]]:
        """Positions and degrees in order: begin, end, whether it is a degree, which wins over a position in it."""
        degrees = [
            match.span() for low, high in self._stretches for match in _DEGREE.finditer(self.text, low, high)
        ]
        begins = [begin for begin, _ in degrees]

        def free(begin: int, stop: int) -> bool:
            place = bisect_left(begins, stop) - 1  # the last degree that begins before the position ends
            return place < 0 or degrees[place][1] <= begin

        positions = [(begin, stop, False) for begin, stop in self.positions.items() if free(begin, stop)]
        return sorted([*((*span, True) for span in degrees), *positions])

    def position_behind(self, at: int, link: re.Pattern[str]) -> int:
        """Where a position ends that a link joins to what ends here, or here."""
        joint = link.match(self.text, at, self.end)
        return self.positions.get(joint.end(), at) if joint else at

    def position_before(self, at: int) -> int:
        """Where a position begins that stands right before what begins here, or here."""
        for link in _LINKS:
            begin = self.ends.get(at - len(link))
            if begin is not None and self.text[at - len(link) : at].replace("\u00a0", " ") == link:
                return begin
        return at

    def has_position(self, start: int, end: int) -> bool:
        """Say whether a position stands between."""
        place = bisect_left(self._begins, start)
        return place < len(self._begins) and self.positions[self._begins[place]] <= end

    @cached_property
    def _names(self) -> tuple[list[int], list[int]]:
        found = [(name.start, name.end) for name in person_name.find(self.text[self.start : self.end])]
        found += [match.span() for match in _INITIALED.finditer(self.text[self.start : self.end])]
        starts, ends = zip(*found, strict=True) if found else ((), ())
        return sorted(self.start + start for start in starts), sorted(self.start + end for end in ends)

    def name_before(self, start: int, *, blank: bool = False) -> int | None:
        """Where a position begins that follows a name behind a sign or, if allowed, a mere blank; None without a name.

        Words of rank that no list has may stand between.
        """
        ends = self._names[1]
        place = bisect_right(ends, start) - 1
        if place < 0:
            return None
        between = self.text[ends[place] : start]
        if AFTER_NAME.fullmatch(between) or (blank and between in (" ", "\u00a0")):
            return start
        if len(between) < _LONG and _MORE_BEFORE.fullmatch(between):
            sign = AFTER_NAME.match(between)
            return ends[place] + sign.end() if sign else None
        return None

    def is_name(self, start: int, end: int) -> bool:
        """Say whether what stands between is a name and nothing else."""
        starts, ends = self._names
        place = bisect_left(starts, start)
        return place < len(starts) and starts[place] == start and end in ends

    def names_end(self) -> list[int]:
        """Where names end, in order."""
        return self._names[1]

    def name_after(self, at: int) -> int:
        """Where the next name begins, or where the line ends."""
        starts, place = self._names[0], bisect_left(self._names[0], at)
        return starts[place] if place < len(starts) else self.end

    def name_behind(self, end: int) -> bool:
        """Say whether a name follows, with a blank, a sign or the line for a signature between.

        In prose, which goes on with what somebody does, a calling before a name is a mere title.
        """
        starts, ends = self._names
        place = bisect_left(starts, end)
        if place == len(starts) or not _BEFORE_NAME.fullmatch(self.text, end, starts[place]):
            return False
        return _PROSE.match(self.text, ends[bisect_right(ends, starts[place])], self.end) is None

    def ends_list(self, start: int, end: int) -> bool:
        """Say whether it is the last of what commas part on this line, and the line has a name before it."""
        last = not self.text[end : self.end].strip(" .;\u00a0")
        names = self._names[1]
        return (
            last and self.text[self.start : start].rstrip().endswith(",") and bool(names) and names[0] < start
        )

    def beside_name(self, start: int, end: int) -> bool:
        """Say whether a name stands near, before or after."""
        starts, ends = self._names
        after = bisect_left(starts, end)
        before = bisect_right(ends, start) - 1
        return (after < len(starts) and starts[after] - end < _NEAR) or (
            before >= 0 and start - ends[before] < _NEAR
        )
