"""``python benchmarks/orm/against.py CHECKOUT``: the ORM layer here against that of another checkout.

Two processes, one for each, take turns with every step, so that whatever else the machine does falls on both. The
figure is the ratio of the least processor times: other programs only add.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from statistics import median
from typing import Any

HERE = Path(__file__).parents[2]
COLUMNS = ("iin", "phone", "email", "full_name")


def steps(folder: Path) -> dict[str, Callable[[], None]]:
    """What is timed, on SQLite in memory; imports happen here, in the process of a checkout."""
    import sqlalchemy as sa
    from sqlalchemy.orm import DeclarativeBase, Session, mapped_column

    from piiguard.keys import Keyring
    from piiguard.orm import BlindIndex, Encrypted

    keyring = Keyring.create(folder / "keyring.json", [f"file:{folder / 'wrapping.key'}"]).open()

    class Base(DeclarativeBase):
        pass

    members: dict[str, Any] = {
        column: mapped_column(Encrypted(sa.Text, keyring=keyring, context=f"people.{column}"))
        for column in COLUMNS
    }
    members |= {"__tablename__": "people", "id": mapped_column(sa.Integer, primary_key=True)}
    members["iin_index"] = mapped_column(BlindIndex("iin", normalizer="digits"), unique=True)
    person: Any = type("Person", (Base,), members)
    engine = sa.create_engine("sqlite://")
    Base.metadata.create_all(engine)
    numbers = count(10**9)

    def rows(size: int) -> list[dict[str, Any]]:
        return [
            {
                "iin": f"05{next(numbers)}",
                "phone": "+77011234567",
                "email": "u@example.kz",
                "full_name": "Үлгі",
            }
            for _ in range(size)
        ]

    kept = rows(1_000)
    with Session(engine) as session:
        session.add_all([person(**row) for row in kept])
        session.commit()

    def flush() -> None:
        with Session(engine) as session:
            session.add_all([person(**row) for row in rows(1_000)])
            session.flush()

    def single_inserts() -> None:
        with Session(engine) as session:
            for row in rows(200):
                session.add(person(**row))
                session.flush()

    def core_insert() -> None:
        with engine.connect() as connection:
            connection.execute(sa.insert(person), rows(2_000))

    def single_core_inserts() -> None:
        with engine.connect() as connection:
            for row in rows(300):
                connection.execute(sa.insert(person), row)

    def flush_changes() -> None:
        with Session(engine) as session:
            for one, row in zip(session.scalars(sa.select(person).limit(500)), rows(500), strict=True):
                one.iin = row["iin"]
            session.flush()

    def read() -> None:
        with Session(engine) as session:
            assert len(session.scalars(sa.select(person)).all()) == len(kept)

    def search() -> None:
        with Session(engine) as session:
            for row in kept[:300]:
                assert session.scalar(sa.select(person.id).where(person.iin == row["iin"])) is not None

    made = (flush, single_inserts, core_insert, single_core_inserts, flush_changes, read, search)
    return {one.__name__.replace("_", " "): one for one in made}


def work() -> None:
    """Answer the name of a step by the seconds that it took."""
    with tempfile.TemporaryDirectory() as folder:
        found = steps(Path(folder))
        print("\t".join(found), flush=True)
        for line in sys.stdin:
            run = found[line.strip()]
            started = time.process_time()
            run()
            print(time.process_time() - started, flush=True)


@contextmanager
def worker(checkout: Path) -> Iterator[tuple[list[str], Callable[[str], float]]]:
    """A process that imports this checkout: its steps, and what runs one."""
    path = os.pathsep.join([str(checkout), *filter(None, [os.environ.get("PYTHONPATH")])])
    process = subprocess.Popen(
        [sys.executable, "-P", __file__, "--work"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": path},
        cwd=checkout,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    asked, told = process.stdin, process.stdout

    def run(name: str) -> float:
        print(name, file=asked, flush=True)
        return float(told.readline())

    try:
        yield told.readline().strip().split("\t"), run
    finally:
        asked.close()
        process.wait(timeout=60)


def compare(other: Path, rounds: int) -> None:
    """Print one line for each step."""
    with worker(other) as (_, old), worker(HERE) as (names, new):
        print(f"{'step':22}{'there, ms':>12}{'here, ms':>12}{'least':>9}{'median':>9}")
        for name in names:
            pairs = [(old(name), new(name)) for _ in range(rounds + 1)][1:]  # the first one fills caches
            there, here = [list(one) for one in zip(*pairs, strict=True)]
            ratio = f"{min(here) / min(there):8.2f}x{median(here) / median(there):8.2f}x"
            print(f"{name:22}{min(there) * 1e3:12.1f}{min(here) * 1e3:12.1f}{ratio}", flush=True)


def main() -> None:
    """Run what the command line says."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("checkout", type=Path, nargs="?", help="a checkout of the version to compare with")
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--work", action="store_true", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.work:
        work()
    elif chosen.checkout is None:
        parser.error("name a checkout")
    else:
        compare(chosen.checkout.resolve(), chosen.rounds)


if __name__ == "__main__":
    main()
