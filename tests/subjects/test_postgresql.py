"""What PostgreSQL has beside: two schemas, partitions, cascades, types of its own."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from piiguard.errors import SubjectError
from piiguard.manifest import Manifest
from piiguard.subjects import Identifier, erase_subject, find_subject

WHOM = Identifier.of("iin", "050312300015")
SCHEMA = """
create schema hr;
create type hr.grade as enum ('low', 'high');
create table hr.staff (tenant int, id uuid default gen_random_uuid(), iin text, grade hr.grade, boss uuid, tags text[],
  primary key (tenant, id), foreign key (tenant, boss) references hr.staff (tenant, id));
create table events (at date, id int, tenant int, staff uuid, what varchar(80), primary key (at, id),
  foreign key (tenant, staff) references hr.staff (tenant, id)) partition by range (at);
create table events_2024 partition of events for values from ('2024-01-01') to ('2025-01-01');
create table "Order" ("Id" int primary key, tenant int, staff uuid, constraint "to staff" foreign key (tenant, staff)
  references hr.staff (tenant, id) on delete cascade);
insert into hr.staff values (1, 'c0ffee00-0000-4000-8000-000000000001', '050312300015', 'low', null, '{a}'),
  (1, 'c0ffee00-0000-4000-8000-000000000002', '040728400011', 'high', 'c0ffee00-0000-4000-8000-000000000001', null);
insert into events values ('2024-05-01', 1, 1, 'c0ffee00-0000-4000-8000-000000000001', 'came'),
  ('2024-05-01', 2, 1, 'c0ffee00-0000-4000-8000-000000000002', 'ЖСН 050312300015');
insert into "Order" values (7, 1, 'c0ffee00-0000-4000-8000-000000000001');
"""
MANIFEST = """
[[subjects]]
table = "hr.staff"
key = ["tenant", "id"]
identifiers = "iin"
erase = "delete"
[[subjects.tables]]
table = "events"
erase = "delete"
"""
ORDER = '[[subjects.tables]]\ntable = "Order"\nerase = "delete"\n'


@pytest.fixture
def url(postgresql_url: str) -> str:
    engine = sa.create_engine(postgresql_url, poolclass=sa.NullPool)
    with engine.begin() as connection:
        connection.exec_driver_sql(SCHEMA)
    return postgresql_url


def rows(url: str) -> tuple[int, ...]:
    with sa.create_engine(url, poolclass=sa.NullPool).connect() as connection:
        return tuple(
            connection.scalar(sa.text(f"select count(*) from {table}"))
            for table in ("hr.staff", "events", '"Order"')
        )


def test_two_schemas_and_partitions_are_searched_and_followed(url: str) -> None:
    report = find_subject(url, [WHOM], manifest=Manifest.parse(MANIFEST))
    assert {(p.table, p.column, p.via) for p in report.places} == {
        ("hr.staff", "iin", "value"),
        ("events", "tenant,staff", "foreign key"),
        ("Order", "tenant,staff", "foreign key"),
    }
    (doubt,) = report.ambiguous  # it mentions the person, and is another's
    assert (doubt.table, doubt.row_keys) == ("events", ("****-**-**,2",))


def test_a_cascade_does_not_stand_for_a_rule(url: str) -> None:
    with pytest.raises(SubjectError, match="Order"):
        erase_subject(url, [WHOM], manifest=Manifest.parse(MANIFEST))
    assert rows(url) == (2, 2, 1)


def test_the_person_goes_and_the_other_keeps_what_is_his(url: str) -> None:
    receipt = erase_subject(url, [WHOM], manifest=Manifest.parse(MANIFEST + ORDER))
    assert rows(url) == (1, 1, 0)
    assert receipt is not None
    assert (receipt.erased, receipt.databases[0].unsure) == (3, 1)
    with sa.create_engine(url, poolclass=sa.NullPool).connect() as connection:
        boss = connection.execute(sa.text("select tenant, boss, grade from hr.staff")).one()
    assert tuple(boss) == (1, None, "high")
