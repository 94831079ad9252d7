"""An index that is wrong is made right, and one under an older rule goes under the newest: no row is lost on the way."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from piiguard.cli.main import run
from piiguard.errors import JobError, KeyringFormatError
from piiguard.keys import Keyring
from piiguard.manifest import Manifest, ProtectedColumn, append
from piiguard.protect.jobs.encrypt import encrypt
from piiguard.protect.jobs.plan import plan_rotate
from piiguard.protect.jobs.rotate import rotate
from piiguard.protect.jobs.verify import verify
from piiguard.protect.outcome import Outcome
from piiguard.protect.refusal import Refusal
from piiguard.protect.schema.tables import reflect
from piiguard.protect.seal import Seal

from .conftest import IIN, ITEMS, PHONE, People

BOTH = replace(PHONE, normalizer=("phone/2", "phone"))
BOTH_IIN = replace(IIN, normalizer=("digits/2", "digits/1"))


@pytest.fixture
def protected(people: People) -> People:
    people.fill(40)
    for item in (IIN, PHONE):
        encrypt(people.job(), item)
    return people


def stale(people: People, *items: ProtectedColumn) -> list[int]:
    return [found.stale.rows for found in verify(people.job(), items)]


def spoil(people: People, row: int, **values: Any) -> None:
    """As somebody would in SQL."""
    with people.engine.begin() as connection:
        table = reflect(connection, "people")
        connection.execute(table.update().where(table.c.id == row).values(**values))


def reindexed(people: People, *items: ProtectedColumn) -> dict[str, Outcome]:
    found = list(rotate(people.job(), items, reindex=True))
    return {one.columns[0]: one for one in found if one.kind == "reindex"}


def test_a_stale_index_is_found_and_made_right(protected: People) -> None:
    before = protected.rows()
    spoil(protected, 5, phone_index=before[0].phone_index)
    spoil(protected, 6, phone_index=None)
    spoil(protected, 7, phone_index=before[2].phone_index)  # its phone is NULL
    spoil(protected, 8, iin_index=b"\0\1" + b"x" * 14)
    assert stale(protected, IIN, PHONE) == [1, 3]
    found = reindexed(protected, IIN, PHONE)
    assert {name: (one.tally.changed, one.left) for name, one in found.items()} == {
        "iin_index": (1, 0),
        "phone_index": (3, 0),
    }
    assert stale(protected, IIN, PHONE) == [0, 0]
    assert protected.rows() == before
    assert [one.tally.changed for one in reindexed(protected, IIN, PHONE).values()] == [0, 0]


def test_rows_that_hold_one_anothers_hash_in_a_unique_index_are_made_right(protected: People) -> None:
    before = protected.rows()
    spoil(protected, 1, iin_index=b"\0\1" + b"x" * 14)
    spoil(protected, 40, iin_index=before[0].iin_index)
    spoil(protected, 1, iin_index=before[39].iin_index)
    assert stale(protected, IIN) == [2]
    reindexed(protected, IIN)
    assert stale(protected, IIN) == [0]
    assert protected.rows() == before


def test_so_are_those_of_a_column_that_cannot_be_empty(protected: People) -> None:
    with protected.engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql("alter table people alter column iin_index set not null")
        elif connection.dialect.name == "mysql":
            connection.exec_driver_sql("alter table people modify column iin_index binary(16) not null")
    test_rows_that_hold_one_anothers_hash_in_a_unique_index_are_made_right(protected)


def test_two_rows_of_one_value_are_named_by_their_keys(protected: People) -> None:
    before = protected.rows()
    seal = Seal(protected.keyring, IIN)
    spoil(protected, 9, iin=seal.encrypt(seal.decrypt(before[3].iin)), iin_index=None)
    with pytest.raises(JobError, match=r"the rows 4 and 9 are equal") as caught:
        reindexed(protected, IIN)
    assert caught.value.hint


def test_a_row_that_does_not_open_keeps_what_it_has(protected: People) -> None:
    held: bytes = protected.rows()[4].phone
    spoil(protected, 5, phone=held[:-1] + bytes([held[-1] ^ 1]))
    before = protected.rows()
    reindexed(protected, PHONE)
    assert protected.rows() == before


def test_a_trigger_that_keeps_the_wrong_hash_is_told(protected: People) -> None:
    if protected.engine.dialect.name != "postgresql":
        pytest.skip("one database is enough for the rule")
    spoil(protected, 5, phone_index=None)
    with protected.engine.begin() as connection:
        connection.exec_driver_sql(
            "create function keep() returns trigger language plpgsql as"
            " 'begin new.phone_index := old.phone_index; return new; end'"
        )
        connection.exec_driver_sql(
            "create trigger keep before update on people for each row execute function keep()"
        )
    with pytest.raises(Refusal, match="does not arrive, in 1 row: 5"):
        reindexed(protected, PHONE)


@pytest.fixture
def folder(tmp_path: Path, protected: People, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PIIGUARD_KEYRING", str(protected.keyring.path))
    for item in (IIN, PHONE):
        append("piiguard.toml", item, keyring=str(protected.keyring.path))
    return tmp_path


@pytest.fixture
def piiguard(
    folder: Path, protected: People, capfd: pytest.CaptureFixture[str]
) -> Callable[..., tuple[int, str]]:
    url = protected.engine.url.render_as_string(hide_password=False)

    def call(command: str, *words: str) -> tuple[int, str]:
        code = run([command, url, *words])
        told = capfd.readouterr()
        return code, told.out + told.err

    return call


def test_what_verify_says_the_command_mends(
    protected: People, piiguard: Callable[..., tuple[int, str]]
) -> None:
    spoil(protected, 5, phone_index=protected.rows()[0].phone_index)
    code, told = piiguard("verify")
    assert (code, "piiguard rotate --reindex" in told, "rows 5" in told) == (1, True, True)
    code, told = piiguard("rotate", "--reindex", "--plan")
    assert (code, "made anew" in told, "UPDATE" in told) == (0, True, True)
    code, told = piiguard("rotate", "--reindex", "--dry-run")
    assert (code, "people.phone_index: 1 value to index right" in told) == (0, True)
    code, told = piiguard("rotate", "people.phone", "--reindex")
    assert (code, "people.phone_index: 1 row indexed right" in told) == (0, True)
    assert piiguard("verify")[0] == 0


def test_an_older_rule_is_searched_until_it_is_rewritten_and_then_the_list_shrinks(
    protected: People, piiguard: Callable[..., tuple[int, str]]
) -> None:
    text = Path("piiguard.toml").read_text(encoding="utf-8")
    listed = text.replace('"phone"\nindex', "").replace(
        'normalizer = "phone"', 'normalizer = [\n  "phone/2",\n  "phone",\n]  # since May'
    )
    Path("piiguard.toml").write_text(
        listed.replace('normalizer = "digits"', 'normalizer = ["digits/2", "digits/1"]'), encoding="utf-8"
    )
    before = protected.rows()
    value = protected.opened(PHONE)[1]
    index = protected.keyring.index("people.phone", "phone_index", BOTH.rules)
    assert before[0].phone_index in index.candidates(value)
    assert piiguard("verify")[0] == 0
    assert "people.phone_index: 35 values to index under the newest" in piiguard("rotate", "--dry-run")[1]
    assert piiguard("rotate", "--plan")[0] == 0
    assert protected.rows() == before
    code, told = piiguard("rotate")
    assert (code, "piiguard.toml: people.phone has the normalizer phone/2 alone" in told) == (0, True)
    entries = Manifest.load("piiguard.toml").columns
    assert [entry.rules for entry in entries] == [("digits/2",), ("phone/2",)]
    assert 'normalizer = "phone/2"  # since May' in Path("piiguard.toml").read_text(encoding="utf-8")
    for item in entries:
        seal = Seal(protected.keyring, item)
        for row in protected.rows():
            stored = getattr(row, item.column)
            assert getattr(row, str(item.index)) == seal.index(seal.decrypt(stored))
    assert piiguard("verify")[0] == 0
    assert "nothing" not in piiguard("rotate")[1]


def test_values_that_are_equal_under_the_newest_rule_alone_are_named(people: People) -> None:
    people.fill(3)
    spoil(people, 2, note="Алёна")
    spoil(people, 3, note="\u200bАлёна")
    item = ProtectedColumn("people", "note", "people.note", index="note_index", normalizer="name/1")
    with people.engine.begin() as connection:
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql("create unique index one_note on people (note)")
        else:
            connection.exec_driver_sql("alter table people add constraint one_note unique (note)")
    encrypt(people.job(), item)
    with pytest.raises(JobError, match=r"the rows 2 and 3 are equal after the normalizer name/2"):
        list(rotate(people.job(), [replace(item, normalizer=("name/2", "name/1"))]))
    assert stale(people, replace(item, normalizer=("name/2", "name/1"))) == [0]


def test_a_value_that_the_newest_rule_refuses_keeps_its_index_and_is_named(people: People) -> None:
    people.fill(6)
    spoil(people, 3, phone="+7 70\u0661 0000003")
    encrypt(people.job(), PHONE)
    with pytest.raises(Refusal, match=r"no index under phone/2, in 1 row: 3"):
        list(rotate(people.job(), [BOTH]))
    assert stale(people, BOTH) == [0]


def test_what_has_no_index_is_named_before_anything_is_written(people: People) -> None:
    people.fill(6)
    spoil(people, 3, phone="+7 70\u0661 0000003")
    before = people.rows()
    with pytest.raises(Refusal, match=r"no index under phone/2, in 1 row: 3") as caught:
        encrypt(people.job(), replace(PHONE, normalizer="phone/2"))
    assert "\u0661" not in str(caught.value)
    assert people.rows() == before


def test_the_key_and_the_rule_of_a_unique_index_change_together(protected: People) -> None:
    protected.stage("index")
    list(rotate(protected.job(), [BOTH_IIN]))
    protected.promote_staged("index")
    list(rotate(protected.job(), [BOTH_IIN]))
    newest = replace(IIN, normalizer="digits/2")
    assert stale(protected, newest) == [0]
    seal = Seal(protected.keyring, newest)
    assert all(row.iin_index == seal.index(seal.decrypt(row.iin)) for row in protected.rows())


def test_the_plan_names_what_will_be_done(protected: People) -> None:
    names = [stage.name for stage in plan_rotate(protected.job(), [BOTH], reindex=True)]
    assert names == ["rotate", "repair", "edition"]


def test_whatever_was_done_to_indexes_one_command_makes_them_right(sqlite_people: People) -> None:
    people = sqlite_people
    people.fill(12)
    for item in ITEMS:
        encrypt(people.job(), item)
    before = people.rows()
    hashes = [row.iin_index for row in before] + [None] + [b"\0\1" + bytes([n]) * 14 for n in range(4)]

    @settings(max_examples=40)
    @given(st.permutations(hashes))
    def made_right(mixed: list[Any]) -> None:
        with people.engine.begin() as connection:
            table = reflect(connection, "people")
            connection.execute(table.update().values(iin_index=None))
            for row, found in zip(before, mixed, strict=False):
                connection.execute(table.update().where(table.c.id == row.id).values(iin_index=found))
        reindexed(people, IIN)
        assert people.rows() == before

    made_right()


def test_a_keyring_of_another_database_writes_nothing(protected: People, tmp_path: Path) -> None:
    other = Keyring.create(tmp_path / "other.json", [f"file:{tmp_path / 'other.key'}"])
    before = protected.rows()
    with pytest.raises(KeyringFormatError, match="its database belongs to the keyring"):
        list(rotate(replace(protected.job(), keyring=other), [PHONE], reindex=True))
    assert protected.rows() == before


def test_an_entry_of_before_may_not_begin_an_index_that_tells_equal_moments_apart(
    sqlite_people: People,
) -> None:
    item = ProtectedColumn(
        "people", "seen", "people.seen", "datetime_tz", index="seen_index", normalizer="exact"
    )
    with sqlite_people.engine.begin() as connection:
        connection.execute(sa.text("alter table people add column seen timestamp"))
    with pytest.raises(JobError, match="datetime_tz has no exact index") as caught:
        encrypt(sqlite_people.job(), item)
    assert 'normalizer = "exact/2"' in caught.value.hint
