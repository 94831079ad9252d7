"""A scan that something cuts short ends with 4 and with a valid report of what was read: Ctrl-C, and what goes
wrong on a live server."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from piiguard import database
from piiguard.cli import scan_progress
from piiguard.cli.main import run
from piiguard.read import ranges
from piiguard.scan import pool, settle

ROWS = 12_000
pytestmark = pytest.mark.skipif(os.name != "posix", reason="signals are sent")
Hook = Callable[..., None]


@pytest.fixture
def when_begun(monkeypatch: pytest.MonkeyPatch) -> Hook:
    """Do something once, as soon as the first part of anything was read, or of one place."""

    def set_up(act: Callable[[], object], of: str = "") -> None:
        done: list[str] = []

        def progress(place: str, units: int, total: int, unit: str) -> None:
            if not done and of in ("", place):
                done.append(place)
                act()

        @contextmanager
        def hooked(name: Callable[[str], str]) -> Iterator[Callable[[str, int, int, str], None]]:
            yield progress

        monkeypatch.setattr(scan_progress, "scan_progress", hooked)

    return set_up


@pytest.fixture
def url(database_url: str) -> str:
    """A table of many pages, and a small one after it."""
    engine = database.open_engine(database_url)
    metadata = sa.MetaData()
    for name in ("big", "later"):
        columns = (
            sa.Column("id", sa.Integer, primary_key=True),
            sa.Column("phone", sa.String(40)),
            sa.Column("rest", sa.Text),
        )
        sa.Table(name, metadata, *columns)
    metadata.create_all(engine)
    with engine.begin() as connection:
        for table, count in zip(metadata.sorted_tables, (ROWS, 50), strict=True):
            numbers = range(1, count + 1)
            # more than what a server may have sent before it is noticed that nobody reads on
            rows = [
                {
                    "id": n,
                    "rest": "x" * 900,
                    "phone": f"+7 701 {n // 10000:03} {n // 100 % 100:02} {n % 100:02}",
                }
                for n in numbers
            ]
            connection.execute(table.insert(), rows)
            analyze = "analyze" if engine.dialect.name == "postgresql" else "analyze table"
            connection.execute(sa.text(f"{analyze} {table.name}"))
    engine.dispose()
    return database_url


def interrupt() -> None:
    os.kill(os.getpid(), signal.SIGINT)


def scanned(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
    assert run(["scan", *arguments, "--entities", "KZ_PHONE,KZ_IIN", "--format", "json"]) == 4
    shown = capsys.readouterr()
    document: dict[str, Any] = json.loads(shown.out)
    for error in document["errors"]:
        assert error["message"] in shown.err
    assert document["targets"][0]["complete"] is False
    return document


def messages(document: dict[str, Any]) -> dict[str, str]:
    return {error["place"]: error["message"] for error in document["errors"]}


@pytest.mark.parametrize("jobs", ["1", pytest.param("2", marks=pytest.mark.slow)])
def test_an_interrupt_of_a_file(
    tmp_path: Path,
    when_begun: Hook,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    jobs: str,
) -> None:
    monkeypatch.setattr(ranges, "LEAST", 1 << 20)
    log = tmp_path / "app.log"
    log.write_text("ИИН 050312300015\nпусто\n" * 100_000, encoding="utf-8")
    when_begun(interrupt)
    document = scanned(capsys, str(log), "--jobs", jobs)
    assert set(messages(document).values()) == {"interrupted before the end"}
    (finding,) = document["findings"]
    assert 0 < finding["matched"] < 100_000
    assert all(line % 2 for line in finding["lines"])
    assert 0 < document["targets"][0]["bytes_read"] < log.stat().st_size


@pytest.mark.slow
def test_an_interrupt_of_many_files(
    tmp_path: Path, when_begun: Hook, capsys: pytest.CaptureFixture[str]
) -> None:
    for number in range(60):
        (tmp_path / f"{number:02}.log").write_text("ИИН 050312300015\n" * 2000, encoding="utf-8")
    when_begun(interrupt)
    document = scanned(capsys, str(tmp_path), "--jobs", "2")
    assert "interrupted before the end" in messages(document).values()
    assert 0 < len(document["findings"]) < 60


@pytest.mark.parametrize("jobs", ["1", pytest.param("2", marks=pytest.mark.slow)])
def test_an_interrupt_of_a_database(
    url: str, when_begun: Hook, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], jobs: str
) -> None:
    monkeypatch.setattr(settle, "LARGE", 1000)
    when_begun(interrupt, "big")  # of two processes, the second may be done with the small one before
    document = scanned(capsys, url, "--full", "--jobs", jobs)
    assert set(messages(document).values()) == {"interrupted before the end"}
    found = {finding["table"]: finding["matched"] for finding in document["findings"]}
    assert 0 < found["big"] < ROWS


def test_a_killed_connection(
    url: str, when_begun: Hook, cut_others: Callable[[str], None], capsys: pytest.CaptureFixture[str]
) -> None:
    when_begun(lambda: cut_others(url))
    document = scanned(capsys, url, "--full")
    assert messages(document) == {"big": "the connection was lost"}
    found = {finding["table"]: finding["matched"] for finding in document["findings"]}
    assert 0 < found["big"] < ROWS
    assert found["later"] == 50


@pytest.mark.slow
def test_a_table_dropped_while_it_is_read(
    url: str, when_begun: Hook, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Ranges of keys are transactions of their own, so the drop comes between two of them."""
    monkeypatch.setattr(settle, "LARGE", 1000)
    run_pool = pool.run

    def in_two_goes(read: Any, tasks: Sequence[Any], jobs: int) -> Iterator[tuple[Any, Any]]:
        """Nobody is reading when the table goes, and nobody has read it all."""
        assert len(tasks) > 2
        yield from run_pool(read, tasks[:1], jobs)
        yield from run_pool(read, tasks[1:], jobs)

    monkeypatch.setattr(pool, "run", in_two_goes)
    when_begun(lambda: execute(url, "drop table big"))
    document = scanned(capsys, url, "--full", "--jobs", "2", "--tables", "big")
    assert messages(document) == {"big": "the table is no longer there"}
    (finding,) = document["findings"]
    assert 0 < finding["matched"] == finding["examined"] < ROWS


def test_a_table_dropped_before_its_turn(
    url: str, when_begun: Hook, capsys: pytest.CaptureFixture[str]
) -> None:
    when_begun(lambda: execute(url, "drop table later"))
    document = scanned(capsys, url, "--full")
    assert messages(document) == {"later": "the table is no longer there"}
    assert [finding["matched"] for finding in document["findings"]] == [ROWS]


def test_a_lock_that_is_not_given_up(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    engine = database.open_engine(url)
    postgresql = engine.dialect.name == "postgresql"
    with engine.connect() as holder:
        holder.execute(
            sa.text("lock table later in access exclusive mode" if postgresql else "lock tables later write")
        )
        document = scanned(capsys, url, "--full")
        holder.rollback()
        if not postgresql:
            holder.execute(sa.text("unlock tables"))
    engine.dispose()
    told = messages(document)
    assert told.pop("later") == "another transaction holds a lock on it"
    assert all(place.startswith("definitions ") for place in told)  # their texts lock the table too
    assert [finding["matched"] for finding in document["findings"]] == [ROWS]


def execute(url: str, statement: str) -> None:
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    with engine.begin() as connection:
        connection.execute(sa.text(statement))
