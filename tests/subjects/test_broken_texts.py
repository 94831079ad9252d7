"""A text of SQLite may be no text: bytes that are not UTF-8 end no search, and stand afterwards as they stood, of the type that they had."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from piiguard.errors import SubjectError
from piiguard.keys import Keyring
from piiguard.manifest import Manifest
from piiguard.scan.policy import Policy
from piiguard.subjects import (
    Identifier,
    answer_subject,
    correct_subject,
    erase_subject,
    find_subject,
    release_subject,
    restrict_subject,
)
from piiguard.subjects.breach.find import find_breach
from piiguard.subjects.correcting.wording import Wording
from piiguard.subjects.retention.carry import retain

IIN, OTHER, NEW = "050312300015", "040728400011", "010101300010"
WHOM = [Identifier.of("iin", IIN)]
BROKEN = (b"\xff\xfe\xd0", b"\xc3(", b"\xed\xa0\x80", b"a\x00\xff")
"""Bytes that no decoder of UTF-8 takes: no lead byte, no continuation, half of a pair, and behind a zero."""
MENTION = b"\xff " + f"ИИН {IIN}, уволен".encode()
RULES = """
[[subjects]]
table = "people"
key = "id"
identifiers = ["iin"]
erase = "delete"
restrict = "seal"

[[subjects.tables]]
table = "notes"
erase = "null"
columns = ["body"]
restrict = "seal"
"""


@pytest.fixture
def url(tmp_path: Path) -> str:
    """Texts that are none beside the person, in his row, in others' rows; and one in which his number stands."""
    file = tmp_path / "broken.db"
    with closing(sqlite3.connect(file)) as raw, raw:
        raw.execute("create table people (id integer primary key, iin text, full_name text)")
        raw.execute(
            "create table notes (id integer primary key, person integer references people, body text)"
        )
        for key, iin, data in ((1, IIN, BROKEN[0]), (2, OTHER, BROKEN[1]), (3, NEW, None)):
            raw.execute("insert into people values (?, ?, cast(? as text))", (key, iin, data))
        for at, (person, data) in enumerate(
            ((None, MENTION), (1, BROKEN[2]), (2, BROKEN[2]), (2, BROKEN[3]), (None, BROKEN[0]))
        ):
            raw.execute("insert into notes values (?, ?, cast(? as text))", (at, person, data))
    return f"sqlite:///{file}"


def contents(url: str) -> dict[str, dict[int, tuple[Any, ...]]]:
    """Every cell as its bytes and its type, by SQLite alone."""
    found = dict[str, dict[int, tuple[Any, ...]]]()
    with closing(sqlite3.connect(str(sa.make_url(url).database))) as raw:
        for table in ("people", "notes"):
            names = [row[1] for row in raw.execute(f"pragma table_info({table})")]
            read = ", ".join(f"typeof({name}), cast({name} as blob)" for name in names)
            found[table] = {row[0]: tuple(row[1:]) for row in raw.execute(f"select id, {read} from {table}")}
    return found


def given(keyring: Keyring, rules: str = RULES) -> dict[str, Any]:
    return {"manifest": Manifest.parse(rules), "keyring": keyring}


def found(url: str, iin: str, keyring: Keyring) -> dict[tuple[str | None, str | None], tuple[str, ...]]:
    report = find_subject(url, [Identifier.of("iin", iin)], **given(keyring))
    assert report.complete
    return {(p.table, p.column): p.row_keys for p in report.places if p.entity}


HIS = {("people", "iin"): ("1",), ("notes", "body"): ("0",)}


def test_everybody_is_found_beside_them_and_in_them(url: str, keyring: Keyring) -> None:
    assert found(url, IIN, keyring) == HIS
    assert found(url, OTHER, keyring) == {("people", "iin"): ("2",)}


def test_the_answer_has_the_rows_in_which_they_stand(url: str, keyring: Keyring) -> None:
    answer = answer_subject(url, WHOM, **given(keyring))
    assert answer.complete
    assert {one.table: len(one.rows) for one in answer.tables} == {"people": 1, "notes": 2}


