"""MariaDB: ``information_schema``, table by table; views, triggers and routines know a column by its name alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import groupby
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from piiguard.protect.schema.dependents.found import Going, Inventory, short
from piiguard.protect.schema.dependents.indexes import Found, judge
from piiguard.protect.schema.dependents.sqltext import driven, mentions, only_asks_for_null
from piiguard.protect.schema.surroundings import without_transactions
from piiguard.protect.schema.tables import quoted

__all__ = ["read"]

_COLUMNS = """
select column_name as name, ordinal_position as position, column_comment as comment, extra, character_set_name as charset,
  collation_name as collation, generation_expression as made, column_type as type
from information_schema.columns where table_schema = coalesce(:schema, database()) and table_name = :table
order by ordinal_position
"""
_TABLE = """
select table_type as type, table_collation as collation from information_schema.tables
where table_schema = coalesce(:schema, database()) and table_name = :table
"""
_KEYS = """
select constraint_name as name, table_name as owner, column_name as here, referenced_table_name as other_table,
  referenced_column_name as there
from information_schema.key_column_usage
where referenced_column_name is not null and (
  (table_schema = coalesce(:schema, database()) and table_name = :table)
  or (referenced_table_schema = coalesce(:schema, database()) and referenced_table_name = :table)) order by 1
