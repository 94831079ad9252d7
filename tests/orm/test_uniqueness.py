"""Searching and uniqueness while an index key is rotated."""

from __future__ import annotations

from itertools import count
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from piiguard.keys import Keyring, change, transitions

FIRST, SECOND, THIRD = "050312300015", "010203300015", "090909400014"


@pytest.fixture
def rotating(session: Session, models: SimpleNamespace, keyring: Keyring, keyring_file: Path) -> Session:
    """Two rows under the first index key; the second one is primary."""
    session.add_all([models.Student(id=1, iin=FIRST), models.Student(id=2, iin=SECOND)])
    session.commit()
    change.apply(keyring_file, None, "add", lambda held, now: transitions.add(held, "index", now))
    change.apply(keyring_file, None, "promote", lambda held, now: transitions.promote(held, "index", 2, now))
    keyring.reload()
    return session


def test_rows_under_either_index_key_are_found(rotating: Session, models: SimpleNamespace, raw: Any) -> None:
    rotating.add(models.Student(iin=THIRD))
    rotating.commit()
    assert [index[:2] for index in raw(rotating, "iin_index")] == [b"\0\1", b"\0\1", b"\0\2"]
    query = sa.select(models.Student.iin).order_by(models.Student.id)
    everyone = models.Student.iin.in_([FIRST, THIRD])
    assert rotating.scalars(query.where(everyone)).all() == [FIRST, THIRD]
    assert rotating.scalars(query.where(models.Student.iin != FIRST)).all() == [SECOND, THIRD]


REPEATS = [
    lambda s, m: s.execute(sa.insert(m.table), [{"iin": THIRD}, {"iin": FIRST}]),
    lambda s, m: (s.add(m.Student(iin=FIRST)), s.flush()),
    lambda s, m: s.execute(sa.insert(m.table).values([{"iin": THIRD}, {"iin": FIRST}])),
    lambda s, m: s.execute(sa.update(m.Student).where(m.Student.id == 2).values(iin=FIRST)),
    lambda s, m: (s.get(m.Student, 2).__setattr__("iin", FIRST), s.flush()),
]


@pytest.mark.parametrize("write", REPEATS)
def test_a_value_that_is_there_under_the_old_key_is_a_repeat(
    rotating: Session, models: SimpleNamespace, write: Any
) -> None:
    with pytest.raises(sa.exc.IntegrityError, match="UNIQUE") as caught:  # the database's own words
        write(rotating, models)
    assert FIRST not in str(caught.value)


@pytest.mark.parametrize("write", REPEATS)
def test_a_repeat_is_refused_at_whatever_moment_the_next_key_is_noticed(
    rotating: Session, models: SimpleNamespace, keyring: Keyring, keyring_file: Path, write: Any
) -> None:
    """The keyring looks at its file at each use here, and the promotion comes at the first look, the second, …"""
    looks = Looks(keyring, keyring_file)
    for moment in count(1):
        looks.promote(1)
        keyring.reload()
        looks.promote_at(moment)
        with pytest.raises(sa.exc.IntegrityError, match="UNIQUE"):
            write(rotating, models)
        rotating.rollback()
        if not looks.over:
            break
    assert moment > 3


class Looks:
    """Counts how often a keyring looks at its file, and promotes the second index key at one of the times."""

    def __init__(self, keyring: Keyring, path: Path) -> None:
        self.path, self.over, self.left = path, False, 0
        file: Any = keyring._file
        self.stamp = file.stamp
        file.stamp = self.look
        keyring._interval = lambda: 0.0  # type: ignore[method-assign]
        keyring.due = 0.0

    def promote(self, number: int) -> None:
        change.apply(
            self.path, None, "promote", lambda held, now: transitions.promote(held, "index", number, now)
        )

    def promote_at(self, moment: int) -> None:
        self.over, self.left = False, moment

    def look(self) -> Any:
        self.left -= 1
        if self.left == 0:
            self.over = True
            self.promote(2)
        return self.stamp()


def test_a_row_may_be_given_its_own_value_again(rotating: Session, models: SimpleNamespace, raw: Any) -> None:
    rotating.execute(sa.update(models.Student).where(models.Student.id == 1).values(iin=FIRST))
    student = rotating.get(models.Student, 2)
    assert student is not None
    student.iin = THIRD
    rotating.flush()
    student.iin = SECOND
    rotating.commit()
    assert [index[:2] for index in raw(rotating, "iin_index")] == [b"\0\2", b"\0\2"]


def test_an_index_that_is_not_unique_takes_repeats(rotating: Session, models: SimpleNamespace) -> None:
    for _ in range(2):
        rotating.execute(sa.insert(models.table).values(email="a@example.kz"))
    found = rotating.scalars(sa.select(models.Student.id).where(models.Student.email == "a@example.kz"))
    assert len(found.all()) == 2
