"""Kinds of values as letters, chats, logs of gates and forms write them, each in several words; everybody is invented."""

from __future__ import annotations

import re

import pytest

from piiguard.detect import Engine

MEDIUM = 0.5

# ⟦ ⟧ mark each value of the entity, ⟨ ⟩ what may be found or not.
KINDS = {
    "PERSON": {
        "a list of surnames with initials": [
            "Явка: ⟦Образцов К.⟧, ⟦Белая Т.⟧, ⟦Сорока Ж.⟧, ⟦Мороз В.⟧",
            "Комиссия в составе: ⟦Тихая А. М.⟧, ⟦Сынаков Б. О.⟧, ⟦Зима Е. Л.⟧.",
            "Қатысқандар: ⟦Сынақов Ү.⟧; ⟦Мысалова М.⟧; ⟦Дала С.⟧",
        ],
        "a word with two initials within the sentence": ["доклад читал доцент ⟦Соловей А. С.⟧", "на защите выступила профессор ⟦Зима Т. О.⟧, после неё"],
        "an initial and a patronymic for a surname": ["⟦Г. Мысалқызы⟧ сөз сөйледі", "хат иесі ⟦Ұ. Үлгіұлы⟧", "Жауапты: ⟦Ә. М. Сынаққызы⟧"],
        "a given name, an initial and a short surname": ["the claim of ⟦Viktor B. Kim⟧ against the firm", "meeting ⟦Nurlan S. Pak⟧ at noon"],
        "behind a title any two words": ["see Dr ⟦Ravi Tendulk⟧ today", "Referred by Dr. ⟦H. Okaforu⟧, room 4", "ask Prof. ⟦Imre Szabolcz⟧", "Miss ⟦Ngozi Adeyemu⟧ called"],
        "who speaks in a chat": [
            "[09:41] ⟦Colm Hanrattu⟧: on my way",
            "07.05.2024, 21:03 - ⟦Ngozi Adeyemu⟧: ok",
            "⟦Imre Szabolcz⟧, [07.05.2024 21:03]",
        ],
        "small letters": ["кто знает ⟦жанну образцову⟧?", "вместо неё ⟦асель сынакова⟧", "больная ⟦образцова л.д.⟧ не пришла", "смену сдал ⟦сынаков а. с.⟧"],
        "a short form that is another word": ["⟦Света Образцова⟧ не придёт", "⟦Костя Примеров⟧ уже едет"],
    },
    "KZ_WORKPLACE": {
        "as what somebody works at a place": [
            "Я тружусь в ⟦ТОО «Үлгі-Строй» крановщиком⟧ пятый год",
            "работала в ⟦городской больнице № 3 санитаркой⟧.",
            "Брат служит в ⟨воинской части 4402⟩ ⟦поваром⟧.",
            "устроилась в ⟨Управление культуры Мысальской области⟩ ⟦главным специалистом⟧",
            "She works for ⟨Ulgi Mining LLP⟩ since 2014 as a ⟦storekeeper⟧.",
            "is employed by ⟨Mysal Regional Hospital⟩ as a ⟦radiologist⟧",
        ],
        "ё is written": ["⟦Монтёр⟧ Образцов И. П.", "⟦Вахтёр⟧: Примерова О.", "Сынақов Ү., ⟦режиссёр⟧"],
        "a post and what it is at": ["Уволить ⟦водителя погрузчика⟧ Образцова Олега Игоревича", "Сынақов Ү., ⟦оператор котельной⟧", "⟦машинист тепловоза⟧ Образцов И. П."],
        "what somebody became": [
            "С мая ⟦начальником отдела сбыта⟧ станет Иван Образцов",
            "Ulgi Synaqov was appointed ⟦Deputy Director for Research⟧",
            "Примерова О. И. назначена на должность ⟦главного экономиста⟧",
        ],
        "shortened ranks": ["⟦Зав. отделением⟧ Образцов И. П.", "Примеров О., ⟦гл. инженер⟧", "⟦ст. мастер⟧ Сынақов Ү."],
        "a place of work behind the post": ["Образцова Инна, ⟨медсестра⟩, ⟦городская поликлиника № 8⟧; муж в отъезде", "Ulgi Synaqov, ⟦Mysal Clinic No. 2⟧."],
        "labels of forms": [
            "Место работы и должность матери: ⟦рудник «Үлгі»⟧, ⟨табельщица⟩",
            "Кем работает: ⟦продавец-консультант⟧",
            "Employer name: ⟦Mysal School of Economics⟧",
            "<WorkPlace>⟦Гимназия № 12⟧</WorkPlace>",
            "<Position>⟦учитель химии⟧</Position>",
            "<tr><td>Должность</td><td>⟦агроном⟧</td></tr>",
        ],
        "Kazakh in Latin letters": ["⟨Synaqov Ülgi⟩ ⟦bas injener⟧ bolyp jumys isteidi"],
        "a department and its head": ["Сынақова Үлгі, ⟦сату бөлімінің басшысы⟧", "⟦жобалар бөлімінің басшысы⟧"],
        "a rank of service between": ["опросил ⟦следователь⟧ капитан полиции Образцов И. П."],
    },
    "KZ_VEHICLE_PLATE": {
        "a motorcycle, a trailer of a firm": ["мотоцикл ⟦47 TU 02⟧ во дворе", "полуприцеп с г/н ⟦38 BK 11⟧", "trailer plate ⟦52KA07⟧"],
        "words at a gate and in notices": [
            "Въезд 07:40 ⟦381 TUM 02⟧", "выезд: ⟦382 TUM 02⟧", "эвакуирован ⟦381TUM02⟧", "штраф ПДД ⟦381TUM02⟧", "пропустить белый Прадо ⟦381 ТУМ 02⟧",
            "рег. знак ⟦381 TUM 02⟧", "Регистрационный номер ⟦381TUM02⟧", "мем. нөмірі ⟦381 TUM 02⟧", "м/н ⟦381 TUM 02⟧", "registration number: ⟦381TUM02⟧", '"gosNum": "⟦381TUM02⟧"',
        ],
        "the bar of the region": ["госномер ⟦381 TUM | 02⟧"],
    },
    "KZ_PASSPORT": {
        "digits in groups": ["паспорт ⟦N 1020 3041⟧", "төлқұжат № ⟦N 10 203 041⟧"],
        "words for it": [
            "пасп. ⟦N10203041⟧", "Загран: ⟦N10203041⟧", "загранник ⟦N10203041⟧", "паспорт гражданина Республики Казахстан: ⟦10203041⟧", "travel doc ⟦N10203041⟧",
            "Қазақстан Республикасы азаматының паспорты ⟦N10203041⟧",
        ],
    },
    "KZ_DRIVER_LICENSE": {
        "shortened words": ["вод. удост. ⟦BX 112233⟧", "водит. удост. № ⟦BX 112233⟧", "жүргізу куәлігі ⟦BX 112233⟧"],
        "a word between series and digits": ["водительское удостоверение серии ⟦BX номер 00112233⟧", "права ⟦BX, № 112233⟧"],
    },
}  # fmt: skip

