"""Reads JSON documents as tables of paths: the elements of an array are its rows, however large it is.

An array is read element by element, and so are arrays inside of one large object; what is no JSON is searched as text.
Lines that are an object each are a log, and read as one.
"""

from __future__ import annotations

import io
import re
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, BinaryIO

from piiguard.detect.leaves import DEEPEST, below, step
from piiguard.read import Counting, Examiner, Sink, Task, sources
from piiguard.read.json_text import DECODER, MOST, OF_LINES, Text, TooLarge
from piiguard.read.log import LogTask
from piiguard.read.opened import Counted, encoding_of, suffix_of, told
from piiguard.read.part import MOST_PATHS, REST, Lines, Part

__all__ = ["Document", "RecordsTask", "form_here", "is_records"]

_HEAD = 1 << 16
_MOST_OPEN = 10_000
"""Containers in each other that are known; of what lies deeper the outermost are forgotten."""
_MOST_UNTRIED = 512  # the parser gives up at some 1,000 in each other
_PAGE, _PAGE_SIGNS = 1000, 1 << 22
_SPACE = re.compile(r"[\s,\0\ufeff]*")
_COLON = re.compile(r"\s*:\s*")
_NEXT_LINE = re.compile(r"\n(?=\s*\{)")
_LINES = re.compile(r"\{[ \t]*[^\s{][^\n]*\n(?:[^\n]*\n)*?\{")
_ARRAY = re.compile(r"\[\s*(?:[{\[\"\]]|[-+.\w]+\s*[,\]])")
_ARRAY_INSIDE = re.compile(r"\[\s*[{\[\"]")
_NEXT = re.compile(r"[}\]\"\w]\s*,\s*(?=[{\[])|\n(?=\s*[{\[])")
_STRING_END = re.compile(r'(?:[^"\\]|\\.)*+"', re.DOTALL)
CUT = "the JSON ends too early: what there is of its last element was read as text"
BROKEN = "what is no JSON in it was read as text"


def is_records(name: str) -> bool:
    """Whether the name says so, with or without compression.

    >>> is_records("clients.json"), is_records("export.NDJSON.gz"), is_records("app.log")
    (True, True, False)
    """
    return suffix_of(name) in (".json", ".jsonl", ".ndjson")


def form_of(head: str) -> str:
    """What a text is that begins so: ``lines`` of objects, a ``document`` with rows in it, or a ``log``.

    >>> form_of('{"a": 1}\\n{"a": 2}'), form_of('[{"a": 1}]'), form_of('{"a": [{"b": 1}]}'), form_of("INFO started")
    ('lines', 'document', 'document', 'log')
    """
    head = head.lstrip("\ufeff \t\r\n\0")
    if head[:1] != "{":
        return "document" if _ARRAY.match(head) else "log"
    try:
        _, end = DECODER.raw_decode(head)
        follows = head[end:].lstrip()[:1] == "{"
    except (ValueError, RecursionError):
        follows = bool(_LINES.match(head))
    return "lines" if follows else "document" if _ARRAY_INSIDE.search(head) else "log"


class RecordsTask(LogTask):
    """A document of JSON, or lines of it; anything else is a log."""

    __slots__ = ()

    def cut(self, examiner: Examiner, part: Part, jobs: int) -> Sequence[Task]:
        form = ""
        with told(Part()), sources.opened(self.place, named=self.named, salvage=True) as source:
            form = form_here(source.stream, self.options.encoding)
        return super().cut(examiner, part, jobs) if form == "log" else [self]

    def search(self, examiner: Examiner, stream: BinaryIO, part: Part, sink: Sink | None) -> None:
        counted = Counted(stream)
        source: io.BufferedReader = io.BufferedReader(counted, _HEAD)
        form = form_here(source, self.options.encoding)
        if form == "log":
            super().search(examiner, source, part, sink)
            return
        part.encoding = encoding_of(source, self.options.encoding)
        text = io.TextIOWrapper(source, part.encoding, "replace", newline="")
        part.lines[0] = own = Lines()
        pieces = Text(text.read, OF_LINES if form == "lines" else DECODER)
        Document(examiner, part, own, pieces, counted, lines=form == "lines").read()
        own.end, own.whole = counted.read_bytes, True


def form_here(source: Any, encoding: str) -> str:
    """The form of what is about to be read, by its first characters."""
    return form_of(source.peek(_HEAD)[:_HEAD].decode(encoding_of(source, encoding), "replace"))


