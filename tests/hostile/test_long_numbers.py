"""A number of any length costs itself alone: Python writes no int of more than 4,300 digits, and raises instead."""

from __future__ import annotations

from decimal import Decimal

import pytest
import sqlalchemy as sa

from piiguard.detect.leaves import as_text
from piiguard.redact import Redactor
from piiguard.scan import Options, scan_database

from .files import iin

DIGITS = [1, 12, 4_300, 4_301, 131_072]


@pytest.mark.parametrize("digits", DIGITS)
def test_all_digits_of_a_whole_number_are_its_text(digits: int) -> None:
    said = "7" * digits
    assert as_text(Decimal(said)) == said
    assert as_text(Decimal(f"{said}.00")) == said
    assert as_text(Decimal(f"7e{digits - 1}")) == "7" + "0" * (digits - 1)
    assert as_text(7 * 10 ** (digits - 1)) == "7" + "0" * (digits - 1)


def test_a_short_number_of_endless_digits_is_no_text_of_them() -> None:
    assert len(as_text(Decimal("1e999999999"))) < 20


@pytest.mark.parametrize("number", [10**5_000, Decimal("9" * 5_000)], ids=["int", "Decimal"])
def test_a_redacted_record_keeps_what_stands_beside_it(number: object) -> None:
    kept = Redactor("tag").value({"iin": int(iin(1)), "rows": number})
    assert kept["iin"] == "<KZ_IIN>"


def test_a_scan_reads_the_tables_beside_it(postgresql_url: str) -> None:
    engine = sa.create_engine(postgresql_url)
    with engine.begin() as connection:
        for column, value in (
            ("numeric", "repeat('9', 5000)::numeric"),
            ("numeric[]", "array[1e5000::numeric]"),
        ):
            name = "n" if column == "numeric" else "ns"
            connection.execute(sa.text(f"create table {name} (v {column})"))
            connection.execute(sa.text(f"insert into {name} select {value}"))
        connection.execute(sa.text("create table people (iin text)"))
        connection.execute(sa.text("insert into people select :n from generate_series(1, 9)"), {"n": iin(1)})
    engine.dispose()
    report = scan_database(postgresql_url, Options(sample=None))
    assert [target.unread for target in report.targets] == [()]
    assert {finding.place for finding in report.findings if finding.entity == "KZ_IIN"} == {"people.iin"}
