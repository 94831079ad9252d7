"""Which words around a match speak for it and which against it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache

from piiguard.entities import BY_NAME
from piiguard.recognizers.above import Own
from piiguard.recognizers.base import Rule
from piiguard.recognizers.candidate import FAR, Candidate
from piiguard.recognizers.labels import Label, MayLabel, Vocabulary
from piiguard.recognizers.markup import is_markup
from piiguard.recognizers.negatives import EVERYDAY, NEGATIVE, UNITS
from piiguard.recognizers.rules import RULES

__all__ = ["OWN", "gather", "labelled", "may_label", "owners", "shares_labels", "vocabulary"]

OWN = "own"
"""The owner of a rule's own words, where they are not those that all rules share."""
_NEGATIVE, _EVERYDAY, _HINT, _COLUMN, _UNIT = "-", "-everyday", "?", "=", "unit"
_OUTSIDE = 200  # a column name or JSON key ranks behind every label in the text
_VAGUE = 0.15
# Entities that their check digit proves: their label right before a number that lacks it is somebody else's.
_PROVABLE = frozenset({"KZ_IIN", "KZ_BIN", "KZ_PHONE", "IBAN_CODE", "CREDIT_CARD", "KZ_BIC", "EMAIL_ADDRESS"})
_LETTER = re.compile(r"[^\W\d_]")
_NEXT_VALUE = re.compile(r"[^\w\n]{0,3}[:=№#0-9+]")
_LISTED = re.compile(r"[0-9]{3}[^\w\n]*[,;|]")
_KEY = re.compile(r"[\"']?[ \t]?[:=>|]")
_LIST = re.compile(r"[,;|]")
# The number of a paper that is no document of a person: those have six digits at least.
_OTHER_NUMBER = re.compile(r"[№#][^\w\n]{0,2}(?![A-ZА-Я]{0,2}[ ]?[0-9][0-9 -]{5})[0-9]")
_DATE = re.compile(r"(?<![0-9])(?:[0-9]{1,2}[./-][0-9]{1,2}[./-](?:[0-9]{4}|[0-9]{2})|[12][0-9]{3})(?![0-9])")
# Behind a date, a label of its own: «7 қараша 1905 ж. туған», "</birthday>".
_CLOSED = re.compile(r"[ .]{0,2}[,;)<]")
_DIGIT = re.compile("[0-9]")
_DATE_ENDS = re.compile(r"[0-9][^\w\n]{0,4}(?:[^\W\d_]{1,9}[^\w\n]{0,3}){0,2}$")
_ALIKE = bytes.maketrans(b"123456789", b"000000000")
# «Заказ от», "order for": a word that leads to somebody, so that what follows is no longer the number of the order.
_LEADS = re.compile(r"(?<![^\W_])(?:от|у|для|на|с|со|по|к|клиент\w{0,3}|from|for|by|to|of)(?![^\W_])[^\w]*$")
_NUMBERED = re.compile(r"[№#]|(?<![^\W_])(?:n|no|номер|номері|нөмірі|id)(?![^\W_])", re.IGNORECASE)
_KEYED = re.compile(r"[\"']?[ ]?=|[\"']:")


@dataclass(slots=True)
class Said:
    """What the words around a match say; ``label``, ``negative`` and ``hint`` are words of lists, or empty."""

    label: str = ""
    distance: int = FAR
    negative: str = ""
    hint: str = ""
    contradicted: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """What the words are asked for: the labels of an owner, and what else counts there.

    There is one for each question, so that it is known by itself: comparing all it holds costs more than it saves.
    """

    owner: str
    negatable: bool
    hints: bool
    company: frozenset[str]
    vague: bool
    """Whether the shape is so common that its label must stand right before it."""
    proven: bool = False
    sure: bool = False
    """Whether the form is one that everyday words, or any words, say nothing against."""
    keys: frozenset[str] = frozenset()
    """Hints that are names of columns: with the sign of a key behind them they are labels."""
    parts: frozenset[str] = frozenset()
    """Entities with whose label something else begins: behind it, no label counts that has its value already."""