@dataclass(slots=True)
class Document:
    """How far a document was read; ``above`` are the paths of what is open, and whether it is an array.

    Of ``lines`` each object is a row, and whatever stands between them is text.
    """

    examiner: Examiner
    part: Part
    own: Lines
    text: Text
    counted: Counted
    lines: bool = False
    above: deque[tuple[str, bool]] = field(default_factory=lambda: deque(maxlen=_MOST_OPEN))
    _rows: dict[str, list[tuple[int, list[Any]]]] = field(default_factory=dict)
    _counting: dict[str, Counting] = field(default_factory=dict)
    _flushed: int = 0
    _line: int = 0
    _depth: int = 0
    _large: int = 0
    _large_at: int = 0
    _untried: int = 0

    def read(self) -> None:
        while sign := self.text.skip(_SPACE):
            self._line = self.text.line
            try:
                self._next(sign)
            except TooLarge:
                self._part_of_large(sign)
            except ValueError:
                self._broken()
        if self.above:
            self.part.note(CUT)
        self._flush()
        self.own.count = self.text.lines

    def _next(self, sign: str) -> None:
        """Read what begins with this sign: the end of something, a member, or an element."""
        if self.lines:
            if sign != "{":
                raise ValueError
            self._take("$", self.text.value())
        elif sign in "]}":
            self.text.to(self.text.at + 1)
            if self.above:
                self._close()
        elif not self.above:
            self._open_or_take("$", sign)
        elif self.above[-1][1]:
            self._take(self.above[-1][0], self._element(sign))
        else:
            self._member(self.above[-1][0])

    def _element(self, sign: str) -> Any:
        """The element that begins here.

        What lies in a large one is mostly large as well, and to see that it is takes as long as to read it: of
        containers in each other the second, fourth, eighth and so on are tried. Raises: :class:`TooLarge`.
        """
        if sign in "[{" and self._untried:
            self._untried -= 1
            raise TooLarge
        try:
            return self.text.value()
        except TooLarge:
            self._large = min(2 * self._large + 1, _MOST_UNTRIED)
            self._large_at, self._untried = self._depth, self._large - 1
            raise

    def _member(self, path: str) -> None:
        name = self.text.value()
        sign = self.text.skip(_COLON)
        if not isinstance(name, str) or not sign or sign in ",]}":
            raise ValueError
        if sign in "[{":
            if step(name) == ".*":  # the name is a value itself
                self._take(f"{path}.*", name)
            self._open(path + step(name) if len(self.above) < DEEPEST else below(path, name), sign)
        else:
            try:
                self._take(path, {name: self.text.value()})
            except TooLarge:
                self._pass_string(path + step(name))

    def _open_or_take(self, path: str, sign: str) -> None:
        if sign in "[{":
            self._open(path, sign)
        else:
            self._take(path, self.text.value())

    def _open(self, path: str, sign: str) -> None:
        self.text.to(self.text.at + 1)
        if sign == "[" and len(self.above) < DEEPEST:
            path += "[*]"
        self.above.append((path, sign == "["))
        self._depth += 1

    def _close(self) -> None:
        self.above.pop()
        self._depth -= 1
        if self._depth <= self._large_at:  # the large one is over
            self._large = self._untried = 0

    def _part_of_large(self, sign: str) -> None:
        path = self.above[-1][0] if self.above else "$"
        if sign in "[{":
            self._open(path, sign)
        else:
            self._pass_string(path)

    def _pass_string(self, path: str) -> None:
        """Leave out a text that is too large to be held."""
        self.part.fail(f"a value of more than {MOST >> 20} MiB", path)
        self.text.to(self.text.at + 1)
        while not (end := _STRING_END.match(self.text.held, self.text.at)):
            odd = len(self.text.held) - len(self.text.held.rstrip("\\"))
            self.text.to(len(self.text.held) - odd % 2)
            if not self.text.fill():
                return
        self.text.to(end.end())

    def _broken(self) -> None:
        """Search what is no JSON as text, up to where an element may begin again."""
        first = self.text.line
        pattern = _NEXT_LINE if self.lines else _NEXT
        while not (found := pattern.search(self.text.held, self.text.at)):
            if len(self.text.held) - self.text.at > _HEAD or not self.text.fill():
                break
        self.part.note(BROKEN if found or not self.above else CUT)
        end = found.end() if found else self.text.seam()
        self.examiner.text(self.own, self.text.to(end), first)

    def _take(self, path: str, value: Any) -> None:
        """Gather an element of an array, or a member of an object, as a row of its place."""
        if path not in self._rows and len(self._rows) >= MOST_PATHS:
            path = REST
        rows = self._rows.setdefault(path, [])
        rows.append((self._line, [value]))
        if len(rows) >= _PAGE or self.text.passed - self._flushed >= _PAGE_SIGNS:
            self._flush()

    def _flush(self) -> None:
        """Count the rows gathered so far."""
        for path, rows in self._rows.items():
            if rows:
                if path not in self._counting:
                    self._counting[path] = self.examiner.numbered(self.part)
                self._counting[path]([path], rows)
                rows.clear()
        self._flushed = self.text.passed
        self.own.count = self.text.lines
        self.own.end = self.part.bytes = self.counted.read_bytes
        self.examiner.step(self.part)
