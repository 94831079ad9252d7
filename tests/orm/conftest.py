"""One model with what most tests need: an indexed number, an e-mail address, a name, a plain column."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from piiguard.keys import Keyring
from piiguard.orm import BlindIndex, Encrypted


@pytest.fixture
def models(keyring: Keyring) -> SimpleNamespace:
    """A fresh declarative base with the class ``Student``."""

    class Base(DeclarativeBase):
        pass

    class Student(Base):
        __tablename__ = "students"
        id: Mapped[int] = mapped_column(primary_key=True)
        iin: Mapped[str | None] = mapped_column(
            Encrypted(sa.String(12), keyring=keyring, context="students.iin")
        )
        iin_index: Mapped[bytes | None] = mapped_column(BlindIndex("iin", normalizer="digits/2"), unique=True)
        email: Mapped[str | None] = mapped_column(
            Encrypted(sa.Text, keyring=keyring, context="students.email")
        )
        email_index: Mapped[bytes | None] = mapped_column(BlindIndex("email", normalizer="email"))
        email_domain: Mapped[bytes | None] = mapped_column(BlindIndex("email", normalizer="domain"))
        full_name: Mapped[str | None] = mapped_column(
            Encrypted(sa.String(200), keyring=keyring, context="students.full_name")
        )
        town: Mapped[str | None] = mapped_column(sa.String(50))

    return SimpleNamespace(Base=Base, Student=Student, table=Student.__table__)


@pytest.fixture
def engine(models: SimpleNamespace, any_database_url: str) -> Iterator[sa.Engine]:
    """SQLite, PostgreSQL and MariaDB in turn, with the table made."""
    engine = sa.create_engine(any_database_url)
    models.Base.metadata.create_all(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def lite(models: SimpleNamespace) -> Iterator[sa.Engine]:
    """SQLite in memory, for what does not depend on the database."""
    engine = sa.create_engine("sqlite://")
    models.Base.metadata.create_all(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def session(lite: sa.Engine) -> Iterator[Session]:
    with Session(lite) as session:
        yield session


@pytest.fixture
def raw() -> Callable[..., list[Any]]:
    """What the database holds in a column, around the types."""

    def read(connection: Any, column: str, table: str = "students") -> list[Any]:
        return [row[0] for row in connection.execute(sa.text(f"SELECT {column} FROM {table} ORDER BY id"))]

    return read
