"""Which row refers to which is what the database says: by its collations, paddings, affinities, and keys that are none."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from piiguard.manifest import Manifest
from piiguard.subjects import Identifier, erase_subject, find_subject
from tests.subjects import schools

OWN, OTHER = "060702483768", "021028341797"
IIN = Identifier.of("iin", OWN)
RULES = Manifest.parse(
    """
[[subjects]]
table = "students"
key = "id"
identifiers = ["iin"]
erase = "delete"

[[subjects.tables]]
table = "orders"
erase = "delete"

[[subjects.tables]]
table = "items"
erase = "delete"
"""
)
TEXT = {
    "sqlite": ("text collate nocase", "text"),
    "postgresql": ("text collate loose", "text collate loose"),
    "citext": ("citext", "citext"),
    "mysql": ("varchar(9) collate utf8mb4_general_ci", "varchar(9) collate utf8mb4_general_ci"),
}
SPELLED = ("Abc", "ABC", "abc")
LOOSE = "create collation loose (provider=icu, locale='und-u-ks-level2', deterministic=false)"


def build(url: str, student: str, reference: str, keys: tuple[str, str], spelled: tuple[str, ...]) -> None:
    """A student, another one, and orders of the first that name him in each spelling, with a line each; one of the other."""
    engine = schools.engine_of(url)
    schools.execute(
        url,
        *([LOOSE, "create extension if not exists citext"] if engine.dialect.name == "postgresql" else []),
        f"create table students (id {student} primary key, iin varchar(12))",
        f"create table orders (id integer primary key, student_id {reference}, foreign key (student_id) references students (id))",
        "create table items (id integer primary key, order_id integer, foreign key (order_id) references orders (id))",
        f"insert into students values ('{keys[0]}', '{OWN}'), ('{keys[1]}', '{OTHER}')",
        *(f"insert into orders values ({at}, '{name}')" for at, name in enumerate([*spelled, keys[1]], 1)),
        *(f"insert into items values ({at}, {at})" for at in range(1, len(spelled) + 2)),
    )


def numbers(url: str) -> dict[str, list[int]]:
    rows = schools.rows(url)
    found = {name: sorted(row["id"] for row in rows[name]) for name in ("orders", "items")}
    return found | {"students": [sum(row["iin"] is not None for row in rows["students"])]}


@pytest.mark.parametrize("kind", ["", "citext"])
def test_a_row_that_names_the_person_in_another_spelling_goes_with_him(
    any_database_url: str, kind: str
) -> None:
    dialect = sa.make_url(any_database_url).get_backend_name()
    if kind and dialect != "postgresql":
        pytest.skip("a type of PostgreSQL")
    spelled = (*SPELLED, "Abc ", "Äbc") if dialect == "mysql" else SPELLED
    build(any_database_url, *TEXT[kind or dialect], ("Abc", "xyz"), spelled)
    found = find_subject(any_database_url, [IIN], manifest=RULES)
    rows = {place.table: place.rows for place in found.places}
    assert rows == {"students": 1, "orders": len(spelled), "items": len(spelled)}
    assert not found.unread
    erase_subject(any_database_url, [IIN], manifest=RULES)
    left = len(spelled) + 1
    assert numbers(any_database_url) == {"students": [1], "orders": [left], "items": [left]}


def test_sqlite_compares_a_reference_by_the_affinity_of_its_parent(sqlite_url: str) -> None:
    build(sqlite_url, "integer", "text", ("7", "8"), ("7", "7.0", " 7"))
    found = find_subject(sqlite_url, [IIN], manifest=RULES)
    assert {place.table: place.rows for place in found.places} == {"students": 1, "orders": 3, "items": 3}
    erase_subject(sqlite_url, [IIN], manifest=RULES)
    assert numbers(sqlite_url) == {"students": [1], "orders": [4], "items": [4]}


@pytest.mark.parametrize("unique", ["unique", "unique not null"])
def test_a_row_without_a_primary_key_is_named_by_what_is_unique_or_what_refers_to_it_is_told(
    sqlite_url: str, unique: str
) -> None:
    schools.execute(
        sqlite_url,
        f"create table students (id integer {unique}, iin text)",
        "create table orders (id integer primary key, student_id integer references students (id))",
        f"insert into students values (5, '{OTHER}'), (7, '{OWN}')",
        "insert into orders values (1, 5), (2, 7)",
    )
    found = find_subject(sqlite_url, [IIN], manifest=RULES)
    places = {place.table: place.row_keys for place in found.places}
    if unique == "unique":
        assert [one.place for one in found.unread] == ["orders.student_id"]
    else:
        assert places == {"students": ("7",), "orders": ("2",)}


def test_one_table_that_takes_no_pattern_bars_no_search(postgresql_url: str) -> None:
    build(postgresql_url, "integer", "integer", ("7", "8"), ("7",))
    schools.execute(
        postgresql_url,
        "create table cards (id text collate loose primary key, iin text collate loose)",
        f"insert into cards values ('a', 'ИИН {OWN}')",
    )
    found = find_subject(postgresql_url, [IIN], manifest=RULES)
    assert {place.table for place in found.places} == {"students", "orders", "items", "cards"}
    assert not found.unread
