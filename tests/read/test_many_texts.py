"""The parts of a letter are texts one behind the other, whose lines are numbered through."""

from __future__ import annotations

from pathlib import Path

import pytest

from piiguard.read.part import Lines, Part
from piiguard.scan import scan_log
from tests.hostile.files import iin


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
