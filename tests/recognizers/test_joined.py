"""Names and numbers whose parts are joined by signs, as files, tags, accounts and amounts are written."""

from __future__ import annotations

import random

import pytest

from piiguard.detect import Engine
from piiguard.redact import redact_text
from piiguard.scan.discretion import Discretion
from tests import corpora

NAMES = (
    "Сынақов{}Нұрлан",
    "Айгүл{}Ахметова",
    "Akhmetov{}Yerlan",
    "Dinara{}Akhmetova",
    "Ахметов{}Ерлан{}Серикович",
)
AROUND = ("{}", "/home/{}/", "{}.pdf", "@{}", "#{}", "GET /users/{}?x=1", "(see {})", "saved {} as new")
ORDINARY = (
    "plugin_main", "domain/robin", "login_martin", "from java/kafka", "Order_Item", "main_loop/join_table", "C#Nova",
    "review_admin", "akhmetov_table", "a/b/c", "origin/main", "version_in", "Domain_Origin", "robin_martin@mail.example",
    "@property", "#Основание", "#Обнова", "user_name=yerlan", "mail/karina-test",
)  # fmt: skip


@pytest.fixture(scope="module")
def engine() -> Engine:
    return Engine(entities=("PERSON",))


@pytest.mark.parametrize("sign", "_/+#")
def test_a_name_is_found_whatever_joins_it_and_stands_around_it(engine: Engine, sign: str) -> None:
    missed = []
    for name in NAMES:
        for case in (str, str.lower):
            for around in AROUND:
                text = around.format(case(name.format(*[sign] * 2)))
                if not any(each.score >= 0.8 for each in engine.find(text)):
                    missed.append(text)
    assert missed == []


@pytest.mark.parametrize("text", ORDINARY)
def test_no_identifier_is_taken_for_one(engine: Engine, text: str) -> None:
    assert engine.find(text) == []


IN_PATHS = (
    "/docs/{}/1.pdf",
    "'/srv/9/{}.pdf'",
    "s3://cards/{}/a",
    "file:///C:/{} (2).docx",
    "D:\\scans\\{}.jpg",
    "see //nas/{}",
)
CALLED = (
    "Мысалов Нұрлан",
    "Сынақова Айгүл Мысалқызы",
    "Akhmetov Yerlan",
    "Образцов Ерлан Серикович",
)
NOBODY = (
    "TCP/IP Protocol Suite", "Client/Server Model Driven", "Алматы/Астана Экспресс", "C:\\Program Files\\Common Files", "/api/v1/Users List",
    "и/или Совет Директоров", "/Applications/Google Chrome.app", "Linux/Windows Server Core", "/Мои Документы/Новая Папка",
)  # fmt: skip


@pytest.mark.parametrize("path", IN_PATHS)
@pytest.mark.parametrize("name", CALLED)
def test_a_name_with_blanks_in_a_path_is_found_whole(engine: Engine, name: str, path: str) -> None:
    text = path.format(name)
    assert [text[each.start : each.end] for each in engine.find(text)] == [name]


@pytest.mark.parametrize("text", NOBODY)
def test_no_other_words_with_blanks_in_a_path_are_a_name(engine: Engine, text: str) -> None:
    assert engine.find(text) == []


@pytest.mark.parametrize("sign", "#@")
def test_a_surname_behind_a_sign_that_announces_it_is_found(engine: Engine, sign: str) -> None:
    assert [each.entity for each in engine.find(f"см. {sign}Ахметов сегодня")] == ["PERSON"]


@pytest.mark.parametrize("name", ["Ахметова_Динара.pdf", "/srv/Akhmetov_Yerlan/a.log", "t_dinara_akhmetova"])
def test_such_a_name_is_masked_in_a_report(name: str) -> None:
    shown = Discretion().name(name).lower()
    assert not any(part in shown for part in ("ахметова", "akhmetov"))


@pytest.mark.parametrize("sign", [",", "_", "’", "\u00a0", "\u202f"])
@pytest.mark.parametrize("label", ["ИИН {}", "id: {}", "{}"])
def test_an_iin_with_thousands_apart_is_redacted(sign: str, label: str) -> None:
    number = corpora.iin(random.Random(5))
    grouped = sign.join(number[at : at + 3] for at in range(0, 12, 3))
    assert grouped not in redact_text(label.format(grouped))


@pytest.mark.parametrize("sign", ",._'’\u00a0")
def test_a_phone_or_a_card_with_thousands_apart_is_redacted(sign: str) -> None:
    for text in ("тел: {}", "phone {}"):
        assert "010" not in redact_text(text.format(sign.join(("87", "010", "001", "234"))))
    assert "111" not in redact_text("карта " + sign.join(("4", *["111"] * 5)))


@pytest.mark.parametrize(
    "text",
    [
        "1,234,567",
        "total 12,345,678,901 bytes",
        "10.0.0.1",
        "2024_01_02_030405",
        "1,22,333,4444",
        "v1.234.567.890",
    ],
)
def test_ordinary_amounts_are_left(text: str) -> None:
    assert redact_text(text) == text