def gather(candidate: Candidate, outside: str) -> None:
    """Weigh the words around a candidate; of a label and a word against it, the nearer counts."""
    rule, score = candidate.rule, candidate.score
    vocabulary, asked = _asked(rule, score < _VAGUE, score >= rule.proven, score >= rule.sure)
    said = _said(
        vocabulary,
        asked,
        # a translation of bytes costs a tenth of one of letters outside ASCII
        candidate.before.encode("utf-8", "surrogatepass").translate(_ALIKE),
        candidate.after.encode("utf-8", "surrogatepass").translate(_ALIKE),
        outside,
    )
    candidate.label, candidate.distance, candidate.negative = said.label, said.distance, said.negative
    candidate.hint, candidate.contradicted = said.hint, said.contradicted


@lru_cache(maxsize=1 << 14)
def _said(vocabulary: Vocabulary, asked: Asked, left: bytes, right: bytes, outside: str) -> Said:
    """Remember what was said: the lines of a log repeat each other but for their digits, which label nothing."""
    before, after = left.decode("utf-8", "surrogatepass"), right.decode("utf-8", "surrogatepass")
    said = Said()
    sides = _Sides(said, asked)
    if outside:
        sides.look_outside(vocabulary.find(outside))
    sides.look_after(vocabulary.find(after), after)
    labels, own = vocabulary.find(before), Own(before)
    sides.look_before(labels, before, own)
    sides.look_for_hints(labels, before, own)
    return said


def labelled(outside: str) -> frozenset[str]:
    """Name the entities of which a column's name or a key is a label: each value under it gets what a label gives.

    >>> sorted(labelled("card_number"))
    ['CREDIT_CARD']
    """
    said = frozenset().union(*(label.owners for label in _common().find(outside)))
    return frozenset(
        owner for owner in said if owner[0] not in _NEGATIVE + _HINT + _COLUMN and owner != _UNIT
    )


def may_label(text: str) -> MayLabel:
    """Name quickly the entities that may have a label in a text, rather one too many than one too few."""
    return _common().may_label(text)


def shares_labels(rule: Rule) -> bool:
    """Tell whether `may_label` knows the labels of a rule."""
    return rule.owner != OWN


@dataclass(frozen=True, slots=True)
class _Sides:
    said: Said
    asked: Asked

    def look_outside(self, labels: Sequence[Label]) -> None:
        for label in labels:
            if self.asked.owner in label.owners:
                self._support(label.word, _OUTSIDE)
            elif self._against(label) and not self.asked.sure:
                self.said.negative = label.word
        if self.said.label:
            self.said.negative = ""

    def look_after(self, labels: Sequence[Label], after: str) -> None:
        for label in labels:
            if _UNIT in label.owners and label.start <= 2 and self.asked.negatable:
                self._oppose(label.word)
            if _LIST.search(after, 0, label.start) or _NEXT_VALUE.match(after, label.end):
                return  # it labels what comes next
            if self.asked.owner in label.owners and not self.said.negative:
                self._support(label.word, 3 * label.start + 3)
                return

    def look_before(self, labels: Sequence[Label], before: str, own: Own) -> None:
        parted = 0
        for label in reversed(labels):
            gap = before[label.end :]
            if not self.asked.parts.isdisjoint(label.owners):
                parted = label.start
            if not own.hears(label.start, labels[-1].start >= own.start):
                return
            if self.asked.owner in label.owners:
                if parted and _is_used_up(before, label, parted):
                    return
                if not self.asked.vague or _adjoins(gap, 14):
                    self._support(label.word, len(gap))
                return
            if (
                self._against(label)
                and self._speaks(label, gap)
                and not is_markup(before, label.start, label.end)
            ):
                self._oppose(label.word)
                return
            if self._is_foreign(label) and len(gap) <= 6 and not any(map(str.isalnum, gap)):
                self.said.contradicted = True
                return

    def look_for_hints(self, labels: Sequence[Label], before: str, own: Own) -> None:
        """Take the nearest hint, and make it a label if a label of the company stands before the value too."""
        if not self.asked.hints or self.said.label or self.said.negative:
            return
        hints = [
            label
            for label in labels
            if _HINT + self.asked.owner in label.owners
            and _adjoins(before[label.end :], 14)
            and (own.bare or label.start >= own.start)
        ]
        if not hints:
            return
        self.said.hint = hints[-1].word
        others = (
            label
            for label in labels
            if _HINT + self.asked.owner not in label.owners
            and not _OTHER_NUMBER.search(before, label.end, hints[-1].start)
        )
        is_key = hints[-1].word in self.asked.keys and _KEY.match(before, hints[-1].end)
        if is_key or any(not self.asked.company.isdisjoint(label.owners) for label in others):
            self._support(hints[-1].word, len(before) - hints[-1].end)

    def _support(self, word: str, distance: int) -> None:
        if distance < self.said.distance:
            self.said.label, self.said.distance, self.said.negative = word, distance, ""

    def _oppose(self, word: str) -> None:
        self.said.label, self.said.distance, self.said.negative = "", FAR, word

    def _against(self, label: Label) -> bool:
        general = _NEGATIVE in label.owners or _EVERYDAY in label.owners
        return (general and self.asked.negatable) or _NEGATIVE + self.asked.owner in label.owners

    def _speaks(self, label: Label, gap: str) -> bool:
        """Tell whether a word against the number is about this number, and whether it counts against its form."""
        if not _adjoins(gap, 8):
            return False
        if self.asked.sure:
            return _NUMBERED.search(gap) is not None
        if not self.asked.proven:
            return True
        if _LEADS.search(gap):
            return False
        everyday = _EVERYDAY in label.owners and _NEGATIVE not in label.owners
        return not everyday or _NUMBERED.search(gap) is not None or _KEYED.match(gap) is not None

    def _is_foreign(self, label: Label) -> bool:
        return (
            self.asked.owner not in _PROVABLE
            and self.asked.negatable
            and not label.owners.isdisjoint(_PROVABLE)
        )


