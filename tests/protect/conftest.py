"""A table of people in every database, and the means to look at it again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from piiguard.database import open_engine
from piiguard.keys import Keyring, change, transitions
from piiguard.manifest import ProtectedColumn
from piiguard.protect.batches.pace import Pace
from piiguard.protect.jobs.job import Job
from piiguard.protect.schema.tables import reflect
from piiguard.protect.seal import Seal

IIN = ProtectedColumn("people", "iin", "people.iin", index="iin_index", normalizer="digits")
PHONE = ProtectedColumn("people", "phone", "people.phone", index="phone_index", normalizer="phone")
NOTE = ProtectedColumn("people", "note", "people.note", storage="text")
ITEMS = (IIN, PHONE, NOTE)


def person(number: int) -> dict[str, Any]:
    return {
        "id": number,
        "iin": f"0503{number:08}",
        "phone": f"+7 701 {number:07}" if number % 7 else None,
        "note": f"Сынақов үлгі {number}",
    }


@dataclass
class People:
    """The table ``people`` and the keyring of one test."""

    engine: sa.Engine
    keyring: Keyring

    def job(self, pace: Pace | None = None, workers: int = 1) -> Job:
        return Job(self.engine, self.keyring, pace or Pace(), workers=workers)

    def fill(self, count: int, first: int = 1) -> None:
        with self.engine.begin() as connection:
            table = reflect(connection, "people")
            connection.execute(table.insert(), [person(n) for n in range(first, first + count)])

    def rows(self) -> list[Any]:
        with self.engine.connect() as connection:
            table = reflect(connection, "people")
            return list(connection.execute(sa.select(table).order_by(table.c.id)).all())

    def opened(self, item: ProtectedColumn) -> dict[int, Any]:
        """Every value of a column, decrypted, by id."""
        seal = Seal(self.keyring, item)
        return {row.id: seal.decrypt(getattr(row, item.column)) for row in self.rows()}

    def found(self, item: ProtectedColumn, value: str) -> list[int]:
        """The ids that the blind index finds for a value."""
        hashes = Seal(self.keyring, item).indexes(value)  # under each edition that the entry stands for
        with self.engine.connect() as connection:
            table = reflect(connection, "people")
            column = table.c[str(item.index)]
            return list(connection.scalars(sa.select(table.c.id).where(column.in_(hashes))))

    def stage(self, kind: str = "data") -> None:
        """Add a key version that nothing writes with yet."""
        path = self.keyring.path
        change.apply(path, None, "add", lambda held, now: transitions.add(held, kind, now))
        self.keyring.reload()

    def promote_staged(self, kind: str = "data") -> None:
        """Write with the newest key version."""
        number = max(v.version for v in self.keyring.versions if v.kind == kind)
        path = self.keyring.path
        change.apply(path, None, "promote", lambda held, now: transitions.promote(held, kind, number, now))
        self.keyring.reload()

    def promote(self, kind: str = "data") -> None:
        """Add a key version and write with it."""
        self.stage(kind)
        self.promote_staged(kind)


DDL = (
    "create table people (id integer not null primary key, iin varchar(12) not null unique,"
    " phone varchar(32), note varchar(200))"
)


@pytest.fixture
def make_people(keyring: Keyring) -> Iterator[Callable[[str], People]]:
    engines: list[sa.Engine] = []

    def make(url: str) -> People:
        engine = open_engine(url)
        engines.append(engine)
        with engine.begin() as connection:
            connection.exec_driver_sql(DDL)
        return People(engine, keyring)

    yield make
    for engine in engines:
        engine.dispose()


@pytest.fixture
def people(make_people: Callable[[str], People], any_database_url: str) -> People:
    """The table, empty, in each kind of database."""
    return make_people(any_database_url)


@pytest.fixture
def sqlite_people(make_people: Callable[[str], People], sqlite_url: str) -> People:
    """The table, empty, in SQLite."""
    return make_people(sqlite_url)


@pytest.fixture
def manifest_file(tmp_path: Path) -> Path:
    """A manifest of the three columns."""
    path = tmp_path / "piiguard.toml"
    path.write_text("\n".join(item.to_toml() for item in ITEMS), encoding="utf-8")
    return path
