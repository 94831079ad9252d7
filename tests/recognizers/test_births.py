"""A date is one of birth by its word, in every language and place, or by the IIN beside it."""

from __future__ import annotations

import pytest

from piiguard.detect import Engine
from piiguard.entities import KZ_BIRTH_DATE
from tests.corpora import scan

from .conftest import Find

BEFORE = [
    "дата рождения",
    "Дата рождения:",
    "дата рожд.",
    "род.",
    "родился",
    "родилась",
    "ДАТА РОЖДЕНИЯ",
    "д.р.",
    "туған күні",
    "Туған күні:",
    "туған",
    "туылған",
    "tugan kuni",
    "date of birth",
    "born",
    "born on",
    "DOB:",
    "birth date",
    "birthday",
    "bdate=",
]
AFTER = ("г.р.", "г. р.", "года рождения", "туған", "туылған")
DATES = (
    "07.09.1904",
    "7 сентября 1904",
    "1904-09-07",
    "1904 жылғы 7 қыркүйек",
    "7 Sep 1904",
    "«07» сентября 1904",
)
KEYS = [
    "birth_date",
    "birthDate",
    "BirthDate",
    "dob",
    "bdate",
    "tugan_kuni",
    "data_rozhd",
    "data_rozhdeniya",
    "dateOfBirth",
    "BIRTHDAY",
    "Туған_күні",
]
CELLS = (
    "1904-09-07",
    "07.09.1904",
    "19040907",
    "-2061331200",
    "-2061331200000",
    "1904-09-07T00:00:00",
    "1904-09-07 00:00:00",
)


@pytest.mark.parametrize("label", BEFORE)
def test_a_word_for_birth_labels_the_date_behind_it(label: str, find: Find) -> None:
    for date in DATES:
        assert find(f"{label} {date}", entity=KZ_BIRTH_DATE) == [(KZ_BIRTH_DATE, date)], date


@pytest.mark.parametrize("label", AFTER)
def test_a_word_for_birth_labels_the_date_before_it(label: str, find: Find) -> None:
    for date in DATES[:4]:
        ((_, text),) = find(f"{date} {label}", entity=KZ_BIRTH_DATE)
        assert text.removesuffix(" года") == date


@pytest.mark.parametrize(
    "text",
    [
        "дата выдачи 07.09.2004",
        "приказ от 07.09.1994 о дне рождения компании",
        "created 1994-09-07",
        "место рождения: Сынақ, принят 07.09.1994",
        "умер 07.09.1974",
        "родилась в Сынаке, поступила 07.09.1974",
        "born in Synaq, married on 07.09.1974",
        "и др. 07.09.1974",
        "дата рождения 31.02.1904",
        "дата рождения 07.13.1904",
        "born 12345678",
        "07.09.1904",
        "2004-09-07 10:20:30 INFO birthday job started",
    ],
)
def test_other_dates_are_no_births(text: str, find: Find) -> None:
    assert find(text, entity=KZ_BIRTH_DATE) == []


@pytest.mark.parametrize("date", ["12.03.1905", "1905-03-12", "12 марта 1905", "1905 жылғы 12 наурыз"])
def test_an_iin_says_whose_birth_the_date_beside_it_is(date: str) -> None:
    for text in (
        f"050312300015 {date}",
        f"{date}; жсн 050312300015",
        f"Сынақов Ү., ИИН 050312300015, {date}",
    ):
        found = [text[m.start : m.end] for m in Engine().find(text) if m.entity == KZ_BIRTH_DATE]
        assert found == [date], text


@pytest.mark.parametrize("date", ["13.03.1905", "12.03.2005", "12.04.1905"])
def test_an_iin_says_nothing_of_another_date(date: str) -> None:
    assert KZ_BIRTH_DATE not in {m.entity for m in Engine().find(f"ИИН 050312300015, {date}")}


@pytest.mark.parametrize("key", KEYS)
def test_a_key_or_column_of_births_says_it_of_all_its_spellings(key: str) -> None:
    engine = Engine(entities=[KZ_BIRTH_DATE])
    assert {cell: len(engine.find(cell, (key,))) for cell in CELLS} == dict.fromkeys(CELLS, 1)
    assert len(engine.find(f'{{"{key}": "1904-09-07"}}')) == 1


def test_columns_of_births_are_told_and_columns_of_other_dates_are_not(tmp_path) -> None:  # type: ignore[no-untyped-def]
    table = tmp_path / "people.csv"
    names = ["birth_date", "tugan_kuni", "dob", "birthday", "created", "hired", "data_prikaza"]
    rows = [
        f"190{n % 10}-{1 + n % 12:02}-{1 + n % 28:02},0{1 + n % 9}.0{1 + n % 9}.190{n % 10},{-2061331200 - 86400 * n},"
        f"190{n % 10}{1 + n % 12:02}{1 + n % 28:02},200{n % 10}-0{1 + n % 9}-11,1{n % 10}.05.1998,1{n % 10}.05.1998"
        for n in range(60)
    ]
    table.write_text("\n".join([",".join(names), *rows]) + "\n", encoding="utf-8")
    found = scan(table, out=tmp_path / "o.json")[1]["findings"]
    births = {each["path"] for each in found if each["entity"] == KZ_BIRTH_DATE}
    assert births == {"$.birth_date", "$.tugan_kuni", "$.dob", "$.birthday"}
