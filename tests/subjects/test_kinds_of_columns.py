"""Whatever kind of column holds a number, it is corrected there and back, sealed and released, and goes; nothing else changes."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from piiguard.keys import Keyring
from piiguard.manifest import Manifest
from piiguard.subjects import (
    Identifier,
    correct_subject,
    erase_subject,
    find_subject,
    release_subject,
    restrict_subject,
)
from piiguard.subjects.correcting.wording import Wording
from tests.subjects import schools

OWN, OTHER, NEW = schools.ASAN["iin"], schools.OTHER["iin"], "010101300010"
RULES = """
[[subjects]]
table = "people"
key = "id"
identifiers = ["iin"]
erase = "WAY"
restrict = "seal"
"""
LIKE_A_TEXT = {
    "sqlite": "generated always as ('x' || iin) stored",
    "postgresql": "generated always as ('x' || iin) stored",
    "mysql": "generated always as (concat('x', iin)) stored",
}
LIKE_JSON = {
    "sqlite": "generated always as (substr(iin, 10, 12)) virtual",
    "postgresql": "generated always as (iin ->> 'iin') stored",
    "mysql": "generated always as (json_value(iin, '$.iin')) virtual",
}
KINDS: dict[str, tuple[str, dict[str, str], Callable[[str], str]]] = {
    "a copy that the database makes": ("varchar(40)", LIKE_A_TEXT, str),
    "a copy out of JSON": ("{json}", LIKE_JSON, lambda iin: json.dumps({"iin": iin})),
    "an array": ("text[]", {"postgresql": ""}, lambda iin: f"{{{iin}}}"),
    "a text that is filled up": ("char(30)", {"sqlite": "", "postgresql": "", "mysql": ""}, str),
    "unique and never empty": (
        "varchar(40) not null unique",
        {"sqlite": "", "postgresql": "", "mysql": ""},
        str,
    ),
}


@pytest.mark.parametrize("kind", KINDS)
def test_it_can_be_changed_and_changed_back(any_database_url: str, keyring: Keyring, kind: str) -> None:
    url, (column, beside, stored) = any_database_url, KINDS[kind]
    dialect = schools.engine_of(url).dialect.name
    if dialect not in beside:
        pytest.skip("a type of PostgreSQL")
    made = f", made varchar(60) {beside[dialect]}" if beside[dialect] else ""
    column = column.format(json={"postgresql": "jsonb"}.get(dialect, "json"))
    with schools.engine_of(url).begin() as connection:
        connection.exec_driver_sql(f"create table people (id integer primary key, iin {column}{made})")
        for key, iin in enumerate((OWN, OTHER), 1):
            connection.exec_driver_sql(f"insert into people (id, iin) values ({key}, '{stored(iin)}')")

    def told(way: str = "delete") -> dict[str, Any]:
        return {"manifest": Manifest.parse(RULES.replace("WAY", way)), "keyring": keyring}

    def people() -> list[dict[str, Any]]:
        return schools.rows(url)["people"]

    me, before = [Identifier.of("iin", OWN)], people()
    correct_subject(url, me, Wording("iin", OWN, NEW), **told())
    assert not find_subject(url, me, **told()).found
    correct_subject(url, [Identifier.of("iin", NEW)], Wording("iin", NEW, OWN), **told())
    assert people() == before
    restrict_subject(url, me, **told())
    assert OWN not in str(people())
    release_subject(url, me, **told())
    assert people() == before
    erase_subject(url, me, **told("pseudonym"))
    after = people()
    assert (len(after), after[1]) == (2, before[1])
    assert not find_subject(url, me, **told()).found
