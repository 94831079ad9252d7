"""Rows of four encrypted columns: Core insert, add_all, ORM read, on SQLite and PostgreSQL."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column
from sqlalchemy_utils.types.encrypted.encrypted_type import FernetEngine, StringEncryptedType

from benchmarks.harness import Harness, Timing
from piiguard.keys import Keyring
from piiguard.orm import BlindIndex, Encrypted

COLUMNS = ("iin", "phone", "email", "full_name")
VALUES = ("050312300015", "+77011234567", "synaq.ulgi@example.kz", "Сынақов Үлгі Сынақұлы")
PLAIN = "plain text"
POSTGRESQL = "postgresql+psycopg://postgres@127.0.0.1:5432/postgres"


def model(name: str, types: dict[str, Any], indexed: bool = False) -> Any:
    """A mapped class with an integer key and four columns."""

    class Base(DeclarativeBase):
        pass

    members: dict[str, Any] = {"__tablename__": name, "id": mapped_column(sa.Integer, primary_key=True)}
    members |= {column: mapped_column(kind) for column, kind in types.items()}
    if indexed:
        members["iin_index"] = mapped_column(BlindIndex("iin", normalizer="digits"))
    members["__annotations__"] = {"id": Mapped[int]}
    return type(f"Row_{name}", (Base,), members)


def models(keyring: Keyring) -> dict[str, Any]:
    """What is compared; the last one carries a blind index as well."""

    def encrypted(table: str) -> dict[str, Any]:
        return {c: Encrypted(sa.Text, keyring=keyring, context=f"{table}.{c}") for c in COLUMNS}

    fernet = {c: StringEncryptedType(sa.Unicode, "a passphrase", FernetEngine) for c in COLUMNS}
    return {
        PLAIN: model("bench_plain", {c: sa.Text() for c in COLUMNS}),
        "piiguard": model("bench_ours", encrypted("bench_ours")),
        "piiguard and one blind index": model("bench_index", encrypted("bench_index"), indexed=True),
        "sqlalchemy-utils, Fernet": model("bench_fernet", fernet),
    }


def core_insert(engine: sa.Engine, kind: Any, rows: list[dict[str, str]]) -> None:
    with engine.begin() as connection:
        connection.execute(sa.insert(kind.__table__), rows)
        connection.rollback()


def add_all(engine: sa.Engine, kind: Any, rows: list[dict[str, str]]) -> None:
    with Session(engine) as session:
        session.add_all([kind(**row) for row in rows])
        session.flush()
        session.rollback()


def orm_read(engine: sa.Engine, kind: Any, rows: list[dict[str, str]]) -> None:
    with Session(engine) as session:
        found = session.scalars(sa.select(kind).limit(len(rows))).all()
        assert len(found) == len(rows)
        assert found[0].iin == VALUES[0]


STEPS: dict[str, tuple[Callable[..., None], int]] = {
    "Core insert": (core_insert, 2_000),
    "add_all": (add_all, 1_000),
    "ORM read": (orm_read, 2_000),
}
GOALS = {
    ("PostgreSQL", "Core insert"): "≤ 1.65x, ≤ 1.4x in batches",
    ("PostgreSQL", "add_all"): "≤ 1.15x",
    ("SQLite", "add_all"): "≤ 1.25x",
    ("PostgreSQL", "ORM read"): "≤ 2.3x",
}


def measure(harness: Harness, keyring: Keyring, folder: Path) -> None:
    """Write one section."""
    kinds, table = models(keyring), []
    for database, engine in engines(folder).items():
        for kind in kinds.values():
            kind.metadata.create_all(engine)
        try:
            for step, (run, size) in STEPS.items():
                rows = [dict(zip(COLUMNS, VALUES, strict=True)) for _ in range(harness.size(size))]
                if run is orm_read:
                    fill(engine, kinds, rows)
                timings = harness.interleave(
                    {n: partial(run, engine, kind, rows) for n, kind in kinds.items()}, rounds=11
                )
                table += [_row(database, step, name, timings, len(rows)) for name in kinds]
        finally:
            for kind in kinds.values():
                kind.metadata.drop_all(engine)
            engine.dispose()
    harness.section(
        "orm.rows",
        "ORM: rows with four encrypted columns",
        ["", "", "", "µs per row", "to plain text", "goal"],
        table,
        packages=["sqlalchemy", "psycopg", "sqlalchemy-utils"],
        notes="Processor time of the client, the least of 11 rounds; what a server spends is not in it.",
    )


def engines(folder: Path) -> dict[str, sa.Engine]:
    """SQLite, and PostgreSQL where one answers."""
    found = {"SQLite": sa.create_engine(f"sqlite:///{folder / 'bench.db'}")}
    url = os.environ.get("PIIGUARD_TEST_PG_URL", POSTGRESQL)
    server = sa.create_engine(url, connect_args={"connect_timeout": 2})
    try:
        server.connect().close()
    except sa.exc.SQLAlchemyError:
        print("no PostgreSQL answers: that half is left out")
        return found
    return {**found, "PostgreSQL": server}


def fill(engine: sa.Engine, kinds: dict[str, Any], rows: list[dict[str, str]]) -> None:
    for kind in kinds.values():
        with engine.begin() as connection:
            connection.execute(sa.insert(kind.__table__), rows)


def _row(database: str, step: str, name: str, timings: dict[str, Timing], rows: int) -> tuple[str, ...]:
    goal = GOALS.get((database, step), "") if name == "piiguard" else ""
    ratio = f"{timings[name].least / timings[PLAIN].least:.2f}x"
    return (database, step, name, f"{timings[name].least / rows * 1e6:,.1f}", ratio, goal)
