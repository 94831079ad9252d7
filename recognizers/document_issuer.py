"""KZ_DOCUMENT_ISSUER: who issued a document."""

from __future__ import annotations

from piiguard.recognizers.base import Pattern, Rule, moved
from piiguard.recognizers.checks import document_issuer
from piiguard.recognizers.checks.characters import BLANKS
from piiguard.recognizers.labels import phrases
from piiguard.recognizers.shapes import LETTERS, NOT_BEFORE

__all__ = ["RULE"]

_S = f"[{BLANKS}]{{0,3}}"
_B = f"[{BLANKS}]{{1,3}}"
_RK = rf"(?:[РP][.]?{_S}[КK](?![{LETTERS}])|Республик[иа]{_B}Казахстан[а]?)"
_END = f"(?![0-9{LETTERS}])"
_KAZ = rf"(?:Қазақстан{_B}Республикас[а-яәғқңөұүһі]{{1,4}}|[ҚК][Р])"
_OF = rf"(?:{_S}(?:of{_B})?(?:the{_B})?(?:RK|KZ|Republic{_B}of{_B}Kazakhstan|Kazakhstan))"


def _check(value: str) -> bool | None:
    """Keep the pattern's score where one of the two ministries is named."""
    return None if document_issuer.is_valid(value) else False


RULE = Rule(
    entity="KZ_DOCUMENT_ISSUER",
    name="KzDocumentIssuerRecognizer",
    about="Finds the two ministries that issue documents; alone they say little, beside a document much.",
    patterns=(
        Pattern("МВД РК, МЮ РК", rf"{NOT_BEFORE}[МM][.]?{_S}(?:[ВB][.]?{_S}Д|Ю)[.]?{_S}{_RK}", 0.35),
        Pattern(
            "министерство",
            rf"{NOT_BEFORE}Министерств[а-я]{{1,2}}{_B}(?:внутренних{_B}дел|юстиции)(?:{_B}{_RK})?{_END}",
            0.35,
        ),
        Pattern(
            "ҚР ІІМ, ҚР ӘМ",
            rf"{NOT_BEFORE}[ҚК][Р]{_S}(?:[ІИI]{{2}}[МM]|[ӘА][МM]){_END}",
            0.35,
        ),
        Pattern(
            "министрлігі",
            rf"{NOT_BEFORE}(?:{_KAZ}{_S})?(?:[ІИ]шк[іи]{_B}[іи]стер|[ӘА]д[іи]лет){_B}министрл[іи][гк][а-яәғқңөұүһі]{{0,4}}{_END}",
            0.35,
        ),
        Pattern(
            "in English",
            rf"{NOT_BEFORE}(?:(?:MIA|MOJ){_OF}|Ministry{_B}of{_B}(?:Internal{_B}Affairs|Justice){_OF}?){_END}",
            0.35,
        ),
        Pattern(
            "in Latin letters",
            rf"{NOT_BEFORE}(?:(?:QR|KR){_S}(?:IIM|ADM|AM)|(?:MVD|MYU|MJU|MIU){_B}RK){_END}",
            0.3,
        ),
        Pattern(
            "IIM alone",
            rf"{NOT_BEFORE}(?:ІІМ|IIM|МВД|МЮ|MIA|MOJ){_END}(?![ \u00a0]{{0,2}}(?:РФ|Росс|RF|Russia))",
            0.1,
        ),
    ),
    context=phrases(
        "выдан; выдано; выдана; кем выдан; кем выдано; орган выдачи; выдавший орган; орган выдавший документ; орган",
        "выд.; берген; берілген; берілді; беруші орган; кім берген; берген орган; құжатты берген орган; кім берді; кем и когда выдан; кем и когда выдано; berushi organ; bergen",
        "issued by; issued; issuing authority; authority; doc issuer; doc issued by; id doc issued by; kem vydan; kem vydano",
        "kem vydana; organ vydachi; issuer; issue organization; issue organisation; issued organization; id card issuer; issued by doc; employee id issued by; pasport kem vydan",
    ),
    company=frozenset({"KZ_ID_CARD", "KZ_PASSPORT", "KZ_DRIVER_LICENSE", "KZ_DOCUMENT_DATE"}),
    gain=0.25,
    company_gain=0.2,
    close={"KZ_DOCUMENT_DATE": 0.4},
    check=_check,
)
__getattr__ = moved("KzDocumentIssuerRecognizer")
