r"""A new value in the spelling of the old one: percent-encoded in a link, as references in HTML, with full-width digits.

A way of spelling counts when it is what the old stretch decodes by, and when the new value comes back by it; else there is none, and the
stretch is left.

>>> spelled("ulgi%40example%2Ekz", "jana@example.kz"), spelled("ulgi&#64;example.kz", "jana@example.kz")
('jana%40example.kz', 'jana&#64;example&#46;kz')
>>> spelled("８７０１１２３４５６７", "+77027654321"), spelled("ulgi%2540example.kz", "jana@example.kz")
('＋７７０２７６５４３２１', 'jana%2540example.kz')
>>> spelled("ulgi%40example&#46;kz", "jana@example.kz") is None
True
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from html import unescape
from urllib.parse import quote, unquote

from piiguard.detect.escapes import Spelled, is_spelled
from piiguard.detect.signs import DIGITS

__all__ = ["in_link", "spelled"]

_Way = tuple[Callable[[str], str], Callable[[str], str]]
_LINK = re.compile(
    r"(?:[a-zA-Z][a-zA-Z0-9+.-]*://|[?&][\w.%\[\]-]+=|\b(?:tel|sms|callto|mailto):)[^\s\"'<>]*$"
)
_NEAR = 200
_ODD = re.compile(r"[^0-9A-Za-z]")


def spelled(old: str, new: str, before: str = "") -> str | None:
    """The new value as the old one is written behind a text; None where no one way explains that."""
    near = before[-_NEAR:]
    meant = _view(near + old).removeprefix(_view(near))
    for read, write in _WAYS:
        if read(old) == meant:
            made = write(new)
            return made if read(made) == new else None
    return None


def in_link(before: str) -> bool:
    """Whether what follows this text is a part of a link."""
    return _LINK.search(before[-_NEAR:]) is not None


def _view(text: str) -> str:
    return Spelled(text).view if is_spelled(text) else text


def _same(text: str) -> str:
    return text


def _percent(text: str) -> str:
    return quote(text, safe="")


def _form(text: str) -> str:
    return quote(text, safe=" ").replace(" ", "+")


def _references(text: str) -> str:
    return _ODD.sub(lambda sign: f"&#{ord(sign[0])};", text)


def _escapes(text: str) -> str:
    return _ODD.sub(lambda sign: f"\\u{ord(sign[0]):04x}", text)


def _unescaped(text: str) -> str:
    try:
        return str(json.loads(f'"{text}"'))
    except (ValueError, RecursionError):
        return ""


def _twice(one: _Way, other: _Way) -> _Way:
    """Spelled in one way, and what comes of that in the other; what is spelled in one way here and the other there is neither."""

    def read(text: str) -> str:
        return "" if one is not other and one[0](text) != text else one[0](other[0](text))

    return read, lambda text: other[1](one[1](text))


def _signs(first: int, last: int, ours: int) -> _Way:
    """Signs of a block of Unicode, in place of those of ASCII from ``ours`` on."""
    there = {code: ours + code - first for code in range(first, last + 1)}
    back = {ours: code for code, ours in there.items()}
    return lambda text: text.translate(there), lambda text: text.translate(back)


_PERCENT: _Way = (unquote, _percent)
_HTML: _Way = (unescape, _references)
_WAYS: tuple[_Way, ...] = (
    (_same, _same),
    _PERCENT,
    (lambda text: unquote(text.replace("+", " ")), _form),
    _HTML,
    (_unescaped, _escapes),
    _signs(0xFF01, 0xFF5E, 0x21),
    *(_signs(zero, zero + 9, 0x30) for zero, digit in DIGITS.items() if digit == 0x30),
    _twice(_PERCENT, _PERCENT),
    _twice(_HTML, _PERCENT),
    _twice(_PERCENT, _HTML),
)
