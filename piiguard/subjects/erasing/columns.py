"""The values that go where the rows stay: which columns, with what hangs on them, and what comes in their place."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from piiguard.errors import NotIndexable, SubjectError
from piiguard.names import shown
from piiguard.protect.schema.codecs import choices
from piiguard.protect.schema.tables import reflect
from piiguard.subjects.live import Catalogue, Table
from piiguard.subjects.rows.known import Known

__all__ = ["going", "makers"]

Make = Callable[[], Mapping[str, Any]]
_SHORTEST = 8
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_LENGTH = 19


def going(
    known: Known, catalogue: Catalogue, table: Table, hit: frozenset[str], rule: str
) -> tuple[str, ...]:
    """The columns whose values go, without those that hang on them. Raises :class:`SubjectError` for one that cannot."""
    names = {*known.personal(table), *hit}
    names -= {helper for helper in known.beside(table, table.types) if helper not in hit}
    if not names:
        raise SubjectError(
            f"{table.place}: nothing says which of its columns are the person's",
            hint=f'name them: columns = ["…"] in the rule of {shown(table.place)}, or erase = "delete"',
        )
    for name in sorted(names):
        if name in table.key or any(name in edge.referred for edge in catalogue.below(table)):
            raise SubjectError(
                f"{table.place}.{name}: other rows refer to it, or it names its row, so it stays as long as the row",
                hint=f'erase = "delete" for {shown(table.place)}',
            )
        if rule == "null" and name in table.required:
            raise SubjectError(
                f"{table.place}.{name}: it may not be NULL",
                hint=f'erase = "pseudonym" or "delete" for {shown(table.place)}',
            )
    return tuple(name for name in table.types if name in names)


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
    documents = _documents(connection, table)
    made = tuple(
        make for name in names if (make := _pseudonym(known, table, name, name in documents)) is not None
    )
    return _Maker(empty, made)


def _documents(connection: sa.Connection, table: Table) -> frozenset[str]:
    """The columns of MariaDB that are called texts and take nothing but JSON."""
    if connection.dialect.name not in ("mysql", "mariadb"):
        return frozenset()
    columns = reflect(connection, table.place).c
    return frozenset(
        c.name for c in columns if isinstance(c.type, sa.String) and choices(connection, c)[:1] == ("json",)
    )


def _pseudonym(known: Known, table: Table, name: str, document: bool) -> Make | None:
    """What stands for a value; None: NULL does, as nothing else is of its type."""
    item, kind = known.protected(table.place, name), table.types[name]
    seal = known.seal(item) if item else None
    sealed = seal is not None and (
        seal.text or not isinstance(kind, sa.String) or isinstance(kind, sa.LargeBinary)
    )
    if seal is not None and sealed and seal.item.type == "string":

        def sealed_word() -> Mapping[str, Any]:
            word = _word(_LENGTH)
            found = {name: seal.encrypt(word)}
            if seal.item.index in table.types:
                with suppress(NotIndexable):
                    found[str(seal.item.index)] = seal.index(word)
            return found

        return sealed_word
    if isinstance(kind, sa.String) and not isinstance(kind, sa.Enum) and not (sealed or document):
        length = min(kind.length or _LENGTH, _LENGTH)
        if length >= _SHORTEST:
            return lambda: {name: _word(length)}
    if name in table.required:
        raise SubjectError(
            f"{table.place}.{name}: no pseudonym is of its type, and it may not be NULL",
            hint=f'erase = "delete" for {shown(table.place)}',
        )
    return None


def _word(length: int) -> str:
    """Letters alone: no number is found in it, and nobody's name."""
    head = "erased-" if length == _LENGTH else ""
    return head + "".join(secrets.choice(_LETTERS) for _ in range(length - len(head)))
