"""Where one person's data lies: found however it is stored and spelled, another's never, and what is unsure is shown."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest
import sqlalchemy as sa

from piiguard.detect import unmarked
from piiguard.errors import ScanError
from piiguard.subjects import Identifier, SubjectReport, find_subject
from piiguard.subjects.sought import Sought
from tests.subjects import schools
from tests.subjects.conftest import School

IIN = Identifier.of("iin", schools.ASAN["iin"])
PHONE = Identifier.of("phone", schools.ASAN["phone"])
EMAIL = Identifier.of("email", schools.ASAN["email"])
KEY = Identifier.of("key", "students:1")


@pytest.fixture
def find(school: School) -> Callable[..., SubjectReport]:
    def find(*identifiers: Identifier, **options: object) -> SubjectReport:
        given = {"manifest": schools.manifest(), "keyring": school.keyring, **options}
        return find_subject(school.url, identifiers, **given)  # type: ignore[arg-type]

    return find


def spots(report: SubjectReport) -> dict[tuple[str | None, str | None, str | None, str], tuple[str, ...]]:
    return {(p.table, p.column, p.path, p.via): p.row_keys for p in report.places}


BY_IIN = {
    ("students", "iin", None, "index"): ("1",),
    ("letters", "body", None, "value"): ("1",),
    ("letters", "raw", "$.from.iin", "value"): ("2",),
    ("orders", "student_id", None, "foreign key"): ("1,1",),
    ("items", "tenant,number", None, "foreign key"): ("1,1,1", "1,1,2"),
    ("posts", "student_id", None, "foreign key"): ("1", "4"),
    ("threads", "first_id", None, "foreign key"): ("1",),
    ("calls", "student_id", None, "foreign key"): ("1", "3"),
}


def test_everything_of_the_person_is_found_and_nothing_of_the_other(
    find: Callable[..., SubjectReport],
) -> None:
    report = find(IIN)
    found = spots(report)
    found.pop(("posts", "parent_id", None, "foreign key"), None)  # the same rows, along another key
    assert {spot: tuple(sorted(keys)) for spot, keys in found.items()} == BY_IIN
    assert report.complete
    assert not report.ambiguous
    assert ("students.faculty_id", "faculties") in {(place, table) for _, place, table, _ in report.shared}


def test_a_column_on_its_way_is_searched_by_index_and_by_value(find: Callable[..., SubjectReport]) -> None:
    found = spots(find(EMAIL))
    assert found["students", "email", None, "value"] == ("1",)
    assert found["students", "details", "$.contacts[*].email", "value"] == ("1",)
    other = spots(find(Identifier.of("email", schools.OTHER["email"])))
    assert other["students", "email", None, "value"] == ("2",)


def test_a_phone_of_two_people_is_shown_and_not_decided(find: Callable[..., SubjectReport]) -> None:
    report = find(PHONE)
    assert not any(place.table == "students" for place in report.places)
    assert {(one.table, one.row_keys) for one in report.ambiguous} >= {("students", ("1", "2"))}
    assert report.found


@pytest.mark.parametrize("other", [IIN, EMAIL, KEY], ids=["iin", "email", "key"])
def test_what_names_one_person_settles_it(find: Callable[..., SubjectReport], other: Identifier) -> None:
    report = find(PHONE, other)
    if other is EMAIL:  # neither names one person alone
        assert report.ambiguous
        return
    found = spots(report)
    assert found["students", "phone", None, "value"] == ("1",)
    assert found["calls", "number", None, "value"] == ("1",)
    assert {(one.table, one.row_keys) for one in report.ambiguous} == {
        ("students", ("2",)),
        ("calls", ("2",)),
    }


def test_found_identifiers_are_shown_before_they_are_used(find: Callable[..., SubjectReport]) -> None:
    shown: list[Identifier] = []

    def refuse(found: object) -> bool:
        shown.extend(found)  # type: ignore[arg-type]
        return False

    narrow = find(IIN, widen=refuse)
    assert set(shown) == {PHONE, EMAIL}
    assert spots(narrow) == spots(find(IIN))
    wide = find(IIN, widen=lambda found: True)
    assert ("students", "phone", None, "value") in spots(wide)


def test_without_the_keyring_encrypted_columns_are_named_as_not_searched(
    find: Callable[..., SubjectReport],
) -> None:
    report = find(IIN, keyring=None)
    assert not report.complete
    assert "students.iin" in {one.place for one in report.unread}


def test_nobody_is_found_where_nobody_is(find: Callable[..., SubjectReport]) -> None:
    report = find(Identifier.of("iin", "010101300010"))
    assert (report.places, report.ambiguous, report.complete) == ((), (), True)


def test_no_value_stands_in_the_document(find: Callable[..., SubjectReport]) -> None:
    text = json.dumps(find(IIN, PHONE, EMAIL).to_dict(), ensure_ascii=False).lower()
    for value in (*schools.ASAN.values(), *schools.OTHER.values(), "0503123000", "123-45-67", "7011234567"):
        assert value.lower() not in text


def test_files_are_searched_by_line_and_by_column(tmp_path: Path) -> None:
    log = schools.write_files(tmp_path)
    report = find_subject([str(log), str(tmp_path / "people.csv")], [IIN, PHONE])
    assert {(Path(str(p.file)).name, p.column, p.row_keys) for p in report.places} == {
        ("app.log", None, ("2",)),
        ("app.log", None, ("4",)),
        ("people.csv", "iin", ("2",)),
        ("people.csv", "phone", ("2",)),
    }


def digits_from(zero: int, text: str) -> str:
    return text.translate({ord("0") + digit: zero + digit for digit in range(10)})


def packed(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


SPELLED = (
    ("text", "ИИН " + digits_from(0xFF10, "050312300015")),
    ("text", "тел. " + digits_from(0x660, "8 701 123 45 67")),
    ("text", digits_from(0x6F0, "050312300015")),
    ("text", "ИИН " + digits_from(0x966, "050312300015")),
    ("text", digits_from(0x1D7CE, "050312300015")),
    ("text", '<a href="mailto:ulgi%40example.kz">'),
    ("text", "https://example.kz/?to=u%6Cgi%40example%2Ekz&x=1"),
    ("text", "ulgi&#64;example.kz"),
    ("text", "ｕlgi＠example．kz"),
    ("text", "Bearer eyJhbGciOiJIUzI1NiJ9." + packed('{"iin":"050312300015"}').rstrip("=") + ".c2lnbmVk"),
    ("text", "data:text/plain;base64," + packed("ИИН 050312300015")),
    ("text", "Authorization: Basic " + packed("ulgi@example.kz:x")),
    ("text", f"Subject: =?utf-8?B?{packed('тел. 8 701 123 45 67')}?="),
    ("text", "Subject: =?utf-8?Q?ulgi=40example.kz?="),
    ("text", packed("050312300015")),
    ("text", "key: " + packed("ulgi@example.kz")),
    ("text", f"iin: {packed('ИИН 050312300015')} and more"),
    ("text", "v = 0x" + "050312300015".encode("utf-16-le").hex()),
    ("text", "seen " + b"8 701 123 45 67".hex()),
    ("text", '"p"=hex(1):' + ",".join(f"{sign:02x}" for sign in b"87011234567")),
    ("text", "+".join(f"CHAR({ord(sign)})" for sign in "050312300015")),
    ("text", "iin = '0503' || '12300015'"),
    ("text", "<p>0503<b>1230</b>0015</p>"),
    ("text", "MSH|^~\\&|A|B|||20261130||ADT^A01|1|P|2.5\rPID|1||05\\X30333132333030303135\\^^^KZ\r"),
    ("text", "BEGIN:VCARD\nTEL:+7701\n 1234567\nEND:VCARD"),
    ("bigint", 50312300015),
    ("decimal(14, 2)", "50312300015.00"),
    ("double precision", 50312300015.0),
)
"""Other digits, other signs, what is packed, and numbers in columns whose names tell nothing."""


def test_an_identifier_is_found_in_whatever_signs_it_is_spelled(any_database_url: str) -> None:
    columns = ", ".join(f"c{at:02} {kind}" for at, (kind, _) in enumerate(SPELLED))
    with schools.engine_of(any_database_url).begin() as connection:
        connection.execute(sa.text(f"create table t (id integer primary key, {columns})"))
        for at, (_, value) in enumerate(SPELLED):
            connection.execute(
                sa.text(f"insert into t (id, c{at:02}) values ({at}, :value)"), {"value": value}
            )
    report = find_subject(any_database_url, [IIN, PHONE, EMAIL])
    assert [(p.column, p.row_keys) for p in report.places] == [
        (f"c{at:02}", (str(at),)) for at in range(len(SPELLED))
    ]


PACKINGS: tuple[Callable[[bytes], str], ...] = (
    lambda octets: base64.b64encode(octets).decode(),
    lambda octets: base64.urlsafe_b64encode(octets).decode().rstrip("="),
    bytes.hex,
    lambda octets: octets.hex().upper(),
    lambda octets: "0x" + octets.hex(),
    lambda octets: "hex:" + ",".join(f"{octet:02x}" for octet in octets),
)
AROUND = (
    "{}",
    "{} ",
    "v={}",
    '"v": "{}"',
    "a {} b",
    "a\n{}",
    "({})",
    "q,{},w",
    "Сынақов {}",
    "a|{}|b",
    "key: {}",
)


def test_a_database_leaves_out_no_row_in_which_something_is_packed(any_database_url: str) -> None:
    chance = Random(7)
    said = (
        "050312300015",
        "8 701 123 45 67",
        "тел. 87011234567",
        "ulgi@example.kz",
        "Сынақов Ерлан",
        "x 4111111111111111",
    )
    texts = [
        chance.choice(AROUND).format(chance.choice(PACKINGS)(chance.choice(said).encode(encoding)))
        for encoding in ("utf-8", "utf-16-le")
        for _ in range(400)
    ]
    engine = schools.engine_of(any_database_url)
    where = Sought([IIN]).where(sa.column("v", sa.Text), engine.dialect.name)
    with engine.begin() as connection:
        connection.execute(sa.text("create table t (id integer primary key, v text)"))
        rows = [{"id": number, "v": text} for number, text in enumerate(texts)]
        connection.execute(sa.text("insert into t (id, v) values (:id, :v)"), rows)
        asked: set[int] = set(
            connection.scalars(sa.select(sa.column("id")).select_from(sa.table("t")).where(where))
        )
    told = {
        number
        for number, text in enumerate(texts)
        if any(unmarked.texts(text)) and unmarked.may_be_in(text.encode())
    }
    assert len(told) > 500
    assert told <= asked


def test_a_file_that_is_not_there_is_not_called_clean(tmp_path: Path) -> None:
    with pytest.raises(ScanError, match="no such file"):
        find_subject(str(tmp_path / "none.log"), [IIN])
