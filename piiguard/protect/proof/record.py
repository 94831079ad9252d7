"""What ``piiguard encrypt --keep-plaintext`` has proved, so that a migration without keys can rely on it.

A fingerprint over every pair of plaintext and ciphertext, in the order of the keys, stands in ``piiguard_jobs`` beside
the column's entry. While it is the same, every pair is one that was opened and compared. It goes with the plaintext.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from piiguard.database import has_own
from piiguard.manifest import ProtectedColumn
from piiguard.protect.schema.ddl import short
from piiguard.protect.state import jobs, now

if TYPE_CHECKING:
    from piiguard.keys import Keyring

__all__ = ["Fingerprint", "Record", "forget", "recall", "remember"]


_NOTED = ("context", "type", "index", "normalizer", "pad_to")


class Fingerprint:
    """SHA-256 over the cells of many rows, each with its length."""

    def __init__(self) -> None:
        self.begin()

    def begin(self) -> None:
        """Forget what was added."""
        self._hash = hashlib.sha256()

    def add(self, rows: Sequence[Sequence[Any]]) -> None:
        """Take in rows; no cell can pass for a piece of its neighbour."""
        for row in rows:
            for value in row:
                data = (
                    value
                    if isinstance(value, bytes | memoryview)
                    else b""
                    if value is None
                    else str(value).encode()
                )
                self._hash.update(f"{'-' if value is None else len(data)}:".encode())
                self._hash.update(data)

    @property
    def text(self) -> str:
        """The digest in hexadecimal digits."""
        return self._hash.hexdigest()


@dataclass(frozen=True, slots=True)
class Record:
    """The entry of the column, and the fingerprint."""

    item: ProtectedColumn
    sha256: str


def _name(table: str, column: str) -> str:
    return short(f"{table}.{column} proved", 190)


def remember(connection: sa.Connection, item: ProtectedColumn, keyring: Keyring, seen: Fingerprint) -> None:
    """Note what was proved; commits."""
    forget(connection, item.table, item.column)
    entry = {name: getattr(item, name) for name in _NOTED}
    connection.execute(
        jobs.insert().values(
            table_name=_name(item.table, item.column),
            part=0,
            kind="proved",
            columns=item.column,
            keyring_id=str(keyring.id),
            generation=keyring.generation,
            target=0,
            state="done",
            owner="",
            host="",
            last_key=json.dumps({"sha256": seen.text, "entry": entry}),
            changed=0,
            missed=0,
            failed=0,
            started=now(),
            updated=now(),
        )
    )
    connection.commit()


def recall(connection: sa.Connection, table: str, column: str) -> Record | None:
    """What was noted of a column."""
    if not has_own(connection, jobs.name):
        return None
    here = jobs.c.table_name == _name(table, column)
    text = connection.scalar(sa.select(jobs.c.last_key).where(here))
    if text is None:
        return None
    found = json.loads(text)
    entry = found["entry"]
    if isinstance(entry.get("normalizer"), list):
        entry["normalizer"] = tuple(entry["normalizer"])
    return Record(ProtectedColumn(table, column, **entry), found["sha256"])


def forget(connection: sa.Connection, table: str, column: str) -> None:
    """Drop the note; the caller commits."""
    connection.execute(jobs.delete().where(jobs.c.table_name == _name(table, column)))
