"""Cyrillic that somebody has read as Western letters is read as what it was: in lines, in cells, by the redactor."""

from __future__ import annotations

import pytest

from piiguard.detect.escapes import Shown, Spelled, is_spelled, is_spelled_in
from piiguard.redact import Redactor
from piiguard.scan.engines import make_observer
from piiguard.scan.judge import judge
from piiguard.scan.options import Options

PEOPLE = (
    "Ерболатов Сынақ Үлгіұлы",
    "Лаптева Софья Андреевна",
    "ГОНЧАРЕНКО ИГОРЬ",
    "Әбілқасымов Ғани",
    "Эрик Ёлкин",
)
WAYS = ("cp1252", "latin-1")
CYRILLIC = ("cp1251", "koi8-r")
WESTERN = (
    "José Müller, Größe: 5 µm",
    "À bientôt, garçon — déjà vu",
    "ESPAÑA, CORUÑA",
    "PÂTÉ ÉTÉ",
    "Ñandú «Ñ–»",
    "ÆØÅ",
    "façade œuvre",
    "Straße Ä Ö Ü",
    "Øresund på ærø",
    "Í ágúst",
    "100 ¥ × 2 ½",
)


def seen(text: str, way: str) -> str:
    """What a program shows that takes these bytes for Western letters; the holes of the table of Windows stay what they are."""
    return "".join(_letter(byte, way) for byte in text.encode())


def _letter(byte: int, way: str) -> str:
    try:
        return bytes([byte]).decode(way)
    except UnicodeDecodeError:
        return chr(byte)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("person", PEOPLE)
def test_utf_8_that_was_read_as_western_letters_says_what_it_was(person: str, way: str) -> None:
    text = f"id=7 fio={seen(person, way)}; ok"
    assert is_spelled(text)
    assert is_spelled_in(text.encode())
    spelled = Spelled(text)
    assert spelled.view == f"id=7 fio={person}; ok"
    start = spelled.view.index(person)
    first, last = spelled.span(start, start + len(person))
    assert text[first:last] == seen(person, way)


@pytest.mark.parametrize("encoding", CYRILLIC)
@pytest.mark.parametrize(
    "person", ["Лаптев Матвей Сергеевич", "зырянова вероника", "ГОНЧАРЕНКО ИГОРЬ ПАВЛОВИЧ"]
)
def test_one_byte_that_was_read_as_western_letters_says_what_it_was(person: str, encoding: str) -> None:
    text = f"fio: {person.encode(encoding).decode('latin-1')}, 5"
    assert is_spelled(text)
    assert is_spelled_in(text.encode())
    assert Spelled(text).view == f"fio: {person}, 5"
    assert Shown.of(text.encode()).data.decode() == f"fio: {person}, 5"


@pytest.mark.parametrize("text", WESTERN)
def test_western_texts_stay_what_they_are(text: str) -> None:
    assert Spelled(text).view == text


@pytest.mark.parametrize("way", [*WAYS, *CYRILLIC])
def test_a_column_of_such_names_is_a_column_of_names(way: str) -> None:
    names = [
        f"{one} {two}"
        for one in ("Лаптев", "Зырянов", "Прохоров")
        for two in ("Глеб Павлович", "Игорь Андреевич")
    ]
    wrong = [seen(n, way) if way in WAYS else n.encode(way).decode("latin-1") for n in names * 20]
    found = make_observer(Options()).observe("c3", wrong)["c3", None]
    assert [each.entity for each in judge("c3", None, found)] == ["PERSON"]


@pytest.mark.parametrize("way", WAYS)
def test_a_name_that_was_misread_is_redacted_whole(way: str) -> None:
    text = f"абонент {seen('Лаптев Матвей Сергеевич', way)} звонил"
    clean = Redactor().text(text)
    assert clean.startswith("абонент ")
    assert clean.endswith(" звонил")
    assert not set(clean) & set("ÐÑ")