def test_what_leaked_is_compared_with_them(url: str, keyring: Keyring, tmp_path: Path) -> None:
    leak = tmp_path / "leak.csv"
    leak.write_text(f"iin\n{IIN}\n")
    report = find_breach(str(leak), [url], **given(keyring))
    assert {(p.table, p.column) for p in report.places} == HIS.keys()


def test_released_they_are_the_bytes_and_of_the_type_that_they_were(url: str, keyring: Keyring) -> None:
    before = contents(url)
    restrict_subject(url, WHOM, **given(keyring))
    during = contents(url)
    assert {(t, key) for t, rows in before.items() for key in rows if during[t][key] != rows[key]} == {
        ("people", 1), ("notes", 0), ("notes", 1),
    }  # fmt: skip
    assert found(url, IIN, keyring).keys() == HIS.keys()
    release_subject(url, WHOM, **given(keyring))
    assert contents(url) == before


def test_he_is_erased_and_nobody_else_s_cell_changes(url: str, keyring: Keyring) -> None:
    before = contents(url)
    erase_subject(url, WHOM, **given(keyring))
    after = contents(url)
    assert after["people"] == {key: row for key, row in before["people"].items() if key != 1}
    assert {key for key, row in before["notes"].items() if after["notes"][key] != row} == {0, 1}
    assert found(url, IIN, keyring) == {}


def test_his_number_is_corrected_inside_of_them(url: str, keyring: Keyring) -> None:
    before = contents(url)
    correct_subject(url, WHOM, Wording("iin", IIN, "020202500024"), **given(keyring))
    after = contents(url)
    assert after["notes"][0] == (*before["notes"][0][:-1], MENTION.replace(IIN.encode(), b"020202500024"))
    assert {key for key, row in before["notes"].items() if after["notes"][key] != row} == {0}


def test_past_the_term_they_are_no_date_and_others_go(url: str, keyring: Keyring, tmp_path: Path) -> None:
    policy = tmp_path / "policy.toml"
    policy.write_text(
        'organisation = "School"\nretention = "1y"\n[[dates]]\ntable = "notes"\ncolumn = "body"\n', "utf-8"
    )
    report = retain(url, Policy.load(policy), **given(keyring), agreed=lambda *_: False)
    assert [(one.table, one.undated) for one in report.tables if one.table == "notes"] == [("notes", 5)]


BY_KEY = """create table people (id integer primary key, iin text);
create table tags (name text primary key, person integer references people)"""
ACTS: list[Callable[..., Any]] = [erase_subject, restrict_subject]


@pytest.mark.parametrize("act", ACTS)
def test_a_row_whose_key_is_no_text_is_named_and_nothing_changes(
    act: Callable[..., Any], tmp_path: Path, keyring: Keyring
) -> None:
    file = tmp_path / "keys.db"
    with closing(sqlite3.connect(file)) as raw, raw:
        raw.executescript(BY_KEY)
        raw.execute("insert into people values (1, ?)", (IIN,))
        raw.execute("insert into tags values (cast(x'ff41' as text), 1)")
    options, url = (
        given(keyring, RULES.replace("notes", "tags").replace('columns = ["body"]', "")),
        f"sqlite:///{file}",
    )
    report = find_subject(url, WHOM, **options)
    assert {(p.table, p.via) for p in report.places} == {("people", "value"), ("tags", "foreign key")}
    assert [(one.place, "UTF-8" in one.reason) for one in report.unread] == [("tags", True)]
    with pytest.raises(SubjectError, match=r"tags.*UTF-8"):
        act(url, WHOM, **options)
    with closing(sqlite3.connect(file)) as raw:
        assert raw.execute("select iin from people").fetchall() == [(IIN,)]
        assert raw.execute("select hex(name) from tags").fetchall() == [("FF41",)]
