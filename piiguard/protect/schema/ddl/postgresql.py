"""PostgreSQL: everything in one transaction."""

from __future__ import annotations

from piiguard.database import PATH
from piiguard.protect.schema.ddl.ddl import Ddl
from piiguard.protect.schema.tables import home_of

__all__ = ["PostgresqlDdl"]


class PostgresqlDdl(Ddl):
    """Everything in one transaction."""

    cipher_type = "BYTEA"
    index_type = "BYTEA"

    def guard(self) -> list[str]:
        empty = " ".join(f"NEW.{name} := NULL;" for name in self.emptied)
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

    def narrow(self) -> list[str]:
        kind = self.move.source.type.compile(self.dialect)
        return [f"ALTER TABLE {self.table} ALTER COLUMN {self.source} TYPE {kind}"]
