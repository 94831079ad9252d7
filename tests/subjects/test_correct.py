"""The new value stands in every place of the old one in the person's rows, and nothing else has changed."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from piiguard.cli.main import run
from piiguard.errors import SubjectError
from piiguard.keys import Keyring, audit
from piiguard.protect.seal import Seal
from piiguard.subjects import Identifier, correct_subject, find_subject
from piiguard.subjects.correcting.wording import Wording
from piiguard.subjects.sought import Sought
from tests.subjects import schools

ME = [Identifier.of("iin", schools.ASAN["iin"])]
NEW = {"iin": "010101300010", "phone": "+7 702 765 43 21", "email": "Jana@example.kz"}
CHANGED = {
    "phone": {("students", "phone", 1): "+7 702 765 43 21", ("calls", "number", 1): 77027654321},
    "iin": {("letters", "body", 1): "Прошу отчислить, ИИН 010101300010"},
    "email": {("students", "email", 1): "Jana@example.kz"},
}
"""What a person would change by hand in columns that are plain text and numbers."""


def corrected(url: str, keyring: Keyring, kind: str) -> Any:
    return correct_subject(
        url, ME, Wording(kind, schools.ASAN[kind], NEW[kind]), manifest=schools.manifest(), keyring=keyring
    )


@pytest.mark.parametrize("kind", CHANGED)
def test_every_place_has_the_new_value_and_nothing_else_changes(any_database_url: str, kind: str) -> None:
    keyring = Keyring.in_memory()
    schools.build(any_database_url, keyring)
    before = schools.contents(any_database_url)
    corrected(any_database_url, keyring, kind)
    after = schools.contents(any_database_url)
    differ = {
        (table, name, key[0]): row[name]
        for table, rows in after.items()
        for key, row in rows.items()
        for name in row
        if row[name] != before[table][key][name]
    }
    seals = {item.column: Seal(keyring, item) for item in schools.manifest().columns}
    if kind == "iin":
        assert seals["iin"].decrypt(differ.pop(("students", "iin", 1))) == NEW["iin"]
        assert differ.pop(("students", "iin_index", 1)) == seals["iin"].index(NEW["iin"])
        assert NEW["iin"] in str(differ.pop(("letters", "raw", 2)))
    if kind == "email":  # half migrated: the twin and the index go with it
        assert seals["email"].decrypt(differ.pop(("students", "email_enc", 1))) == NEW["email"]
        assert differ.pop(("students", "email_index", 1)) == seals["email"].index(NEW["email"])
        assert NEW["email"] in str(differ.pop(("students", "details", 1)))
    assert differ == CHANGED[kind]


def test_a_search_finds_the_new_value_and_not_the_old(any_database_url: str) -> None:
    keyring = Keyring.in_memory()
    schools.build(any_database_url, keyring)
    corrected(any_database_url, keyring, "iin")
    asked = {"manifest": schools.manifest(), "keyring": keyring}
    assert not find_subject(any_database_url, ME, **asked).found  # type: ignore[arg-type]
    found = find_subject(any_database_url, [Identifier.of("iin", NEW["iin"])], **asked)  # type: ignore[arg-type]
    assert {(p.table, p.column) for p in found.places if p.via == "index"} == {("students", "iin")}


def test_a_text_is_corrected_where_it_is_all_of_a_cell(sqlite_url: str) -> None:
    engine = sa.create_engine(sqlite_url, poolclass=sa.NullPool)
    with engine.begin() as connection:
        connection.exec_driver_sql(
            "create table students (id integer primary key, iin text, surname text, note text)"
        )
        connection.exec_driver_sql(
            "insert into students values (1, '050312300015', 'СЫНАКОВ', 'брат Сынаков Ержан'), (2, '040728400011', 'Сынаков', '')"
        )
    correct_subject(sqlite_url, ME, Wording("text", "Сынаков", "Сынақов"), manifest=schools.manifest().__class__.parse(
        '[[subjects]]\ntable = "students"\nkey = "id"\n'))  # fmt: skip
    with engine.connect() as connection:
        rows = connection.exec_driver_sql("select surname, note from students order by id").all()
    assert [tuple(row) for row in rows] == [("Сынақов", "брат Сынаков Ержан"), ("Сынаков", "")]


TRIGGER = """create table people (id integer primary key, iin text); create trigger t after update on people begin
 update people set iin = old.iin where id = new.id; end"""


@pytest.mark.parametrize(
    ("setup", "told"),
    [
        ("create table people (iin text primary key)", "key"),
        ("create table people (iin text)", "primary key"),
        (TRIGGER, "taken back"),
    ],
)  # fmt: skip
def test_what_cannot_be_changed_is_refused_and_nothing_changes(
    sqlite_url: str, setup: str, told: str
) -> None:
    engine = sa.create_engine(sqlite_url, poolclass=sa.NullPool)
    with engine.begin() as connection:
        for statement in setup.split("; create trigger"):
            connection.exec_driver_sql(
                statement if statement.startswith("create") else f"create trigger{statement}"
            )
        connection.exec_driver_sql("insert into people (iin) values ('050312300015')")
    with pytest.raises(SubjectError, match=told) as error:
        correct_subject(sqlite_url, ME, Wording("iin", schools.ASAN["iin"], NEW["iin"]))
    assert "0503" not in str(error.value)
    with engine.connect() as connection:
        assert connection.exec_driver_sql("select iin from people").scalar() == "050312300015"


def test_a_file_that_holds_the_old_value_stops_it(sqlite_url: str, tmp_path: Path) -> None:
    keyring = Keyring.in_memory()
    schools.build(sqlite_url, keyring)
    before = schools.contents(sqlite_url)
    log = schools.write_files(tmp_path)
    with pytest.raises(SubjectError, match=r"app\.log"):
        correct_subject(
            [sqlite_url, str(log)], ME, Wording("iin", schools.ASAN["iin"], NEW["iin"]), manifest=schools.manifest(), keyring=keyring
        )  # fmt: skip
    assert schools.contents(sqlite_url) == before


SPELLINGS = [
    ("iin", "050312300015", "010101300010", ["050312300015", "050312 300015", "ИИН: 050312300015.", '{"iin": 50312300015}']),
    ("phone", "87011234567", "+77027654321", ["+7 (701) 123-45-67", "8-701-123-45-67", "тел. 87011234567, вечером", '["+77011234567"]']),
    ("email", "ulgi@example.kz", "jana@example.kz", ["ULGI@example.kz", "mailto:ulgi@example.kz", "почта: Ulgi@Example.kz"]),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "old", "new", "cells"), SPELLINGS, ids=["iin", "phone", "email"])
def test_every_spelling_is_replaced_and_others_stay(kind: str, old: str, new: str, cells: list[str]) -> None:
    wording = Wording(kind, old, new)
    for cell in cells:
        made = wording.cell(cell, kind)
        assert made is not None
        assert new.lstrip("+0") in str(made)
        assert wording.cell(made, kind) is None
    for other in ("040728400011", "+77019998877", "aru@example.kz", "", None, 7, "{}", True):
        assert wording.cell(other, kind) is None


LIKEWISE = [
    ("email", '<a href="mailto:ulgi%40example.kz">', '<a href="mailto:jana%40example.kz">'),
    (
        "email",
        "https://example.kz/?to=ulgi%40example%2Ekz&x=1",
        "https://example.kz/?to=jana%40example.kz&x=1",
    ),
    ("email", "https://example.kz/?to=ulgi@example.kz&x=1", "https://example.kz/?to=jana@example.kz&x=1"),
    ("email", "?next=%2Fa%3Fto%3Dulgi%2540example.kz", "?next=%2Fa%3Fto%3Djana%2540example.kz"),
    ("email", "ulgi&#64;example.kz", "jana&#64;example&#46;kz"),
    ("email", "ｕlgi＠example．kz", "ｊａｎａ＠ｅｘａｍｐｌｅ．ｋｚ"),
    ("email", "ulgi&#64;example%2Ekz", None),
    ("phone", "https://wa.me/77011234567?text=1", "https://wa.me/77027654321?text=1"),
    ("phone", "tel:87011234567", "tel:87027654321"),
    (
        "phone",
        "https://example.kz/?phone=%2B7+701+123-45-67&iin=1",
        "https://example.kz/?phone=%2B7+702+765+43+21&iin=1",
    ),
    (
        "phone",
        "https://example.kz/?phone=%2B77011234567",
        "https://example.kz/?phone=%2B7%20702%20765%2043%2021",
    ),
    ("phone", "тел. ８ ７０１ １２３ ４５ ６７", "тел. ＋７ ７０２ ７６５ ４３ ２１"),
    ("iin", "ИИН ٠٥٠٣١٢٣٠٠٠١٥", "ИИН ٠١٠١٠١٣٠٠٠١٠"),
    ("iin", "ИИН ０５０３１２３０００１５", "ИИН ０１０１０１３０００１０"),
    ("iin", r'text {"iin": "\u0030\u0035\u0030312300015"}', r'text {"iin": "010101300010"}'),
]
VALUES = {"iin": ("050312300015", "010101300010"), "phone": ("87011234567", "+7 702 765 43 21"), "email": ("ulgi@example.kz", "jana@example.kz")}  # fmt: skip


@pytest.mark.parametrize(("kind", "cell", "expected"), LIKEWISE)
def test_the_new_value_is_spelled_as_the_old_one_was_or_the_place_is_left(
    kind: str, cell: str, expected: str | None
) -> None:
    wording = Wording(kind, *VALUES[kind])
    made = wording.cell(cell, "note")
    assert made == expected
    assert wording.is_left(cell, "note")
    assert wording.is_left(made or cell, "note") == (expected is None)
    if expected is not None:
        assert [
            one.kind for _, one in Sought([Identifier.of(kind, VALUES[kind][1])]).in_cell(made, "note")
        ] == [kind]


def test_a_spelling_that_cannot_be_written_is_named_and_the_rest_is_corrected(
    typed: Any, sqlite_url: str
) -> None:
    with schools.engine_of(sqlite_url).begin() as connection:
        connection.exec_driver_sql("update posts set body = 'ulgi&#64;example%2Ekz' where id = 1")
        connection.exec_driver_sql("update posts set body = 'to=ulgi%40example.kz' where id = 4")
    code, told = typed(
        "key=students:1\nold=ulgi@example.kz\nnew=jana@example.kz\n", "--what", "email", "--yes"
    )
    assert code == 4, told
    assert "posts.body: 1 row in which the old value is spelled as the new one cannot be" in told
    with schools.engine_of(sqlite_url).connect() as connection:
        rows = connection.exec_driver_sql("select body from posts where id in (1, 4) order by id").all()
    assert [row.body for row in rows] == ["ulgi&#64;example%2Ekz", "to=jana%40example.kz"]


@pytest.mark.parametrize(
    ("kind", "old", "new"), [("iin", "1", "2"), ("phone", "87011234567", "+77011234567"), ("text", "a", " ")]
)
def test_what_is_no_correction_is_refused_without_a_value(kind: str, old: str, new: str) -> None:
    with pytest.raises(SubjectError) as error:
        Wording(kind, old, new)
    assert "7011234567" not in str(error.value)


@pytest.fixture
def typed(
    sqlite_url: str, keyring_file: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Any:
    schools.build(sqlite_url, Keyring.from_file(keyring_file).open())
    manifest = keyring_file.parent / "piiguard.toml"
    manifest.write_text(f'[keyring]\npath = "{keyring_file}"\n{schools.MANIFEST}', encoding="utf-8")

    def typed(given: str, *options: str) -> tuple[int, str]:
        monkeypatch.setattr("sys.stdin", io.StringIO(given))
        code = run(["subject", "correct", sqlite_url, *options, "--manifest", str(manifest)])
        out, err = capfd.readouterr()
        for value in (*schools.ASAN.values(), *NEW.values(), "7011234567", "7027654321"):
            assert value.lower() not in f"{out}{err}".lower()
        return code, err

    return typed


def test_the_command_plans_first_and_can_be_run_again(typed: Any, sqlite_url: str) -> None:
    given = f"iin={schools.ASAN['iin']}\nold={schools.ASAN['phone']}\nnew={NEW['phone']}\n"
    before = schools.contents(sqlite_url)
    code, err = typed(given, "--what", "phone", "--dry-run")
    assert (code, "students.phone: 1 row" in err) == (0, True)
    assert schools.contents(sqlite_url) == before
    assert typed(given, "--what", "phone")[0] != 0  # no terminal and no --yes
    assert schools.contents(sqlite_url) == before
    code, err = typed(given, "--what", "phone", "--yes")
    assert (code, "2 cells corrected" in err) == (0, True)
    code, err = typed(given, "--what", "phone", "--yes")
    assert (code, "does not stand" in err) == (0, True)


def test_the_trail_names_columns_and_no_value(typed: Any, keyring_file: Path) -> None:
    typed(
        f"iin={schools.ASAN['iin']}\nold={schools.ASAN['iin']}\nnew={NEW['iin']}\n", "--what", "iin", "--yes"
    )
    lines = audit.read(keyring_file)
    mine = [line for line in lines if line["action"] == "subject correct"]
    assert [line["state"] for line in mine] == ["begun", "ended"]
    assert "students.iin" in mine[0]["columns"]
    assert schools.ASAN["iin"] not in str(mine)