"""
_CHECKS = """
select constraint_name as name, level, check_clause as text from information_schema.check_constraints
where constraint_schema = coalesce(:schema, database()) and table_name = :table order by 1
"""
_INDEXES = """
select index_name as name, non_unique = 0 as uniq, column_name as col, sub_part as part, index_type as method
from information_schema.statistics
where table_schema = coalesce(:schema, database()) and table_name = :table and index_name <> 'PRIMARY'
order by index_name, seq_in_index
"""
_VIEWS = "select table_schema as home, table_name as name, view_definition as text from information_schema.views order by 1, 2"
_TRIGGERS = """
select trigger_name as name, action_statement as text from information_schema.triggers
where event_object_schema = coalesce(:schema, database()) and event_object_table = :table order by 1
"""
_ROUTINES = """
select lower(routine_type) as kind, routine_name as name, routine_definition as text from information_schema.routines
where routine_schema = coalesce(:schema, database())
union all select 'event', event_name, event_definition from information_schema.events
where event_schema = coalesce(:schema, database()) order by 1, 2
"""
_PARTS = """
select distinct concat_ws(' ', partition_expression, subpartition_expression) as text from information_schema.partitions
where table_schema = coalesce(:schema, database()) and table_name = :table and partition_name is not null
"""
_GRANTS = """
select user as name, host, column_priv as privileges from mysql.columns_priv
where db = coalesce(:schema, database()) and table_name = :table and column_name = :column order by 1, 2
"""


def read(connection: sa.Connection, going: Going) -> Inventory:
    """The inventory of the column."""
    return _Reader(connection, going).inventory


class _Reader:
    """One column of one table."""

    def __init__(self, connection: sa.Connection, going: Going) -> None:
        self.connection, self.going, self.inventory = connection, going, Inventory()
        self.quote: Callable[[str], str] = connection.dialect.identifier_preparer.quote
        self.table = quoted(connection.dialect, going.table)
        self.at = {"schema": going.table.schema, "table": going.table.name}
        self._table()
        self._column()
        self._keys()
        self._checks()
        self._indexes()
        self._readers()
        self._grants()

    def _all(self, query: str, **more: Any) -> list[Mapping[str, Any]]:
        found = self.connection.execute(sa.text(query), self.at | more).mappings().all()
        return [{key.lower(): value for key, value in row.items()} for row in found]

    def _touches(self, text: str | None) -> bool:
        return any(mentions(text, name) for name in self.going.names)

    def _table(self) -> None:
        if self._all(_TABLE)[0]["type"] == "SYSTEM VERSIONED":
            remedy = f"ALTER TABLE {self.table} DROP SYSTEM VERSIONING"
            self.inventory.add("history of", self.going.table.name, "refused", "it holds plaintext", remedy)
        if engine := without_transactions(self.connection, self.going.table):
            remedy = f"ALTER TABLE {self.table} ENGINE=InnoDB"
            self.inventory.add("engine", engine, "refused", "it has no transactions", remedy)
        for part in self._all(_PARTS):
            if self._touches(part["text"]):
                self.inventory.add(
                    "partitions of", self.going.table.name, "refused", "rows are parted by the plaintext"
                )

    def _column(self) -> None:
        columns, going = self._all(_COLUMNS), self.going
        (mine,) = (c for c in columns if c["name"] == going.column)
        before = [c["name"] for c in columns if c["position"] < mine["position"] and c["name"] != going.twin]
        behind = ["INVISIBLE"] if "INVISIBLE" in mine["extra"] else []
        if mine["comment"]:
            self.inventory.add("comment", going.column, "kept")
            behind.append(f"COMMENT {_literal(mine['comment'])}")
        if not going.in_place:
            behind.append(f"AFTER {self.quote(before[-1])}" if before else "FIRST")
            usual = self._all(_TABLE)[0]["collation"]
            if going.to_cipher and mine["collation"] not in (None, usual):
                self.inventory.add("collation", mine["collation"], "gone", "ciphertext has no order")
        self.inventory.behind = "".join(f" {part}" for part in behind)
        for other in columns:
            if other["name"] not in going.names and self._touches(other["made"]):
                remedy = f"ALTER TABLE {self.table} DROP COLUMN {self.quote(other['name'])}"
                self.inventory.add(
                    "generated column", other["name"], "refused", "it is computed from it", remedy
                )
            if "on update" in other["extra"].lower():
                self.inventory.add("ON UPDATE of", other["name"], "kept", "the job leaves its value as it is")

    def _keys(self) -> None:
        me, seen = self.going.table.name, set[str]()
        for key in self._all(_KEYS):
            here = key["owner"] == me and key["here"] in self.going.names
            there = key["other_table"] == me and key["there"] in self.going.names
            if not (here or there) or key["name"] in seen:
                continue
            seen.add(key["name"])
            drop = f"ALTER TABLE {self.quote(key['owner'])} DROP FOREIGN KEY {self.quote(key['name'])}"
            how = f"it is a foreign key of {key['owner']}"
            if there:
                self.inventory.add("foreign key", key["name"], "refused", how, drop)
            elif self.inventory.give_up(self.going, "foreign key", key["name"], how, drop):
                self._drop(f"DROP FOREIGN KEY {self.quote(key['name'])}")

    def _checks(self) -> None:
        for check in self._all(_CHECKS):
            name, text, going = check["name"], check["text"], self.going
            own = check["level"] == "Column" and name == going.column
            if name in going.ours or not (own or self._touches(text)):
                continue
            if own and text.casefold().replace("`", "") == f"json_valid({going.column})".casefold():
                self.inventory.add("check", name, "gone", "it belongs to the type JSON")
                continue
            drop = f"ALTER TABLE {self.table} DROP CONSTRAINT {self.quote(name)}"
            if not own and all(only_asks_for_null(text, n) for n in going.names):
                self.inventory.add("check", name, "kept" if going.in_place else "rebuilt", "it asks for NULL")
                if not going.in_place:
                    again = f"ADD CONSTRAINT {self.quote(name)} CHECK ({driven(text)})"
                    self.inventory.parts += [f"DROP CONSTRAINT {self.quote(name)}", again]
                continue
            if own:
                drop = f"ALTER TABLE {self.table} MODIFY {self.quote(name)} … without CHECK"
            what = "it tests the plaintext" if going.to_cipher else "it tests the ciphertext"
            if self.inventory.give_up(going, "check", name, what, drop) and not own:
                self._drop(f"DROP CONSTRAINT {self.quote(name)}")

    def _drop(self, part: str) -> None:
        """In place before the first batch, else in the swap's own statement."""
        if self.going.in_place:
            self.inventory.before.append(f"ALTER TABLE {self.table} {part}")
        else:
            self.inventory.parts.append(part)

    def _indexes(self) -> None:
        for name, rows in groupby(self._all(_INDEXES), lambda row: row["name"]):
            parts = list(rows)
            columns = [row["col"] for row in parts]
            if not set(columns) & set(self.going.names):
                continue
            items = [self.quote(r["col"]) + (f"({r['part']})" if r["part"] else "") for r in parts]
            unique, method = bool(parts[0]["uniq"]), parts[0]["method"].lower()
            begins = any(r["part"] for r in parts if r["col"] in self.going.names)
            found = Found(name, unique, items, columns, method=method, beginning=begins)
            drop = f"ALTER TABLE {self.table} DROP INDEX {self.quote(name)}"
            made = judge(self.going, found, self.inventory, drop, self.quote)
            if made is not None:
                self._make(made)
            elif len(columns) > 1 and name in self.going.let_go:
                self._drop(f"DROP INDEX {self.quote(name)}")

    def _make(self, made: Found) -> None:
        """Beside writers under another name; the swap gives it the old one."""
        temporary, going = self.quote(short(f"piiguard_{made.name}")), self.going
        twin = self.quote(going.twin)
        items = [twin if not going.to_cipher and i == self.quote(going.column) else i for i in made.items]
        kind = "UNIQUE " if made.unique else ""
        self.inventory.online[short(f"piiguard_{made.name}")] = (
            f"CREATE {kind}INDEX {temporary} ON {self.table} ({', '.join(items)})"
        )
        name = self.quote(made.name)
        self.inventory.parts += [f"DROP INDEX {name}", f"RENAME INDEX {temporary} TO {name}"]

    def _readers(self) -> None:
        """Views, triggers and routines find the column again by its name, and see ciphertext in it."""
        how = "it sees ciphertext from then on" if self.going.to_cipher else "it sees plaintext from then on"
        for view in self._all(_VIEWS):
            if mentions(view["text"], self.going.table.name) and self._touches(view["text"]):
                self.inventory.add("view", view["name"], "kept", how)
        for trigger in self._all(_TRIGGERS):
            if not trigger["name"].startswith("piiguard_") and self._touches(trigger["text"]):
                self.inventory.runs(self.going, "trigger", trigger["name"])
        for routine in self._all(_ROUTINES):
            if mentions(routine["text"], self.going.table.name) and self._touches(routine["text"]):
                self.inventory.runs(self.going, routine["kind"], routine["name"])

    def _grants(self) -> None:
        """Privileges go by name, and so stay; the blind index gets the same."""
        going = self.going
        try:
            found = self._all(_GRANTS, column=going.column)
        except SQLAlchemyError:
            self.connection.rollback()
            self.inventory.add("privileges on", going.column, "kept", "this account cannot see whose")
            return
        for grant in found:
            given = grant["privileges"]
            names = [p.strip() for p in (given if isinstance(given, str) else ",".join(given)).split(",")]
            who = f"{_literal(grant['name'])}@{_literal(grant['host'])}"
            self.inventory.add("privilege", f"{', '.join(sorted(names))} of {grant['name']}", "kept")
            if going.index and going.to_cipher:
                index = self.quote(going.index)
                listed = ", ".join(f"{name.upper()} ({index})" for name in sorted(names))
                self.inventory.later.append(f"GRANT {listed} ON {self.table} TO {who}")


def _literal(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "''").replace("%", "%%") + "'"
