"""When the cells of a column are whole names: by the mean of what each of them scores, for scan and redaction alike."""

from __future__ import annotations

import re

from piiguard.confidence import Confidence

__all__ = ["can_be_name", "confidence"]

_WHOLE = (
    0.4  # the mean score of a cell in a column of whole names; streets, the best wrong column, reach 0.33
)
_SURE = 0.6
_ONE_WORD, _NAMED = 0.15, 0.25
_LONGEST = 80
_HAS_DIGIT = re.compile(r"[0-9]")


def can_be_name(text: str) -> bool:
    """Whether a cell counts for the mean: it is short and has no digit."""
    return len(text) <= _LONGEST and not _HAS_DIGIT.search(text)


def confidence(mean: float, *, named: bool, hinted: bool, one_word: bool) -> Confidence | None:
    """How sure it is that the column holds names; None where it is none.

    ``named`` says that its own name promises names, ``hinted`` that it promises something, ``one_word`` that it
    promises one word of a name.

    >>> confidence(0.7, named=False, hinted=False, one_word=False)
    'high'
    >>> confidence(0.2, named=True, hinted=True, one_word=True), confidence(0.2, named=True, hinted=True, one_word=False)
    ('high', None)
    """
    if mean >= _WHOLE:
        return "high" if named or mean >= _SURE else None if hinted else "medium"
    if named and mean >= (_ONE_WORD if one_word else _NAMED):
        return "high" if one_word else "medium"
    return None
