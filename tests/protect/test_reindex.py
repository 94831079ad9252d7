"""A UNIQUE blind index goes to the next key, and no value is ever there twice."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from piiguard import clock
from piiguard.errors import JobError
from piiguard.keys.heartbeat import Beat, FileHeartbeat
from piiguard.protect.batches.pace import Limits, Pace
from piiguard.protect.census import followers
from piiguard.protect.census.counts import count_index_rows
from piiguard.protect.indexes.versions import unprepared
from piiguard.protect.jobs.encrypt import encrypt
from piiguard.protect.jobs.plan import plan_rotate
from piiguard.protect.jobs.rotate import preview, rotate
from piiguard.protect.outcome import Outcome
from piiguard.protect.schema.surroundings import all_triggers
from piiguard.protect.schema.tables import reflect
from piiguard.protect.seal import Seal
from piiguard.protect.transient import is_transient

from .conftest import IIN, PHONE, People, person

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


@pytest.mark.parametrize("condition", ["note like 'Сын%'", "id < 1000 and note is not null"])
def test_what_is_unique_among_some_rows_stays_so_under_either_key(
    sqlite_people: People, condition: str, make_people: Any, postgresql_url: str
) -> None:
    for people in (sqlite_people, make_people(postgresql_url)):
        people.fill(ROWS)
        encrypt(people.job(), PHONE)
        with people.engine.begin() as connection:
            made = f"create unique index ux_some on people (phone_index) where {condition}"
            connection.exec_driver_sql(made if people is sqlite_people else made.replace("%", "%%"))
        before = shape(people)
        people.stage("index")
        list(rotate(people.job(), [PHONE]))
        people.promote_staged("index")
        hashed = Seal(people.keyring, PHONE).index_under(2)(person(5)["phone"])
        row = sa.text("insert into people (id, iin, note, phone_index) values (:id, :iin, :note, :it)")
        with pytest.raises(DBAPIError, match=r"(?i)unique|duplicate"), people.engine.begin() as connection:
            connection.execute(row, {"id": 900, "iin": "9", "note": "Сынақов", "it": hashed})
        with people.engine.begin() as connection:  # a row without a note is none of those
            connection.execute(row, {"id": 901, "iin": "8", "note": None, "it": hashed})
            connection.execute(sa.text("delete from people where id = 901"))
        list(rotate(people.job(), [PHONE]))
        assert shape(people) == before
        assert count_index_rows(people.engine, [PHONE], 1) == 0


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


def begun_to_copy(people: People) -> None:
    """Between two batches of the copying."""
    people.stage("index")
    turn(people)
    people.promote_staged("index")
    pace = Pace(Limits())
    pace.size = 30
    pace.stop = lambda: count_index_rows(people.engine, [IIN], 2) > 0
    (paused,) = turn(people, pace)
    assert paused.paused
    assert 0 < count_index_rows(people.engine, [IIN], 1) < ROWS


def test_no_row_takes_a_hash_under_an_older_key_once_the_copying_has_begun(protected: People) -> None:
    before = shape(protected)
    begun_to_copy(protected)
    for number in (2, ROWS - 2):  # one whose hash under the older key is gone, one that has it still
        for insert in (True, False):
            for value in (person(number)["iin"], "050399999900"):
                with pytest.raises(DBAPIError, match=r"older key|(?i:unique|duplicate)"):
                    write(protected, 900 if insert else 60, value, 1, insert=insert)
    with protected.engine.begin() as connection:
        table = reflect(connection, "people")
        same = connection.scalar(sa.select(table.c.iin_index).where(table.c.id == ROWS - 2))
        connection.execute(
            table.update().where(table.c.id == ROWS - 2).values(iin_index=same, note="басқа", phone="1")
        )
        connection.execute(table.update().where(table.c.id == ROWS).values(iin_index=None))
    write(protected, 901, "050399999901", 2)
    write(protected, ROWS, person(ROWS)["iin"], 2, insert=False)
    (done,) = turn(protected)
    assert done.left == 0
    assert shape(protected) == before
    all_found(protected)
    assert protected.found(IIN, "050399999901") == [901]


def test_whoever_is_barred_is_told_to_try_again(protected: People) -> None:
    begun_to_copy(protected)
    with pytest.raises(DBAPIError) as caught:
        write(protected, 900, "050399999900", 1)
    if protected.engine.dialect.name != "sqlite":  # whose triggers know one kind of error
        assert is_transient(caught.value, reconnecting=False)


def test_nobody_is_left_behind_by_the_copying(protected: People, monkeypatch: pytest.MonkeyPatch) -> None:
    """One that lives and has an older file bars the copying; nothing is lost, and the same command goes on."""
    protected.stage("index")
    turn(protected)
    protected.promote_staged("index")
    beats = FileHeartbeat(protected.keyring.path)
    late = Beat("elsewhere:7", protected.keyring.generation - 1, clock.seconds(), str(protected.keyring.id))
    beats.report(late)
    monkeypatch.setattr(followers, "ALIVE_SECONDS", 0.3)  # the patience
    with pytest.raises(JobError, match=r"elsewhere:7 may still write under the index key of before"):
        turn(protected)
    assert count_index_rows(protected.engine, [IIN], 1) == ROWS
    write(protected, 3, "050399999903", 1, insert=False)
    beats.report(replace(late, generation=protected.keyring.generation))
    (done,) = turn(protected)
    assert done.left == 0
    assert protected.found(IIN, "050399999903") == [3]


@pytest.mark.parametrize("promoted", [False, True])
def test_a_shadow_that_nobody_kept_up_for_a_while_is_not_copied(protected: People, promoted: bool) -> None:
    """MariaDB drops a trigger and a column in two transactions, between which a job can be killed."""
    before = shape(protected)
    protected.stage("index")
    turn(protected)
    if promoted:
        protected.promote_staged("index")
    with protected.engine.begin() as connection:
        for name in {n for n in all_triggers(connection, reflect(connection, "people")) if "next" in n}:
            place = " on people" if connection.dialect.name == "postgresql" else ""
            connection.exec_driver_sql(f"drop trigger {name}{place}")
    write(protected, 3, "050399999903", 1, insert=False)
    write(protected, 4, person(3)["iin"], 2 if promoted else 1, insert=False)
    if not promoted:
        turn(protected)
        protected.promote_staged("index")
    (done,) = turn(protected)
    assert done.left == 0
    assert (protected.found(IIN, "050399999903"), protected.found(IIN, person(3)["iin"])) == ([3], [4])
    assert shape(protected) == before


def test_a_statement_that_is_under_way_is_waited_for(protected: People) -> None:
    """Its hash is older than the promotion, and its transaction ends while the job is at work."""
    if protected.engine.dialect.name == "sqlite":
        pytest.skip("SQLite has one writer: the job waits for it as everybody does")
    protected.stage("index")
    turn(protected)
    protected.promote_staged("index")
    seal = Seal(protected.keyring, IIN)
    taken = {"iin": seal.encrypt("050399999903"), "iin_index": seal.index_under(1)("050399999903")}
    with protected.engine.connect() as connection, ThreadPoolExecutor(1) as pool:
        table = reflect(connection, "people")
        connection.execute(table.update().where(table.c.id == 3).values(**taken))
        running = pool.submit(turn, protected)
        with pytest.raises(TimeoutError):
            running.result(4)
        connection.commit()
        (done,) = running.result(60)
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
        "shadow-bar",
        "shadow-copy",
        "shadow-contract",
    ]
    assert "UNIQUE INDEX" in stages["shadow-expand"]
    assert "TRIGGER" in stages["shadow-expand"]
    assert "DROP COLUMN" in stages["shadow-contract"]