def _is_used_up(before: str, label: Label, parted: int) -> bool:
    """Tell whether a date that stands before something else begins is what a label belongs to, on either side of it.

    >>> text = "01.02.1905 г.р., паспорт"
    >>> _is_used_up(text, Label(11, 15, "г.р.", frozenset()), 17)
    True
    """
    if _DATE_ENDS.search(before, 0, label.start) or _DATE.search(before, label.end, parted):
        return True
    return bool(_CLOSED.match(before, label.end) and _DIGIT.search(before, parted))


def _adjoins(gap: str, letters: int) -> bool:
    """Tell whether hardly anything stands between a word and the number: at most so many letters, no list."""
    return len(gap) <= 30 and len(_LETTER.findall(gap)) <= letters and not _LISTED.search(gap)


@lru_cache(maxsize=1 << 10)
def _asked(rule: Rule, vague: bool, proven: bool, sure: bool) -> tuple[Vocabulary, Asked]:
    owner = rule.entity if rule.owner is None else rule.owner
    listed = _custom(rule.context) if owner == OWN else _common()
    asked = Asked(owner, rule.negatable, bool(rule.hints), rule.company, vague, proven, sure, _keys(rule))
    return listed, replace(asked, parts=rule.parts)


def _keys(rule: Rule) -> frozenset[str]:
    row = BY_NAME.get(rule.entity)
    return frozenset(rule.hints).intersection(row.words if row else ())


def owners(rule: Rule) -> frozenset[str]:
    """Whose words in a text make looking for a rule's values worth while, its company's aside."""
    owner = rule.owner or rule.entity
    return frozenset({owner, _COLUMN + owner})


@cache
def _common() -> Vocabulary:
    words: dict[str, Iterable[str]] = {_NEGATIVE: NEGATIVE, _EVERYDAY: EVERYDAY, _UNIT: UNITS}
    for rule in RULES:
        words[rule.entity] = vocabulary(rule)
        words[_NEGATIVE + rule.entity] = rule.against
        words[_HINT + rule.entity] = rule.hints
        words[_COLUMN + rule.entity] = _keys(rule)
    return Vocabulary(words)


def vocabulary(rule: Rule) -> tuple[str, ...]:
    """The words that label an entity's values anywhere: what its recognizer knows from texts, and the names of columns.

    What only counts in company in a text, as "valid till" does, counts there in company still. Entities that are told by words
    have grammars of their own, which know their labels.
    """
    row = BY_NAME.get(rule.entity)
    if row is None or row.told_by == "words":
        return rule.context
    return tuple(dict.fromkeys((*rule.context, *(word for word in row.words if word not in rule.hints))))


@lru_cache(maxsize=64)
def _custom(words: tuple[str, ...]) -> Vocabulary:
    return Vocabulary({OWN: words, _NEGATIVE: NEGATIVE, _EVERYDAY: EVERYDAY, _UNIT: UNITS})
