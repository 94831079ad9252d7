"""KZ_PASSPORT: number of the passport of Kazakhstan."""

from __future__ import annotations

from piiguard.recognizers.base import Pattern, Rule, moved
from piiguard.recognizers.checks import passport
from piiguard.recognizers.checks.characters import BLANKS, strip_separators
from piiguard.recognizers.labels import phrases
from piiguard.recognizers.shapes import NOT_BEFORE, NUMBER_AFTER, NUMBER_BEFORE

__all__ = ["RULE"]

_BLANK = f"[{BLANKS}№-]{{0,3}}"


def _check(value: str) -> bool | None:
    """Refuse fillers and impossible series."""
    number = "N" + value if value[0].isdigit() else value
    return None if passport.is_valid(strip_separators(number.replace("№", ""))) else False


RULE = Rule(
    entity="KZ_PASSPORT",
    name="KzPassportRecognizer",
    about="Finds N and eight digits beside words for a passport, and other series with less certainty.",
    patterns=(
        Pattern("N and eight digits", rf"{NOT_BEFORE}[NН]{_BLANK}[0-9]{{8}}{NUMBER_AFTER}", 0.25),
        Pattern(
            "N and eight digits in groups",
            rf"{NOT_BEFORE}[NН]{_BLANK}(?:[0-9]{{4}}[{BLANKS}][0-9]{{4}}|[0-9]{{2}}[{BLANKS}][0-9]{{3}}[{BLANKS}][0-9]{{3}})"
            rf"{NUMBER_AFTER}",
            0.1,
        ),
        Pattern(
            "other series", rf"{NOT_BEFORE}[A-ZАВСЕНКМОРТХУ]{{1,2}}{_BLANK}[0-9]{{7,8}}{NUMBER_AFTER}", 0.1
        ),
        Pattern("eight digits alone", rf"{NUMBER_BEFORE}[0-9]{{8}}{NUMBER_AFTER}", 0.1),
    ),
    context=phrases(
        "паспорт; загранпаспорт; заграничный паспорт; паспортный; серия паспорта; номер паспорта; паспорт рк",
        "төлқұжат; паспорты; қр паспорты; шетелдік паспорт; серия и номер; серия; сериясы мен нөмірі",
        "pasport; tolqujat; tolkuzhat; tolquzhat; zagranpasport; pasporta; nomer pasporta; zagranpasporta; passport; ppt; pp; passport no; passport number; pasport seriya",
        "пасп; пасп.; загран; загранник; паспорт гражданина; паспорт гражданина рк; паспорт гражданина республики казахстан; паспорт казахстана",
        "қр азаматының паспорты; қазақстан республикасы азаматының паспорты; паспортные данные; паспортным данным; passport of kazakhstan; passport kaz; travel document; travel doc; zagran",
        "passport kz; pasport nomer; passport seriya; номер документа; document number; document no; doc number; doc num; doc no; zagran pasport",
    ),
    against=phrases(
        "технический паспорт; техпаспорт; тех. паспорт; tech passport; паспорт изделия; паспорт безопасности",
        "паспорт прибора; паспорт оборудования; паспорт скважины; паспорт здания; паспорт лифта; паспорт котла; паспорт станка; паспорт трубы; паспорт отходов",
        "паспорт объекта; энергетический паспорт; паспорт сделки; паспорт качества; кадастровый паспорт; product passport; номер партии; партия; партии",
    ),
    company=frozenset({"KZ_IIN", "KZ_DOCUMENT_ISSUER", "KZ_DOCUMENT_DATE", "KZ_BIRTH_DATE"}),
    gain=0.55,
    negatable=True,
    check=_check,
)
__getattr__ = moved("KzPassportRecognizer")
