"""MariaDB: each ALTER TABLE stands by itself."""

from __future__ import annotations

from piiguard.protect.schema.ddl.ddl import Ddl

__all__ = ["MysqlDdl"]


class MysqlDdl(Ddl):
    """Each ALTER TABLE is atomic by itself, and none takes part in a transaction."""

    cipher_type = "LONGBLOB"
    index_type = "BINARY(16)"
    text_type = "LONGTEXT CHARACTER SET utf8mb4"

    def guard(self) -> list[str]:
        empty = ", ".join(f"NEW.{name} = NULL" for name in self.emptied)
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
        longest = max(4 * (length or 0), self.move.pad_to)
        room = 4 + -(-4 * (longest + 46) // 3) if length and longest <= 16000 else None
        return self._typed(f"VARCHAR({room})" if room else "LONGTEXT")

    def narrow(self) -> list[str]:
        kind = self.move.source.type
        length = getattr(kind, "length", None)
        return self._typed(type(kind).__name__ + (f"({length})" if length else ""))

    def _typed(self, kind: str) -> list[str]:
        charset = getattr(self.move.source.type, "charset", None) or "utf8mb4"
        collation = getattr(self.move.source.type, "collation", None)
        order = f" COLLATE {collation}" if collation else ""
        null = "NULL" if self.move.source.nullable else "NOT NULL"
        text = f"{kind} CHARACTER SET {charset}{order} {null}{self.move.carried.behind}"
        return [f"ALTER TABLE {self.table} MODIFY COLUMN {self.source} {text}"]
