"""CREDIT_CARD: payment card numbers."""

from __future__ import annotations

import re

from piiguard.recognizers.base import Pattern, Rule, moved
from piiguard.recognizers.checks import card
from piiguard.recognizers.labels import phrases
from piiguard.recognizers.shapes import NUMBER_AFTER, NUMBER_BEFORE, SPACING

__all__ = ["RULE"]

_S = f"[.{SPACING[1:-1]}]{{1,2}}"
_BEFORE = NUMBER_BEFORE + "(?<![0-9]-)"
_SIXTEEN = "(?:4[0-9]{3}|5[1-5][0-9]{2}|2(?:2[0-9]{2}|[3-6][0-9]{2}|7[01][0-9]|720)|62[0-9]{2}|67[0-9]{2})"

_GROUP_BEFORE = re.compile("(?<![0-9A-Za-z])[0-9A-Fa-f]{4,5} $")
_SMALL = re.compile("[.]00[0-9]{2}(?![0-9])")  # one card in 3,000 has two such groups
_GROUPS_AFTER = re.compile("(?: [0-9A-Fa-f]{4,5}){2}(?![0-9A-Za-z])")


def _check(value: str) -> bool | None:
    """Keep the pattern's score where the Luhn digit is right, else drop the match."""
    return None if card.is_valid(value) else False


def _misplaced(value: str, before: str, after: str) -> tuple[float, str] | None:
    """One run of four groups in ten passes the Luhn check, and a dump has thousands of them."""
    if _GROUP_BEFORE.search(before) or _GROUPS_AFTER.match(after):
        return 0.3, "stands among other groups of four"
    return (0.3, "weights of a table begin with zeros") if len(_SMALL.findall(value)) > 1 else None


RULE = Rule(
    entity="CREDIT_CARD",
    name="KzCreditCardRecognizer",
    about="Finds card numbers by Luhn digit and scheme; grouping as on the card is evidence, bare digits are not.",
    patterns=(
        Pattern("groups of four", rf"{_BEFORE}{_SIXTEEN}(?:{_S}[0-9]{{4}}){{3}}{NUMBER_AFTER}", 0.6),
        Pattern(
            "American Express", rf"{_BEFORE}3[47][0-9]{{2}}{_S}[0-9]{{6}}{_S}[0-9]{{5}}{NUMBER_AFTER}", 0.6
        ),
        Pattern("sixteen digits", rf"{_BEFORE}{_SIXTEEN}[0-9]{{12}}{NUMBER_AFTER}", 0.35),
        Pattern("thirteen to nineteen digits", rf"{_BEFORE}[2-689][0-9]{{12,18}}{NUMBER_AFTER}", 0.2),
        Pattern("groups of eight", rf"{_BEFORE}{_SIXTEEN}[0-9]{{4}}{_S}[0-9]{{8}}{NUMBER_AFTER}", 0.25),
        Pattern(
            "grouped, other lengths",
            rf"{_BEFORE}[2-689][0-9]{{3}}(?:{_S}[0-9]{{4}}){{2,3}}(?:{_S}[0-9]{{1,3}})?{NUMBER_AFTER}",
            0.2,
        ),
    ),
    context=phrases(
        "карта; карточка; карточный; номер карты; банковская карта; банковская карточка; платежная карта",
        "картасы; банк картасы; карта нөмірі; төлем картасы; karta; bank kartasy; tolem kartasy; nomer karty",
        "card; card number; pan; credit card; debit card; cardholder; visa; mastercard; maestro; card no; cc; cardno; cardnumber; ccnum; card num; dc number",
    ),
    against=phrases(
        "карта слова; медицинская карта; амбулаторная карта; карта памяти; sim card; sim карта; imei"
    ),
    company=frozenset({"PERSON"}),
    gain=0.45,
    negatable=True,
    check=_check,
    misplaced=_misplaced,
)
__getattr__ = moved("KzCreditCardRecognizer")
