"""HTML: what is shown of it line by line, and then what is written in it without being shown."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from html.parser import HTMLParser

from piiguard.read.apart.frames import Event

__all__ = ["read", "shown"]

_INSIDE = frozenset({"a", "abbr", "b", "bdi", "bdo", "big", "cite", "code", "data", "dfn", "em", "font", "i", "ins",
                     "kbd", "label", "mark", "q", "s", "samp", "small", "span", "strike", "strong", "sub", "sup", "time",
                     "tt", "u", "var", "wbr"})  # fmt: skip
_CELLS = frozenset({"td", "th"})
_DULL = frozenset({"style", "class", "id", "width", "height", "rel", "type", "lang", "dir", "xmlns", "align", "valign",
                   "border", "bgcolor", "color", "cellpadding", "cellspacing", "colspan", "rowspan", "charset"})  # fmt: skip
_CHARSET = re.compile(rb"<meta[^>]{0,200}charset\s*=\s*[\"']?\s*([\w-]{2,40})|<\?xml[^>]{0,100}encoding=[\"']([\w-]{2,40})", re.IGNORECASE)  # fmt: skip
_BROKEN = 32
"""Tags and comments without an end that are passed; what follows is text."""
_TELLING = re.compile(r"(?:\d[^\d]{0,3}){7}|[^\x00-\x7f]|@")
"""What makes a dull attribute worth reading: a number, a word in Cyrillic, an address."""
_PICTURE = re.compile(r"\s*data:(?:image|font|audio|video)/[\w.+-]*;base64,[A-Za-z0-9+/=\s]*", re.IGNORECASE)
_SPACE = re.compile(r"[ \t\r\n\f\v]+")


def read(data: bytes) -> Iterator[Event]:
    """A page in HTML."""
    text, hidden = shown(_decoded(data))
    yield Event("text", data=text.encode("utf-8", "replace"))
    if hidden.strip():
        yield Event("text", "markup", data=hidden.encode("utf-8", "replace"))


def shown(page: str) -> tuple[str, str]:
    """What a page shows, and what stands in its attributes, comments and scripts."""
    parser = _Page()
    parser.feed(page)
    parser.finish()
    return "".join(parser.text) + "\n", "".join(parser.hidden)


def _decoded(data: bytes) -> str:
    for mark, encoding in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if data.startswith(mark):
            return data.decode(encoding, "replace")
    said = _CHARSET.search(data[:4096])
    for encoding in ("utf-8", *((((said[1] or said[2]).decode("ascii")),) if said else ()), "cp1251"):
        try:
            return data.decode(encoding)
        except (LookupError, UnicodeError):
            continue
    return data.decode("cp1251", "replace")


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.text: list[str] = []
        self.hidden: list[str] = []
        self._raw = ""

    def finish(self) -> None:
        """Go on behind what never ends: closing the parser would look for that end once from every sign that may begin a tag
        (https://github.com/python/cpython/issues/135462).
        """
        for _ in range(_BROKEN):
            rest, self.rawdata = self.rawdata, ""
            if self.cdata_elem or not rest.startswith("<"):
                return self.handle_data(rest if self.cdata_elem else unescape(rest))
            self.handle_data("<")
            self.feed(rest[1:])
        self.handle_data(unescape(self.rawdata))

    def parse_marked_section(self, i: int, report: bool = True) -> int:
        """A comment, as in browsers; Python fails on one that it does not know."""
        return self.parse_bogus_comment(i)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("script", "style"):
            self._raw = tag
        if tag not in _INSIDE:
            self.text.append("\t" if tag in _CELLS else "\n")
        for name, value in attrs:
            if value and not (name in _DULL and not _TELLING.search(value)) and not _PICTURE.fullmatch(value):
                self.hidden.append(f"{name}: {' '.join(value.split())}\n")

    def handle_endtag(self, tag: str) -> None:
        if tag == self._raw:
            self._raw = ""
        if tag not in _INSIDE and tag not in _CELLS:
            self.text.append("\n")

    def handle_data(self, data: str) -> None:
        if self._raw:
            self.hidden.append(f"{data}\n")
        elif text := _SPACE.sub(" ", data):
            self.text.append(text.lstrip() if self._begins else text)

    @property
    def _begins(self) -> bool:
        return not self.text or self.text[-1][-1:] in "\n\t "

    def handle_comment(self, data: str) -> None:
        self.hidden.append(f"{data}\n")
