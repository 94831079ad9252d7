"""Turns batches of one column's values into statistics, once per value; what is kept of them are counters."""

from __future__ import annotations

import re
import zlib
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from typing import TYPE_CHECKING

from piiguard import detect
from piiguard.confidence import HIGH, MEDIUM
from piiguard.detect import cell as one
from piiguard.detect import leaves, whole_names
from piiguard.detect.headers import context, labelled
from piiguard.detect.mask import mask
from piiguard.detect.numbers import plain_number
from piiguard.entities import PERSON
from piiguard.scan.remembered import Memory
from piiguard.scan.sketch import IDENTIFIERS
from piiguard.scan.statistics import Alike, Distinct, Partials, Statistics
from piiguard.scan.texts import ByPath, Hit, Said, Sink, Texts, example, spread, without_json
from piiguard.scan.treated import is_treated, text_of_bytes
from piiguard.scan.words import BESIDE, NAMES

if TYPE_CHECKING:
    from piiguard.detect import Engine, Match

__all__ = ["Observer", "Place"]

Place = tuple[str, str | None]
"""A column and a JSON path."""

_DIGITS = bytes(100 if 48 <= byte < 58 else 32 for byte in range(256))
# an address of mail, or one long word: ciphertext, a hash; or armour
_TELLING = re.compile(r"@|^[^ ]{32}|^-----BEGIN ")


class Observer:
    """Reads values with one engine; every process of a scan has its own, with the same key.

    ``name_every`` is a power of two: of so many different texts one is scored as a whole name. It is chosen
    by a checksum of the text, so the choice does not depend on how the input was split; 0 scores none. Places in
    ``settled`` are known to hold words of one kind: they are searched with ``plain``, which knows the other
    entities.
    """

    def __init__(self, engine: Engine, *, key: bytes, plain: Callable[[], Engine] | None = None) -> None:
        from piiguard.recognizers.names import cell_score

        self.engine = engine
        self.plain = plain or (lambda: engine)
        self.entities = frozenset(engine.entities)
        self.plain_entities = self.entities - BESIDE if plain else self.entities
        self._key = key
        self._cell_score = cell_score
        self.memory = Memory()
        self.name_every = 1
        self.settled: Collection[Place] = ()

    def observe(
        self,
        column: str,
        values: Sequence[object],
        into: Partials | None = None,
        *,
        label: str = "",
        sink: Sink | None = None,
        known: Partials | None = None,
    ) -> Partials:
        """Add a batch to the statistics ``into``, or to new ones; each hit also goes to ``sink``, if there is one.

        ``label`` is the column's comment, or whatever else says what stands in it; ``known`` are the places that the
        table has so far, where ``into`` are not.
        """
        found: Partials = {} if into is None else into
        own = found.setdefault((column, None), Statistics())
        known = found if known is None else known
        texts = ByPath(column, known)
        for path, group in self._texts(values, own, texts).items():
            statistics = found.setdefault((column, path), Statistics())
            page = _Page(self, (column, path), context(column, path, label), statistics, sink)
            page.known = known.get((column, path), statistics)
            for piece in group.pieces():
                page.read(piece)
        return found

    def _texts(self, values: Sequence[object], own: Statistics, texts: ByPath) -> ByPath:
        """The texts by JSON path; ciphertext in bytes is counted here."""
        plain = Texts()
        kinds = set(map(type, values))
        numbers: Sequence[int] = range(len(values))
        if type(None) in kinds:
            kinds.remove(type(None))
            numbers = [cell for cell, value in enumerate(values) if value is not None]
            values = [value for value in values if value is not None]
        if kinds <= {str} or kinds == {int}:
            # blanks in front stay: a hit says where in the cell it stands
            plain.texts = list(map(str.rstrip, values)) if kinds <= {str} else list(map(str, values))  # type: ignore[arg-type]
            plain.cells = numbers
            if "" in plain.texts:
                plain = plain.only([place for place, text in enumerate(plain.texts) if text])
        else:
            for cell, value in zip(numbers, values, strict=True):
                self._sort(cell, value, own, plain, texts)
        if plain.texts and plain.joined.begins(detect.page.JSON):
            plain = without_json(plain, texts)
        if plain.texts:
            texts[None] = plain
        return texts

    def _sort(self, cell: int, value: object, own: Statistics, plain: Texts, texts: ByPath) -> None:
        if isinstance(value, bytes | bytearray | memoryview):
            if text := text_of_bytes(bytes(value), own):
                plain.add(cell, text)
        elif isinstance(value, dict | list | tuple | set):
            spread(cell, list(value) if isinstance(value, set) else value, texts)
        elif text := (value if isinstance(value, str) else leaves.as_text(value)).rstrip():
            plain.add(cell, text)


