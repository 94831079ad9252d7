"""The text of a part in its order, as it is shown: a line for each paragraph.

What divides a number without being shown, as deleted text, the code of a field, a note or a reading aid, is left out of the
line; the line with what was deleted in it is told beside it (:class:`~piiguard.read.apart.sweep.Rest`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

from piiguard.read.apart.sweep import Rest

__all__ = ["is_open", "opened", "paragraphs", "properties", "regions", "tag"]

_OPEN = "{urn:oasis:names:tc:opendocument"
_TEXT = f"{_OPEN}:xmlns:text"
_DELETED = frozenset({"del", "moveFrom"})
_LINES = frozenset({"p", "text", "si", "is"})
_ASIDE = frozenset({"rt", "rPh"})
_BREAKS = {"tab": "\t", "ptab": "\t", "br": "\n", "cr": "\n"}
_BESIDE = frozenset({"p", "h", "annotation", "note", "frame", "ruby-text"})
_PRIVATE = range(0xF000, 0xF100)
"""Where Word puts the signs of a font of symbols."""


def tag(node: Element) -> str:
    """The name of an element, without its namespace."""
    return node.tag.rpartition("}")[2] if isinstance(node.tag, str) else ""


def is_open(root: Element) -> bool:
    """Whether it is a part of an OpenDocument."""
    return root.tag.startswith(_OPEN)


@dataclass(slots=True)
class _Line:
    """A line as it is shown, the same with all that was deleted, and the lines of what stands in it."""

    shown: list[str] = field(default_factory=list)
    whole: list[str] = field(default_factory=list)
    codes: list[str] = field(default_factory=list)
    after: list[str] = field(default_factory=list)
    joined: bool = False

    def add(self, text: str, *, deleted: bool = False) -> None:
        self.whole.append(text)
        if not deleted:
            self.shown.append(text)

    def told(self, rest: Rest) -> list[str]:
        shown, whole, codes = "".join(self.shown), "".join(self.whole), "".join(self.codes)
        if not shown.strip():
            shown = whole
        elif shown != whole or self.joined:
            rest.lines.append(whole)
        rest.lines.append(codes)
        if self.after and not shown.strip():
            return self.after
        return [shown if self.joined else f"{shown}\n", *self.after]


def paragraphs(node: Element, rest: Rest) -> str:
    """The text below an element of Office Open XML."""
    line = _Line(joined=_joins(node))
    _walk(node, line, rest, deleted=False)
    text = "".join(line.told(rest))
    return text if tag(node) in _LINES or text.strip() else ""


def _walk(node: Element, line: _Line, rest: Rest, *, deleted: bool) -> None:
    name = tag(node)
    if name in ("t", "delText"):
        line.add(rest.take(node), deleted=deleted or name == "delText")
    elif name in ("instrText", "delInstrText"):
        line.codes.append(rest.take(node))
    elif name == "sym":
        line.add(_sign(node), deleted=deleted)
    elif name in _BREAKS:
        line.add(_BREAKS[name], deleted=deleted)
    for child in node:
        _below(child, node, line, rest, deleted=deleted or name in _DELETED)


def _below(child: Element, node: Element, line: _Line, rest: Rest, *, deleted: bool) -> None:
    name = tag(child)
    if name in _ASIDE or (name == "Fallback" and _words(child) != _words(node, without=child)):
        own = _Line()
        _walk(child, own, rest, deleted=deleted)
        rest.lines += own.told(rest)
    elif name == "Fallback":  # says again what stands beside it
        rest.taken.update(id(each) for each in child.iter() if tag(each) == "t")
    elif name in _LINES:
        own = _Line(joined=_joins(child))
        _walk(child, own, rest, deleted=deleted)
        line.after += own.told(rest)
    else:
        _walk(child, line, rest, deleted=deleted)


def _joins(paragraph: Element) -> bool:
    """Whether the end of the paragraph was deleted, so that the next one is shown behind it."""
    return any(tag(mark) == "del" for about in paragraph if tag(about) == "pPr" for mark in about.iter())


def _words(node: Element, *, without: Element | None = None) -> str:
    return "".join(
        each.text or "" for part in node if part is not without for each in part.iter() if tag(each) == "t"
    )


def _sign(node: Element) -> str:
    code = next((value for key, value in node.attrib.items() if key.rpartition("}")[2] == "char"), "")
    try:
        number = int(code, 16)
        return chr(number & 0xFF if number in _PRIVATE else number)
    except (ValueError, OverflowError):
        return ""


def properties(root: Element, rest: Rest) -> str:
    """Properties of a document, each behind its name."""
    return "".join(
        f"{node.get('name') or _named(node) or tag(node)}: {rest.take(node).strip()}\n"
        for parent in root.iter()
        for node in parent
        if node.text and node.text.strip() and not len(node)
    )


def _named(node: Element) -> str:
    return next((value for key, value in node.attrib.items() if key.endswith("}name")), "")


def opened(root: Element, rest: Rest, deleted: dict[str, str] | None = None) -> str:
    """The text below an element of OpenDocument; ``deleted`` is that of the whole part, where this is a piece of it."""
    return "".join(_lines(root, rest, regions(root) if deleted is None else deleted))


def regions(root: Element) -> dict[str, str]:
    """What was deleted of a part, by the mark that stands in its place."""
    return {
        value: "\n".join("".join(each.itertext()) for each in region.iter() if tag(each) in ("p", "h"))
        for region in root.iter(f"{_TEXT}:1.0}}changed-region")
        for key, value in region.attrib.items()
        if key.endswith("}id")
    }


def _lines(node: Element, rest: Rest, deleted: dict[str, str]) -> Iterator[str]:
    if tag(node) in ("p", "h") and node.tag.startswith(_TEXT):
        line = _Line()
        _fill(node, line, rest, deleted)
        yield from line.told(rest)
        return
    for child in node:
        yield from _lines(child, rest, deleted)


def _fill(node: Element, line: _Line, rest: Rest, deleted: dict[str, str]) -> None:
    line.add(rest.take(node))
    for child in node:
        name = tag(child)
        if name == "change":
            line.add("".join(deleted.get(value, "") for value in child.attrib.values()), deleted=True)
        if name in _BESIDE:
            line.after += _lines(child, rest, deleted)
        else:
            line.add({"tab": "\t", "line-break": "\n", "s": " "}.get(name, ""))
            _fill(child, line, rest, deleted)
        line.add(rest.take_tail(child))
