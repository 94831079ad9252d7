"""IBAN_CODE: ИИК / ЖСК, account numbers of Kazakhstan."""

from __future__ import annotations

from piiguard.recognizers.base import Pattern, Rule, moved
from piiguard.recognizers.checks import iban
from piiguard.recognizers.labels import phrases
from piiguard.recognizers.shapes import NOT_AFTER, NOT_BEFORE, SPACING

__all__ = ["RULE"]

_S = SPACING + "?"


def _check(value: str) -> bool | None:
    """A right check raises the score to certainty, a wrong one drops the match."""
    return iban.is_valid(value)


RULE = Rule(
    entity="IBAN_CODE",
    name="KzIbanRecognizer",
    about="Finds Kazakh IBANs; the check modulo 97 with country and bank code leaves no reasonable doubt.",
    patterns=(
        Pattern(
            "KZ and eighteen characters",
            rf"{NOT_BEFORE}[KК]{_S}[ZЗ](?:{_S}[0-9]){{5}}(?:{_S}[0-9A-ZАВСЕНКМОРТХУІ]){{13}}{NOT_AFTER}",
            0.5,
        ),
    ),
    context=phrases(
        "иик; iban; счет; р/с; р/сч; расч. счет; расчетный счет; лицевой счет; л/с; номер счета; реквизиты",
        "жск; шот; есеп айырысу шоты; банктік деректемелер; деректеме; банк шоты; jsk; shot; bank derektemeleri",
        "account; bank account; account number; iic; iik; schet; zhsk",
    ),
    negatable=True,
    check=_check,
)
__getattr__ = moved("KzIbanRecognizer")
