"""Texts and nested values."""

from __future__ import annotations

import json
from collections import namedtuple
from datetime import date

import pytest

from piiguard.detect import Engine
from piiguard.redact import Redactor, redact_text


def test_text_is_redacted() -> None:
    assert redact_text("ИИН 050312300015 принят", operator="tag") == "ИИН <KZ_IIN> принят"


def test_clean_text_is_the_same_object(redactor: Redactor) -> None:
    text = "nothing to see"
    assert redactor.text(text) is text


def test_entities_and_confidence_limit_what_is_replaced() -> None:
    text = "ИИН 050312300015, +7 701 123 45 67"
    assert "300015" in redact_text(text, entities=["KZ_PHONE"])
    unsure = "050312300015"
    assert redact_text(unsure) != unsure
    assert redact_text(unsure, min_confidence="high") == unsure


def test_field_names_label_their_values(redactor: Redactor) -> None:
    clean = redactor.value(
        {"phone": "7011234567", "iin": 50312300015, "count": 12, "flag": True, "none": None}
    )
    assert clean == {"phone": "70********", "iin": "50*********", "count": 12, "flag": True, "none": None}


def test_nested_values_keep_their_types(redactor: Redactor) -> None:
    pair = namedtuple("pair", "name iin")
    clean = redactor.value(
        [("a", "ИИН 050312300015"), {"ИИН 050312300015"}, pair("b", "050312300015"), b"050312300015"]
    )
    assert clean == [
        ("a", "ИИН 05**********"),
        {"ИИН 05**********"},
        pair("b", "05**********"),
        b"05**********",
    ]
    assert isinstance(clean[2], pair)


def test_objects_are_looked_at_as_text(redactor: Redactor) -> None:
    class Student:
        def __str__(self) -> str:
            return "ИИН 050312300015"

    day = date(2026, 11, 21)
    assert redactor.value([Student(), day]) == ["ИИН 05**********", day]


def test_keys_and_very_deep_values_are_redacted(redactor: Redactor) -> None:
    assert redactor.value({"ИИН 050312300015": 1}) == {"ИИН 05**********": 1}
    deep: object = "ИИН 050312300015"
    for _ in range(60):
        deep = [deep]
    assert "300015" not in str(redactor.value(deep))
    ring: list[object] = ["ИИН 050312300015"]
    ring.append(ring)
    assert "300015" not in str(redactor.value(ring))


def test_engine_can_be_given() -> None:
    engine = Engine(entities=["KZ_IIN"], backend="presidio")
    assert Redactor(engine=engine).text("тел. +7 701 123 45 67") == "тел. +7 701 123 45 67"


@pytest.mark.parametrize("operator", ["mask", "tag"])
def test_redacting_twice_changes_nothing(operator: str, planted: str) -> None:
    once = redact_text(f"запись: {planted}; конец", operator=operator)  # type: ignore[arg-type]
    assert planted not in once
    assert redact_text(once, operator=operator) == once  # type: ignore[arg-type]


@pytest.mark.parametrize("keys", [("doc", "number"), ("удостоверение", "номер"), ("client", "doc", "number")])
@pytest.mark.parametrize("listed", [False, True])
def test_keys_label_a_value_together_as_in_a_document_of_json(
    redactor: Redactor, keys: tuple[str, ...], listed: bool
) -> None:
    value: object = "012345678"
    for key in reversed(keys):
        value = {key: [value] if listed else value}
    assert "12345678" not in json.dumps(redactor.value(value))
