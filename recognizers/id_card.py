"""KZ_ID_CARD: number of the identity card."""

from __future__ import annotations

from piiguard.recognizers.base import Pattern, Rule, moved
from piiguard.recognizers.checks import id_card
from piiguard.recognizers.labels import phrases
from piiguard.recognizers.shapes import LETTERS, NOT_AFTER, NUMBER_AFTER, NUMBER_BEFORE, SPACING

__all__ = ["RULE"]


def _check(value: str) -> bool | None:
    """Refuse fillers; nothing else can be checked."""
    return None if id_card.is_valid(id_card.restore(value)) else False


def _doubt(value: str) -> tuple[float, str] | None:
    """Numbers of present cards begin with 0; many other things have nine digits and a document.

    Programs count their documents in as many digits, from one on.
    """
    if value.startswith("00000"):
        return 0.35, "a count"
    return (
        None
        if id_card.parse(id_card.restore(value)).usual and value[0] in "0N"
        else (0.25, "does not begin with 0")
    )


RULE = Rule(
    entity="KZ_ID_CARD",
    name="KzIdCardRecognizer",
    about="Finds nine-digit numbers beside words for an identity card: there is no check digit to go by.",
    patterns=(
        Pattern("nine digits from 0", rf"{NUMBER_BEFORE}0[0-9]{{8}}{NUMBER_AFTER}", 0.25),
        Pattern("glued to N", rf"(?<=(?<![0-9{LETTERS}])N)0[0-9]{{8}}{NOT_AFTER}", 0.25),
        Pattern(
            "nine digits in threes",
            rf"{NUMBER_BEFORE}[0-9]{{3}}{SPACING}[0-9]{{3}}{SPACING}[0-9]{{3}}{NUMBER_AFTER}",
            0.14,
        ),
        Pattern("nine digits", rf"{NUMBER_BEFORE}[1-9][0-9]{{8}}{NUMBER_AFTER}", 0.14),
        Pattern("leading zero lost", rf"{NUMBER_BEFORE}[1-9][0-9]{{7}}{NUMBER_AFTER}", 0.05),
    ),
    context=phrases(
        "удостоверение личности; удостоверение; уд.; уд. личности; уд. личн.; уд.л.; удост. личн.; уд-ние; уд-ие; уд-е; удостов.; удос; ул; удост. личности; удост.; удост; удл; ул рк",
        "удостоверяющий личность; удостоверяющего личность; документ; док.; док-т; номер документа; серия и номер; № документа",
        "серия номер; паспортные данные; вид на жительство; внж; личность",
        "ж/к; жеке куәлік; жеке куәліг; куәлік; куәліг; төлқұжат деректері; құжат; құжат нөмірі; ықтиярхат",
        "жеке басты куәландыратын құжат; жеке бас куәлігі; jeke kualik; kualik; kualig; kualigi; qujat; quzhat; jeke kualigi",
        "национальный id; id card; identity card; national id; id number; document number; identity document; doc number; doc no",
        "id doc number; identification card; identification document; udostoverenie; udostoverenii; udost; udost.; kuzhat; ud lich; ud lichnosti",
        "dul; id card number; number doc; document no; id no; nomer dokumenta; number document; doc series number; id doc",
        "nomer udostovereniya; doc num; num doc; nomer dok; dok nomer; nomer doc; udl; residence permit; serija nomer; id card kz; employee id number; document",
    ),
    hints=phrases("id; жк; номер; нөмірі; nomiri; number; no; doc; nomer"),
    against=phrases(
        "служебное удостоверение; пенсионное удостоверение; студенческое удостоверение; удостоверение о повышении",
        "удостоверение участника; удостоверение инвалида; водительское удостоверение; вод. удостоверение; код",
        "жүргізуші куәлігі; жүргізуші куәліг; зейнеткер куәлігі; туу туралы куәлік; туу туралы куәліг; driver license",
        "индекс; номер документа-основания; регистрационный; вх.; исх.; index; zip; zip code; postal code; code",
    ),
    company=frozenset({"KZ_IIN", "KZ_DOCUMENT_ISSUER", "KZ_DOCUMENT_DATE", "KZ_BIRTH_DATE"}),
    trusted=frozenset({"KZ_DOCUMENT_ISSUER"}),
    gain=0.55,
    negatable=True,
    check=_check,
    doubt=_doubt,
)
__getattr__ = moved("KzIdCardRecognizer")
