"""What follows from how many people it is about, and how that is said."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from piiguard.report import render
from piiguard.report.overview import overview
from piiguard.report.people import people_in, sizes
from piiguard.scan.finding import Finding, ScanReport
from piiguard.scan.people import Count, People
from piiguard.scan.sketch import Sketch


def column(entity: str, persons: int | None, **more: Any) -> Finding:
    given: dict[str, Any] = {"examined": 9_999, "protection": "none", "confidence": "high", **more}
    return Finding(
        "crm", "column", entity, score=0.9, matched=9_999, masked="*", table="t", column="c", persons=persons,
        **given,
    )  # fmt: skip


def test_a_table_shows_its_different_persons_and_no_rows() -> None:
    assert people_in([column("KZ_IIN", 40), column("KZ_PHONE", 75), column("PERSON", 38)]) == 40
    assert people_in([column("KZ_IIN", None, records=2_000_000)]) == 0
    assert people_in([column("KZ_BIN", 9), column("PERSON", 9), column("KZ_PHONE", 9, confidence="low")]) == 0


@pytest.mark.parametrize(
    ("count", "classes"),
    [
        (Count(10_000), ("small",)),
        (Count(10_001), ("medium",)),
        (Count(9_900, 0.02), ("small", "medium")),
        (Count(495_000, 0.02), ("medium", "large")),
        (Count(600_000, 0.02, at_least=True), ("large",)),
        (Count(3, at_least=True), ("small", "medium", "large")),
    ],
)
def test_the_class_of_operator_follows_what_the_error_leaves_open(
    count: Count, classes: tuple[str, ...]
) -> None:
    assert sizes(count) == classes


def about(number: int, **more: Any) -> ScanReport:
    sketch = Sketch()
    sketch.add("KZ_IIN", [f"{n:012d}" for n in range(number)], b"key")
    return ScanReport("", "", people=People.of({"KZ_IIN": sketch}), **more)


@pytest.mark.parametrize(
    ("number", "said"), [(3, "People whose data was found: 3."), (12_000, "whose data was found: about 1")]
)
def test_the_number_is_said_with_its_error(number: int, said: str) -> None:
    assert said in render(about(number), "table")
    assert ("within 2 %" in render(about(number), "table")) == (number > 3)


@pytest.mark.parametrize("format", ["table", "html", "json"])
def test_what_was_not_counted_is_told(format: Any, report: ScanReport) -> None:
    text = render(dataclasses.replace(about(3), errors=report.errors), format)
    assert "at least" in text or '"at_least": true' in text


def test_overview_counts_tables_columns_files_and_records_by_category(report: ScanReport) -> None:
    by_category = {share.category: share for share in overview(report).shares}
    phone = by_category["phone"]
    assert (phone.tables, phone.columns, phone.files, phone.records) == (1, 1, 1, 40 + 31)
    assert by_category["payment"].records == 48_000
    assert overview(report).estimated
