"""Reads documents: what is in one is taken out by a process that runs apart, and searched here.

A table, in whatever document it stands, is judged by its columns, as any sheet is. One of a few rows is rather a form, in
which a value stands beside its label: that is searched as text, with the names of its columns where it has some.
"""

from __future__ import annotations

import codecs
import io
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import chain, groupby, islice
from typing import Any, BinaryIO, cast

from piiguard import clock
from piiguard.detect import encodings
from piiguard.errors import ScanError
from piiguard.names import json_text
from piiguard.read import apart, magic, ocr, watched
from piiguard.read.apart.frames import Event
from piiguard.read.apart.pixels import Picture
from piiguard.read.archive import DAMAGED, ENCRYPTED
from piiguard.read.dialect import Row
from piiguard.read.forms import ole_of
from piiguard.read.holder import SLOW, Holder
from piiguard.read.listing import is_excluded
from piiguard.read.options import EXCLUDED
from piiguard.read.part import Lines, Part
from piiguard.read.sheet import FIRST, count_rows
from piiguard.read.sources import Source

__all__ = ["MOST", "read", "read_bytes", "whole"]

MOST = 128 << 20
"""Bytes of a document, which has to be held as a whole."""
_FORM = 10
"""Rows of a table that may be a form."""
_OLD = ("outlook", "workbook")
"""Compound files that are read."""
_UNREAD = {
    "encrypted": ENCRYPTED,
    "word": "a Word document of before 2007, which no reader knows; soffice --headless --convert-to docx makes one that is read",
    "slides": "a PowerPoint presentation of before 2007, which no reader knows; soffice --headless --convert-to pptx makes one that is read",
}
"""Why others are not."""


def read(holder: Holder, source: Source, form: str) -> None:
    """Read a document of this form."""
    data = whole(source.stream)
    if form == "ole" and (form := ole_of(data)) not in _OLD:
        holder.part.fail(_UNREAD.get(form) or magic.unknown(source.head))
        return
    if form == "picture":  # it was searched, whatever it shows
        holder.part.bytes += len(data)
    read_bytes(holder, form, _as_marked(holder.part, bytes(data)) if form == "html" else data)


def _as_marked(part: Part, data: bytes) -> bytes:
    """A page whose mark is true: of UTF-8 where it was in UTF-16 or UTF-32, and none that is false."""
    watched.Watch("auto", lambda: watched.tell(part)).see(data)
    encoding = encodings.detect(data[: 1 << 20])
    if not encodings.is_wide(encoding):
        return data.removeprefix(encodings.false_mark(data))
    pieces = encodings.transcoded(iter([encodings.without_bom(data, encoding)]), encoding)
    return codecs.BOM_UTF8 + b"".join(pieces)


def whole(stream: BinaryIO) -> bytearray:
    """All bytes of a document, held once. Raises: :class:`ScanError` where there are too many."""
    data = bytearray()
    while piece := stream.read(min(1 << 20, MOST + 1 - len(data))):
        data += piece
        if len(data) > MOST:
            raise ScanError(f"not read: a document larger than {MOST >> 20} MiB", source="", hint="")
    return data


def read_bytes(
    holder: Holder, form: str, data: bytes | bytearray, *, number: int = 0, prefix: str = ""
) -> None:
    """Search what a document holds. Of a letter in a mailbox ``number`` is its place there, and ``prefix`` that of its
    attachments."""
    if missing := apart.missing(form):
        holder.part.fail(missing)
        return
    files: list[tuple[str, bytes]] = []
    events = apart.events(form, data, pictures=holder.task.options.ocr)
    try:
        for (_, name), group in groupby(events, key=_sort):
            _take(holder, f"{prefix}{name}" if name else "", group, files, number, prefix)
    except apart.Broken as broken:
        holder.part.fail(broken.why)
    finally:
        events.close()
    for name, content in files:
        holder.file(f"{prefix}{name}", cast(BinaryIO, io.BytesIO(content)))


def _take(
    holder: Holder,
    name: str,
    group: Iterator[Event],
    files: list[tuple[str, bytes]],
    number: int,
    prefix: str,
) -> None:
    """Search what comes of one name: rows, or texts; what is a file itself is kept until the document is through."""
    first = next(group)
    events = chain([first], group)
    if first.kind == "file":
        files += [(event.name, event.data) for event in events if event.kind == "file"]
    elif first.kind == "picture":
        for event in events:
            _picture(holder, name, event.data)
    elif first.kind == "gap" and name:
        holder.fail(name, first.data.decode())
    elif not name:
        _texts(holder, holder.task.place, holder.part, events, number)
    else:
        with holder.member(name) as (place, part):
            if first.kind == "rows":
                _table(holder, place, part, _rows(holder, part, events))
            else:
                _texts(holder, place, part, events, number)


