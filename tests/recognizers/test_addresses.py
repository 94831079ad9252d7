"""KZ_ADDRESS: what is an address, where it begins and ends, and what only looks like one."""

from __future__ import annotations

import random
import re

import pytest

from piiguard.recognizers.addresses import KzAddressRecognizer
from piiguard.recognizers.base import NEEDS_LABEL
from piiguard.recognizers.checks import address
from piiguard.recognizers.names import KzPersonRecognizer

from .conftest import marked, policy

RECOGNIZER = KzAddressRecognizer()

# Brackets mark each address.
ADDRESSES = [
    # Russian
    "Адрес: [Республика Казахстан, г.Астана, ул.Д.Конаева, д.12/1, ВП 11]",
    "[050000, г. Алматы, ул. Абая, д. 52, кв. 5]",
    "[г. Алматы, ул. Абая 10, кв. 5]",
    "живет на [улице Садовой в доме 5], один",
    "[Костанайская обл, г.Рудный, ул.50 лет Октября, 12-45]",
    "[Акмолинская обл., Целиноградский р-н, с.Талапкер, ул.Достык 4]",
    "[г.Караганда, пр.Бухар-Жырау, 53/1, оф.412]",
    "прописан: [г. Актау, 5 мкр., д. 21, кв. 3]; тел.",
    "[мкр. Самал-2, д. 58, кв. 10]",
    "[ул. Ауэзова, дом № 14, кв. № 7]",
    "[г. Актобе, пр-т Абилкайыр-хана, 40, корп. 2, кв. 31]",
    "[пос. Заречный, ул.Школьная, д.5]",
    "[Алматинская область, Карасайский район, с. Райымбек, ул. Абая, 15]",
    "[Республика Казахстан, г.Астана, район Сарыарка, Проспект Бөгенбай Батыр, дом 59, н.п. 7, почтовый индекс 010000]",
    "[РК, ЗКО, г. Уральск, мкр. Жана Орда 15/1]",
    "[г. алматы, ул. абая 5]",
    "[Г. АЛМАТЫ, УЛ. АБАЯ, Д. 52, КВ. 5]",
    "[Алматы, ул. Сатпаева 22Б, кв.14]",
    "зарегистрирован по адресу: [Алматы, Ауэзовский район, мкр. Аксай-4, дом 45, квартира 12]",
    "[г.\u00a0Алматы, ул.\u00a0Абая, д.\u00a052]",
    '{"address": "[г. Астана, ул. Сыганак, 17/1, н.п.3]"}',
    # Kazakh
    "[Астана қ., Қабанбай батыр даңғылы, 12-үй]",
    "[Алматы қаласы, Бостандық ауданы, Тимирязев көшесі, 42 үй, 15 пәтер]",
    "[Қарағанды обл., Теміртау қ., Металлургтер даңғ., 12 үй]",
    "[Түркістан облысы, Сайрам ауданы, Ақсу ауылы, Жібек жолы көшесі, 15-үй]",
    "[Алматы қаласында Абай көшесінде 12-үйде] тұрады",
    "[Абай көшесі 12-үйдің 5-пәтерінде] тұрады",
    "[Z05T3F9, Астана қаласы, Мәңгілік Ел даңғылы, 8]",
    "[Алматы қ. Гагарин к-сі 135А, 12 пәтер]",
    "[Ақтөбе қаласы, Алматы ауданы, 12 мкр, 26/1 үй, 40 пәтер]",
    "[Алматы қаласы, ш/а.Ақбұлақ, Сыздықов көшесі, 34]",
    "[Ақтау, 17 ш., 6-п]",
    "мекенжайы: [Павлодар қ., Естай к-сі, 81, 16 п.]",
    # English and Latin letters
    "[12 Abay Street, Almaty 050000]",
    "lives at [10 Downing St, London]",
    "[Kazakhstan, Almaty, Bostandyk district, Timiryazev street 42, building 15/1, office 104]",
    "[Dostyk Ave 134, Almaty 050051, Kazakhstan]",
    "[Almaty, Abay ave. 52, apt. 5]",
    "[Astana qalasy, Abai koshesi, 12-ui, 5-pater]",
    "[g. Almaty, ul. Abaya, d. 52, kv. 5]",
    "😀 [ул. Абая, д. 5, кв. 3]",
    # without a street word, with blocks, corners, banks of rivers
    "[г. Алматы, Абая 10], звонить",
    "[Алматы, Садовая 100, кв 15]",
    "[г. Астана, ул. Садовая, 8, блок Б, кв. 5]",
    "[Алматы, ул. Садовая, уг. ул. Лесной, д. 45]",
    "[010000, Казахстан, г. Астана, Левый берег, ул. Достык, 13]",
    "[Жамбылская обл., г. Тараз, 2-й пер. Садовый, д. 7]",
    "[Жетісу облысы, Талдықорған қ., Қаратал ықш., 12-үй]",
    "[Қызылорда қаласы, Сұлтан Бейбарыс көшесі, №5 үй]",
    # complexes, names of two words, streets named for a day, towns in Latin letters
    "[г. Астана, ЖК «Зелёный сад», ул. Достык, 13, кв. 5]",
    "[г. Шымкент, ЖМ Шанырак, ул. Садовая, 4]",
    "[Жамбылская обл., Целиноградский р-н, село Кабанбай батыра, ул. Садовая, 131]",
    "[Түркістан облысы, Созақ ауданы, Жаңа тұрмыс ауылы, Абай көшесі, 9-үй]",
    "[Костанай, 1 Мая 65, кв 7]",
    "[Алматы, Садовая 28А, кв 25]",
    "[г. астана ул. карасай батыра д. 105/5 кв. 114]",
    "[16 Zhibek zholy Street, apt. 255, Rudnyy, Kazakhstan]",
    "[120/3 8 Marta Avenue, Kaskelen, 050094, Kazakhstan]",
    "[Petropavl qalasy, Äuezov köşesi, 55b-üi, 6-päter]",
    "[Казакстан Республикасы, 010042, Темиртау к., Улы Дала дангылы, 86а-уй]",
    "доставьте на [Садовая 247, кв 15, подъезд 3]",
    "[ул. 187, д. 18/2, кв. 40]",
    "Кому: Образцову Б. С. Куда: [Актюбинская область, с. Садовое, ул. Школьная, 5]",
]
NO_ADDRESSES = [
    "Республика Казахстан, г. Астана",
    "г. Алматы",
    "Алматинская область",
    "проспект Абая",
    "Абай көшесі",
    "Абай атындағы мектеп",
    "в 2015 г. Алматы стал больше",
    "п. 4.5 договора, ст. 12 кодекса",
    "д. 5 л. 3",
    "том 1, стр. 15, гл. 3",
    "срок 3 года, пункт 3.1",
    "на 5 этаже дома 3",
    "квартал 3, 2024 года",
    "поезд 12, вагон 5",
    "050000",
    "заказ 123456, сумма 500",
    "2019 жылы 12 наурыз",
    "12-тармақ, 5-бөлім",
    "3.1-тармақта көрсетілген",
    "к.т.н., д.м.н. и д.ф.-м.н.",
    "улица без имени",
    "дом и сад",
    "на дому 5 человек",
    "үйде 5 адам",
    "per RFC 4291 and RFC 1521",
    "street = models.CharField(max_length=200)",
    "st = 5; str. 12",
    "rd /s /q 5",
    "ul li 5",
    "Average 12, lane 5",
    "GET /street/12/house/5",
    "п. 2, кв. 3",
    "от 21 мая 2013 года № 94-V",
    "Қазақстан Республикасының Заңы",
    "ул.\n5, д. 3",
    "1 пр. 2 д. 3",
    "г. Алматы, Казахстан 2020",
    "г. Алматы, Договор № 12/2020",
    "том 1, стр. 15, кв. 3",
    "этаж 3 кв 12",
    "Образцов А. и Сынақов Қ. келді",
]


