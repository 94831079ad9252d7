"""Real tables in real databases."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest
import sqlalchemy as sa

from piiguard.manifest import Manifest, ProtectedColumn
from piiguard.scan import Finding, Options, ScanReport, scan_database
from piiguard.scan.finding import Match

ENVELOPE = bytes.fromhex("f901a1b2c3d4")
SMALL = Options(entities=("KZ_IIN", "KZ_PHONE", "EMAIL_ADDRESS"))


def by_place(report: ScanReport) -> dict[tuple[str, str], Finding]:
    return {(f.place, f.entity): f for f in report.findings}


def sealed(number: int) -> bytes:
    return ENVELOPE + random.Random(number).randbytes(60)


@pytest.fixture
def students(any_engine: sa.Engine, iin: Callable[[], str]) -> sa.Table:
    table = sa.Table(
        "students", sa.MetaData(),
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("iin", sa.String(12)),
        sa.Column("tax", sa.BigInteger),
        sa.Column("Phone No", sa.Text),
        sa.Column("meta", sa.JSON),
        sa.Column("sealed", sa.LargeBinary),
        sa.Column("half", sa.LargeBinary),
        sa.Column("active", sa.Boolean),
    )  # fmt: skip
    table.create(any_engine)
    rows = []
    for number in range(1, 61):
        one = iin()
        rows.append({
            "id": number, "iin": one, "tax": int(one), "Phone No": f"+7 701 000 00 {number:02}",
            "meta": {"owner": {"iin": one}}, "sealed": sealed(number),
            "half": sealed(number) if number <= 40 else one.encode(), "active": True,
        })  # fmt: skip
    with any_engine.begin() as connection:
        connection.execute(table.insert(), rows)
    return table


def test_every_kind_of_column_is_read(any_engine: sa.Engine, students: sa.Table) -> None:
    report = scan_database(any_engine, SMALL)
    found = by_place(report)
    assert report.complete
    assert report.targets[0].rows_read == 60
    for place in ("students.iin", "students.tax", "students.meta $.owner.iin"):
        assert (found[place, "KZ_IIN"].matched, found[place, "KZ_IIN"].confidence) == (60, "high"), place
    assert found["students.Phone No", "KZ_PHONE"].matched == 60


def test_ciphertext_is_protected_and_half_of_it_is_partial(any_engine: sa.Engine, students: sa.Table) -> None:
    found = by_place(scan_database(any_engine, SMALL))
    assert found["students.sealed", "UNKNOWN"].protection == "encrypted"
    half = found["students.half", "KZ_IIN"]
    assert (half.protection, half.plain_rows) == ("partial", 20)


def test_the_manifest_says_what_should_be_encrypted(any_engine: sa.Engine, students: sa.Table) -> None:
    columns = tuple(ProtectedColumn("students", name, f"students.{name}") for name in ("iin", "active"))
    found = by_place(scan_database(any_engine, SMALL, manifest=Manifest(columns)))
    finding = found["students.iin", "KZ_IIN"]
    assert (finding.protection, finding.plain_rows) == ("none", 60)
    assert "the manifest says encrypted" in finding.reason


def test_each_match_is_listed_with_its_row(any_engine: sa.Engine, students: sa.Table) -> None:
    matches: list[Match] = []
    scan_database(any_engine, SMALL, sink=matches.append)
    rows = [m.row for m in matches if m.column == "iin"]
    assert sorted(map(int, map(str, rows))) == list(range(1, 61))
    assert {(m.start, m.end) for m in matches if m.column == "iin"} == {(0, 12)}
    assert all(m.path == "$.owner.iin" for m in matches if m.column == "meta")


def test_tables_are_chosen_by_globs(any_engine: sa.Engine, students: sa.Table) -> None:
    assert scan_database(any_engine, Options(tables=("ord*",))).findings == ()
    assert scan_database(any_engine, Options(exclude=("stud*",))).findings == ()


def test_a_sample_is_spread_and_stays_the_same(any_engine: sa.Engine) -> None:
    table = sa.Table(
        "big", sa.MetaData(), sa.Column("id", sa.Integer, primary_key=True), sa.Column("n", sa.Text)
    )
    table.create(any_engine)
    rows = [{"id": number, "n": "+7 701 123 45 67" if number > 2500 else "x"} for number in range(1, 5001)]
    with any_engine.begin() as connection:
        connection.execute(table.insert(), rows)
    if any_engine.dialect.name != "sqlite":  # estimates would come later, between the two scans perhaps
        analyze = "analyze big" if any_engine.dialect.name == "postgresql" else "analyze table big"
        with any_engine.begin() as connection:
            connection.execute(sa.text(analyze))
    options = Options(entities=("KZ_PHONE",), sample=400, min_confidence="low")
    first, second = scan_database(any_engine, options), scan_database(any_engine, options)
    read = first.targets[0].rows_read or 0
    assert 300 <= read <= 600
    assert by_place(first)["big.n", "KZ_PHONE"].matched == pytest.approx(read / 2, rel=0.3)
    assert first.findings == second.findings


def test_full_reads_every_row(any_engine: sa.Engine) -> None:
    table = sa.Table(
        "big", sa.MetaData(), sa.Column("id", sa.Integer, primary_key=True), sa.Column("n", sa.Text)
    )
    table.create(any_engine)
    with any_engine.begin() as connection:
        connection.execute(table.insert(), [{"id": number, "n": "x"} for number in range(1, 3211)])
    assert scan_database(any_engine, Options(sample=None)).targets[0].rows_read == 3210
