"""A synthetic school to try everything on: an SQLite database and an application log.

Nobody in it exists: names are invented, births lie in 1900-1909, numbers are generated with right check
digits, cards are of the ranges that payment processors publish for tests.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from pathlib import Path

from piiguard.demo.database import write_database
from piiguard.demo.log import write_log
from piiguard.demo.people import People

__all__ = ["Demo", "write_demo"]

SEED = 1905


@dataclass(frozen=True, slots=True)
class Demo:
    """What was written; ``rows`` counts those of all tables."""

    database: Path
    log: Path
    models: Path
    rows: int
    lines: int


def write_demo(directory: Path, *, scale: float = 1.0) -> Demo:
    """Write ``crm.db``, ``app.log`` and ``models.py``; the same bytes of data at every run.

    Raises: :class:`FileExistsError` when one of them is there already.
    """
    directory.mkdir(parents=True, exist_ok=True)
    people = People(random.Random(SEED))  # noqa: S311 - reproducible on purpose, and nothing here is secret
    database, log, models = (directory / name for name in ("crm.db", "app.log", "models.py"))
    for path in (database, log, models):
        path.touch(exist_ok=False)
    rows = write_database(database, people, scale=scale)
    lines = write_log(log, people, scale=scale)
    models.write_text((Path(__file__).with_name("models.txt")).read_text(encoding="utf-8"), encoding="utf-8")
    return Demo(database, log, models, rows, lines)
