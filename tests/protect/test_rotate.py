"""Rows move to the primary key version and keep what they say."""

from __future__ import annotations

import dataclasses

import pytest
import sqlalchemy as sa

from piiguard.errors import JobError
from piiguard.protect.batches.pace import Limits, Pace
from piiguard.protect.census.counts import count_index_rows, count_rows
from piiguard.protect.jobs.encrypt import encrypt
from piiguard.protect.jobs.rotate import preview, rotate
from piiguard.protect.outcome import Outcome
from piiguard.protect.schema.tables import reflect

from .conftest import IIN, ITEMS, NOTE, PHONE, People, person


@pytest.fixture
def protected(people: People) -> People:
    people.fill(300)
    for item in ITEMS:
        encrypt(people.job(), item)
    return people


def turn_all(people: People, pace: Pace | None = None) -> list[Outcome]:
    return list(rotate(people.job(pace), ITEMS))


def data_id(people: People, version: int) -> int:
    return next(v.id for v in people.keyring.versions if (v.kind, v.version) == ("data", version))


def test_no_row_is_left_under_the_old_key_and_every_value_is_the_same(protected: People) -> None:
    protected.promote()
    turn_all(protected)
    assert count_rows(protected.engine, ITEMS, data_id(protected, 1)) == 0
    assert count_rows(protected.engine, ITEMS, data_id(protected, 2)) == 300 + 258 + 300
    for item in ITEMS:
        assert protected.opened(item) == {n: person(n)[item.column] for n in range(1, 301)}


def test_rows_under_several_old_versions_meet_in_the_newest(protected: People) -> None:
    protected.promote()
    turn_all(protected, Pace(Limits(max_minutes=1e-9)))
    protected.promote()
    turn_all(protected)
    assert count_rows(protected.engine, ITEMS, data_id(protected, 3)) == 858


def test_rotating_again_changes_nothing(protected: People) -> None:
    protected.promote()
    turn_all(protected)
    before = protected.rows()
    assert [found.tally.changed for found in turn_all(protected)] == [0]
    assert protected.rows() == before


def test_the_preview_counts_and_changes_nothing(protected: People) -> None:
    protected.promote()
    before = protected.rows()
    assert [found.left for found in preview(protected.engine, ITEMS, protected.keyring)] == [858]
    assert protected.rows() == before


def test_blind_indexes_follow_the_index_key(protected: People) -> None:
    protected.promote("index")
    assert protected.found(IIN, person(7)["iin"]) == [7]
    turn_all(protected)
    assert count_index_rows(protected.engine, ITEMS, 1) == 0
    assert count_index_rows(protected.engine, ITEMS, 2) == 300 + 258
    assert all(protected.found(IIN, person(n)["iin"]) == [n] for n in range(1, 301))


def test_a_row_that_does_not_open_is_counted_and_left_as_it_is(protected: People) -> None:
    with protected.engine.begin() as connection:
        table = reflect(connection, "people")
        stored: bytes = connection.scalars(sa.select(table.c.phone).where(table.c.id == 4)).one()
        broken = stored[:-1] + bytes([stored[-1] ^ 1])
        connection.execute(table.update().where(table.c.id == 4).values(phone=broken))
    protected.promote()
    outcome = turn_all(protected)[0]
    assert outcome.left == 1
    assert protected.rows()[3].phone == broken
    assert protected.opened(dataclasses.replace(IIN)) == {n: person(n)["iin"] for n in range(1, 301)}


def test_the_wrong_context_never_writes(protected: People) -> None:
    protected.promote()
    before = protected.rows()
    wrong = dataclasses.replace(PHONE, context="staff.phone")
    with pytest.raises(JobError, match="no value opens with this keyring"):
        list(rotate(protected.job(), [wrong]))
    assert protected.rows() == before


def test_a_stopped_run_goes_on_where_it_was(protected: People) -> None:
    protected.promote()
    batches = iter([False, True])
    pace = Pace(stop=lambda: next(batches, True))
    pace.size = 100
    first = turn_all(protected, pace)[0]
    assert first.paused
    second = turn_all(protected)[0]
    assert second.resumed
    assert first.tally.changed + second.tally.changed == 300
    assert count_rows(protected.engine, [NOTE], data_id(protected, 1)) == 0
