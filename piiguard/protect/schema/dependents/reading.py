"""The inventory of a column in this kind of database, and the refusal that names all that is in the way."""

from __future__ import annotations

from collections.abc import Callable

import sqlalchemy as sa

from piiguard.errors import JobError
from piiguard.names import word
from piiguard.protect.schema.dependents import mysql, postgresql, sqlite
from piiguard.protect.schema.dependents.found import Carried, Dependent, Going, Inventory

__all__ = ["Looked", "look", "refuse"]

_READERS: dict[str, Callable[[sa.Connection, Going], Inventory]] = {
    "postgresql": postgresql.read,
    "mysql": mysql.read,
    "sqlite": sqlite.read,
}

Looked = tuple[tuple[Dependent, ...], Carried]


def look(connection: sa.Connection, going: Going, place: str) -> Looked:
    """Everything that hangs on the column and what is run to keep it; raises :class:`JobError` for what cannot be."""
    found = _READERS[connection.dialect.name](connection, going)
    refuse(place, found.dependents)
    return tuple(found.dependents), found.carried


def refuse(place: str, dependents: list[Dependent]) -> None:
    """Raise when something is in the way, with the name of each thing and how to go on."""
    bad = [item for item in dependents if item.fate == "refused"]
    if not bad:
        return
    named = "; ".join(f"{item.kind} {item.name}: {item.how}" for item in bad)
    ways = dict.fromkeys(
        part
        for item in bad
        for part in (
            item.remedy,
            f"--drop-constraint {word(item.name) or 'NAME'} gives it up"
            if item.by_name and "--drop-" not in item.remedy
            else "",
        )
        if part
    )
    raise JobError(
        f"{place}: {named}",
        hint="; ".join(ways) or "the column cannot be swapped as it is: move the data to a table of its own",
    )
