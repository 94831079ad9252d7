"""What docs/encryption.md and docs/threat-model.md say of a stored value, and no other test shows."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from piiguard.keys import Keyring
from piiguard.keys.envelope import from_text
from piiguard.orm import BlindIndex, Encrypted

FIRST, SECOND = "050312300015", "010203300015"


def stored(session: Session, column: str = "iin") -> list[bytes | None]:
    return list(session.execute(sa.text(f"SELECT {column} FROM students ORDER BY id")).scalars())


@pytest.fixture
def two(session: Session, models: SimpleNamespace) -> Session:
    session.add_all([models.Student(id=1, iin=FIRST), models.Student(id=2, iin=SECOND)])
    session.commit()
    return session


@pytest.mark.parametrize("text", ["", "Ү", "a" * 1_000])
def test_a_value_is_46_bytes_longer_than_its_plaintext_and_never_compressed(
    keyring: Keyring, text: str
) -> None:
    write = Encrypted(sa.Text, keyring=keyring, context="t.v").bind_processor(
        sa.create_engine("sqlite://").dialect
    )
    assert len(write(text)) == 46 + len(text.encode())


def test_the_text_form_is_the_same_envelope_a_third_longer(keyring: Keyring) -> None:
    kind = Encrypted(sa.Text, keyring=keyring, context="t.v", storage="text")
    text = kind.bind_processor(sa.create_engine("sqlite://").dialect)(FIRST)
    assert text.startswith("pg1.")
    assert len(from_text(text)) == 46 + len(FIRST)
    assert len(text) - len("pg1.") == -(-len(from_text(text)) * 4 // 3)


def test_whoever_writes_can_swap_two_rows_of_one_column_and_the_index_shows_it(
    two: Session, models: SimpleNamespace
) -> None:
    first, second = stored(two)
    change = sa.text("UPDATE students SET iin = :value WHERE id = :id")
    two.execute(change, [{"id": 1, "value": second}, {"id": 2, "value": first}])
    student = models.Student
    assert two.scalars(sa.select(student.iin).order_by(student.id)).all() == [SECOND, FIRST]
    indexes = two.scalars(sa.select(student.iin_index).order_by(student.id)).all()
    assert indexes == [BlindIndex.values(student.iin, value)[0] for value in (FIRST, SECOND)]


def test_whoever_writes_can_put_an_old_value_back(two: Session, models: SimpleNamespace) -> None:
    old = stored(two)[0]
    two.execute(sa.update(models.Student).where(models.Student.id == 1).values(iin="090909400014"))
    two.execute(sa.text("UPDATE students SET iin = :value WHERE id = 1"), {"value": old})
    assert two.scalars(sa.select(models.Student.iin).where(models.Student.id == 1)).all() == [FIRST]


def test_a_dump_shows_which_values_are_null_and_which_are_equal(
    session: Session, models: SimpleNamespace
) -> None:
    student = models.Student
    session.add_all(
        [student(id=number, email=value) for number, value in ((1, "a@b.kz"), (2, "A@b.kz"), (3, None))]
    )
    session.commit()
    first, second, third = stored(session, "email_index")
    assert (first == second, third) == (True, None)
    ciphers = stored(session, "email")
    assert (ciphers[0] == ciphers[1], ciphers[2]) == (False, None)


def test_a_unique_index_shows_that_a_row_changed_back(two: Session, models: SimpleNamespace) -> None:
    seen = []
    for value in (FIRST, "090909400014", FIRST):
        two.execute(sa.update(models.Student).where(models.Student.id == 1).values(iin=value))
        seen.append(stored(two, "iin_index")[0])
    assert seen[0] == seen[2] != seen[1]


def test_what_goes_around_the_types_is_plain(two: Session, models: SimpleNamespace) -> None:
    two.execute(sa.text("UPDATE students SET full_name = :value WHERE id = 1"), {"value": b"\xd2\xae"})
    assert stored(two, "full_name")[0] == b"\xd2\xae"
    assert (stored(two)[0] or b"").startswith(b"\xf9")
