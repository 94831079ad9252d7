"""A letter of ten thousand parts is read part by part: none looks at all those before it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

import pytest

from piiguard.read.part import Lines, Part
from piiguard.scan import scan_log
from tests.hostile.files import iin


class Watched(dict[int, Lines]):
    """Lines of a part, with every look at one counted."""

    looks: ClassVar[int] = 0

    def values(self) -> Any:
        return _Looked(self)


class _Looked:
    def __init__(self, lines: Watched) -> None:
        self._lines = lines

    def _each(self, values: Any) -> Iterator[Lines]:
        for value in values:
            Watched.looks += 1
            yield value

    def __iter__(self) -> Iterator[Lines]:
        return self._each(dict.values(self._lines))

    def __reversed__(self) -> Iterator[Lines]:
        return self._each(reversed(dict.values(self._lines)))


def test_a_text_looks_at_one_before_it() -> None:
    part = Part(lines=Watched())
    for number in range(1, 200):
        before, start = Watched.looks, part.behind
        assert Watched.looks - before <= 1
        assert start == 10 * (number - 1)
        part.lines[start] = Lines(end=start + 10, count=10, whole=True)


@pytest.mark.parametrize("ends", [{}, {0: 7}, {0: 7, 9: 11}, {0: 40, 9: 11}])
def test_a_text_begins_behind_all_that_stand_before_it(ends: dict[int, int]) -> None:
    part = Part(lines={start: Lines(end=end) for start, end in ends.items()})
    assert part.behind == max(ends.values(), default=0)


def test_lines_of_a_letter_are_numbered_through_its_parts(tmp_path: Path) -> None:
    piece = f"--X\nContent-Type: text/plain\n\nИИН {iin(1)}\nbos\n"
    letter = tmp_path / "l.eml"
    letter.write_text(
        f"From: a@b.kz\nContent-Type: multipart/mixed; boundary=X\n\n{piece * 5}--X--\n", encoding="utf-8"
    )
    report = scan_log(letter)
    (found,) = [one for one in report.findings if one.entity == "KZ_IIN"]
    assert found.matched == 5
    assert len(set(found.lines)) == 5
