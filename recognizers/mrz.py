"""KZ_MRZ: machine-readable zones of identity cards and passports."""

from __future__ import annotations

from piiguard.recognizers.base import Pattern, Rule, moved
from piiguard.recognizers.checks import mrz
from piiguard.recognizers.labels import phrases

__all__ = ["RULE"]

# What stands between two lines: a line break with what indents or quotes a line, its escape in JSON, a bar, blanks.
_BREAK = r'(?:[ \t"\',|]{0,4}\r?\n[ \t"\',>|]{0,16}|(?:\\r)?\\n|[ ]{0,2}\|[ ]{0,2}|<br>|[ ]{0,3})'
_TD1 = r"I[A-Z<]KAZ[0-9A-Z<]{25}"
_TD1_SECOND = r"[0-9]{7}[MF<][0-9]{7}KAZ[0-9A-Z<]{11}[0-9]"
_TD3 = r"P[A-Z<]KAZ[A-Z<]{39}"
_TD3_SECOND = r"[0-9A-Z<]{9}[0-9]KAZ[0-9]{7}[MF<][0-9]{7}[0-9A-Z<]{14}[0-9<][0-9]"


def _check(value: str) -> bool | None:
    """Drop a zone in which more than one check digit is wrong."""
    return None if mrz.is_nearly_valid(value) else False


def _doubt(value: str) -> tuple[float, str] | None:
    """One wrong check digit is what a misread character leaves."""
    return None if mrz.is_valid(value) else (0.6, "one check digit is wrong")


RULE = Rule(
    entity="KZ_MRZ",
    name="KzMrzRecognizer",
    about="Finds whole zones by all their check digits: chance passes one in ten thousand at most.",
    patterns=(
        Pattern(
            "identity card",
            rf"(?<![0-9A-Z<]){_TD1}{_BREAK}{_TD1_SECOND}{_BREAK}[A-Z<]{{30}}(?![0-9A-Z<])",
            0.95,
        ),
        Pattern("passport", rf"(?<![0-9A-Z<]){_TD3}{_BREAK}{_TD3_SECOND}(?![0-9A-Z<])", 0.95),
    ),
    context=phrases(
        "mrz; машиночитаемая зона; машиносчитываемая зона; машинамен оқылатын аймақ; passport scan; mrz line",
        "machine readable zone; mrz1; mrz2; mrz code; скан паспорта; скан удостоверения",
    ),
    lines=3,
    check=_check,
    doubt=_doubt,
)
__getattr__ = moved("KzMrzRecognizer")
