"""What stands right beside matches is looked at for many of them at once."""

from __future__ import annotations

from collections.abc import Iterator
from re import finditer

from hypothesis import given
from hypothesis import strategies as st

from piiguard.detect.beside import with_beside
from piiguard.detect.match import Match


def numbers(text: str) -> list[Match]:
    """A rule that takes a number for one only where no digit, letter or sign stands before it."""
    return [
        Match("A", *found.span(), 1.0) for found in finditer(r"(?<![\w,;])[0-9]{2,}|(?<=\*)[,;][0-9]+", text)
    ]


def test_what_is_looked_at_grows_with_the_text_and_not_with_the_matches_that_touch_in_it() -> None:
    text = "12," * 20_000
    found = [Match("A", start, start + 2, 1.0) for start in range(0, len(text), 3)]
    looked = []
    assert with_beside(text, found, lambda part: looked.append(len(part)) or []) == found  # type: ignore[func-returns-value]
    assert sum(looked) < 3 * len(text)


@given(st.lists(st.integers(2, 300), min_size=1, max_size=60), st.data())
def test_a_chain_of_values_is_found_to_its_end(lengths: list[int], data: st.DataObject) -> None:
    def chain() -> Iterator[str]:
        for length in lengths:
            yield "7" * length
            yield data.draw(st.sampled_from(",; "))

    text = "".join(chain())
    assert sum(match.end - match.start for match in with_beside(text, numbers(text), numbers)) >= sum(lengths)
