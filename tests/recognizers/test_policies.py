"""Two real privacy policies: what stands in them is found, what they only name is not."""

from __future__ import annotations

import socket
from typing import Any

import pytest

from .conftest import Find, policy

NUMBERS = ("KZ_IIN", "KZ_BIN", "CREDIT_CARD", "IBAN_CODE", "KZ_ID_CARD", "KZ_PASSPORT")


@pytest.fixture(autouse=True)
def _no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any) -> None:
        raise AssertionError("a recognizer called out")

    monkeypatch.setattr(socket.socket, "connect", refuse)


@pytest.mark.parametrize(
    ("name", "telephones", "addresses"),
    [
        ("talap", ["+7(7172) 64 86 86"], ["info@talap.edu.kz"]),
        ("orleu", ["+7 (7172) 574-600"] * 2, ["kuzhat@orleu-edu.kz"] * 2),
    ],
)
def test_contacts_are_found_and_nothing_else(
    name: str, telephones: list[str], addresses: list[str], find: Find
) -> None:
    text = policy(name)
    assert [found for _, found in find(text, entity="KZ_PHONE", least=0.5)] == telephones
    assert [found for _, found in find(text, entity="EMAIL_ADDRESS", least=0.5)] == addresses
    assert [hit for entity in NUMBERS for hit in find(text, entity=entity)] == []
