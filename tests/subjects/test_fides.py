"""The map as a dataset of Fides: what fideslang accepts, with keys and references of the live database, and no way to other people's rows."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from piiguard.cli.main import run
from piiguard.entities import BY_NAME
from piiguard.keys import Keyring
from piiguard.subjects.fides.dataset import map_subjects
from piiguard.subjects.fides.taxonomy import BY_ENTITY, PSEUDONYM
from piiguard.subjects.rows.findings import Column
from tests.subjects import academies, schools

SCHEMA = json.loads(Path(__file__).with_name("fides.schema.json").read_text("utf-8"))
Fields = dict[str, dict[str, Any]]


def fields_of(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for dataset in document["dataset"]:
        for collection in dataset["collections"]:
            for field in collection["fields"]:
                yield dataset["fides_key"], f"{collection['name']}.{field['name']}", field


def check(document: dict[str, Any]) -> None:
    """What the models and validators of fideslang check, and that every reference leads to a field."""
    places = {(key, place) for key, place, _ in fields_of(document)}
    for dataset in document["dataset"]:
        jsonschema.validate(dataset, SCHEMA)
        assert re.match(SCHEMA["x-key-pattern"], dataset["fides_key"])
        names = [collection["name"] for collection in dataset["collections"]]
        assert len(set(names)) == len(names)
    for _, _, field in fields_of(document):
        meta = field.get("fides_meta", {})
        assert set(field.get("data_categories", ())) <= set(SCHEMA["x-categories"])
        assert meta.get("data_type", "string") in SCHEMA["x-data-types"]
        for reference in meta.get("references", ()):
            assert (reference["dataset"], reference["field"]) in places


@pytest.fixture
def school(sqlite_url: str) -> str:
    schools.build(sqlite_url, Keyring.in_memory())
    return sqlite_url


def test_every_entity_has_a_word_of_the_default_taxonomy_or_is_no_person_s() -> None:
    assert BY_ENTITY.keys() == BY_NAME.keys()
    assert {*filter(None, BY_ENTITY.values()), PSEUDONYM} <= set(SCHEMA["x-categories"])


def test_it_says_what_columns_hold_and_how_rows_hang_together(school: str) -> None:
    found = [Column("PERSON", "letters", "body")]
    document, unread, left_out = map_subjects(school, manifest=schools.manifest(), findings=found)
    check(document)
    fields = {place: field for _, place, field in fields_of(document)}
    told = {place: field["data_categories"] for place, field in fields.items() if "data_categories" in field}
    assert told == {
        "students.iin": ["user.government_id.national_identification_number"],
        "students.iin_index": [PSEUDONYM],
        "students.phone": ["user.contact.phone_number"],
        "students.email": ["user.contact.email"],
        "students.email_enc": ["user.contact.email"],
        "students.email_index": [PSEUDONYM],
        "letters.body": ["user.name"],
    }
    meta = {place: field.get("fides_meta", {}) for place, field in fields.items()}
    assert {place for place, one in meta.items() if "identity" in one} == {
        "students.phone"
    }  # what is encrypted is not found
    assert {place: one["references"][0]["field"] for place, one in meta.items() if "references" in one} == {
        "orders.student_id": "students.id",
        "posts.student_id": "students.id",
        "posts.parent_id": "posts.id",
        "threads.first_id": "posts.id",
        "calls.student_id": "students.id",
    }
    assert {one["references"][0]["direction"] for one in meta.values() if "references" in one} == {"from"}
    assert (unread, left_out) == ((), ("items.tenant,number",))
    skipped = {
        c["name"]
        for c in document["dataset"][0]["collections"]
        if c.get("fides_meta", {}).get("skip_processing")
    }
    assert skipped == {"faculties", "items", "letters"}


def test_each_schema_is_a_dataset_and_references_lead_across(postgresql_url: str) -> None:
    academies.build(postgresql_url, Keyring.in_memory())
    document, _, _ = map_subjects(postgresql_url, manifest=academies.manifest("postgresql"))
    check(document)
    own, hr = (dataset["fides_key"] for dataset in document["dataset"])
    assert hr == f"{own}_hr"
    (reference,) = next(
        f["fides_meta"]["references"] for _, place, f in fields_of(document) if place == "users.staff"
    )
    assert reference == {"dataset": hr, "field": "staff.id", "direction": "from"}


def test_the_command_writes_yaml_and_no_value(
    school: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("piiguard.toml").write_text(schools.MANIFEST, encoding="utf-8")
    assert run(["subject", "map", school, "-o", "crm.yml"]) == 0
    text = Path("crm.yml").read_text("utf-8")
    check(yaml.safe_load(text))
    assert "items.tenant,number: left out" in capsys.readouterr().err
    assert run(["subject", "map", school]) == 0
    assert capsys.readouterr().out == text
    for value in (*schools.ASAN.values(), *schools.OTHER.values()):
        assert value not in text
