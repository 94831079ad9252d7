"""A person is restricted: the data stays and nobody uses it; released, all is as it was, byte for byte."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import orm

from piiguard.cli.main import run
from piiguard.errors import SubjectError
from piiguard.keys import Keyring, change, transitions
from piiguard.manifest import Manifest
from piiguard.orm import BlindIndex, Encrypted, EncryptedColumnError, Restricted
from piiguard.protect.seal import Seal
from piiguard.report.messages import LANGUAGES
from piiguard.report.person.receipt import receipt_text
from piiguard.scan.policy import Policy
from piiguard.subjects import (
    Identifier,
    answer_subject,
    correct_subject,
    erase_subject,
    find_subject,
    release_subject,
    replay_subjects,
    restrict_subject,
)
from piiguard.subjects.breach.find import find_breach
from piiguard.subjects.correcting.wording import Wording
from piiguard.subjects.retention.carry import retain
from piiguard.subjects.retention.report import RetentionReport
from tests.subjects import schools
from tests.subjects.schools import execute
from tests.subjects.test_find import EMAIL, IIN, PHONE

OWN = schools.AWAY
ALL = [IIN, PHONE, EMAIL]
RULES = schools.SEALING
MOVED: dict[Any, set[str]] = {
    ("students", (1,)): {"iin", "iin_index", "phone", "email", "email_enc", "email_index", "details"},
    ("letters", (1,)): {"body"},
    ("letters", (2,)): {"raw", "body"},
    ("calls", (1,)): {"number"},
    ("calls", (3,)): {"number"},
}


@pytest.fixture
def url(any_database_url: str, keyring: Keyring) -> str:
    schools.build(any_database_url, keyring)
    return any_database_url


@pytest.fixture
def small(sqlite_url: str, keyring: Keyring) -> str:
    schools.build(sqlite_url, keyring)
    return sqlite_url


def given(keyring: Keyring, rules: str = RULES, **options: Any) -> dict[str, Any]:
    return {"manifest": Manifest.parse(rules), "keyring": keyring, **options}


def contents(url: str) -> dict[str, Any]:
    return {table: rows for table, rows in schools.contents(url).items() if table != OWN}


def away(url: str) -> int:
    """How many rows are sealed."""
    return len(schools.contents(url).get(OWN, {}))


def test_nothing_of_the_person_is_in_place_until_all_is_as_it_was(url: str, keyring: Keyring) -> None:
    before = contents(url)
    receipt = restrict_subject(url, ALL, **given(keyring))
    during = contents(url)
    assert receipt is not None
    assert receipt.restricted == len(MOVED)
    for table, rows in before.items():
        for key, row in rows.items():
            same = {name for name in row if during[table][key][name] == row[name]}
            assert set(row) - same == MOVED.get((table, key), set()), (table, key)
    found = find_subject(url, [IIN, EMAIL], **given(keyring))
    assert {place.via for place in found.places if place.entity} == {"restricted"}
    assert {(one.table, one.rows) for one in found.restricted} == {
        ("students", 1),
        ("letters", 2),
        ("calls", 2),
    }
    released = release_subject(url, ALL, **given(keyring))
    assert released is not None
    assert released.released == len(MOVED)
    assert contents(url) == before
    assert away(url) == 0


def test_both_can_be_run_again_and_do_nothing(small: str, keyring: Keyring) -> None:
    before = contents(small)
    restrict_subject(small, ALL, **given(keyring))
    during = schools.contents(small)
    again = restrict_subject(small, ALL, **given(keyring))
    assert again is not None
    assert again.restricted == 0
    assert schools.contents(small) == during
    release_subject(small, ALL, **given(keyring))
    twice = release_subject(small, ALL, **given(keyring))
    assert twice is not None
    assert twice.released == 0
    assert contents(small) == before


def test_a_plan_changes_nothing_not_even_a_table_of_ours(small: str, keyring: Keyring) -> None:
    before = schools.contents(small)
    assert restrict_subject(small, ALL, agreed=lambda planned: False, **given(keyring)) is None
    assert schools.contents(small) == before


def test_a_restricted_person_is_erased_with_what_is_sealed(small: str, keyring: Keyring) -> None:
    restrict_subject(small, ALL, **given(keyring))
    assert away(small) == len(MOVED)
    receipt = erase_subject(small, ALL, **given(keyring))
    assert receipt is not None
    assert away(small) == 0
    assert receipt.erased == 11
    assert {done.table: done.rows for one in receipt.databases for done in one.places if done.action == "forget"} == {
        "students": 1, "letters": 2, "calls": 2,
    }  # fmt: skip
    found = find_subject(small, [IIN, EMAIL], **given(keyring))
    assert (found.places, found.restricted) == ((), ())


def test_a_restored_person_who_was_restricted_is_erased_again(
    small: str, keyring: Keyring, tmp_path: Path
) -> None:
    restrict_subject(small, ALL, **given(keyring))
    file = Path(str(sa.make_url(small).database))
    backup = file.read_bytes()
    erase_subject(small, ALL, **given(keyring))
    file.write_bytes(backup)
    done = replay_subjects(small, **given(keyring))
    assert len(done.receipts) == 1
    assert away(small) == 0


@pytest.mark.parametrize(
    ("table", "where", "value"), [("students", "phone", "'+77019999998'"), ("calls", "number", "87019999998")]
)
def test_a_value_that_came_meanwhile_is_not_written_over(
    small: str, keyring: Keyring, table: str, where: str, value: str
) -> None:
    restrict_subject(small, ALL, **given(keyring))
    execute(small, f"update {table} set {where} = {value} where id = 1")
    before = schools.contents(small)
    with pytest.raises(SubjectError, match=f"{table}.{where}: a value was written there") as caught:
        release_subject(small, ALL, **given(keyring))
    assert value.strip("'") not in str(caught.value)
    assert schools.contents(small) == before


def test_restricting_again_seals_what_came_into_a_place_that_was_empty(small: str, keyring: Keyring) -> None:
    execute(small, "update students set phone = null where id = 1")
    restrict_subject(small, [IIN, EMAIL], **given(keyring))
    execute(small, "update students set phone = '+77010000001' where id = 1")
    again = restrict_subject(small, [IIN, EMAIL], **given(keyring))
    assert again is not None
    assert again.restricted == 1
    assert contents(small)["students"][(1,)]["phone"] is None
    execute(small, "update students set phone = '+77010000002' where id = 1")
    with pytest.raises(SubjectError, match=r"students\.phone: a value was written"):
        restrict_subject(small, [IIN, EMAIL], **given(keyring))


def test_a_phone_of_two_people_restricts_nobody(small: str, keyring: Keyring) -> None:
    before = schools.contents(small)
    with pytest.raises(SubjectError, match="several persons"):
        restrict_subject(small, [PHONE], **given(keyring))
    restrict_subject(small, ALL, **given(keyring))
    with pytest.raises(
        SubjectError, match="several persons"
    ):  # the one who is restricted still is one of them
        release_subject(small, [PHONE], **given(keyring))
    release_subject(small, ALL, **given(keyring))
    assert contents(small) == {table: rows for table, rows in before.items() if table != OWN}


def test_a_table_that_says_nothing_refuses_it(small: str, keyring: Keyring) -> None:
    before = schools.contents(small)
    rules = RULES.replace(
        'table = "items"\nerase = "delete"\nrestrict = "seal"', 'table = "items"\nerase = "delete"'
    )
    with pytest.raises(SubjectError, match="items") as caught:
        restrict_subject(small, ALL, **given(keyring, rules))
    assert 'restrict = "seal"' in caught.value.hint
    assert schools.contents(small) == before


FLAGS = """
create table people (id integer primary key, iin varchar(12) not null, name varchar(40), blocked {boolean}, state integer)
insert into people values (1, '050312300015', 'A', null, 0)
insert into people values (2, '040728400011', 'B', null, 0)
insert into people values (3, '050312300015', 'C', {true}, 1)
"""
FLAGGED = (
    '[[subjects]]\ntable = "people"\nkey = "id"\nidentifiers = "iin"\nerase = "delete"\nrestrict = "%s"\n'
)


def made(url: str) -> None:
    """Three people, one of them blocked."""
    kind = schools.engine_of(url).dialect.name
    text = FLAGS.format(boolean="boolean", true="true" if kind == "postgresql" else "1")
    execute(url, *text.strip().splitlines())


@pytest.fixture
def people(any_database_url: str) -> str:
    made(any_database_url)
    return any_database_url


@pytest.mark.parametrize("flag", ["blocked", "state"])
def test_a_flag_is_set_and_gets_the_value_of_before(people: str, keyring: Keyring, flag: str) -> None:
    before = contents(people)["people"]
    receipt = restrict_subject(people, [IIN], **given(keyring, FLAGGED % flag))
    during = contents(people)["people"]
    assert receipt is not None
    assert receipt.restricted == 1  # the application had blocked the third itself
    assert [bool(row[flag]) for _, row in sorted(during.items())] == [True, False, True]
    assert {key: {**row, flag: None} for key, row in during.items()} == {
        key: {**row, flag: None} for key, row in before.items()
    }
    (told,) = find_subject(people, [IIN], **given(keyring, FLAGGED % flag)).restricted
    assert told.rows == 2
    release_subject(people, [IIN], **given(keyring, FLAGGED % flag))
    assert contents(people)["people"] == before


@pytest.mark.parametrize("flag", ["name", "id", "missing"])
def test_what_is_no_flag_is_refused(sqlite_url: str, keyring: Keyring, flag: str) -> None:
    made(sqlite_url)
    before = schools.contents(sqlite_url)
    with pytest.raises(SubjectError, match=f"people.{flag}: restrict names it"):
        restrict_subject(sqlite_url, [IIN], **given(keyring, FLAGGED % flag))
    assert schools.contents(sqlite_url) == before


def test_a_text_that_may_not_be_null_leaves_a_word(people: str, keyring: Keyring) -> None:
    before = contents(people)
    restrict_subject(people, [IIN], **given(keyring, FLAGGED % "seal"))
    words = [contents(people)["people"][(key,)]["iin"] for key in (1, 3)]
    assert all(word.isalpha() and len(word) == 12 for word in words)
    assert words[0] != words[1]
    release_subject(people, [IIN], **given(keyring, FLAGGED % "seal"))
    assert contents(people) == before


TYPES = {
    "sqlite": {
        "n": "numeric", "r": "real", "d": "date", "t": "timestamp", "j": "json", "b": "blob", "z": "text", "f": "boolean",
    },
    "postgresql": {
        "n": "numeric(12,4)", "r": "double precision", "d": "date", "t": "timestamptz", "j": "jsonb", "b": "bytea",
        "z": "text[]", "f": "boolean", "u": "uuid", "i": "interval", "a": "inet",
    },
    "mysql": {
        "n": "decimal(12,4)", "r": "double", "d": "date", "t": "timestamp(6) null", "j": "json", "b": "blob", "z": "text",
        "f": "boolean", "u": "time(3)", "i": "year",
    },
}  # fmt: skip
VALUES = {
    "n": "12.3400", "r": "0.30000000000000004", "d": "1905-03-12", "t": "2021-03-28 03:30:00.123456", "j": '{"b": [1, 1.5], "a": "ә"}',
    "z": "строка\n\t'\"\\", "f": "1",
}  # fmt: skip
ODD = {
    "postgresql": {
        "z": '{"a b",NULL,"\\"x"}', "u": "c0ffee00-0000-4000-8000-000000000001", "i": "1 mon -3 days 04:05:06.789", "a": "10.0.0.1/24",
        "d": "infinity", "r": "1.7976931348623157e308",
    },
    "mysql": {"u": "-12:34:56.789", "i": "1905"},
}  # fmt: skip


def test_values_of_every_type_come_back_as_they_were(any_database_url: str, keyring: Keyring) -> None:
    """Asked for as texts and bytes by the database itself, which knows of no driver."""
    url = any_database_url
    dialect = schools.engine_of(url).dialect.name
    kinds = TYPES[dialect]
    execute(
        url,
        f"create table p (id integer primary key, iin varchar(20), {', '.join(f'{n} {k}' for n, k in kinds.items())})",
    )
    values = {name: {**VALUES, **ODD.get(dialect, {})}.get(name) for name in kinds if name != "b"}
    with schools.engine_of(url).begin() as connection:
        marks = ", ".join(
            f"cast(:{n} as {k})" if dialect == "postgresql" else f":{n}" for n, k in kinds.items()
        )
        connection.execute(
            sa.text(f"insert into p values (1, '050312300015', {marks})"), {**values, "b": bytes(range(256))}
        )
    listed = ", ".join(f'"{name}"' for name in kinds)
    rules = (
        '[[subjects]]\ntable = "p"\nkey = "id"\nidentifiers = "iin"\n'
        f'[[subjects.tables]]\ntable = "p"\nerase = "delete"\nrestrict = "seal"\ncolumns = [{listed}]\n'
    )
    shown = {
        "sqlite": "typeof({0}) || ':' || quote({0})", "postgresql": "{0}::text", "mysql": "hex(cast({0} as binary))",
    }[dialect]  # fmt: skip

    def read() -> Any:
        with schools.engine_of(url).connect() as connection:
            return connection.execute(
                sa.text(f"select {', '.join(shown.format(name) for name in kinds)} from p")
            ).one()

    with schools.engine_of(url).connect() as connection:  # not by its text alone
        number = connection.scalar(sa.text("select r from p"))
    before = read()
    restrict_subject(url, [IIN], **given(keyring, rules))
    assert {one if dialect != "sqlite" else one.partition(":")[2] for one in read()} <= {None, "NULL"}
    release_subject(url, [IIN], **given(keyring, rules))
    assert read() == before
    with schools.engine_of(url).connect() as connection:
        assert connection.scalar(sa.text("select r from p")) == number


@pytest.mark.parametrize(
    "junk", [None, 7, "text", b"", bytes(60)], ids=["null", "number", "text", "empty", "zeros"]
)
def test_what_anybody_else_wrote_into_our_table_is_named_and_not_believed(
    clients: str, keyring: Keyring, junk: Any
) -> None:
    restrict_subject(clients, [IIN], **given(keyring, ONE))
    with closing(sqlite3.connect(str(sa.make_url(clients).database))) as file:
        file.execute(f"drop table {OWN}")
        file.execute(f"create table {OWN} (name, table_name, sealed)")
        file.execute(f"insert into {OWN} values (?, 'clients', ?)", (junk, junk))
        file.commit()
    found = find_subject(clients, [IIN], **given(keyring, ONE))
    assert OWN in {one.place for one in found.unread}
    for act in (restrict_subject, release_subject, erase_subject):
        with pytest.raises(SubjectError, match="not searched"):
            act(clients, [IIN], **given(keyring, ONE))


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ("delete from people where id = 1", "a restricted row is not there any more"),
        ("alter table people drop column name", "there is no such column any more"),
        ("alter table people rename to persons", "restricted, and this account sees no such table"),
    ],
    ids=["row", "column", "table"],
)
def test_a_place_that_is_gone_is_named_and_nothing_is_lost(
    sqlite_url: str, keyring: Keyring, change: str, why: str
) -> None:
    made(sqlite_url)
    rules = (
        '[[subjects]]\ntable = "people"\nkey = "id"\n[[subjects.tables]]\ntable = "people"\nerase = "delete"\n'
        'restrict = "seal"\ncolumns = ["iin", "name"]\n'
    )
    restrict_subject(sqlite_url, [IIN], **given(keyring, rules))
    execute(sqlite_url, change)
    before = schools.contents(sqlite_url)
    with pytest.raises(SubjectError, match=why):
        release_subject(sqlite_url, [IIN], **given(keyring, rules))
    assert schools.contents(sqlite_url) == before
    if "delete" in change:  # what lies sealed of a row that is gone can still be erased
        erase_subject(sqlite_url, [IIN], **given(keyring, rules))
        assert away(sqlite_url) == 0
        assert contents(sqlite_url)["people"].keys() == {(2,)}


def test_what_was_sealed_does_not_open_in_another_row(small: str, keyring: Keyring) -> None:
    restrict_subject(small, ALL, **given(keyring))
    with closing(sqlite3.connect(str(sa.make_url(small).database))) as file:
        names = [name for (name,) in file.execute(f"select name from {OWN} where table_name = 'calls'")]
        sealed = file.execute(f"select sealed from {OWN} where name = ?", names[:1]).fetchone()
        file.execute(f"update {OWN} set sealed = ? where name = ?", (*sealed, names[1]))
        file.commit()
    before = schools.contents(small)
    with pytest.raises(SubjectError, match="not searched"):
        release_subject(small, ALL, **given(keyring))
    assert schools.contents(small) == before
    assert not find_subject(small, ALL, **given(keyring)).complete


@pytest.mark.parametrize(
    "trigger",
    [
        "create trigger back after update on students begin update students set phone = old.phone where id = old.id; end",
        "create trigger back after update on letters begin insert into letters (id, body) values (100 + old.id, old.body); end",
    ],
    ids=["into its place", "into another row"],
)
def test_what_a_trigger_puts_back_is_taken_back(small: str, keyring: Keyring, trigger: str) -> None:
    execute(small, trigger)
    before = contents(small)
    with pytest.raises(SubjectError, match="taken back"):
        restrict_subject(small, ALL, **given(keyring))
    assert (contents(small), away(small)) == (before, 0)


def test_without_the_keyring_what_is_sealed_is_named_as_not_searched(small: str, keyring: Keyring) -> None:
    restrict_subject(small, ALL, **given(keyring))
    report = find_subject(small, ALL, manifest=Manifest.parse(RULES))
    assert OWN in {one.place for one in report.unread}


ONE = """
[[columns]]
table = "clients"
column = "iin"
context = "clients.iin"
index = "iin_index"
normalizer = "digits/2"

