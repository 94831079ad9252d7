"""Pieces that the patterns of numbers are made of.

Patterns spell every blank and dash, because ``\\s`` and ``\\d`` mean something else to a byte engine than to
Presidio; digits are ASCII only.
"""

from __future__ import annotations

from piiguard.recognizers.checks.characters import BLANKS, DASHES, INVISIBLE

__all__ = [
    "AFTER_PERCENT",
    "DAY",
    "LETTERS",
    "MONTH",
    "NOT_AFTER",
    "NOT_BEFORE",
    "NUMBER_AFTER",
    "NUMBER_BEFORE",
    "SEPARATOR",
    "SPACING",
]

LETTERS = "A-Za-zЀ-ԯ"
NOT_BEFORE = f"(?<![0-9{LETTERS}])"
NOT_AFTER = f"(?![0-9{LETTERS}])"

# A number is not the tail of a decimal fraction or of a UUID; ``.0`` after it is a spreadsheet's.
NUMBER_BEFORE = rf"{NOT_BEFORE}(?<![0-9]\.)(?<![0-9a-f]{{4}}-)"
NUMBER_AFTER = rf"{NOT_AFTER}(?!\.(?!0(?![0-9]))[0-9])(?!-[0-9a-f]{{4}})"

SPACING = f"[{BLANKS}{INVISIBLE}{DASHES[1:]}-]"
SEPARATOR = rf"[{BLANKS}{INVISIBLE}./()'{DASHES[1:]}-]"

# A percent-encoded sign: = : " or a blank.
AFTER_PERCENT = "(?<=%3D|%3A|%22|%20)"

MONTH = "(?:0[1-9]|1[0-2])"
DAY = "(?:0[1-9]|[12][0-9]|3[01])"
