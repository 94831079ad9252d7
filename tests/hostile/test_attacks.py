"""Each attack has a row in the decisions, and each row names a test that is there."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from urllib.parse import quote

import pytest

from piiguard.redact import Redactor

from .files import iin

TESTS = Path(__file__).parents[1]
FINDINGS = {
    "0077-each-attack-has-its-test.md": {
        *(f"C{n}" for n in range(1, 4)),
        *(f"H{n}" for n in range(1, 7)),
        *(f"M{n}" for n in range(1, 9)),
        "low:",
        "later:",
    },
    "0018-each-attack-on-keys-has-its-test.md": {
        *map(str, (5, 8, 9, 10, 11, 12, 14, 15, 20, 21, 27, 30, 31)),
        "B",
        "C",
        "new:",
    },
}


def rows(page: str) -> list[list[str]]:
    text = (TESTS.parent / "docs" / "decisions" / page).read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if line.startswith("| ")][1:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


@pytest.mark.parametrize("page", FINDINGS)
def test_every_finding_has_a_row(page: str) -> None:
    assert {row[0].split()[0] for row in rows(page)} == FINDINGS[page]


@pytest.mark.parametrize("row", [row for page in FINDINGS for row in rows(page)], ids=lambda row: row[0])
def test_a_row_names_a_test_that_is_there_or_is_open(row: list[str]) -> None:
    _, now, before, named = row
    assert before
    if not named:
        assert now.startswith("open")
        return
    found = re.fullmatch(r"`([\w/]+\.py)::(test_\w+)`", named)
    assert found is not None
    module = ast.parse((TESTS / found[1]).read_text(encoding="utf-8"))
    assert found[2] in {node.name for node in module.body if isinstance(node, ast.FunctionDef)}


NUMBER = iin(1)
SPELLINGS = {
    "percent signs in a phone": ("phone=%2B77011234567", "77011234567"),
    "percent signs in a number": ("iin=" + "".join(f"%{ord(digit):X}" for digit in NUMBER), "%30%35"),
    "percent signs in a name": ("q=" + quote("Сынақов Үлгі Серікұлы"), quote("Сынақов")),
    "a plus in a name": ("fio=" + quote("Сынақов") + "+" + quote("Үлгі"), quote("Сынақов")),
    "a blank as an entity": (f"ИИН&nbsp;{NUMBER}", NUMBER),
    "a blank as an entity inside": (f"ИИН {NUMBER[:6]}&nbsp;{NUMBER[6:]}", NUMBER[6:]),
    "digits as entities": ("ИИН " + "".join(f"&#{ord(digit)};" for digit in NUMBER), "&#48;&#53;"),
    "the repr of bytes": (f"name={'Сынақов Үлгі'.encode()!r}", r"\xd0\xa1"),
    "a soft hyphen": (f"ИИН {NUMBER[:4]}\u00ad{NUMBER[4:]}", NUMBER[4:]),
    "no width": (f"ИИН {NUMBER[:4]}\u200b{NUMBER[4:]}", NUMBER[4:]),
    "a soft hyphen in a name": ("ФИО: Сын\u00adақов Үлгі", "ақов"),
    "no width in an address": ("user\u200b@example.kz", "example"),
    "wide digits": ("ИИН " + NUMBER.translate({48 + n: 0xFF10 + n for n in range(10)}), "\uff10"),
    "Arabic digits": ("ИИН " + NUMBER.translate({48 + n: 0x660 + n for n in range(10)}), "\u0660"),
    "a wide at": ("user\uff20example.kz", "example"),
    "a wide dot": ("user@example\uff0ekz", "example"),
}


@pytest.mark.parametrize("how", SPELLINGS)
def test_a_spelling_that_is_read_hides_no_value(how: str) -> None:
    text, value = SPELLINGS[how]
    assert value in text
    assert value not in Redactor().text(text)
