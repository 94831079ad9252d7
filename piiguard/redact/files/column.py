"""What is to be replaced in the cells of one column, on a page of its rows.

A cell is told as a scan tells it: by the checks where it is one number, by the engine with the column's name as its
label, and as a whole name where the cells of the page are names together.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from piiguard.confidence import HIGH, MEDIUM, least_score
from piiguard.detect import Match, cell, whole_names
from piiguard.detect.escapes import is_spelled
from piiguard.detect.headers import context, labelled, last_name, promised, single_name
from piiguard.entities import DATE, KZ_DOCUMENT_DATE, KZ_ID_CARD, PERSON, PHONE_SHORT
from piiguard.redact.redactor import Redactor, placed

__all__ = ["matches"]

_BY_LABEL = frozenset({KZ_ID_CARD, PHONE_SHORT, DATE})
"""Claims that the name of the column has to promise."""
_MOST = 0.5


def matches(
    redactor: Redactor, texts: Sequence[str], column: str, path: str | None = None
) -> dict[str, list[Match]]:
    """The matches in each of these cells that has some; the texts are those of one column, or of one JSON path in it."""
    return dict(_Page(redactor, Counter(texts), column, path).found())


class _Page:
    """The different texts of one place in some rows."""

    def __init__(self, redactor: Redactor, cells: Counter[str], column: str, path: str | None) -> None:
        self.redactor, self.cells = redactor, cells
        self.words = context(column, path)
        self.labelled = labelled(self.words)
        self.hints = promised(column, path)
        self.one_word = single_name(last_name(column, path))
        self.spelled = {text: cell.said(text, self.labelled) for text in cells if is_spelled(text)}
        self.says = {text: self.spelled[text].view if text in self.spelled else text for text in cells}
        self.answers = {
            text: cell.claims(core, self.labelled)
            for text, says in self.says.items()
            if (core := says.strip())
        }
        self.count = Counter[str]()
        for text, claims in self.answers.items():
            self.count.update(dict.fromkeys(claims or (), cells[text]))

    def found(self) -> Iterator[tuple[str, list[Match]]]:
        whole = self._claimed() | self._names()
        yield from whole.items()
        rest = [text for text, claims in self.answers.items() if text not in whole and claims != ()]
        for number, found in self.redactor.engine.find_many([self.says[text] for text in rest], self.words):
            if wanted := [match for match in found if self.redactor.wanted(match)]:
                yield rest[number], placed(wanted, self.spelled.get(rest[number]))

    def _claimed(self) -> dict[str, list[Match]]:
        """The cells that are one number, an address of mail or another checked value and nothing else."""
        found = {}
        for text, claims in self.answers.items():
            for claim in claims or ():
                match = _whole(text, self._entity(claim), self._score(claim))
                if match.entity in self.redactor.engine.entities and self.redactor.wanted(match):
                    found[text] = [match]
        return found

    def _entity(self, claim: str) -> str:
        return KZ_DOCUMENT_DATE if claim == DATE else cell.entity_of(claim)

    def _score(self, claim: str) -> float:
        """A claim is as sure as the column makes it; below 0 it is none."""
        if self._entity(claim) in self.labelled:
            return HIGH
        if claim in _BY_LABEL and self._entity(claim) not in self.redactor.held:
            return -1.0
        return MEDIUM if self.count[claim] >= _MOST * self.cells.total() else least_score("low")

    def _names(self) -> dict[str, list[Match]]:
        """All cells of a column of whole names."""
        from piiguard.recognizers.names import cell_score

        if PERSON not in self.redactor.engine.entities:
            return {}
        names = [
            text
            for text, claims in self.answers.items()
            if claims is None and whole_names.can_be_name(self.says[text])
        ]
        if PERSON in self.redactor.held:
            return self._wholes(names, MEDIUM)
        count = sum(self.cells[text] for text in names)
        offered = sum(self.cells[text] for text, claims in self.answers.items() if claims is None)
        if not count or count < _MOST * offered:
            return {}
        mean = sum(self.cells[text] * cell_score(self.says[text]) for text in names) / count
        how = whole_names.confidence(
            mean, named=PERSON in self.hints, hinted=bool(self.hints), one_word=self.one_word
        )
        if how is None or not self.redactor.wanted(Match(PERSON, 0, 0, least_score(how))):
            return {}
        return self._wholes(names, least_score(how))

    def _wholes(self, names: Sequence[str], score: float) -> dict[str, list[Match]]:
        return {text: [_whole(text, PERSON, score)] for text in names if any(map(str.isalpha, text))}


def _whole(text: str, entity: str, score: float) -> Match:
    start = len(text) - len(text.lstrip())
    return Match(entity, start, len(text.rstrip()), score)
