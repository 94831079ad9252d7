"""Which columns of a table hold the person's values, and the words that stand where a value was and may not be NULL."""

from __future__ import annotations

import secrets

import sqlalchemy as sa

from piiguard.protect.schema.codecs import choices
from piiguard.protect.schema.tables import reflect
from piiguard.subjects.live import Catalogue, Table
from piiguard.subjects.rows.known import Known

__all__ = ["LENGTH", "documents", "is_referred", "personal", "word", "word_length"]

_SHORTEST = 8
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
LENGTH = 19


def personal(known: Known, table: Table, hit: frozenset[str]) -> tuple[str, ...]:
    """The columns whose values are the person's, by all that is known and by what was ``hit``, without those that hang on them."""
    names = {*known.personal(table), *hit}
    names -= {helper for helper in known.beside(table, table.types) if helper not in hit} | table.computed
    return tuple(name for name in table.types if name in names)


def is_referred(catalogue: Catalogue, table: Table, name: str) -> bool:
    """Whether a column names its row, or other rows refer to it."""
    return name in table.key or any(name in edge.referred for edge in catalogue.below(table))


def documents(connection: sa.Connection, table: Table) -> frozenset[str]:
    """The columns of MariaDB that are called texts and take nothing but JSON."""
    if connection.dialect.name not in ("mysql", "mariadb"):
        return frozenset()
    columns = reflect(connection, table.place).c
    return frozenset(
        c.name for c in columns if isinstance(c.type, sa.String) and choices(connection, c)[:1] == ("json",)
    )


def word_length(kind: object) -> int | None:
    """How long a word may be that stands in a column of this type; None where none fits."""
    if not isinstance(kind, sa.String) or isinstance(kind, sa.Enum):
        return None
    length = min(kind.length or LENGTH, LENGTH)
    return length if length >= _SHORTEST else None


def word(head: str, length: int = LENGTH) -> str:
    """Letters alone: no number is found in it, and nobody's name; it never comes again."""
    head = head if length == LENGTH else ""
    return head + "".join(secrets.choice(_LETTERS) for _ in range(length - len(head)))
