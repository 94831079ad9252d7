"""What commands say about names that are themselves values: a person's number in the name of a table or a file.

Reports of a scan have every kind of value masked by the engine; a message is looked at by the checks alone, so that
it needs nothing that takes long to load.
"""

from __future__ import annotations

import re
from typing import Any

from piiguard.names import HIDDEN

__all__ = ["discreet", "discreet_data"]

_DIGITS = re.compile(r"(?<!\d)\d{10,19}(?!\d)")
_ADDRESS = re.compile(r"[\w.%+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+(?![/:\w])")
_ACCOUNT = re.compile(r"(?<![^\W_])KZ\d{2}[0-9A-Z]{16}(?![^\W_])")
_KEPT = 2


def discreet(text: str) -> str:
    """The text, with numbers of persons, cards, phones and accounts, and addresses, hidden but for their beginning.

    >>> discreet("t_050312300015.log: 3 lines"), discreet("050312300016")
    ('t_05••••••••••.log: 3 lines', '050312300016')
    """
    if not any(sign.isdigit() or sign == "@" for sign in text):
        return text
    text = _DIGITS.sub(lambda found: _hidden(found[0]) if _is_number(found[0]) else found[0], text)
    text = _ACCOUNT.sub(lambda found: _hidden(found[0]) if _iban(found[0]) else found[0], text)
    return _ADDRESS.sub(lambda found: found[0] if _is_place(found, text) else _address(found[0]), text)


def discreet_data(value: Any) -> Any:
    """The same in every text of a document."""
    if isinstance(value, str):
        return discreet(value)
    if isinstance(value, dict):
        return {discreet_data(key): discreet_data(inner) for key, inner in value.items()}
    return [discreet_data(inner) for inner in value] if isinstance(value, list | tuple) else value


def _hidden(value: str) -> str:
    return value[:_KEPT] + HIDDEN * (len(value) - _KEPT)


def _is_number(digits: str) -> bool:
    from piiguard.recognizers.checks import bin, card, iin, phone

    if len(digits) == 12:
        return iin.is_valid(digits) or bin.is_valid(digits)
    return phone.is_valid(digits) if len(digits) < 12 else card.is_valid(digits)


def _iban(value: str) -> bool:
    from piiguard.recognizers.checks import iban

    return iban.is_valid(value)


def _is_place(found: re.Match[str], text: str) -> bool:
    """Whether it is the account and the host of a URL."""
    return re.search(r"//[^\s/]*$", text[: found.start()]) is not None


def _address(value: str) -> str:
    name, _, _ = value.partition("@")
    return HIDDEN * len(name) + value[len(name) :]
