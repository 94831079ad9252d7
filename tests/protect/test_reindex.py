"""A UNIQUE blind index goes to the next key, and no value is ever there twice."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from piiguard.errors import JobError
from piiguard.protect.batches.pace import Limits, Pace
from piiguard.protect.census.counts import count_index_rows
from piiguard.protect.indexes.versions import unprepared
from piiguard.protect.jobs.encrypt import encrypt
from piiguard.protect.jobs.plan import plan_rotate
from piiguard.protect.jobs.rotate import preview, rotate
from piiguard.protect.outcome import Outcome
from piiguard.protect.schema.surroundings import all_triggers
from piiguard.protect.schema.tables import reflect
from piiguard.protect.seal import Seal

from .conftest import IIN, People, person

ROWS = 120


@pytest.fixture
def protected(people: People) -> People:
    people.fill(ROWS)
    encrypt(people.job(), IIN)
    return people


def turn(people: People, pace: Pace | None = None) -> list[Outcome]:
    return [found for found in rotate(people.job(pace), [IIN]) if found.columns == ("iin_index",)]


def write(people: People, number: int, value: str, version: int, *, insert: bool = True) -> None:
    """A row as an application writes it that does not look whether the value is there."""
    seal = Seal(people.keyring, IIN)
    index = seal.index_under(version)(value)
    with people.engine.begin() as connection:
        table = reflect(connection, "people")
        values: dict[str, Any] = {"iin": seal.encrypt(value), "iin_index": index}
        if insert:
            connection.execute(table.insert().values(id=number, **values))
        else:
            connection.execute(table.update().where(table.c.id == number).values(**values))


def shape(people: People) -> Any:
    with people.engine.connect() as connection:
        table = reflect(connection, "people")
        indexes = sa.inspect(connection).get_indexes("people")
        names = sorted(
            (str(found["name"]), tuple(found["column_names"]), found["unique"]) for found in indexes
        )
        return [*table.c.keys()], names, all_triggers(connection, table)


def all_found(people: People) -> None:
    index = people.keyring.index(IIN.context, "iin_index", "digits")
    wanted = {found: n for n in range(1, ROWS + 1) for found in index.candidates(person(n)["iin"])}
    with people.engine.connect() as connection:
        table = reflect(connection, "people")
        rows = connection.execute(
            sa.select(table.c.id, table.c.iin_index).where(table.c.iin_index.in_(list(wanted)))
        ).all()
    assert {row.id: wanted[bytes(row.iin_index)] for row in rows} == {n: n for n in range(1, ROWS + 1)}
    assert len(rows) == ROWS


def test_the_database_refuses_a_value_under_either_key_while_the_next_is_staged(protected: People) -> None:
    before = shape(protected)
    protected.stage("index")
    (prepared,) = turn(protected)
    assert (prepared.kind, prepared.tally.changed) == ("prepared", ROWS)
    assert turn(protected) == []
    all_found(protected)
    for version in (1, 2):
        with pytest.raises(DBAPIError, match=r"(?i)unique|duplicate"):
            write(protected, 900 + version, person(5)["iin"], version)
    protected.promote_staged("index")
    with pytest.raises(DBAPIError, match=r"(?i)unique|duplicate"):
        write(protected, 910, person(6)["iin"], 2)
    write(protected, 911, "050399999911", 2)
    write(protected, 7, "050399999907", 2, insert=False)
    (done,) = turn(protected)
    assert (done.kind, done.left) == ("index", 0)
    assert shape(protected) == before
    assert count_index_rows(protected.engine, [IIN], 2) == ROWS + 1
    assert protected.found(IIN, "050399999907") == [7]
    assert protected.found(IIN, person(8)["iin"]) == [8]
    with pytest.raises(DBAPIError, match=r"(?i)unique|duplicate"):
        write(protected, 912, person(6)["iin"], 2)


def test_an_application_that_still_writes_under_the_old_key_is_followed(protected: People) -> None:
    protected.stage("index")
    turn(protected)
    protected.promote_staged("index")
    write(protected, 3, "050399999903", 1, insert=False)
    write(protected, 900, "050399999900", 1)
    (done,) = turn(protected)
    assert done.left == 0
    assert protected.found(IIN, "050399999903") == [3]
    assert count_index_rows(protected.engine, [IIN], 1) == 0


def test_a_key_that_was_promoted_at_once_is_rotated_as_well(protected: People) -> None:
    protected.promote("index")
    write(protected, 900, "050399999900", 2)
    assert [found.left for found in preview(protected.engine, [IIN], protected.keyring)] == [0, ROWS]
    (done,) = turn(protected)
    assert (done.tally.changed, done.left) == (ROWS, 0)
    all_found(protected)


def test_two_rows_that_came_in_under_two_keys_are_told_by_their_keys(protected: People) -> None:
    protected.promote("index")
    write(protected, 900, person(5)["iin"], 2)
    with pytest.raises(JobError, match=r"the rows (5 and 900|900 and 5) have the same value") as caught:
        turn(protected)
    assert person(5)["iin"] not in str(caught.value)
    write(protected, 900, "050399999900", 2, insert=False)
    (done,) = turn(protected)
    assert done.left == 0


def test_values_are_found_at_every_moment(protected: People) -> None:
    protected.stage("index")
    pace = Pace(Limits())
    pace.size = 30
    for _ in range(40):
        batches = iter([False] * 5)
        pace.stop = lambda batches=batches: next(batches, True)  # type: ignore[misc]
        done = turn(protected, pace)
        all_found(protected)
        if done and done[0].kind == "prepared":
            protected.promote_staged("index")
        if done and not done[0].paused and done[0].kind == "index":
            break
    assert count_index_rows(protected.engine, [IIN], 2) == ROWS


def test_a_newer_key_takes_over_an_unfinished_rotation(protected: People) -> None:
    before = shape(protected)
    protected.promote("index")
    turn(protected, Pace(Limits(max_minutes=1e-9)))
    protected.promote("index")
    (done,) = turn(protected)
    assert done.left == 0
    assert shape(protected) == before
    all_found(protected)


def test_it_is_known_whether_a_key_may_be_promoted(protected: People) -> None:
    protected.stage("index")
    with protected.engine.connect() as connection:
        assert list(unprepared(connection, [IIN], 2)) == ["people.iin_index"]
    turn(protected)
    with protected.engine.connect() as connection:
        assert list(unprepared(connection, [IIN], 2)) == []


def test_the_plan_has_every_statement(protected: People) -> None:
    protected.stage("index")
    stages = {stage.name: "; ".join(stage.statements) for stage in plan_rotate(protected.job(), [IIN])}
    assert [*stages] == [
        "rotate",
        "shadow-expand",
        "shadow-fill",
        "shadow-promote",
        "shadow-copy",
        "shadow-contract",
    ]
    assert "UNIQUE INDEX" in stages["shadow-expand"]
    assert "TRIGGER" in stages["shadow-expand"]
    assert "DROP COLUMN" in stages["shadow-contract"]
