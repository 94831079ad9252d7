"""English words that are surnames as well: «Chick Black», «Citi Small», and no person.

A surname that is an everyday word needs a given name that is none by chance: one that English people have, or many in
Kazakhstan.

>>> from piiguard.recognizers.checks.name_token import Token
>>> is_phrase([Token(0, 4, "Citi", "F"), Token(5, 10, "Small", "N")])
True
>>> is_phrase([Token(0, 5, "Arman", "F"), Token(6, 10, "King", "N")])
False
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from piiguard.recognizers.checks.letters import fold, latin_key
from piiguard.recognizers.checks.name_token import Token
from piiguard.recognizers.checks.name_words import GIVEN, LISTED_SURNAME, english_given, words

__all__ = ["is_phrase"]


@cache
def everyday_keys() -> frozenset[str]:
    """List the Latin keys of given names that many people of Kazakhstan have."""
    names = words("given_names") | words("given_names_kk") | words("given_names_common")
    return frozenset(map(latin_key, names))


def is_phrase(name: Sequence[Token]) -> bool:
    """Say whether a given name and an English surname are rather two words of a phrase."""
    if len(name) != 2 or {token.label for token in name} != {GIVEN, LISTED_SURNAME}:
        return False
    surname, given = (fold(token.text) for token in sorted(name, key=lambda token: token.label == GIVEN))
    if surname not in words("ordinary_names_en") or given in english_given():
        return False
    return latin_key(given) not in everyday_keys()
