"""SQLite: one transaction, and two ways to swap."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from piiguard.protect.schema.ddl.ddl import Ddl
from piiguard.protect.schema.dependents.found import short

__all__ = ["SqliteDdl"]


class SqliteDdl(Ddl):
    """One transaction; a column under a constraint cannot be dropped, so the twin's bytes move into it."""

    def expand(self) -> list[str]:
        return [
            f"ALTER TABLE {self.table} ADD COLUMN {self.quote(name)} {kind}{self._checked(name)}"
            for name, kind in self.types().items()
        ]

    def _checked(self, name: str) -> str:
        if name != self.move.twin or not self.move.to_cipher:
            return ""
        return f" CONSTRAINT {self.check} CHECK ({self.twin} IS NULL OR (typeof({self.twin}) = 'blob' AND substr({self.twin}, 1, 1) = x'F9'))"

    def guard(self) -> list[str]:
        empty = ", ".join(f"{name} = NULL" for name in self.emptied)
        same = " AND ".join(f"{self.quote(c.name)} IS NEW.{self.quote(c.name)}" for c in self._row)
        stale = f"NEW.{self.source} COLLATE BINARY IS NOT OLD.{self.source} AND NEW.{self.twin} IS OLD.{self.twin}"
        trigger = (
            f"CREATE TRIGGER IF NOT EXISTS {self.trigger} "  # noqa: S608 - quoted names
            f"AFTER UPDATE OF {self.source} ON {self.table}\n"
            f"WHEN {stale}\n"
            f"BEGIN UPDATE {self.table} SET {empty} WHERE {same}; END"
        )
        return [trigger]

    @property
    def _row(self) -> list[sa.Column[Any]]:
        return list(self.move.table.primary_key.columns) or [c for c in self.move.table.c if not c.nullable]

    def lock(self) -> list[str]:
        return ["BEGIN IMMEDIATE"]

    def swap(self) -> list[str]:
        return [
            *self.move.carried.before,
            f"ALTER TABLE {self.table} DROP COLUMN {self.source}",
            f"ALTER TABLE {self.table} RENAME COLUMN {self.twin} TO {self.source}",
            *self._without_index(),
            *self.move.carried.after,
        ]

    def copy(self) -> list[str]:
        """The other way to swap, where SQLite cannot drop the source; it keeps its declared type."""
        found = [
            *self.move.carried.before,
            *(f"DROP TRIGGER IF EXISTS {name}" for name in self._watchers()),
            f"UPDATE {self.table} SET {self.source} = {self.twin}",  # noqa: S608 - quoted names
            f"ALTER TABLE {self.table} DROP COLUMN {self.twin}",
        ]
        found += list(self._watchers().values()) if self.move.to_cipher else self._without_index()
        return [*found, *self.move.carried.after]

    def ways(self) -> list[list[str]]:
        plain = self.exchange(constrained=False)
        return [plain] if plain == self.copy() else [plain, self.copy()]

    def exchange(self, *, constrained: bool) -> list[str]:
        """The way that keeps NOT NULL, and a constraint that SQLite cannot drop with its column."""
        return self.copy() if constrained or not self.move.source.nullable else self.swap()

    @property
    def watchers(self) -> tuple[str, ...]:
        """The names of our triggers that keep plaintext out of a column under a constraint."""
        bare = short(f"piiguard_only_{self.move.table.name}_{self.move.source.name}", 56)
        return f"{bare}_i", f"{bare}_u"

    def _watchers(self) -> dict[str, str]:
        """Triggers that do what a CHECK would: SQLite cannot add one to a column that is there."""
        column = f"NEW.{self.source}"
        plain = f"{column} IS NOT NULL AND (typeof({column}) <> 'blob' OR substr({column}, 1, 1) <> x'F9')"
        text = f"{self.move.place} takes ciphertext only".replace("'", "''")
        events = "INSERT", f"UPDATE OF {self.source}"
        return {
            name: f"CREATE TRIGGER {name} BEFORE {event} ON {self.table} WHEN {plain}\n"
            f"BEGIN SELECT RAISE(ABORT, '{text}'); END"
            for name, event in zip(map(self.quote, self.watchers), events, strict=True)
        }

    def withdraw(self, columns: Sequence[str]) -> list[str]:
        found = self.unguard()
        for name in columns:
            found += self._index_gone() if name == self.move.index else []
            found.append(f"ALTER TABLE {self.table} DROP COLUMN {self.quote(name)}")
        return found

    def _index_gone(self) -> list[str]:
        names = (short(f"{kind}_{self.move.table.name}_{self.move.index}") for kind in ("ux", "ix"))
        return [f"DROP INDEX IF EXISTS {self.quote(name)}" for name in names]

    def _without_index(self) -> list[str]:
        if self.move.to_cipher or not self.index:
            return []
        return [*self._index_gone(), f"ALTER TABLE {self.table} DROP COLUMN {self.index}"]
