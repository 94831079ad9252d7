"""Reasons: codes that every language has a sentence for."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import piiguard.scan
from piiguard.entities import ENTITIES
from piiguard.scan.reason import because, in_english, wording

USED = re.compile(
    r"because\(\s*\"(\w+)\"(?: if [^)]+? else \"(\w+)\")?|_raised\(finding, \"(\w+)\"\)|\"(hash_\w+)\""
)


def test_every_reason_is_given_somewhere_and_no_other() -> None:
    folder = Path(piiguard.scan.__file__).parent
    sources = [file.read_text(encoding="utf-8") for file in folder.rglob("*.py") if file.name != "reason.py"]
    given = {code for text in sources for found in USED.findall(text) for code in found if code}
    given |= {row.guessed for row in ENTITIES if row.guessed}
    assert given == set(wording())


def test_unknown_code_is_a_defect() -> None:
    with pytest.raises(KeyError):
        because("nonsense")


def test_english_is_plain_text() -> None:
    reasons = because("plain_left", plain=1200, examined=42000), because("cipher", tools="piiguard")
    assert in_english(reasons) == "1200 of 42000 values are still plain; ciphertext of piiguard"
