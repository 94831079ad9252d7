"""Rotation: two encrypted columns of a table re-encrypted, against SQL that encrypts nothing.

The limit is one ``UPDATE`` over the same rows and columns that only flips a byte. The other yardstick is the same
job with its batches written through SQLAlchemy Core, one statement per row.
"""

from __future__ import annotations

import os
import statistics
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa

from benchmarks.harness import Harness, Timing
from benchmarks.rotation.memory import peak_megabytes
from piiguard.database import open_engine
from piiguard.keys import Keyring, change, transitions
from piiguard.manifest import ProtectedColumn
from piiguard.protect.batches import run as batches
from piiguard.protect.batches.routes import CoreRoute
from piiguard.protect.jobs.job import Job
from piiguard.protect.jobs.rotate import rotate
from piiguard.protect.seal import Seal

SERVER = os.environ.get("PIIGUARD_TEST_PG_URL", "postgresql+psycopg://postgres@127.0.0.1:5432/postgres")
ITEMS = (ProtectedColumn("people", "iin", "people.iin"), ProtectedColumn("people", "phone", "people.phone"))
ROUNDS = int(os.environ.get("PIIGUARD_ROUNDS", "3"))
LIMIT = {
    "postgresql": "update people set iin = set_byte(iin, 45, 7), phone = set_byte(phone, 45, 7)",
    "sqlite": "update people set iin = cast(substr(iin, 1, 45) || x'07' || substr(iin, 47) as blob),"
    " phone = cast(substr(phone, 1, 45) || x'07' || substr(phone, 47) as blob)",
}


def run(harness: Harness) -> None:
    """Fill the table of the page."""
    with tempfile.TemporaryDirectory() as folder:
        keyring = _keyring(Path(folder))
        rows = []
        with _postgresql() as engine:
            rows += _compare(engine, keyring, harness.size(1_000_000), (1, 2))
        rows += _compare(_sqlite(Path(folder)), keyring, harness.size(200_000), (1,))
    harness.section(
        "rotation",
        "Rotation: 2 encrypted columns",
        ["database", "rows", "route", "rows/s", "ratio", "goal"],
        rows,
        packages=("sqlalchemy", "psycopg", "cryptography"),
        notes=f"Wall time, {_rounds()}; client and server share the machine's cores. "
        f"Load average at the end: {os.getloadavg()[0]:.0f}.",
    )


