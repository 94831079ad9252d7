"""KZ_ADDRESS: postal addresses in Russian, Kazakh and English."""

from __future__ import annotations

from collections.abc import Iterable

from piiguard.recognizers.base import Rule, moved
from piiguard.recognizers.checks import address
from piiguard.recognizers.checks.address import FoundAddress

__all__ = ["RULE"]


def find(text: str) -> Iterable[FoundAddress]:
    """Find addresses."""
    return address.find(text)


RULE = Rule(
    entity="KZ_ADDRESS",
    name="KzAddressRecognizer",
    about="Finds addresses from their first part to the last; a town, a region or a street alone is none.",
    find=find,
    context=(
        *(
            "адрес",
            "адрес регистрации",
            "адрес проживания",
            "прописка",
            "прописан",
            "проживает",
            "проживающий",
            "проживание",
        ),
        *("зарегистрирован", "место жительства", "местожительство", "юридический адрес", "фактический адрес"),
        *(
            "мекенжай",
            "мекен-жай",
            "тұрақты мекенжайы",
            "тіркелген мекенжайы",
            "тұрғылықты жері",
            "тұрады",
            "тұратын",
        ),
        *(
            "mekenjai",
            "mekenzhai",
            "adres",
            "address",
            "residence",
            "residential address",
            "registered address",
        ),
    ),
    prefilter=address.ANCHORS,
)
__getattr__ = moved("KzAddressRecognizer")
