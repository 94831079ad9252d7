from __future__ import annotations

import codecs

import pytest

from piiguard.detect import encodings

RUSSIAN = "Клиент Сынаков подал заявление на выдачу справки; телефон указан ниже, адрес прежний.\n"
KAZAKH = (
    "Өтініш беруші Үлгі Сынақұлы құжаттарын тапсырды; мекенжайы өзгерген жоқ, телефоны төменде көрсетілген.\n"
)


@pytest.mark.parametrize(
    ("text", "encoding", "found"),
    [
        (RUSSIAN, "utf-8", "utf-8"),
        (KAZAKH, "utf-8", "utf-8"),
        ("plain ASCII\n", "ascii", "utf-8"),
        (RUSSIAN, "cp1251", "cp1251"),
        (RUSSIAN.upper(), "cp1251", "cp1251"),
        (RUSSIAN, "koi8-r", "koi8-r"),
        (RUSSIAN.upper(), "koi8-r", "koi8-r"),
        (RUSSIAN, "cp866", "cp866"),
        (RUSSIAN, "iso8859-5", "iso8859-5"),
        (RUSSIAN.upper(), "iso8859-5", "iso8859-5"),
        (RUSSIAN, "mac-cyrillic", "mac-cyrillic"),
        (KAZAKH, "kz1048", "kz1048"),
        (KAZAKH, "ptcp154", "ptcp154"),
        (RUSSIAN, "utf-16-le", "utf-16-le"),
        (KAZAKH, "utf-16-be", "utf-16-be"),
        ("only ASCII here\n", "utf-16-le", "utf-16-le"),
        (codecs.BOM_UTF8.decode() + RUSSIAN, "utf-8", "utf-8"),
        (codecs.BOM_UTF8.decode() + RUSSIAN, "utf-16-le", "utf-16-le"),
        (codecs.BOM_UTF8.decode() + RUSSIAN, "utf-32-be", "utf-32-be"),
    ],
)
def test_the_encoding_of_a_file_is_told_from_its_text(text: str, encoding: str, found: str) -> None:
    assert encodings.detect((text * 3).encode(encoding)) == found


def test_a_head_cut_within_a_character_is_still_utf_8() -> None:
    assert encodings.detect(RUSSIAN.encode()[:-40][:61]) == "utf-8"


def test_a_few_foreign_lines_do_not_make_a_file_single_byte() -> None:
    assert encodings.detect((RUSSIAN * 5).encode() + RUSSIAN.encode("cp1251")) == "utf-8"


def test_lines_that_are_not_utf_8_are_selected() -> None:
    data = RUSSIAN.encode() + RUSSIAN.encode("cp1251") + b"ASCII\n"
    assert encodings.not_utf8(data) == RUSSIAN.encode("cp1251").rstrip(b"\n")


@pytest.mark.parametrize("encoding", encodings.SINGLE_BYTE)
@pytest.mark.parametrize(
    "text",
    [
        "Фамилия: Петров Иван",
        "ПЕТРОВ ИВАН СЕРГЕЕВИЧ",
        "Ахметова Айгерим",
        "г. Астана, пр. Республики",
        "Сынақов Ерлан",
        "Ұлан",
    ],
)
def test_a_short_text_is_read_in_the_encoding_that_it_is_in(encoding: str, text: str) -> None:
    octets = text.encode(encoding, "replace")
    if b"?" not in octets:
        assert octets.decode(encodings.guess_single_byte(octets)) == text
