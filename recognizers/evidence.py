"""Which words around a match speak for it and which against it."""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import cast

from presidio_analyzer import EntityRecognizer, RecognizerResult

from piiguard.recognizers.base import NEEDS_LABEL, Traits, traits_of
from piiguard.recognizers.labels import Label, Vocabulary
from piiguard.recognizers.negatives import NEGATIVE, UNITS

__all__ = ["Evidence", "Words", "gather", "labelled", "may_be_labelled", "shares_labels"]

_NEGATIVE, _HINT, _UNIT, _OWN = "-", "?", "unit", "own"
_FAR = 1000
_OUTSIDE = 200  # a column name or JSON key ranks behind every label in the text
_VAGUE = 0.15  # below this a shape is so common that its label must stand right before it
# Entities that their check digit proves: their label right before a number that lacks it is somebody else's.
_PROVABLE = frozenset({"KZ_IIN", "KZ_BIN", "KZ_PHONE", "IBAN_CODE", "CREDIT_CARD", "KZ_BIC", "EMAIL_ADDRESS"})
_LETTER = re.compile(r"[^\W\d_]")
_NEXT_VALUE = re.compile(r"[^\w\n]{0,3}[:=№#0-9+]")
_LISTED = re.compile(r"[0-9]{3}[^\w\n]*[,;|]")
_LIST = re.compile(r"[,;|]")
_ALIKE = str.maketrans("123456789", "000000000")


@dataclass(frozen=True, slots=True)
class Words:
    """The text before a match, after it, and what labels the text from outside."""

    before: str
    after: str
    outside: str


@dataclass(slots=True)
class Said:
    """What the words around a match say; ``label``, ``negative`` and ``hint`` are words of lists, or empty."""

    label: str = ""
    distance: int = _FAR
    negative: str = ""
    hint: str = ""
    contradicted: bool = False


@dataclass(slots=True, kw_only=True)
class Evidence(Said):
    """What speaks for a result and against it."""

    result: RecognizerResult
    traits: Traits | None
    words: Words
    notes: list[str] = field(default_factory=list)

    @property
    def stands(self) -> bool:
        """Whether it is reported; what others' recognizers find is not ours to drop."""
        return self.traits is None or bool(self.result.score >= NEEDS_LABEL)


def gather(result: RecognizerResult, recognizer: EntityRecognizer, words: Words) -> Evidence:
    """Weigh the words; of a label and a word against it, the nearer counts."""
    traits = traits_of(recognizer)
    vocabulary, owner = _vocabulary(recognizer)
    said = _said(
        vocabulary,
        owner,
        cast(Hashable, None if traits is None else type(traits)),
        result.score < _VAGUE,
        words.before.translate(_ALIKE),
        words.after.translate(_ALIKE),
        words.outside,
    )
    return Evidence(
        said.label,
        said.distance,
        said.negative,
        said.hint,
        said.contradicted,
        result=result,
        traits=traits,
        words=words,
    )


@lru_cache(maxsize=1 << 14)
def _said(
    vocabulary: Vocabulary,
    owner: str,
    traits: type[Traits] | None,
    vague: bool,
    before: str,
    after: str,
    outside: str,
) -> Said:
    """Remember what was said: the lines of a log repeat each other but for their digits, which label nothing."""
    said = Said()
    sides = _Sides(said, owner, traits, vague)
    if outside:
        sides.look_outside(vocabulary.find(outside))
    sides.look_after(vocabulary.find(after), after)
    labels = vocabulary.find(before)
    sides.look_before(labels, before)
    sides.look_for_hints(labels, before)
    return said


def labelled(outside: str) -> frozenset[str]:
    """Name the entities of which a column's name or a key is a label: each value under it gets what a label gives.

    >>> sorted(labelled("card_number"))
    ['CREDIT_CARD']
    """
    said = frozenset().union(*(label.owners for label in _common().find(outside)))
    return frozenset(owner for owner in said if owner[0] not in _NEGATIVE + _HINT and owner != _UNIT)


def may_be_labelled(text: str) -> frozenset[str]:
    """Name quickly the entities that have a label in a text, rather one too many than one too few."""
    return _common().owners(text)


