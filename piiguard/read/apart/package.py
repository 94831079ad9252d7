"""Documents that are zips of XML: every part of one is searched, carried as a file, or said to be unread.

Of a part in XML its text is told in its order, and then all that is left of it (:mod:`piiguard.read.apart.sweep`). Said to be
unread are macros and pictures. No part may declare entities, and none is read that grows to more than a part is given.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree.ElementTree import Element, ParseError, XMLParser
from xml.parsers.expat import ExpatError

from piiguard.read.apart import cells
from piiguard.read.apart.flow import is_open, opened, paragraphs, properties
from piiguard.read.apart.frames import Event
from piiguard.read.apart.pixels import OCR
from piiguard.read.apart.sweep import Given, Rest, is_machine, loose, notes, strings

__all__ = [
    "OPEN",
    "SHEETS",
    "SLIDES",
    "WORD",
    "WORKBOOK",
    "Layout",
    "TooLargeError",
    "beside",
    "element",
    "part",
    "told_beside",
]

_MOST = 64 << 20
"""Bytes of a part."""
LARGE = "not read: a part larger than 64 MiB"
DAMAGED = "damaged, or not of the form that it says"
ENCRYPTED = "encrypted with a password"
MACROS = "macros, which no reader knows"


class TooLargeError(Exception):
    """A part of more bytes than one is given."""


@dataclass(frozen=True, slots=True)
class Layout:
    """Which parts somebody else reads to their end, and how the others are called together; any other has its own name."""

    done: re.Pattern[str]
    names: tuple[tuple[re.Pattern[str], str], ...]


def _layout(done: str, **names: str) -> Layout:
    told = tuple((re.compile(pattern), name) for name, pattern in names.items())
    return Layout(re.compile(done), told)


_COMMON = {
    "properties": r"docProps/|customXml/",
    "comments": r".*([cC]omment|/persons?/)",
    "links": r".*\.rels$",
}
WORKBOOK = _layout(
    "", sheets=r"xl/(worksheets|macrosheets|dialogsheets)/[^/]*\.xml", **_COMMON,
    names=r"xl/(workbook\.xml|tables/|connections|queryTables/)", caches=r"xl/(pivot|externalLinks/)",
    drawings=r"xl/(drawings|charts|diagrams)/",
)  # fmt: skip
WORD = _layout(
    r"word/document\.xml", **_COMMON, headers=r"word/(header|footer)", notes=r"word/(foot|end)notes",
    charts=r"word/(charts|diagrams)/", glossary=r"word/glossary/",
)  # fmt: skip
SLIDES = _layout(
    r"ppt/(slides|notesSlides)/\w*?\d+\.xml", **_COMMON, charts=r"ppt/(charts|diagrams)/",
    layouts=r"ppt/(slideMasters|slideLayouts|notesMasters|handoutMasters)/",
)  # fmt: skip
OPEN = _layout(r"content\.xml", properties=r"meta\.xml", headers=r"styles\.xml")
SHEETS = _layout("", properties=r"meta\.xml", headers=r"styles\.xml", annotations=r"content\.xml")
_BYTES = re.compile(r".*\.(bin|odttf|fntdata)|layout-cache|(.*/)?layout-cache")
"""Parts of no known form, and fonts: texts among their bytes are looked for. Objects that are embedded are files."""
_EMBEDDED = re.compile(r"(?i)(.*/)?(embeddings|activeX|attachedToolbars)/.*|.*vbaProject\w*\.bin")
_PICTURES = re.compile(
    r"(?i).*\.(png|jpe?g|gif|bmp|tiff?|emf|wmf|svgz?|wdp|ico|webp|heic|mp[34]|wav|avi|mov|wmv|m4[av])$"
)
_READ = re.compile(r"(?i).*\.(png|jpe?g|gif|bmp|tiff?|webp)$")
_THUMBNAIL = re.compile(r"docProps/thumbnail\.\w+|Thumbnails/[^/]*")
"""A picture of the document's own first page."""
_SHOWN = (b"\x89PNG\r\n", b"\xff\xd8\xff", b"\x01\x00\x00\x00", b"\xd7\xcd\xc6\x9a")
_MIMETYPE = re.compile(rb"application/[a-z0-9.+-]{1,80}")
_TEXTS = re.compile(r"(?i).*\.(xml|rels|vml|rdf|xhtml|svg)$")


def element(data: bytes) -> Element:
    """The root of a part in XML. Raises: ParseError, also for a part that declares anything of its own."""
    # what the part says of its encoding is not asked: by another one a declaration could be hidden
    parser = XMLParser(encoding=_encoding(data))  # noqa: S314 - no declarations, and nothing can be opened here
    parser.feed(data)
    return parser.close()


