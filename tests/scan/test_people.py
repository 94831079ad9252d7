"""How many different persons: one number over all targets, by identifier, however the reading was split."""

from __future__ import annotations

import json
import pickle
from collections.abc import Sequence
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from piiguard.scan import Options, scan_database
from piiguard.scan.people import Count, People, leader
from piiguard.scan.sketch import Sketch
from tests.corpora import scan, values

KEY = b"one key for a whole scan"
IINS, PHONES, MAILS = (
    list(dict.fromkeys(values(kind, 260))) for kind in ("KZ_IIN", "KZ_PHONE", "EMAIL_ADDRESS")
)


def sketch(entity: str, numbers: Sequence[str], key: bytes = KEY) -> Sketch:
    made = Sketch()
    made.add(entity, numbers, key)
    return made


def iins(numbers: range) -> list[str]:
    return [f"{number:012d}" for number in numbers]


def test_a_million_persons_are_counted_within_three_per_cent_out_of_parts_that_overlap() -> None:
    parts = [
        sketch("KZ_IIN", iins(range(start, min(start + 110_000, 1_000_000))))
        for start in range(0, 1_000_000, 100_000)
    ]
    whole = People.all(People.of({"KZ_IIN": part}) for part in pickle.loads(pickle.dumps(parts)))  # noqa: S301
    count = whole.count()
    assert count is not None
    assert count.estimate == pytest.approx(1_000_000, rel=0.03)
    assert count.error == 0.02
    assert len(pickle.dumps(parts[0])) < 20_000


@pytest.mark.parametrize("number", [0, 1, 2, 255, 256, 257, 299])
def test_few_are_counted_exactly(number: int) -> None:
    made = sketch("KZ_IIN", iins(range(number)))
    assert (round(made.estimate), made.error) == (number, 0.0)


@pytest.mark.parametrize("number", [300, 3_000, 5_000, 20_000, 60_000])
def test_the_error_that_is_told_is_kept_at_every_size(number: int) -> None:
    made = sketch("KZ_IIN", iins(range(number)))
    assert abs(made.estimate - number) <= max(made.error, 0.001) * number


SPELLINGS = {
    "KZ_IIN": ["050312300015", "0503-1230-0015", "0503 1230 0015", "50312300015", "50312300015.0"],
    "KZ_PHONE": [
        "+77010000001",
        "87010000001",
        "77010000001",
        "7010000001",
        "+7 (701) 000-00-01",
        "8 701 000 00 01",
    ],
    "EMAIL_ADDRESS": ["Synaq@Example.kz", "synaq@example.kz", "SYNAQ@EXAMPLE.KZ", "synaq(at)example.kz"],
}


@pytest.mark.parametrize("entity", SPELLINGS)
def test_one_person_in_all_spellings_is_one(entity: str) -> None:
    made = Sketch()
    for page in (*([one] for one in SPELLINGS[entity]), SPELLINGS[entity]):
        made.add(entity, page, KEY)
    assert made.estimate == pytest.approx(1, abs=0.01)


@pytest.mark.parametrize("text", ["", "\ud800@\ud801.kz", "қайрат@пошта.қаз", "\n", "٠٥٠٣", "x" * 10_000])
@pytest.mark.parametrize("entity", SPELLINGS)
def test_whatever_was_taken_for_an_identifier_can_be_counted(entity: str, text: str) -> None:
    assert round(sketch(entity, [text, text]).estimate) == 1


def test_no_value_and_no_hash_without_the_key_is_in_a_sketch() -> None:
    one, other = sketch("KZ_IIN", IINS[:3]), sketch("KZ_IIN", IINS[:3], b"another scan")
    assert all(value.encode() not in pickle.dumps(one) for value in IINS[:3])
    assert pickle.dumps(one) != pickle.dumps(other)
    one.merge(other)
    assert round(one.estimate) == 6


def place(**found: Sequence[str]) -> People:
    names = {"iin": "KZ_IIN", "phone": "KZ_PHONE", "email": "EMAIL_ADDRESS"}
    return People.of({names[name]: sketch(names[name], given) for name, given in found.items()})


STUDENTS = place(iin=IINS[:100], phone=[*PHONES[:100], *PHONES[100:180]])  # some have two
PARENTS = place(iin=IINS[80:120])
NEWS = place(phone=PHONES[150:200], email=MAILS[:50])
LIST = place(email=MAILS[40:70])
LOG = place(iin=IINS[:1], phone=PHONES[190:210])


@pytest.mark.parametrize(
    ("places", "persons"),
    [
        ([STUDENTS], 100),
        ([STUDENTS, STUDENTS], 100),
        ([STUDENTS, PARENTS], 120),
        ([STUDENTS, NEWS], 100 + 20),  # telephones that stand beside no IIN
        ([NEWS, LIST], 50 + 20),
        ([STUDENTS, PARENTS, NEWS, LIST, LOG], 120 + 20 + 10 + 20),
        ([LOG], 20),  # one IIN among telephones leads nothing
    ],
)
def test_who_stands_in_several_places_is_one_person(places: list[People], persons: int) -> None:
    for order in list(permutations(places))[:6]:
        assert People.all(order).count() == Count(persons)