def shares_labels(recognizer: EntityRecognizer) -> bool:
    """Tell whether `may_be_labelled` knows the labels of a recognizer."""
    return _vocabulary(recognizer)[0] is _common()


@dataclass(frozen=True, slots=True)
class _Sides:
    said: Said
    owner: str
    traits: type[Traits] | None
    vague: bool

    def look_outside(self, labels: Sequence[Label]) -> None:
        for label in labels:
            if self.owner in label.owners:
                self._support(label.word, _OUTSIDE)
            elif self._against(label):
                self.said.negative = label.word
        if self.said.label:
            self.said.negative = ""

    def look_after(self, labels: Sequence[Label], after: str) -> None:
        for label in labels:
            if _UNIT in label.owners and label.start <= 2 and self._negatable():
                self._oppose(label.word)
            if _LIST.search(after, 0, label.start) or _NEXT_VALUE.match(after, label.end):
                return  # it labels what comes next
            if self.owner in label.owners and not self.said.negative:
                self._support(label.word, 3 * label.start + 3)
                return

    def look_before(self, labels: Sequence[Label], before: str) -> None:
        for label in reversed(labels):
            gap = before[label.end :]
            if self.owner in label.owners:
                if not self.vague or _adjoins(gap, 14):
                    self._support(label.word, len(gap))
                return
            if self._against(label) and _adjoins(gap, 8):
                self._oppose(label.word)
                return
            if self._is_foreign(label) and len(gap) <= 6 and not any(map(str.isalnum, gap)):
                self.said.contradicted = True
                return

    def look_for_hints(self, labels: Sequence[Label], before: str) -> None:
        """Take the nearest hint, and make it a label if a label of the company stands before the value too."""
        traits = self.traits
        if traits is None or not traits.HINTS or self.said.label or self.said.negative:
            return
        hints = [
            label
            for label in labels
            if _HINT + self.owner in label.owners and _adjoins(before[label.end :], 14)
        ]
        if not hints:
            return
        self.said.hint = hints[-1].word
        others = (label for label in labels if _HINT + self.owner not in label.owners)
        if any(not traits.COMPANY.isdisjoint(label.owners) for label in others):
            self._support(hints[-1].word, len(before) - hints[-1].end)

    def _support(self, word: str, distance: int) -> None:
        if distance < self.said.distance:
            self.said.label, self.said.distance, self.said.negative = word, distance, ""

    def _oppose(self, word: str) -> None:
        self.said.label, self.said.distance, self.said.negative = "", _FAR, word

    def _negatable(self) -> bool:
        return self.traits is not None and self.traits.NEGATABLE

    def _against(self, label: Label) -> bool:
        return (_NEGATIVE in label.owners and self._negatable()) or _NEGATIVE + self.owner in label.owners

    def _is_foreign(self, label: Label) -> bool:
        return self.owner not in _PROVABLE and self._negatable() and not label.owners.isdisjoint(_PROVABLE)


def _adjoins(gap: str, letters: int) -> bool:
    """Tell whether hardly anything stands between a word and the number: at most so many letters, no list."""
    return len(gap) <= 30 and len(_LETTER.findall(gap)) <= letters and not _LISTED.search(gap)


def _vocabulary(recognizer: EntityRecognizer) -> tuple[Vocabulary, str]:
    """Return the words to look for, and under which name the recognizer's own stand there."""
    traits = traits_of(recognizer)
    if traits is not None and list(recognizer.context) == list(traits.CONTEXT):
        return _common(), traits.ENTITY
    return _custom(tuple(recognizer.context or ())), _OWN


@cache
def _common() -> Vocabulary:
    from piiguard.recognizers.catalog import RECOGNIZERS

    words: dict[str, Iterable[str]] = {_NEGATIVE: NEGATIVE, _UNIT: UNITS}
    for recognizer in RECOGNIZERS:
        words[recognizer.ENTITY] = recognizer.CONTEXT
        words[_NEGATIVE + recognizer.ENTITY] = recognizer.AGAINST
        words[_HINT + recognizer.ENTITY] = recognizer.HINTS
    return Vocabulary(words)


@lru_cache(maxsize=64)
def _custom(words: tuple[str, ...]) -> Vocabulary:
    return Vocabulary({_OWN: words, _NEGATIVE: NEGATIVE, _UNIT: UNITS})
