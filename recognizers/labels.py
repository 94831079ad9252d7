"""Finding label words with their Russian, Kazakh and English endings.

Words are folded first: case, ё, Kazakh letters as typed on a Russian keyboard, accents of Kazakh Latin, and Latin
look-alikes inside a Cyrillic word. Identifiers are split at ``_`` and at camelCase. Folding never changes lengths,
so positions stay those of the text.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

__all__ = ["Label", "Vocabulary", "fold", "phrases"]

_UPPER = "A-ZА-ЯЁӘҒҚҢӨҰҮҺІ"
_LOWER = "a-zа-яёәғқңөұүһіà-ɏə"
_WORD = re.compile(rf"[A-Z]{{2,}}(?=[A-Z][a-z]{{2}})|[{_UPPER}]*[{_LOWER}]+|[{_UPPER}]+")
# A label is no run of letters between hexadecimal digits, nor a part of the name of an exception.
_HEXADECIMAL = re.compile(r"(?:(?<=[0-9])|(?<=[0-9a-fA-F]{4}-))[a-fA-F]+(?![^\W\d_])")
_EXCEPTION = re.compile(r"[A-Za-z]*(?:Error|Exception|Warning|Fault)(?![a-z])")
_LONGEST_ABBREVIATION = 4
_OF_HEXADECIMAL = frozenset("abcdefABCDEF")
_GAP = re.compile(r"[ \t\u00a0\u202f_./\\'’-]{0,3}")

_FOLD = str.maketrans(
    "ёәғқңөұүһіáäàâóöòôúüūùýÿğǵñńŋşšćçčıíìîéèêëžźə",
    "еагкноуухиaaaaoooouuuuuyggnnnsscccyiiieeeezza",
)
_CYRILLIC = re.compile("[а-я]")
_LATIN = re.compile("[a-z]")
_LOOK_ALIKES = str.maketrans("abcehkmoptxyi", "авсенкмортхуи")

_RUSSIAN = r"[аеиоуыюяьй]|[оеая][мхйв]|[оаеыи][ея]|яя|[ая]ми|ью|ы[ехйм]|ыми|и[ехйм]|ими|[ое]го|[ое]му|[ую]ю|ия|ию|ие|ии|ием|иями?|иях|иям|ий"
_KAZAKH = r"(?:[лдт][ае]р)?(?:с?[ыи]м?|[ыи]н|[аеыи]?н[ыи]з|[ыи]?м[ыи]з)?(?:[нтд][ыи]н?|н?[дт]?[ае]н?|[гк][ае]|[мбп]ен|н)?"
_LATIN_ENDING = r"e?s|(?:[ldt][ae]r)?(?:s?[iy]m?|[iy]n|[iy]?(?:n[iy]|m[iy])z)?(?:[ntd][iy]n?|n?[dt][ae]n?|[gqk][ae]|[mbp]en|n)?"
# Kazakh keeps the vowel that Russian changes: "машина", "машину", but "машинасы".
_ENDING = re.compile(rf"(?:{_RUSSIAN}|[ае]?{_KAZAKH}|{_LATIN_ENDING})")
_VOWEL = re.compile(r"(?:ое|ая|ый|ий|ой|ые|[аеиоуыьюяй])$")


@lru_cache(maxsize=16384)
def fold(word: str) -> str:
    """Reduce a word to the form in which label words are compared.

    >>> fold("Куәлігі"), fold("ИИH"), fold("Sáıkestendirý")
    ('куалиги', 'иин', 'saykestendiru')
    """
    word = word.lower().translate(_FOLD)
    if _CYRILLIC.search(word) and _LATIN.search(word):
        word = word.translate(_LOOK_ALIKES)
    return word


@dataclass(frozen=True, slots=True)
class Label:
    """One label in a text: where it stands, the word as listed, and whose it is."""

    start: int
    end: int
    word: str
    owners: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Phrase:
    stems: tuple[tuple[str, bool], ...]
    word: str
    owners: frozenset[str]


@dataclass(frozen=True, slots=True)
class MayLabel:
    """Whose labels the words of a text may be: by themselves, and with a word that goes on with what one of them begins.

    ``begins`` has, by the number of such a word, whose label that would be; ``goes_on`` are the numbers of words here.
    """

    alone: frozenset[str]
    begins: Mapping[int, frozenset[str]]
    goes_on: frozenset[int]


class Vocabulary:
    """All label words of all owners, found in one pass over the words of a text.

    A word that ends with a dot is an abbreviation and takes no ending.
    """

    def __init__(self, words: Mapping[str, Iterable[str]]) -> None:
        owners: dict[str, set[str]] = defaultdict(set)
        for owner, listed in words.items():
            for word in listed:
                owners[word].add(owner)
        self._phrases: dict[str, list[_Phrase]] = defaultdict(list)
        for word, theirs in owners.items():
            phrase = _Phrase(tuple(_stems(word)), word, frozenset(theirs))
            self._phrases[phrase.stems[0][0]].append(phrase)
        seconds = dict.fromkeys(
            phrase.stems[1] for own in self._phrases.values() for phrase in own if len(phrase.stems) > 1
        )
        self._seconds = {stem: number for number, stem in enumerate(seconds)}
        self._lengths = sorted({len(stem) for stem in self._phrases})
        self._second_lengths = sorted({len(stem) for stem, _ in self._seconds})
        self._candidates = lru_cache(maxsize=16384)(self._look_up)
        # several recognizers ask about the same surroundings of the same number
        self._found = lru_cache(maxsize=1024)(self._find)

    def may_label(self, text: str) -> MayLabel:
        """Name quickly whose labels may stand in a text, rather one too many than one too few."""
        alone, begins, goes_on = set[str](), dict[int, frozenset[str]](), set[int]()
        for word in map(fold, _WORD.findall(text)):
            goes_on.update(self._going_on(word))
            for phrase in self._candidates(word):
                if len(phrase.stems) == 1:
                    alone |= phrase.owners
                else:
                    number = self._seconds[phrase.stems[1]]
                    begins[number] = begins.get(number, frozenset()) | phrase.owners
        return MayLabel(frozenset(alone), begins, frozenset(goes_on))

    def _going_on(self, word: str) -> Iterator[int]:
        for head in _heads(word, self._second_lengths):
            for inflected in (False, True):
                number = self._seconds.get((head, inflected))
                if number is not None and _is(word, head, inflected):
                    yield number

    def find(self, text: str) -> Sequence[Label]:
        """Return the labels in the order of the text; of those that begin together, the longest."""
        return self._found(text)

    def _find(self, text: str) -> Sequence[Label]:
        words = [
            (match.start(), match.end(), fold(match.group()))
            for match in _WORD.finditer(text)
            if not _labels_nothing(text, match.start(), match.end())
        ]
        found: list[Label] = []
        for position, (start, _, word) in enumerate(words):
            if found and start < found[-1].end:
                continue  # a longer label has it: "водительское удостоверение" is no "удостоверение"
            label = self._longest(text, words, position, self._candidates(word))
            if label and not _is_name(text[start : label.end], word, label.word):
                found.append(label)
        return found

    def _look_up(self, word: str) -> tuple[_Phrase, ...]:
        return tuple(
            phrase
            for head in _heads(word, self._lengths)
            for phrase in self._phrases.get(head, ())
            if _is(word, *phrase.stems[0])
        )

    def _longest(
        self, text: str, words: list[tuple[int, int, str]], position: int, phrases: tuple[_Phrase, ...]
    ) -> Label | None:
        best: tuple[int, _Phrase] | None = None
        for phrase in phrases:
            end = _end_of(text, words, position, phrase)
            if end is not None and (best is None or end > best[0]):
                best = end, phrase
            elif end is not None and best is not None and end == best[0]:
                best = end, _Phrase(phrase.stems, best[1].word, best[1].owners | phrase.owners)
        if best is None:
            return None
        return Label(words[position][0], best[0], best[1].word, best[1].owners)


def _is_name(written: str, word: str, label: str) -> bool:
    """Tell whether an abbreviation with an ending is somebody's first name: «Инне»; «ИННе» and «ИНН-е» are none."""
    if len(label) > _LONGEST_ABBREVIATION or word == label or not _CYRILLIC.search(word):
        return False
    if written[-1].islower() and written[:-1].isupper():
        return False
    from piiguard.recognizers.checks.name_words import (
        is_given,  # its lists are read for the few words that come here
    )

    return is_given(word)


