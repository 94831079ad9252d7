"""Where recognizers have to look: one pass of all patterns over the bytes.

The same patterns run on Hyperscan, or on RE2 where Hyperscan has no wheel. A pattern that an engine cannot
compile is in ``refused``, and its recognizer looks everywhere.
"""

from __future__ import annotations

import importlib
from bisect import bisect_left
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import accumulate
from threading import local
from typing import Any, Protocol

from piiguard.detect import compiled

Hit = tuple[int, int]  # where a pattern ends, and its number


class Prefilter(Protocol):
    """``exact`` says that a hit's place is where the pattern ends, not only somewhere on its line."""

    refused: frozenset[int]
    exact: bool

    def in_block(self, data: bytes) -> list[Hit]:
        """Return where patterns end on the lines of a block, in order; one place may be named several times."""
        ...

    def in_texts(self, texts: Sequence[bytes]) -> Iterator[tuple[int, list[Hit]]]:
        """Yield the position of each text that has hits, and these, with places in the text."""
        ...


class HyperscanPrefilter:
    """All patterns in one automaton."""

    exact = True

    def __init__(self, patterns: Mapping[int, bytes], across: Collection[int] = ()) -> None:
        self._hyperscan: Any = importlib.import_module("hyperscan")
        self._local = local()  # scratch space must not be shared by threads; the automaton may
        self._patterns = dict(patterns)
        self.refused: frozenset[int] = frozenset()
        try:
            self._database = compiled.kept(self._hyperscan, self._patterns, self._compiled)
        except self._hyperscan.HyperscanError:
            self.refused = frozenset(number for number in patterns if not self._compiles(patterns[number]))
            self._patterns = {number: patterns[number] for number in patterns if number not in self.refused}
            self._database = self._compiled(self._patterns)

    def in_block(self, data: bytes) -> list[Hit]:
        found: list[Hit] = []
        append = found.append

        # a named function: the library keeps no reference to it, and an inline lambda has crashed it
        def on_match(number: int, _start: int, end: int, _flags: int, _context: object) -> None:
            append((end, number))

        if self._patterns and data:
            self._database.scan(data, match_event_handler=on_match, scratch=self._scratch())
        found.sort()
        return found

    def in_texts(self, texts: Sequence[bytes]) -> Iterator[tuple[int, list[Hit]]]:
        found = self.in_block(texts[0] if len(texts) == 1 else b"\n".join(texts))
        if len(texts) == 1 and found:
            yield 0, found
            return
        # a match's end is at most one byte, taken by a trailing guard, past its text
        ends = list(accumulate(len(text) + 1 for text in texts))
        position, own = 0, list[Hit]()
        for end, number in found:
            if end > ends[position]:
                if own:
                    yield position, own
                position, own = bisect_left(ends, end, position), []
            own.append((end - (ends[position] - len(texts[position]) - 1), number))
        if own:
            yield position, own

    def _scratch(self) -> Any:
        try:
            return self._local.scratch
        except AttributeError:
            self._local.scratch = self._hyperscan.Scratch(self._database)
            return self._local.scratch

    def _compiled(self, patterns: Mapping[int, bytes]) -> Any:
        flags = self._hyperscan.HS_FLAG_MULTILINE | self._hyperscan.HS_FLAG_DOTALL
        database = self._hyperscan.Database(mode=self._hyperscan.HS_MODE_BLOCK)
        if patterns:
            database.compile(
                expressions=list(patterns.values()),
                ids=list(patterns),
                elements=len(patterns),
                flags=[flags] * len(patterns),
            )
        return database

    def _compiles(self, pattern: bytes) -> bool:
        try:
            self._compiled({0: pattern})
        except self._hyperscan.HyperscanError:
            return False
        return True


class Re2Prefilter:
    """The same patterns as a set, asked line by line; those ``across`` lines are searched for one by one."""

    exact = False

    def __init__(self, patterns: Mapping[int, bytes], across: Collection[int] = ()) -> None:
        self._re2: Any = importlib.import_module("re2")
        self._set = self._re2.Set.SearchSet(self._options())
        self._numbers: list[int] = []
        self.refused = frozenset(number for number in patterns if not self._added(number, patterns[number]))
        if self._numbers:
            self._set.Compile()
        self._across = {
            number: self._re2.compile(b"(?ms:" + patterns[number] + b")", self._options())
            for number in self._numbers
            if number in across
        }

    def in_block(self, data: bytes) -> list[Hit]:
        found: list[Hit] = []
        if not self._numbers:
            return found
        match, end = self._set.Match, 0
        for line in data.split(b"\n"):
            end += len(line) + 1
            if places := match(line):
                found += sorted((end, self._numbers[place]) for place in places)
        for number, pattern in self._across.items():
            found += [(each.end(), number) for each in pattern.finditer(data)]
        return sorted(found) if self._across else found

    def in_texts(self, texts: Sequence[bytes]) -> Iterator[tuple[int, list[Hit]]]:
        if not self._numbers:
            return
        for position, text in enumerate(texts):
            if places := self._set.Match(text):
                yield position, [(0, self._numbers[place]) for place in places]

    def _options(self) -> Any:
        options = self._re2.Options()
        options.encoding = self._re2.Options.Encoding.LATIN1
        options.log_errors = False
        options.max_mem = 256 << 20
        return options

    def _added(self, number: int, pattern: bytes) -> bool:
        try:
            self._set.Add(b"(?ms:" + pattern + b")")
        except self._re2.error:
            return False
        self._numbers.append(number)
        return True
