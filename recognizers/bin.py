"""KZ_BIN: БИН / БСН, the number of a legal entity."""

from __future__ import annotations

from piiguard.recognizers.base import Rule, moved
from piiguard.recognizers.checks import bin as check
from piiguard.recognizers.identifiers import checked, lost_zeros, written
from piiguard.recognizers.labels import phrases
from piiguard.recognizers.shapes import MONTH

__all__ = ["RULE"]


def _passes(number: str) -> bool:
    """Say whether month, type, attribute and check digit are right."""
    return check.is_valid(number)


RULE = Rule(
    entity="KZ_BIN",
    name="KzBinRecognizer",
    about="Finds BINs by month, type, attribute and check digit; one random 12-digit number in 700 passes.",
    patterns=(
        *written(
            ("[0-9]{2}", MONTH, "[4-6][0-3]", *["[0-9]{2}"] * 3),
            "БИН|БСН|BIN|BSN",
            bare=0.4,
            grouped=0.3,
            loose=0.3,
        ),
        *lost_zeros("[4-6][0-3][0-9]{6}"),
    ),
    context=phrases(
        "бин; бсн; б.и.н.; б.с.н.; бизнес-идентификационный номер; бизнес идентификационный номер",
        "бизнес-сәйкестендіру нөмірі; бизнес сәйкестендіру нөмірі; бизнес-сәйкестендіру нөмір",
        "bsn; biznes saikestendiru nomiri; bin; business identification number; business id; company id number",
    ),
    negatable=True,
    check=checked(_passes),
)
__getattr__ = moved("KzBinRecognizer")
