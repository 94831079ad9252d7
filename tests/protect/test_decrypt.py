"""The way back: what was encrypted is plaintext again."""

from __future__ import annotations

import datetime
import decimal
import json

import pytest
import sqlalchemy as sa

from piiguard.errors import JobError
from piiguard.manifest import ProtectedColumn
from piiguard.protect.jobs.decrypt import decrypt
from piiguard.protect.jobs.encrypt import encrypt
from piiguard.protect.jobs.plan import plan_decrypt
from piiguard.protect.jobs.rotate import rotate
from piiguard.protect.schema.tables import reflect, unique_groups

from .conftest import IIN, ITEMS, NOTE, PHONE, People, person


@pytest.mark.parametrize("item", ITEMS, ids=lambda item: item.column)
def test_every_value_is_what_it_was(people: People, item: ProtectedColumn) -> None:
    people.fill(120)
    encrypt(people.job(), item)
    people.promote()
    given_up = frozenset({f"ux_people_{item.index}"})  # MariaDB keeps no text without a length UNIQUE
    assert decrypt(people.job(), item, let_go=given_up).kind == "decrypt"
    assert {row.id: getattr(row, item.column) for row in people.rows()} == {
        n: person(n)[item.column] for n in range(1, 121)
    }
    assert decrypt(people.job(), item).kind == "nothing"
    assert item.storage == "text" or item.index not in people.rows()[0]._mapping


def test_a_column_can_go_there_and_back_and_there_again(people: People) -> None:
    people.fill(20)
    encrypt(people.job(), PHONE)
    decrypt(people.job(), PHONE, sql_type="varchar(40)")
    encrypt(people.job(), PHONE)
    assert people.opened(PHONE) == {n: person(n)["phone"] for n in range(1, 21)}


@pytest.mark.parametrize("rows", [0, 2])
def test_a_column_without_a_value_goes_back_as_well(people: People, rows: int) -> None:
    """Nothing but its shape tells that it takes ciphertext only."""
    with people.engine.begin() as connection:
        for number in range(rows):
            connection.exec_driver_sql(
                f"insert into people (id, iin) values ({number}, '05031230000{number}')"
            )
    encrypt(people.job(), PHONE)
    assert decrypt(people.job(), PHONE, sql_type="varchar(40)").kind == "decrypt"
    with people.engine.begin() as connection:
        connection.exec_driver_sql("insert into people (id, iin, phone) values (9, '050312300005', 'plain')")
    assert people.rows()[-1].phone == "plain"
    assert decrypt(people.job(), PHONE).kind == "nothing"


@pytest.mark.parametrize(
    ("kind", "sql", "value"),
    [
        ("date", "date", datetime.date(1905, 3, 12)),
        ("datetime", "timestamp(6)", datetime.datetime(1999, 3, 12, 8, 30, 5, 123456)),
        ("integer", "bigint", 50312300015),
        ("decimal", "numeric(12, 2)", decimal.Decimal("1.10")),
        ("boolean", "boolean", True),
        ("json", "json", {"үлгі": [1, None, "ә"]}),
    ],
)
def test_values_of_every_type_go_there_and_back(people: People, kind: str, sql: str, value: object) -> None:
    # MySQL's own timestamp ends in 2038 and begins in 1970, and changes by itself.
    name = sql.replace("timestamp", "datetime") if people.engine.dialect.name == "mysql" else sql
    with people.engine.begin() as connection:
        connection.exec_driver_sql(f"alter table people add column extra {name} null")
    # MariaDB's JSON is a column of text.
    text = kind == "json" and people.engine.dialect.name == "mysql"
    row = {"id": 1, "iin": "000101000101", "extra": json.dumps(value) if text else value}
    with people.engine.begin() as connection:
        connection.execute(reflect(connection, "people").insert(), [row])
    stored = {"boolean": "integer"}.get(kind, kind) if people.engine.dialect.name == "mysql" else kind
    item = ProtectedColumn("people", "extra", "people.extra", type=stored)
    encrypt(people.job(), item)
    assert people.opened(item) == {1: value}
    decrypt(people.job(), item)
    found = people.rows()[0].extra
    assert (json.loads(found) if text else found) == value


def test_a_type_that_is_no_type_is_refused(people: People) -> None:
    people.fill(1)
    encrypt(people.job(), PHONE)
    with pytest.raises(JobError, match="not a type"):
        decrypt(people.job(), PHONE, sql_type="text; drop table people")


def test_what_was_unique_is_unique_again(people: People) -> None:
    people.fill(20)
    encrypt(people.job(), IIN)
    decrypt(people.job(), IIN, sql_type="varchar(12)")
    with people.engine.connect() as connection:
        assert ["iin"] in unique_groups(connection, reflect(connection, "people"))
    with pytest.raises(sa.exc.DBAPIError, match=r"(?i)unique|duplicate"):
        people.fill(1, first=5)
    encrypt(people.job(), IIN)
    assert people.opened(IIN) == {n: person(n)["iin"] for n in range(1, 21)}


def test_what_cannot_be_unique_again_stops_the_job_until_it_is_given_up(people: People) -> None:
    people.fill(5)
    encrypt(people.job(), IIN)
    before = people.rows()
    if people.engine.dialect.name == "mysql":
        for refused in (decrypt, plan_decrypt):
            with pytest.raises(JobError, match="is unique") as caught:
                list(refused(people.job(), IIN))  # type: ignore[arg-type]
            assert "--drop-constraint ux_people_iin_index" in caught.value.hint
        assert people.rows() == before
    decrypt(people.job(), IIN, let_go=frozenset({"ux_people_iin_index"}))
    with people.engine.connect() as connection:
        unique = ["iin"] in unique_groups(connection, reflect(connection, "people"))
    assert unique == (people.engine.dialect.name != "mysql")


def test_the_plan_has_the_statements_that_are_run(people: People) -> None:
    people.fill(5)
    for item in (IIN, NOTE):
        encrypt(people.job(), item)
    before = people.rows()
    stages = {
        stage.name: "; ".join(stage.statements) for stage in plan_decrypt(people.job(), IIN, "varchar(12)")
    }
    assert {"expand-plain", "open", "verify", "swap-back", "deploy-plaintext"} <= set(stages)
    assert "iin_plain" in stages["open"]
    assert [stage.name for stage in plan_decrypt(people.job(), NOTE)] == [
        "deploy-reading-both",
        "open",
        "deploy-plaintext",
    ]
    assert [stage.name for stage in plan_decrypt(people.job(), PHONE)] == ["nothing"]
    assert people.rows() == before


def test_a_rotation_of_the_index_is_finished_first(people: People) -> None:
    people.fill(5)
    encrypt(people.job(), IIN)
    people.stage("index")
    list(rotate(people.job(), [IIN]))
    with pytest.raises(JobError, match="a rotation of this index is under way"):
        decrypt(people.job(), IIN)
