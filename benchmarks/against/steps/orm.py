"""The ORM layer: rows of four encrypted columns, on SQLite in memory."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from itertools import count
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import DeclarativeBase, Session, mapped_column

from piiguard.keys import Keyring
from piiguard.orm import BlindIndex, Encrypted

normalizers: Any = import_module("piiguard.keys.normalizers")

COLUMNS = ("iin", "phone", "email", "full_name")
# The newest edition, as a model that was written for it says; without the number each write of a unique value
# looks for the older one first (docs/encryption.md).
DIGITS = normalizers.newest("digits") if hasattr(normalizers, "newest") else "digits"  # 0.1.0 had one edition


def steps(folder: Path) -> dict[str, Callable[[], object]]:
    """Each step by its name."""
    keyring = Keyring.create(folder / "keyring.json", [f"file:{folder / 'wrapping.key'}"]).open()

    class Base(DeclarativeBase):
        pass

    members: dict[str, Any] = {
        column: mapped_column(Encrypted(sa.Text, keyring=keyring, context=f"people.{column}"))
        for column in COLUMNS
    }
    members |= {"__tablename__": "people", "id": mapped_column(sa.Integer, primary_key=True)}
    members["iin_index"] = mapped_column(BlindIndex("iin", normalizer=DIGITS), unique=True)
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