def found(text: str, least: float = 0.5) -> list[tuple[int, int]]:
    results = RECOGNIZER.analyze(text, ["KZ_ADDRESS"])
    return [(result.start, result.end) for result in results if result.score >= least]


@pytest.mark.parametrize("text", ADDRESSES)
def test_addresses_are_found_with_exact_ends(text: str) -> None:
    plain, spans = marked(text)
    assert found(plain) == spans


@pytest.mark.parametrize("text", NO_ADDRESSES)
def test_other_words_are_no_addresses(text: str) -> None:
    assert found(text) == []


@pytest.mark.parametrize("text", ADDRESSES)
def test_prefilter_hits_every_address(text: str) -> None:
    assert any(re.search(pattern, marked(text)[0], re.IGNORECASE) for pattern in RECOGNIZER.PREFILTER)


def test_prefilter_hits_whatever_words_make_an_address() -> None:
    draw = random.Random(3)
    words = re.findall(r"[^\s\[\]]+", " ".join(ADDRESSES + NO_ADDRESSES))
    patterns = [re.compile(pattern, re.IGNORECASE) for pattern in RECOGNIZER.PREFILTER]
    for _ in range(3000):
        text = " ".join(draw.choices(words, k=6))
        if any(each.score >= NEEDS_LABEL for each in RECOGNIZER.find(text)):
            assert any(pattern.search(text) for pattern in patterns), text


def test_policies_hold_one_address_and_its_namesake_is_no_person() -> None:
    talap, orleu = policy("talap"), policy("orleu")
    assert [talap[start:end] for start, end in found(talap, 0.0)] == [
        "Республика Казахстан, г.Астана, ул.Д.Конаева, д.12/1, ВП 11"
    ]
    assert found(orleu, 0.0) == []
    for text in (talap, orleu):
        persons = KzPersonRecognizer().analyze(text, ["PERSON"])
        assert [result for result in persons if result.score >= 0.4] == []


def test_an_address_does_not_leave_its_line() -> None:
    assert found("г. Алматы,\nул. Абая, д. 5") == [(11, 25)]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("г. Алматы, ул. Абая 10, кв. 5", ("", "", "", "г. Алматы", "ул. Абая", "10", "кв. 5")),
        ("Астана қ., Абай көшесі, 12-үй", ("", "", "", "Астана қ.", "Абай көшесі", "12-үй", "")),
    ],
)
def test_parts_are_told_apart(text: str, parts: tuple[str, ...]) -> None:
    told = address.parse(text)
    assert (told.index, told.country, told.region, told.city, told.street, told.house, told.flat) == parts


@pytest.mark.parametrize("text", ["", "Алматы", "г. Алматы, ул. Абая 10 и сад"])
def test_what_is_no_address_is_refused(text: str) -> None:
    assert not address.is_valid(text)
    with pytest.raises(ValueError, match="not shaped"):
        address.validate(text)


def test_addresses_in_a_row_are_no_address_as_long_as_the_text() -> None:
    text = "ул. Сынақова, д. 5, кв. 7, " * 200
    found = list(address.find(text))
    assert max(each.end - each.start for each in found) <= address.LONGEST
    assert sum(each.end - each.start for each in found) > 0.9 * len(text)
