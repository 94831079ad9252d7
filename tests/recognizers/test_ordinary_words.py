"""What lies on any machine and only looks personal: words in capitals, tables, units, names of messages, licences.

Beside each kind stands what it must not hide.
"""

from __future__ import annotations

import pytest

from piiguard.detect import Engine

WEIGHTS = "4301.0027.0009.1337"
NOT_PERSONAL = (
    # words that are names as well, in names of characters, plants and fields of a form
    "WARANG CITI SHORT LETTER UUR", "TIBETAN BONG SMALL LETTER RA", "Velvet Rosette", "ENGLISH HYACINTH", "FRIED SHRIMP WITH RICE",
    "Hatching Chick", "Alle Daten", "Kein Treffer gefunden", "Bahasa Kazakh",
    # weights of a table
    WEIGHTS, f"[.{WEIGHTS}]",
    # units of a system log
    "systemd[1]: Started serial-getty@ttyS0.service - Serial Getty.", "user@1001.slice: Deactivated", "Mounting dev-mysal@sda1.mount",
    # names of messages
    "Link: https://lists.example.org/r/20191203101500.7788-2-synaq@example.kz", "<20191203101500771.AB12@mail.example.kz>",
    # the licence at the head of a file, and whoever made a program
    "write to the Free Software\n# Foundation, Inc., 51 Franklin Street, Fifth Floor",
    " * Synaq Tools GmbH, 14 Mysal Street, Floor 5", "-- Ulgi Ltd.,\n-- 7 Mysal Avenue",
    # geometry
    "points in the intersection of A and B",
    # a road and how far along it
    "Көлік жолы 412 шақырым", "Темір жол 96 км",
)  # fmt: skip
PERSONAL = {
    "Arman Black": "PERSON",
    "BLACK ARMAN": "PERSON",
    "Emily Cherry": "PERSON",
    "Zhandos Synaqov": "PERSON",
    "Alle Synaqova": "PERSON",
    f"карта {WEIGHTS}": "CREDIT_CARD",
    "4301.1027.0009.1335": "CREDIT_CARD",
    "serial-getty@ttyS0.kz": "EMAIL_ADDRESS",
    "20191203@mail.example.kz": "EMAIL_ADDRESS",
    "synaq.20191203101500@mail.example.kz": "EMAIL_ADDRESS",
    "Aidana Synaqova, 14 Mysal Street, Almaty": "KZ_ADDRESS",
    "Registered address of Ulgi Ltd.: 7 Mysal Avenue, Almaty": "KZ_ADDRESS",
    "at the intersection of Synaq and Mysal": "KZ_ADDRESS",
}


@pytest.fixture(scope="module")
def engine() -> Engine:
    return Engine()


@pytest.mark.parametrize("text", NOT_PERSONAL)
def test_what_lies_on_any_machine_is_not_reported(engine: Engine, text: str) -> None:
    assert [match.entity for match in engine.find(text) if match.score >= 0.5] == []


@pytest.mark.parametrize("text", PERSONAL)
def test_a_person_is_still_found_in_what_looks_alike(engine: Engine, text: str) -> None:
    assert PERSONAL[text] in [match.entity for match in engine.find(text) if match.score >= 0.5]
