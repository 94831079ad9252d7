"""What the jobs encrypt, the models read and find; what the models write, the jobs verify and rotate."""

from __future__ import annotations

import datetime as dt
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from piiguard.cli.main import run
from piiguard.keys import Keyring, change, transitions
from piiguard.orm import BlindIndex, Encrypted, fill_indexes
from piiguard.orm.manifest import protected_columns

FIRST, SECOND, THIRD = "050312300015", "010203300015", "090909400014"
BORN = dt.date(1905, 3, 12)

PLAIN = """
    CREATE TABLE students (
        id INTEGER PRIMARY KEY, iin VARCHAR(12), phone VARCHAR(30), born DATE, salary NUMERIC(10, 2)
    )
"""


@pytest.fixture
def student(keyring: Keyring) -> Any:
    class Base(DeclarativeBase):
        pass

    def encrypted(kind: Any, name: str) -> Any:
        return mapped_column(Encrypted(kind, keyring=keyring, context=f"students.{name}"))

    class Student(Base):
        __tablename__ = "students"
        id: Mapped[int] = mapped_column(primary_key=True)
        iin: Mapped[str | None] = encrypted(sa.String(12), "iin")
        iin_index: Mapped[bytes | None] = mapped_column(BlindIndex("iin", normalizer="digits"))
        phone: Mapped[str | None] = encrypted(sa.String(30), "phone")
        phone_index: Mapped[bytes | None] = mapped_column(BlindIndex("phone", normalizer="phone"))
        phone_last4: Mapped[bytes | None] = mapped_column(BlindIndex("phone", normalizer="last4"))
        born: Mapped[dt.date | None] = encrypted(sa.Date, "born")
        born_index: Mapped[bytes | None] = mapped_column(BlindIndex("born"))
        salary: Mapped[Any] = encrypted(sa.Numeric(10, 2), "salary")
        salary_index: Mapped[bytes | None] = mapped_column(BlindIndex("salary"))

    return Student


def test_jobs_and_models_agree(
    any_database_url: str, keyring_file: Path, tmp_path: Path, student: Any, keyring: Keyring
) -> None:
    engine = sa.create_engine(any_database_url)
    with engine.begin() as connection:
        connection.execute(sa.text(PLAIN))
        insert = sa.text("INSERT INTO students VALUES (:id, :iin, :phone, :born, :salary)")
        old = {"phone": "8 701 123 45 67", "born": str(BORN), "salary": "1000.50"}
        connection.execute(
            insert, [{"id": 1, "iin": FIRST, **old}, {"id": 2, "iin": SECOND, **old, "phone": None}]
        )
    manifest = tmp_path / "piiguard.toml"
    entries = protected_columns(student.metadata)
    manifest.write_text(f'[keyring]\npath = "{keyring_file}"\n\n' + "\n".join(e.to_toml() for e in entries))
    options = ["--manifest", str(manifest), "--keyring", str(keyring_file)]
    url = engine.url.render_as_string(hide_password=False)
    assert run(["encrypt", url, *options, "--yes"]) == 0
    with engine.begin() as connection:
        connection.execute(sa.text(f"ALTER TABLE students ADD COLUMN phone_last4 {_binary(engine)}"))
    assert fill_indexes(engine, student) == 1
    with Session(engine) as session:
        session.add(student(id=3, iin=THIRD, phone="+7 701 123 45 67", born=BORN, salary=7))
        session.commit()

        def found(condition: Any) -> list[int]:
            return list(session.scalars(sa.select(student.id).where(condition).order_by(student.id)))

        assert found(student.iin == FIRST) == [1]
        assert found(student.phone == "87011234567") == found(student.phone_last4 == "4567") == [1, 3]
        assert found(student.born == BORN) == [1, 2, 3]
        assert found(student.salary == 7) == [3]
        assert found(student.salary == 1000.5) == [1, 2]
        assert session.scalars(sa.select(student.salary).where(student.iin == FIRST)).one() * 2 == 2001
    assert run(["verify", url, *options]) == 0
    assert run(["status", url, *options]) == 0
    for kind in ("data", "index"):
        change.apply(keyring_file, None, "add", partial(_added, kind))
        change.apply(keyring_file, None, "promote", partial(_promoted, kind))
    keyring.reload()
    assert run(["rotate", url, *options]) == 0
    assert fill_indexes(engine, student) == 2
    assert fill_indexes(engine, student) == 0
    with Session(engine) as session:
        assert session.scalars(sa.select(student.id).where(student.iin == FIRST)).all() == [1]
        of_part = sa.select(student.phone_last4).where(student.phone_last4 == "4567")
        assert {bytes(index)[:2] for index in session.scalars(of_part)} == {b"\0\2"}
    assert run(["verify", url, *options]) == 0
    engine.dispose()


def _added(kind: str, held: Any, now: str) -> Any:
    return transitions.add(held, kind, now)


def _promoted(kind: str, held: Any, now: str) -> Any:
    return transitions.promote(held, kind, 2, now)


def _binary(engine: sa.Engine) -> str:
    return str(sa.LargeBinary(16).compile(dialect=engine.dialect))
