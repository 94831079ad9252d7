"""The statements around a migration, per database: what ``--plan`` prints is what is run.

The twin column gets a trigger that empties it when the application changes the source without it. So a value
that was copied and then changed is found again, and the swap never brings back an old one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from piiguard.database import PATH
from piiguard.protect.schema.dependents.found import Carried, short
from piiguard.protect.schema.tables import home_of, quoted

__all__ = ["Ddl", "Migration", "ddl_for", "short"]


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

    @property
    def place(self) -> str:
        return f"{self.table.fullname}.{self.source.name}"


class Ddl:
    """What the databases have in common."""

    cipher_type = "BLOB"
    index_type = "BLOB"
    text_type = "TEXT"

    def __init__(self, dialect: sa.Dialect, move: Migration) -> None:
        self.move = move
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

    @property
    def _emptied(self) -> list[str]:
        return [self.twin, *([self.index] if self.index and self.move.to_cipher else [])]


class PostgresqlDdl(Ddl):
    """Everything in one transaction."""

    cipher_type = "BYTEA"
    index_type = "BYTEA"

    def guard(self) -> list[str]:
        empty = " ".join(f"NEW.{name} := NULL;" for name in self._emptied)
        function = (
            f"CREATE OR REPLACE FUNCTION {self._function}() RETURNS trigger LANGUAGE plpgsql"
            f" SET search_path = {PATH} AS $piiguard$\n"
            f"BEGIN\n"
            f'  IF (NEW.{self.source})::text COLLATE "C" IS DISTINCT FROM (OLD.{self.source})::text'
            f" AND (NEW.{self.twin})::text IS NOT DISTINCT FROM (OLD.{self.twin})::text\n"
            f"  THEN {empty} END IF;\n"
            f"  RETURN NEW;\n"
            f"END $piiguard$"
        )
        return [
            function,
            f"DROP TRIGGER IF EXISTS {self.trigger} ON {self.table}",
            (
                f"CREATE TRIGGER {self.trigger} BEFORE UPDATE ON {self.table}"
                f" FOR EACH ROW EXECUTE FUNCTION {self._function}()"
            ),
        ]

    @property
    def _function(self) -> str:
        schema = home_of(self.move.table)
        return f"{self.quote(schema)}.{self.trigger}" if schema else self.trigger

    def unguard(self) -> list[str]:
        return [
            f"DROP TRIGGER IF EXISTS {self.trigger} ON {self.table}",
            f"DROP FUNCTION IF EXISTS {self._function}()",
        ]

    def lock(self) -> list[str]:
        return [f"LOCK TABLE {self.table} IN ACCESS EXCLUSIVE MODE"]

    def swap(self) -> list[str]:
        found = [
            *self.move.carried.before,
            f"ALTER TABLE {self.table} DROP COLUMN {self.source}",
            f"ALTER TABLE {self.table} RENAME COLUMN {self.twin} TO {self.source}",
        ]
        if not self.move.source.nullable:
            found.append(f"ALTER TABLE {self.table} ALTER COLUMN {self.source} SET NOT NULL")
        if self.move.to_cipher:
            found.append(
                f"ALTER TABLE {self.table} ADD CONSTRAINT {self.check}"
                f" CHECK (get_byte({self.source}, 0) = 249) NOT VALID"
            )
        elif self.index:
            found.append(f"ALTER TABLE {self.table} DROP COLUMN {self.index}")
        return [*found, *self.move.carried.after]

    def after(self) -> list[str]:
        valid = f"ALTER TABLE {self.table} VALIDATE CONSTRAINT {self.check}"
        return [*([valid] if self.move.to_cipher else []), *self.move.carried.later]

    def widen(self) -> list[str]:
        return [f"ALTER TABLE {self.table} ALTER COLUMN {self.source} TYPE text"]


class MysqlDdl(Ddl):
    """Each ALTER TABLE is atomic by itself, and none takes part in a transaction."""

    cipher_type = "LONGBLOB"
    index_type = "BINARY(16)"
    text_type = "LONGTEXT CHARACTER SET utf8mb4"

    def guard(self) -> list[str]:
        empty = ", ".join(f"NEW.{name} = NULL" for name in self._emptied)
        trigger = (
            f"CREATE TRIGGER {self.trigger} BEFORE UPDATE ON {self.table} FOR EACH ROW\n"  # noqa: S608 - names
            f"BEGIN\n"
            f"  IF NOT (CAST(NEW.{self.source} AS BINARY) <=> CAST(OLD.{self.source} AS BINARY))"
            f" AND NEW.{self.twin} <=> OLD.{self.twin}\n"
            f"  THEN SET {empty}; END IF;\n"
            f"END"
        )
        return [f"DROP TRIGGER IF EXISTS {self.trigger}", trigger]

    def lock(self) -> list[str]:
        return [f"LOCK TABLES {self.table} WRITE"]

    def swap(self) -> list[str]:
        kind = self.cipher_type if self.move.to_cipher else self.move.plain_type or self.text_type
        null, kept = "" if self.move.source.nullable else " NOT NULL", self.move.carried
        parts = [
            f"DROP COLUMN {self.source}",
            f"CHANGE COLUMN {self.twin} {self.source} {kind}{null}{kept.behind}",
        ]
        if self.move.to_cipher:
            parts.append(f"ADD CONSTRAINT {self.check} CHECK (LEFT({self.source}, 1) = x'F9')")
        else:
            parts += [f"DROP CONSTRAINT {self.check}"] if self.move.checked else []
            parts += [f"DROP COLUMN {self.index}"] if self.index else []
        return [f"ALTER TABLE {self.table} {', '.join([*parts, *kept.parts])}"]

    def widen(self) -> list[str]:
        length = getattr(self.move.source.type, "length", None)
        # Four bytes a character at most, 46 of envelope, four characters for three bytes.
        room = 4 + -(-4 * (4 * length + 46) // 3) if length and length <= 4000 else None
        kind = f"VARCHAR({room})" if room else "LONGTEXT"
        charset = getattr(self.move.source.type, "charset", None) or "utf8mb4"
        collation = getattr(self.move.source.type, "collation", None)
        order = f" COLLATE {collation}" if collation else ""
        null = "NULL" if self.move.source.nullable else "NOT NULL"
        text = f"{kind} CHARACTER SET {charset}{order} {null}{self.move.carried.behind}"
        return [f"ALTER TABLE {self.table} MODIFY COLUMN {self.source} {text}"]


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
        empty = ", ".join(f"{name} = NULL" for name in self._emptied)
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

    def _watchers(self) -> dict[str, str]:
        """Triggers that do what a CHECK would: SQLite cannot add one to a column that is there."""
        column = f"NEW.{self.source}"
        plain = f"{column} IS NOT NULL AND (typeof({column}) <> 'blob' OR substr({column}, 1, 1) <> x'F9')"
        text = f"{self.move.place} takes ciphertext only".replace("'", "''")
        names = {
            end: self.quote(short(f"piiguard_only_{self.move.table.name}_{self.move.source.name}", 56) + end)
            for end in ("_i", "_u")
        }
        events = {"_i": "INSERT", "_u": f"UPDATE OF {self.source}"}
        return {
            name: f"CREATE TRIGGER {name} BEFORE {events[end]} ON {self.table} WHEN {plain}\n"
            f"BEGIN SELECT RAISE(ABORT, '{text}'); END"
            for end, name in names.items()
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


def ddl_for(dialect: sa.Dialect, move: Migration) -> Ddl:
    """The statements for this database."""
    kinds = {"postgresql": PostgresqlDdl, "mysql": MysqlDdl, "sqlite": SqliteDdl}
    return kinds[dialect.name](dialect, move)
