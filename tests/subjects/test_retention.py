"""Rows past their term: told by the dates that this test keeps itself, destroyed with what hangs on them and nothing else."""

from __future__ import annotations

import json
import os
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import sqlalchemy as sa

from piiguard.cli.main import run
from piiguard.keys import Keyring, audit
from piiguard.protect.batches.pace import Limits, Pace
from piiguard.subjects.acting import act
from piiguard.subjects.dates import moment
from piiguard.subjects.retention.report import RetentionReport
from tests.subjects.benches import MANIFEST, NEW, NOW, OLD, Bench

SCHEMAS = Path(__file__).parents[2] / "docs/schema"


def stamp(when: datetime) -> datetime:
    return when.replace(tzinfo=None)


def fill(bench: Bench) -> None:
    """Students 1-6: 1-4 are past their term; 3 has an order of last year, 4 one of long ago."""
    seen = {n: OLD if n < 5 else NEW for n in range(1, 7)}
    bench.put(
        "students", *({"id": n, "iin": "050312300015", "last_login": stamp(at)} for n, at in seen.items())
    )
    bench.put("notes", *({"id": n, "student_id": n, "body": "note"} for n in seen))
    ago = date(2019, 1, 1)
    orders = ((1, 3, NEW.date()), (2, 4, ago), (3, 6, ago))
    bench.put("orders", *({"id": n, "student_id": who, "paid_at": at, "what": "a"} for n, who, at in orders))
    then = {n: OLD if n < 3 else NEW for n in range(1, 5)}
    bench.put(
        "visits",
        *({"id": n, "phone": "87010000001", "at_epoch": int(at.timestamp())} for n, at in then.items()),
    )
    bench.put(
        "letters",
        *({"id": n, "email": "a@example.kz", "written": at.date().isoformat()} for n, at in then.items()),
    )
    bench.put("books", *({"id": n, "title": "x", "bought": OLD.date()} for n in then))


def test_what_is_past_its_term_goes_with_what_hangs_on_it_and_nothing_else(bench: Bench) -> None:
    fill(bench)
    report = bench.retain()
    assert report.complete, report.unread
    assert bench.counts(report) == {
        "students": (4, 0, 0),
        "orders": (2, 0, 0),
        "visits": (2, 0, 0),
        "letters": (2, 0, 0),
    }
    report = bench.erase()
    assert bench.counts(report) == {
        "students": (4, 3, 1),
        "orders": (2, 2, 0),
        "visits": (2, 2, 0),
        "letters": (2, 2, 0),
    }
    assert (bench.rows("students"), bench.rows("notes")) == ([3, 5, 6], [3, 5, 6])
    assert bench.rows("orders") == [1]  # of last year: the law keeps it, and who it belongs to
    assert bench.rows("visits") == [3, 4]
    assert bench.rows("letters", "email") == [None, None, "a@example.kz", "a@example.kz"]
    assert bench.rows("books") == [1, 2, 3, 4]
    (held,) = [one for one in report.tables if one.held]
    assert "kept by law" in (held.reason or "")
    assert report.receipt is not None
    assert report.receipt.databases[0].left == report.overdue == 1
    again = bench.erase()  # what was done is not found again
    assert bench.counts(again) == {
        "students": (1, 0, 1),
        "orders": (0, 0, 0),
        "visits": (0, 0, 0),
        "letters": (0, 0, 0),
    }


DATES = [
    datetime(2020, 2, 29, 10, tzinfo=UTC), date(2020, 2, 29), "2020-02-29", "2020-02-29T10:00:00", "2020-02-29 10:00:00.123",
    "2020-02-29T10:00:00+05:00", "29.02.2020", "29.02.2020 10:00", 1_582_970_400, 1_582_970_400_000, 1_582_970_400.5, "1582970400",
    b"2020-02-29",
]  # fmt: skip


@pytest.mark.parametrize("value", DATES, ids=lambda value: type(value).__name__)
def test_a_date_is_read_however_it_is_written(value: object) -> None:
    found = moment(value)
    assert found is not None
    assert found.date() == date(2020, 2, 29)


@pytest.mark.parametrize(
    "value",
    [None, "", "soon", "0000-00-00", "2020", "20200229x", True, "31.02.2020", float("nan"), 10**30, object()],
)
def test_what_is_no_date_is_none(value: object) -> None:
    assert moment(value) is None


@pytest.mark.parametrize("written", ["", "soon", "0000-00-00", None])
def test_a_row_without_a_date_is_not_called_current(plain: Bench, written: str | None) -> None:
    plain.put("letters", id=1, email="a@example.kz", written=written)
    plain.put("letters", id=2, email="a@example.kz", written=NEW.isoformat())
    report = plain.erase()
    assert (report.overdue, report.complete) == (0, False)
    assert [one.undated for one in report.tables if one.table == "letters"] == [1]
    assert plain.rows("letters", "email") == ["a@example.kz", "a@example.kz"]


def test_the_day_itself_is_still_within_the_term(plain: Bench) -> None:
    for n, day in enumerate(("2023-06-14", "2023-06-15", "2023-06-16"), 1):
        plain.put("letters", id=n, email="a@example.kz", written=day)
    plain.erase()
    assert plain.rows("letters", "email") == [None, "a@example.kz", "a@example.kz"]


