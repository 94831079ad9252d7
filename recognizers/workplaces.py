"""KZ_WORKPLACE: where somebody works: organisation, position, degree and title."""

from __future__ import annotations

from collections.abc import Iterable

from piiguard.recognizers.base import Rule, moved
from piiguard.recognizers.checks import workplace, workplace_words
from piiguard.recognizers.checks.workplace import FoundWorkplace

__all__ = ["RULE"]


def find(text: str) -> Iterable[FoundWorkplace]:
    """Find workplaces."""
    return workplace.find(text)


RULE = Rule(
    entity="KZ_WORKPLACE",
    name="KzWorkplaceRecognizer",
    about="Finds organisations with a legal form, positions and degrees; without a label or a person they score low.",
    find=find,
    context=(
        *(
            "место работы",
            "должность",
            "работает",
            "работаю",
            "работал",
            "работодатель",
            "трудоустроен",
            "стаж",
        ),
        *("ученая степень", "ученое звание", "наименование организации", "название организации"),
        *(
            "жұмыс орны",
            "лауазымы",
            "жұмыс істейді",
            "жұмыс берушісі",
            "ғылыми дәрежесі",
            "ғылыми атағы",
            "ұйым атауы",
        ),
        *(
            "jumys orny",
            "zhumys orny",
            "lauazymy",
            "mesto raboty",
            "dolzhnost",
            "workplace",
            "job title",
            "employer",
        ),
        *("position", "employed", "works at", "works for", "place of work", "occupation"),
    ),
    prefilter=workplace_words.PREFILTER,
)
__getattr__ = moved("KzWorkplaceRecognizer")
