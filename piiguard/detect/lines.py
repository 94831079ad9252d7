"""The matches of a block of lines, line by line."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import groupby

from piiguard.detect import candidates, spanning
from piiguard.detect.beside import Look, with_beside
from piiguard.detect.candidates import Line
from piiguard.detect.gate import LabelGate
from piiguard.detect.match import Match, moved
from piiguard.detect.plan import Plan, Work
from piiguard.detect.runners import Runner
from piiguard.detect.spanning import Group
from piiguard.detect.verify import Verifier
from piiguard.recognizers.above import MOST, leads_in
from piiguard.recognizers.candidate import Candidate

Found = tuple[int, str, list[Match]]


@dataclass(frozen=True, slots=True)
class Reported:
    """The bytes of a block in which a match must end to be reported; the rest is context."""

    data: bytes
    seen: int
    until: int

    def all_of(self, line: Line) -> bool:
        return self.seen <= line.start and line.end <= self.until

    def none_of(self, line: Line) -> bool:
        return line.end <= self.seen or line.start >= self.until

    def those(self, line: Line, text: str, matches: Sequence[Match]) -> list[Match]:
        """Choose the matches to be reported; they stand on this line, and their ends come in order."""
        if self.all_of(line):
            return list(matches)
        ends = candidates.in_bytes(text, (match.end for match in matches))
        return [
            match
            for match, end in zip(matches, ends, strict=True)
            if self.seen < line.start + end <= self.until
        ]


class LineSearch:
    """Runs the rules of each promising line on it."""

    def __init__(
        self,
        made: Plan,
        runners: Sequence[Runner],
        lines: Sequence[int],
        gate: LabelGate,
        verifier: Verifier,
        look: Look,
    ) -> None:
        self._look = look
        self._plan = made
        self._runners = runners
        self._gate = gate
        self._verifier = verifier
        self._spanning = {index: count for index, count in enumerate(lines) if count > 1}

    def search(self, found: Iterable[Line], reported: Reported) -> Iterator[Found]:
        """Yield number, text and matches of the lines that have some; candidates come in order."""
        if self._plan.exact and not self._plan.always:
            found = self._gate.promising(reported.data, found)
        found = list(found)
        groups = deque(self._groups(found, reported.data))
        grouped = {line.number for group in groups for line in group.lines}
        hits = {line.number: line for line in found} if groups else {}
        for line in found:
            while groups and groups[0].lines[0].number <= line.number:
                yield from self._group(groups.popleft(), hits, reported)
            if line.number not in grouped:
                yield from self._line(line, reported)
        for group in groups:
            yield from self._group(group, hits, reported)

    def raw(self, text: str, work: Work) -> list[Candidate]:
        """Run rules on a text."""
        results: list[Candidate] = []
        for index, places in work.items():
            results += self._runners[index].find(text, places)
        return results

    def _line(self, line: Line, reported: Reported) -> Iterator[Found]:
        if reported.none_of(line):
            return
        text = candidates.text_of(reported.data, line)
        work = self._work(line, text, reported.data)
        work = self._gate.passed(work, partial(self._gate.spoken, reported.data, line))
        raw = self.raw(text, work)
        if not raw:
            return
        above = partial(_above, reported.data, line)
        matches = with_beside(text, self._judged(text, raw, above), self._look, above)
        matches = reported.those(line, text, matches)
        if matches:
            yield line.number, text, matches

    def _work(self, line: Line, text: str, data: bytes) -> Work:
        return self._plan.work(candidates.in_characters(line.hits, data, line.start, line.end, len(text)))

    def _judged(self, text: str, raw: list[Candidate], above: Callable[[], str]) -> list[Match]:
        # of a name behind a time not all is seen that leads in the value behind it
        led = any(leads_in(text, 0, first) for first in sorted({result.start for result in raw}))
        label = above() if led else ""
        return moved(self._verifier.matches(label + text, _shifted(raw, len(label)), ()), -len(label))

    def _groups(self, found: Sequence[Line], data: bytes) -> list[Group]:
        numbers = self._plan.numbers(self._spanning)
        always = not self._plan.always.isdisjoint(self._spanning)
        hit = [line for line in found if always or any(number in numbers for _, number in line.hits)]
        reach = max(self._spanning.values(), default=1) - 1
        return list(spanning.groups(data, hit, reach, self._spans)) if hit else []

    def _spans(self, text: str) -> list[tuple[int, int]]:
        return sorted((result.start, result.end) for result in self._spanning_results(text))

    def _spanning_results(self, text: str) -> list[Candidate]:
        return self.raw(text, dict.fromkeys(self._spanning))

    def _group(self, group: Group, hits: dict[int, Line], reported: Reported) -> Iterator[Found]:
        lines = [*group.above, *group.lines]
        text, starts = spanning.joined(reported.data, lines)
        first = len(lines) - len(group.lines)
        raw = _shifted(self._spanning_results(text[starts[first] :]), starts[first])
        for line, start in zip(group.lines, starts[first:], strict=True):
            raw += _shifted(self._alone(hits.get(line.number, line), reported.data), start)
        matches = self._verifier.matches(text, raw, ())
        for place, own in groupby(matches, key=lambda match: spanning.line_at(starts, match.start)):
            yield from _reported_part(list(own), place, lines, text, starts, reported)

    def _alone(self, line: Line, data: bytes) -> list[Candidate]:
        text = candidates.text_of(data, line)
        work = self._work(line, text, data)
        return self.raw(text, {index: work[index] for index in work if index not in self._spanning})


def _above(data: bytes, line: Line) -> str:
    """The lines above that may label what stands on this one, with their breaks."""
    return data[candidates.above_start(data, line.start, MOST) : line.start].decode("utf-8", "replace")


def _reported_part(
    matches: list[Match],
    place: int,
    lines: Sequence[Line],
    text: str,
    starts: Sequence[int],
    reported: Reported,
) -> Iterator[Found]:
    """Cut a group's matches and text down to one line, or to as many as they reach over."""
    kept: list[Match] = []
    last = place
    for ends_at, own in groupby(matches, key=lambda match: spanning.line_at(starts, match.end - 1)):
        start = starts[ends_at]
        part = text[start : starts[ends_at + 1] if ends_at + 1 < len(starts) else len(text)]
        if chosen := reported.those(lines[ends_at], part, moved(list(own), -start)):
            kept += moved(chosen, start)
            last = ends_at
    if kept:
        stop = starts[last + 1] - 1 if last + 1 < len(starts) else len(text)
        yield lines[place].number, text[starts[place] : stop], moved(kept, -starts[place])


def _shifted(raw: list[Candidate], by: int) -> list[Candidate]:
    for result in raw:
        result.start += by
        result.end += by
    return raw
