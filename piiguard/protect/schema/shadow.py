"""The shadow of a UNIQUE blind index: the same values under the next index key, unique as well.

Under two index keys one value has two hashes, which the database's own constraint takes for two values. So a
column beside the index holds every row's hash under the next key, under a UNIQUE index of its own, before
anybody writes with that key. A trigger copies what applications then write, so the database refuses a value
that any row has already, whichever key that row was written with. While the shadow is copied into the index, another
trigger bars hashes under any other key: there is nothing left that they could be compared with.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa

from piiguard.database import PATH
from piiguard.protect.schema.ddl import short
from piiguard.protect.schema.dependents.sqltext import driven, renamed
from piiguard.protect.schema.groups import Group
from piiguard.protect.schema.tables import Key, home_of, quoted

__all__ = ["Shadow", "ShadowDdl", "shadow_ddl", "shadow_name", "shadows"]

# Applications that try again after a serialization failure or a deadlock get through with the next key.
_TRY_AGAIN = "40001"
_BARRED = "piiguard: a blind index under an older key; load the newest keyring and try again"


@dataclass(frozen=True, slots=True)
class Shadow:
    """Where the hashes of the index column ``index`` under ``version`` stand, and what is unique with them."""

    table: sa.Table
    key: Key
    index: sa.Column[Any]
    version: int
    groups: tuple[Group, ...] = ()

    @property
    def name(self) -> str:
        return shadow_name(self.index.name, self.version)

    @property
    def there(self) -> bool:
        """Whether the column has been added."""
        return self.name in self.table.c

    def added(self) -> Shadow:
        """As it will be when the column is there."""
        table = self.table.to_metadata(sa.MetaData())
        table.append_column(sa.Column(self.name, sa.LargeBinary))
        return replace(self, table=table, key=self.key.of(table), index=table.c[self.index.name])

    @property
    def column(self) -> sa.Column[Any]:
        return self.table.c[self.name]


def shadow_name(index: str, version: int) -> str:
    """The column's name, which nobody else would choose."""
    return short(f"piiguard_{index}_v{version}")


def shadows(table: sa.Table, key: Key, index: str, versions: Iterable[int]) -> list[Shadow]:
    """The shadows of an index that are there."""
    return [
        Shadow(table, key, table.c[index], version)
        for version in versions
        if shadow_name(index, version) in table.c
    ]


class ShadowDdl:
    """What the databases have in common."""

    type = "BLOB"

    def __init__(self, dialect: sa.Dialect, shadow: Shadow) -> None:
        preparer = dialect.identifier_preparer
        self.shadow = shadow
        self.quote = preparer.quote
        self.table = quoted(dialect, shadow.table)
        self.index = self.quote(shadow.index.name)
        self.column = self.quote(shadow.name)
        self.prefix = shadow.version.to_bytes(2, "big").hex()
        self.bare = short(f"piiguard_next_{shadow.table.name}_{shadow.index.name}", 56)

    def expand(self) -> list[str]:
        """Add the column; without a default, so that no row is rewritten."""
        return [f"ALTER TABLE {self.table} ADD COLUMN {self.column} {self.type}"]

    def unique(self) -> dict[str, str]:
        """By name, the UNIQUE indexes: as those of the blind index, with the shadow in its place."""
        return dict(map(self._unique, self.shadow.groups))

    def _unique(self, group: Group) -> tuple[str, str]:
        names = [self.shadow.name if name == self.shadow.index.name else name for name in group.columns]
        bare = f"ux_{self.shadow.table.name}_{'_'.join(names)}"
        if group.tail is not None:
            name = short(f"{bare}_{hashlib.sha256(group.tail.encode()).hexdigest()[:8]}")
            tail = renamed(self._spelled(group.tail), self.shadow.index.name, self.column)
            return name, f"CREATE UNIQUE INDEX {self.quote(name)} ON {self.table} {tail}"
        name = short(bare)
        columns = ", ".join(map(self.quote, names))
        return name, f"CREATE UNIQUE INDEX {self.quote(name)} ON {self.table} ({columns})"

    def _spelled(self, text: str) -> str:
        return text

    def follow(self) -> dict[str, list[str]]:
        """The triggers by name: what is written under the next key is copied, another change empties."""
        raise NotImplementedError

    def bar(self) -> dict[str, list[str]]:
        """The triggers by name that refuse a new hash under another key; the application may try again."""
        raise NotImplementedError

    def unfollow(self) -> list[str]:
        """Without the triggers."""
        ends = ("_i", "_u", "_bi", "_bu")
        return [f"DROP TRIGGER IF EXISTS {self.quote(self.bare + end)}" for end in ends]

    def contract(self) -> list[str]:
        """Without the triggers and the column; the column's indexes go with it."""
        return [*self.unfollow(), f"ALTER TABLE {self.table} DROP COLUMN {self.column}"]


