"""KZ_IIN: ИИН / ЖСН, the number of a person."""

from __future__ import annotations

from piiguard import clock
from piiguard.recognizers.base import Pattern, Rule, moved
from piiguard.recognizers.checks import iin
from piiguard.recognizers.identifiers import checked, lost_zeros, written
from piiguard.recognizers.labels import phrases
from piiguard.recognizers.shapes import DAY, MONTH, NUMBER_AFTER, NUMBER_BEFORE

__all__ = ["RULE"]

_TWELVE = rf"[0-9]{{2}}{MONTH}{DAY}[1-6][0-9]{{5}}"


def _passes(number: str) -> bool:
    """Say whether date and check digit are right, or all but the century as foreigners are said to get it."""
    return iin.is_valid(number) or (number[6:7] == "0" and iin.is_foreign(number))


def _doubt(value: str) -> tuple[float, str] | None:
    """Timestamps and births of 18xx pass the check as well."""
    number = iin.restore(value)
    if number[6] in "12":
        if number[6:8] < "24" and number[8] < "6" and number[10] < "6":
            return 0.3, "reads as a timestamp, YYMMDDHHMMSS"
        return 0.15, "born before 1900"
    if number[6] in "56" and iin.parse(number).birth > clock.now().date():
        return 0.15, "born in the future"
    return None


RULE = Rule(
    entity="KZ_IIN",
    name="KzIinRecognizer",
    about="Finds IINs by date and check digit; one random 12-digit number in 460 passes, so this is no proof.",
    patterns=(
        *written(
            ("[0-9]{2}", MONTH, DAY, "[1-6]", "[0-9]{2}", "[0-9]{2}", "[0-9]"),
            "ИИН|ЖСН|IIN|JSN",
            bare=0.5,
            grouped=0.4,
            loose=0.35,
        ),
        Pattern(
            "inside a zone of an identity card", rf"(?<=I[A-Z<]KAZ[0-9A-Z<]{{9}}[0-9<]){_TWELVE}(?=<)", 0.8
        ),
        Pattern("inside a zone of a passport", rf"(?<=KAZ[0-9]{{7}}[MF<][0-9]{{7}}){_TWELVE}(?=<)", 0.8),
        Pattern("seventh digit 0", rf"{NUMBER_BEFORE}[0-9]{{2}}{MONTH}{DAY}0[0-9]{{5}}{NUMBER_AFTER}", 0.1),
        *lost_zeros(rf"{DAY}[3-6][0-9]{{5}}"),
    ),
    context=phrases(
        "иин; жсн; и.и.н.; ж.с.н.; уин; бин; бсн; индивидуальный идентификационный номер; инд. идент. номер",
        "идентификационный номер; идентификационный номер налогоплательщика",
        "жеке сәйкестендіру нөмірі; жеке сәйкестендіру нөмір; сәйкестендіру нөмірі; сәйкестендіру нөмір",
        "jsn; zhsn; jeke saikestendiru nomiri; jeke sәikestendiru nomiri; zheke saikestendiru nomiri",
        "iin; individual identification number; individual id number; taxpayer id; piin; uin; personal number",
        "national id number; national identification number; inn iin",
        "idn",  # the field of a payment order (MT 102)
    ),
    company=frozenset({"PERSON"}),
    negatable=True,
    proven=0.5,
    check=checked(_passes),
    doubt=_doubt,
)
__getattr__ = moved("KzIinRecognizer")
