"""Parts add up to the same whole, however they were cut, in whatever order they come and however they are grouped."""

from __future__ import annotations

import copy
import pickle
from functools import reduce
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from piiguard.read.part import FIRST, Lines, LineTally, Part
from piiguard.scan.statistics import Statistics

ENTITIES = ("KZ_IIN", "KZ_PHONE")


@st.composite
def texts(draw: st.DrawFn) -> list[list[set[str]]]:
    """The lines of a file, each with the entities on it, cut into pieces."""
    line = st.sets(st.sampled_from(ENTITIES))
    return draw(st.lists(st.lists(line, min_size=1, max_size=6), min_size=1, max_size=7))


def read(pieces: list[list[set[str]]]) -> list[Part]:
    """A part for every piece; a line takes ten bytes."""
    parts, start = [], 0
    for number, piece in enumerate(pieces):
        lines = Lines(end=start + 10 * len(piece), count=len(piece), whole=True)
        for place, entities in enumerate(piece, 1):
            for entity in entities:
                lines.tallies.setdefault((None, entity), LineTally()).add(place, 0.5 + place / 100, "*")
        part = Part(rows=len(piece), bytes=10 * len(piece), lines={start: lines}, total=7)
        part.table("t")["c", None] = Statistics(examined=len(piece))
        part.spots["t", "c", None, "KZ_IIN"] = (number + 1,)
        part.unread["", f"reason {number % 2}"] = None
        part.note(f"note {number % 3}")
        parts.append(part)
        start = lines.end
    return parts


def seen(part: Part) -> dict[str, Any]:
    return {
        "counts": (part.rows, part.bytes, part.total, part.line_count, part.complete, part.encoding),
        "lines": sorted((start, lines.end, lines.count, lines.whole) for start, lines in part.lines.items()),
        "text": {place: (t.count, t.lines, t.best) for place, t in part.text.tallies.items()},
        "columns": {t: {p: s.examined for p, s in c.items()} for t, c in part.columns.items()},
        "spots": part.spots,
        "said": (set(part.unread), set(part.notes)),
    }


def merged(parts: list[Part]) -> Part:
    return reduce(Part.merge, copy.deepcopy(parts), Part())


@given(texts(), st.randoms())
def test_the_order_of_parts_does_not_matter(pieces: list[list[set[str]]], dice: Any) -> None:
    parts = read(pieces)
    shuffled = dice.sample(parts, len(parts))
    assert seen(merged(shuffled)) == seen(merged(parts))


@given(texts(), st.randoms(), st.integers(0, 7))
def test_the_grouping_of_parts_does_not_matter(pieces: list[list[set[str]]], dice: Any, border: int) -> None:
    parts = read(pieces)
    dice.shuffle(parts)
    left, right = merged(parts[:border]), merged(parts[border:])
    assert seen(copy.deepcopy(left).merge(right)) == seen(merged(parts))


@given(texts())
def test_pieces_give_what_the_whole_gives(pieces: list[list[set[str]]]) -> None:
    every = [line for piece in pieces for line in piece]
    whole = merged(read(pieces)).text
    assert whole.count == len(every)
    for entity in ENTITIES:
        numbers = [number for number, line in enumerate(every, 1) if entity in line]
        tally = whole.tallies.get((None, entity), LineTally())
        assert (tally.count, tally.lines) == (len(numbers), tuple(numbers[:FIRST]))


@given(texts(), st.integers(0, 6), st.booleans())
def test_behind_what_is_missing_no_line_has_a_number(
    pieces: list[list[set[str]]], gap: int, cut_short: bool
) -> None:
    """A piece may be missing altogether, or an interrupt may have ended it."""
    parts = read(pieces)
    gap %= len(parts)
    if cut_short:
        (lines,) = parts[gap].lines.values()
        lines.whole = False
    else:
        del parts[gap]
    known = sum(map(len, pieces[: gap + cut_short]))
    text = merged(parts).text
    assert all(number <= known for tally in text.tallies.values() for number in tally.lines)
    read_pieces = pieces if cut_short else [*pieces[:gap], *pieces[gap + 1 :]]
    counted = sum("KZ_IIN" in line for piece in read_pieces for line in piece)
    assert text.tallies.get((None, "KZ_IIN"), LineTally()).count == counted


@given(texts())
def test_what_another_process_sends_merges_alike(pieces: list[list[set[str]]]) -> None:
    parts = read(pieces)
    sent = [pickle.loads(pickle.dumps(part)) for part in parts]  # noqa: S301 - our own
    assert seen(merged(sent)) == seen(merged(parts))


@given(texts())
def test_nothing_added_changes_nothing(pieces: list[list[set[str]]]) -> None:
    whole = merged(read(pieces))
    assert seen(copy.deepcopy(whole).merge(Part())) == seen(whole) == seen(Part().merge(whole))


def test_the_parts_that_were_merged_stay_as_they_were() -> None:
    first, second = read([[{"KZ_IIN"}], [{"KZ_IIN"}]])
    before = seen(second)
    Part().merge(first).merge(second).merge(Part())
    assert seen(second) == before
