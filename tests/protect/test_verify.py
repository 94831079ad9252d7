"""Every value is opened and every blind index recomputed; rows are named, values are not."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from piiguard.protect.jobs.encrypt import encrypt
from piiguard.protect.jobs.verify import Verified, verify
from piiguard.protect.schema.tables import reflect

from .conftest import IIN, ITEMS, PHONE, People, person


@pytest.fixture
def protected(people: People) -> People:
    people.fill(60)
    for item in ITEMS:
        encrypt(people.job(), item)
    return people


def check(people: People, sample: int | None = None) -> dict[str, Verified]:
    return {v.item.column: v for v in verify(people.job(), ITEMS, others=ITEMS, sample=sample)}


def change(people: People, **values: object) -> None:
    with people.engine.begin() as connection:
        table = reflect(connection, "people")
        connection.execute(table.update().where(table.c.id == 5).values(**values))


def test_a_sound_table_opens_whole(protected: People) -> None:
    found = check(protected)
    assert all(v.sound for v in found.values())
    assert {name: (v.opened, v.null) for name, v in found.items()} == {
        "iin": (60, 0),
        "phone": (52, 8),
        "note": (60, 0),
    }


def test_a_sample_is_as_large_as_was_asked(protected: People) -> None:
    assert {v.opened + v.null for v in check(protected, sample=10).values()} == {10}


def test_a_changed_byte_is_found(protected: People) -> None:
    stored: bytes = protected.rows()[4].iin
    change(protected, iin=stored[:-1] + bytes([stored[-1] ^ 1]))
    found = check(protected)["iin"]
    assert (found.sound, found.unreadable.keys, found.opened) == (False, ["5"], 59)


def test_a_value_moved_from_another_column_is_told_by_its_owner(protected: People) -> None:
    change(protected, phone=protected.rows()[4].iin)
    found = check(protected)["phone"]
    assert {owner: problem.keys for owner, problem in found.misplaced.items()} == {"people.iin": ["5"]}


def test_a_stale_or_missing_index_is_found(protected: People) -> None:
    rows = protected.rows()
    change(protected, phone_index=rows[0].phone_index, iin_index=None)
    found = check(protected)
    assert found["phone"].stale.keys == ["5"]
    assert found["iin"].stale.keys == ["5"]


def test_plaintext_is_counted_apart_from_damage(protected: People) -> None:
    change(protected, note="жаңа мәтін")
    found = check(protected)["note"]
    assert (found.sound, found.plain.keys) == (True, ["5"])


def test_a_key_that_looks_like_personal_data_is_masked(people: People) -> None:
    with people.engine.begin() as connection:
        connection.exec_driver_sql(
            "create table cards (iin varchar(12) not null primary key, iin2 varchar(60))"
        )
        connection.execute(sa.text("insert into cards values (:a, :b)"), {"a": person(1)["iin"], "b": "үлгі"})
    item = IIN.__class__("cards", "iin2", PHONE.context)
    (found,) = verify(people.job(), [item])
    assert found.plain.keys == ["05" + "*" * 10]
