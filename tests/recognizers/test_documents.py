"""Documents in running text: what is beside a number or a date, and whose date it is."""

from __future__ import annotations

from itertools import product

import pytest

from piiguard.detect import Engine
from piiguard.entities import (
    KZ_BIRTH_DATE,
    KZ_DOCUMENT_DATE,
    KZ_DOCUMENT_ISSUER,
    KZ_DRIVER_LICENSE,
    KZ_ID_CARD,
    KZ_PASSPORT,
    KZ_VEHICLE_PLATE,
)
from piiguard.recognizers.evidence import labelled

MEDIUM = 0.5
NAME = "Сынақов Үлгі Мысалұлы"
BORN, ISSUED = "07.09.1904", "05.06.2017"
BIRTHS = (
    f"{BORN} г.р.", f"{BORN} года рождения", f"{BORN} туған", f"{BORN} ж.т.", f"{BORN} ж. т.", f"родился {BORN}",
    f"DOB {BORN}", f"<birthDate>{BORN}</birthDate>", "1904 жылғы 7 қыркүйекте дүниеге келген",
)  # fmt: skip
PAPERS = (
    "уд. личности 012345678 выдано МВД РК {}", "паспорт № N12345678 выдан {}", "жеке куәлігі 012345678, ҚР ІІМ {} берген",
    "identity card 012345678 issued {}", "<passport>N12345678</passport><given>{}</given>", "удл 012345678; {}; МВД РК",
)  # fmt: skip


@pytest.fixture(scope="module")
def engine() -> Engine:
    return Engine()


def told(engine: Engine, text: str) -> set[tuple[str, str]]:
    return {(m.entity, text[m.start : m.end]) for m in engine.find(text) if m.score >= MEDIUM}


@pytest.mark.parametrize("birth", BIRTHS)
def test_a_word_for_birth_that_has_its_date_does_not_take_that_of_a_document(
    engine: Engine, birth: str
) -> None:
    wrong = [
        text
        for paper, sign in product(PAPERS, (", ", "; "))
        if (KZ_DOCUMENT_DATE, ISSUED)
        not in (found := told(engine, text := birth + sign + paper.format(ISSUED)))
        or (KZ_BIRTH_DATE, ISSUED) in found
    ]
    assert wrong == []


@pytest.mark.parametrize(
    "text",
    [f"Дата рождения, номер паспорта: {BORN}, N12345678", f"паспорт N12345678, дата рождения {BORN}"],
)
def test_a_word_for_birth_before_its_date_is_not_used_up(engine: Engine, text: str) -> None:
    assert (KZ_BIRTH_DATE, BORN) in told(engine, text)


@pytest.mark.parametrize("sign", [", ", " (", "; ", " — ", " | ", "\t"])
@pytest.mark.parametrize("date", [BORN, "07.09.1991", "1904-09-07", "7 сентября 1904"])
def test_an_old_date_right_behind_a_name_is_that_of_birth(engine: Engine, sign: str, date: str) -> None:
    assert (KZ_BIRTH_DATE, date) in told(engine, f"{NAME}{sign}{date}")


@pytest.mark.parametrize(
    "text",
    [
        f"{NAME}, 07.09.1992",
        f"{NAME}, 07.09.2018",
        f"{NAME} закон от 07.09.1954",
        "Отчёт, 07.09.1954",
        f"{BORN} {NAME}",
    ],
)
def test_a_date_of_papers_and_one_farther_away_are_none(engine: Engine, text: str) -> None:
    assert KZ_BIRTH_DATE not in {entity for entity, _ in told(engine, text)}


