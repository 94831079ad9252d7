"""What tells that a row past its term is done though it stays: it is restricted, or a pseudonym stands wherever it named somebody."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import sqlalchemy as sa

from piiguard.errors import SubjectError
from piiguard.keys.envelope import looks_encrypted
from piiguard.protect.batches.batch import UNREADABLE
from piiguard.rights import SEAL, TableRule
from piiguard.subjects.erasing.columns import HEAD, going
from piiguard.subjects.live import Catalogue, Row, Table
from piiguard.subjects.planned.columns import LENGTH, word_length
from piiguard.subjects.restricted.rows import RestrictedRows
from piiguard.subjects.rows.known import Known
from piiguard.subjects.rows.reach import chunks
from piiguard.subjects.rows.search import seal_of

__all__ = ["Done", "How", "Signs", "nothing", "signs_of"]

Done = Callable[[sa.Connection, list[Row]], set[Row]]
"""Those of some rows that are done."""


How = Literal["erase", "restrict"]
"""What becomes of rows past their term."""
NO_WAY = 'no rule says how their use stops: restrict = "seal", or the name of a flag column'


def nothing(connection: sa.Connection, rows: list[Row]) -> set[Row]:
    """Where a row that is done is not found again."""
    return set()


@dataclass(frozen=True, slots=True)
class Signs:
    """``filled`` are columns of which one holds something while there is work; ``done`` tells rows that stay and are done."""

    filled: tuple[str, ...] = ()
    done: Done = nothing


def signs_of(known: Known, catalogue: Catalogue, table: Table, rule: TableRule, how: How) -> Signs:
    """Raises :class:`SubjectError` where nothing would tell, or no rule says how."""
    if how == "restrict":
        if rule.restrict is None:
            raise SubjectError(NO_WAY)
        return Signs(known.personal(table) if rule.restrict == SEAL else (), _restricted(known, table))
    if rule.erase not in ("null", "pseudonym"):
        return Signs()
    names = going(known, catalogue, table, frozenset(), rule.erase)
    return Signs(names) if rule.erase == "null" else Signs((), _pseudonyms(known, table, names))


def _restricted(known: Known, table: Table) -> Done:
    """Rows whose use has stopped, by a flag or a seal."""

    def done(connection: sa.Connection, rows: list[Row]) -> set[Row]:
        return set(RestrictedRows(connection, known.keyring).of(table, rows)) if rows else set()

    return done


def _pseudonyms(known: Known, table: Table, names: tuple[str, ...]) -> Done:
    """Rows in whose columns nothing stands but pseudonyms. Raises :class:`SubjectError` for a column that is too short for a sign."""
    for name in names:
        length = word_length(table.types[name])
        if seal_of(known, table, name) is None and length is not None and length < LENGTH:
            raise SubjectError(
                f"{table.place}.{name}: a pseudonym in it is too short to be known again",
                hint=f'let it hold {LENGTH} signs, or erase = "null" or "delete" for rows past their term',
            )

    def done(connection: sa.Connection, rows: list[Row]) -> set[Row]:
        found = set[Row]()
        read: list[sa.ColumnElement[Any]] = [
            sa.column(name).label(f"c{at}") for at, name in enumerate((*table.key, *names))
        ]
        for part in chunks(rows):
            query = sa.select(*read).select_from(table.source).where(table.is_any(table.key, part))
            for row in map(tuple, connection.execute(query)):
                cells = zip(names, row[len(table.key) :], strict=True)
                if all(_is_pseudonym(known, table, *cell) for cell in cells):
                    found.add(row[: len(table.key)])
        return found

    return done


def _is_pseudonym(known: Known, table: Table, name: str, value: Any) -> bool:
    seal = seal_of(known, table, name)
    if isinstance(value, memoryview | bytearray):
        value = bytes(value)
    if seal is not None and isinstance(value, str | bytes) and looks_encrypted(value):
        try:
            value = seal.value(value)
        except UNREADABLE:
            return False
    return value is None or (isinstance(value, str) and value.startswith(HEAD))
