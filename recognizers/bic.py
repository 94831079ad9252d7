"""KZ_BIC: БИК / БСК, the code of a bank."""

from __future__ import annotations

from presidio_analyzer import Pattern

from piiguard.recognizers.base import KzRecognizer
from piiguard.recognizers.checks import bic
from piiguard.recognizers.labels import phrases
from piiguard.recognizers.shapes import NOT_AFTER, NOT_BEFORE

__all__ = ["KzBicRecognizer"]

_LETTER = "[A-ZАВСЕНКМОРТХУІ]"


class KzBicRecognizer(KzRecognizer):
    """Finds codes of banks in Kazakhstan: public data, which marks a line of payment details."""

    ENTITY = "KZ_BIC"
    PATTERNS = (
        Pattern(
            "eight or eleven characters",
            rf"{NOT_BEFORE}{_LETTER}{{4}}[KК]Z[0-9A-ZАВСЕНКМОРТХУІ]{{2}}(?:[0-9A-Z]{{3}})?{NOT_AFTER}",
            0.5,
        ),
    )
    CONTEXT = phrases(
        "бик; банк; swift; свифт; кор. счет; корр. счет; бск; bik; bic; bank bic; bank code; кбе; кнп; банктің",
        "swift code; bank; bsk",
    )
    COMPANY = frozenset({"IBAN_CODE"})
    GAIN = 0.25

    def validate_result(self, pattern_text: str) -> bool | None:
        """Keep the pattern's score for the form of a BIC; a word in lower case is none unless it is known."""
        if not bic.is_valid(pattern_text):
            return False
        return None if pattern_text == pattern_text.upper() or bic.parse(pattern_text).bank else False

    def doubt(self, value: str) -> tuple[float, str] | None:
        """Any word in capitals with KZ in its middle has the form."""
        return None if bic.parse(value).bank else (0.2, "no known bank")
