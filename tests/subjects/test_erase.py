"""One person goes, whole or not at all: nobody else's row changes, a search finds nothing, and no output holds a value."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa

from piiguard.errors import SubjectError
from piiguard.keys import Keyring
from piiguard.manifest import Manifest
from piiguard.report.messages import LANGUAGES
from piiguard.report.person.receipt import receipt_text
from piiguard.subjects import Identifier, Receipt, erase_subject, find_subject, plan_erasure
from tests.subjects import schools
from tests.subjects.test_find import EMAIL, IIN, KEY, PHONE

Erase = Callable[..., Receipt | None]


@pytest.fixture
def erase(any_database_url: str, keyring: Keyring) -> Erase:
    schools.build(any_database_url, keyring)

    def erase(*identifiers: Identifier, rules: str = schools.MANIFEST, **options: Any) -> Receipt | None:
        given: dict[str, Any] = {"manifest": Manifest.parse(rules), "keyring": keyring, **options}
        return erase_subject(any_database_url, identifiers, **given)

    return erase


GONE: dict[str, set[Any]] = {
    "students": {(1,)},
    "orders": {(1, 1)},
    "items": {(1, 1, 1), (1, 1, 2)},
    "posts": {(1,), (4,)},
    "threads": {(1,)},
    "calls": {(1,), (3,)},
}


def changed(rules: str, table: str, way: str, more: str = "") -> str:
    old = (
        f'table = "{table}"\nerase = "delete"'
        if table != "students"
        else 'erase = "delete"\n\n[[subjects.tables]]'
    )
    new = old.replace('"delete"', f'"{way}"\n{more}')
    assert old in rules
    return rules.replace(old, new, 1)


def test_the_person_goes_and_nobody_else_s_row_changes(
    erase: Erase, any_database_url: str, keyring: Keyring
) -> None:
    before = schools.contents(any_database_url)
    receipt = erase(IIN, PHONE, EMAIL)
    after = schools.contents(any_database_url)
    expected: dict[str, Any] = {
        table: {key: row for key, row in rows.items() if key not in GONE.get(table, ())}
        for table, rows in before.items()
    }
    expected["students"][(2,)]["mentor_id"] = None  # it referred to the person
    expected["posts"][(3,)]["parent_id"] = None  # an answer of the other to a post of the person
    expected["letters"][(1,)]["body"] = None
    expected["letters"][(2,)]["raw"] = None
    expected["letters"][(2,)]["body"] = None  # by the rule its columns go, in every row of the person
    assert after == expected
    assert receipt is not None
    assert (receipt.erased, receipt.kept, receipt.databases[0].left) == (11, 0, 0)
    found = find_subject(any_database_url, [IIN, EMAIL], manifest=schools.manifest(), keyring=keyring)
    assert (found.places, found.ambiguous) == ((), ())


def test_it_can_be_run_again_and_does_nothing(erase: Erase, any_database_url: str) -> None:
    erase(IIN)
    before = schools.contents(any_database_url)
    again = erase(IIN)
    assert again is not None
    assert again.erased == 0
    assert schools.contents(any_database_url) == before


def test_run_again_by_phone_and_iin_it_takes_nobody_who_has_the_phone_as_well(
    erase: Erase, any_database_url: str, keyring: Keyring
) -> None:
    for strong in (IIN, KEY):
        erase(strong, PHONE)
        before = schools.contents(any_database_url)
        again = erase(strong, PHONE)
        assert again is not None
        assert again.erased == 0
        assert schools.contents(any_database_url) == before
    found = find_subject(any_database_url, [IIN, PHONE], manifest=schools.manifest(), keyring=keyring)
    assert {(one.table, one.row_keys) for one in found.ambiguous} == {("students", ("2",)), ("calls", ("2",))}


def test_a_phone_of_two_people_erases_nobody(erase: Erase, any_database_url: str) -> None:
    before = schools.contents(any_database_url)
    with pytest.raises(SubjectError, match="several persons"):
        erase(PHONE)
    assert schools.contents(any_database_url) == before


@pytest.mark.parametrize("way", ["null", "pseudonym"])
def test_values_go_with_their_indexes_and_twins_where_rows_stay(
    erase: Erase, any_database_url: str, way: str
) -> None:
    before = schools.contents(any_database_url)["students"]
    erase(IIN, rules=changed(schools.MANIFEST, "students", way))
    after = schools.contents(any_database_url)["students"]
    gone = ("iin", "iin_index", "phone", "email", "email_enc", "email_index", "details")
    assert after.keys() == before.keys()
    assert after[(2,)] == before[(2,)]
    for name in gone:
        assert after[(1,)][name] != before[(1,)][name], name
    if way == "null":
        assert all(after[(1,)][name] is None for name in gone)
    else:
        assert str(after[(1,)]["phone"]).startswith("erased-")
        assert after[(1,)]["iin"] is not None


def test_a_table_without_a_rule_is_named_and_nothing_changes(erase: Erase, any_database_url: str) -> None:
    before = schools.contents(any_database_url)
    rules = schools.MANIFEST.replace('[[subjects.tables]]\ntable = "items"\nerase = "delete"\n', "")
    with pytest.raises(SubjectError, match="items") as caught:
        erase(IIN, rules=rules)
    assert "[[subjects.tables]]" in caught.value.hint
    assert schools.contents(any_database_url) == before


def test_what_the_law_keeps_stays_and_the_receipt_says_until_when(
    erase: Erase, any_database_url: str
) -> None:
    term = 'law = "Tax Code"\nterm = "5y"\nfrom = "orders.paid_at"\n'
    rules = changed(changed(schools.MANIFEST, "orders", "keep", term), "items", "keep", 'law = "Tax Code"\n')
    rules = changed(rules, "students", "null")
    with pytest.raises(SubjectError, match="kept by law"):
        erase(IIN, rules=rules)
    before = schools.contents(any_database_url)
    receipt = erase(IIN, rules=rules, leave_kept=True)
    after = schools.contents(any_database_url)
    assert (after["orders"], after["items"]) == (before["orders"], before["items"])
    assert receipt is not None
    kept = next(done for done in receipt.databases[0].places if done.table == "orders")
    assert (kept.law, kept.until, receipt.kept) == ("Tax Code", "2029-03-01", 3)


def test_rows_that_stay_and_need_the_reference_are_in_the_way(erase: Erase, any_database_url: str) -> None:
    before = schools.contents(any_database_url)
    with pytest.raises(SubjectError, match=r"orders\.student_id"):
        erase(IIN, rules=changed(schools.MANIFEST, "orders", "null", 'columns = ["comment"]\n'))
    assert schools.contents(any_database_url) == before


def test_a_plan_changes_nothing_and_shows_placeholders(
    erase: Erase, any_database_url: str, keyring: Keyring
) -> None:
    before = schools.contents(any_database_url)
    planned = plan_erasure(any_database_url, [IIN, PHONE], manifest=schools.manifest(), keyring=keyring)
    texts = planned[0].plan.texts()
    assert any(text.upper().startswith("DELETE FROM") and "students" in text for text in texts)
    assert not any(value in text for text in texts for value in schools.ASAN.values())
    order = [text.split()[2] for text in texts if text.startswith("DELETE")]
    assert [name.rpartition(".")[2].strip("`") for name in order][-1] == "students"
    assert schools.contents(any_database_url) == before
    assert erase(IIN, agreed=lambda planned: False) is None
    assert schools.contents(any_database_url) == before


def test_what_a_trigger_puts_back_is_taken_back(sqlite_url: str, keyring: Keyring) -> None:
    schools.build(sqlite_url, keyring)
    engine = schools.engine_of(sqlite_url)
    with engine.begin() as connection:
        connection.execute(
            sa.text(
                "create trigger back after delete on calls begin"
                " insert into letters (id, body) values (100 + old.id, 'тел. ' || old.number); end"
            )
        )
    before = schools.contents(sqlite_url)
    with pytest.raises(SubjectError, match="found after it"):
        erase_subject(sqlite_url, [KEY, PHONE], manifest=schools.manifest(), keyring=keyring)
    assert schools.contents(sqlite_url) == before


def test_a_person_who_has_changed_since_the_plan_is_left(sqlite_url: str, keyring: Keyring) -> None:
    schools.build(sqlite_url, keyring)

    def meanwhile(planned: object) -> bool:
        with schools.engine_of(sqlite_url).begin() as connection:
            connection.execute(sa.text("insert into calls (id, number, student_id) values (9, 1, 1)"))
        return True

    with pytest.raises(SubjectError, match="have changed since"):
        erase_subject(sqlite_url, [IIN], manifest=schools.manifest(), keyring=keyring, agreed=meanwhile)
    assert (1,) in schools.contents(sqlite_url)["students"]


def test_a_file_with_the_person_is_told_before_anything_changes(
    sqlite_url: str, keyring: Keyring, tmp_path: Any
) -> None:
    schools.build(sqlite_url, keyring)
    log, before = schools.write_files(tmp_path), schools.contents(sqlite_url)
    with pytest.raises(SubjectError, match="lines: files are redacted") as caught:
        erase_subject([sqlite_url, str(log)], [IIN], manifest=schools.manifest(), keyring=keyring)
    assert caught.value.hint.startswith("piiguard redact")
    assert schools.contents(sqlite_url) == before


def test_what_cannot_be_searched_is_not_erased(sqlite_url: str, keyring: Keyring) -> None:
    schools.build(sqlite_url, keyring)
    with pytest.raises(SubjectError, match="not searched"):
        erase_subject(sqlite_url, [KEY, IIN], manifest=schools.manifest())


def test_no_receipt_and_no_line_of_the_trail_holds_a_value(sqlite_url: str, keyring: Keyring) -> None:
    schools.build(sqlite_url, keyring)
    receipt = erase_subject(sqlite_url, [IIN, PHONE, EMAIL], manifest=schools.manifest(), keyring=keyring)
    assert receipt is not None
    trail = keyring.path.with_name(f"{keyring.path.name}.audit").read_text("utf-8")
    texts = [
        json.dumps(receipt.to_dict()),
        *(receipt_text(receipt.to_dict(), lang) for lang in LANGUAGES),
        trail,
    ]
    for value in (*schools.ASAN.values(), "0503123000", "7011234567"):
        assert not any(value.lower() in text.lower() for text in texts)
    lines = [json.loads(line) for line in trail.splitlines()]
    assert [line["state"] for line in lines if line["action"] == "subject erase"] == ["begun", "ended"]
    assert lines[-1]["sha256"] == receipt.digest
    assert lines[-2]["number"] == receipt.trail


def test_a_row_that_another_transaction_holds_is_waited_for_and_then_told(
    erase: Erase, any_database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("piiguard.subjects.acting.act._WAIT", 1)
    monkeypatch.setattr("piiguard.database.sqlite.WRITING", 100)
    before = schools.contents(any_database_url)
    holder = sa.create_engine(any_database_url, poolclass=sa.NullPool)
    with holder.connect() as other:
        if holder.dialect.name == "sqlite":
            other.exec_driver_sql("begin immediate")
        other.execute(sa.text("update students set phone = phone where id = 1"))
        with pytest.raises(SubjectError, match="nothing was changed there"):
            erase(IIN, PHONE, EMAIL)
        other.rollback()
    assert schools.contents(any_database_url) == before
    assert erase(IIN, PHONE, EMAIL) is not None
