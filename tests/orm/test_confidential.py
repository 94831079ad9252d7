"""repr and pickles of mapped objects."""

from __future__ import annotations

import pickle
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from piiguard.keys import Keyring
from piiguard.orm import BlindIndex, Confidential, Encrypted, EncryptedColumnError

FIRST = "050312300015"


class Base(DeclarativeBase):
    pass


_LOADED: dict[str, Any] = {}


def person(keyring: Keyring) -> Any:
    """The class must be importable for pickle, and its keyring is made per test."""
    if "Person" not in _LOADED:

        class Person(Confidential, Base):
            __tablename__ = "people"
            id: Mapped[int] = mapped_column(primary_key=True)
            iin: Mapped[str | None] = mapped_column(Encrypted(sa.Text, keyring=keyring, context="people.iin"))
            iin_index: Mapped[bytes | None] = mapped_column(BlindIndex("iin"))
            town: Mapped[str | None]

        Person.__qualname__ = "Person"
        globals()["Person"] = _LOADED["Person"] = Person
    return _LOADED["Person"]


def test_repr_and_pickle_hold_no_encrypted_value(keyring: Keyring) -> None:
    kind = person(keyring)
    engine = sa.create_engine("sqlite://")
    Base.metadata.create_all(engine)
    with Session(engine) as session:
        one = kind(iin=FIRST, town="Семей")
        assert repr(one) == str(one) == "Person(iin=***, town='Семей')"
        with pytest.raises(EncryptedColumnError, match="unsaved values cannot be pickled"):
            pickle.dumps(one)
        session.add(one)
        session.commit()
        assert (one.iin, one.id) == (FIRST, 1)
        assert repr(one) == "Person(id=1, iin=***, town='Семей')"
        stream = pickle.dumps(one)
        assert FIRST.encode() not in stream
        one.town = "Арал"
        with pytest.raises(EncryptedColumnError, match="unsaved"):
            pickle.dumps(one)
        one.iin = None
        assert "iin=None" in repr(one)
    with Session(engine) as session:
        back = pickle.loads(stream)  # noqa: S301 - our own
        assert back.town == "Семей"
        session.add(back)
        assert back.iin == FIRST
    engine.dispose()
