"""Every public function that sees values lets its exceptions go with empty frames; those that see none are a list."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import traceback
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from piiguard import frames
from piiguard.recognizers import checks

IIN = "050312300015"
BAD: list[Any] = [
    IIN[:-1] + "6",
    f"x{IIN}x",
    f"{IIN} {IIN}",
    IIN.encode(),
    [IIN],
    f"{IIN}\n{IIN}",
    f"a@{IIN}",
    f"KZ{IIN}",
]
MODULES = [name for _, name, _ in pkgutil.iter_modules(checks.__path__) if name != "exceptions"]


def variables(error: BaseException) -> Iterator[tuple[str, str]]:
    for frame, _ in traceback.walk_tb(error.__traceback__):
        if frame.f_code.co_filename != __file__:
            yield frame.f_code.co_qualname, repr(frame.f_locals)


@pytest.mark.parametrize("module", MODULES)
def test_a_check_that_refuses_a_number_holds_it_nowhere(module: str) -> None:
    found = importlib.import_module(f"piiguard.recognizers.checks.{module}")
    for name in found.__all__:
        function = getattr(found, name)
        if not inspect.isfunction(function) or name not in (
            "validate",
            "parse",
            "format",
            "restore",
            "compact",
            "is_valid",
        ):
            continue
        held = {where for value in BAD if (error := raised(function, value)) for where, shown in variables(error)
                if IIN[:-1] in shown}  # fmt: skip
        assert held == set(), name


def raised(function: Callable[[Any], object], value: object) -> Exception | None:
    try:
        function(value)
    except Exception as error:  # noqa: BLE001 - of any kind
        return error
    return None


PACKAGES = ["piiguard.detect", "piiguard.protect", "piiguard.redact", "piiguard.scan"]
# What these are given and read is counts, names, places, settings, and what was counted before.
SEE_NO_VALUE = {"piiguard.detect.confidence"}


def is_emptied(function: Callable[..., Any]) -> bool:
    return (
        getattr(function, "__code__", None) is not None and function.__code__.co_filename == frames.__file__
    )


@pytest.mark.parametrize("package", PACKAGES)
def test_every_public_function_that_sees_values_is_emptied(package: str) -> None:
    module = importlib.import_module(package)
    left = {
        f"{package}.{name}"
        for name in module.__all__
        if inspect.isfunction(thing := getattr(module, name)) and not is_emptied(thing)
    }
    assert left - SEE_NO_VALUE == set()
