"""PERSON: what is a name, where it ends, and what only looks like one. All persons are invented."""

from __future__ import annotations

import random
import re

import pytest

from piiguard.recognizers.checks import person_name
from piiguard.recognizers.names import KzPersonRecognizer, cell_score

from .conftest import marked

RECOGNIZER = KzPersonRecognizer()

# The text; brackets mark each name.
FULL_NAMES = [
    # Kazakh
    "Өтініш беруші: [Сынақов Үлгі Мысалұлы]",
    "[Сынақова Айгүл Маратқызы] тыңдаушы болып тіркелді",
    "Құжат [Үлгіев Нұрлан Серікұлына] берілді",
    "[Қасым-Үлгі Сынақовтың] айтуынша, жиын өтті",
    "бөлім басшысы [Ерлан Мысалбаев] қол қойды",
    "[Бауыржан Үлгібек] пен [Дидар Мысалтайдың] хаты",
    "Күні бойы [Айнұр Сынақовамен] сөйлестік",
    "[Сынақов Нұрлан Серік ұлы] келді",
    "[Үлгіева Динара Мысал-қызы], Астана",
    "[Ә. Б. Сынақов] мырза",
    "Қолы: [Сынақов Ә.Б.]",
    "[СЫНАҚОВ НҰРЛАН СЕРІКҰЛЫ]",
    # Kazakh on a Russian keyboard
    "[Мысалов Нурлан Серикулы] пришел",
    "[Мысалова Айгуль Маратовна]",
    "[Мысалова Гулнар Сериккызы], курс 3",
    "заявление от [Мысалова Ерлана Болатовича]",
    # Russian
    "[Образцов Иван Петрович] подписал договор",
    "договор с [Образцовой Марией Петровной] расторгнут",
    "передано [Образцову Ивану Петровичу] лично",
    "позвонила [Мария Образцова], просила перезвонить",
    "мнение [Ивана Образцова] совпало",
    "[Иван Петрович Образцов] и [Мария Ильинична Мысалова]",
    "утверждаю [И. П. Образцов]",
    "утверждаю [И.П. Образцов]",
    "исполнитель [Образцов И.П.], тел. внутренний",
    "исп. [Образцова М. И.]",
    "[ОБРАЗЦОВ ИВАН ПЕТРОВИЧ]",
    "от [Никиты Сергеевича] ничего нет",
    "[Образцов-Примеров Алексей Иванович]",
    "сотрудник [Образцов\u00a0Иван\u00a0Петрович] принят",
    # Latin letters
    "user [Synakov Nurlan Serikuly] logged in",
    "[Synakova Aigul Maratqyzy]",
    "passenger [OBRAZTSOV IVAN], seat 3",
    "[OBRAZTSOV Ivan], seat 3",
    "signed by [Nurlan Mysalbayev] today",
    "[Zhansaya Mysalova], [Jansaya Mysalova] and [Zhanar Ulgibekova]",
    "[Aleksandr Obraztsov] and [Yuliya Primerova]",
    "[Nurlan Serikovich Obraztsov]",
    "[Emily Johnson] wrote to [Matthew B. Wilson]'s office",
    "thanks to [Barbara Fowler]",
    "[Aigúl Synaqova] jáne [Şyñğys Ülgıbekov]",
    "[Qasym-Ulgi Kemelūly] keldi",
    "[Patrick O'Brien] and [N. Synaqov]",
    "dear Mr. [Fairbrook], dear Ms [Greenacre]",
    "исп. [Образцова М.И]",
    # beside other signs
    "😀 [Образцов Иван Петрович] 😀",
    "<b>[Образцов Иван Петрович]</b>",
    "ФИО=[Образцов Иван Петрович];тел=1",
    '{"full_name": "[Сынақова Айгүл Маратқызы]"}',
    "театр директоры [Толқын Мысалбаев] келді",
    "[Азамат Сынақов] пен [Қанат Үлгіев]",
    "[Мысалбайқызы Динара] сабақ берді",
    "солист театра [Анатолий Образцов] выступил",
    "[СЫНАҚОВ САНЖАР ИМАНҒАЛИ ҰЛЫ]",
    "[Серiк Сынақов] латын i әрпімен",
    # small letters: only with a patronymic, or as the value of a label
    "[nurlan serikuly mysalov]",
    "звонила [айгуль сериковна], просила перезвонить",
    "фио: [образцов иван петрович]",
    "аты-жөні: [сынақов нұрлан]",
    # a word with a capital letter before a full name
    "Иск [Образцовой Марии Петровны] к банку",
    "Талапкер [Сынақова Роза Мысалқызының] арызы",
    "Позвоните [Ивану Петровичу] завтра",
    "Qurmetti [Móldir Talǵatqyzy]!",
    # initials of two letters, surnames without an ending, given names that are also plain words
    "signed by [Zh.A. Synaqov]",
    "в пользу [Шмидта Ивана Петровича]",
    "[Черных И.П.] и [Югай А.В.]",
    "[Тілек Сынақов] келді",
    "Tegi, aty: [Tūrsynbekova Saya]",
    "жауапты: [С. Мысалбай]",
    "[Ли В.А.] и [Пак Е.М.] отсутствовали",
]
ANNOUNCED = [
    '{"surname": "[Сынақов]", "age": 7}',
    '{"lastName":"[Ulgi]","firstName":"[Nurlan]"}',
    "patientFullName=[Synaqov]",
    "Тегі: [Сынақов] Аты: [Үлгі]",
    "Имя: [Мария]",
    "Фамилия - [Образцов]",
    "Ф.И.О.: [Образцов]",
    "Аты-жөні: [Үлгі]",
    "гражданин [Образцов] обратился",
    "азамат [Сынақов] келді",
    "name: [Dmitriy]",
    "Әкесінің аты: [Мысалұлы]",
]
NO_NAMES = [
    "Общество и Пользователь заключают Договор",
    "Республика Казахстан, г.Астана, ул.Д.Конаева, д.12/1",
    "улица Ивана Образцова, 5",
    "проспект Нурлана Мысалова",
    "Абай даңғылы, 10",
    "Нұрлан Мысалов көшесі",
    "Үлгі Сынақов атындағы мектеп",
    "школа имени Ивана Образцова",
    "ТОО «Нурлан Мысалов» сообщает",
    "Министерство Финансов Республики Казахстан",
    "Совет Директоров Компании",
    "Реестр Документов",
    "Қарулы Күштер күні",
    "Қазақстан Республикасының Үкіметі",
    "Нұр-Сұлтан қаласы",
    "Алматы Астана бағыты",
    "Орал Атырау Ақтау",
    "Мектептегі Сабақ",
    "Дүйсенбі Сейсенбі",
    "Индивидуальный Идентификационный Номер",
    "Жеке Сәйкестендіру Нөмірі",
    "ҚҰПИЯЛЫЛЫҚ САЯСАТЫ",
    "ПОЛИТИКА КОНФИДЕНЦИАЛЬНОСТИ",
    "Internal Server Error",
    "Connection Refused by Remote Host",
    "Grant Access to Major Version",
    "See TextWrapper, Else ValueError",
    "Content-Type: Application/Json",
    "INFO Starting HTTP Server",
    "Mark Read, Art Director, Will Smith-like",
    "com.example.Ivan.Petrov",
    "path/Ivan Petrovich_1",
    "Europe/Almaty Asia/Almaty",
    "Ruby Gem and Julia Language",
    "Мир Роза",
    "Иван",
    "Айгүл келді",
    "user name=admin",
    "first_name: Mapped[str]",
    "Green Bazaar and Silk Way Mall",
    "Фильм «Анна Образцова» покажут в субботу",
    "Магазин «Анна Сергеевна» закрыт",
    "Фонд Нурлана Мысалова поддержал олимпиаду",
    "Nurlan Mysalov International Airport",
    "Бауыржан Мысалулы кошеси, 107-уй",
    "основная условная безусловна",
    "name: server",
    "Товар А. Б. 100 шт.",
    "Unruly July Plugin",
    "\u200bОбразцов,\nИван",
    "Образцов\nИван Общество",
]


