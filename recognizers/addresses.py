"""KZ_ADDRESS: postal addresses in Russian, Kazakh and English."""

from __future__ import annotations

from collections.abc import Iterable

from piiguard.recognizers.base import Rule, moved
from piiguard.recognizers.checks import address, address_anchors
from piiguard.recognizers.checks.address import FoundAddress
from piiguard.recognizers.labels import phrases

__all__ = ["RULE"]


def find(text: str) -> Iterable[FoundAddress]:
    """Find addresses."""
    return address.find(text)


RULE = Rule(
    entity="KZ_ADDRESS",
    name="KzAddressRecognizer",
    about="Finds addresses from their first part to the last; a town, a region or a street alone is none.",
    find=find,
    context=phrases(
        "адрес; адрес регистрации; адрес проживания; прописка; прописан; проживает; проживающий; проживание; живу; живет; живут",
        "зарегистрирован; место жительства; местожительство; юридический адрес; фактический адрес; местонахождение",
        "место нахождения; доставка; доставить",
        # the ending stands in the list, since a word may not lose its «й»
        "мекенжай; мекенжайы; мекен-жай; мекен-жайы; тұрақты мекенжайы; тіркелген мекенжайы; тұрғылықты жері; тіркелген жері",
        "тұратын жері; орналасқан жері; тұрады; тұрамын; тұратын; жеткізу",
        "mekenjai; mekenzhai; mekenjaiy; mekenzhaiy; adres; adres fakt; address; residence; residential address; registered address; delivery",
        # names of columns, beside which a street needs no more
        "улица; көшесі; ulica; ulitsa; street; koshesi; koshe; propiska; nasel punkt",
    ),
    gain=0.4,
    prefilter=address_anchors.ANCHORS,
)
__getattr__ = moved("KzAddressRecognizer")