class _Page:
    """The texts of one place in one batch."""

    def __init__(
        self,
        observer: Observer,
        place: Place,
        words: tuple[str, ...],
        statistics: Statistics,
        sink: Sink | None,
    ) -> None:
        self.observer, self.words, self.statistics, self.sink = observer, words, statistics, sink
        self.known = statistics
        """what is known of the place so far"""
        self.labelled = labelled(words)
        self.path = place[1]
        self.key = observer._key
        self.settled = place in observer.settled
        self.said = Said(sink is not None)

    def read(self, group: Texts) -> None:
        statistics, texts = self.statistics, group.texts
        statistics.examined += len(texts)
        if not self.settled:
            statistics.asked += len(texts)
        statistics.values.fill(texts, self.key, self.known.values)
        if (
            self.sink is None
            and len(texts) >= detect.page.LEAST
            and (known := detect.page.claims(group.joined, self.labelled)) is not None
        ):
            for claim, values in known:
                self._count(claim, values)
            for size, texts in detect.page.numbers(group.joined).items():
                self._number(size, texts)
            return
        self._prose(self._unclaimed(self.said.of(group, self.labelled)))

    def _unclaimed(self, group: Texts) -> Texts:
        """Count the cells that are one value or ciphertext as a whole; return the others."""
        if detect.page.plain(group.joined):
            return group
        rest = Texts()
        for cell, text in zip(group.cells, group.texts, strict=True):
            claims, digits = one.answer(text, self.labelled)
            if digits:
                self._number(digits, (text,))
            if claims is not None:
                for claim in claims:
                    self._claim(claim, cell, text)
            elif not _TELLING.search(text) or not is_treated(text, self.statistics):
                rest.add(cell, plain_number(text) if digits else text)
        return rest

    def _number(self, digits: int, texts: Sequence[str]) -> None:
        """Count cells that are numbers of so many digits, or written as an account, whatever they pass for."""
        if digits not in one.SIZES and digits != one.ACCOUNT:
            return
        alike = self.statistics.numbers.setdefault(digits, Alike())
        alike.cells += len(texts)
        known = self.known.numbers.get(digits)
        alike.distinct.fill(texts, self.key, known.distinct if known else None)

    def _count(self, claim: str, values: list[str]) -> None:
        """Count cells that make the same claim as wholes."""
        entity = one.entity_of(claim)
        if entity not in self.observer.entities:
            return
        tally = self.statistics.tally(claim)
        tally.whole += len(values)
        if entity in IDENTIFIERS:
            tally.count(entity, values, self.key)
        tally.distinct.fill(values, self.key, self._known(claim))
        tally.example = max(tally.example, example(entity, values))

    def _known(self, claim: str) -> Distinct | None:
        tally = self.known.tallies.get(claim)
        return tally.distinct if tally else None

    def _known_texts(self, claim: str) -> Distinct | None:
        tally = self.known.tallies.get(claim)
        return tally.texts if tally else None

    def _claim(self, claim: str, cell: int, text: str) -> None:
        self._count(claim, [text])
        entity = one.entity_of(claim)
        if self.sink and entity in self.observer.entities:
            first = len(text) - len(text.lstrip())
            start, end = self.said.span(cell, text, first, len(text))
            self.sink(Hit(cell, self.path, claim, start, end, 0.0, mask(entity, text[first:])))

    def _prose(self, group: Texts) -> None:
        observer, statistics = self.observer, self.statistics
        if not self.settled and observer.name_every and PERSON in observer.entities:
            self._names(group.texts)
        numeric = group
        if (
            len(group.texts) >= detect.page.LEAST
            and (places := detect.page.numeric(group.joined)) is not None
        ):
            numeric = group.only(places)
        digits = "\n".join(numeric.texts).encode("utf-8", "surrogatepass")
        statistics.twelve += digits.translate(_DIGITS).count(b"d" * 12)
        entities = observer.plain_entities if self.settled else observer.entities
        if detect.page.NUMERIC.issuperset(entities):
            group = numeric
        if not group.texts:
            return
        engine = observer.plain() if self.settled else observer.engine
        # what a page repeats is searched once, unless each cell of it is asked for
        counts = None if self.sink else Counter(group.texts)
        texts = group.texts if counts is None else list(counts)
        for number, matches in observer.memory.find_many(engine, texts, self.words):
            text = texts[number]
            if counts is None:
                self._matched(text, 1, matches, group.cells[number])
            else:
                self._matched(text, counts[text], matches)

    def _matched(self, text: str, cells: int, matches: Sequence[Match], cell: int = 0) -> None:
        """Count the matches of a text that stands in so many cells; in this one, for whom each match matters."""
        best: dict[str, tuple[float, str, bool]] = {}
        for match in matches:
            value = text[match.start : match.end]
            hit = (match.score, mask(match.entity, value), len(value) >= 0.8 * len(text))
            if hit[1] == value:  # somebody has masked it
                continue
            if match.entity in IDENTIFIERS and match.score >= MEDIUM:
                self.statistics.tally(match.entity).count(match.entity, (value,), self.key)
            best[match.entity] = max(best.get(match.entity, hit), hit)
            if self.sink:
                span = self.said.span(cell, text, match.start, match.end)
                self.sink(Hit(cell, self.path, match.entity, *span, *hit[:2]))
        for entity, (score, shown, covers) in best.items():
            self._found(entity, text, score, shown, covers, cells)

    def _found(self, entity: str, text: str, score: float, shown: str, covers: bool, cells: int) -> None:
        tally = self.statistics.tally(entity)
        tally.strong += cells * (score >= HIGH)
        tally.fair += cells * (score >= MEDIUM)
        tally.best = max(tally.best, (score, shown))
        if covers:
            tally.whole += cells
            tally.distinct.fill((text,), self.key, self._known(entity))
        else:
            tally.inside += cells
            tally.texts.fill((text,), self.key, self._known_texts(entity))

    def _names(self, texts: Sequence[str]) -> None:
        statistics, every = self.statistics, self.observer.name_every - 1
        statistics.offered += len(texts)
        for text, count in Counter(texts).items():
            if not whole_names.can_be_name(text):
                continue
            statistics.texts += count
            if every and zlib.crc32(text.encode("utf-8", "surrogatepass")) & every:
                continue
            statistics.named += count
            score = self.observer._cell_score(text)
            if score:
                statistics.points += count * round(score * 1000)
                tally = statistics.tally(NAMES)
                tally.whole += count
                tally.best = max(tally.best, (score, mask(PERSON, text)))
