"""docs/reliability.md answers every number of the two reviews of 0.1.0, and names tests that are there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "reliability.md").read_text(encoding="utf-8")
ROWS = {row[1]: row[2] for row in re.finditer(r"^\| (P?\d+) \| [^|]+ \| ([^|]+) \|$", PAGE, re.MULTILINE)}


def test_every_number_has_one_answer() -> None:
    assert list(ROWS) == [*map(str, range(1, 32)), *(f"P{number}" for number in range(1, 25))]
    assert all("Mended: " in answer for answer in ROWS.values())
    assert all(
        ", because " in answer or "[decision" in answer for answer in ROWS.values() if "Not done" in answer
    )


@pytest.mark.parametrize("named", sorted(set(re.findall(r"`([\w/]+\.py::\w+)`", " ".join(ROWS.values())))))
def test_the_test_that_holds_it_is_there(named: str) -> None:
    file, _, name = named.partition("::")
    assert f"def {name}(" in (ROOT / "tests" / file).read_text(encoding="utf-8")


def test_every_test_file_that_the_page_names_is_there() -> None:
    for name in set(re.findall(r"`(test_\w+\.py)`", PAGE)):
        assert list((ROOT / "tests").rglob(name))