[[subjects]]
table = "clients"
key = "id"
identifiers = "iin"
erase = "delete"
restrict = "seal"
"""


@pytest.fixture
def clients(sqlite_url: str, keyring: Keyring) -> str:
    """Two people in one table, encrypted and indexed."""
    seal = Seal(keyring, Manifest.parse(ONE).columns[0])
    with schools.engine_of(sqlite_url).begin() as connection:
        connection.execute(
            sa.text(
                "create table clients (id integer primary key, iin blob not null, iin_index blob unique, name text)"
            )
        )
        for key, one in enumerate((schools.ASAN, schools.OTHER), 1):
            values = {"id": key, "iin": seal.encrypt(one["iin"]), "index": seal.index(one["iin"])}
            connection.execute(sa.text("insert into clients values (:id, :iin, :index, 'x')"), values)
    return sqlite_url


def operate(path: Path, action: str, *version: int, kind: str, **more: Any) -> None:
    """What the commands of the operator do."""
    move = getattr(transitions, action)
    change.apply(path, None, action, lambda held, now: move(held, kind, *version, now=now, **more))


def test_it_comes_back_after_its_keys_were_rotated_and_destroyed(clients: str, keyring: Keyring) -> None:
    """The value is equal, its ciphertext is of the key that is there now, and the blind index finds it."""
    restrict_subject(clients, [IIN], **given(keyring, ONE))
    manifest = keyring.path.with_name("piiguard.toml")
    manifest.write_text(ONE, encoding="utf-8")
    command = ["--manifest", str(manifest), "--keyring", str(keyring.path)]
    for kind in ("data", "index"):
        operate(keyring.path, "add", kind=kind)
        operate(keyring.path, "promote", 2, kind=kind)
        assert run(["rotate", clients, *command, "--yes"]) == 0
        assert run(["verify", clients, *command]) == 0
        operate(keyring.path, "retire", 1, kind=kind)
        operate(keyring.path, "destroy", 1, kind=kind, waiting=timedelta(0))
    newer = Keyring.from_file(keyring.path).open()
    release_subject(clients, [IIN], **given(newer, ONE))
    seal, row = Seal(newer, Manifest.parse(ONE).columns[0]), contents(clients)["clients"][(1,)]
    assert seal.decrypt(row["iin"]) == schools.ASAN["iin"]
    assert row["iin_index"] in seal.indexes(schools.ASAN["iin"])
    assert run(["verify", clients, *command]) == 0


def test_the_orm_reads_a_marker_that_is_neither_written_nor_written_over(
    clients: str, keyring: Keyring
) -> None:
    class Base(orm.DeclarativeBase):
        pass

    class Client(Base):
        __tablename__ = "clients"
        id: orm.Mapped[int] = orm.mapped_column(primary_key=True)
        iin: orm.Mapped[str] = orm.mapped_column(
            Encrypted(sa.String(12), keyring=keyring, context="clients.iin")
        )
        iin_index: orm.Mapped[bytes | None] = orm.mapped_column(BlindIndex("iin", normalizer="digits/2"))
        name: orm.Mapped[str | None]

    restrict_subject(clients, [IIN], **given(keyring, ONE))
    engine = schools.engine_of(clients)
    with orm.Session(engine) as session:
        one, other = session.scalars(sa.select(Client).order_by(Client.id))
        assert isinstance(one.iin, Restricted)
        assert not one.iin
        assert (str(one.iin), other.iin) == ("<restricted clients.iin>", schools.OTHER["iin"])
        assert session.scalars(sa.select(Client).where(Client.iin == schools.ASAN["iin"])).all() == []
        with pytest.raises(EncryptedColumnError, match="restricted and is not written over"):
            one.iin = "010101300010"
        with pytest.raises(EncryptedColumnError):
            other.iin = one.iin
        session.rollback()
        one.name = "another column is written as ever"
        session.commit()
    release_subject(clients, [IIN], **given(keyring, ONE))
    with orm.Session(engine) as session:
        found = session.scalars(sa.select(Client).where(Client.iin == schools.ASAN["iin"])).one()
        assert (found.id, found.name) == (1, "another column is written as ever")


def test_the_answer_tells_the_person_what_is_restricted(small: str, keyring: Keyring) -> None:
    before = answer_subject(small, ALL, **given(keyring)).to_dict()
    restrict_subject(small, ALL, **given(keyring))
    during = answer_subject(small, ALL, **given(keyring)).to_dict()
    assert during["complete"] == before["complete"]
    for then, now in zip(before["tables"], during["tables"], strict=True):
        for old, new in zip(then["rows"], now["rows"], strict=True):
            assert {c["column"]: c["value"] for c in new["cells"]} == {
                c["column"]: c["value"] for c in old["cells"]
            }
            assert (new["restricted"] is None) == (now["table"] not in {table for table, _ in MOVED})


def test_a_leak_of_a_restricted_person_is_still_ours(clients: str, keyring: Keyring, tmp_path: Path) -> None:
    leaked = tmp_path / "leaked.csv"
    leaked.write_text(f"iin\n{schools.ASAN['iin']}\n", "utf-8")
    before = find_breach(str(leaked), clients, manifest=Manifest.parse(ONE), keyring=keyring).to_dict()
    restrict_subject(clients, [IIN], **given(keyring, ONE))
    during = find_breach(str(leaked), clients, manifest=Manifest.parse(ONE), keyring=keyring).to_dict()
    assert during["people"] == before["people"]
    assert during["people"]["count"] == 1
    assert (during["complete"], before["complete"]) == (True, True)


@pytest.mark.parametrize("page", [1, 2, 5])
def test_restricted_people_are_compared_and_found_over_every_page(
    clients: str, keyring: Keyring, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, page: int
) -> None:
    people, seal = (
        ["010305300119", "020305300219", "030305300310"],
        Seal(keyring, Manifest.parse(ONE).columns[0]),
    )
    with schools.engine_of(clients).begin() as connection:
        for key, iin in enumerate(people, 3):
            values = {"id": key, "iin": seal.encrypt(iin), "index": seal.index(iin)}
            connection.execute(sa.text("insert into clients values (:id, :iin, :index, 'x')"), values)
    for iin in people:
        restrict_subject(clients, [Identifier.of("iin", iin)], **given(keyring, ONE))
    monkeypatch.setattr("piiguard.subjects.restricted.rows._MANY", page)
    leak = tmp_path / "leak.csv"
    leak.write_text("iin\n" + "".join(f"{iin}\n" for iin in people), encoding="utf-8")
    report = find_breach(str(leak), [clients], **given(keyring, ONE))
    assert (report.people.count, report.complete) == (3, True)
    for iin in people:
        found = find_subject(clients, [Identifier.of("iin", iin)], **given(keyring, ONE))
        assert [place.via for place in found.places] == ["restricted"]


def test_what_is_restricted_is_not_corrected(small: str, keyring: Keyring) -> None:
    restrict_subject(small, ALL, **given(keyring))
    wording = Wording("phone", schools.ASAN["phone"], "+77010000003")
    with pytest.raises(SubjectError, match="restricted"):
        correct_subject(small, ALL, wording, **given(keyring))


KEPT = """
create table people (id integer primary key, iin varchar(12), gone integer)
create table bills (id integer primary key, person integer references people (id), payer varchar(80), paid date)
insert into people values (1, '050312300015', 0)
insert into bills values (1, 1, 'ИИН 050312300015', '2024-03-01')
insert into bills values (2, null, 'ИИН 040728400011', '2024-03-01')
"""
KEEPS = """
[[subjects]]
table = "people"
key = "id"
erase = "delete"
[[subjects.tables]]
table = "bills"
erase = "keep"
restrict = "seal"
law = "Tax Code"
term = "5y"
from = "bills.paid"
"""


def test_what_a_law_keeps_is_restricted_when_the_rest_is_erased(sqlite_url: str, keyring: Keyring) -> None:
    execute(sqlite_url, *KEPT.strip().splitlines())
    receipt = erase_subject(sqlite_url, [IIN], **given(keyring, KEEPS))
    assert receipt is not None
    assert (receipt.erased, receipt.restricted, receipt.kept) == (1, 1, 0)
    sealed = next(done for done in receipt.databases[0].places if done.action == "seal")
    assert (sealed.table, sealed.law, sealed.until) == ("bills", "Tax Code", "2029-03-01")
    bills = contents(sqlite_url)["bills"]
    assert (bills[(1,)]["person"], bills[(1,)]["payer"], bills[(2,)]["payer"]) == (
        None,
        None,
        "ИИН 040728400011",
    )
    again = erase_subject(sqlite_url, [IIN], **given(keyring, KEEPS))
    assert again is not None
    assert (again.erased, again.restricted, away(sqlite_url)) == (0, 0, 1)


POLICY = 'organisation = "School"\nretention = "3y"\n[[dates]]\ntable = "people"\ncolumn = "seen"\n'
TERMS = """
create table people (id integer primary key, iin varchar(12), seen date)
create table bills (id integer primary key, person integer references people (id), payer varchar(80), paid date)
insert into people values (1, '050312300015', '2020-01-01')
insert into people values (2, '040728400011', '2026-01-01')
insert into bills values (1, 1, 'ИИН 050312300015', '2024-03-01')
"""


def past_the_term(url: str, keyring: Keyring, folder: Path, rules: str) -> RetentionReport:
    """Carry out what is past its term."""
    (folder / "policy.toml").write_text(POLICY, "utf-8")
    options = {"keyring": keyring, "now": datetime(2026, 6, 1, tzinfo=UTC), "agreed": lambda *_: True}
    return retain(url, Policy.load(folder / "policy.toml"), manifest=Manifest.parse(rules), **options)  # type: ignore[arg-type]


def test_past_the_term_what_a_law_keeps_is_restricted_and_the_rest_goes(
    sqlite_url: str, keyring: Keyring, tmp_path: Path
) -> None:
    execute(sqlite_url, *TERMS.strip().splitlines())
    report = past_the_term(sqlite_url, keyring, tmp_path, KEEPS)
    assert {one.table: (one.overdue, one.done, one.held) for one in report.tables}["people"] == (1, 1, 0)
    assert report.receipt is not None
    assert (report.receipt.erased, report.receipt.restricted) == (1, 1)
    now = contents(sqlite_url)
    assert now["people"].keys() == {(2,)}
    assert (now["bills"][(1,)]["payer"], away(sqlite_url)) == (None, 1)
    (found,) = find_subject(sqlite_url, [IIN], **given(keyring, KEEPS)).restricted
    assert (found.table, found.rows) == ("bills", 1)


@pytest.mark.parametrize("way", ["delete", "null"])
def test_past_the_term_what_is_sealed_goes_with_its_row(
    sqlite_url: str, keyring: Keyring, tmp_path: Path, way: str
) -> None:
    execute(sqlite_url, *TERMS.strip().splitlines()[:-1])
    rules = f'[[subjects]]\ntable = "people"\nkey = "id"\nidentifiers = "iin"\nerase = "{way}"\nrestrict = "seal"\n'
    restrict_subject(sqlite_url, [IIN], **given(keyring, rules))
    assert away(sqlite_url) == 1
    report = past_the_term(sqlite_url, keyring, tmp_path, rules)
    assert [(one.overdue, one.done) for one in report.tables] == [(1, 1)]
    assert away(sqlite_url) == 0


def test_no_receipt_no_line_of_the_trail_and_no_sealed_row_holds_a_value(
    small: str, keyring: Keyring
) -> None:
    receipts = [
        act(small, ALL, **given(keyring)) for act in (restrict_subject, release_subject, restrict_subject)
    ]
    trail = keyring.path.with_name(f"{keyring.path.name}.audit").read_text("utf-8")
    papers = [json.dumps(one.to_dict()) for one in receipts if one]
    papers += [receipt_text(one.to_dict(), lang) for one in receipts if one for lang in LANGUAGES]
    file = Path(str(sa.make_url(small).database))
    with closing(sqlite3.connect(file)) as connection:
        rows = repr(connection.execute(f"select * from {OWN}").fetchall())
    for value in (*schools.ASAN.values(), "0503123000", "7011234567"):
        assert not any(value.lower() in text.lower() for text in (*papers, trail, rows))
    lines = [json.loads(line) for line in trail.splitlines() if "subject re" in line]
    assert [(line["action"], line["state"]) for line in lines] == [
        (f"subject {act}", state)
        for act in ("restrict", "release", "restrict")
        for state in ("begun", "ended")
    ]
    assert [line["sha256"] for line in lines if "sha256" in line] == [one.digest for one in receipts if one]


class Killed(BaseException):
    """As a signal would end it."""


def killed_at(statement: int, act: Any, url: str, keyring: Keyring) -> bool:
    """Whether the act ended before it came to this statement of those that write."""
    counted = 0

    def before(connection: Any, cursor: Any, text: str, *_: Any) -> None:
        nonlocal counted
        if text.split()[0].upper() in ("CREATE", "INSERT", "UPDATE", "DELETE"):
            counted += 1
            if counted == statement:
                raise Killed

    sa.event.listen(sa.Engine, "before_cursor_execute", before)
    try:
        act(url, [IIN], **given(keyring, SEALS))
    except Killed:
        return False
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", before)
    return True


SEALS = KEEPS.replace('erase = "delete"', 'erase = "delete"\nrestrict = "seal"')


@pytest.mark.parametrize("act", [restrict_subject, release_subject], ids=["restrict", "release"])
def test_killed_at_any_statement_the_person_is_whole_and_it_is_run_again(
    sqlite_url: str, keyring: Keyring, act: Any
) -> None:
    execute(sqlite_url, *KEPT.strip().splitlines())
    whole = contents(sqlite_url)
    if act is release_subject:
        restrict_subject(sqlite_url, [IIN], **given(keyring, SEALS))
    before = contents(sqlite_url)
    for statement in range(1, 50):
        if killed_at(statement, act, sqlite_url, keyring):
            break
        if contents(sqlite_url) != before:
            break  # whole, and not yet pinned
    assert statement > 4
    if act is restrict_subject:
        now = contents(sqlite_url)
        assert (now["people"][(1,)]["iin"], now["bills"][(1,)]["payer"]) == (None, None)
        release_subject(sqlite_url, [IIN], **given(keyring, SEALS))
    assert contents(sqlite_url) == whole
