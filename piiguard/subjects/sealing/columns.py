"""What is sealed of a table, and what stands in its place: NULL, an envelope that says so, or a word where neither may."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from piiguard.errors import NotIndexable, SubjectError
from piiguard.keys.envelope import looks_encrypted
from piiguard.names import shown
from piiguard.protect.batches.batch import UNREADABLE
from piiguard.protect.seal import Seal
from piiguard.subjects.live import Catalogue, Table
from piiguard.subjects.planned.columns import documents, is_referred, personal, word, word_length
from piiguard.subjects.rows.known import Known
from piiguard.subjects.rows.search import seal_of

__all__ = ["Columns", "flag_value", "is_set"]

_HEAD = "restricted-"
_SET = frozenset({"t", "true", "1"})


@dataclass(slots=True)
class Columns:
    """The columns of one table that hold the person's values, with those that hang on them."""

    connection: sa.Connection
    known: Known
    table: Table
    names: tuple[str, ...] = ()
    beside: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(
        cls, connection: sa.Connection, known: Known, catalogue: Catalogue, table: Table, hit: frozenset[str]
    ) -> Columns:
        """Those that are sealed. Raises :class:`SubjectError` for one that must stay where it is."""
        names = personal(known, table, hit)
        for name in names:
            refers = any(name in edge.columns for edge in catalogue.above(table))
            if is_referred(catalogue, table, name) or refers:
                raise SubjectError(
                    f"{table.place}.{name}: it holds the person's value and is a key by which rows refer to one another: it cannot be moved",
                    hint=f'restrict = "…", the name of a column of {shown(table.place)} that says whether a row is blocked',
                )
            if _is_lossy(connection, table.types[name]):
                raise SubjectError(
                    f"{table.place}.{name}: the database gives a FLOAT shorter than it is, so it would not come back as it was",
                    hint="make it a DOUBLE, or restrict by a flag column",
                )
        beside = known.beside(table, names)
        for helper in beside:
            if helper in table.required:
                raise SubjectError(
                    f"{table.place}.{helper}: it goes with {beside[helper]} and may not be NULL",
                    hint="let it be NULL, or restrict by a flag column",
                )
        return cls(connection, known, table, names, beside)

    @property
    def all(self) -> tuple[str, ...]:
        return (*self.names, *self.beside)

    def seal(self, name: str) -> Seal | None:
        """What opens the values of a column, or of the one that it goes with."""
        return seal_of(self.known, self.table, self.beside.get(name, name))

    def plain(self, name: str, value: Any) -> bytes | None:
        """What an encrypted value opens to; None for one that is none."""
        seal = self.seal(name)
        if seal is None or not (isinstance(value, str | bytes) and looks_encrypted(value)):
            return None
        return seal.open(value)

    def left(self, name: str, value: Any) -> Any:
        """What stands in place of a value."""
        seal = self.seal(name)
        if seal is not None and name not in self.beside and self.plain(name, value) is not None:
            return seal.restricted()
        if name not in self.table.required:
            return None
        length = word_length(self.table.types[name])
        if length is None or name in documents(self.connection, self.table):
            raise SubjectError(
                f"{self.table.place}.{name}: it may not be NULL, and nothing else of its type says that a value is restricted",
                hint="let it be NULL, or restrict by a flag column",
            )
        return word(_HEAD, length)

    def is_left(self, name: str, value: Any, left: Mapping[str, Any]) -> bool:
        """Whether this stands where a value was moved away: what was ``left`` there, rotated or encrypted since."""
        if value is None or value == left.get(name):
            return True
        seal, there = self.seal(name), left.get(self.beside.get(name, name))
        if seal is None:
            return False
        return seal.is_restricted(value) or (there is not None and _is_made_of(seal, value, there))


def _is_made_of(seal: Seal, value: Any, left: Any) -> bool:
    """Whether a job has made this of the word that was left: its ciphertext, or its blind index."""
    try:
        if isinstance(value, str | bytes) and looks_encrypted(value):
            return seal.open(value) == seal.encode(left)
        return value in seal.indexes(left)
    except (*UNREADABLE, NotIndexable):
        return False


def flag_value(table: Table, name: str) -> Any:
    """What sets a flag column. Raises :class:`SubjectError` for a column that is none."""
    kind = table.types.get(name)
    if kind is None or name in table.key:
        raise SubjectError(
            f"{table.place}.{name}: restrict names it, and it is no column that can be set",
            hint='write the name of a boolean column, or "seal"',
        )
    if not isinstance(kind, sa.Boolean | sa.Integer):
        raise SubjectError(
            f"{table.place}.{name}: restrict names it, and it is neither boolean nor a whole number",
            hint='write the name of a boolean column, or "seal"',
        )
    return True if isinstance(kind, sa.Boolean) else 1


def is_set(value: Any) -> bool:
    """Whether a flag is set, as the database spells it."""
    return str(value).lower() in _SET


def _is_lossy(connection: sa.Connection, kind: Any) -> bool:
    return connection.dialect.name in ("mysql", "mariadb") and type(kind).__name__ == "FLOAT"
