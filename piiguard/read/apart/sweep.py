"""The sweep: what the text of a part in its order does not show is told beside it, so that nothing of a part is passed over.

Every text of an element is told that no reader took, and every value of an attribute that may hold words of people. Told by
its form, not by its name, a value that only programs write is none: one word of ASCII with fewer than nine digits, a GUID,
a number of 32 bits or with a fraction, a point in time, a range of cells, the path of a drawing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from html import unescape
from urllib.parse import unquote
from xml.etree.ElementTree import Element

__all__ = ["DIGITS", "Given", "Rest", "is_machine", "loose", "notes", "strings"]

DIGITS = 9
"""Digits from which on a word may be the number of somebody: an identity card has nine."""
_KNOWN = re.compile(
    r"\{?[0-9A-Fa-f]{8}-(?:[0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12}\}?"
    r"|[-+]?\d{1,8}\.\d{1,30}(?:[eE][-+]?\d{1,3})?[a-z%]{0,2}"
    r"|\d{4}-\d\d-\d\dT[\d:.]{5,18}(?:Z|[-+]\d\d:\d\d)?"
)
_DRAWN = re.compile(r"[MmL][\s,\d-]|\$?[A-Z]{1,3}\$?\d{1,7}[\s:]|-?[\d.]+,-?[\d.]+\s")
_WRITTEN = re.compile(r"\d{9}|[A-Za-z]{3}")
_FRACTION = re.compile(r"\.\d+")
_AMOUNT = re.compile(r"[-+(]?[\d\s.,']+\W{0,3}\w{0,3}\W{0,3}")
_NOTES = re.compile(rb"<!--(.*?)-->|<\?(?!xml[ \t])(.*?)\?>", re.DOTALL)
_VALUES = re.compile(r"""=\s*(?:"([^"<]*)"|'([^'<]*)')""")
_WIDE = re.compile(rb"(?:[\x20-\x7e\t\r\n]\x00|[\x00-\xff]\x04){4,}")
_NARROW = re.compile(rb"(?:[\x20-\x7e\t]|[\xd0-\xd3][\x80-\xbf]){6,}")


def is_machine(value: str) -> bool:
    """Whether only programs write a value of this form.

    >>> [is_machine(value) for value in ("rId12", "00A12F34", "2147483647", "M 0 0 L 21600 0", "060702483768", "Асан")]
    [True, True, True, True, False, False]
    """
    if not value.strip():
        return True
    if not value.isascii() or "@" in value:
        return False
    if value.isdigit() and value[0] != "0" and int(value[:12]) < 1 << 32:
        return True
    if value.split(None, 1) != [value]:
        return _is_drawn(value)
    return len(value) < DIGITS or _digits(value) < DIGITS or bool(_KNOWN.fullmatch(value)) or _is_drawn(value)


def _digits(value: str) -> int:
    return sum(map(str.isdigit, value))


def _is_drawn(value: str) -> bool:
    return bool(_DRAWN.match(value)) and not _WRITTEN.search(_FRACTION.sub("", value))


class Given:
    """The texts that the reader of the cells gave, each on a line; what is a form of one of them says nothing new.

    ``amounts``: numbers stand beside the cells once more, as they are shown.
    """

    def __init__(self, *, amounts: bool = False) -> None:
        self._told: set[int] = set()
        self._amounts = amounts

    def add(self, text: str) -> None:
        """A cell was given."""
        for line in (text, *(text.splitlines() if "\n" in text else ())):
            self._told.add(hash(" ".join(line.split())))

    def number(self, text: str) -> None:
        """A cell that is a number was given, which may be shown in another form."""
        if self._amounts:
            self._told.add(hash(_amount(text)))
        if self._amounts or len(text) >= DIGITS:
            self._told.add(hash(text))

    def has(self, text: str) -> bool:
        """Whether this was given."""
        line = " ".join(text.split())
        if hash(line) in self._told:
            return True
        return bool(_AMOUNT.fullmatch(line)) and hash(_amount(line)) in self._told


def _amount(text: str) -> str:
    return f"#{''.join(filter(str.isdigit, text)).lstrip('0')}"


@dataclass(slots=True)
class Rest:
    """What stands in a part beside its text in order; ``taken`` are the texts and tails of its elements that are in it."""

    lines: list[str] = field(default_factory=list)
    given: Given | None = None
    taken: set[int] = field(default_factory=set)

    def take(self, node: Element) -> str:
        """The text of an element, which is now told."""
        self.taken.add(id(node))
        return node.text or ""

    def take_tail(self, node: Element) -> str:
        """The text behind an element, which is now told."""
        self.taken.add(~id(node))
        return node.tail or ""

    def of(self, root: Element) -> str:
        """All that was not taken: call it when the text in order is through."""
        return distinct((*self.lines, *self._left(root)), self.given)

    def _left(self, root: Element) -> Iterator[str]:
        for node in root.iter():
            if told := row(node.attrib.values(), self.given):
                yield told
            if node.text and id(node) not in self.taken:
                yield node.text
            if node.tail and ~id(node) not in self.taken:
                yield node.tail


def distinct(lines: Iterable[str], given: Given | None = None) -> str:
    """The lines, each once, without those that were given."""
    kept = dict.fromkeys(line.strip() for line in lines)
    return "".join(f"{line}\n" for line in kept if line and not (given and given.has(line)))


def row(values: Iterable[str], given: Given | None = None) -> str:
    """The attributes of an element on one line, words that may be a label beside those that hold something."""
    told = [*values]
    if all(map(is_machine, told)) or (given and all(is_machine(each) or given.has(each) for each in told)):
        return ""
    kept = (each for each in told if not is_machine(each) or each.isalpha())
    return "\t".join(" ".join((unquote(each) if "%" in each else each).split()) for each in kept)


def notes(data: bytes) -> Iterator[str]:
    """The comments and instructions of a part, which a tree does not keep."""
    for found in _NOTES.finditer(data):
        yield (found[1] or found[2] or b"").decode("utf-8", "replace")


def loose(data: bytes) -> str:
    """A part that is no XML though it is written as such: its texts, and then its values."""
    page = data.decode("utf-8", "replace")
    values = (unescape(first or second) for first, second in _VALUES.findall(page))
    shown = unescape(re.sub(r"<[^>]*>", "\n", page))
    return distinct((*shown.splitlines(), *(value for value in values if not is_machine(value))))


def strings(data: bytes, given: Given | None = None) -> str:
    """Texts that stand among bytes, in UTF-16 or in UTF-8."""
    wide = (found[0].decode("utf-16-le", "replace") for found in _WIDE.finditer(data))
    narrow = (found[0].decode("utf-8", "replace") for found in _NARROW.finditer(data))
    return distinct(
        (line for text in (*wide, *narrow) for line in text.splitlines() if not is_machine(line)), given
    )
