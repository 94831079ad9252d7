"""Mapped attributes: checked when set, their indexes at once beside them."""

from __future__ import annotations

import dataclasses
import pickle
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import (
    DeclarativeBase,
    Mapped,
    MappedAsDataclass,
    Session,
    column_property,
    declared_attr,
    mapped_column,
)

from piiguard.keys import Keyring
from piiguard.orm import BlindIndex, Encrypted, EncryptedColumnError

FIRST, SECOND = "050312300015", "010203300015"


def test_the_index_is_the_hash_before_the_flush(session: Session, models: SimpleNamespace) -> None:
    student = models.Student(iin=FIRST)
    assert student.iin_index == BlindIndex.values(models.Student.iin, FIRST)[0]
    student.iin = None
    assert student.iin_index is None
    student.iin = sa.null()
    assert student.iin_index is None


def test_a_refused_value_is_refused_where_it_is_set(models: SimpleNamespace) -> None:
    with pytest.raises(EncryptedColumnError, match=r"students.iin: a value is refused"):
        models.Student(iin="0" * 13)
    with pytest.raises(EncryptedColumnError, match=r"students.iin .*set to an SQL expression"):
        models.Student(iin=sa.func.lower("x"))


def test_the_index_cannot_be_set_to_a_value(models: SimpleNamespace) -> None:
    with pytest.raises(EncryptedColumnError, match=r"students.iin_index is a blind index") as caught:
        models.Student(iin_index=FIRST)
    assert FIRST not in str(caught.value)
    student = models.Student(iin=FIRST)
    student.iin_index = None  # a dataclass does that with its default
    assert student.iin_index == BlindIndex.values(models.Student.iin, FIRST)[0]


def test_the_index_column_refuses_text_in_core(session: Session, models: SimpleNamespace) -> None:
    with pytest.raises(EncryptedColumnError, match="assigned by hand") as caught:
        session.execute(sa.insert(models.table), [{"iin_index": FIRST}])
    assert FIRST not in str(caught.value)


def test_an_update_changes_the_index_in_memory_too(session: Session, models: SimpleNamespace) -> None:
    student = models.Student(iin=FIRST, town="Арал")
    session.add(student)
    session.flush()
    session.execute(
        sa.update(models.Student).where(models.Student.iin == FIRST).values(iin=SECOND),
        execution_options={"synchronize_session": "evaluate"},
    )
    assert student.iin == SECOND
    assert student.iin_index == BlindIndex.values(models.Student.iin, SECOND)[0]
    session.execute(
        sa.update(models.Student).where(models.Student.iin == SECOND).values(town="Семей"),
        execution_options={"synchronize_session": "evaluate"},
    )
    assert student.town == "Семей"


def test_objects_are_pickled_without_keys(session: Session, models: SimpleNamespace) -> None:
    student = models.Student(iin=FIRST)
    assert b"wrapping" not in _state_pickle(student)


def _state_pickle(student: Any) -> bytes:
    return pickle.dumps({key: value for key, value in vars(student).items() if key != "_sa_instance_state"})


def test_a_dataclass_takes_its_index_from_the_source(keyring: Keyring) -> None:
    class Base(MappedAsDataclass, DeclarativeBase):
        pass

    class Person(Base):
        __tablename__ = "people"
        id: Mapped[int] = mapped_column(init=False, primary_key=True)
        iin: Mapped[str] = mapped_column(
            Encrypted(sa.Text, keyring=keyring, context="people.iin"), repr=False
        )
        iin_index: Mapped[bytes | None] = mapped_column(BlindIndex("iin"), default=None, repr=False)

    person = Person(iin=FIRST)
    assert person.iin_index == BlindIndex.values(Person.iin, FIRST)[0]
    assert FIRST not in repr(person)
    assert {field.name for field in dataclasses.fields(person)} == {"id", "iin", "iin_index"}
    engine = sa.create_engine("sqlite://")
    Base.metadata.create_all(engine)
    with Session(engine) as session:
        session.add(person)
        session.commit()
        assert session.scalars(sa.select(Person).where(Person.iin == FIRST)).one() is person
    engine.dispose()


