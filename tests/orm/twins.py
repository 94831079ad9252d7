"""Two databases in which the same statements are executed: one with encrypted columns, one with plain ones."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import mysql, postgresql, sqlite
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from piiguard.keys import Keyring, change, transitions
from piiguard.keys.document import KeyVersion
from piiguard.orm import BlindIndex, Encrypted

_MANY = 40  # versions of keys, after which a new keyring is made
FIRST, SECOND = "050312300015", "010203300015"
VALUES = [FIRST, SECOND, "090909400014", None]
_numbers = itertools.count()
NAMES = ["Сынақов", "Үлгі", " Үлгі ", None]


class Side:
    """One of the two databases: its engine, its classes, and the counter behind its defaults."""

    def __init__(self, engine: sa.Engine, folder: Path | None = None) -> None:
        """With a folder for keyrings the columns are encrypted."""
        self.engine = engine
        self.folder = folder
        self.keyring: Keyring | None = None
        self.base: type[DeclarativeBase] | None = None
        self.classes: dict[str, Any] = {}
        self.counter: Iterator[int] = itertools.count()
        self.made = 0

    def begin(self) -> bool:
        """Empty tables and a keyring with one index key; whether the classes had to be made again."""
        self.counter = itertools.count()
        if self.base is not None and (self.keyring is None or len(self.keyring.versions) < _MANY):
            with self.engine.begin() as connection:
                for table in reversed(self.base.metadata.sorted_tables):
                    connection.execute(sa.delete(table))
            self._retire()
            return False
        self.made = next(_numbers)
        if self.folder is not None:
            path = self.folder / f"{self.made}.json"
            self.keyring = Keyring.create(path, [f"file:{self.folder}/wrapping.key"]).open()
        self.base = model(self)
        self.base.metadata.drop_all(self.engine)
        self.base.metadata.create_all(self.engine)
        return True

    def index_keys(self) -> list[KeyVersion]:
        """Under which rows may be found, the oldest first."""
        versions = self.keyring.versions if self.keyring else ()
        return [one for one in versions if one.kind == "index" and one.state in ("primary", "decrypt-only")]

    def _retire(self) -> None:
        """Leave the primary key only: no row is left under another."""
        if self.keyring is not None and (old := self.index_keys()[:-1]):
            for one in old:
                retire = partial(_retired, one.version)
                change.apply(self.keyring.path, None, "retire", retire)
            self.keyring.reload()

    def insert(self, name: str = "Person") -> Any:
        dialect = {"postgresql": postgresql, "sqlite": sqlite}.get(self.engine.dialect.name, mysql)
        return dialect.insert(self.classes[name].__table__)

    def token(self, context: Any) -> str:
        """A default that is another one each time, and looks at its row."""
        return f"{context.get_current_parameters()['id']}-{next(self.counter)}"


def _retired(version: int, held: Any, now: str) -> Any:
    return transitions.retire(held, "index", version, now)


def transactional(engine: sa.Engine) -> sa.Engine:
    """SQLite with savepoints that are ones: its driver would begin a transaction of its own."""

    @sa.event.listens_for(engine, "connect")
    def on_connect(connection: Any, record: Any) -> None:
        connection.isolation_level = None
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute("PRAGMA journal_mode = MEMORY")

    @sa.event.listens_for(engine, "begin")
    def on_begin(connection: Any) -> None:
        connection.exec_driver_sql("BEGIN")

    return engine


def model(side: Side) -> type[DeclarativeBase]:
    encrypts = side.keyring is not None

    class Base(DeclarativeBase):
        pass

    def column(kind: Any, context: str, more: Any = None, **options: Any) -> Any:
        if side.keyring is None:
            return mapped_column(kind, **options)
        return mapped_column(
            Encrypted(kind, keyring=side.keyring, context=context, **(more or {})), **options
        )

    class Person(Base):
        __tablename__ = "people"
        id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
        kind: Mapped[str] = mapped_column(sa.String(10), default="person")
        note: Mapped[str | None] = mapped_column(sa.String(200))
        iin: Mapped[str | None] = column(sa.String(12), "people.iin")
        name: Mapped[str | None] = column(sa.String(50), "people.name")
        town: Mapped[str | None] = column(sa.String(50), "people.town")
        if encrypts:
            iin_index: Mapped[bytes | None] = mapped_column(
                BlindIndex("iin", normalizer="digits"), unique=True
            )
            who: Mapped[bytes | None] = mapped_column(
                BlindIndex("name", "town", normalizer="exact/2", name="before")
            )
        else:
            __table_args__ = (sa.UniqueConstraint("iin"),)
        __mapper_args__ = {"polymorphic_on": "kind", "polymorphic_identity": "person"}  # noqa: RUF012

    class Student(Person):
        __tablename__ = "students"
        id: Mapped[int] = mapped_column(sa.ForeignKey("people.id"), primary_key=True)
        card: Mapped[str | None] = column(sa.String(60), "students.card", default=side.token)
        if encrypts:
            card_index: Mapped[bytes | None] = mapped_column(BlindIndex("card"))
        __mapper_args__ = {"polymorphic_identity": "student"}  # noqa: RUF012

    class Graduate(Student):
        __tablename__ = "graduates"
        id: Mapped[int] = mapped_column(sa.ForeignKey("students.id"), primary_key=True)
        thesis: Mapped[str | None] = mapped_column(sa.String(50))
        __mapper_args__ = {"polymorphic_identity": "graduate"}  # noqa: RUF012

    class Visit(Base):
        """Defaults of every kind, and the index before its source."""

        __tablename__ = "visits"
        id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
        if encrypts:
            code_index: Mapped[bytes | None] = mapped_column(BlindIndex("code"))
            gate_index: Mapped[bytes | None] = mapped_column(BlindIndex("gate"))
        code: Mapped[str | None] = column(sa.String(60), "visits.code", default=side.token)
        gate: Mapped[str | None] = column(sa.String(60), "visits.gate", insert_default="main")

    class Moving(Base):
        """Some of its rows are plaintext, written before the application knew of encryption."""

        __tablename__ = "moving"
        id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
        iin: Mapped[str | None] = column(sa.String(200), "moving.iin", {"storage": "text", "migrating": True})
        if encrypts:
            iin_index: Mapped[bytes | None] = mapped_column(BlindIndex("iin"), unique=True)
        else:
            __table_args__ = (sa.UniqueConstraint("iin"),)

    @sa.event.listens_for(Person.town, "set", retval=True, propagate=True)
    def stripped(target: Any, value: str | None, old: Any, initiator: Any) -> str | None:
        """A listener of the user's own that changes what is set."""
        return value.strip() if isinstance(value, str) else value

    side.classes = {one.__name__: one for one in (Person, Student, Graduate, Visit, Moving)}
    return Base


def holds(session: Session, kind: Any, value: str | None) -> bool:
    """Whether a row has this value."""
    return session.scalar(sa.select(kind.id).where(kind.iin == value)) is not None
