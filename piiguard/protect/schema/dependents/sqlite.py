"""SQLite: ``sqlite_master`` has the text of everything; a table of the same text in memory tells what would break."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import sqlalchemy as sa

from piiguard.protect.schema.dependents.found import Going, Inventory
from piiguard.protect.schema.dependents.indexes import Found, judge
from piiguard.protect.schema.dependents.sqltext import (
    bracketed,
    mentions,
    only_asks_for_null,
    split_list,
)

__all__ = ["read", "rehearse", "strictly"]

_WORD = r'(?:"(?:[^"]|"")*"|\[[^\]]*\]|`[^`]*`|[^\W\d][\w$]*)'
_FULL_TEXT = re.compile(
    r"\s*create\s+virtual\s+table\b.*?\busing\s+fts[345]\s*\((?P<of>.*)", re.IGNORECASE | re.DOTALL
)
_CONTENT = re.compile(
    r"""\bcontent\s*=\s*(?P<name>'[^']*'|"[^"]*"|`[^`]*`|\[[^\]]*\]|[\w$]*)""", re.IGNORECASE
)
_CHECK = re.compile(rf"(?:\bconstraint\s+({_WORD})\s+)?\bcheck\s*(?=\()", re.IGNORECASE)


def read(connection: sa.Connection, going: Going) -> Inventory:
    """The inventory of the column."""
    return _Reader(connection, going).inventory


class _Reader:
    """One column of one table."""

    def __init__(self, connection: sa.Connection, going: Going) -> None:
        self.connection, self.going, self.inventory = connection, going, Inventory()
        self.quote: Callable[[str], str] = connection.dialect.identifier_preparer.quote
        self._place()
        self._checks()
        self._keys()
        self._computed()
        self._indexes()
        self._readers()
        self._words()

    def _pragma(self, name: str, argument: str) -> Sequence[Any]:
        return self.connection.exec_driver_sql(f"PRAGMA {name}({self.quote(argument)})").mappings().all()

    def _texts(self, kind: str) -> list[tuple[str, str, str]]:
        found = self.connection.exec_driver_sql(
            "select name, tbl_name, sql from sqlite_master where type = ? and sql is not null order by name",
            (kind,),
        ).all()
        return [(str(name), str(owner), str(text)) for name, owner, text in found]

    def _touches(self, text: str | None) -> bool:
        return any(mentions(text, name) for name in self.going.names)

    def _mine(self, owner: str) -> bool:
        return owner.casefold() == self.going.table.name.casefold()

    def _place(self) -> None:
        names = [row["name"] for row in self._pragma("table_xinfo", self.going.table.name)]
        behind = names[names.index(self.going.column) + 1 :] if self.going.column in names else []
        if not self.going.in_place and set(behind) - {self.going.twin, self.going.index}:
            self.inventory.add(
                "place", self.going.column, "gone", "it comes last; an INSERT must name its columns"
            )

    def _checks(self) -> None:
        going = self.going
        (text,) = (sql for name, _, sql in self._texts("table") if self._mine(name))
        for name, test in checks(text):
            shown = name or f"({test})"
            if not self._touches(test) or name in going.ours or _ours(test):
                continue
            if all(only_asks_for_null(test, n) for n in going.names):
                self.inventory.add("check", shown, "kept", "it asks for NULL")
            else:
                # SQLite drops no constraint: there is nothing that a name could let go
                remedy = (
                    f"make {going.table.name} anew without it (sqlite.org/lang_altertable.html, section 7)"
                )
                what = "it tests the plaintext" if going.to_cipher else "it tests the ciphertext"
                self.inventory.add("check", shown, "refused", what, remedy)

    def _keys(self) -> None:
        for owner, _, _ in self._texts("table"):
            for key in self._pragma("foreign_key_list", owner):
                here = self._mine(owner) and key["from"] in self.going.names
                there = self._mine(key["table"]) and key["to"] in self.going.names
                if here or there:
                    remedy = f"make {owner} anew without it"
                    self.inventory.add(
                        "foreign key", f"of {owner}", "refused", f"{key['from']} uses it", remedy
                    )

    def _computed(self) -> None:
        (text,) = (sql for name, _, sql in self._texts("table") if self._mine(name))
        begin, end = bracketed(text)
        made = {
            row["name"]
            for row in self._pragma("table_xinfo", self.going.table.name)
            if row["hidden"] in (2, 3)
        }
        for part in split_list(text[begin + 1 : end]):
            for name in made:
                if mentions(part.split()[0], name) and self._touches(part):
                    remedy = f"ALTER TABLE {self.quote(self.going.table.name)} DROP COLUMN {self.quote(name)}"
                    self.inventory.add("generated column", name, "refused", "it is computed from it", remedy)

    def _indexes(self) -> None:
        texts = {name: sql for name, owner, sql in self._texts("index") if self._mine(owner)}
        for row in self._pragma("index_list", self.going.table.name):
            name, text = row["name"], texts.get(row["name"])
            found = self._found(row, text)
            if not any(self._touches(t) for t in (*found.items, found.where or "")):
                continue
            made = judge(self.going, found, self.inventory, f"DROP INDEX {self.quote(name)}", self.quote)
            if text is None or self.going.in_place:
                continue
            self.inventory.before.append(f"DROP INDEX IF EXISTS {self.quote(name)}")
            if made is not None:
                begin, end = bracketed(text)
                self.inventory.after.append(f"{text[: begin + 1]}{', '.join(made.items)}{text[end:]}")

    def _found(self, row: Any, text: str | None) -> Found:
        parts = [p for p in self._pragma("index_xinfo", row["name"]) if p["key"]]
        columns = [part["name"] for part in parts]
        if text is None:
            return Found(
                row["name"], bool(row["unique"]), [self.quote(c) for c in columns], columns, constraint=True
            )
        begin, end = bracketed(text)
        where = re.search(r"\bwhere\b(.*)", text[end:], re.IGNORECASE | re.DOTALL)
        items = split_list(text[begin + 1 : end])
        return Found(
            row["name"], bool(row["unique"]), items, columns, where=where.group(1) if where else None
        )

    def _readers(self) -> None:
        how = "it sees ciphertext from then on" if self.going.to_cipher else "it sees plaintext from then on"
        for kind in ("view", "trigger"):
            for name, owner, text in self._texts(kind):
                about = self._mine(owner) or mentions(text, self.going.table.name)
                if not about or name.startswith("piiguard_") or not self._touches(text):
                    continue
                if kind == "view":
                    self.inventory.add(kind, name, "kept", how)
                else:
                    self.inventory.runs(self.going, kind, name)

    def _words(self) -> None:
        """A full-text index has the words of a value in tables of its own, which no encryption of ours reaches."""
        for name, _, text in self._texts("table"):
            searched = _FULL_TEXT.match(text)
            if not searched or not self.going.to_cipher or not self._touches(searched["of"]):
                continue
            content = _CONTENT.search(searched["of"])
            source = content["name"].strip("\"'`[]") if content else ""
            feeds = [
                trigger for trigger, owner, body in self._texts("trigger") if self._feeds(owner, body, name)
            ]
            if feeds or self._reads(source):
                remedy = [f"DROP TRIGGER {self.quote(each)}" for each in feeds]
                remedy.append(f"DROP TABLE {self.quote(name)}")
                how = "it holds the words of the plaintext"
                self.inventory.add("full-text index", name, "refused", how, "; ".join(remedy))
            elif not source:
                how = "it has a column of this name: look whether it holds the plaintext"
                self.inventory.add("full-text index", name, "kept", how, residue="full-text")

    def _feeds(self, owner: str, body: str, index: str) -> bool:
        return (self._mine(owner) or mentions(body, self.going.table.name)) and mentions(body, index)

    def _reads(self, source: str) -> bool:
        """Whether a full-text index has its content from the table, or from a view of it."""
        views = {name.casefold(): text for name, _, text in self._texts("view")}
        return self._mine(source) or mentions(views.get(source.casefold()), self.going.table.name)


