"""KZ_WORKPLACE: organisations, positions, degrees and titles, and what only looks like them."""

from __future__ import annotations

import random
import re

import pytest

from piiguard.recognizers.base import NEEDS_LABEL
from piiguard.recognizers.checks import workplace
from piiguard.recognizers.workplaces import KzWorkplaceRecognizer

from .conftest import Find, marked, policy

RECOGNIZER = KzWorkplaceRecognizer()

# Brackets mark each workplace.
WORKPLACES = [
    # Russian
    "Место работы: [ТОО «Сынақ Сервис»], должность: [главный бухгалтер]",
    "работает [учителем в КГУ «Школа № 5»]",
    "работаю [программистом в ТОО Пример]",
    "Образцов И.П., [директор ТОО «Пример»]",
    "[к.т.н.], Образцов И. П.",
    "Ученая степень: [доктор философии (PhD)]",
    "степень: [кандидат технических наук]",
    "ученое звание - [профессор]",
    "Должность - [менеджер по продажам]. Телефон",
    "Работодатель: [РГП на ПХВ «Сынақ орталығы»]",
    "трудоустроен в [АО «Образец»]",
    "наименование организации: [Средняя школа № 12]",
    "[Главный инженер ТОО «Пример»] Образцов Иван Петрович",
    "место работы — [лицей № 3 г. Алматы]",
    "принят на должность [инженера-конструктора] с 1 марта",
    "занимает должность [старшего инспектора]",
    "[директор школы] Образцов И.П.",
    # Kazakh
    "Жұмыс орны: [«Үлгі» ЖШС], лауазымы: [бас маман]",
    "[«Үлгі» АҚ бас бухгалтері] Айгүл Сынақова",
    "Ғылыми дәрежесі: [педагогика ғылымдарының кандидаты]",
    "лауазымы – [педагог-зерттеуші]",
    "[мектепте мұғалім] болып жұмыс істейді",
    "атағы: [қауымдастырылған профессор]",
    "[бас маман] лауазымына тағайындалсын",
    "ұйым атауы: [«Сынақ» КММ]",
    "Айгүл Сынақова - [философия докторы]",
    "ұйым атауы: [Сынақ колледжі]",
    "жұмыс орны: [Сынақ мектеп-гимназиясы]",
    # English and Latin letters
    '{"jobTitle": "[Senior Software Engineer]", "employer": "[Synaq LLP]"}',
    "works as a [senior engineer at Synaq LLP]",
    "dolzhnost=[Главный инженер]",
    "Position: [Chief Accountant]; tel",
    'employed by [TOO "Primer"]',
    "mesto_raboty=[Школа имени Образца]",
    "Place of work: [Sample Secondary School]",
    "occupation: [nurse]",
]
LOW = [
    "ТОО «Сынақ»",
    "АО «Образец» уведомляет",
    "«Үлгі» ЖШС хабарлайды",
    "Некоммерческое акционерное общество «Talap»",
    "кандидат технических наук",
    "Synaq JSC signed",
    "доцент Айгүл Сынақова дәріс оқыды",
]
NO_WORKPLACES = [
    "position: absolute; top: 5",
    '"position": 12',
    '"position": {"x": 1}',
    "title: Introduction",
    "role: admin",
    "job 15 finished",
    "должность, степень, звание, полное юридическое название и тип организации",
    "лауазымы, дәрежесі, атағы, ұйым атауы мен түрі",
    "Жұмыс орны туралы мәліметтер",
    "сведения о месте работы",
    "работает без ошибок",
    "система работает на сервере",
    "working directory: /var/log",
    "working as intended",
    "work in progress",
    "директор",
    "директор ушел",
    "12 ММ",
    "АО и ТОО",
    "ГУ",
    "доцент ушел",
    "«Өрлеу» порталы",
    "степени свободы",
    "в должности",
    "professor said",
    "2 д. 5 н.",
    "к. 5, д. 3",
    "degree = 90",
    "degrees: 90",
    "occupation",
    "ТОО",
]


def found(text: str, least: float = 0.5) -> list[tuple[int, int]]:
    results = RECOGNIZER.analyze(text, ["KZ_WORKPLACE"])
    return sorted((result.start, result.end) for result in results if result.score >= least)


@pytest.mark.parametrize("text", WORKPLACES)
def test_workplaces_are_found_with_exact_ends(text: str) -> None:
    plain, spans = marked(text)
    assert found(plain) == spans


@pytest.mark.parametrize("text", LOW)
def test_a_firm_or_degree_alone_is_low(text: str) -> None:
    assert found(text) == []
    assert len(found(text, 0.3)) == 1


def test_a_label_makes_a_firm_sure(find: Find) -> None:
    text = "Где трудоустроен: ТОО «Сынақ»"
    assert find(text, entity="KZ_WORKPLACE", least=0.75) == [("KZ_WORKPLACE", "ТОО «Сынақ»")]


@pytest.mark.parametrize("text", NO_WORKPLACES)
def test_other_words_are_no_workplaces(text: str) -> None:
    assert found(text, NEEDS_LABEL) == []


@pytest.mark.parametrize("text", WORKPLACES + LOW)
def test_prefilter_hits_every_workplace(text: str) -> None:
    assert any(re.search(pattern, marked(text)[0], re.IGNORECASE) for pattern in RECOGNIZER.PREFILTER)


def test_prefilter_hits_whatever_words_make_a_workplace() -> None:
    draw = random.Random(3)
    words = re.findall(r"[^\s\[\]]+", " ".join(WORKPLACES + LOW + NO_WORKPLACES))
    patterns = [re.compile(pattern, re.IGNORECASE) for pattern in RECOGNIZER.PREFILTER]
    for _ in range(3000):
        text = " ".join(draw.choices(words, k=6))
        if any(each.score >= NEEDS_LABEL for each in RECOGNIZER.find(text)):
            assert any(pattern.search(text) for pattern in patterns), text


@pytest.mark.parametrize("name", ["talap", "orleu"])
def test_policies_hold_no_workplace_at_medium(name: str, find: Find) -> None:
    assert find(policy(name), entity="KZ_WORKPLACE", least=0.5) == []


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("директор ТОО «Пример»", ("директор", "ТОО «Пример»", "")),
        ("«Үлгі» АҚ бас бухгалтері", ("бас бухгалтері", "«Үлгі» АҚ", "")),
        ("кандидат технических наук", ("", "", "кандидат технических наук")),
        ("главный инженер", ("главный инженер", "", "")),
    ],
)
def test_parts_are_told_apart(text: str, parts: tuple[str, str, str]) -> None:
    told = workplace.parse(text)
    assert (told.position, told.organisation, told.degree) == parts


@pytest.mark.parametrize("text", ["", "Алматы", "absolute", "директор ТОО «Пример» и другие"])
def test_what_is_no_workplace_is_refused(text: str) -> None:
    assert not workplace.is_valid(text)
    with pytest.raises(ValueError, match="not shaped"):
        workplace.validate(text)
