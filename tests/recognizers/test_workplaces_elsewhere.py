"""Workplaces as documents and chats name them: positions beside names, institutions, degrees, and columns of all these."""

from __future__ import annotations

import pytest

from piiguard.detect import Engine

from .conftest import marked

MEDIUM = 0.5

# Brackets mark each workplace; a pair of braces is what may be found or not.
KINDS = {
    "a position behind its holder's name": [
        "Сынакова Үлгі Мысаловна, [менеджер по продажам]",
        "Образцов Иван, [завхоз]",
        "Образцов И. П. — [заместитель директора по учебной работе]",
        "Отправитель: Образцов И. П. ([системный администратор])",
        "Сынақова Үлгі, [сапа бақылау басшысы]",
        "Ulgi Synaqov, [Sales Manager]",
        "ОБРАЗЦОВ И. П., [ГЛАВНЫЙ БУХГАЛТЕР]",
        "1;Сынаков Үлгі Мысалұлы;[слесарь];050000",
    ],
    "a position before its holder's name": [
        "[бас есепші] Сынақова Ү.",
        "[Главный бухгалтер] ____________ Сынакова Ү. М.",
        "[Начальник управления взыскания]      Образцов И. П.",
        "[Бөлім басшысы] _________ Ү. Сынақов",
        "в лице [генерального директора] Образцова Ивана Петровича, действующего",
        "[КАССИР]: ОБРАЗЦОВА И.",
        "[Судья] Ү. Мысалбек іс қарады",
        "[Project Manager] Ulgi Synaqov",
    ],
    "a position and the school or office that it is of": [
        "Образцова И. П., [учитель физики ОСШ № 3]",
        "Образцова Инна Петровна — [логопед школы-лицея № 6]",
        "Сынақов Ү. М., [доцент ЕНУ им. Мысала]",
        "Сынақов Ү. М., [фельдшер амбулатории №2], вызван",
        "Сынақов Үлгі Мысалұлы, [№14 мектептің әдіскері]",
        "Сынақов Үлгі Мысалұлы — [химия пәнінің мұғалімі]",
        "Образцова И. П., [заведующая детским садом «Сынақ»]",
        "[инструктор ДЮСШ] Сынақов Ү. М.",
        "[Инженер УКС № 1] Образцов И. П.",
        "[Помощник акима города] Образцов И. П.",
        "Образцова И. П., [медсестра больницы] позвонила",
        "Образцова И. П., [бухгалтер], ИИН утерян",
    ],
    "a position alone on its line": [
        "[Ведущий специалист отдела закупок]",
        "[кадр бөлімінің бастығы]",
        "[Senior Data Analyst]",
        "[HR-менеджер]",
    ],
    "a verb of work": [
        "работает в [городской больнице № 2] с мая",
        "Работаю в [школе-гимназии № 12]",
        "трудится в [акимате Мысальского района]",
        "работает [медсестрой в городской больнице № 2]",
        "Ол [«Үлгі» мектебінде тәлімгер] болып істейді",
        "She works as [nurse at City Hospital No. 4].",
        "сотрудник [ТОО «Үлгі»] вышел",
        "[«Үлгі» АҚ] қызметкері келді",
    ],
    "a duty": [
        "принять на должность [делопроизводителя] с 1 марта",
        "перевести на должность [машиниста насосных установок] с 1 мая",
        "в должности [участковой медсестры]",
        "[зертханашы] лауазымынан босатылсын",
        "[тоңазытқыш қондырғысының машинисі] лауазымына қабылдансын",
    ],
    "a label": [
        "должность – [повар 4 разряда]",
        "Должность: [водитель-экспедитор], [ТОО «Сынақ Транс»]",
        "Место учебы/работы: [Мысальский аграрный университет]",
        "место работы: [АО «Үлгі»], [аппаратчик]",
        "Жұмыс орны – [Мысал қаласының әкімдігі]",
        "ДОЛЖНОСТЬ: [ВОДИТЕЛЬ]",
        '"job_title":"[Lead Developer]"',
        '"mesto_raboty": "[Школа № 12]", "x": 1',
        "Jumys orny: [«Ülgi» JŞS], lauazymy: [bas esepşi]",
        "Occupation: [welder]",
        "Зарплата\t[ТОО «Үлгі Дизайн»]",
    ],
    "degrees": [
        "Сынаков У.М., [к.т.н.], [доцент]",
        "Образцов И. П., [магистр юриспруденции]",
        "Образцов И., [доктор PhD]",
        "ғылыми дәрежесі: [PhD докторы]",
        "Образцов Иван Петрович, [заслуженный учитель РК]",
    ],
}
NONE = [
    "Last-Translator: Nurlan Mysalbekov <nurlan@example.kz>",
    "X-Release-Manager: Synaqov Ulgi",
    "Co-Reviewer-Editor: Nurlan Mysalbekov",
    "Lead-Designer: Айгүл Сынақова",
    "ТОО «Үлгі» сообщает о проведении собрания",
    "«Үлгі» ЖШС жаңа зауыт ашты",
    "Sample Group LLP opened a new plant.",
    "Директор отметил рост показателей.",
    "Врач рекомендует больше гулять.",
    "Требуется водитель категории B",
    "Учителя школы получили награды",
    "Мұғалімдер күні құтты болсын",
    "The driver failed to load, manager restarted",
    "Работает круглосуточно, без выходных",
    "Программа работает в Windows",
    "Университет работает в новом формате",
    "Степень защиты: IP67",
    "звание: присваивается решением комиссии",
    "Қызметі: көлік жуу",
    "Место работы и должность указать полностью",
    "Победитель тендера — ТОО «Үлгі Құрылыс»",
    "Диспетчер задач, менеджер пакетов",
    "Школа № 5 заняла второе место",
    "Директор",
    "Тренер Образцов Иван остался доволен",
    "заведующая отделением Үлгі Мысаловна сказала прийти завтра",
    '"position": "left"',
    '"job": "nightly-build"',
]
COLUMNS = {
    "lauazymy": ["бухгалтер", "есепші", "күзетші", "бас маман", "заңгер", "тракторшы"],
    "position": ["Accountant", "Sales Manager", "driver", "Welder", "Chief engineer"],
    "Должность": ["Завхоз", "Повар", "Уборщица", "Слесарь 4 разряда", "Бетонщик", "Няня"],
    "место_работы": ["ТОО «Үлгі»", "Школа № 12", "Городская больница № 4", "«Мысал» ЖШС", "АО Образец"],
    "employer": ["Sample LLP", '"Үлгі" АҚ', "TOO Primer"],
    "uchenaya_stepen": ["к.т.н.", "PhD", "магистр", "кандидат наук", "бакалавр", "доцент"],
}


@pytest.fixture(scope="module")
def engine() -> Engine:
    return Engine(entities=["KZ_WORKPLACE"])


def spans(engine: Engine, text: str, *context: str) -> list[tuple[int, int]]:
    return [(each.start, each.end) for each in engine.find(text, context) if each.score >= MEDIUM]


@pytest.mark.parametrize("text", [text for texts in KINDS.values() for text in texts])
def test_a_workplace_is_found_with_exact_ends(engine: Engine, text: str) -> None:
    plain, expected = marked(text)
    assert spans(engine, plain) == expected


@pytest.mark.parametrize("text", NONE)
def test_a_firm_or_a_calling_that_is_nobodys_is_none(engine: Engine, text: str) -> None:
    assert spans(engine, text) == []


@pytest.mark.parametrize("column", COLUMNS)
def test_a_column_of_workplaces_is_one_by_its_name(engine: Engine, column: str) -> None:
    assert [cell for cell in COLUMNS[column] if not spans(engine, cell, column)] == []


@pytest.mark.parametrize("cell", ["Завхоз", "driver", "Школа № 12", "магистр", "күзетші"])
def test_one_word_in_a_column_of_another_name_is_none(engine: Engine, cell: str) -> None:
    assert spans(engine, cell, "comment") == []
