"""KZ_WORKPLACE: where somebody works: organisation, position, degree and title."""

from __future__ import annotations

from collections.abc import Iterable

from piiguard.recognizers.base import Rule, moved
from piiguard.recognizers.checks import workplace, workplace_words
from piiguard.recognizers.checks.workplace import FoundWorkplace
from piiguard.recognizers.labels import phrases

__all__ = ["RULE"]


def find(text: str) -> Iterable[FoundWorkplace]:
    """Find workplaces."""
    return workplace.find(text)


RULE = Rule(
    entity="KZ_WORKPLACE",
    name="KzWorkplaceRecognizer",
    about="Finds organisations with a legal form, positions and degrees; without a label or a person they score low.",
    find=find,
    context=phrases(
        "место работы; должность; работает; работаю; работал; работодатель; трудоустроен; стаж; опыт работы; профессия; место службы",
        "ученая степень; ученое звание; наименование организации; название организации; род занятий",
        "жұмыс орны; лауазымы; жұмыс істейді; жұмыс берушісі; ғылыми дәрежесі; ғылыми атағы; ұйым атауы; мамандығы; кәсібі",
        "jumys orny; zhumys orny; lauazymy; lauazym; mesto raboty; dolzhnost; doljnost; dolznost; workplace; job title; employer",
        "position; employed; works at; works for; place of work; occupation; designation; profession; post name; org job",
        "uchenaya stepen; uchenoe zvanie; academic degree; gylymi dareje; darejesi; darezhesi; uiym atauy; organization name; organisation name",
        "зарплата; заработная плата; жалақы; salary; org name; company name; kasibi; kasip; mamandygy; professiya",
    ),
    gain=0.4,
    prefilter=workplace_words.PREFILTER,
)
__getattr__ = moved("KzWorkplaceRecognizer")
