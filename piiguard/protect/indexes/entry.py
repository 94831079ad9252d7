"""What a new entry of the manifest says of its own accord, and what it must be told: rules, padding, leaks."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from piiguard.errors import JobError
from piiguard.keys.codec import codec_for
from piiguard.keys.normalizers import newest, normalizer_for, spells_apart
from piiguard.protect.cells.cell import Cell

if TYPE_CHECKING:
    from piiguard.manifest import ProtectedColumn

__all__ = ["completed", "refuse_spelled_apart", "refuse_untold_leak"]

FEW = 32  # members of an enum: so few values are told apart by how often each is there


def completed(connection: sa.Connection, column: sa.Column[Any], item: ProtectedColumn) -> ProtectedColumn:
    """The entry with the newest edition of its normalizer, and an enum padded to its longest member.

    Raises :class:`ManifestError` for an unknown normalizer, and :class:`JobError` for padding that the type cannot have.
    """
    for rule in item.rules:
        normalizer_for(rule)
    rules = tuple(map(newest, item.rules))
    pad_to = item.pad_to
    if item.type == "enum":
        pad_to = max([pad_to or 0, *(len(name.encode()) for name in _members(connection, column))]) or None
    found = replace(item, normalizer=rules[0] if len(rules) == 1 else rules or None, pad_to=pad_to)
    try:
        codec_for(found.type, found.pad_to)
    except ValueError:
        raise JobError(
            f"{item.place}: values of the type {item.type} cannot be padded",
            hint="leave --pad-to out: it is for string and enum",
        ) from None
    return found


def refuse_untold_leak(column: sa.Column[Any], item: ProtectedColumn) -> None:
    """Raise for an index over so few values that it is nearly the value, unless the entry says that this is known."""
    few = item.type == "boolean" or (item.type == "enum" and len(_declared(column)) < FEW)
    if item.index and few and item.leaks is None:
        raise JobError(
            f"{item.place}: {item.type} has few values, and an index tells them apart by how often each is there",
            hint='leave --index out and filter in the application, or say --leaks frequency (leaks = "frequency" in the'
            " manifest) if that may be known",
        )


def refuse_spelled_apart(item: ProtectedColumn) -> None:
    """Raise for an index that would not find every row of the value that is asked for."""
    if not any(spells_apart(rule, item.type) for rule in item.rules):
        return
    one = newest("exact")
    hint = (
        "leave --index out" if spells_apart(one, item.type) else f'write normalizer = "{one}" in the manifest'
    )
    raise JobError(f"{item.place}: {item.type} has no exact index: equal values are spelled apart", hint=hint)


def _declared(column: sa.Column[Any]) -> tuple[str, ...]:
    return tuple(getattr(column.type, "enums", ()))


def _members(connection: sa.Connection, column: sa.Column[Any]) -> tuple[str, ...]:
    """The members of the type, else those that the rows hold."""
    if declared := _declared(column):
        return declared
    cell = Cell(connection.dialect.name, column)
    found = connection.scalars(sa.select(cell.read).where(column.is_not(None)).distinct().limit(1000)).all()
    return tuple(one for one in found if isinstance(one, str))