class _Postgresql(ShadowDdl):
    type = "BYTEA"

    def _spelled(self, text: str) -> str:
        return driven(text)

    def _function(self, name: str) -> str:
        schema, quoted_name = home_of(self.shadow.table), self.quote(name)
        return f"{self.quote(schema)}.{quoted_name}" if schema else quoted_name

    def follow(self) -> dict[str, list[str]]:
        return self._trigger(
            self.bare,
            f"  IF substr(NEW.{self.index}, 1, 2) = '\\x{self.prefix}'::bytea\n"
            f"  THEN NEW.{self.column} := NEW.{self.index};\n"
            f"  ELSIF TG_OP = 'INSERT' THEN NULL;\n"
            f"  ELSIF NEW.{self.index} IS DISTINCT FROM OLD.{self.index} THEN NEW.{self.column} := NULL;\n"
            f"  END IF;\n",
        )

    def bar(self) -> dict[str, list[str]]:
        return self._trigger(
            self.bare + "_b",
            f"  IF substr(NEW.{self.index}, 1, 2) <> '\\x{self.prefix}'::bytea\n"
            f"    AND (TG_OP = 'INSERT' OR NEW.{self.index} IS DISTINCT FROM OLD.{self.index})\n"
            f"  THEN RAISE EXCEPTION '{_BARRED}' USING ERRCODE = '{_TRY_AGAIN}';\n"
            f"  END IF;\n",
        )

    def _trigger(self, name: str, body: str) -> dict[str, list[str]]:
        function = (
            f"CREATE OR REPLACE FUNCTION {self._function(name)}() RETURNS trigger LANGUAGE plpgsql"
            f" SET search_path = {PATH} AS $piiguard$\n"
            f"BEGIN\n{body}  RETURN NEW;\nEND $piiguard$"
        )
        trigger = (
            f"CREATE TRIGGER {self.quote(name)} BEFORE INSERT OR UPDATE OF {self.index} ON {self.table}"
            f" FOR EACH ROW EXECUTE FUNCTION {self._function(name)}()"
        )
        return {name: [function, trigger]}

    def unfollow(self) -> list[str]:
        return [
            statement
            for name in (self.bare, self.bare + "_b")
            for statement in (
                f"DROP TRIGGER IF EXISTS {self.quote(name)} ON {self.table}",
                f"DROP FUNCTION IF EXISTS {self._function(name)}()",
            )
        ]


class _Mysql(ShadowDdl):
    type = "BINARY(16)"

    def follow(self) -> dict[str, list[str]]:
        copied = (
            f"IF LEFT(NEW.{self.index}, 2) = x'{self.prefix}' THEN SET NEW.{self.column} = NEW.{self.index};"
        )
        emptied = f" ELSEIF NOT (NEW.{self.index} <=> OLD.{self.index}) THEN SET NEW.{self.column} = NULL;"
        return self._triggers({"_i": ("INSERT", copied), "_u": ("UPDATE", copied + emptied)})

    def bar(self) -> dict[str, list[str]]:
        other = f"LEFT(NEW.{self.index}, 2) <> x'{self.prefix}'"
        changed = f"NOT (NEW.{self.index} <=> OLD.{self.index})"
        refused = f"SIGNAL SQLSTATE '{_TRY_AGAIN}' SET MYSQL_ERRNO = 1213, MESSAGE_TEXT = '{_BARRED}';"  # a deadlock's
        return self._triggers(
            {
                "_bi": ("INSERT", f"IF {other} THEN {refused}"),
                "_bu": ("UPDATE", f"IF {other} AND {changed} THEN {refused}"),
            }
        )

    def _triggers(self, bodies: dict[str, tuple[str, str]]) -> dict[str, list[str]]:
        return {
            self.bare + end: [
                (
                    f"CREATE TRIGGER {self.quote(self.bare + end)} BEFORE {event} ON {self.table} FOR EACH ROW\n"
                    f"BEGIN {body} END IF; END"
                )
            ]
            for end, (event, body) in bodies.items()
        }


class _Sqlite(ShadowDdl):
    def follow(self) -> dict[str, list[str]]:
        names = [self.quote(column.name) for column in self.shadow.key.columns]
        same = " AND ".join(f"{name} IS NEW.{name}" for name in names)
        taken = f"substr(NEW.{self.index}, 1, 2) = x'{self.prefix}'"
        changed = f"NEW.{self.index} IS NOT OLD.{self.index}"
        copied = f"CASE WHEN {taken} THEN NEW.{self.index} END"
        events = {"_i": ("INSERT", taken), "_u": (f"UPDATE OF {self.index}", changed)}
        return {
            self.bare + end: [
                (
                    f"CREATE TRIGGER {self.quote(self.bare + end)} AFTER {event} ON {self.table} WHEN {when}\n"  # noqa: S608
                    f"BEGIN UPDATE {self.table} SET {self.column} = {copied} WHERE {same}; END"
                )
            ]
            for end, (event, when) in events.items()
        }

    def bar(self) -> dict[str, list[str]]:
        other = f"substr(NEW.{self.index}, 1, 2) <> x'{self.prefix}'"
        changed = f"{other} AND NEW.{self.index} IS NOT OLD.{self.index}"
        events = {"_bi": ("INSERT", other), "_bu": (f"UPDATE OF {self.index}", changed)}
        return {
            self.bare + end: [
                (
                    f"CREATE TRIGGER {self.quote(self.bare + end)} BEFORE {event} ON {self.table} WHEN {when}\n"
                    f"BEGIN SELECT RAISE(ABORT, '{_BARRED}'); END"
                )
            ]
            for end, (event, when) in events.items()
        }

    def contract(self) -> list[str]:
        # SQLite does not drop a column that an index uses.
        dropped = [f"DROP INDEX IF EXISTS {self.quote(name)}" for name in self.unique()]
        trigger, column = super().contract()[:-1], super().contract()[-1]
        return [*trigger, *dropped, column]


def shadow_ddl(dialect: sa.Dialect, shadow: Shadow) -> ShadowDdl:
    """The statements for this database."""
    kinds: dict[str, type[ShadowDdl]] = {"postgresql": _Postgresql, "mysql": _Mysql, "sqlite": _Sqlite}
    return kinds[dialect.name](dialect, shadow)
