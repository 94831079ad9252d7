"""Tell words that are names as they stand from those that only may be one in some case, and from ordinary Kazakh words."""

from __future__ import annotations

from functools import lru_cache

from piiguard.recognizers.checks.later import later
from piiguard.recognizers.checks.letters import to_russian
from piiguard.recognizers.checks.name_words import (
    GIVEN_SHAPE,
    ambiguous,
    foreign_surnames,
    given,
    is_ambiguous,
    is_plain,
    is_plain_form,
    kazakh_stems,
    russian_stems,
    words,
)

__all__ = ["is_kazakh_case", "is_kazakh_word", "is_listed_surname", "is_nominative", "is_sure_given"]

KK_INNER = later("[а-яәғқңөұүһі]{3}(?:[ндт][ыі]ң|[дт][ае]н?|нд[ае]|н[ае]н)$")
# Plurals, things of somebody, adjectives and verbs: «бағаны», «талаптар», «арасындағы»; cases a name has too are none.
KK_ORDINARY = later(
    r".{2,}(?:[лдт][ае]р(?:[ыі]\w{0,4})?|[аеиоуыіәөұүюя]с[ыі]|[ағ]ын|ан[ыі]|[аеу]у|[ғгқк][ае]н|с[ыі]з|[дт][ае][ғг][ыі]"
    r"|ал(?:а|ады|ды)|ет(?:ед|т)і|[лс]ын|мал[ыі]|[лдт][ыі]қ|лік|дік|тік|шы|ші|рақ|рек)$"
)


def is_listed_surname(word: str) -> bool:
    """Say whether a folded surname is in a list, in any case."""
    known = words("surnames") | foreign_surnames()
    return any(stem in known for stem in (word, *russian_stems(word), *kazakh_stems(word)))


def is_listed_given(word: str) -> bool:
    """Say whether a folded word is a given name as it stands in a list, on any keyboard."""
    return word in given() or word in ambiguous() or to_russian(word) in given()


@lru_cache(maxsize=4096)
def is_kazakh_word(word: str) -> bool:
    """Say whether a folded word beside which nothing proves a name is rather an ordinary Kazakh one.

    >>> is_kazakh_word("бағаны"), is_kazakh_word("деректер"), is_kazakh_word("сабыр")
    (True, True, False)
    """
    if is_listed_given(word) or GIVEN_SHAPE.match(word):
        return False
    return KK_ORDINARY.match(word) is not None


@lru_cache(maxsize=4096)
def is_kazakh_case(word: str) -> bool:
    """Say whether a folded word is in a Kazakh case and no form of a Russian name: «базарда», not «марата»."""
    if not KK_INNER.search(word) or GIVEN_SHAPE.match(word) or is_listed_given(word):
        return False
    return all(stem not in given() and stem not in ambiguous() for stem in russian_stems(word))


def is_nominative(word: str) -> bool:
    """Say whether a folded word is a given name as lists have it, or as Kazakh names are made."""
    return is_listed_given(word) or (GIVEN_SHAPE.fullmatch(word) is not None and not is_plain(word))


def is_sure_given(word: str) -> bool:
    """Say whether a folded word is a listed given name, in any Russian case, and no other word."""
    if len(word) < 4 or is_ambiguous(word) or is_plain_form(word) or word in words("stop_words"):
        return False
    return any(stem in given() for stem in russian_stems(word))