NOT_THAT = {
    "PERSON": [
        # goods, dishes and ships
        "Торт Анна, 900 г", "Плед Амина", "Обои Камила;Актау;4", "<name>Стул Марина</name>", "яхта Диана вышла", "Крем Алина",
        # of tales and makes
        "Аяз Ата мен Ақшақар", "Шкода Октавия на ходу",
        # places
        "Посёлок Карла Маркса", "в сквере Абая Мысалбаева", "село Ивана Примера",
        # what chats and logs count
        "[10:02] Worker Thread: ok", "10:02:33 Colm Hanrattu: hi", "12.05.2024, 10:02 - Cache Manager: miss",
        "образцова и.о. директора", "основы т.е. база", "Рис А., Таблица Б., Пункт В.", "смотри Приложение А. Б.", "Группа А., Группа Б., Группа В.", "Mr Proper",
        # scripts, and letters of theirs
        "Bopomofo Hangul Han Hiragana Katakana", "MYANMAR LETTER SGAW KAREN SHA", "HANIFI ROHINGYA MARK SAKIN",
    ],
    "KZ_WORKPLACE": [
        "| Должность | Дней | Итого |", "Справка с места работы: Образцов Иван Петрович", "Кукла Диана стала хитом", "position > 12", "Тапсырыс жеткізу қызметіне берілді.",
        "Требуется монтёр, опыт от года", "зав. № 12345", "Насос работает на станции", "ст. 12 УК РК", "is a leader in the field",
    ],
    "KZ_VEHICLE_PLATE": [
        "Mercedes-Benz E 200 CDI", "BMW X 535 XDI на ходу", "Лада 12 шт 05", "прицеп 12 мм 05", "заявка 381 TUM 02", "12 AB 05 в партии",
    ],
    "KZ_PASSPORT": ["Документ № 10203041 от 12.03.2019", "N 1020 3041", "счёт N 10 203 041", "doc N10203041"],
    "KZ_DRIVER_LICENSE": ["рейс BX 112233", "BX номер 112233", "серии BX, № 112233 на складе"],
}  # fmt: skip


CASES = [
    (entity, kind, text) for entity, kinds in KINDS.items() for kind, texts in kinds.items() for text in texts
]


@pytest.fixture(scope="module")
def engine() -> Engine:
    return Engine()


def found(engine: Engine, entity: str, text: str) -> list[str]:
    return [text[m.start : m.end] for m in engine.find(text) if m.entity == entity and m.score >= MEDIUM]


@pytest.mark.parametrize(("entity", "kind", "text"), CASES)
def test_a_value_of_every_day_is_found(engine: Engine, entity: str, kind: str, text: str) -> None:
    free = re.findall("⟨(.*?)⟩", text)
    plain = re.sub("[⟦⟧⟨⟩]", "", text)
    got = [value for value in found(engine, entity, plain) if not any(value in each for each in free)]
    assert got == re.findall("⟦(.*?)⟧", text), kind


@pytest.mark.parametrize(
    ("entity", "text"), [(entity, text) for entity in NOT_THAT for text in NOT_THAT[entity]]
)
def test_what_only_looks_like_it_is_not_found(engine: Engine, entity: str, text: str) -> None:
    assert found(engine, entity, text) == []


def test_every_rule_is_prefiltered(engine: Engine) -> None:
    assert engine.notes == ()
