"""The operators inside a stock AnonymizerEngine."""

from __future__ import annotations

from typing import Any

import pytest
from presidio_anonymizer import AnonymizerEngine, DeanonymizeEngine
from presidio_anonymizer.entities import InvalidParamError, OperatorConfig, OperatorResult, RecognizerResult

from piiguard.keys import Keyring
from piiguard.redact import HashOperator, MaskOperator, PseudonymOperator, RevealOperator, TagOperator

TEXT = "ИИН 050312300015 принят"
FOUND = [RecognizerResult("KZ_IIN", 4, 16, 0.9)]


@pytest.fixture
def engine() -> Any:
    engine: Any = AnonymizerEngine()  # type: ignore[no-untyped-call]
    for operator in (MaskOperator, TagOperator, HashOperator, PseudonymOperator):
        engine.add_anonymizer(operator)
    return engine


@pytest.mark.parametrize(
    ("name", "text"),
    [("piiguard_mask", "ИИН 05********** принят"), ("piiguard_tag", "ИИН <KZ_IIN> принят")],
)
def test_unkeyed_operators(engine: Any, name: str, text: str) -> None:
    assert engine.anonymize(TEXT, FOUND, {"DEFAULT": OperatorConfig(name)}).text == text


def test_pseudonym_goes_and_comes_back(engine: Any, keyring: Keyring) -> None:
    config = OperatorConfig("piiguard_pseudonym", {"keyring": keyring})
    told = engine.anonymize(TEXT, FOUND, {"KZ_IIN": config})
    assert "050312300015" not in told.text
    back: Any = DeanonymizeEngine()  # type: ignore[no-untyped-call]
    back.add_deanonymizer(RevealOperator)
    [item] = told.items
    entities = [OperatorResult(item.start, item.end, "KZ_IIN")]
    revealed = back.deanonymize(
        told.text, entities, {"DEFAULT": OperatorConfig("piiguard_reveal", {"keyring": keyring})}
    )
    assert revealed.text == TEXT


@pytest.mark.parametrize("name", ["piiguard_hash", "piiguard_pseudonym"])
def test_keyed_operators_refuse_to_work_without_a_key(engine: Any, name: str) -> None:
    with pytest.raises(InvalidParamError, match="needs a keyring"):
        engine.anonymize(TEXT, FOUND, {"DEFAULT": OperatorConfig(name)})
    with pytest.raises(InvalidParamError, match="needs a keyring"):
        RevealOperator().validate({})
