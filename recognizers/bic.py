"""KZ_BIC: БИК / БСК, the code of a bank."""

from __future__ import annotations

from piiguard.recognizers.base import Pattern, Rule, moved
from piiguard.recognizers.checks import bic
from piiguard.recognizers.labels import phrases
from piiguard.recognizers.shapes import NOT_AFTER, NOT_BEFORE

__all__ = ["RULE"]

_LETTER = "[A-ZАВСЕНКМОРТХУІ]"


def _check(value: str) -> bool | None:
    """Keep the pattern's score for the form of a BIC; a word in lower case is none unless it is known."""
    if not bic.is_valid(value):
        return False
    return None if value == value.upper() or bic.parse(value).bank else False


def _doubt(value: str) -> tuple[float, str] | None:
    """Any word in capitals with KZ in its middle has the form."""
    return None if bic.parse(value).bank else (0.2, "no known bank")


RULE = Rule(
    entity="KZ_BIC",
    name="KzBicRecognizer",
    about="Finds codes of banks in Kazakhstan: public data, which marks a line of payment details.",
    patterns=(
        Pattern(
            "eight or eleven characters",
            rf"{NOT_BEFORE}{_LETTER}{{4}}[KК]Z[0-9A-ZАВСЕНКМОРТХУІ]{{2}}(?:[0-9A-Z]{{3}})?{NOT_AFTER}",
            0.5,
        ),
    ),
    context=phrases(
        "бик; банк; swift; свифт; кор. счет; корр. счет; бск; bik; bic; bank bic; bank code; кбе; кнп; банктің",
        "swift code; bank; bsk",
    ),
    company=frozenset({"IBAN_CODE"}),
    gain=0.25,
    negatable=True,
    check=_check,
    doubt=_doubt,
)
__getattr__ = moved("KzBicRecognizer")