def found(text: str, least: float = 0.4) -> list[tuple[int, int]]:
    results = RECOGNIZER.analyze(text, ["PERSON"])
    return sorted((result.start, result.end) for result in results if result.score >= least)


@pytest.mark.parametrize("text", FULL_NAMES + ANNOUNCED)
def test_names_are_found_with_exact_ends(text: str) -> None:
    plain, spans = marked(text)
    assert found(plain) == spans


@pytest.mark.parametrize("text", NO_NAMES)
def test_other_words_are_no_names(text: str) -> None:
    assert found(text, 0.5) == []


@pytest.mark.parametrize("text", FULL_NAMES + ANNOUNCED)
def test_prefilter_hits_every_text_with_a_name(text: str) -> None:
    plain, _ = marked(text)
    assert any(re.search(pattern, plain, re.IGNORECASE) for pattern in RECOGNIZER.PREFILTER)


def test_prefilter_hits_whatever_words_make_a_name() -> None:
    draw = random.Random(3)
    words = re.findall(r"[^\s\[\]]+", " ".join(FULL_NAMES + ANNOUNCED + NO_NAMES))
    patterns = [re.compile(pattern, re.IGNORECASE) for pattern in RECOGNIZER.PREFILTER]
    for _ in range(3000):
        text = draw.choice(["", "фио ", "name: "]) + " ".join(draw.choices(words, k=4))
        text = draw.choice([text, text.upper(), text.title()])
        if list(RECOGNIZER.find(text)):
            assert any(pattern.search(text) for pattern in patterns), text


