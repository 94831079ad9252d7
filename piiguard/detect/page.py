"""A page of cells at once: a column of numbers or addresses of mail costs no loop in Python.

What stands here must agree with :mod:`piiguard.detect.cell` cell by cell; where a page is not of one kind, the answer is
None and each cell is looked at by itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from piiguard import entities
from piiguard.detect import cell
from piiguard.detect.cell import NOBODY
from piiguard.entities import (
    EMAIL_ADDRESS,
    KZ_BIRTH_DATE,
    KZ_ID_CARD,
    KZ_IIN,
    KZ_PHONE,
    PHONE_BARE,
    PHONE_GROUPED,
)
from piiguard.recognizers.checks import email, identifier, iin, luhn, phone

__all__ = [
    "JSON",
    "LEAST",
    "NUMBER",
    "NUMERIC",
    "Joined",
    "Numbers",
    "PageClaims",
    "claims",
    "numbers",
    "numeric",
    "plain",
]

LEAST = 50
"""Cells below which the set-up costs more than the loop that it saves."""

PageClaims = tuple[str, list[str]]
"""A claim, and the cells that it is made of."""
Numbers = dict[int, list[str]]
"""By how many digits they have, the cells that are one number and nothing else."""

Table = np.ndarray[Any, np.dtype[np.int32]]
Firsts = np.ndarray[Any, np.dtype[np.bool_]]

NUMERIC = frozenset(row.name for row in entities.ENTITIES if row.digits)
"""Entities that need four digits, or one of the signs of an address of mail or a machine-readable zone."""
_SIGNS = bytes(1 if 48 <= sign < 58 else cell.FEWEST_DIGITS if sign in b"@<%([" else 0 for sign in range(256))


def _firsts(signs: Iterable[str]) -> Firsts:
    """The bytes that a cell may begin with, when it begins with one of these characters."""
    table = np.zeros(256, dtype=bool)
    table[[sign.encode()[0] for sign in signs]] = True
    return table


JSON = _firsts("{[ \t\r\n")
NUMBER = _firsts({*"Kk", *cell.NUMBER_FIRST})
_ARMOUR = b"-----BEGIN "
_LONG = 32
"""Characters from which one word may be ciphertext or a hash."""
_ENDS_WORD = bytes(sign in b" \n" or sign > 127 for sign in range(256))

_SEPARATORS = b" -()"
_MAILS = re.compile(rf"(?:{email.COMMON.pattern}\n)+".encode())
# the ways of writing a phone that fill whole columns; the recognizer knows many more
_PHONES = re.compile(
    rb"(?:(?:\+7|[78])[ -]?(?:[(]7[0-9]{2}[)]|7[0-9]{2})[ -]?[0-9]{3}[ -]?[0-9]{2}[ -]?[0-9]{2}\n)+"
)
_LEAST, _LONGEST, _PHONE = 8, 19, 11
_LONGEST_PHONE = 14
_ABROAD = np.frombuffer(b"08", dtype=np.uint8)
"""What a number called from abroad begins with: 007, 8107."""
_DAYS = np.zeros(10_000, dtype=bool)
_DAYS[[int(day) for day in iin.DAYS]] = True
_PREFIXES = np.array([phone.claim(f"8{prefix:04}000000") for prefix in range(10_000)])
_FIRST, _SECOND = np.array(identifier.FIRST), np.array(identifier.SECOND)
_PLAIN, _DOUBLED = (np.frombuffer(table, dtype=np.uint8) for table in (luhn.PLAIN, luhn.DOUBLED))


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


def numbers(page: Joined) -> Numbers:
    """The numbers of a page of which :func:`claims` says something."""
    found: Numbers = {}
    if b"@" in page.data or max(map(len, page.texts)) < cell.SIZES.start:
        return found
    bare = page.data.translate(None, b"\n").isdigit()
    for text in page.texts if bare else ():
        found.setdefault(len(text), []).append(text)
    return found if bare else {_PHONE: list(page.texts)}


def claims(page: Joined, labelled: frozenset[str] = NOBODY) -> list[PageClaims] | None:
    """The claims of a page whose cells are all of one kind; None for any other page, and where a cell wants a look."""
    texts, data = page.texts, page.data
    if page.starts is None or not data.isascii():
        return None
    if b"@" in data:
        return [(EMAIL_ADDRESS, list(texts))] if _are_mails(page) else None
    digits = data.translate(None, b"\n")
    if digits.isdigit():
        return _bare(page, labelled)
    return _phones(texts, data) if _PHONES.fullmatch(data + b"\n") else None


def _are_mails(page: Joined) -> bool:
    if not _MAILS.fullmatch(page.data + b"\n") or max(map(len, page.texts)) > email.LONGEST_LOCAL:
        return False
    return not any(map(email.is_file, {text.rpartition(".")[2] for text in page.texts}))


def _bare(page: Joined, labelled: frozenset[str]) -> list[PageClaims] | None:
    """Digits alone: of one length they are a table."""
    texts = page.texts
    if KZ_BIRTH_DATE in labelled:
        return _each(texts, labelled)  # the rule of digits alone
    size, rest = divmod(len(page.data) + 1, len(texts))
    size -= 1
    raw = np.frombuffer(page.data + b"\n", dtype=np.uint8)
    if rest or size not in range(_PHONE, _LONGEST + 1):
        return _each(texts, labelled)
    raw = raw.reshape(len(texts), size + 1)
    if not (raw[:, -1] == 10).all():
        return _each(texts, labelled)
    if size == 12:
        return _twelve(texts, raw[:, :-1].astype(np.int32) - 48, labelled)
    if size == _PHONE:
        table = raw[:, :-1].astype(np.int32) - 48
        return [(PHONE_BARE, list(texts))] if _allotted(table) else _each(texts, labelled)
    return _each(_of_rows(texts, _maybe_long(raw[:, :-1])), labelled)


def _each(texts: Sequence[str], labelled: frozenset[str]) -> list[PageClaims] | None:
    """Bare numbers one by one: most are keys, too short to be anything."""
    found: dict[str, list[str]] = {}
    least = _LEAST if KZ_ID_CARD in labelled or KZ_BIRTH_DATE in labelled else _LEAST + 1
    if texts and max(map(len, texts)) >= least:
        for text in texts:
            claimed = cell.of_digits(text, labelled)
            if claimed is None:
                return None
            for claim in claimed:
                found.setdefault(claim, []).append(text)
    return list(found.items())


def _twelve(texts: Sequence[str], table: Table, labelled: frozenset[str]) -> list[PageClaims] | None:
    rest = table[:, :11] @ _FIRST % 11
    again = rest == 10
    if again.any():
        rest[again] = table[again, :11] @ _SECOND % 11
    checked = rest == table[:, 11]
    century = table[:, 6]
    if KZ_IIN in labelled and (century == 0).any():
        return None
    day = table[:, 2] * 1000 + table[:, 3] * 100 + table[:, 4] * 10 + table[:, 5]
    # leap days are few, and so are numbers of companies in a column of persons: the rule itself decides on the others
    sure = checked & _DAYS[day] & (day != 229) & (century >= 1) & (century <= 6)
    found = [(KZ_IIN, list(texts) if sure.all() else _of_rows(texts, sure))]
    found += _each(_of_rows(texts, checked & ~sure), labelled) or []
    merged: dict[str, list[str]] = {}
    for claim, values in found:
        merged.setdefault(claim, []).extend(values)
    return [(claim, values) for claim, values in merged.items() if values]


def _maybe_long(raw: np.ndarray[Any, np.dtype[np.uint8]]) -> Firsts:
    """Which rows have the last digit of a card, or begin like a number called from abroad."""
    total = _PLAIN[raw[:, ::-1][:, 0::2]].sum(axis=1, dtype=np.int32)
    total += _DOUBLED[raw[:, ::-1][:, 1::2]].sum(axis=1, dtype=np.int32)
    maybe: Firsts = total % 10 == 0
    return maybe if raw.shape[1] > _LONGEST_PHONE else maybe | np.isin(raw[:, 0], _ABROAD)


def _of_rows(texts: Sequence[str], chosen: Firsts) -> list[str]:
    return [texts[at] for at in _where(chosen)]


def _where(chosen: Firsts) -> list[int]:
    found: list[int] = np.flatnonzero(chosen).tolist()
    return found


def _phones(texts: Sequence[str], data: bytes) -> list[PageClaims] | None:
    """Numbers that are all written like phones; where one is none, each is looked at."""
    digits = np.frombuffer(data.translate(None, _SEPARATORS + b"+\n"), dtype=np.uint8).reshape(
        len(texts), _PHONE
    )
    if any(map(str.isdigit, texts)) or not _allotted(digits.astype(np.int32) - 48):
        return None
    grouped = list(filter(cell.is_grouped, texts))
    apart = [text for text in texts if not cell.is_grouped(text)] if grouped else list(texts)
    return [(claim, cells) for claim, cells in ((KZ_PHONE, apart), (PHONE_GROUPED, grouped)) if cells]


def _allotted(table: Table) -> bool:
    prefix = table[:, 1] * 1000 + table[:, 2] * 100 + table[:, 3] * 10 + table[:, 4]
    return bool(((table[:, 0] >= 7) & (table[:, 0] <= 8) & _PREFIXES[prefix]).all())


def numeric(page: Joined) -> list[int] | None:
    """The cells that may hold one of ``NUMERIC``; None when line breaks stand inside of cells."""
    if page.starts is None:
        return None
    signs = np.frombuffer(page.data.translate(_SIGNS), dtype=np.uint8)
    places = np.flatnonzero(signs)
    cells = np.searchsorted(page.starts, places, "right") - 1
    counted = np.bincount(cells, weights=signs[places], minlength=len(page.texts))
    return _where(counted >= cell.FEWEST_DIGITS)
