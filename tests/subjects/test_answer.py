"""The answer holds all of a person's rows with their values, and no value of anybody else."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import sqlalchemy as sa

from piiguard.keys import Keyring, audit
from piiguard.manifest import Manifest
from piiguard.subjects import Answer, Identifier, answer_subject
from tests.subjects import schools
from tests.subjects.conftest import School

SCHEMA = Path(__file__).parents[2] / "docs" / "schema" / "answer.schema.json"
PEOPLE = """
[[subjects]]
table = "people"
key = "id"
identifiers = ["iin"]
[[subjects.tables]]
table = "orders"
erase = "keep"
term = "5y"
from = "orders.paid_at"
law = "Tax Code, art. 48"
"""
IIN = "050312300015"


def asked(school: School, *identifiers: Identifier) -> Answer:
    wanted = identifiers or (Identifier.of("iin", schools.ASAN["iin"]),)
    return answer_subject(school.url, wanted, manifest=schools.manifest(), keyring=school.keyring)


def cells(answer: Answer) -> dict[tuple[str, str], list[str | None]]:
    found: dict[tuple[str, str], list[str | None]] = {}
    for table in answer.tables:
        for row in table.rows:
            for cell in row.cells:
                found.setdefault((table.table, cell.column), []).append(cell.value)
    return found


MINE: dict[str, set[tuple[int, ...]]] = {
    "students": {(1,)}, "orders": {(1, 1)}, "items": {(1, 1, 1), (1, 1, 2)}, "posts": {(1,), (4,)},
    "threads": {(1,)}, "letters": {(1,), (2,)}, "calls": {(1,), (3,)},
}  # fmt: skip
"""What a person would say who reads the tables with his own eyes."""


def test_all_rows_of_the_person_are_told_and_no_other(school: School) -> None:
    stored = schools.contents(school.url)
    found = {table.table: len(table.rows) for table in asked(school).tables}
    assert found == {table: len(keys) for table, keys in MINE.items()}
    told = cells(asked(school))
    for table, keys in MINE.items():
        for name in next(iter(stored[table].values())):
            values = [stored[table][key][name] for key in sorted(keys)]
            if (table, name) in {
                ("students", "iin"),
                ("students", "details"),
                ("letters", "raw"),
                ("calls", "number"),
            }:
                continue
            if name in ("iin_index", "email_enc", "email_index"):
                assert (table, name) not in told
            elif plain := [str(value) for value in values if value is not None]:
                assert told[table, name] == plain


def test_what_is_encrypted_is_opened_and_json_is_kept(school: School) -> None:
    told = cells(asked(school))
    assert told["students", "iin"] == [schools.ASAN["iin"]]
    assert [json.loads(str(text)) for text in told["students", "details"]] == [
        {"contacts": [{"email": schools.ASAN["email"]}]}
    ]
    assert [json.loads(str(text)) for text in told["letters", "raw"]] == [
        {"from": {"iin": schools.ASAN["iin"]}}
    ]


def test_a_number_of_another_is_not_shown_and_the_persons_is(school: School) -> None:
    answer = asked(school)
    assert cells(answer)["calls", "number"] == ["77011234567", None]
    text = json.dumps(answer.to_dict(), ensure_ascii=False)
    for value in (schools.OTHER["iin"], schools.OTHER["email"], "77019999999"):
        assert value not in text


def test_the_document_is_of_its_schema(school: School) -> None:
    jsonschema.validate(asked(school).to_dict(), json.loads(SCHEMA.read_text("utf-8")))


def test_rows_that_may_be_anothers_are_counted_and_left_out(school: School) -> None:
    answer = asked(school, Identifier.of("phone", schools.ASAN["phone"]))
    assert answer.undecided
    assert not answer.complete
    assert not [table for table in answer.tables if table.table == "students"]


def test_without_the_keyring_it_says_what_is_not_opened(school: School) -> None:
    answer = answer_subject(school.url, [Identifier.of("key", "students:1")], manifest=schools.manifest())
    assert not answer.complete
    student = next(table for table in answer.tables if table.table == "students")
    assert [cell.state for cell in student.rows[0].cells if cell.column == "iin"] == ["sealed"]


def test_the_trail_has_a_line_before_values_are_opened(school: School) -> None:
    before = len(audit.read(school.keyring.path))
    asked(school)
    line = audit.read(school.keyring.path)[-1]
    assert len(audit.read(school.keyring.path)) == before + 1
    assert (line["action"], line["identifiers"]) == ("subject report", ["iin"])
    assert IIN not in str(line)


def test_no_repr_shows_a_value(school: School) -> None:
    answer = asked(school)
    assert (
        IIN
        not in f"{answer!r} {answer.tables!r} {answer.tables[-1].rows!r} {answer.tables[-1].rows[0].cells!r}"
    )


@pytest.fixture
def told(sqlite_url: str) -> Callable[..., dict[str, Any]]:
    """Two people in one table; what the columns of the first, and of rows that hang on him, come out as."""

    def told(own: dict[str, Any], notes: dict[str, Any] | None = None) -> dict[str, Any]:
        engine = sa.create_engine(sqlite_url, poolclass=sa.NullPool)
        notes = notes or {}
        with engine.begin() as connection:
            listed = "".join(f', "{name}" text' for name in own)
            connection.exec_driver_sql(f"create table people (id integer primary key, iin text{listed})")
            listed = "".join(f', "{name}" text' for name in notes)
            connection.exec_driver_sql(
                f"create table notes (id integer primary key, person integer references people (id){listed})"
            )
            for table, base, extra in (("people", [1, IIN], own), ("notes", [1, 1], notes)):
                marks = ", ".join("?" * (len(base) + len(extra)))
                connection.exec_driver_sql(f"insert into {table} values ({marks})", (*base, *extra.values()))
        answer = answer_subject(sqlite_url, [Identifier.of("iin", IIN)], manifest=Manifest.parse(PEOPLE))
        return {f"{table}.{name}": values[0] for (table, name), values in cells(answer).items()}

    return told


OTHERS_COLUMNS = [
    "mother_phone", "father_iin", "guardian_name", "emergency_phone", "mentor_email", "телефон_матери",
    "фио_опекуна", "куратор_телефон", "anasynyn_telefony", "әкесінің_жсн", "tel_roditelya", "MotherPhone", "wife_full_name",
]  # fmt: skip


@pytest.mark.parametrize("column", OTHERS_COLUMNS)
def test_a_column_named_of_another_is_not_shown(told: Any, column: str) -> None:
    values = {
        "email": "aru@example.kz",
        "iin": "040728400011",
        "жсн": "040728400011",
        "name": "Жұмабаева Ару",
        "фио": "Жұмабаева Ару",
    }
    value = next((v for word, v in values.items() if word in column.lower()), "+7 702 765 43 21")
    assert told({column: value})[f"people.{column}"] is None


@pytest.mark.parametrize(
    ("column", "text", "hidden"),
    [
        ("phone", "87011234567 мама Жұмабаева Ару", "Жұмабаева"),
        ("iin", "050312300015, отец 040728400011", "040728400011"),
        ("email", "ulgi@example.kz, mother: aru@example.kz", "aru@"),
        ("tel", "әкесі Жұмабаев Асан 8 702 765 43 21", "Жұмабаев"),
        ("full_name", "Сынақов Үлгі (мать Петрова Анна, 87027654321)", "7027654321"),
    ],
)
def test_a_column_of_the_persons_own_value_may_name_others_beside_it(
    told: Any, column: str, text: str, hidden: str
) -> None:
    name = column if column != "iin" else "iin_text"
    assert hidden not in (told({name: text})[f"people.{name}"] or "")


OWN_COLUMNS = [
    ("phone", "8 701 123-45-67"), ("home_phone", "+77021112233"), ("full_name", "Сынақов Үлгі Асанұлы"), ("email", "ulgi@example.kz"),
    ("address", "г. Алматы, ул. Абая, д. 10, кв. 5"), ("birth_date", "1905-03-12"), ("position", "учитель"), ("father_name", "Асанұлы"),
    ("id_card", "012345678"), ("passport", "N01234567"), ("аты_жөні", "Сынақов Үлгі"), ("telefon", "87011234567"), ("card", "4111111111111111"),
]  # fmt: skip


@pytest.mark.parametrize(("column", "value"), OWN_COLUMNS)
def test_what_stands_in_the_persons_own_row_is_shown(told: Any, column: str, value: str) -> None:
    assert told({column: value})[f"people.{column}"] == value


TEXTS = [
    ("Звонила Петрова Анна Ивановна, тел. 8 702 765 43 21", ["Петрова", "702 765"]),
    ("анасы Жұмабаева Ару, ЖСН 040728400011", ["040728400011", "Жұмабаева"]),
    ("emailed aru.zhum@example.kz and +77027654321", ["aru.zhum", "7654321"]),
    ("anasy Jumabaeva Aru, tel 87027654321", ["7654321"]),
    ("ПЕТРОВ ИВАН СЕРГЕЕВИЧ, ИИН 040728400011", ["040728400011", "ПЕТРОВ"]),
    ('{"caller": {"phone": "87027654321"}, "ok": true}', ["7654321"]),
    ('[{"iin": 40728400011}]', ["40728400011"]),
    ("040728400011", ["040728400011"]),
]


@pytest.mark.parametrize(("text", "hidden"), TEXTS)
@pytest.mark.parametrize("place", ["people", "notes"])
def test_others_in_a_text_are_not_shown(told: Any, place: str, text: str, hidden: list[str]) -> None:
    given = ({"comment": text}, {}) if place == "people" else ({}, {"comment": text})
    shown = told(*given)[f"{place}.comment"] or ""
    assert [part for part in hidden if part in shown] == []


@pytest.mark.parametrize(
    "text",
    [
        f"договор с Сынақов Үлгі, ИИН {IIN}",
        "перезвонить на 8 (701) 123-45-67",
        "Сынақов Ү. келді",
        "хороший студент",
    ],
)
def test_the_person_in_a_text_is_shown(told: Any, text: str) -> None:
    own = {"full_name": "Сынақов Үлгі Асанұлы", "phone": "+77011234567"}
    assert told(own, {"comment": text})["notes.comment"] == text


@pytest.mark.parametrize("name", ["Сынақова Ару", "Сынақов Ержан", "Петрова Анна"])
@pytest.mark.parametrize("column", ["full_name", "courier_name", "фио"])
def test_another_of_the_family_is_not_shown(told: Any, column: str, name: str) -> None:
    assert told({"full_name": "Сынақов Үлгі"}, {column: name})[f"notes.{column}"] is None


def test_the_key_of_another_person_is_not_shown(sqlite_url: str) -> None:
    with sa.create_engine(sqlite_url, poolclass=sa.NullPool).begin() as connection:
        for statement in (
            "create table people (id text primary key, iin text, boss text references people (id))",
            f"insert into people values ('040728400011', '040728400011', null), ('{IIN}', '{IIN}', '040728400011')",
        ):
            connection.exec_driver_sql(statement)
    answer = answer_subject(sqlite_url, [Identifier.of("iin", IIN)], manifest=Manifest.parse(PEOPLE))
    assert cells(answer)["people", "boss"] == [None]
    assert "040728400011" not in json.dumps(answer.to_dict())


def test_since_and_until_are_told(sqlite_url: str) -> None:
    with sa.create_engine(sqlite_url, poolclass=sa.NullPool).begin() as connection:
        for statement in (
            "create table people (id integer primary key, iin text, created_at text)",
            "create table orders (id integer primary key, person integer references people (id), paid_at text)",
            f"insert into people values (1, '{IIN}', '2021-09-01 08:00:00')",
            "insert into orders values (1, 1, '2024-02-29')",
        ):
            connection.exec_driver_sql(statement)
    answer = answer_subject(sqlite_url, [Identifier.of("iin", IIN)], manifest=Manifest.parse(PEOPLE))
    orders, people = answer.tables
    assert (people.since and people.since.date) == "2021-09-01"
    assert orders.rows[0].until == "2029-02-28"
    assert orders.to_dict()["rule"] == {
        "erase": "keep",
        "term": "5y",
        "from": "orders.paid_at",
        "law": "Tax Code, art. 48",
    }


def test_a_table_without_a_key_is_named_as_not_read(sqlite_url: str) -> None:
    with sa.create_engine(sqlite_url, poolclass=sa.NullPool).begin() as connection:
        connection.exec_driver_sql("create table letters (body text)")
        connection.exec_driver_sql(f"insert into letters values ('ИИН {IIN}')")
    answer = answer_subject(sqlite_url, [Identifier.of("iin", IIN)])
    assert not answer.complete
    assert [one.place for one in answer.unread] == ["letters"]


def test_a_keyring_in_memory_has_no_trail(sqlite_url: str) -> None:
    keyring = Keyring.in_memory()
    schools.build(sqlite_url, keyring)
    assert asked(School(sqlite_url, keyring)).found