def test_who_has_come_back_meanwhile_stays(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between the page and the lock a writer moves the date."""
    fill(bench)
    place = "piiguard.subjects.retention.carry.writing"

    def writing(target: str) -> Any:
        monkeypatch.setattr(place, act.writing)
        with sa.create_engine(bench.url, poolclass=sa.NullPool).begin() as connection:
            connection.execute(sa.text("update visits set at_epoch = :now"), {"now": int(NOW.timestamp())})
            connection.execute(
                sa.text("update students set last_login = :now where id = 1"), {"now": stamp(NOW)}
            )
        return act.writing(target)

    monkeypatch.setattr(place, writing)
    bench.erase()
    assert bench.rows("visits") == [1, 2, 3, 4]
    assert bench.rows("students") == [1, 3, 5, 6]


def test_a_table_without_a_rule_is_counted_and_not_touched(plain: Bench) -> None:
    plain.manifest.write_text(MANIFEST.partition('[[subjects.tables]]\ntable = "visits"')[0], "utf-8")
    fill(plain)
    report = plain.erase()
    assert bool(report.overdue)
    assert plain.rows("visits") == [1, 2, 3, 4]
    (one,) = [one for one in report.tables if one.table == "visits"]
    assert (one.overdue, one.done) == (2, 0)
    assert "no rule" in (one.reason or "")


def test_a_foreign_key_without_a_rule_holds_the_row(plain: Bench) -> None:
    plain.manifest.write_text(
        MANIFEST.replace('[[subjects.tables]]\ntable = "notes"\nerase = "delete"\n', ""), "utf-8"
    )
    fill(plain)
    report = plain.erase()
    assert plain.rows("students") == [1, 2, 3, 4, 5, 6]
    assert [(one.held, one.done) for one in report.tables if one.table == "students"] == [(4, 0)]


def test_a_term_without_a_date_is_named(plain: Bench) -> None:
    plain.policy.write_text('organisation = "School"\nretention = "3y"\n', "utf-8")
    report = plain.retain()
    assert {one.place for one in report.unread} == {"visits", "letters"}
    assert not report.complete


def test_a_run_that_is_stopped_goes_on_where_it_was(plain: Bench) -> None:
    at = int(OLD.timestamp())
    plain.put("visits", *({"id": n, "phone": "87010000001", "at_epoch": at} for n in range(1, 251)))
    report = plain.erase(pace=Pace(Limits(), stop=lambda: len(plain.rows("visits")) <= 150))
    assert bench_left(plain, report) == (100, 150)
    report = plain.erase()
    assert bench_left(plain, report) == (150, 0)


def bench_left(bench: Bench, report: RetentionReport) -> tuple[int, int]:
    (one,) = [one for one in report.tables if one.table == "visits"]
    return one.done, len(bench.rows("visits"))


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the harness forks; POSIX only")
@pytest.mark.parametrize("statement", [1, 2, 4, 6])
def test_killed_at_any_statement_no_half_row_is_left(plain: Bench, statement: int) -> None:
    fill(plain)
    child = os.fork()
    if child == 0:
        count = iter(range(1, 1 << 20))

        def die(*given: Any) -> None:
            if given[2].lstrip().upper().startswith(("DELETE", "UPDATE")) and next(count) == statement:
                os._exit(9)

        sa.event.listen(sa.engine.Engine, "before_cursor_execute", die)
        plain.erase()
        os._exit(0)
    os.waitpid(child, 0)
    assert set(plain.rows("notes")) == set(
        plain.rows("students")
    )  # a student goes with his notes, or stays with them
    plain.erase()
    assert (plain.rows("students"), plain.rows("visits"), plain.rows("orders")) == ([3, 5, 6], [3, 4], [1])


def command(bench: Bench, *words: str) -> int:
    return run(
        ["retention", bench.url, "--policy", str(bench.policy), "--manifest", str(bench.manifest), *words]
    )


def test_the_command_counts_plans_and_destroys(
    plain: Bench, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command(plain) == 0
    fill(plain)
    keyring = tmp_path / "keyring.json"
    Keyring.create(keyring, [f"file:{tmp_path / 'wrapping.key'}"])
    capsys.readouterr()
    assert command(plain) == 3
    assert command(plain, "--erase") == 2
    before = {name: plain.rows(name) for name in ("students", "orders", "visits")}
    assert command(plain, "--erase", "--plan") == 3
    out, err = capsys.readouterr()
    assert "DELETE FROM visits WHERE" in out
    assert before == {name: plain.rows(name) for name in before}
    assert (
        command(plain, "--erase", "--yes", "--format", "json", "--receipt", str(tmp_path / "act.json")) == 3
    )
    document, more = capsys.readouterr()
    found = json.loads(document)
    jsonschema.validate(found, json.loads((SCHEMAS / "retention.schema.json").read_text("utf-8")))
    receipt = json.loads((tmp_path / "act.json").read_text("utf-8"))
    jsonschema.validate(receipt, json.loads((SCHEMAS / "receipt.schema.json").read_text("utf-8")))
    assert (found["schema"], found["overdue"]) == ("piiguard.retention/1", 1)
    for text in (out, err, document, more, json.dumps(receipt)):
        for value in ("050312300015", "87010000001", "a@example.kz"):
            assert value not in text


def test_an_erasure_stands_in_the_trail(plain: Bench, tmp_path: Path) -> None:
    fill(plain)
    keyring = Keyring.create(tmp_path / "keyring.json", [f"file:{tmp_path / 'wrapping.key'}"])
    report = plain.erase(keyring=keyring)
    lines = [line for line in audit.read(tmp_path / "keyring.json") if line["action"] == "retention"]
    assert [line["state"] for line in lines] == ["begun", "ended"]
    assert report.receipt is not None
    assert (lines[1]["erased"], lines[1]["sha256"]) == (report.receipt.erased, report.receipt.digest)
