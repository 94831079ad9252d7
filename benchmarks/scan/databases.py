"""A full scan of a PostgreSQL table against merely streaming its rows into Python columns, on one core."""

from __future__ import annotations

import os
import random
import resource
import time
from collections.abc import Callable, Iterator
from typing import Any

import sqlalchemy as sa

from benchmarks.harness import Harness
from piiguard import database
from piiguard.read import pages
from piiguard.recognizers.checks import identifier
from piiguard.scan import Options, scan_database
from piiguard.scan.options import Limits

URL = os.environ.get("PIIGUARD_TEST_PG_URL", "postgresql+psycopg://postgres@127.0.0.1:5432/postgres")
COLUMNS = ("iin", "full_name", "phone", "email", "address", "note")
NUMBERS = ("KZ_IIN", "KZ_BIN", "KZ_PHONE", "EMAIL_ADDRESS", "CREDIT_CARD", "IBAN_CODE")
NAMES = (
    "Сынақов Үлгі Мысалұлы",
    "Мысалова Айгүл",
    "Үлгібаев Нұрлан Серікұлы",
    "Сынақова Анна Петровна",
    "Үлгіқызы Дана",
)
STREETS = ("ул. Абая", "пр. Достық", "Абай көшесі", "ул. Сәтбаева")
NOTES = (
    "звонить после шести, код домофона 12", "доставлено", "просит счёт на почту", "оплата по частям, договор 4471",
    "жауап күтеміз", "повторный заказ, скидка 5 %", "перенести на вторник",
)  # fmt: skip


def rows(count: int) -> Iterator[tuple[str, ...]]:
    """Synthetic customers: births of 1900-1909, invented names."""
    dice = random.Random(8)
    for number in range(count):
        body = (
            f"0{dice.randrange(10)}{dice.randrange(1, 13):02}{dice.randrange(1, 29):02}3{number % 10000:04}"
        )
        check = identifier.check_digit(body)
        # hardly a note stands twice in a page: what repeats is searched once
        note = (
            f"{dice.choice(NOTES)}, визит {number % 9973}"
            if number % 100
            else f"ИИН {body}{check or 0} уточнён"
        )
        yield (
            f"{body}{check or 0}", dice.choice(NAMES), f"+7 701 {number % 1000:03} {number % 100:02} 00",
            f"user{number}@example.kz", f"г. Алматы, {dice.choice(STREETS)}, д. {number % 90 + 1}, кв. {number % 70}", note,
        )  # fmt: skip


def filled(engine: sa.Engine, count: int) -> None:
    """The table ``piiguard_bench.customers``, made anew."""
    with engine.begin() as connection:
        connection.execute(sa.text("drop schema if exists piiguard_bench cascade"))
        connection.execute(sa.text("create schema piiguard_bench"))
        columns = ", ".join(f"{name} text" for name in COLUMNS)
        connection.execute(
            sa.text(f"create unlogged table piiguard_bench.customers (id bigserial primary key, {columns})")
        )
        cursor = connection.connection.cursor()
        with cursor.copy(f"copy piiguard_bench.customers ({', '.join(COLUMNS)}) from stdin") as copy:
            for row in rows(count):
                copy.write_row(row)
    with engine.begin() as connection:
        connection.execute(sa.text("analyze piiguard_bench.customers"))


def stream(engine: sa.Engine) -> int:
    """Every row into Python, a page at a time, by its columns."""
    total = 0
    columns: list[sa.ColumnElement[Any]] = [sa.column(name) for name in COLUMNS]
    query = sa.select(*columns).select_from(sa.table("customers", schema="piiguard_bench"))
    with engine.connect() as connection:
        for page in pages.pages(connection, query, ["long"] * len(columns)):
            total += len(page[0])
    return total


def scan(engine: sa.Engine, entities: tuple[str, ...] | None) -> Callable[[], object]:
    """The same rows, searched."""
    options = Options(entities=entities, sample=None, tables=("piiguard_bench.*",), limits=Limits(0))

    def run() -> object:
        report = scan_database(engine, options)
        assert report.complete
        return report

    return run


def run(harness: Harness) -> None:
    """Measure in processor time of this process: the server's share is the same for all."""
    count = harness.size(1_000_000)
    engine = database.open_engine(URL)
    filled(engine, count)
    try:
        candidates: dict[str, Callable[[], object]] = {
            "stream the rows": lambda: stream(engine),
            "scan, numbers and addresses of mail": scan(engine, NUMBERS),
            "scan, everything": scan(engine, None),
        }
        spent = harness.interleave(candidates, rounds=3, clock=time.process_time)
        base = spent["stream the rows"]
        table = [
            (name, f"{t.median:.1f} s", f"{count / t.median:,.0f}", f"{1 / t.ratio(base):.2f}x", "≥ 0.25x" if name != "stream the rows" else "")
            for name, t in spent.items()
        ]  # fmt: skip
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        harness.section(
            "scan.databases", f"Scan of PostgreSQL, {count:,} rows of six text columns, `--full`, one core",
            ["work", "processor time", "rows/s", "speed against streaming", "goal"], table,
            packages=["psycopg", "sqlalchemy", "presidio-analyzer", "hyperscan"],
            notes=f"Peak memory of the process: {peak:.0f} MB (goal ≤ 300 MB, whatever the number of rows).",
        )  # fmt: skip
    finally:
        with engine.begin() as connection:
            connection.execute(sa.text("drop schema piiguard_bench cascade"))
        engine.dispose()
