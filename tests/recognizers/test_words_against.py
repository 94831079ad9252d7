"""A number whose form is sure is dropped by no everyday word, and a name is no label."""

from __future__ import annotations

from itertools import product
from random import Random

import pytest

from piiguard.detect.cell import claims
from piiguard.detect.engine import Engine

MEDIUM = 0.5
SURE = ("+7 777 000 00 11", "8 (777) 000-00-11", "8-777-000-00-11", "+77770000011")
BARE = "87770000011"
IIN = "050312300015"


@pytest.fixture(scope="module")
def engine() -> Engine:
    return Engine()


def found(engine: Engine, text: str) -> set[str]:
    return {match.entity for match in engine.find(text) if match.score >= MEDIUM}


@pytest.mark.parametrize(
    "before",
    ["Передай Инне: ", "Инна ", "у Инны ", "напомни инне ", "ИННЕ ", "Инной занят ", "Инну набери, "],
)
@pytest.mark.parametrize("number", [*SURE, BARE])
def test_a_first_name_is_no_label(engine: Engine, before: str, number: str) -> None:
    assert "KZ_PHONE" in found(engine, before + number)


@pytest.mark.parametrize("before", ["ИНН ", "ИННу ", "ИНН-е ", "инн: ", "ИНН № "])
def test_the_abbreviation_still_is_one(engine: Engine, before: str) -> None:
    assert found(engine, before + IIN) == set()
    assert "KZ_PHONE" not in found(engine, before + BARE)


@pytest.mark.parametrize(
    "before",
    [
        *(
            "обращение: ",
            "талон выслан на ",
            "заявка: ",
            "оплата по квитанции ",
            "билет ",
            "запрос ",
            "лот: ",
        ),
        *("тапсырыс: ", "өтінім ", "shart ", "ticket ", "booking request ", "index ", "id: ", "payment: "),
    ],
)
@pytest.mark.parametrize("number", SURE)
def test_no_word_drops_a_number_in_the_form_of_a_telephone(engine: Engine, before: str, number: str) -> None:
    assert found(engine, before + number) == {"KZ_PHONE"}


@pytest.mark.parametrize(
    "before",
    [
        *(
            "request ",
            "Request denied for ",
            "запрос ",
            "заявка от ",
            "payment by ",
            "session of ",
            "обращение ",
        ),
        *(
            "line 7: ",
            "page ",
            "job failed: ",
            "өтінім ",
            "process ",
            "договор с ",
            "заказ для ",
            "order for ",
        ),
    ],
)
def test_no_everyday_word_drops_an_iin_that_passes_its_check(engine: Engine, before: str) -> None:
    assert found(engine, before + IIN) == {"KZ_IIN"}


@pytest.mark.parametrize(
    "before",
    [
        *("договор ", "заказ № ", "накладная ", "invoice ", "contract no ", "order_id=", "тапсырыс нөмірі "),
        *("request id ", "запрос № ", "request=", '"request": "', "заявка номер ", "session_id: ", "trace="),
    ],
)
def test_papers_and_numbered_things_do(engine: Engine, before: str) -> None:
    assert found(engine, before + IIN) == set()
    assert found(engine, before + BARE) == set()


@pytest.mark.parametrize(
    "name", ["KeyError", "ValueError", "IndexError", "TransactionException", "SizeWarning"]
)
@pytest.mark.parametrize("value", [SURE[1], "8 701 123 45 67", IIN])
def test_the_name_of_an_exception_is_no_key(engine: Engine, name: str, value: str) -> None:
    assert found(engine, f"{name}: '{value}'")
    assert found(engine, f"app.{name}: {value}")


@pytest.mark.parametrize("piece", ["cc", "CC", "ad", "dc"])
def test_no_label_stands_between_hexadecimal_digits(engine: Engine, piece: str) -> None:
    card = "4111111111111111"
    assert "CREDIT_CARD" not in found(engine, f"a0a94c61-8ff2-45cb-9266-4914c6c6{piece}39 {card}")
    assert "CREDIT_CARD" not in found(engine, f"a0a94c61-8ff2-45cb-9266-{piece}14c6c64139 {card}")
    assert "CREDIT_CARD" in found(engine, f"cc {card}")


def test_fourteen_digits_that_read_as_a_time_are_no_card(engine: Engine) -> None:
    assert found(engine, "card 20260312105105") == set()
    assert found(engine, "card 36000000000008") == {"CREDIT_CARD"}


def test_an_address_of_a_machine_is_no_telephone_in_a_text_nor_in_a_cell(engine: Engine) -> None:
    draw = Random(17)
    firsts = (7, 8, 70, 71, 72, 77, 78, 87)
    for first, _ in product(firsts, range(40)):
        address = ".".join(map(str, [first, *(draw.randrange(256) for _ in range(3))]))
        assert "KZ_PHONE" not in (claims(address) or ())
        for context in ((), ("ip",), ("client_ip",), ("phone",)):
            assert all(match.entity != "KZ_PHONE" for match in engine.find(address, context)), context


@pytest.mark.parametrize("before", ["PID|1||", "PID|||", "PID|1|4711^^^H|", "pid ", "PID\t1\t"])
@pytest.mark.parametrize("behind", ["", "^^^KZ||", "||Ахметов^Ержан", "~"])
def test_the_segment_of_a_patient_in_hl7_says_nothing_against_a_number(
    engine: Engine, before: str, behind: str
) -> None:
    assert "KZ_IIN" in found(engine, before + IIN + behind)


@pytest.mark.parametrize("before", ["pid=", '{"pid": '])
def test_the_number_of_a_process_still_is_one(engine: Engine, before: str) -> None:
    assert found(engine, before + IIN) == set()


@pytest.mark.parametrize(
    "line",
    [
        "<span>{}</span>",
        '<span class="a b">{}</span>',
        '<p style="font-size:12pt">{}</p>',
        "<p style='color:red;font-size: small'>{}",
        '<span style="font-size:12.0pt;mso-size:1">{}</span>',
        '<font size="3">{}</font>',
        "<td size=4>{}</td>",
    ],
)
def test_how_a_page_shows_a_number_says_nothing_against_it(engine: Engine, line: str) -> None:
    assert found(engine, line.format(IIN)) == {"KZ_IIN"}


@pytest.mark.parametrize(
    "line", ["span={}", '"span": "{}"', "span_id={}", "size: {}", "<size>{}</size>", "<spanId>{}</spanId>"]
)
def test_a_field_of_that_name_does(engine: Engine, line: str) -> None:
    assert found(engine, line.format(IIN)) == set()