@pytest.mark.parametrize("sign", ["; ", " / ", " | ", ", ", ","])
@pytest.mark.parametrize("issuer", ["МВД РК", "МЮ РК", "ҚР ІІМ", "MIA RK", "MVD RK"])
def test_a_record_without_labels_is_told_by_its_parts(engine: Engine, sign: str, issuer: str) -> None:
    wanted = {(KZ_ID_CARD, "012345678"), (KZ_DOCUMENT_ISSUER, issuer), (KZ_DOCUMENT_DATE, ISSUED)}
    for order in (("012345678", issuer, ISSUED), ("012345678", ISSUED, issuer)):
        assert wanted <= told(engine, sign.join(order))


@pytest.mark.parametrize(
    "text",
    [
        "МВД РК сообщило 05.06.2017", "Постановление Правительства, МВД РК, 05.06.2017", "накладная 012345678, МВД РК",
        "Документ № 4511 от 05.06.2017", "Документ принят под № 03-12/45 от 05.06.2017", "документ «Счёт» № 000000418",
        "Удостоверение № 518 от 05.06.2017", "пункт выдачи 05.06.2017", "права доступа выданы до 05.06.2027",
        "Права человека АВ 123456", "серия, номер партии: 12345678",
    ],
)  # fmt: skip
def test_papers_of_nobody_are_none(engine: Engine, text: str) -> None:
    assert told(engine, text) == set()


@pytest.mark.parametrize(
    ("text", "entity", "value"),
    [
        (f"{NAME} – 123 KBC 02", KZ_VEHICLE_PLATE, "123 KBC 02"),
        ("прицеп 12 KBC 02", KZ_VEHICLE_PLATE, "12 KBC 02"),
        ("тягач Volvo 123KBC14", KZ_VEHICLE_PLATE, "123KBC14"),
        ("тіркеме 12 KBC 02", KZ_VEHICLE_PLATE, "12 KBC 02"),
        ("на стоянке белый седан 123 KBC 02", KZ_VEHICLE_PLATE, "123 KBC 02"),
        ("123 KBC 02 мемлекеттік нөмірлі көлік", KZ_VEHICLE_PLATE, "123 KBC 02"),
        (f"{NAME}, DOB {BORN}, ID 012345678", KZ_ID_CARD, "012345678"),
        (f"г.р. {BORN} / 012345678", KZ_ID_CARD, "012345678"),
        (f"д.р. {BORN}, N12345678", KZ_PASSPORT, "N12345678"),
        ("ppt N12345678", KZ_PASSPORT, "N12345678"),
        (f"ID card 012345678 issued {ISSUED} by MIA", KZ_DOCUMENT_ISSUER, "MIA"),
        (f"жеке куәлігі 012345678, {ISSUED}, ІІМ", KZ_DOCUMENT_ISSUER, "ІІМ"),
        ("госномер 123 KBC 02, удостоверение AB 123456", KZ_DRIVER_LICENSE, "AB 123456"),
        (f'<pasport nomer="N12345678" srok="{ISSUED}"/>', KZ_DOCUMENT_DATE, ISSUED),
        (f"Кім берді: ҚР ІІМ, қашан берілді: {ISSUED}", KZ_DOCUMENT_DATE, ISSUED),
    ],
)  # fmt: skip
def test_what_stands_beside_it_tells_a_document(engine: Engine, text: str, entity: str, value: str) -> None:
    assert (entity, value) in told(engine, text)


@pytest.mark.parametrize(
    "text", ["123 KBC 02", "лист 123 KBC 02", "N12345678", "ID 012345678", "MIA", "удостоверение AB 123456"]
)
def test_the_shape_alone_is_none(engine: Engine, text: str) -> None:
    assert told(engine, text) == set()


@pytest.mark.parametrize(
    ("column", "entity"),
    [("ud_nomer", KZ_ID_CARD), ("NomerUd", KZ_ID_CARD), ("nomer_mashiny", KZ_VEHICLE_PLATE), ("nomerAvtomobilia", KZ_VEHICLE_PLATE)],
)  # fmt: skip
def test_abbreviated_names_of_columns_label_documents(column: str, entity: str) -> None:
    assert entity in labelled(column)
