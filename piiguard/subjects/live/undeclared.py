"""Columns that look like references to a table though the database declares none: told, never followed, as a name is no proof."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from piiguard.subjects.live.catalogue import Catalogue
from piiguard.subjects.live.tables import Table

__all__ = ["undeclared"]


def undeclared(catalogue: Catalogue, parents: Iterable[Table]) -> Iterator[tuple[str, str]]:
    """``table.column`` and the table that its name speaks of: ``payments.student_id`` and ``students``."""
    for parent in sorted(set(parents), key=lambda table: table.place):
        names = _names(parent)
        for child in sorted(catalogue.tables.values(), key=lambda table: table.place):
            declared = {column for edge in catalogue.above(child) for column in edge.columns}
            for column in child.types:
                if _plain(column) in names and column not in declared and (column,) != child.key:
                    yield f"{child.place}.{column}", parent.place


def _names(parent: Table) -> frozenset[str]:
    """What a column that refers to the table would be called, in one number or the other."""
    if len(parent.key) != 1:
        return frozenset()
    word, key = _plain(parent.relation.name), _plain(parent.key[0])
    one = {word, word.removesuffix("s"), word.removesuffix("es")}
    one |= {word.removesuffix("ies") + "y"} if word.endswith("ies") else set()
    one |= {"person"} if word == "people" else set()
    keys = {key.removeprefix(name) or key for name in one} | {"id"}
    return frozenset(name + end for name in one for end in keys)


def _plain(name: str) -> str:
    """``StudentID`` and ``student_id`` are one name."""
    return name.casefold().replace("_", "").replace(" ", "")
