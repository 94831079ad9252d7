from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from piiguard.redact.redactor import Redactor

# Synthetic: births of 1900-1909, invented names, placeholder phones.
PLANTED = (
    "050312300015",
    "050312 300015",
    "+7 701 123 45 67",
    "synaq@mail.example.kz",
    "KZ86125KZT5004100100",
)


@pytest.fixture(scope="session")
def redactor() -> Redactor:
    return Redactor()


@pytest.fixture(params=PLANTED)
def planted(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="session")
def assert_clean() -> Callable[[str], None]:
    """Fails on any planted value, however it is spaced."""

    def check(text: str) -> None:
        squeezed = "".join(text.split())
        for value in PLANTED:
            assert value not in text
            assert "".join(value.split()) not in squeezed

    return check


class Broken:
    """A redactor that fails, with the value in its message."""

    def text(self, text: str, context: Any = ()) -> str:
        raise RuntimeError(text)

    changes = text

    def value(self, value: Any, context: Any = ()) -> Any:
        raise RuntimeError(str(value))


@pytest.fixture
def broken() -> Any:
    return Broken()
