"""Presidio with the data of Kazakhstan: find, explain, anonymize, and take it back.

Run: pip install 'piiguard[scan]'; PIIGUARD_KEYRING=keyring.json python examples/presidio/anonymizer.py
"""

from __future__ import annotations

from presidio_anonymizer import AnonymizerEngine, DeanonymizeEngine, OperatorConfig

from piiguard.keys import Keyring
from piiguard.recognizers import kz_analyzer
from piiguard.redact.operators import PseudonymOperator, RevealOperator

TEXT = "Клиент Сынақов Үлгі Мысалұлы, ЖСН 050312300015, тел. +7 701 123 45 67"


def main() -> tuple[str, str]:
    """Return the text with pseudonyms, and with the values again."""
    keyring = {"keyring": Keyring.from_env()}
    found = kz_analyzer().analyze(TEXT, language="ru")
    anonymizer = AnonymizerEngine()
    anonymizer.add_anonymizer(PseudonymOperator)
    hidden = anonymizer.anonymize(
        TEXT,
        found,  # type: ignore[arg-type]  # the two packages of Presidio have a class of this name each
        {"DEFAULT": OperatorConfig("piiguard_pseudonym", keyring)},
    )
    back = DeanonymizeEngine()
    back.add_deanonymizer(RevealOperator)
    shown = back.deanonymize(
        hidden.text, hidden.items, {"DEFAULT": OperatorConfig("piiguard_reveal", keyring)}
    )
    return hidden.text, shown.text


if __name__ == "__main__":
    print("\n".join(main()))
