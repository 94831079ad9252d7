"""KZ_ADDRESS: postal addresses in Russian, Kazakh and English."""

from __future__ import annotations

from collections.abc import Iterable

from piiguard.recognizers.checks import address
from piiguard.recognizers.checks.address import FoundAddress
from piiguard.recognizers.grammar import KzGrammarRecognizer

__all__ = ["KzAddressRecognizer"]


class KzAddressRecognizer(KzGrammarRecognizer):
    """Finds addresses from their first part to the last; a town, a region or a street alone is none."""

    ENTITY = "KZ_ADDRESS"
    CONTEXT = (
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
    )
    PREFILTER = address.ANCHORS

    def find(self, text: str) -> Iterable[FoundAddress]:
        """Find addresses."""
        return address.find(text)
