"""Each attack on 0.1.0 has a row in the decisions, and each row names a test that is there."""

from __future__ import annotations

import ast
import re
from pathlib import Path

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
    _, now, named = row
    if not named:
        assert now.startswith("open")
        return
    found = re.fullmatch(r"`([\w/]+\.py)::(test_\w+)`", named)
    assert found is not None
    module = ast.parse((TESTS / found[1]).read_text(encoding="utf-8"))
    assert found[2] in {node.name for node in module.body if isinstance(node, ast.FunctionDef)}


@pytest.mark.parametrize(
    "text",
    ["phone=%2B77011234567", "ИИН&nbsp;{}", *(f"ИИН {{:.4}}{sign}{{:.8}}" for sign in "\u00ad\u200b")],
    ids=ascii,
)
def test_a_spelling_that_is_read_hides_no_value(text: str) -> None:
    number = iin(1)
    written = text.format(number[:4], number[4:]) if ":.4" in text else text.format(number)
    clean = Redactor().text(written)
    assert number[4:] not in clean
    assert "77011234567" not in clean
