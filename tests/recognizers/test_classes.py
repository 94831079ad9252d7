"""The classes, as Presidio's users expect them."""

from __future__ import annotations

import inspect

import pytest

import piiguard.recognizers as package
from piiguard.recognizers import RECOGNIZERS


@pytest.mark.parametrize("recognizer", RECOGNIZERS, ids=lambda recognizer: recognizer.__name__)
def test_every_class_is_public_and_made_as_presidio_makes_its_own(recognizer: type) -> None:
    assert getattr(package, recognizer.__name__) is recognizer
    assert recognizer.__name__ in package.__all__
    assert recognizer.COUNTRY_CODE == "kz"
    parameters = list(inspect.signature(recognizer).parameters)
    shared = ["context", "supported_language", "supported_entity", "name"]
    # names, addresses and workplaces are read by a grammar, which has no patterns
    assert parameters[:5] == ["patterns", *shared] or parameters == shared
