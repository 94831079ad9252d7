"""The sweep of a PDF document: the strings of every object, used or not, and the streams that are neither shown nor pictures.

Whoever reads the pages asks for their text; bookmarks, scripts, forms, titles, addresses and what a later version of the file
left behind are objects, and hold it as strings. Objects are taken as they lie in the file, not as its tables list them.
"""

from __future__ import annotations

import base64
import binascii
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree.ElementTree import ParseError

from piiguard.read.apart import package
from piiguard.read.apart.flow import paragraphs
from piiguard.read.apart.sweep import Rest, is_machine, notes, strings

__all__ = ["Beside", "Shown", "revisions", "sweep"]

_STREAM = re.compile(rb"stream(?:\r\n|\n|\r)")
_END = re.compile(rb"\r?\n?endstream")
_TOKEN = re.compile(
    rb"\((?:[^()\\]|\\[\s\S]|\((?:[^()\\]|\\[\s\S]|\((?:[^()\\]|\\[\s\S])*\))*\))*\)|<[0-9A-Fa-f\s]*>|/[^\s()<>\[\]{}/%]*"
)
_TABLE = re.compile(rb"\d{10} \d{5} [nf]|\b[0-9A-Fa-f]{32}\b")
_ESCAPE = re.compile(rb"\\([0-7]{1,3}|\r\n|[\s\S])")
_ESCAPED = {
    b"n": b"\n",
    b"r": b"\r",
    b"t": b"\t",
    b"b": b"\b",
    b"f": b"\f",
    b"\n": b"",
    b"\r": b"",
    b"\r\n": b"",
}
_HASH = re.compile(rb"#([0-9A-Fa-f]{2})")
_DULL = re.compile(rb"/Subtype\s*/(?:Image|Type1C|CIDFontType0C|OpenType)\b|/Length[123]\b|/Type\s*/(?:XRef|CMap)\b|/FunctionType\b|/Alternate\s*/Device|/Width\b|/(?:PatternType|ShadingType)\b")  # fmt: skip
_FILTER = re.compile(rb"/(?:Filter|F)\s*(?:\[([^\]]*)\]|/(\w+))")
_SHOWING = re.compile(rb"(?:^|\s)(?:BT|Do|re|cm|Tf|BDC|BMC|gs|q)(?:\s|$)|begincmap")
_SAID = re.compile(_TOKEN.pattern + rb"|\bET\b")
_WORDS = re.compile(rb"/(?:ActualText|Alt|E)\s*(\((?:[^()\\]|\\[\s\S])*\)|<[0-9A-Fa-f\s]*>)")
_MARK = re.compile(rb"%%EOF[ \t]*(?:\r\n|\r|\n)?")
_MOST = 256 << 20
"""Bytes that the streams of a document may grow to."""


@dataclass(frozen=True, slots=True)
class Beside:
    """What the objects of a document hold: text, files, and why something was not read."""

    lines: list[str]
    files: list[bytes]
    gaps: list[str]


def revisions(data: bytes) -> list[int]:
    """Where earlier versions of a file end that was written on: each is a whole document by itself."""
    return [found.end() for found in _MARK.finditer(data) if data.find(b"startxref", found.end()) >= 0]


def sweep(data: bytes, shown: Shown) -> Beside:
    """What is not in the text that the pages show."""
    beside = Beside([], [], [])
    at, left, plain = 0, _MOST, []
    while found := _STREAM.search(data, at):
        head = data[at : found.start()]
        plain.append(head)
        about = head[head.rfind(b" obj") + 1 :] if b" obj" in head else head
        end = _END.search(data, found.end())
        stop = end.start() if end else len(data)
        at = end.end() if end else len(data)
        if _DULL.search(about):
            continue
        content = _decoded(data[found.end() : stop], about, left)
        if content is None:
            beside.gaps.append("a stream in a form that no reader opens")
            continue
        left -= len(content)
        if left <= 0:
            beside.gaps.append(package.LARGE)
            break
        _take(beside, about, content, shown)
    plain.append(data[at:])
    beside.lines.extend(_strings(b"\n".join(plain)))
    return beside


