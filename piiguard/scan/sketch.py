"""How many different values there were, within two per cent, in sixteen kilobytes: a HyperLogLog sketch.

It counts what tells persons apart, in one spelling each, behind a key that lives as long as the scan: sketches of one scan
merge, those of two do not. Nothing of a sketch is stored; it leaves a process for the others of its scan alone.

>>> one, two = Sketch(), Sketch()
>>> one.add("KZ_PHONE", ["87010000001", "+7 701 000 00 01", "87010000002"], b"key")
>>> two.add("KZ_PHONE", ["8 (701) 000-00-02"], b"key")
>>> one.merge(two)
>>> round(one.estimate), one.error
(2, 0.0)
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final

from piiguard.entities import EMAIL_ADDRESS, KZ_IIN, KZ_PHONE
from piiguard.recognizers.checks import email, iin, phone

__all__ = ["IDENTIFIERS", "Held", "Sketch"]

_SIZE = 15
"""The binary logarithm of its registers: the standard error is 1.04 / sqrt(2 ** 15), six in a thousand."""
_ERROR = 0.02
_FEW = 300
"""Of so many, one sketch in a thousand takes two values for one; a few thousand are kept one by one, with hashes of 26 bits."""
_WAITING = 1000
"""So many of a first page wait to be counted."""


_WHOLE = re.compile(r"(?:[0-9]{12}\n)+")
_PHONES = re.compile(r"(?:(?:\+7|[78])(?:[ ()-]*[0-9]){10}[ ()-]*\n)+")
_SIGNS = str.maketrans("", "", " ()-")
_EMAILS = re.compile(r"(?:[^@\n]*@[^\n]*\n)+")


def _iins(values: Sequence[str], page: str) -> Iterable[str]:
    if _WHOLE.fullmatch(page):
        return values
    return [iin.compact(value.removesuffix(".0")).zfill(12) for value in values]


def _phones(values: Sequence[str], page: str) -> Iterable[str]:
    if _PHONES.fullmatch(page):
        return ["+7" + digits[-10:] for digits in page.translate(_SIGNS).split()]
    return map(phone.compact, values)


def _emails(values: Sequence[str], page: str) -> Iterable[str]:
    if _EMAILS.fullmatch(page) and page.count("\n") == len(values):
        return page.casefold().split("\n")[:-1]
    return map(str.casefold, (value if "@" in value else email.compact(value) for value in values))


IDENTIFIERS: Final[dict[str, Callable[[Sequence[str], str], Iterable[str]]]] = {
    KZ_IIN: _iins,
    KZ_PHONE: _phones,
    EMAIL_ADDRESS: _emails,
}
"""What tells persons apart, the best first, and how values are brought into one spelling; most pages are in one already."""


Held = bytes | frozenset[str]
"""A sketch, or the few values of one."""


class Sketch:
    """Adds up in any order; equal counts are no promise of equal sketches.

    As long as the values are few they are kept as they are, in this process alone: a log in which a handful stands is read
    without the library, which takes as long to import as the log to read.
    """

    __slots__ = ("_few", "_many")

    def __init__(self) -> None:
        self._few: set[str] = set()
        self._many: Any = None

    def add(self, entity: str, values: Sequence[str], key: bytes) -> None:
        """Add values of an entity, however they are spelled."""
        page = "\n".join([*values, ""])
        spelled = IDENTIFIERS[entity](values, page)
        if not page.isascii():
            spelled = map(ascii, spelled)
        self._take(map(key.hex().__add__, spelled))

    def _take(self, items: Iterable[str]) -> None:
        if self._many is not None:
            deque(map(self._many.update, items), maxlen=0)  # without a step of Python
            return
        first = not self._few
        self._few.update(items)
        # what one page holds waits: most sketches of a page are merged next, value by value and not by registers
        if len(self._few) > (_WAITING if first else _FEW):
            self._grow()

    def _counted(self) -> None:
        """Let nothing wait."""
        if self._many is None and len(self._few) > _FEW:
            self._grow()

    def _grow(self) -> None:
        from datasketches import (  # with numpy: only where there is much to count
            hll_sketch,
            tgt_hll_type,
        )

        self._many = hll_sketch(_SIZE, tgt_hll_type.HLL_4)
        self._take(self._few)
        self._few = set()

    def merge(self, other: Sketch) -> None:
        """Add what another one has counted."""
        if other._many is None:
            self._take(other._few)
            return
        from datasketches import hll_union, tgt_hll_type

        if self._many is None:
            self._grow()
        union = hll_union(_SIZE)
        union.update(self._many)
        union.update(other._many)
        self._many = union.get_result(tgt_hll_type.HLL_4)

    @property
    def estimate(self) -> float:
        self._counted()
        return float(len(self._few) if self._many is None else self._many.get_estimate())

    @property
    def error(self) -> float:
        """The relative error that all but two estimates in a hundred keep; few values are counted exactly."""
        if self.estimate < _FEW or self._many is None:
            return 0.0
        return _ERROR if self._many.get_upper_bound(1) > 1.001 * self.estimate else 0.001

    @property
    def held(self) -> Held:
        """As this process may hold it for long."""
        self._counted()
        return self.packed() if self._many is not None else frozenset(self._few)

    def take(self, held: Held) -> None:
        """Add what is held."""
        if isinstance(held, bytes):
            self.merge(Sketch.unpacked(held))
        else:
            self._take(held)

    def packed(self) -> bytes:
        """As it is sent; no value can be read there without the key."""
        if self._many is None:
            self._grow()
        return bytes(self._many.serialize_compact())

    @classmethod
    def unpacked(cls, packed: bytes) -> Sketch:
        from datasketches import hll_sketch

        made = cls()
        made._many = hll_sketch.deserialize(packed)
        return made

    def __reduce__(self) -> tuple[Callable[[bytes], Sketch], tuple[bytes]]:
        return Sketch.unpacked, (self.packed(),)
