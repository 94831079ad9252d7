"""Looks at a whole page of cells at once: a column of numbers or addresses of mail costs no loop in Python.

What stands here must agree with :mod:`piiguard.scan.whole` cell by cell; where a page is not of one kind, the
answer is None and each cell is looked at by itself.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import numpy as np

from piiguard import entities
from piiguard.entities import EMAIL_ADDRESS, KZ_BIN, KZ_IIN, KZ_PHONE, PHONE_BARE
from piiguard.scan import whole

__all__ = ["JSON", "LEAST", "NUMBER", "NUMERIC", "Joined", "PageClaims", "claims", "numeric", "plain"]

LEAST = 50
"""Cells below which the set-up costs more than the loop that it saves."""

PageClaims = tuple[str, list[str]]
"""A claim, and the cells that it is made of."""

Table = np.ndarray[Any, np.dtype[np.int32]]

NUMERIC = frozenset(row.name for row in entities.ENTITIES if row.digits)
"""Entities that need five digits, or one of the signs of an address of mail or a machine-readable zone."""
_SIGNS = bytes(1 if 48 <= sign < 58 else 5 if sign in b"@<%([" else 0 for sign in range(256))

Firsts = np.ndarray[Any, np.dtype[np.bool_]]


def _firsts(signs: str) -> Firsts:
    """The bytes that a cell may begin with, when it begins with one of these characters."""
    table = np.zeros(256, dtype=bool)
    table[[sign.encode()[0] for sign in signs]] = True
    return table


JSON = _firsts("{[ \t\r\n")
NUMBER = _firsts("Kk" + whole.FIRST)
_ARMOUR = b"-----BEGIN "
_LONG = 32
"""Characters from which one word may be ciphertext or a hash."""
_ENDS_WORD = bytes(sign in b" \n" or sign > 127 for sign in range(256))

_SEPARATORS = b" \t-./()'"
_DIGITS = b"0123456789"
_MAILS = re.compile(rf"(?:{whole.EMAIL.pattern}\n)+".encode())
_DAYS = np.zeros(10_000, dtype=bool)
_DAYS[[int(day) for day in whole.DAYS]] = True
_PREFIXES = np.zeros(1000, dtype=bool)
_PREFIXES[[int(prefix) for prefix in whole.MOBILE]] = True
_PREFIXES[710:730] = True
_FIRST = np.arange(1, 12)
_SECOND = np.array((3, 4, 5, 6, 7, 8, 9, 10, 11, 1, 2))


class Joined:
    """The cells of a page, none of them empty, as one stretch of UTF-8 with a line break between any two.

    ``starts`` is where each begins, or None where line breaks stand inside of cells.
    """

    __slots__ = ("data", "starts", "texts")

    def __init__(self, texts: Sequence[str]) -> None:
        self.texts = texts
        self.data = "\n".join(texts).encode("utf-8", "surrogatepass")
        ends = np.flatnonzero(np.frombuffer(self.data, dtype=np.uint8) == 10)
        starts = np.concatenate(([0], ends + 1)) if len(ends) == len(texts) - 1 else None
        self.starts: np.ndarray[Any, np.dtype[np.int64]] | None = starts

    def begins(self, firsts: Firsts) -> bool:
        """Whether a cell may begin with one of these characters."""
        if self.starts is None:
            return True
        return bool(firsts[np.frombuffer(self.data, dtype=np.uint8)[self.starts]].any())


def plain(page: Joined) -> bool:
    """Whether no cell can be a number, an address of mail, a hash or ciphertext: a look at their beginnings."""
    if page.starts is None or page.begins(NUMBER) or b"@" in page.data or _ARMOUR in page.data:
        return False
    ends = np.flatnonzero(np.frombuffer(page.data.translate(_ENDS_WORD), dtype=np.uint8))
    words = np.append(ends, len(page.data))[np.searchsorted(ends, page.starts)] - page.starts
    return bool((words < _LONG).all())


def claims(page: Joined) -> list[PageClaims] | None:
    """The claims of a page whose cells are all of one kind; None for any other page."""
    texts, data = page.texts, page.data
    if page.starts is None or not data.isascii():
        return None
    if b"@" in data:
        return [(EMAIL_ADDRESS, list(texts))] if _MAILS.fullmatch(data + b"\n") else None
    if data.translate(None, _SEPARATORS + _DIGITS + b"+\n"):
        return None
    return _numbers(texts, data)


def _numbers(texts: Sequence[str], data: bytes) -> list[PageClaims] | None:
    digits = data.translate(None, _SEPARATORS + b"+")
    size, rest = divmod(len(digits) + 1, len(texts))
    if len(digits) == len(data) and (rest or size not in (12, 13)):
        return _mixed(texts)
    if rest or size not in (12, 13) or max(map(len, texts)) > 40:
        return None
    raw = np.frombuffer(digits + b"\n", dtype=np.uint8).reshape(len(texts), size)
    if not (raw[:, -1] == 10).all() or (raw[:, :-1] < 48).any():
        return _mixed(texts) if len(digits) == len(data) else None
    table = raw[:, :-1].astype(np.int32) - 48
    bare = len(digits) == len(data)
    if size == 13:
        return _twelve(texts, table) if bare or b"." not in data else None
    if bare or min(map(len, texts)) > 11:
        return (
            _phones(texts, table, PHONE_BARE if bare else KZ_PHONE) if b".0\n" not in data + b"\n" else None
        )
    return None


def _mixed(texts: Sequence[str]) -> list[PageClaims]:
    """Bare numbers of any length, such as keys: most are too short to be anything."""
    found: dict[str, list[str]] = {}
    if max(map(len, texts)) > 8:
        for text in texts:
            for claim in whole.claims(text):
                found.setdefault(claim, []).append(text)
    return list(found.items())


def _twelve(texts: Sequence[str], table: Table) -> list[PageClaims]:
    rest = table[:, :11] @ _FIRST % 11
    again = rest == 10
    if again.any():
        rest[again] = table[again, :11] @ _SECOND % 11
    checked = rest == table[:, 11]
    day = table[:, 2] * 1000 + table[:, 3] * 100 + table[:, 4] * 10 + table[:, 5]
    dated = _DAYS[day] & (table[:, 6] >= 1) & (table[:, 6] <= 6)
    month = table[:, 2] * 10 + table[:, 3]
    unit = (
        ~dated & (month >= 1) & (month <= 12) & (table[:, 4] >= 4) & (table[:, 4] <= 6) & (table[:, 5] <= 3)
    )
    # leap days are few, and so are fillers: the slow rule decides on them
    doubtful = checked & (dated & (day == 229))
    sure = checked & dated & ~doubtful
    persons = list(texts) if sure.all() else [texts[at] for at in _where(sure)]
    persons += [texts[at] for at in _where(doubtful) if whole.claims(texts[at])]
    companies = [texts[at] for at in _where(checked & unit)]
    return [(claim, cells) for claim, cells in ((KZ_IIN, persons), (KZ_BIN, companies)) if cells]


def _where(chosen: np.ndarray[Any, np.dtype[np.bool_]]) -> list[int]:
    found: list[int] = np.flatnonzero(chosen).tolist()
    return found


def _phones(texts: Sequence[str], table: Table, claim: str) -> list[PageClaims] | None:
    good = (
        (table[:, 0] >= 7)
        & (table[:, 0] <= 8)
        & _PREFIXES[table[:, 1] * 100 + table[:, 2] * 10 + table[:, 3]]
    )
    if not good.all():  # some of the others may be numbers that lost their zeros
        return None
    return [(claim, list(texts))]


def numeric(page: Joined) -> list[int] | None:
    """The cells that may hold one of ``NUMERIC``; None when line breaks stand inside of cells."""
    if page.starts is None:
        return None
    signs = np.frombuffer(page.data.translate(_SIGNS), dtype=np.uint8)
    places = np.flatnonzero(signs)
    cells = np.searchsorted(page.starts, places, "right") - 1
    return _where(np.bincount(cells, weights=signs[places], minlength=len(page.texts)) >= 5)
