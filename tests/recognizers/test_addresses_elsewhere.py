"""Addresses as people write them: without the word for street, with corners and floors, in capitals, in every alphabet."""

from __future__ import annotations

import pytest

from piiguard.detect import Engine

from .conftest import marked

MEDIUM = 0.5

# Brackets mark each address; names of streets are those that every town has, or words for "sample".
KINDS = {
    "a house and a flat tell a street": [
        "живу на [Садовая 14, квартира 8], домофон 8",
        "[Мысалова 22, кв. 7], второй подъезд",
        "отвезите на [Образцова 31, блок 2, кв. 9]",
        "zakaz na [Sadovaya 14, kv. 8]",
        "[Достық 105, 14 пәтер] деп жазыңыз",
        "на [САДОВАЯ 90, КВ 12] ДО ПЯТИ",
        "адрес доставки [мысалова 58, кв 12]",
    ],
    "a town tells a street by its house": [
        "прописан: [г. Тараз, Тауке хана 7-12]",
        "[Кокшетау, Образцова 45, 3 пәтер] мекенжайына",
        "adres: [g. Taraz, Tauke hana 7-12]",
        "[Uralsk, Sadovaya 160, apt. 4]",
        "[г. Усть-Каменогорск, Казахстан 64, кв. 20]",
    ],
    "a label tells a street by its house": [
        "Адрес проживания: [Мысалова 22]",
        "мекенжайы: [Достық 105]",
        "живу рядом: [Садовая 52В-14]",
        '"adres_fakt":"[Тараз, Достык 13, 2]"',
        "address: [Sadovaya 22]",
    ],
    "streets cross": [
        "встретимся на [углу Садовой и Лесной] в шесть",
        "стоит на [пересечении Абая и Мысалова]",
        "Біз [Садовая даңғылы мен Лесная көшесінің қиылысында] тұрамыз",
        "meet at the [corner of Sadovaya and Lesnaya]",
    ],
    "Kazakh endings stand on street and house": [
        "Мен [Бейбітшілік көшесінің 71а үйінде] тұрамын",
        "[Достық даңғылындағы 15-үйге] жеткізіңіз",
        "[Астана қаласы, Достық көшесі, 61-үйдің 8-пәтерінде] тіркелген",
    ],
    "Kazakh in Latin letters": [
        "[Astana qalasy, Qabanbai batyr daŋğyly, 12-üi, 14-päter]",
        "[Taraz q., Tauke han dangyly, 7 ui, 12 pater]",
        "men [Abai köşesı 15-üide] turamyn",
        "[Qostanai oblysy, Qarabalyq audany, Gogol köşesi, 12]",
    ],
    "blocks, floors and districts": [
        "[г. Астана, Достык 55/20, блок С 4.3], вход с торца",
        "[77 Sadovaya Street, 3rd floor, office 305, Almaty 050000]",
        "[г. Тараз, ул. Садовая, 57Г, бокс 12]",
        "[Тараз, 14-мөлтек аудан, 52-үй, 81-пәтер]",
        "[с/о Жана-Талап, с. Мысал, ул. Садовая, 7/2]",
        "[г. Туркестан, 160 квартал, дом 18]",
        "склад: [ул. Садовая, 93 «б»]",
        "я в [мкр. Самал-2, 58-10]",
    ],
    "capitals swallow nothing": [
        "ПРОЖИВАЕТ ПО АДРЕСУ: [Г. ТАРАЗ, УЛ. САДОВАЯ, Д. 83, КВ. 12] И РАБОТАЕТ",
        "СЫНАҚОВ ҮЛГІ [АБАЙ КӨШЕСІ 12-ҮЙДЕ] ТҰРАДЫ",
        "АНЫҚТАМА БЕРІЛДІ: [ТАРАЗ ҚАЛАСЫ, ТӘУКЕ ХАН ДАҢҒЫЛЫ, 7] МЕКЕНЖАЙЫНДА ТҰРАТЫН АЗАМАТҚА",
        "ЗАРЕГИСТРИРОВАН В [Г. ТАРАЗ УЛ. ТОЛЕ БИ 12] С 2015 ГОДА",
    ],
    "a line above may label": ["Адрес:\n[Мысалова 42]", "Мекенжайы:\n[Достық 91/2]"],
}
NONE = [
    "Приложение 3 к договору № 12",
    "Образцов Иван, 12 лет, г. Тараз",
    "Заседание в г. Тараз, 12 марта 2024 года",
    "Рейс Астана, Терминал 1, выход 12",
    "Поезд Тараз 2, вагон 5, место 12",
    "Кубок: Астана, Барыс 3",
    "Курс: Тараз, Доллар 450",
    "На улице Садовой 5 человек",
    "г. Тараз, Договор № 12/2020",
    "IP-адрес сервера: Порт 80",
    "В адрес школы поступило Обращение 15",
    "На улице Садовой ремонтируют дорогу, проспект Абая перекрыт.",
    "Абай даңғылы жабылды",
    "Төле би 12 жасында",
    "Worker 12, block 5 committed, room 3 created",
    "Мысалова 22",
    "Windows 11, Office 365",
    "Глава 5, статья 12, пункт 3",
]


@pytest.fixture(scope="module")
def engine() -> Engine:
    return Engine(entities=["KZ_ADDRESS", "PERSON"])


def spans(engine: Engine, text: str, entity: str = "KZ_ADDRESS", *context: str) -> list[tuple[int, int]]:
    found = engine.find(text, context)
    return [(each.start, each.end) for each in found if each.entity == entity and each.score >= MEDIUM]


@pytest.mark.parametrize("text", [text for texts in KINDS.values() for text in texts])
def test_an_address_is_found_from_its_first_part_to_its_last(engine: Engine, text: str) -> None:
    plain, expected = marked(text)
    assert spans(engine, plain) == expected


@pytest.mark.parametrize("text", NONE)
def test_a_name_and_a_number_are_no_address(engine: Engine, text: str) -> None:
    assert spans(engine, text) == []


@pytest.mark.parametrize(
    "text",
    [
        "Получатель: Тараз, Тауке хана 7-12",
        "Адрес: Нуркена Образцова 30",
        "Мекенжайы: Бауыржан Сынақұлы 15",
        "г. Тараз, Бауыржана Сынакова 15",
        "ул. Д. Сынакова, 5",
    ],
)
def test_the_name_of_a_street_is_nobody(engine: Engine, text: str) -> None:
    assert spans(engine, text, "PERSON") == []
    assert len(spans(engine, text)) == 1


@pytest.mark.parametrize(
    "text", ["Клиент: Образцов Иван 12", "г. Тараз, ул. Садовая 5, Сынаков Үлгі Мысалұлы"]
)
def test_a_person_beside_an_address_stays_a_person(engine: Engine, text: str) -> None:
    assert len(spans(engine, text, "PERSON")) == 1


@pytest.mark.parametrize("column", ["adres_fakt", "registrationAddress", "мекенжайы", "Адрес проживания"])
def test_a_column_of_addresses_needs_no_words_for_street(engine: Engine, column: str) -> None:
    cells = ["Мысалова 22", "Садовая 5-12", "Достық 105", "ул. Садовая", "Самал-2, 58", "Sadovaya 22"]
    assert [cell for cell in cells if not spans(engine, cell, "KZ_ADDRESS", column)] == []
    assert [cell for cell in cells if spans(engine, cell, "KZ_ADDRESS", "note")] == []
