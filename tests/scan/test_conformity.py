"""A report against a policy, with real databases for the terms."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
import sqlalchemy as sa

from piiguard.database import open_engine, shown
from piiguard.scan.conformity import check
from piiguard.scan.finding import Finding, Gap, ScanReport
from piiguard.scan.policy import Policy

NOW = datetime(2026, 11, 21, tzinfo=UTC)
POLICY = """
organisation = "Үлгі"
retention = "3y"
retention_clause = "4.5"

[[categories]]
category = "iin"
clause = "2.1.4"
where = ["students.*", "logs/*.log"]
protection = "encrypted"

[[categories]]
category = "phone"
retention = "30d"
"""
FINDING = Finding(
    "db", "column", "KZ_IIN", "high", 0.9, 10, 10, "none", "0***", table="students", column="iin"
)


def gaps(*findings: Finding, policy: str = POLICY, **options: Any) -> list[Gap]:
    verdict = check(ScanReport("", "", findings=findings), Policy.parse(policy), now=NOW, **options).policy
    assert verdict is not None
    return [gap for gap in verdict.gaps if gap.kind != "undated"]


def kinds(*findings: Finding, policy: str = POLICY) -> list[str]:
    return [gap.kind for gap in gaps(*findings, policy=policy)]


def test_declared_place_and_protection_are_compared() -> None:
    assert kinds(FINDING) == ["unprotected"]
    assert kinds(replace(FINDING, protection="encrypted")) == []
    assert kinds(replace(FINDING, protection="encrypted", table="other")) == ["misplaced"]
    assert kinds(replace(FINDING, table="other", protection="partial")) == ["misplaced", "unprotected"]


def test_promise_of_the_whole_policy_holds_for_each_category() -> None:
    policy = 'organisation = "A"\nprotection = "measures"\nprotection_clause = "4.4"\n[[categories]]\ncategory = "iin"\n'
    assert [(gap.kind, gap.clause) for gap in gaps(FINDING, policy=policy)] == [("unprotected", "4.4")]
    assert kinds(FINDING, policy=policy + 'protection = "none"\n') == []


def test_file_is_declared_by_its_name() -> None:
    log = Finding("logs/a.log", "file", "KZ_IIN", "high", 0.9, 1, 9, "none", "0***", file="logs/a.log")
    assert kinds(log) == ["unprotected"]
    assert kinds(replace(log, file="tmp/a.txt")) == ["misplaced", "unprotected"]


def test_what_the_policy_does_not_list_is_undeclared_even_when_encrypted() -> None:
    [gap] = gaps(replace(FINDING, entity="KZ_PASSPORT", protection="encrypted"))
    assert (gap.kind, gap.category, gap.place, gap.rows) == ("undeclared", "document", "students.iin", 10)
    assert gap.finding == replace(FINDING, entity="KZ_PASSPORT").id


def test_guesses_and_firms_accuse_nobody() -> None:
    assert kinds(replace(FINDING, entity="KZ_PASSPORT", confidence="low")) == []
    assert kinds(replace(FINDING, entity="KZ_BIN")) == []


def test_unlimited_term_is_never_passed_over() -> None:
    policy = 'organisation = "A"\nretention = "unlimited"\nretention_clause = "4.1"\n'
    assert gaps(policy=policy) == [Gap("unlimited", clause="4.1")]
    policy += '[[categories]]\ncategory = "phone"\nretention = "unlimited"\nclause = "2.2"\n'
    assert gaps(policy=policy)[1] == Gap("unlimited", category="phone", clause="2.2")


def test_table_without_a_date_is_told() -> None:
    verdict = check(ScanReport("", "", findings=(FINDING,)), Policy.parse(POLICY)).policy
    assert verdict is not None
    assert Gap("undated", target="db", place="students", term="3y") in verdict.gaps


COLUMNS: dict[str, tuple[sa.types.TypeEngine[Any], list[Any]]] = {
    "moment": (sa.DateTime(), [datetime(2023, 11, 20), datetime(2023, 11, 22), None]),
    "zoned": (
        sa.DateTime(timezone=True),
        [datetime(2020, 1, 1, tzinfo=UTC), datetime(2026, 1, 1, tzinfo=UTC), None],
    ),
    "day": (sa.Date(), [date(2023, 11, 20), date(2026, 1, 1), None]),
    "words": (sa.String(30), ["2023-11-20T10:00:00", "2023-11-21T10:00:00", None]),
    "unix": (sa.BigInteger(), [1_600_000_000, 1_790_000_000, None]),
}


@pytest.fixture
def engine(any_database_url: str) -> sa.Engine:
    engine = open_engine(any_database_url)
    columns = [sa.Column(name, kind) for name, (kind, _) in COLUMNS.items()]
    table = sa.Table("students", sa.MetaData(), sa.Column("id", sa.Integer, primary_key=True), *columns)
    with engine.begin() as connection:
        table.create(connection)
        for number in range(3):
            row = {name: cells[number] for name, (_, cells) in COLUMNS.items()}
            connection.execute(table.insert(), row)
    return engine


@pytest.mark.parametrize("name", COLUMNS)
def test_rows_past_their_term_are_counted(engine: sa.Engine, name: str) -> None:
    policy = POLICY + f'[[dates]]\ntable = "students"\ncolumn = "{name}"\n'
    finding = replace(FINDING, target=shown(engine.url), protection="encrypted")
    [gap] = gaps(finding, policy=policy, databases={shown(engine.url): engine})
    assert (gap.kind, gap.rows, gap.before, gap.place) == ("overdue", 1, "2023-11-21", f"students.{name}")
    engine.dispose()


def test_shortest_term_of_a_table_counts(engine: sa.Engine) -> None:
    policy = POLICY + '[[dates]]\ntable = "students"\ncolumn = "moment"\n'
    phone = replace(FINDING, target=shown(engine.url), entity="KZ_PHONE", column="phone")
    found = gaps(
        replace(phone, entity="KZ_IIN", protection="encrypted"),
        phone,
        policy=policy,
        databases={shown(engine.url): engine},
    )
    assert [(gap.kind, gap.rows, gap.term) for gap in found] == [("overdue", 2, "30d")]
    engine.dispose()


def test_wrong_date_column_makes_the_report_incomplete(engine: sa.Engine) -> None:
    policy = Policy.parse(POLICY + '[[dates]]\ntable = "students"\ncolumn = "last_seen"\n')
    finding = replace(FINDING, target=shown(engine.url))
    report = check(ScanReport("", "", findings=(finding,)), policy, {shown(engine.url): engine})
    assert not report.complete
    assert "students.last_seen: there is no such column" in report.errors[0].message
    engine.dispose()
