"""The fast engine: what a stock Presidio analyzer finds with the same recognizers, sooner and without it.

One pass of a byte-level prefilter names the lines worth a look and the rules to look with; those then run as they are.
The rules stay the only source of truth, whoever wrote them: recognizers of Presidio are borrowed as rules.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import partial
from importlib.util import find_spec
from typing import Any, Literal

from piiguard.detect import candidates
from piiguard.detect.beside import with_beside
from piiguard.detect.candidates import Line
from piiguard.detect.gate import LabelGate
from piiguard.detect.lines import Found, LineSearch, Reported
from piiguard.detect.match import Match
from piiguard.detect.plan import RARE, Plan, Work, plan
from piiguard.detect.prefilter import HyperscanPrefilter, Prefilter, Re2Prefilter
from piiguard.detect.runners import runner
from piiguard.detect.verify import Judgement, Verifier
from piiguard.entities import UNASKED
from piiguard.errors import MissingExtra
from piiguard.frames import emptied, emptied_iterator
from piiguard.recognizers.base import Rule
from piiguard.recognizers.enhancer import Judge
from piiguard.recognizers.rules import RULES

Backend = Literal["auto", "hyperscan", "re2", "presidio"]

PREFILTERS: dict[Backend, tuple[str, type[HyperscanPrefilter | Re2Prefilter]]] = {
    "hyperscan": ("hyperscan", HyperscanPrefilter),
    "re2": ("google-re2", Re2Prefilter),
}


class Engine:
    """Finds personal data in texts, cells and blocks of lines.

    ``entities`` are the only ones to find, by default all but those of :data:`piiguard.entities.UNASKED`. ``named`` are those
    asked for by name, by default the same: of the others those of ``UNASKED`` score low at most. ``recognizers`` are rules, or Presidio recognizers of any kind, by default all of piiguard's; ``enhancer`` may be a
    context enhancer of Presidio. ``backend`` is what does the work, ``notes`` say what makes it slower than it could be,
    and ``timeouts`` count, by recognizer, the texts on which a pattern gave up.
    """

    def __init__(
        self,
        recognizers: Iterable[Any] | None = None,
        *,
        entities: Collection[str] | None = None,
        named: Collection[str] | None = None,
        backend: Backend = "auto",
        enhancer: Any = None,
    ) -> None:
        rules, judge = _chosen(recognizers, enhancer)
        if recognizers is None and entities is None:
            rules = [rule for rule in rules if rule.entity not in UNASKED]
        if entities is not None:
            rules = [rule for rule in rules if not set(entities).isdisjoint(rule.entities)]
        known = {entity for rule in rules for entity in rule.entities}
        self.entities: tuple[str, ...] = tuple(sorted(known if entities is None else known & set(entities)))
        self.timeouts: Counter[str] = Counter()
        runners = [runner(rule, self.entities, self._on_timeout) for rule in rules]
        if named is None:
            # recognizers that somebody brings are those he asks for
            named = known if entities is None and recognizers is not None else entities or ()
        self._verifier = Verifier(rules, judge, UNASKED.difference(named).intersection(self.entities))
        lines = [rule.lines for rule in rules]
        self._plan = plan(rules)
        self._gate = LabelGate(self._plan, drops_weak=isinstance(judge, Judge))
        self._search = LineSearch(self._plan, runners, lines, self._gate, self._verifier, self._alone)
        self.backend: Backend
        self.backend, self._prefilter = _prefilter(backend, self._plan, lines)
        self.notes: tuple[str, ...] = tuple(self._plan.notes)

    @emptied
    def find(self, text: str, context: Sequence[str] = ()) -> list[Match]:
        """Find the matches in one text; ``context`` are words that label it, such as a column's name."""
        return with_beside(text, self._alone(text, context), partial(self._alone, context=context))

    @emptied_iterator
    def find_many(
        self, texts: Sequence[str], context: Sequence[str] = ()
    ) -> Iterator[tuple[int, list[Match]]]:
        """Find the matches in many short texts: yields the position of each that has some, and its matches."""
        for position, matches in self._found(texts, context):
            yield position, with_beside(texts[position], matches, partial(self._alone, context=context))

    def _alone(self, text: str, context: Sequence[str] = ()) -> list[Match]:
        """The matches in a text by itself, and nothing that they hide."""
        return next((matches for _, matches in self._found([text], context)), [])

    def _found(self, texts: Sequence[str], context: Sequence[str]) -> Iterator[tuple[int, list[Match]]]:
        outside = " ".join(("", *context))
        for position, work in self._texts(texts):
            text = texts[position]
            work = self._gate.passed(work, partial((text + outside).encode, errors="surrogatepass"))
            matches = self._verifier.matches(text, self._search.raw(text, work), context)
            if matches:
                yield position, matches

    @emptied_iterator
    def lines(self, block: bytes, seen: int = 0, until: int | None = None) -> Iterator[Found]:
        """Find the matches that end in ``block[seen:until]``: a line's number from 0, its text, its matches.

        Where a match goes on over the next lines, so does the text.
        """
        reported = Reported(block, seen, len(block) if until is None else until)
        return self._search.search(self._lines(block), reported)

    def _texts(self, texts: Sequence[str]) -> Iterator[tuple[int, Work]]:
        if self._prefilter is None:
            yield from ((position, self._plan.everything()) for position in range(len(texts)))
            return
        encoded = [text.encode("utf-8", "surrogatepass") for text in texts]
        hits = self._prefilter.in_texts(encoded)
        if self._plan.always:
            found = dict(hits)
            hits = ((position, found.get(position, [])) for position in range(len(texts)))
        for position, own in hits:
            data = encoded[position]
            yield (
                position,
                self._plan.work(candidates.in_characters(own, data, 0, len(data), len(texts[position]))),
            )

    def _lines(self, block: bytes) -> Iterable[Line]:
        if self._prefilter is None:
            return candidates.every_line(block, [(0, RARE)])
        found = candidates.candidates(block, self._prefilter.in_block(block))
        if not self._plan.always:
            return found
        hit = {line.number: line for line in found}
        return (hit.get(line.number, line) for line in candidates.every_line(block))

    def _on_timeout(self, recognizer: str) -> None:
        self.timeouts[recognizer] += 1


def _prefilter(backend: Backend, made: Plan, lines: Sequence[int]) -> tuple[Backend, Prefilter | None]:
    """Choose the fastest engine there is, or the one asked for."""
    if backend == "presidio":
        return backend, None
    for name, (library, kind) in PREFILTERS.items():
        if backend not in ("auto", name):
            continue
        if find_spec("re2" if name == "re2" else name) is not None:
            across = made.numbers([index for index, count in enumerate(lines) if count > 1]) - {RARE}
            prefilter = kind(made.patterns, across)
            if prefilter.refused:  # their rules run always, so nothing else of them is to be asked for
                made.refuse(prefilter.refused)
                prefilter = kind(made.patterns, across & made.numbers(range(len(lines))))
            made.exact = prefilter.exact
            return name, prefilter
        if backend == name:
            raise MissingExtra("scan", library)
    made.notes.append("neither hyperscan nor google-re2 is installed: every line is read by every recognizer")
    return "presidio", None


def _chosen(recognizers: Iterable[Any] | None, enhancer: Any) -> tuple[list[Rule], Judgement]:
    """Return the rules, and who judges what they find; Presidio is imported for what comes from there, else never."""
    given = list(RULES if recognizers is None else recognizers)
    if enhancer is None and all(isinstance(each, Rule) for each in given):
        return given, Judge()
    from piiguard.recognizers.presidio import borrow

    return borrow(given, enhancer)
