"""The entries [[subjects]]: what they mean, and that whatever is wrong in one is named before anything is done."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from piiguard.errors import ManifestError
from piiguard.manifest import Manifest, ProtectedColumn, append, remove
from piiguard.rights import RULES, TableRule
from piiguard.terms import Term

STUDENTS = """
[[subjects]]
table = "students"
key = "id"
identifiers = ["iin", "phone", "email"]
erase = "delete"
keep = { invoices = "Tax Code" }
last_activity = "students.last_login"

[[subjects.tables]]
table = "orders"
erase = "keep"
term = "5y"
from = "orders.paid_at"
law = "Tax Code, art. 48"

[[subjects.tables]]
table = "hr.notes"
erase = "null"
columns = ["text"]
"""
IIN = ProtectedColumn("students", "iin", "students.iin", index="iin_index", normalizer="digits")


def test_an_entry_says_whose_rows_these_are_and_what_becomes_of_them() -> None:
    (subject,) = Manifest.parse(STUDENTS).subjects
    assert (subject.table, subject.key, subject.identifiers) == (
        "students",
        ("id",),
        ("iin", "phone", "email"),
    )
    assert subject.last_activity == "students.last_login"
    assert subject.rule("students") == TableRule("students", "delete")
    assert subject.rule("orders") == TableRule(
        "orders", "keep", (), Term("5y"), "orders.paid_at", "Tax Code, art. 48"
    )
    assert subject.rule("hr.notes") == TableRule("hr.notes", "null", ("text",))
    assert subject.rule("invoices") == TableRule("invoices", "keep", law="Tax Code")
    assert subject.rule("elsewhere") is None


def test_a_key_of_two_columns_is_a_list() -> None:
    (subject,) = Manifest.parse('[[subjects]]\ntable = "a"\nkey = ["tenant", "id"]\n').subjects
    assert subject.key == ("tenant", "id")


def entry(**members: str) -> str:
    told = {"table": '"a"', "key": '"id"', **members}
    return "[[subjects]]\n" + "".join(f"{name} = {value}\n" for name, value in told.items())


def rule(**members: str) -> str:
    told = {"table": '"b"', "erase": '"delete"', **members}
    listed = "".join(f"{name} = {value}\n" for name, value in told.items())
    return f"{entry()}[[subjects.tables]]\n{listed}"


WRONG = {
    "no list": ("subjects = 3\n", "a list of tables"),
    "rules without an entry": ('[[subjects.tables]]\ntable = "a"\nerase = "delete"\n', "a list of tables"),
    "an entry of another type": ("subjects = [3]\n", "number 1 is not a table"),
    "an unknown member": (entry(keys='"id"'), "unknown member keys"),
    "an unknown member of a rule": (rule(erases='"x"'), "unknown member erases"),
    "no key": ('[[subjects]]\ntable = "a"\n', "lacks key"),
    "no rule": (entry() + '[[subjects.tables]]\ntable = "b"\n', "lacks erase"),
    "an empty key": (entry(key="[]"), "key is not a name"),
    "a key twice": (entry(key='["id", "id"]'), "different names"),
    "a key of numbers": (entry(key="[1]"), "key is not a name"),
    "an empty name": (entry(table='" "'), "table is not a text"),
    "identifiers of another type": (entry(identifiers="3"), "identifiers is not a name"),
    "keep without its law": (entry(keep="{ orders = 5 }"), "keep is not a table of texts"),
    "an unknown way to erase": (rule(erase='"drop"'), "erase is delete, null, pseudonym or keep"),
    "a keep without its law": (rule(erase='"keep"'), "keep lacks law"),
    "a keep of persons without its law": (entry(erase='"keep"'), "keep lacks law"),
    "a term in words": (rule(term='"5 years"', **{"from": '"b.at"'}), "term is not understood"),
    "a term of no time": (rule(term='"0y"', **{"from": '"b.at"'}), "term is not understood"),
    "a term without its date": (rule(term='"5y"'), "term and from come together"),
    "a date without its term": (rule(**{"from": '"b.at"'}), "term and from come together"),
    "a date of another table": (rule(term='"5y"', **{"from": '"a.at"'}), "not a column of b"),
    "a date of no table": (rule(term='"5y"', **{"from": '"at"'}), "from is not a column"),
    "a last activity of no table": (entry(last_activity='"at"'), "last_activity is not a column"),
    "a restriction of no name": (rule(restrict="true"), "restrict is not a text"),
    "a restriction without what becomes of the rows": (
        entry(restrict='"seal"'),
        "restrict needs erase beside it",
    ),
    "columns beside a flag": (
        rule(columns='["x"]', restrict='"blocked"'),
        "columns belong to null and pseudonym",
    ),
    "columns of whole rows": (rule(columns='["x"]'), "columns belong to null and pseudonym"),
    "a table of persons twice": (entry() * 2, "a stands twice"),
    "a rule twice": (rule() + '[[subjects.tables]]\ntable = "b"\nerase = "null"\n', "b stands twice"),
    "two rules for the persons": (
        entry(erase='"delete"') + '[[subjects.tables]]\ntable = "a"\nerase = "null"\n',
        "a has two rules",
    ),
    "two rules of two entries": (rule() + rule(erase='"null"').replace('"a"', '"c"'), "b has two rules"),
}


@pytest.mark.parametrize("kind", WRONG)
def test_a_wrong_entry_is_refused_by_its_place_with_a_hint(kind: str) -> None:
    text, message = WRONG[kind]
    with pytest.raises(ManifestError, match=r"^piiguard\.toml: \[\[subjects\]\]") as caught:
        Manifest.parse(text)
    assert message in str(caught.value)
    assert caught.value.hint


@pytest.mark.parametrize("way", RULES)
def test_every_way_to_erase_can_be_written(way: str) -> None:
    law = {"law": '"Tax Code"'} if way == "keep" else {}
    (subject,) = Manifest.parse(rule(erase=f'"{way}"', **law)).subjects
    found = subject.rule("b")
    assert found is not None
    assert found.erase == way


def test_a_rule_says_how_the_use_of_rows_stops() -> None:
    (subject,) = Manifest.parse(
        entry(erase='"delete"', restrict='"blocked"')
        + '[[subjects.tables]]\ntable = "b"\nerase = "delete"\nrestrict = "seal"\ncolumns = ["x"]\n'
    ).subjects
    assert subject.rule("a") == TableRule("a", "delete", restrict="blocked")
    assert subject.rule("b") == TableRule("b", "delete", ("x",), restrict="seal")


def test_entries_of_columns_come_and_go_and_subjects_stay(tmp_path: Path) -> None:
    path = tmp_path / "piiguard.toml"
    path.write_text(STUDENTS, encoding="utf-8")
    before = Manifest.load(path).subjects
    assert append(path, IIN).subjects == before
    assert remove(path, IIN).subjects == before
    assert path.read_text(encoding="utf-8").rstrip("\n") == STUDENTS.rstrip("\n")


def test_a_term_ends_where_it_begins_before() -> None:
    start = datetime(2024, 2, 29, tzinfo=UTC)
    for text in ("1d", "11m", "5y"):
        assert Term(text).before(Term(text).after(start)).date() <= start.date()
    assert Term("5y").after(start).date().isoformat() == "2029-02-28"