def test_an_identifier_leads_where_no_other_is_more_than_three_times_as_frequent() -> None:
    assert leader({"KZ_IIN": 10.0, "KZ_PHONE": 30.0}) == "KZ_IIN"
    assert leader({"KZ_IIN": 9.0, "KZ_PHONE": 30.0, "EMAIL_ADDRESS": 90.0}) == "KZ_PHONE"
    assert leader({}) == leader({"KZ_IIN": 0.0}) == ""


@pytest.fixture
def targets(tmp_path: Path) -> list[str]:
    """Two databases, a sheet and a log: 220 persons, most of them in several places."""
    for name, rows in (
        ("crm", zip(IINS[:150], PHONES[:150], strict=True)),
        ("lms", zip(IINS[100:200], [None] * 100, strict=True)),
    ):
        engine = sa.create_engine(f"sqlite:///{tmp_path}/{name}.db")
        with engine.begin() as connection:
            connection.execute(sa.text("create table people (id integer primary key, iin text, phone text)"))
            for row in rows:
                connection.execute(
                    sa.text("insert into people (iin, phone) values (:i, :p)"),
                    dict(zip("ip", row, strict=True)),
                )
        engine.dispose()
    (tmp_path / "news.csv").write_text(
        "phone\n" + "".join(f"8{value[2:]}\n" for value in PHONES[130:170]), "utf-8"
    )
    (tmp_path / "app.log").write_text("".join(f"login ИИН {value}\n" for value in IINS[50:60]), "utf-8")
    return [str(tmp_path / name) for name in ("crm.db", "lms.db", "news.csv", "app.log")]


@pytest.mark.parametrize("options", [(), ("--full",), ("--full", "--jobs", "2")], ids=" ".join)
def test_the_number_is_the_same_however_the_targets_are_read(
    options: tuple[str, ...], targets: list[str], tmp_path: Path
) -> None:
    assert scan(targets, *options, out=tmp_path / "o")[1]["people"] == {"estimate": 220, "error": 0.0}


@pytest.mark.parametrize(
    ("options", "at_least"),
    [(("--sample", "100"), True), (("--sample", "150"), False), (("--exclude", "*.log"), False)],
)
def test_a_sample_counts_a_part(
    options: tuple[str, ...], at_least: bool, targets: list[str], tmp_path: Path
) -> None:
    told = scan(targets, *options, out=tmp_path / "o")[1]["people"]
    assert told.get("at_least", False) is at_least


def test_what_an_earlier_scan_read_is_not_counted_and_said(targets: list[str], tmp_path: Path) -> None:
    logs, since = targets[2:], str(tmp_path / "since")
    assert scan(logs, "--since", since, out=tmp_path / "o")[1]["people"] == {"estimate": 50, "error": 0.0}
    assert scan(logs, "--since", since, out=tmp_path / "o")[1]["people"] is None


def test_a_place_that_was_not_read_may_hold_more(targets: list[str], tmp_path: Path) -> None:
    (tmp_path / "x.zip").write_bytes(b"PK\x03\x04" + bytes(40))
    told = scan([*targets, str(tmp_path / "x.zip")], "--accept-unread", "*", out=tmp_path / "o")[1]["people"]
    assert told == {"estimate": 220, "error": 0.0, "at_least": True}


def test_names_and_firms_count_nobody(tmp_path: Path) -> None:
    log = tmp_path / "app.log"
    log.write_text("".join(f"БИН {value}\n" for value in values("KZ_BIN", 5)), "utf-8")
    assert scan(log, out=tmp_path / "o")[1]["people"] is None


def test_a_table_says_how_many_different_values_it_has(tmp_path: Path) -> None:
    engine = sa.create_engine(f"sqlite:///{tmp_path}/crm.db")
    many = list(dict.fromkeys(values("KZ_IIN", 2_100)))[:2_000]
    with engine.begin() as connection:
        connection.execute(sa.text("create table orders (iin text)"))
        connection.execute(sa.text("insert into orders values (:iin)"), [{"iin": each} for each in many * 2])
    engine.dispose()
    report = scan_database(f"sqlite:///{tmp_path}/crm.db", Options(sample=None))
    [finding] = report.findings
    assert finding.matched == 4_000
    assert finding.persons == pytest.approx(2_000, rel=0.002)
    assert "persons" not in finding.to_dict()
    assert not any(value in json.dumps(report.to_dict()) for value in many[:50])
    sampled: Any = scan_database(f"sqlite:///{tmp_path}/crm.db", Options(sample=500))
    assert sampled.findings[0].persons is None
    assert sampled.persons.at_least


def test_few_values_are_counted_exactly_and_leave_the_process_as_a_sketch() -> None:
    values = [f"87010000{number:03}" for number in range(200)]
    sketch = Sketch()
    sketch.add("KZ_PHONE", values, b"key")
    people = People.of({"KZ_PHONE": sketch})
    assert people.count() == Count(200)
    sent = pickle.dumps(people) + pickle.dumps(sketch)
    assert not [value for value in values if value[1:].encode() in sent]
    assert pickle.loads(pickle.dumps(people)).count() == Count(200)  # noqa: S301 - our own
