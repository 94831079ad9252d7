"""How many people: an estimate that says both its ends."""

from __future__ import annotations

from typing import Any

import pytest

from piiguard.report.people import People, people, people_in
from piiguard.report.summary import summarise
from piiguard.scan.finding import Finding, ScanReport


def column(table: str, entity: str, matched: int, **more: Any) -> Finding:
    given: dict[str, Any] = {"examined": matched, "protection": "none", **more}
    confidence = given.pop("confidence", "high")
    return Finding(
        "crm", "column", entity, confidence, 0.9, matched, masked="*", table=table, column="c", **given
    )


def test_tables_may_hold_the_same_people() -> None:
    found = [column("students", "KZ_IIN", 900), column("guardians", "PERSON", 400)]
    assert people(found) == People(900, 1300)


def test_columns_of_a_table_share_their_rows() -> None:
    assert (
        people_in([column("t", "PERSON", 1000), column("t", "KZ_IIN", 990), column("t", "KZ_PHONE", 800)])
        == 1000
    )


def test_rows_of_one_person_count_once_where_values_were_told_apart() -> None:
    assert (
        people_in([column("payments", "KZ_IIN", 900, distinct=40), column("payments", "KZ_PHONE", 900)]) == 40
    )


def test_a_sample_stands_for_its_table() -> None:
    assert people_in([column("t", "KZ_IIN", 10_000, records=2_000_000)]) == 2_000_000


def test_encrypted_and_half_encrypted_people_count_as_well() -> None:
    assert people_in([column("t", "KZ_IIN", 500, protection="encrypted")]) == 500
    half = column("t", "KZ_IIN", 10, examined=500, protection="partial", plain_rows=10, records=10)
    assert people_in([half]) == 500


def test_firms_addresses_and_guesses_are_no_people() -> None:
    assert (
        people(
            [
                column("t", "KZ_BIN", 9),
                column("t", "KZ_ADDRESS", 9),
                column("t", "PERSON", 9, confidence="low"),
            ]
        )
        is None
    )


@pytest.mark.parametrize(
    ("least", "most", "sizes"),
    [
        (1, 10_000, ("small",)),
        (9_000, 20_000, ("small", "medium")),
        (9, 900_000, ("small", "medium", "large")),
        (500_001, 500_001, ("large",)),
    ],
)
def test_class_of_operator_follows_both_ends(least: int, most: int, sizes: tuple[str, ...]) -> None:
    assert People(least, most).sizes == sizes


def test_overview_counts_tables_columns_files_and_records_by_category(report: ScanReport) -> None:
    by_category = {share.category: share for share in summarise(report).shares}
    phone = by_category["phone"]
    assert (phone.tables, phone.columns, phone.files, phone.records) == (1, 1, 1, 40 + 31)
    assert by_category["payment"].records == 48_000
    assert summarise(report).estimated