def _ours(test: str) -> bool:
    """The columns of 0.1.0 have our test without a name: it stands word for word, whatever the column is called."""
    plain = re.sub(_WORD, lambda word: word.group() if word.group().casefold() in _OURS_WORDS else "_", test)
    return plain in _OURS


_OURS_WORDS = frozenset(("is", "null", "or", "and", "typeof", "substr", "length", "x"))
_OURS = frozenset(
    re.sub(_WORD, lambda word: word.group() if word.group().casefold() in _OURS_WORDS else "_", text)
    for text in (
        "c IS NULL OR (typeof(c) = 'blob' AND substr(c, 1, 1) = x'F9')",
        "c IS NULL OR (typeof(c) = 'blob' AND length(c) >= 46 AND substr(c, 1, 1) = x'F9')",
    )
)


def checks(text: str) -> Iterator[tuple[str | None, str]]:
    """The CHECKs of a CREATE TABLE: their names, and what they test.

    >>> list(checks("create table t (a text constraint long check (length(a) > 2), check (a <> ')'))"))
    [('long', 'length(a) > 2'), (None, "a <> ')'")]
    """
    for found in _CHECK.finditer(text):
        begin, end = bracketed(text, found.end())
        name = found.group(1)
        yield (name.strip('"`[]') if name else None), text[begin + 1 : end]


def rehearse(connection: sa.Connection, statements: Sequence[str]) -> str | None:
    """Run statements on empty tables of the same text; returns what SQLite says against them.

    What cannot be made in memory, such as a virtual table, is left out of the rehearsal.
    """
    stage = sqlite3.connect(":memory:")
    try:
        for (text,) in connection.exec_driver_sql(
            "select sql from sqlite_master where sql is not null and name not like 'sqlite_%'"
            " order by type <> 'table', type <> 'index', type <> 'view'"
        ).all():
            try:
                stage.execute(text)
            except sqlite3.Error:
                continue
        for statement in statements:
            stage.execute(statement)
    except sqlite3.Error as error:
        return str(error)
    finally:
        stage.close()
    return None


def strictly(connection: sa.Connection, table: str, column: str) -> str | None:
    """The type that alone a column of a STRICT table takes; None where any value may stand."""
    quote = connection.dialect.identifier_preparer.quote
    listed = connection.exec_driver_sql(f"PRAGMA table_list({quote(table)})").mappings().all()
    if not any(row["strict"] for row in listed):
        return None
    columns = connection.exec_driver_sql(f"PRAGMA table_xinfo({quote(table)})").mappings().all()
    (kind,) = (row["type"].upper() for row in columns if row["name"] == column)
    return None if kind == "ANY" else str(kind)
