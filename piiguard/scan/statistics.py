"""What is remembered of a column while it is read: counters that merge, never a value.

A :class:`Statistics` is a commutative monoid: ``merge`` is associative and commutative, an empty one is neutral.
So threads, processes and the partitions of a cluster may each read a part, in any order, and the verdict is
the same. What the judge asks of :class:`Distinct` is its bounded count, which does not depend on the order
either.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Self

from piiguard.read.part import merge_into
from piiguard.scan.sketch import Sketch

__all__ = [
    "MOST_KEYS",
    "Alike",
    "Distinct",
    "Partials",
    "Statistics",
    "Tally",
    "merge_partials",
]

MOST_KEYS = 8
"""Key ids that one column of ciphertext may name."""


@dataclass(slots=True)
class Distinct:
    """How many different values there were, exactly up to ``CAP`` and "many" from there on.

    Only a keyed hash of a value is kept, under a key that one scan draws and forgets: 7.3e8 IINs a century
    are tried in minutes against any other hash.
    """

    CAP = 256
    seen: set[bytes] = field(default_factory=set)

    def add(self, value: str, key: bytes) -> None:
        if len(self.seen) < self.CAP:
            text = value.encode("utf-8", "surrogatepass")
            self.seen.add(hashlib.blake2b(text, digest_size=8, key=key).digest())

    def fill(self, values: Iterable[str], key: bytes, known: Distinct | None = None) -> None:
        """Add values as long as there is room, here and where all this is merged into."""
        if self.full or (known is not None and known.full):
            return
        for value in set(values):
            self.add(value, key)
            if self.full:
                break

    def merge(self, other: Self) -> None:
        for item in other.seen:
            if len(self.seen) >= self.CAP:
                break
            self.seen.add(item)

    @property
    def count(self) -> int:
        return len(self.seen)

    @property
    def full(self) -> bool:
        return len(self.seen) >= self.CAP


@dataclass(slots=True)
class Alike:
    """Cells of one shape: those that a value which passes its check is weighed against."""

    cells: int = 0
    distinct: Distinct = field(default_factory=Distinct)

    def merge(self, other: Self) -> None:
        self.cells += other.cells
        self.distinct.merge(other.distinct)


@dataclass(slots=True)
class Tally:
    """How often one claim was seen in one place."""

    whole: int = 0
    """cells that are such a value and nothing else"""
    inside: int = 0
    """cells of text that hold one"""
    strong: int = 0
    """cells where a label or a check leaves little doubt (score of high confidence)"""
    fair: int = 0
    """cells where the score is that of medium confidence or above"""
    best: tuple[float, str] = (0.0, "")
    """the highest score in a text and the masked shape of that value"""
    example: tuple[int, str] = (-1, "")
    """the masked shape of one whole cell, behind what chose it"""
    distinct: Distinct = field(default_factory=Distinct)
    """different values among the whole cells"""
    texts: Distinct = field(default_factory=Distinct)
    """different texts that hold one"""
    persons: Sketch | None = field(default=None, compare=False)
    """different values of an identifier, in cells and texts, however many"""

    @property
    def cells(self) -> int:
        return self.whole + self.inside

    @property
    def shown(self) -> str:
        """What a report shows of the values."""
        return self.best[1] or self.example[1]

    def merge(self, other: Self) -> None:
        self.whole += other.whole
        self.inside += other.inside
        self.strong += other.strong
        self.fair += other.fair
        self.best = max(self.best, other.best)
        self.example = max(self.example, other.example)
        self.distinct.merge(other.distinct)
        self.texts.merge(other.texts)
        if other.persons is not None:
            self.persons = self.persons or Sketch()
            self.persons.merge(other.persons)

    def count(self, entity: str, values: Sequence[str], key: bytes) -> None:
        """Remember the values of an identifier, in one spelling each."""
        if self.persons is None:
            self.persons = Sketch()
        self.persons.add(entity, values, key)


@dataclass(slots=True)
class Statistics:
    """One column, or one JSON path inside a column."""

    examined: int = 0
    """values that are neither NULL nor empty"""
    asked: int = 0
    """how many of them were searched for words too: names, addresses, workplaces"""
    sealed: int = 0
    """envelopes of piiguard"""
    ciphers: Counter[str] = field(default_factory=Counter)
    """ciphertext of other tools, by tool"""
    digests: Counter[str] = field(default_factory=Counter)
    """values of the shape of a hash, by algorithm"""
    proofs: Counter[tuple[str, str]] = field(default_factory=Counter)
    """hashes that were seen to be those of an entity in a column beside them, by entity and column"""
    compared: int = 0
    """hashes that were compared with the columns beside them"""
    closed: Counter[str] = field(default_factory=Counter)
    """documents, pictures and packed data, by kind: nobody takes them apart in a cell"""
    tink: Counter[bytes] = field(default_factory=Counter)
    """ciphertext that begins as Tink's does, by key id: a few of them, or too many to be key ids"""
    twelve: int = 0
    """numbers of twelve digits inside texts: what a bare IIN there has to be compared with"""
    offered: int = 0
    texts: int = 0
    named: int = 0
    points: int = 0
    """cells looked at as whole names: all; those that are short and have no digit; those of them that were
    scored; the sum of their scores in thousandths"""
    values: Distinct = field(default_factory=Distinct)
    tallies: dict[str, Tally] = field(default_factory=dict)
    numbers: dict[int, Alike] = field(default_factory=dict)
    """cells that are one number and nothing else, by how many digits they have, and those that are written as an account"""

    def tally(self, claim: str) -> Tally:
        found = self.tallies.get(claim)
        if found is None:
            found = self.tallies[claim] = Tally()
        return found

    def keyed(self, key: bytes, count: int = 1) -> None:
        """Count ciphertext by its key id; of a thousand ids none is one."""
        if key in self.tink or len(self.tink) <= MOST_KEYS:
            self.tink[key] += count

    def merge(self, other: Self) -> Self:
        """Add what another part of the same column gave; returns itself."""
        self.examined += other.examined
        self.asked += other.asked
        self.sealed += other.sealed
        self.ciphers.update(other.ciphers)
        self.digests.update(other.digests)
        self.closed.update(other.closed)
        self.proofs.update(other.proofs)
        self.compared += other.compared
        for key, count in other.tink.items():
            self.keyed(key, count)
        self.twelve += other.twelve
        self.offered += other.offered
        self.texts += other.texts
        self.named += other.named
        self.points += other.points
        self.values.merge(other.values)
        for claim, tally in other.tallies.items():
            self.tally(claim).merge(tally)
        for size, alike in other.numbers.items():
            self.numbers.setdefault(size, Alike()).merge(alike)
        return self

    @property
    def protected(self) -> int:
        return self.sealed + self.ciphers.total()


Partials = dict[tuple[str, str | None], Statistics]
"""The statistics of one table, or of a part of it, by column and JSON path."""


def merge_partials(parts: Iterable[Partials]) -> Partials:
    """Merge any number of parts of one table, in any order."""
    whole: Partials = {}
    for part in parts:
        merge_into(whole, part)
    return whole
