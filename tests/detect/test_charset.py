from __future__ import annotations

import re
import sys
import unicodedata

import pytest
import regex

from piiguard.detect import charset

EVERYTHING = [chr(code) for code in range(sys.maxunicode + 1) if not 0xD800 <= code < 0xE000]
CASED = "".join(letter for letter in EVERYTHING if letter.lower() != letter or letter.upper() != letter)
RARE = re.compile(charset.rare())


def _is_rare(letter: str) -> bool:
    return RARE.fullmatch(letter.encode()) is not None


@pytest.mark.parametrize("first", [0x21, 0x60, 0xC0, 0x100, 0x140, 0x400, 0x440, 0x480, 0x4D0, 0x3B0])
def test_letters_cover_what_presidio_s_regex_takes_for_them(first: int) -> None:
    for code in range(first, first + 0x40):
        spelled = re.compile(charset.literal(code, ignore_case=True).pattern())
        for letter in regex.findall(regex.escape(chr(code)), CASED, regex.IGNORECASE):
            assert spelled.fullmatch(letter.encode()) or _is_rare(letter), (chr(code), letter)


@pytest.mark.parametrize(
    "written", ["[A-Z]", "[а-я]", "[a-zа-я]", "[Ң-ү]", "[!-ÿ]", "[А-ӿ]", "[\u0100-\u2fff]"]
)
def test_ranges_cover_what_presidio_s_regex_takes_for_them(written: str) -> None:
    found = charset.Chars(frozenset())
    for first, last in re.findall("(.)-(.)", written):
        found |= charset.span(ord(first), ord(last), ignore_case=True)
    spelled = re.compile(found.pattern())
    for letter in regex.findall(written, CASED, regex.IGNORECASE):
        assert spelled.fullmatch(letter.encode()) or _is_rare(letter), letter


@pytest.mark.parametrize(
    ("category", "written"),
    [(category, written) for category, written in zip(charset.CATEGORIES, (r"\d", r"\s", r"\w", r"\D", r"\S", r"\W"), strict=True)],
)  # fmt: skip
def test_categories_cover_what_presidio_s_regex_takes_for_them(category: str, written: str) -> None:
    spelled = re.compile(charset.CATEGORIES[category].pattern())
    for letter in map(chr, range(128)):
        assert (ord(letter) in charset.CATEGORIES[category].sure) == bool(regex.match(written, letter))
    missed = [letter for letter in regex.findall(written, "".join(EVERYTHING)) if not spelled.fullmatch(letter.encode())]  # fmt: skip
    assert [letter for letter in missed if not _is_rare(letter)] == []


def test_rare_characters_are_digits_of_other_scripts_and_odd_cases_alone() -> None:
    found = [letter for letter in EVERYTHING if _is_rare(letter)]
    assert {unicodedata.category(letter) for letter in found} <= {
        "Nd",
        "Lu",
        "Ll",
        "Cn",
    }  # Cn: digits newer than Python's tables
    assert not set(found) & set("абвАБВәқңұ№«»\u00a0\u2011" + "".join(map(chr, range(128))))
