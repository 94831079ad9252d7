"""Plaintext columns become ciphertext, in every database."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
import sqlalchemy as sa

from piiguard.errors import JobError, KeyringFormatError
from piiguard.keys import Keyring
from piiguard.keys.envelope import looks_encrypted
from piiguard.manifest import ProtectedColumn
from piiguard.protect.batches.pace import Limits, Pace
from piiguard.protect.jobs.encrypt import encrypt, look
from piiguard.protect.jobs.job import Job
from piiguard.protect.schema.residue import clean
from piiguard.protect.schema.tables import reflect

from .conftest import IIN, ITEMS, NOTE, PHONE, People, person


def run(people: People, item: ProtectedColumn, *, keep: bool = False) -> str:
    return encrypt(people.job(), item, keep_plaintext=keep).kind


@pytest.mark.parametrize("item", ITEMS, ids=lambda item: item.column)
def test_every_value_is_ciphertext_and_opens_to_what_it_was(people: People, item: ProtectedColumn) -> None:
    people.fill(250)
    assert run(people, item) == "encrypt"
    assert all(looks_encrypted(v) for row in people.rows() if (v := getattr(row, item.column)) is not None)
    assert people.opened(item) == {n: person(n)[item.column] for n in range(1, 251)}


def test_the_blind_index_finds_every_row_and_stays_unique(people: People) -> None:
    people.fill(50)
    run(people, IIN)
    assert [people.found(IIN, person(n)["iin"]) for n in range(1, 51)] == [[n] for n in range(1, 51)]
    with people.engine.connect() as connection:
        table = reflect(connection, "people")
        double = people.rows()[0].iin_index
        update = table.update().where(table.c.id == 2).values(iin_index=double)
        with pytest.raises(sa.exc.IntegrityError):
            connection.execute(update)


def test_a_second_run_finds_nothing_to_do(people: People) -> None:
    people.fill(20)
    for item in ITEMS:
        run(people, item)
        before = people.rows()
        assert run(people, item) == "nothing"
        assert people.rows() == before


def test_an_empty_table_gets_its_columns_all_the_same(people: People) -> None:
    for item in ITEMS:
        run(people, item)
    with people.engine.connect() as connection:
        assert {"iin", "iin_index", "phone", "phone_index", "note"} <= set(
            reflect(connection, "people").c.keys()
        )


def test_keeping_the_plaintext_leaves_both_and_goes_on_later(people: People) -> None:
    people.fill(30)
    assert run(people, PHONE, keep=True) == "kept"
    assert people.rows()[0].phone == person(1)["phone"]
    assert looks_encrypted(people.rows()[0].phone_enc)
    people.fill(10, first=31)
    assert run(people, PHONE) == "encrypt"
    assert people.opened(PHONE) == {n: person(n)["phone"] for n in range(1, 41)}
    assert "phone_enc" not in people.rows()[0]._mapping


def test_a_value_changed_after_it_was_copied_is_copied_again(people: People) -> None:
    people.fill(10)
    run(people, IIN, keep=True)
    with people.engine.begin() as connection:
        table = reflect(connection, "people")
        connection.execute(table.update().where(table.c.id == 3).values(iin="000101000101"))
    run(people, IIN)
    assert people.opened(IIN)[3] == "000101000101"
    assert people.found(IIN, "000101000101") == [3]
    assert people.found(IIN, person(3)["iin"]) == []


def test_a_change_of_letter_case_alone_is_seen(people: People) -> None:
    people.fill(3)
    item = dataclasses.replace(NOTE, storage="binary")
    run(people, item, keep=True)
    with people.engine.begin() as connection:
        table = reflect(connection, "people")
        connection.execute(table.update().where(table.c.id == 2).values(note=person(2)["note"].upper()))
    run(people, item)
    assert people.opened(item)[2] == person(2)["note"].upper()


def test_a_half_converted_column_is_brought_to_its_end(people: People) -> None:
    people.fill(40)
    run(people, NOTE)
    with people.engine.begin() as connection:
        table = reflect(connection, "people")
        connection.execute(table.update().where(table.c.id <= 5).values(note="жаңа мәтін"))
    assert encrypt(people.job(), NOTE).tally.changed == 5
    assert people.opened(NOTE)[5] == "жаңа мәтін"


def test_a_time_window_stops_the_job_and_the_next_run_goes_on(people: People) -> None:
    people.fill(30)
    pace = Pace(Limits(max_minutes=1e-9))
    assert encrypt(people.job(pace), IIN).paused
    run(people, IIN)
    assert people.opened(IIN) == {n: person(n)["iin"] for n in range(1, 31)}


def test_no_plaintext_is_left_in_the_sqlite_file(sqlite_people: People) -> None:
    sqlite_people.fill(500)
    for item in ITEMS:
        run(sqlite_people, item)
    clean(sqlite_people.engine)
    path = Path(str(sqlite_people.engine.url.database))
    found = b"".join(file.read_bytes() for file in path.parent.glob(path.name + "*"))
    planted = [str(v).encode() for n in range(1, 501) for k, v in person(n).items() if k != "id" and v]
    assert not [value for value in planted if value in found]


@pytest.mark.parametrize(
    ("item", "message"),
    [
        (ProtectedColumn("peple", "iin", "c"), "there is no such table"),
        (ProtectedColumn("people", "inn", "c"), "there is no such column"),
        (ProtectedColumn("people", "id", "c", type="integer"), "in the primary key"),
        (ProtectedColumn("people", "iin", "c"), "the column is unique"),
    ],
)
def test_what_cannot_be_done_is_refused_before_anything_changes(
    people: People, item: ProtectedColumn, message: str
) -> None:
    people.fill(3)
    before = people.rows()
    with pytest.raises(JobError, match=message) as caught:
        run(people, item)
    assert caught.value.hint
    assert people.rows() == before


def test_a_near_miss_in_a_name_is_answered_with_what_was_meant(people: People) -> None:
    with pytest.raises(JobError) as caught:
        run(people, ProtectedColumn("peple", "iin", "c"))
    assert caught.value.hint == "did you mean people?"


def test_a_table_without_a_key_is_refused(people: People) -> None:
    with people.engine.begin() as connection:
        connection.exec_driver_sql("create table loose (iin varchar(12))")
    with pytest.raises(JobError, match="no primary key"):
        run(people, ProtectedColumn("loose", "iin", "loose.iin"))


def test_a_view_is_refused_as_what_it_is(people: People) -> None:
    with people.engine.begin() as connection:
        connection.exec_driver_sql("create view shown as select iin from people")
        if people.engine.dialect.name == "postgresql":
            connection.exec_driver_sql("create materialized view kept as select iin from people")
    for name in ("shown", "kept") if people.engine.dialect.name == "postgresql" else ("shown",):
        with pytest.raises(JobError, match=f"{name}: it is a view"):
            run(people, ProtectedColumn(name, "iin", "c"))


def test_a_table_with_a_dot_in_its_name_is_told_so(people: People) -> None:
    with people.engine.begin() as connection:
        quote = connection.dialect.identifier_preparer.quote
        connection.exec_driver_sql(f"create table {quote('old.people')} (iin varchar(12) primary key)")
    with pytest.raises(JobError, match=r"^old\.people: a dot in a name") as caught:
        run(people, ProtectedColumn("old.people", "iin", "c"))
    assert "rename" in caught.value.hint


def test_a_unique_column_takes_the_place_of_a_primary_key(people: People) -> None:
    with people.engine.begin() as connection:
        connection.exec_driver_sql("create table loose (code varchar(8) not null unique, iin varchar(12))")
        connection.exec_driver_sql("insert into loose values ('b', '000101000101'), ('a', null)")
    item = ProtectedColumn("loose", "iin", "loose.iin")
    assert run(people, item) == "encrypt"
    with people.engine.connect() as connection:
        assert look(connection, item).counted.encrypted == 1


def test_the_keyring_of_another_environment_is_refused(people: People, tmp_path: Path) -> None:
    people.fill(5)
    run(people, IIN)
    other = Keyring.create(tmp_path / "other.json", [f"file:{tmp_path / 'other.key'}"]).open()
    with pytest.raises(KeyringFormatError, match="its database belongs to the keyring"):
        encrypt(Job(people.engine, other), PHONE)


def test_values_equal_after_the_normalizer_are_told_by_their_keys(people: People) -> None:
    people.fill(2)
    with people.engine.begin() as connection:
        table = reflect(connection, "people")
        connection.execute(table.insert(), [{"id": 9, "iin": "05-030000001"}])
        connection.execute(table.insert(), [{"id": 10, "iin": "05 030000001"}])
    with pytest.raises(JobError, match="9, 10 are equal after the normalizer digits") as caught:
        run(people, IIN)
    assert "030000001" not in str(caught.value)
    assert people.rows()[0].iin == person(1)["iin"]


@pytest.mark.parametrize("index", ["phone", "iin", "id", "photo"])
def test_an_index_never_takes_the_place_of_another_column(people: People, index: str) -> None:
    people.fill(20)
    with people.engine.begin() as connection:
        kind = sa.LargeBinary().compile(people.engine.dialect)
        connection.execute(sa.text(f"alter table people add column photo {kind}"))
        connection.execute(reflect(connection, "people").update().values(photo=b"\x89PNG" * 4))
    before = people.rows()
    for column in ("iin", "phone"):
        item = ProtectedColumn("people", column, f"people.{column}", index=index, normalizer="exact")
        with pytest.raises(JobError, match=f"{index} holds something else than blind indexes"):
            run(people, item)
    assert people.rows() == before


def test_an_index_column_that_a_migration_has_made_is_filled(people: People) -> None:
    people.fill(20)
    with people.engine.begin() as connection:
        kind = sa.LargeBinary(16).compile(people.engine.dialect)
        connection.execute(sa.text(f"alter table people add column phone_index {kind}"))
    assert run(people, PHONE) == "encrypt"
    assert people.found(PHONE, "+7 701 0000002") == [2]


def test_a_schema_that_is_not_there_is_named(people: People) -> None:
    item = ProtectedColumn("nowhere.people", "iin", "people.iin")
    with pytest.raises(JobError, match="nowhere: there is no such schema"):
        run(people, item)


def test_the_database_refuses_plaintext_afterwards(people: People) -> None:
    people.fill(5)
    for item in (IIN, PHONE):
        encrypt(people.job(), item)
    for column in ("iin", "phone"):
        with pytest.raises(sa.exc.DBAPIError), people.engine.begin() as connection:
            connection.exec_driver_sql(f"update people set {column} = 'plain' where id = 1")
    assert people.opened(IIN)[1] == person(1)["iin"]