def _compare(engine: sa.Engine, keyring: Keyring, rows: int, workers: tuple[int, ...]) -> list[list[object]]:
    name = engine.dialect.name
    _promote(keyring, 1)
    _fill(engine, keyring, rows)
    _promote(keyring, 2)
    candidates: dict[str, Callable[[], None]] = {"limit": lambda: _sql(engine, LIMIT[name])}
    for count in workers:
        candidates[f"piiguard, {count}"] = lambda count=count: _rotate(engine, keyring, count)  # type: ignore[misc]
    candidates["Core executemany"] = lambda: _through_core(engine, keyring)
    seconds: dict[str, list[float]] = {label: [] for label in candidates}
    for _ in range(ROUNDS):
        for label, candidate in candidates.items():
            _ready(engine)
            started = time.perf_counter()
            candidate()
            seconds[label].append(time.perf_counter() - started)
    times = {label: Timing(statistics.median(s), min(s), max(s)) for label, s in seconds.items()}
    memory = [_memory(engine, keyring, size) for size in (rows // 10, rows)]
    return [*_lines(name, rows, times), *memory]


def _memory(engine: sa.Engine, keyring: Keyring, rows: int) -> list[object]:
    """The peak for so many rows: it must not grow with them."""
    peak = peak_megabytes(lambda: _rotate(engine, keyring, 1), lambda: _ready(engine, rows))
    return [engine.dialect.name, f"{rows:,}", "peak memory", f"{peak:.0f} MB", "", "150 MB"]


GOALS = {
    ("postgresql", "piiguard, 1"): "0.3 of the limit; 2.2 of Core",
    ("postgresql", "piiguard, 2"): "0.5 of the limit",
    ("sqlite", "piiguard, 1"): "2.5 of Core",
}


def _rounds() -> str:
    return "one round" if ROUNDS == 1 else f"medians of {ROUNDS} interleaved rounds"


def _lines(name: str, rows: int, times: dict[str, Timing]) -> list[list[object]]:
    found: list[list[object]] = []
    for label, timing in times.items():
        limit, core = (times[other].median / timing.median for other in ("limit", "Core executemany"))
        shown = f"{limit:.2f} of the limit; {core:.1f} of Core"
        speed = f"{rows / timing.median:,.0f}"
        found.append([name, f"{rows:,}", label, speed, shown, GOALS.get((name, label), "")])
    return found


def _keyring(folder: Path) -> Keyring:
    path = folder / "keyring.json"
    keyring = Keyring.create(path, [f"file:{folder / 'wrapping.key'}"]).open()
    change.apply(path, None, "add", lambda held, now: transitions.add(held, "data", now))
    keyring.reload()
    return keyring


def _promote(keyring: Keyring, number: int) -> None:
    if keyring.primary("data").version != number:
        path = keyring.path
        change.apply(path, None, "promote", lambda held, now: transitions.promote(held, "data", number, now))
        keyring.reload()


def _ready(engine: sa.Engine, rows: int = 2**31) -> None:
    """The first rows as they were made, under the first key."""
    _sql(engine, "drop table people")
    if engine.dialect.name == "postgresql":
        _sql(engine, f"create table people as select * from people_source where id <= {rows} order by id")
        _sql(engine, "alter table people add primary key (id)")
        _sql(engine, "vacuum analyze people")
    else:
        _create(engine, "people")
        _sql(engine, f"insert into people select * from people_source where id <= {rows}")


def _sql(engine: sa.Engine, statement: str) -> None:
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql(statement)


def _rotate(engine: sa.Engine, keyring: Keyring, workers: int) -> None:
    (outcome,) = rotate(Job(engine, keyring, workers=workers), ITEMS)
    assert outcome.left == 0
    assert outcome.tally.changed > 0


def _through_core(engine: sa.Engine, keyring: Keyring) -> None:
    chosen = batches.route_for
    batches.route_for = lambda connection, plan, ahead=False: CoreRoute(plan)
    try:
        _rotate(engine, keyring, 1)
    finally:
        batches.route_for = chosen


def _create(engine: sa.Engine, name: str) -> None:
    binary = "bytea" if engine.dialect.name == "postgresql" else "blob"
    _sql(engine, f"create table {name} (id integer primary key, iin {binary}, phone {binary}, note text)")


def _fill(engine: sa.Engine, keyring: Keyring, rows: int) -> None:
    for name in ("people", "people_source"):
        _create(engine, name)
    table = sa.Table("people_source", sa.MetaData(), autoload_with=engine)
    iin, phone = (Seal(keyring, item) for item in ITEMS)
    with engine.begin() as connection:
        for first in range(1, rows + 1, 10_000):
            numbers = range(first, min(first + 10_000, rows + 1))
            sealed = zip(
                numbers,
                iin.encrypt_many([f"05{n:010}" for n in numbers]),
                phone.encrypt_many([f"+7701{n:07}" for n in numbers]),
                strict=True,
            )
            connection.execute(
                table.insert(),
                [
                    {"id": n, "iin": a, "phone": b, "note": f"a few other words of row {n}"}
                    for n, a, b in sealed
                ],
            )


@contextmanager
def _postgresql() -> Iterator[sa.Engine]:
    name = f"piiguard_bench_{uuid.uuid4().hex[:8]}"
    admin = sa.create_engine(SERVER, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.exec_driver_sql(f"create database {name}")
    engine = open_engine(sa.make_url(SERVER).set(database=name).render_as_string(hide_password=False))
    try:
        yield engine
    finally:
        engine.dispose()
        with admin.connect() as connection:
            connection.exec_driver_sql(f"drop database {name} with (force)")
        admin.dispose()


def _sqlite(folder: Path) -> sa.Engine:
    path = folder / "bench.db"
    path.touch()
    engine = open_engine(f"sqlite:///{path}")
    _sql(engine, "pragma journal_mode = wal")
    return engine