def _sort(event: Event) -> tuple[str, str]:
    """What is read together."""
    return (event.kind if event.kind in ("rows", "picture") else ""), event.name


def _picture(holder: Holder, name: str, data: bytes) -> None:
    """Search what a picture shows: a page is a member, what has no name is the file itself."""
    if not name:
        _shown(holder, holder.task.place, holder.part, data)
        return
    with holder.member(name) as (place, part):
        if is_excluded(place, holder.task.options.exclude):
            part.leave(EXCLUDED)
        else:
            part.bytes += len(data)
            _shown(holder, place, part, data)


def _shown(holder: Holder, place: str, part: Part, data: bytes) -> None:
    if holder.budget.reading <= 0:
        part.fail(SLOW)
        return
    began = clock.monotonic()
    try:
        program = ocr.required()
        text = ocr.text_of(program, Picture.of(data))
    except ValueError:
        raise apart.Broken(DAMAGED) from None
    except ocr.Broken as broken:
        part.fail(broken.why)
        return
    finally:
        holder.budget.reading -= clock.monotonic() - began
    if program.missing:
        part.note(program.missing)
    holder.budget.take(len(text))
    holder.text(place, part, text.encode("utf-8", "replace"))


def _texts(holder: Holder, place: str, part: Part, events: Iterator[Event], number: int) -> None:
    for event in events:
        if event.kind == "gap":
            part.fail(event.data.decode())
        else:
            holder.budget.take(len(event.data))
            holder.text(place, part, event.data, number or event.number)


def _rows(holder: Holder, part: Part, events: Iterator[Event]) -> Iterator[Row]:
    for event in events:
        holder.budget.take(len(event.data))
        part.bytes += len(event.data)
        try:
            yield from [
                (int(number), [str(cell) for cell in cells]) for number, cells in json.loads(event.data)
            ]
        except (
            ValueError,
            TypeError,
            RecursionError,
        ):  # what the other process says is believed as little as the document
            raise apart.Broken(DAMAGED) from None


def _table(holder: Holder, place: str, part: Part, rows: Iterator[Row]) -> None:
    """A table by its columns, a form as text; the number of a row stands for that of a line."""
    head = list(islice(rows, FIRST))
    width = _width(head)
    names, start = holder.examiner.header(head, width)
    table = chain(head, rows)
    if len(head) - start >= _FORM and not holder.sink and (names or len(head) == FIRST):
        own = part.lines[0] = Lines()
        part.encoding = "utf-8"
        count_rows(holder.examiner, part, own, _counted(table, own), width, lambda: None)
        own.whole = True
        return
    shown = _as_json if len(head) - start >= _FORM else _labelled
    lines = (
        (number, shown(names, row) if at >= start and names else "\t".join(row))
        for at, (number, row) in enumerate(table)
    )
    holder.lines(place, part, cast(BinaryIO, io.BufferedReader(_Lines(lines))))


def _counted(rows: Iterator[Row], own: Lines) -> Iterator[Row]:
    for row in rows:
        own.count = row[0]
        yield row


def _width(head: Sequence[Row]) -> int:
    """How many cells most rows have, of those with several."""
    widths = Counter(len(row) for _, row in head if len(row) > 1)
    return max(widths, key=lambda width: (widths[width], width), default=1)


def _labelled(names: Sequence[str], row: Sequence[str]) -> str:
    """Each cell behind the name of its column."""
    return "\t".join(f"{name}: {cell}" for name, cell in _named(names, row) if cell)


def _as_json(names: Sequence[str], row: Sequence[str]) -> str:
    """The row as an object, so that what is found has the path of its column."""
    return json_text({name: cell for name, cell in _named(names, row) if cell})


def _named(names: Sequence[str], row: Sequence[str]) -> Iterator[tuple[str, str]]:
    own = [*names, *(str(number) for number in range(len(names) + 1, len(row) + 1))]
    return zip(own, row, strict=False)


class _Lines(io.RawIOBase):
    """Rows as lines of text, each on the line of its own number."""

    def __init__(self, rows: Iterator[tuple[int, str]]) -> None:
        self._rows, self._next, self._ready = rows, 1, b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self._ready:
            row = next(self._rows, None)
            if row is None:
                return 0
            number, text = row
            gap = max(number - self._next, 0)
            self._next += gap + 1
            line = " ".join(text.splitlines()) if "\n" in text or "\r" in text else text
            self._ready = b"\n" * gap + line.encode("utf-8", "replace") + b"\n"
        chunk, self._ready = self._ready[: len(buffer)], self._ready[len(buffer) :]
        buffer[: len(chunk)] = chunk
        return len(chunk)