def test_a_name_does_not_leave_its_line() -> None:
    assert found("Образцов\nИван Петрович") == [(9, 22)]


def test_every_result_says_which_rule_found_it() -> None:
    (result,) = RECOGNIZER.analyze("Образцов Иван Петрович", ["PERSON"])
    assert result.score == 0.95
    assert result.analysis_explanation.pattern_name == "surname, given name, patronymic"


@pytest.mark.parametrize(
    ("cells", "full"),
    [
        (
            ["СЫНАҚОВ ҮЛГІ МЫСАЛҰЛЫ", "сынақова айгүл", "Synakov Nurlan", "Образцов И.П.", "Emily Johnson"],
            True,
        ),
        (["Алматы", "Астана", "Шымкент", "Қарағанды"], False),
        (["Красный", "Синий", "Очень длинный", "тестовый"], False),
        (["ТОО Образцов", "ЖШС Үлгі", "Kaspi Bank", "Айгүл 5"], False),
        (["ул. Образцова", "Абай даңғылы", "Мысал көшесі 5", "мкр Самал"], False),
    ],
)
def test_a_column_of_names_scores_above_others(cells: list[str], full: bool) -> None:
    mean = sum(map(cell_score, cells)) / len(cells)
    assert (mean > 0.4) is full


@pytest.mark.parametrize(
    ("name", "formatted"),
    [
        ("СЫНАҚОВ ҮЛГІ МЫСАЛҰЛЫ", "Сынақов Үлгі Мысалұлы"),
        ("Иван Петрович Образцов", "Образцов Иван Петрович"),
        ("Nurlan Mysalbayev", "Mysalbayev Nurlan"),
        ("  Сынақов  Нұрлан Серік ұлы", "Сынақов Нұрлан Серік ұлы"),
    ],
)
def test_a_name_is_written_as_documents_do(name: str, formatted: str) -> None:
    assert person_name.is_valid(name)
    assert person_name.format(name) == formatted


@pytest.mark.parametrize("text", ["", "Алматы", "Иван", "Образцов Иван Петрович и другие"])
def test_what_is_no_full_name_is_refused(text: str) -> None:
    assert not person_name.is_valid(text)
    with pytest.raises(ValueError, match="not shaped"):
        person_name.validate(text)