def _labels_nothing(text: str, start: int, end: int) -> bool:
    if text[start] in _OF_HEXADECIMAL and (run := _HEXADECIMAL.match(text, start)):
        return run.end() == end
    return text[end : end + 1].isupper() and _EXCEPTION.match(text, end) is not None


def phrases(*lines: str) -> tuple[str, ...]:
    """Split lists of words and phrases at their semicolons.

    >>> phrases("иин; жсн", "personal number")
    ('иин', 'жсн', 'personal number')
    """
    return tuple(phrase for line in lines for phrase in line.split("; "))


def _end_of(text: str, words: list[tuple[int, int, str]], position: int, phrase: _Phrase) -> int | None:
    last = position + len(phrase.stems) - 1
    if last >= len(words):
        return None
    for offset, (stem, inflected) in enumerate(phrase.stems[1:], 1):
        gap = text[words[position + offset - 1][1] : words[position + offset][0]]
        if not _GAP.fullmatch(gap) or not _is(words[position + offset][2], stem, inflected):
            return None
    if "/" in phrase.word and "/" not in text[words[position][0] : words[last][1]]:
        return None
    return words[last][1]


def _heads(word: str, lengths: Iterable[int]) -> Iterator[str]:
    return (word[:length] for length in lengths if length <= len(word))


def _is(word: str, stem: str, inflected: bool) -> bool:
    if word == stem:
        return True
    return inflected and word.startswith(stem) and _ENDING.fullmatch(word, len(stem)) is not None


def _stems(phrase: str) -> Iterator[tuple[str, bool]]:
    for match in _WORD.finditer(phrase):
        word = fold(match.group())
        if phrase[match.end() : match.end() + 1] == "." or len(word) < 3:
            yield word, False
        elif len(word) > 4 and not word.isascii():
            yield _VOWEL.sub("", word), True
        else:
            yield word, True
