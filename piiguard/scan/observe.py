"""Turns batches of one column's values into statistics, once per value, keeping none of them."""

from __future__ import annotations

import re
import zlib
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from typing import TYPE_CHECKING

from piiguard import detect
from piiguard.confidence import HIGH, MEDIUM
from piiguard.detect import cell as one
from piiguard.detect import encodings, leaves, whole_names
from piiguard.detect.headers import context, labelled
from piiguard.detect.mask import mask
from piiguard.entities import PERSON
from piiguard.keys.envelope import looks_encrypted
from piiguard.scan import ciphers
from piiguard.scan.statistics import Alike, Partials, Statistics
from piiguard.scan.texts import Hit, Sink, Texts, example, spread, unrepeated, without_json
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
    ) -> Partials:
        """Add a batch to the statistics ``into``, or to new ones; each hit also goes to ``sink``, if there is one.

        ``label`` is the column's comment, or whatever else says what stands in it.
        """
        found: Partials = {} if into is None else into
        own = found.setdefault((column, None), Statistics())
        for path, group in self._texts(values, own).items():
            statistics = found.setdefault((column, path), Statistics())
            _Page(self, (column, path), context(column, path, label), statistics, sink).read(group)
        return found

    def _texts(self, values: Sequence[object], own: Statistics) -> dict[str | None, Texts]:
        """The texts by JSON path; ciphertext in bytes is counted here."""
        texts: dict[str | None, Texts] = {}
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

    def _sort(
        self, cell: int, value: object, own: Statistics, plain: Texts, texts: dict[str | None, Texts]
    ) -> None:
        if isinstance(value, bytes | bytearray | memoryview):
            if text := self._bytes(bytes(value), own):
                plain.add(cell, text)
        elif isinstance(value, dict | list | tuple | set):
            spread(cell, list(value) if isinstance(value, set) else value, texts)
        elif text := (value if isinstance(value, str) else leaves.as_text(value)).rstrip():
            plain.add(cell, text)

    def _bytes(self, value: bytes, own: Statistics) -> str | None:
        if not value:
            return None
        if looks_encrypted(value):
            own.examined += 1
            own.sealed += 1
            return None
        text = encodings.text_of(value)
        if text is not None and (text := text.rstrip()):
            return text
        own.examined += 1
        if tool := ciphers.tool_of_bytes(value):
            own.ciphers[tool] += 1
        if key := ciphers.tink_key(value):
            own.keyed(key)
        elif name := ciphers.digest_of_bytes(value):
            own.digests[name] += 1
        return None


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
        self.labelled = labelled(words)
        self.path = place[1]
        self.key = observer._key
        self.settled = place in observer.settled

    def read(self, group: Texts) -> None:
        statistics, texts = self.statistics, group.texts
        statistics.examined += len(texts)
        if not self.settled:
            statistics.asked += len(texts)
        if not statistics.values.full:
            for text in set(texts):
                statistics.values.add(text, self.key)
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
        rest = self._unclaimed(group)
        if rest.texts:
            self._prose(rest)

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
            elif not _TELLING.search(text) or not self._treated(text):
                rest.add(cell, text)
        return rest

    def _number(self, digits: int, texts: Sequence[str]) -> None:
        """Count cells that are numbers of so many digits, whatever they pass for."""
        if digits not in one.SIZES:
            return
        alike = self.statistics.numbers.setdefault(digits, Alike())
        alike.cells += len(texts)
        for text in texts:
            if alike.distinct.full:
                break
            alike.distinct.add(text, self.key)

    def _count(self, claim: str, values: list[str]) -> None:
        """Count cells that make the same claim as wholes."""
        entity = one.entity_of(claim)
        if entity not in self.observer.entities:
            return
        tally = self.statistics.tally(claim)
        tally.whole += len(values)
        for text in values:
            if tally.distinct.full:
                break
            tally.distinct.add(text, self.key)
        tally.example = max(tally.example, example(entity, values))

    def _claim(self, claim: str, cell: int, text: str) -> None:
        self._count(claim, [text])
        entity = one.entity_of(claim)
        if self.sink and entity in self.observer.entities:
            start = len(text) - len(text.lstrip())
            self.sink(Hit(cell, self.path, claim, start, len(text), 0.0, mask(entity, text[start:])))

    def _treated(self, text: str) -> bool:
        """Whether the cell is an envelope, another tool's ciphertext, or a hash."""
        if text.startswith("pg1.") and looks_encrypted(text):
            self.statistics.sealed += 1
        elif name := ciphers.digest(text):
            self.statistics.digests[name] += 1
        elif tool := ciphers.tool_of_text(text):
            self.statistics.ciphers[tool] += 1
            if key := ciphers.tink_key(text):
                self.statistics.keyed(key)
        else:
            return False
        return True

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
        texts, cells = (group.texts, [[cell] for cell in group.cells]) if self.sink else unrepeated(group)
        for number, matches in engine.find_many(texts, self.words):
            self._matched(texts[number], cells[number], matches)

    def _matched(self, text: str, cells: Sequence[int], matches: Sequence[Match]) -> None:
        """Count the matches of a text that stands in these cells."""
        best: dict[str, tuple[float, str, bool]] = {}
        for match in matches:
            value = text[match.start : match.end]
            shown = mask(match.entity, value)
            hit = (match.score, shown, len(value) >= 0.8 * len(text))
            best[match.entity] = max(best.get(match.entity, hit), hit)
            for cell in cells if self.sink else ():
                self.sink(Hit(cell, self.path, match.entity, match.start, match.end, match.score, shown))  # type: ignore[misc]
        for entity, (score, shown, covers) in best.items():
            self._found(entity, text, score, shown, covers, len(cells))

    def _found(self, entity: str, text: str, score: float, shown: str, covers: bool, cells: int) -> None:
        tally = self.statistics.tally(entity)
        tally.strong += cells * (score >= HIGH)
        tally.fair += cells * (score >= MEDIUM)
        tally.best = max(tally.best, (score, shown))
        if covers:
            tally.whole += cells
            if not tally.distinct.full:
                tally.distinct.add(text, self.key)
        else:
            tally.inside += cells

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
