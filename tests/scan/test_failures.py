"""What goes wrong on a live server ends in a truthful partial report."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from piiguard import database
from piiguard.cli.main import run
from piiguard.read import sheet
from piiguard.scan import Options, ScanReport, scan_database, scan_log
from piiguard.scan.options import Limits
from tests.corpora import values

OPTIONS = Options(entities=("KZ_PHONE",), sample=None, limits=Limits(statement=30, lock=0.5))


@pytest.fixture
def engine(database_url: str) -> Iterator[sa.Engine]:
    engine = database.open_engine(database_url)
    yield engine
    engine.dispose()


@pytest.fixture
def big(engine: sa.Engine) -> sa.Table:
    """Two tables: the first has many pages, the second is small and comes later."""
    metadata = sa.MetaData()
    tables = [
        sa.Table(
            name,
            metadata,
            sa.Column("id", sa.Integer, primary_key=True),
            sa.Column("phone", sa.Text),
            sa.Column("padding", sa.String(600)),
        )
        for name in ("big", "later")
    ]
    metadata.create_all(engine)
    with engine.begin() as connection:
        for table, count in zip(tables, (20_000, 50), strict=True):
            rows = [
                {
                    "id": n,
                    "padding": "x" * 600,
                    "phone": f"+7 701 {n // 10000:03} {n // 100 % 100:02} {n % 100:02}",
                }
                for n in range(1, count + 1)
            ]
            for start in range(0, count, 5000):
                connection.execute(table.insert(), rows[start : start + 5000])
    return tables[0]


def messages(report: ScanReport) -> dict[str, str]:
    return {error.place: error.message for error in report.errors}


def at_page(place: str, act: Callable[[], None]) -> Callable[[str, int, int, str], None]:
    """Do something once, when the first page of a table has been read."""
    done: set[str] = set()

    def progress(where: str, units: int, total: int, unit: str) -> None:
        if where == place and place not in done:
            done.add(place)
            act()

    return progress


def test_a_killed_connection_leaves_what_was_read_and_the_next_table_is_read(
    engine: sa.Engine, big: sa.Table, cut_others: Callable[[sa.URL], None]
) -> None:
    report = scan_database(engine, OPTIONS, progress=at_page("big", lambda: cut_others(engine.url)))
    assert messages(report) == {"big": "the connection was lost"}
    found = {f.table: f.matched for f in report.findings}
    assert 0 < found["big"] < 20_000
    assert found["later"] == 50
    assert not report.complete


def test_a_table_dropped_before_its_turn_is_said(engine: sa.Engine, big: sa.Table) -> None:
    def drop() -> None:
        with engine.begin() as connection:
            connection.execute(sa.text("drop table later"))

    report = scan_database(engine, OPTIONS, progress=at_page("big", drop))
    assert messages(report) == {"later": "the table is no longer there"}
    assert {f.table for f in report.findings} == {"big"}


def test_a_lock_is_not_waited_for(engine: sa.Engine, big: sa.Table) -> None:
    with engine.connect() as holder:
        if engine.dialect.name == "postgresql":
            holder.execute(sa.text("lock table later in access exclusive mode"))
        else:
            holder.execute(sa.text("lock tables later write"))
        report = scan_database(engine, OPTIONS)
        holder.rollback()
        if engine.dialect.name != "postgresql":
            holder.execute(sa.text("unlock tables"))
    told = messages(report)
    assert told.pop("later") == "another transaction holds a lock on it"
    assert all(place.startswith("definitions ") for place in told)  # their texts lock the table too
    assert {f.table for f in report.findings} == {"big"}


def test_a_statement_that_takes_too_long_is_given_up(engine: sa.Engine, big: sa.Table) -> None:
    slow = "pg_sleep(0.01)" if engine.dialect.name == "postgresql" else "sleep(0.01)"
    with engine.begin() as connection:
        connection.execute(sa.text(f"create view slow as select id, phone, concat('', {slow}) as s from big"))
    limits = Limits(statement=0.6, lock=0.5)
    report = scan_database(
        engine, Options(entities=("KZ_PHONE",), sample=None, tables=("slow",), limits=limits)
    )
    assert messages(report) == {"slow": "the statement took longer than its limit"}


def test_a_table_without_permission_is_said(
    engine: sa.Engine, big: sa.Table, capsys: pytest.CaptureFixture[str]
) -> None:
    role = f"r_{engine.url.database}"
    name = engine.url.database
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(sa.text(f"create role {role} login"))
            connection.execute(sa.text(f"grant select on big to {role}"))
        else:
            connection.execute(sa.text(f"create user '{role}'@'%' identified by 'pass-1'"))
            connection.execute(sa.text(f"create user '{role}'@'localhost' identified by 'pass-1'"))
            for host in ("%", "localhost"):
                connection.execute(sa.text(f"grant select on `{name}`.big to '{role}'@'{host}'"))
                connection.execute(sa.text(f"grant insert on `{name}`.later to '{role}'@'{host}'"))
    url = engine.url.set(username=role, password="pass-1").render_as_string(hide_password=False)
    try:
        assert run(["scan", url, "--entities", "KZ_PHONE"]) == 4
        shown = capsys.readouterr()
        assert "later: permission denied" in shown.err
        assert "pass-1" not in shown.out + shown.err
    finally:
        with engine.begin() as connection:
            if engine.dialect.name == "postgresql":
                connection.execute(sa.text(f"drop owned by {role}"))
                connection.execute(sa.text(f"drop role {role}"))
            else:
                connection.execute(sa.text(f"drop user '{role}'@'%', '{role}'@'localhost'"))


def test_a_scan_beside_a_writer_is_complete(engine: sa.Engine, big: sa.Table) -> None:
    stop = threading.Event()
    writer_engine = database.open_engine(engine.url.render_as_string(hide_password=False))

    def write() -> None:
        number = 100_000
        while not stop.is_set():
            with writer_engine.begin() as connection:
                connection.execute(big.insert(), [{"id": number, "phone": "+7 702 000 00 01"}])
                connection.execute(
                    big.update().where(big.c.id == number % 20_000).values(phone="+7 705 000 00 01")
                )
                number += 1

    thread = threading.Thread(target=write)
    thread.start()
    try:
        report = scan_database(engine, OPTIONS)
    finally:
        stop.set()
        thread.join()
        writer_engine.dispose()
    found = {f.table: (f.matched, f.examined) for f in report.findings}
    assert report.complete
    assert found["big"][0] == found["big"][1] >= 20_000


def test_an_interrupt_leaves_a_report_of_what_was_read(engine: sa.Engine, big: sa.Table) -> None:
    def stop() -> None:
        raise KeyboardInterrupt

    report = scan_database(engine, OPTIONS, progress=at_page("big", stop))
    assert [e.message for e in report.errors] == ["interrupted before the end"]
    assert [f.table for f in report.findings] == ["big"]
    assert not report.complete


def test_nothing_can_be_written(engine: sa.Engine, big: sa.Table) -> None:
    from piiguard.read.session import reader

    with reader(engine, Limits()) as connection, pytest.raises(sa.exc.SQLAlchemyError):
        connection.execute(sa.text("insert into later values (1000, 'x')"))


def test_a_defect_of_ours_costs_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whoever can put something unforeseen into one file hides no other by it."""
    [number] = values("KZ_IIN", 1)

    def read_sheet(*_: object) -> None:
        raise ValueError(number)

    monkeypatch.setattr(sheet, "read_sheet", read_sheet)
    (tmp_path / "a.csv").write_text(f"iin\n{number}\n")
    (tmp_path / "b.log").write_text(f"ИИН {number}\n")
    code = run(["scan", str(tmp_path), "--format", "json"])
    said = capsys.readouterr()
    document = json.loads(said.out)
    [unread] = document["targets"][0]["unread"]
    assert unread["place"].endswith("a.csv")
    assert "ValueError at test_failures.py" in unread["reason"]
    assert [Path(each["file"]).name for each in document["findings"]] == ["b.log"]
    assert code == 4
    assert number not in said.out + said.err


class Ours(Exception):
    """An error of whoever calls."""


def test_what_a_caller_raises_reaches_the_caller(tmp_path: Path) -> None:
    (tmp_path / "b.log").write_text(f"ИИН {values('KZ_IIN', 1)[0]}\n")

    def raising(*_: object) -> None:
        raise Ours

    for given in ({"sink": raising}, {"progress": raising}):
        with pytest.raises(Ours):
            scan_log(str(tmp_path), **given)  # type: ignore[arg-type]
