"""The demo's data: reproducible, about nobody, and with right check digits where they should be right."""

from __future__ import annotations

import hashlib
import json
import random
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from piiguard.demo import numbers, write_demo
from piiguard.demo.people import People


def rows(database: Path, query: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(database)) as connection:
        return connection.execute(query).fetchall()


def test_two_runs_write_the_same_data(tmp_path: Path) -> None:
    first, second = (write_demo(tmp_path / name, scale=0.02) for name in ("a", "b"))
    assert hashlib.sha256(first.log.read_bytes()).digest() == hashlib.sha256(second.log.read_bytes()).digest()
    query = "select * from students union all select id, body, '', '', '', '', '' from notes"
    assert rows(first.database, query) == rows(second.database, query)


def test_the_full_demo_has_twenty_thousand_rows_in_eight_tables(tmp_path: Path) -> None:
    demo = write_demo(tmp_path)
    assert demo.rows == 20_460
    assert demo.lines == 8_000
    tables = rows(demo.database, "select count(*) from sqlite_master where type = 'table'")
    assert tables == [(8,)]


def test_births_lie_in_the_years_of_which_nobody_is_alive() -> None:
    rng = random.Random(1)
    for female in (False, True):
        for _ in range(200):
            number = numbers.iin(rng, female=female)
            assert number[0] == "0"
            assert number[6] == ("4" if female else "3")


def test_no_number_is_drawn_twice() -> None:
    people = People(random.Random(2))
    drawn = [people.person() for _ in range(2000)]
    assert len({person.iin for person in drawn}) == len({person.phone for person in drawn}) == 2000


def test_values_of_the_student_columns_stand_nowhere_else(tmp_path: Path) -> None:
    demo = write_demo(tmp_path, scale=0.05)
    text = demo.log.read_text(encoding="utf-8")
    payloads = "".join(str(row[0]) for row in rows(demo.database, "select payload from applications"))
    for (iin,) in rows(demo.database, "select iin from students"):
        assert str(iin) not in text
        assert str(iin) not in payloads


def test_json_payloads_are_valid(tmp_path: Path) -> None:
    demo = write_demo(tmp_path, scale=0.02)
    for (payload,) in rows(demo.database, "select payload from applications"):
        assert set(json.loads(str(payload))) == {"client", "course", "utm"}


def test_an_old_demo_is_not_overwritten(tmp_path: Path) -> None:
    write_demo(tmp_path, scale=0.01)
    before = (tmp_path / "app.log").read_bytes()
    with pytest.raises(FileExistsError):
        write_demo(tmp_path, scale=0.02)
    assert (tmp_path / "app.log").read_bytes() == before
