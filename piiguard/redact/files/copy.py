"""Writes the clean copy of one file: compressed, encoded and laid out as its source is."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from itertools import chain
from typing import IO, Any, Protocol

from piiguard.read import packed, watched
from piiguard.read.dump import encoding_of_dump, is_dump, lines_of_dump
from piiguard.read.opened import Counted, encoding_of, peeked
from piiguard.read.records import form_here, is_records
from piiguard.read.sheet import DELIMITERS, is_sheet, lines_of
from piiguard.read.sources import Source
from piiguard.read.tabular import is_tabular
from piiguard.redact.files import refusals
from piiguard.redact.files.dump import clean_dump
from piiguard.redact.files.records import clean_records
from piiguard.redact.files.sheet import clean_sheet
from piiguard.redact.files.tally import Tally
from piiguard.redact.pipe import pieces
from piiguard.redact.raw import Wide, wide_encoding
from piiguard.redact.redactor import Redactor
from piiguard.redact.stream import StreamRedactor

__all__ = ["Cleaner", "form_of"]

_BUFFER = 1 << 16
_BOM = "\ufeff"


class Sink(Protocol):
    def write(self, data: bytes, /) -> object: ...
    def flush(self) -> object: ...


def form_of(name: str, form: str = "") -> str:
    """What a file is read as: what was asked for, or what its name says.

    >>> form_of("people.csv.gz"), form_of("crm.sql"), form_of("app.log"), form_of("-", "tsv")
    ('csv', 'sql', 'log', 'tsv')
    """
    if form:
        return form
    if is_records(name):
        return "json"
    return "csv" if is_sheet(name) else "sql" if is_dump(name) else "log"


@dataclass(slots=True)
class Cleaner:
    """Makes clean copies with one redactor; ``form`` and ``encoding`` are those of the files, where they do not say.

    ``known`` says of the columns of a table, by its name and form, what they hold as wholes, before any of it is written.
    """

    redactor: Redactor
    encoding: str = "auto"
    form: str = ""
    known: Callable[[str, str], Mapping[str, frozenset[str]]] | None = None

    def check(self, name: str, source: Source) -> None:
        """Raise :class:`ScanError` where no clean copy can be written; nothing is read beyond the head."""
        refusals.check(name, source, as_text=bool(self.form))

    def copy(self, name: str, source: Source, sink: Sink) -> Tally:
        """Read the source to its end, and write it without personal data, in its own form."""
        tally = Tally()
        source.stream, mark = watched.over(source.stream, self.encoding, partial(refusals.mixed, name))
        if not source.packed:
            for piece in chain(_zeros(source.zeros), [mark], self._pieces(name, source, tally)):
                sink.write(piece)
                sink.flush()  # what goes through a pipe is not held up
            return tally
        with closing(packed.compressed(sink, source.packed)) as pressed:
            for piece in chain(_zeros(source.zeros), [mark], self._pieces(name, source, tally)):
                pressed.write(piece)
        return tally

    def _pieces(self, name: str, source: Source, tally: Tally) -> Iterator[bytes]:
        form = form_of(name, self.form)
        if form == "log" and not self.form and is_tabular(peeked(source.stream), self.encoding):
            form = "csv"
        if form == "log":
            return self._lines(source.stream, tally)
        redactor = self.redactor.knowing(self.known(name, form)) if self.known else self.redactor
        wide = wide_encoding(source.head, self.encoding)
        if wide is None:
            return self._table(redactor, source.stream, form, self.encoding, tally)
        turned = Wide(wide)
        inside = self._table(redactor, _Turned(source.stream, turned), form, "utf-8", tally)
        return _turned_back(inside, turned)

    def _lines(self, stream: IO[bytes], tally: Tally, encoding: str = "") -> Iterator[bytes]:
        stream_redactor = StreamRedactor(self.redactor, encoding or self.encoding)
        yield from pieces(stream, stream_redactor.feed, stream_redactor.finish)
        tally.replaced += stream_redactor.replaced
        tally.withheld += stream_redactor.withheld

    def _table(
        self, redactor: Redactor, stream: Any, form: str, encoding: str, tally: Tally
    ) -> Iterator[bytes]:
        source: io.BufferedReader = io.BufferedReader(Counted(stream), _BUFFER)
        is_sql = form == "sql"
        if form == "json" and form_here(source, encoding) == "log":
            yield from self._lines(source, tally, encoding)
            return
        codec = (encoding_of_dump if is_sql else encoding_of)(source, encoding)
        if form == "json":
            document = io.TextIOWrapper(source, codec, "surrogateescape", newline="")
            yield from (_encoded(each, codec) for each in clean_records(document.read, redactor, tally))
            return
        lines = (lines_of_dump if is_sql else lines_of)(source, codec)
        first = next(lines, "")
        if first.startswith(_BOM):
            yield _BOM.encode(codec)
            first = first.removeprefix(_BOM)
        lines = _with_first(first, lines)
        if is_sql:
            clean = clean_dump(lines, redactor, tally)
        else:
            clean = clean_sheet(lines, DELIMITERS.get(form, ""), redactor, tally)
        for text in clean:
            yield _encoded(text, codec)


def _zeros(count: int) -> Iterator[bytes]:
    """What a log begins with that was cut while it was written."""
    while count > 0:
        yield bytes(min(count, _BUFFER))
        count -= _BUFFER


def _with_first(first: str, lines: Iterator[str]) -> Iterator[str]:
    if first:
        yield first
    yield from lines


def _encoded(text: str, codec: str) -> bytes:
    """The bytes of a text; a sign of a replacement that the encoding does not have is a question mark."""
    try:
        return text.encode(codec, "surrogateescape")
    except UnicodeEncodeError:
        return b"".join(_of_sign(sign, codec) for sign in text)


def _of_sign(sign: str, codec: str) -> bytes:
    try:
        return sign.encode(codec, "surrogateescape")
    except UnicodeEncodeError:
        return b"?"


class _Turned(io.RawIOBase):
    """Bytes of UTF-16 or UTF-32 as UTF-8."""

    def __init__(self, stream: IO[bytes], wide: Wide) -> None:
        self._stream, self._wide, self._ready = stream, wide, b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self._ready:
            if not (data := self._stream.read(_BUFFER)):
                return 0
            self._ready = self._wide.enter(data)
        chunk, self._ready = self._ready[: len(buffer)], self._ready[len(buffer) :]
        buffer[: len(chunk)] = chunk
        return len(chunk)


def _turned_back(inside: Iterator[bytes], wide: Wide) -> Iterator[bytes]:
    for piece in inside:
        yield wide.leave(piece)
    yield wide.tail()