def _take(beside: Beside, about: bytes, content: bytes, shown: Shown) -> None:
    if b"/ObjStm" in about:
        beside.lines.extend(_strings(content))
    elif re.search(rb"/Type\s*/EmbeddedFile\b", about):
        beside.files.append(content)
    elif content.lstrip()[:1] == b"<" and (told := _xml(content)):
        beside.lines.extend(told.splitlines())
    elif not _SHOWING.search(content):
        beside.lines.extend(strings(content).splitlines())
    else:
        beside.lines.extend(_text(found[1]) for found in _WORDS.finditer(content))
        beside.lines.extend(text for text in _pieces(content) if not shown.has(text))


def _pieces(content: bytes) -> Iterator[str]:
    """What a stream that shows something says, as far as its fonts write signs as texts do."""
    piece: list[str] = []
    for found in _SAID.finditer(content):
        if found[0] != b"ET":
            piece.append(_text(found[0]) if found[0][:1] != b"/" else "")
            continue
        if (text := "".join(piece)).isprintable():
            yield text
        piece = []


class Shown:
    """What the pages show, to be asked for a piece of it; to look through all of it is dear, and has a limit."""

    def __init__(self, text: str) -> None:
        self._words = {*text.split()}
        self._all = "".join(text.split())
        self._left = 2000

    def has(self, text: str) -> bool:
        """Whether this is a piece of it."""
        if all(word in self._words for word in text.split()):
            return True
        self._left -= 1
        return self._left >= 0 and "".join(text.split()) in self._all


def _xml(content: bytes) -> str:
    try:
        root = package.element(content)
    except (ParseError, ValueError):
        return ""
    rest = Rest([*notes(content)])
    return paragraphs(root, rest) + rest.of(root)


def _decoded(data: bytes, about: bytes, most: int) -> bytes | None:
    """A stream without its filters; None where one of them is not undone here."""
    found = _FILTER.search(about)
    for name in re.findall(rb"\w+", (found[1] or found[2]) if found else b""):
        try:
            if name in (b"FlateDecode", b"Fl"):
                data = zlib.decompressobj().decompress(data, most := min(most, 64 << 20))
                if len(data) >= most:
                    return None
            elif name in (b"ASCIIHexDecode", b"AHx"):
                data = _hex(data.partition(b">")[0])
            elif name in (b"ASCII85Decode", b"A85"):
                data = base64.a85decode(data.partition(b"~>")[0].removeprefix(b"<~"))
            elif name in (b"DCTDecode", b"DCT", b"JPXDecode", b"CCITTFaxDecode", b"CCF", b"JBIG2Decode"):
                return b""  # a picture
            else:
                return None
        except (zlib.error, ValueError, binascii.Error):
            return None
    return data


def _strings(data: bytes) -> Iterator[str]:
    """The strings among objects, the names that somebody chose, and whatever stands there that is no number."""
    for found in _TOKEN.finditer(data):
        text = _text(found[0])
        if found[0][:1] == b"(" or (not is_machine(text) and text.isprintable()):
            yield text
    for line in _TABLE.sub(b" ", _TOKEN.sub(b" ", data)).splitlines():
        text = _plain(line)
        if any(not is_machine(word) for word in text.split()):
            yield text


def _text(token: bytes) -> str:
    """A string or a name as people read it."""
    if token[:1] == b"(":
        raw = _ESCAPE.sub(_unescaped, token[1:-1])
    elif token[:1] == b"<":
        raw = _hex(token[1:-1])
    else:
        raw = _HASH.sub(lambda found: bytes([int(found[1], 16)]), token[1:])
    if raw[:2] in (b"\xfe\xff", b"\xff\xfe"):
        return raw.decode("utf-16", "replace")
    return _plain(raw)


def _plain(raw: bytes) -> str:
    try:
        return raw.removeprefix(b"\xef\xbb\xbf").decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("cp1251", "replace")


def _unescaped(found: re.Match[bytes]) -> bytes:
    if found[1][:1].isdigit() and found[1] < b"8":
        return bytes([int(found[1], 8) & 0xFF])
    return _ESCAPED.get(found[1], found[1])


def _hex(data: bytes) -> bytes:
    digits = re.sub(rb"[^0-9A-Fa-f]", b"", data)
    return bytes.fromhex((digits + b"0" * (len(digits) % 2)).decode("ascii"))
