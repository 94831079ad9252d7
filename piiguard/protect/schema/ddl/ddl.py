"""One column on its way, and the statements that the databases have in common."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from piiguard.protect.schema.dependents.found import Carried, short
from piiguard.protect.schema.tables import quoted

__all__ = ["Ddl", "Migration"]


@dataclass(frozen=True, slots=True)
class Migration:
    """One column on its way; ``twin`` is filled beside ``source`` and takes its name in the end."""

    table: sa.Table
    source: sa.Column[Any]
    twin: str
    index: str | None
    unique: bool
    to_cipher: bool
    plain_type: str | None = None  # of the twin, when decrypting
    adds: tuple[str, ...] = ()  # columns that are not there yet
    checked: bool = False  # the source has our CHECK
    carried: Carried = field(default_factory=Carried)  # what hangs on the source
    pad_to: int = 0  # bytes that a value is filled up to

    @property
    def place(self) -> str:
        return f"{self.table.fullname}.{self.source.name}"


class Ddl:
    """What the databases have in common."""

    cipher_type = "BLOB"
    index_type = "BLOB"
    text_type = "TEXT"

    def __init__(self, dialect: sa.Dialect, move: Migration) -> None:
        self.move, self.dialect = move, dialect
        preparer = dialect.identifier_preparer
        self.quote = preparer.quote
        self.table = quoted(dialect, move.table)
        self.source = self.quote(move.source.name)
        self.twin = self.quote(move.twin)
        self.index = self.quote(move.index) if move.index else None
        bare = move.table.name
        self.trigger = self.quote(short(f"piiguard_stale_{bare}_{move.source.name}"))
        self.check = self.quote(short(f"ck_{bare}_{move.source.name}_encrypted"))
        self.index_name = short(f"{'ux' if move.unique else 'ix'}_{bare}_{move.index}")

    def types(self) -> dict[str, str]:
        """The columns to add."""
        twin = self.cipher_type if self.move.to_cipher else self.move.plain_type or self.text_type
        found = {self.move.twin: twin}
        if self.move.index and self.move.to_cipher:
            found[self.move.index] = self.index_type
        return {name: kind for name, kind in found.items() if name in self.move.adds}

    def expand(self) -> list[str]:
        """Add what is missing; without defaults, so that no row is rewritten."""
        added = ", ".join(f"ADD COLUMN {self.quote(name)} {kind}" for name, kind in self.types().items())
        return [f"ALTER TABLE {self.table} {added}"] if added else []

    def guard(self) -> list[str]:
        """The trigger that empties a stale twin."""
        raise NotImplementedError

    def unguard(self) -> list[str]:
        """Without the trigger again."""
        return [f"DROP TRIGGER IF EXISTS {self.trigger}"]

    def withdraw(self, columns: Sequence[str]) -> list[str]:
        """Take back what was added, the trigger first; the source is as it was."""
        dropped = ", ".join(f"DROP COLUMN {self.quote(name)}" for name in columns)
        return [*self.unguard(), *([f"ALTER TABLE {self.table} {dropped}"] if dropped else [])]

    def indexes(self) -> dict[str, str]:
        """By name, the database's own index: over the blind index, or over plaintext that was unique through it."""
        if not self.move.to_cipher:
            name = short(f"ux_{self.move.table.name}_{self.move.source.name}")
            made = f"CREATE UNIQUE INDEX {self.quote(name)} ON {self.table} ({self.twin})"
            return {name: made} if self.move.unique else {}
        if not self.index:
            return {}
        unique, name = "UNIQUE " if self.move.unique else "", self.quote(self.index_name)
        return {self.index_name: f"CREATE {unique}INDEX {name} ON {self.table} ({self.index})"}

    def lock(self) -> list[str]:
        """Keep writers out for the swap."""
        raise NotImplementedError

    def swap(self) -> list[str]:
        """The twin takes the place of the source, which is dropped."""
        raise NotImplementedError

    def ways(self) -> list[list[str]]:
        """The ways to swap, the better one first."""
        return [self.swap()]

    def after(self) -> list[str]:
        """What may run when writers are back."""
        return list(self.move.carried.later)

    def widen(self) -> list[str]:
        """Make room for text envelopes in the column itself."""
        return []

    def narrow(self) -> list[str]:
        """The way back from :meth:`widen`, while no envelope is there."""
        return []

    @property
    def emptied(self) -> list[str]:
        return [self.twin, *([self.index] if self.index and self.move.to_cipher else [])]
