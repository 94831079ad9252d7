"""What is public is a list: complete and documented."""

from __future__ import annotations

import importlib
import inspect

import pytest

PACKAGES = [
    "piiguard",
    "piiguard.errors",
    "piiguard.manifest",
    "piiguard.detect",
    "piiguard.keys",
    "piiguard.orm",
    "piiguard.protect",
    "piiguard.recognizers",
    "piiguard.redact",
    "piiguard.report",
    "piiguard.scan",
]


@pytest.mark.parametrize("name", PACKAGES)
def test_the_public_names_are_there_and_documented(name: str) -> None:
    module = importlib.import_module(name)
    assert module.__doc__, f"{name} says nothing about itself"
    assert len(set(module.__all__)) == len(module.__all__)  # their order is ruff's to check
    for public in module.__all__:
        thing = getattr(module, public)
        if inspect.isclass(thing) or inspect.isfunction(thing):
            assert inspect.getdoc(thing), f"{name}.{public} has no docstring"


@pytest.mark.parametrize("name", PACKAGES)
def test_a_name_that_is_not_there_is_an_attribute_error(name: str) -> None:
    module = importlib.import_module(name)
    with pytest.raises(AttributeError):
        module.this_name_does_not_exist  # noqa: B018
