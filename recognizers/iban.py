"""IBAN_CODE: ИИК / ЖСК, account numbers of Kazakhstan."""

from __future__ import annotations

from presidio_analyzer import Pattern

from piiguard.recognizers.base import KzRecognizer
from piiguard.recognizers.checks import iban
from piiguard.recognizers.labels import phrases
from piiguard.recognizers.shapes import NOT_AFTER, NOT_BEFORE, SPACING

__all__ = ["KzIbanRecognizer"]

_S = SPACING + "?"


class KzIbanRecognizer(KzRecognizer):
    """Finds Kazakh IBANs; the check modulo 97 with country and bank code leaves no reasonable doubt."""

    ENTITY = "IBAN_CODE"
    PATTERNS = (
        Pattern(
            "KZ and eighteen characters",
            rf"{NOT_BEFORE}[KК]{_S}[ZЗ](?:{_S}[0-9]){{5}}(?:{_S}[0-9A-ZАВСЕНКМОРТХУІ]){{13}}{NOT_AFTER}",
            0.5,
        ),
    )
    CONTEXT = phrases(
        "иик; iban; счет; р/с; р/сч; расч. счет; расчетный счет; лицевой счет; л/с; номер счета; реквизиты",
        "жск; шот; есеп айырысу шоты; банктік деректемелер; деректеме; банк шоты; jsk; shot; bank derektemeleri",
        "account; bank account; account number; iic; iik; schet; zhsk",
    )

    def validate_result(self, pattern_text: str) -> bool | None:
        """A right check raises the score to certainty, a wrong one drops the match."""
        return iban.is_valid(pattern_text)
