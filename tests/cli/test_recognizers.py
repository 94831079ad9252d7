"""``piiguard recognizers`` as a person types it."""

from __future__ import annotations

import io

import pytest

from piiguard.cli.main import run
from piiguard.recognizers import RECOGNIZERS, kz_analyzer
from piiguard.recognizers.examples import EXAMPLES


def test_every_entity_is_listed_with_an_example(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["recognizers"]) == 0
    shown = capsys.readouterr()
    listed = [line.split()[0] for line in shown.out.splitlines()[1:]]
    assert listed == sorted(recognizer.ENTITY for recognizer in RECOGNIZERS)
    assert "scans search with" in shown.err


@pytest.mark.parametrize("entity", EXAMPLES)
def test_every_example_is_found(entity: str) -> None:
    results = kz_analyzer(("ru",)).analyze(EXAMPLES[entity], language="ru", score_threshold=0.5)
    assert entity in {result.entity_type for result in results}


def test_a_score_is_explained_step_by_step_and_no_value_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["recognizers", "--text", "ЖСН 050312300015, заказ 4111111111111111"]) == 0
    shown = capsys.readouterr().out
    assert "4-16  KZ_IIN  05**********  0.85  high" in shown
    assert "pattern `twelve digits`: 0.5" in shown
    assert "label `жсн`: +0.35" in shown
    assert "`заказ` beside it: -0.35" in shown
    assert "not reported" in shown
    assert "050312300015" not in shown
    assert "4111111111111111" not in shown


def test_a_column_name_is_a_label(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["recognizers", "--text", "50312300015", "--context", "client_iin"]) == 0
    assert "label `iin`: +0.35" in capsys.readouterr().out


def test_a_text_without_personal_data_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["recognizers", "--text", "ничего"]) == 0
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err == "piiguard: nothing is recognized in this text\n"


def test_the_text_may_come_from_standard_input(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO("ИИН 050312300015\n".encode()), "utf-8"))
    assert run(["recognizers", "--text", "-"]) == 0
    assert "KZ_IIN" in capsys.readouterr().out
