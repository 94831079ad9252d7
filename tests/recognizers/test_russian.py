"""The extra ``ru``: Russian prose goes to a network, everything else to the rules."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version

import pytest

from piiguard.errors import MissingExtra
from piiguard.recognizers import kz_recognizers, russian
from piiguard.recognizers.names import KzPersonRecognizer
from piiguard.recognizers.russian import RussianPersonRecognizer, routed

from .conftest import marked

try:
    version("natasha")
    version("slovnet")
    INSTALLED = True
except PackageNotFoundError:
    INSTALLED = False
needs_extra = pytest.mark.skipif(not INSTALLED, reason="the extra ru is not installed")


@pytest.mark.parametrize(
    ("line", "russian_prose"),
    [
        ("Вчера Образцов уволился, и его место занял другой.", True),
        ("Жиналыста Сынақов сөз сөйлеп, жоспарды таныстырды.", False),
        ("INFO user synakov logged in from 10.0.0.1", False),
        ("ФИО: Образцов", False),
        ("ПРИКАЗ О ПРИЕМЕ НА РАБОТУ И ОБ ОТПУСКЕ", False),
    ],
)
def test_only_russian_prose_is_routed(line: str, russian_prose: bool) -> None:
    assert routed(line) is russian_prose


@needs_extra
@pytest.mark.parametrize(
    "text",
    [
        "Вчера [Тибо Лакруа] сообщил, что [Образцов] уволился.",
        "По словам [Пелагеи Тихонравовой], работы на улице Ивана Образцова закончены.",
        "Жиналыста [Ерсұлтан Мысалов] сөз сөйледі.",
        "Первая строка без имён.\nВо второй строке [Савелий Громов] рассказал о планах.",
        "[Synakov Nurlan Serikuly] logged in",
    ],
)
def test_network_and_rules_together_find_names(text: str) -> None:
    plain, spans = marked(text)
    results = RussianPersonRecognizer().analyze(plain, ["PERSON"])
    assert sorted((result.start, result.end) for result in results if result.score >= 0.5) == spans


@needs_extra
def test_recognizers_hold_it_on_request_only() -> None:
    assert any(isinstance(r, RussianPersonRecognizer) for r in kz_recognizers(("ru",), ner=True))
    plain = kz_recognizers(("ru",))
    assert not any(isinstance(r, RussianPersonRecognizer) for r in plain)
    assert any(type(r) is KzPersonRecognizer for r in plain)


def test_missing_extra_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    def nothing(name: str) -> None:
        raise PackageNotFoundError(name)

    monkeypatch.setattr(russian, "files", nothing)
    russian.network.cache_clear()
    with pytest.raises(MissingExtra) as raised:
        RussianPersonRecognizer()
    assert raised.value.hint == "pip install 'piiguard[ru]'"
    russian.network.cache_clear()
