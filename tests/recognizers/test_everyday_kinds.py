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
        "behind a town, a post, letters and a hyphen": [
            "нотариус города Тараз ⟦Образцова К.⟧", "Астана ⟦Сынақов Ж.⟧", "Chief Accountant ⟦Synaqova K.⟧", "⟨ПТО-инженер⟩ ⟦Примеров Л.⟧", "⟨PR-менеджер⟩ ⟦Образцова К.⟧",
        ],
        "a Kyrgyz patronymic": ["⟦Айбек уулу Нурсултан⟧ келди"],
        "what somebody is called": ["Здравствуйте, меня зовут ⟦Рахат⟧.", "Менің атым ⟦Айгүл⟧, тыңдап тұрмын", "Hello, my name is ⟦Aigul⟧!"],
        "in capitals behind a role": ["владелец ⟦САБЫРХАН Е.⟧, 2 этаж", "иесі: ⟦ТОЛЫБАЙ К.⟧"],
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
        "and not on what terms, nor since when": [
            "принять на должность ⟦технолога⟧ с окладом по штату", "на должность ⟦старшего кассира⟧ с испытательным сроком два месяца",
            "назначена на должность ⟦логиста⟧ с октября", "на должность ⟦специалиста по работе с молодёжью⟧",
        ],
        "a shortened rank behind a label": ["Должность: ⟦зам. начальника⟧", "Должность: ⟦зав. складом⟧. Стаж 4 года"],
        "what a teacher teaches": [
            "⟦Физика мұғалімі⟧ Сынақов Ү. М.", "⟦ағылшын тілі мұғалімі⟧ Үлгі Сынақова", "⟦бастауыш сынып мұғалімі⟧ Сынақова Ү.", "⟦орыс тілі мен әдебиеті мұғалімі⟧ Сынақова Ү.",
        ],
        "whose doctor": ["⟦Кезекші дәрігер⟧: Сынақов Ү. М.", "⟦отбасылық дәрігер⟧ Сынақова Ү."],
        "of data": ["⟦архитектор данных⟧ Сынаков Ү. М."],
        "a number in a name without quotes": ["Место работы: ⟦ГКП Больница № 4⟧"],
        "typed in Latin letters": ["rabotayu v ⟦TOO Ulgi Stroi⟧ s maya", "rabotala v ⟦TOO Ulgi⟧", "jumys ornym: ⟦kitaphana⟧"],
        "a key of one word": ["work: ⟦КГП «Үлгі»⟧"],
        "a rank of service between": ["опросил ⟦следователь⟧ капитан полиции Образцов И. П."],
    },
    "KZ_VEHICLE_PLATE": {
        "a motorcycle, a trailer of a firm": ["мотоцикл ⟦47 TU 02⟧ во дворе", "полуприцеп с г/н ⟦38 BK 11⟧", "trailer plate ⟦52KA07⟧"],
        "words at a gate and in notices": [
            "Въезд 07:40 ⟦381 TUM 02⟧", "выезд: ⟦382 TUM 02⟧", "эвакуирован ⟦381TUM02⟧", "штраф ПДД ⟦381TUM02⟧", "пропустить белый Прадо ⟦381 ТУМ 02⟧",
            "рег. знак ⟦381 TUM 02⟧", "Регистрационный номер ⟦381TUM02⟧", "мем. нөмірі ⟦381 TUM 02⟧", "м/н ⟦381 TUM 02⟧", "registration number: ⟦381TUM02⟧", '"gosNum": "⟦381TUM02⟧"',
        ],
        "letters as they sound": ["госномер ⟦381 ТЛД 02⟧", "гос. номер ⟦Л 381 ДФ⟧", "көлік нөмірі ⟦381 ДЛП 02⟧", "МАШИНА ⟦381ИЛЗ02⟧"],
        "one that is mine, in Latin letters": ["Kölıgım ⟦381 TUM 02⟧"],
        "papers of a car": ["СТС на ⟦381TUM02⟧", "ОГПО: ⟦381 TUM 02⟧", "техосмотр ⟦381 TUM 02⟧ пройден", "т/с ⟦381TUM02⟧", "путевой лист ⟦381 TU 02⟧", "мемл. нөмірі ⟦381TUM02⟧", '"autoNumber": "⟦381TUM02⟧"'],
        "small letters apart, a word in capitals": ["госномер ⟦381 MAX 02⟧", "машина ⟦381 KM 02⟧", "госномер ⟦381 tum 02⟧", "камри ⟦381 тум 02⟧"],
        "the bar of the region": ["госномер ⟦381 TUM | 02⟧"],
    },
    "KZ_PASSPORT": {
        "digits in groups": ["паспорт ⟦N 1020 3041⟧", "төлқұжат № ⟦N 10 203 041⟧"],
        "data of a passport": ["Паспортные данные: ⟦N 10203041⟧ от 12.03.2019", "по паспортным данным ⟦N10203041⟧"],
        "words with endings, in Latin letters": ["tólqujatyńyz ⟦N10203041⟧ daiyn", "nomer pasporta: ⟦N10203041⟧", "zagranpasporta № ⟦N10203041⟧", "SYNAQOV/ULGI MR PP ⟦N10203041⟧"],
        "words for it": [
            "пасп. ⟦N10203041⟧", "Загран: ⟦N10203041⟧", "загранник ⟦N10203041⟧", "паспорт гражданина Республики Казахстан: ⟦10203041⟧", "travel doc ⟦N10203041⟧",
            "Қазақстан Республикасы азаматының паспорты ⟦N10203041⟧",
        ],
    },
    "KZ_ID_CARD": {"words for it": ["национальный ID ⟦010203041⟧", "Паспортные данные: ⟦010203041⟧"]},
    "KZ_DOCUMENT_DATE": {
        "a month with a dot": ["паспорт N10203041 до ⟦07.2029⟧", "удостоверение № 010203041, срок действия ⟦05.2031⟧", "төлқұжат N10203041, жарамдылық мерзімі ⟦11.2030⟧"],
        "fields of a register": ["<number>010203041</number><type>удостоверение</type><beginDate>⟦2011-05-17⟧</beginDate><endDate>⟦2021-05-16⟧</endDate><issuer>МВД РК</issuer>"],
    },
    "KZ_DOCUMENT_ISSUER": {"fields of a register": ["<issueOrganization>⟦МИНИСТЕРСТВО ЮСТИЦИИ РК⟧</issueOrganization>", '"issueOrganization": "⟦ҚР ІІМ⟧"']},
    "KZ_DRIVER_LICENSE": {
        "words of other offices": ["в/уд. ⟦BX 112233⟧", "водит.уд. № ⟦BX112233⟧", "driving permit ⟦BX 112233⟧", "удостоверение тракториста-машиниста ⟦BX 112233⟧"],
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
        # cars, and who is called nothing
        "автомобиль «Лада Веста» в аренду", "«Лада Аида» автокөлігі", "меня зовут на работу", "the file name is Data", "владелец СЧЁТ К. принят",
        # scripts, and letters of theirs
        "Bopomofo Hangul Han Hiragana Katakana", "MYANMAR LETTER SGAW KAREN SHA", "HANIFI ROHINGYA MARK SAKIN",
    ],
    "KZ_WORKPLACE": [
        "| Должность | Дней | Итого |", "Справка с места работы: Образцов Иван Петрович", "Кукла Диана стала хитом", "position > 12", "Тапсырыс жеткізу қызметіне берілді.",
        "Требуется монтёр, опыт от года", "зав. № 12345", "Насос работает на станции", "ст. 12 УК РК", "is a leader in the field",
    ],
    "KZ_VEHICLE_PLATE": [
        "Mercedes-Benz E 200 CDI", "BMW X 535 XDI на ходу", "Лада 12 шт 05", "прицеп 12 мм 05", "заявка 381 TUM 02", "12 AB 05 в партии",
        # two numbers and a word between
        "Автомобиль прошёл 380 км 14 апреля", "машина стоит 200 тыс 12 мес", "кроссовер, скидка 300 сом 10 дней", "АВТОБУС 120 МИН 05", "көлік 150 рет 12", "the car had 200 and 15 more", "between 100 and 20 cars",
    ],
    "KZ_PASSPORT": ["Документ № 10203041 от 12.03.2019", "N 1020 3041", "счёт N 10 203 041", "doc N10203041", "паспорт прибора № 10203041", "Паспорт лифта: 10203041"],
    "KZ_DOCUMENT_DATE": ["тариф до 07.2029", "версия 07.2029 действительна", "с 01.2024 по 03.2024"],
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
