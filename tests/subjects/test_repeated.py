"""A name that stands twice in one JSON object: readers take another one of its values, so each of them is looked at."""

from __future__ import annotations

import json

import pytest
import sqlalchemy as sa

from piiguard.database import open_reader
from piiguard.manifest import Manifest
from piiguard.scan import Options, scan_database
from piiguard.subjects import Identifier, erase_subject, find_subject
from piiguard.subjects.correcting.correct import correct_subject
from piiguard.subjects.correcting.wording import Wording

OWN, NEW = "060702483768", "050312300015"
IIN = Identifier.of("iin", OWN)
RULES = Manifest.parse(
    '[[subjects]]\ntable = "cards"\nkey = "id"\nidentifiers = ["data"]\nerase = "delete"\n'
)
FORMS = {
    "first": '{"iin": "%s", "iin": "x"}',
    "last": '{"iin": "x", "iin": "%s"}',
    "below": '{"a": {"iin": "%s", "iin": {"b": 1}}, "a": [1]}',
}


def build(url: str, cell: str, rows: int = 1) -> None:
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        kind = "json" if connection.dialect.name == "postgresql" else "text"
        connection.exec_driver_sql(f"create table cards (id integer primary key, data {kind})")
        insert = sa.text("insert into cards values (:id, :data)")
        connection.execute(insert, [{"id": number, "data": cell} for number in range(rows)])
    engine.dispose()


def cells(url: str) -> list[str]:
    engine = sa.create_engine(url)
    with engine.connect() as connection:
        cast = "data::text" if connection.dialect.name == "postgresql" else "data"
        found = list(connection.exec_driver_sql(f"select {cast} from cards order by id").scalars())
    engine.dispose()
    return found


@pytest.mark.parametrize("form", FORMS)
def test_a_scan_sees_every_value(any_database_url: str, form: str) -> None:
    build(any_database_url, FORMS[form] % OWN, rows=40)
    engine = open_reader(any_database_url)
    findings = scan_database(engine, Options()).findings
    engine.dispose()
    (found,) = [one for one in findings if one.entity == "KZ_IIN"]
    assert found.path in ("$.iin", "$.a.iin")


@pytest.mark.parametrize("form", FORMS)
def test_a_person_is_found_and_erased_by_every_value(any_database_url: str, form: str) -> None:
    build(any_database_url, FORMS[form] % OWN)
    assert [place.rows for place in find_subject(any_database_url, [IIN], manifest=RULES).places] == [1]
    erase_subject(any_database_url, [IIN], manifest=RULES)
    assert cells(any_database_url) == []


@pytest.mark.parametrize("form", FORMS)
def test_a_correction_leaves_the_other_values_where_they_stand(any_database_url: str, form: str) -> None:
    build(any_database_url, FORMS[form] % OWN)
    correct_subject(any_database_url, [IIN], Wording("iin", OWN, NEW), manifest=RULES)
    pairs = [
        json.loads(text, object_pairs_hook=list) for text in (*cells(any_database_url), FORMS[form] % NEW)
    ]
    assert pairs[0] == pairs[1]
