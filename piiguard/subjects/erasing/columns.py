"""The values that go where the rows stay: which columns, with what hangs on them, and what comes in their place."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from piiguard.errors import NotIndexable, SubjectError
from piiguard.names import shown
from piiguard.subjects.live import Catalogue, Table
from piiguard.subjects.planned.columns import documents, is_referred, personal, word, word_length
from piiguard.subjects.rows.known import Known

__all__ = ["HEAD", "going", "makers"]

Make = Callable[[], Mapping[str, Any]]
HEAD = "erased-"
"""How a pseudonym begins where it has room."""


def going(
    known: Known, catalogue: Catalogue, table: Table, hit: frozenset[str], rule: str
) -> tuple[str, ...]:
    """The columns whose values go, without those that hang on them. Raises :class:`SubjectError` for one that cannot."""
    names = personal(known, table, hit)
    if not names:
        raise SubjectError(
            f"{table.place}: nothing says which of its columns are the person's",
            hint=f'name them: columns = ["…"] in the rule of {shown(table.place)}, or erase = "delete"',
        )
    for name in sorted(names):
        if is_referred(catalogue, table, name):
            raise SubjectError(
                f"{table.place}.{name}: other rows refer to it, or it names its row, so it stays as long as the row",
                hint=f'erase = "delete" for {shown(table.place)}',
            )
        if rule == "null" and name in table.required:
            raise SubjectError(
                f"{table.place}.{name}: it may not be NULL",
                hint=f'erase = "pseudonym" or "delete" for {shown(table.place)}',
            )
    return names


@dataclass(frozen=True, slots=True)
class _Maker:
    """What one row gets: ``fixed`` for every row, and one of ``made`` for each."""

    fixed: Mapping[str, Any]
    made: tuple[Make, ...]

    def __call__(self) -> dict[str, Any]:
        found = dict(self.fixed)
        for make in self.made:
            found.update(make())
        return found


def makers(
    connection: sa.Connection, known: Known, table: Table, names: tuple[str, ...], rule: str
) -> Callable[[], dict[str, Any]]:
    """What makes the new values of a row: NULL, or for ``pseudonym`` a word that is nobody's and never comes again."""
    beside = known.beside(table, names)
    empty: dict[str, Any] = dict.fromkeys([*names, *beside])
    if rule == "null":
        return _Maker(empty, ())
    papers = documents(connection, table)
    made = tuple(
        make
        for name in names
        if (make := _pseudonym(connection, known, table, name, name in papers)) is not None
    )
    return _Maker(empty, made)


def _pseudonym(
    connection: sa.Connection, known: Known, table: Table, name: str, document: bool
) -> Make | None:
    """What stands for a value; None: NULL does, as nothing else is of its type."""
    item, kind = known.protected(table.place, name), table.types[name]
    seal = known.seal(item) if item else None
    sealed = seal is not None and (
        seal.text or not isinstance(kind, sa.String) or _keeps_its_type(connection, table, name)
    )
    if seal is not None and sealed and seal.item.type == "string":

        def sealed_word() -> Mapping[str, Any]:
            made = word(HEAD)
            found = {name: seal.encrypt(made)}
            if seal.item.index in table.types:
                with suppress(NotIndexable):
                    found[str(seal.item.index)] = seal.index(made)
            return found

        return sealed_word
    length = None if sealed or document else word_length(kind)
    if length is not None:
        return lambda: {name: word(HEAD, length)}
    if name in table.required:
        raise SubjectError(
            f"{table.place}.{name}: no pseudonym is of its type, and it may not be NULL",
            hint=f'erase = "delete" for {shown(table.place)}',
        )
    return None


def _keeps_its_type(connection: sa.Connection, table: Table, name: str) -> bool:
    """Whether ciphertext lies under the type that the plaintext had: SQLite cannot drop a column under a constraint."""
    if connection.dialect.name != "sqlite":
        return False
    found = (
        sa.select(sa.literal(1)).select_from(table.source).where(sa.func.typeof(sa.column(name)) == "blob")
    )
    return connection.execute(found.limit(1)).first() is not None
