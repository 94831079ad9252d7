"""A database that keeps what was to go, by a trigger that raises nothing: nobody gets a receipt for that."""

from __future__ import annotations

import pytest

from piiguard.errors import SubjectError
from piiguard.keys import Keyring
from piiguard.manifest import Manifest
from piiguard.subjects import Identifier, erase_subject
from tests.subjects import schools

OWN, SECRET = "060702483768", "Абай даңғылы 1"
RULES = """
[[subjects]]
table = "students"
key = "id"
identifiers = ["iin"]
erase = "delete"

[[subjects.tables]]
table = "orders"
erase = "WAY"
columns = ["note", "paid"]
"""
TABLES = (
    "create table students (id integer primary key, iin varchar(12))",
    (
        "create table orders (id integer primary key, student_id integer, note varchar(99), paid integer,"
        " foreign key (student_id) references students (id))"
    ),
    f"insert into students values (1, '{OWN}')",
    f"insert into orders values (1, 1, '{SECRET}', 7), (2, null, 'басқа', 8)",
)
TRIGGERS = {
    "sqlite": [
        "create trigger k after update of {0} on orders begin update orders set {0} = old.{0} where id = old.id; end"
    ],
    "postgresql": [
        "create function k() returns trigger language plpgsql as 'begin new.{0} := old.{0}; return new; end'",
        "create trigger k before update on orders for each row execute function k()",
    ],
    "mysql": ["create trigger k before update on orders for each row set new.{0} = old.{0}"],
}


@pytest.mark.parametrize(
    ("way", "kept"),
    [
        ("null", "note"),
        ("null", "paid"),
        ("null", "student_id"),
        ("pseudonym", "note"),
        ("pseudonym", "paid"),
    ],
)
def test_a_value_that_the_database_keeps_is_noticed_and_all_is_taken_back(
    any_database_url: str, keyring: Keyring, way: str, kept: str
) -> None:
    dialect = schools.engine_of(any_database_url).dialect.name
    rules = Manifest.parse(RULES.replace("WAY", way))
    schools.execute(any_database_url, *TABLES, *(text.format(kept) for text in TRIGGERS[dialect]))
    before = schools.rows(any_database_url)
    with pytest.raises(SubjectError) as caught:
        erase_subject(any_database_url, [Identifier.of("iin", OWN)], manifest=rules, keyring=keyring)
    assert f"orders.{kept}" in str(caught.value) or "refused" in str(caught.value)
    assert SECRET not in str(caught.value)
    assert schools.rows(any_database_url) == before
    schools.execute(any_database_url, f"drop trigger k{' on orders' if dialect == 'postgresql' else ''}")
    erase_subject(any_database_url, [Identifier.of("iin", OWN)], manifest=rules, keyring=keyring)
    after = schools.rows(any_database_url)
    assert after["students"] == []
    assert after["orders"][1] == before["orders"][1]
    assert not {SECRET, 7, OWN} & set(after["orders"][0].values())
