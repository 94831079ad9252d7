"""The words of an inventory: what hangs on a column, what becomes of it, and the statements that see to that."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

import sqlalchemy as sa

__all__ = ["Carried", "Dependent", "Fate", "Going", "Inventory", "short"]


def short(name: str, limit: int = 60) -> str:
    """A name that every database takes: long ones end in a digest."""
    if len(name.encode()) <= limit:
        return name
    return (
        name.encode()[: limit - 9].decode(errors="ignore")
        + "_"
        + hashlib.sha256(name.encode()).hexdigest()[:8]
    )


Fate = Literal["kept", "rebuilt", "gone", "refused"]


@dataclass(frozen=True, slots=True)
class Going:
    """The column that is to go, as a swap or a conversion in place sees it.

    ``twin`` takes its name. ``index`` is the blind index beside it: with ``to_cipher`` it stands in for the plaintext
    in other indexes, else it goes as well. ``let_go`` are constraints and indexes that a person gave up by name.
    """

    table: sa.Table
    column: str
    twin: str
    index: str | None
    to_cipher: bool = True
    in_place: bool = False
    retyped: bool = False  # in place, but with another type
    indexable: bool = True  # the twin's type, on the way back: MariaDB indexes no LONGTEXT
    let_go: frozenset[str] = frozenset()

    @property
    def names(self) -> tuple[str, ...]:
        """Every column that goes."""
        return (
            (self.column,) if self.to_cipher or self.in_place or not self.index else (self.column, self.index)
        )

    @property
    def ours(self) -> frozenset[str]:
        """The names of our own constraints on the column."""
        bare = self.table.name
        job, migration = f"ck_{bare}_{self.column}_encrypted", f"{bare}_{self.column}_is_ciphertext"
        return frozenset({short(job), migration, f"{self.column}_is_ciphertext"})


@dataclass(frozen=True, slots=True)
class Dependent:
    """One thing that hangs on the column.

    ``kind`` and ``name`` are the database's; ``how`` says in a few words what becomes of it, ``remedy`` is the
    statement that takes it out of the way. ``by_name``: ``--drop-constraint NAME`` lets it go. ``residue`` is the word
    for plaintext that it may hold or have written elsewhere, see :mod:`piiguard.protect.schema.residue`.
    """

    kind: str
    name: str
    fate: Fate
    how: str = ""
    remedy: str = ""
    by_name: bool = False
    residue: str = ""

    @property
    def text(self) -> str:
        """One line of ``--plan``."""
        return f"{self.kind} {self.name}: {self.fate}" + (f", {self.how}" if self.how else "")


@dataclass(frozen=True, slots=True)
class Carried:
    """The statements that keep what can be kept.

    ``online`` are indexes by name, made beside writers; ``before`` and ``after`` stand around the swap of the column
    and in its transaction; ``parts`` go into MariaDB's one ALTER TABLE, ``behind`` is what stands behind the type
    there; ``later`` may run when writers are back.
    """

    online: dict[str, str] = field(default_factory=dict)
    before: Sequence[str] = ()
    parts: Sequence[str] = ()
    behind: str = ""
    after: Sequence[str] = ()
    later: Sequence[str] = ()


@dataclass(slots=True)
class Inventory:
    """All of it, as it is put together."""

    dependents: list[Dependent] = field(default_factory=list)
    online: dict[str, str] = field(default_factory=dict)
    before: list[str] = field(default_factory=list)
    parts: list[str] = field(default_factory=list)
    behind: str = ""
    after: list[str] = field(default_factory=list)
    later: list[str] = field(default_factory=list)

    def add(
        self,
        kind: str,
        name: str,
        fate: Fate,
        how: str = "",
        remedy: str = "",
        *,
        by_name: bool = False,
        residue: str = "",
    ) -> None:
        """Note one thing."""
        self.dependents.append(Dependent(kind, name, fate, how, remedy, by_name, residue))

    def runs(self, going: Going, kind: str, name: str) -> None:
        """Note code that finds the column by its name: what it has copied so far is plaintext, wherever it lies."""
        if going.to_cipher:
            how = "it sees ciphertext from then on, and what it has copied until then stays plaintext"
            self.add(kind, name, "kept", how, residue="copies")
        else:
            self.add(kind, name, "kept", "it sees plaintext from then on")

    def give_up(self, going: Going, kind: str, name: str, how: str, remedy: str) -> bool:
        """A constraint that cannot be kept: gone when it was named, else refused. Returns whether it goes."""
        if name in going.let_go:
            self.add(kind, name, "gone", "as --drop-constraint says", by_name=True)
            return True
        self.add(kind, name, "refused", how, remedy, by_name=True)
        return False

    @property
    def carried(self) -> Carried:
        """The statements alone."""
        return Carried(
            dict(self.online),
            tuple(self.before),
            tuple(self.parts),
            self.behind,
            tuple(self.after),
            tuple(self.later),
        )