def test_mixins_and_subclasses_keep_their_indexes(keyring: Keyring) -> None:
    class Base(DeclarativeBase):
        pass

    class HasPhone:
        phone: Mapped[str | None] = mapped_column(
            Encrypted(sa.String(20), keyring=keyring, context="people.phone")
        )
        phone_index: Mapped[bytes | None] = mapped_column(BlindIndex("phone", normalizer="phone"))

        @declared_attr.directive
        def __tablename__(cls) -> str:
            return "people"

    class Person(HasPhone, Base):
        id: Mapped[int] = mapped_column(primary_key=True)
        kind: Mapped[str] = mapped_column(sa.String(10))
        __mapper_args__ = {"polymorphic_on": "kind", "polymorphic_identity": "person"}  # noqa: RUF012

        @hybrid_property
        def reachable(self) -> bool:
            return self.phone is not None

        @reachable.inplace.expression
        @classmethod
        def _reachable(cls) -> sa.ColumnElement[bool]:
            return cls.phone.is_not(None)

    class Teacher(Person):  # its own table
        __tablename__ = "teachers"
        id: Mapped[int] = mapped_column(sa.ForeignKey("people.id"), primary_key=True)
        card: Mapped[str | None] = mapped_column(Encrypted(sa.Text, keyring=keyring, context="teachers.card"))
        card_index: Mapped[bytes | None] = mapped_column(BlindIndex("card", normalizer="digits"))
        card_last4: Mapped[bytes | None] = mapped_column(BlindIndex("card", normalizer="last4"))
        __mapper_args__ = {"polymorphic_identity": "teacher"}  # noqa: RUF012

    class Guardian(Person):  # of the same table
        __tablename__ = None  # type: ignore[assignment]
        __mapper_args__ = {"polymorphic_identity": "guardian"}  # noqa: RUF012

    Person.has_row = column_property(Person.id > 0)
    engine = sa.create_engine("sqlite://")
    Base.metadata.create_all(engine)
    with Session(engine) as session:
        session.add(Teacher(phone="+7 701 123 45 67", card="4400 4301 0000 0001"))
        session.add(Guardian(phone="8 701 123 45 68"))
        session.add(Person())
        session.commit()
        query = sa.select(Person).where(Person.phone == "87011234567")
        assert isinstance(session.scalars(query).one(), Teacher)
        assert session.scalars(sa.select(Teacher).where(Teacher.card_last4 == "0001")).one()
        assert session.scalars(sa.select(Teacher).where(Teacher.phone == "+77011234567")).one()
        assert session.scalars(sa.select(Guardian).where(Guardian.phone == "7011234568")).one()
        assert len(session.scalars(sa.select(Person).where(Person.reachable)).all()) == 2
        teacher = session.scalars(sa.select(Teacher)).one()
        teacher.card, teacher.phone = "4400 4301 0000 0002", None
        session.commit()
        assert session.scalars(sa.select(Teacher).where(Teacher.card_last4 == "0002")).one()
        assert not session.scalars(query).all()
    engine.dispose()


def test_an_attribute_may_be_named_unlike_its_column(keyring: Keyring) -> None:
    class Base(DeclarativeBase):
        pass

    class Person(Base):
        __tablename__ = "people"
        key: Mapped[int] = mapped_column("id", primary_key=True)
        number: Mapped[str] = mapped_column("iin", Encrypted(sa.Text, keyring=keyring, context="people.iin"))
        number_hash: Mapped[bytes | None] = mapped_column("iin_index", BlindIndex("iin"))

    engine = sa.create_engine("sqlite://")
    Base.metadata.create_all(engine)
    with Session(engine) as session:
        person = Person(number=FIRST)
        assert person.number_hash
        session.add(person)
        session.commit()
        person.number = SECOND
        session.commit()
        assert session.scalars(sa.select(Person).filter_by(number=SECOND)).one() is person
    engine.dispose()