def _encoding(data: bytes) -> str:
    if b"<!" in data and re.search(rb"<!\s*(?:DOCTYPE|ENTITY)", data.replace(b"\0", b"")):
        raise ParseError
    return "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8"


def told_beside(name: str, root: Element, data: bytes, rest: Rest) -> Iterator[Event]:
    """What is left of a part whose text in order was told; the texts of comments are in ``data`` alone."""
    rest.lines += notes(data)
    if text := rest.of(root):
        yield Event("text", name, data=text.encode("utf-8", "replace"))


def part(package: zipfile.ZipFile, name: str | zipfile.ZipInfo) -> bytes:
    """The bytes of a part. Raises: TooLargeError where there are too many."""
    with package.open(name) as stream:
        data = stream.read(_MOST + 1)
    if len(data) > _MOST:
        raise TooLargeError
    return data


def beside(
    data: bytes, layout: Layout, given: Given | None = None, *, pictures: bool = False
) -> Iterator[Event]:
    """What a document keeps beside its own text; ``given`` are the cells that were told before.

    With ``pictures`` those that can be read are files that it carries.
    """
    texts: dict[str, list[str]] = {}
    shown = unread = 0
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        last = package.NameToInfo
        for info in package.infolist():
            name = info.filename
            if layout.done.fullmatch(name) and last[name] is info:
                continue
            called = next((told for pattern, told in layout.names if pattern.match(name)), name)
            if info.flag_bits & 1:
                yield Event("gap", name, data=ENCRYPTED.encode())
            elif _is_thumbnail(package, info):
                continue
            elif _READ.match(name) and not pictures:
                shown += 1
            elif _PICTURES.match(name) and not _READ.match(name):
                unread += 1
            elif name.endswith("vbaProject.bin") or name.startswith(("Basic/", "Scripts/")):
                yield Event("gap", name, data=MACROS.encode())
            elif info.file_size or not info.is_dir():
                try:
                    content = part(package, info)
                    if not _is_text(name):
                        yield from _carried(name, content, given)
                    else:
                        texts.setdefault(called, []).append(_text_of(called, name, content, given))
                except TooLargeError:
                    yield Event("gap", name, data=LARGE.encode())
                except (ParseError, ExpatError, ValueError, RecursionError, zipfile.BadZipFile):
                    yield Event("gap", name, data=DAMAGED.encode())
    for called, lines in texts.items():
        if text := "".join(lines).strip():
            yield Event("text", called, data=f"{text}\n".encode("utf-8", "replace"))
    whys = [f"pictures in it, {OCR}: {shown}"] * bool(shown)
    whys += [f"pictures, sound or film in it, which no reader knows: {unread}"] * bool(unread)
    if whys:
        yield Event("gap", "pictures", data="; ".join(whys).encode())


def _is_thumbnail(package: zipfile.ZipFile, info: zipfile.ZipInfo) -> bool:
    if not _THUMBNAIL.fullmatch(info.filename):
        return False
    with package.open(info) as stream:
        return stream.read(16).startswith(_SHOWN)


def _is_text(name: str) -> bool:
    return bool(_TEXTS.match(name))


def _carried(name: str, content: bytes, given: Given | None) -> Iterator[Event]:
    """A file that the document carries, to be read as what it is; of the document's own bytes the texts among them."""
    if name == "mimetype" and _MIMETYPE.fullmatch(content):
        return
    if not _BYTES.fullmatch(name) or _EMBEDDED.fullmatch(name):
        yield Event("file", name, data=content)
    elif text := strings(content, given):
        yield Event("text", name, data=text.encode("utf-8", "replace"))


def _text_of(called: str, name: str, data: bytes, given: Given | None) -> str:
    own = f"{name}\n" if called != name and not is_machine(name) else ""
    if given and cells.is_cells(data):
        beside = "".join(f"{each}\n" for each in notes(data))
        return own + beside + cells.left(data, _encoding(data), given)
    try:
        root = element(data)
    except ParseError:
        if not name.endswith(".vml"):  # which need not be well-formed
            raise
        return own + loose(data)
    rest = Rest(list(notes(data)), given)
    if called == "properties" and not is_open(root):
        text = properties(root, rest)
    else:
        text = opened(root, rest) if is_open(root) else paragraphs(root, rest)
    if given:
        text = "".join(f"{line}\n" for line in text.splitlines() if line.strip() and not given.has(line))
    return own + text + rest.of(root)
