"""Letters and slides: the text in its order, tables as tables, and what stands beside it."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Callable, Iterator
from functools import partial
from xml.etree.ElementTree import Element, ParseError

from piiguard.read.apart import package
from piiguard.read.apart.flow import opened, paragraphs, regions, tag
from piiguard.read.apart.frames import Event
from piiguard.read.apart.sweep import Rest

__all__ = ["read_open", "read_slides", "read_word"]

_ENCRYPTED = "encrypted with a password"
_SLIDE = re.compile(r"ppt/(slides|notesSlides)/\w*?(\d+)\.xml")
_AROUND = frozenset({"document", "body", "sdt", "sdtContent", "ins", "customXml", "smartTag", "section", "text", "list",
                     "list-item", "document-content", "presentation", "drawing", "page"})  # fmt: skip


def read_word(data: bytes, *, pictures: bool = False) -> Iterator[Event]:
    """A document of Word: its lines are its paragraphs."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        content = package.part(archive, "word/document.xml")
    body, rest = package.element(content), Rest()
    yield from _flow(body, "tbl", "tr", "tc", partial(paragraphs, rest=rest))
    yield from package.told_beside("word/document.xml", body, content, rest)
    yield from package.beside(data, package.WORD, pictures=pictures)


def read_open(data: bytes, *, pictures: bool = False) -> Iterator[Event]:
    """A letter or slides of OpenDocument."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        if b"encryption-data" in package.part(archive, "META-INF/manifest.xml"):
            yield Event("gap", data=_ENCRYPTED.encode())
            return
        content = package.part(archive, "content.xml")
    body, rest = package.element(content), Rest()
    text = partial(opened, rest=rest, deleted=regions(body))
    yield from _flow(body, "table", "table-row", "table-cell", text)
    yield from package.told_beside("content.xml", body, content, rest)
    yield from package.beside(data, package.OPEN, pictures=pictures)


def read_slides(data: bytes, *, pictures: bool = False) -> Iterator[Event]:
    """Slides of PowerPoint: all that stands on one has its number, and so have its notes."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        found = [match for name in {*archive.namelist()} if (match := _SLIDE.fullmatch(name))]
        for match in sorted(found, key=lambda match: (match[1] != "slides", int(match[2]))):
            name = "" if match[1] == "slides" else "notes"
            try:
                content = package.part(archive, match[0])
                root, rest = package.element(content), Rest()
                text = paragraphs(root, rest)
            except (ParseError, ValueError, RecursionError, package.TooLargeError):
                yield Event("gap", match[0], data=package.DAMAGED.encode())
                continue
            yield Event("text", name, int(match[2]), text.encode("utf-8", "replace"))
            yield from package.told_beside(match[0], root, content, rest)
    yield from package.beside(data, package.SLIDES, pictures=pictures)


def _flow(root: Element, table: str, row: str, cell: str, text: Callable[[Element], str]) -> Iterator[Event]:
    """Text and tables in their order."""
    lines: list[str] = []
    count = 0
    for block in _blocks(root, table):
        if tag(block) != table:
            lines.append(text(block))
            continue
        rows = [
            (number, cells) for number, cells in enumerate(_rows(block, row, cell, text), 1) if any(cells)
        ]
        if len(rows) > 1 and any(len(cells) > 1 for _, cells in rows):
            count += 1
            if lines:
                yield Event("text", data=_utf8(lines))
                lines = []
            yield Event("rows", f"table {count}", data=json.dumps(rows).encode())
        else:
            lines += ["\t".join(cells) + "\n" for _, cells in rows]
    if lines:
        yield Event("text", data=_utf8(lines))


def _utf8(lines: list[str]) -> bytes:
    text = "".join(lines)
    return (text if text.endswith("\n") else f"{text}\n").encode("utf-8", "replace")


def _blocks(node: Element, table: str) -> Iterator[Element]:
    for child in node:
        if tag(child) in _AROUND and tag(child) != table:
            yield from _blocks(child, table)
        else:
            yield child


def _rows(node: Element, row: str, cell: str, text: Callable[[Element], str]) -> Iterator[list[str]]:
    """The rows of a table; what stands in a cell, tables too, is its text."""
    for child in node:
        if tag(child) == row:
            yield [" ".join(text(each).split()) for each in _cells(child, cell)]
        elif tag(child) != cell:
            yield from _rows(child, row, cell, text)


def _cells(node: Element, cell: str) -> Iterator[Element]:
    for child in node:
        if tag(child) in (cell, "covered-table-cell"):
            yield child
        else:
            yield from _cells(child, cell)
