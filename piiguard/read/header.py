"""Which of a table's first rows names its columns, and which rows stand above the table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from piiguard.confidence import MEDIUM
from piiguard.detect.headers import hints
from piiguard.read.dialect import Row

if TYPE_CHECKING:
    from piiguard.detect import Engine

__all__ = ["begin", "names_columns"]

_LONGEST = 200
"""Characters of a column's name."""


def begin(engine: Engine, head: Sequence[Row], width: int) -> tuple[list[str], int]:
    """The names of the columns, none where no row has them, and how many of these rows stand above the data.

    The row of names may be shorter than those below it; a title or a comment above it may be as short.
    """
    first = next((place for place, (_, row) in enumerate(head) if len(row) >= width), 0)
    for place in (first, first - 1):
        if 0 <= place < len(head) and (
            names := _names_of(engine, head[place][1], [row for _, row in head[place + 1 :]])
        ):
            return names, place + 1
    return [], first


def _names_of(engine: Engine, row: Sequence[str], below: Sequence[Sequence[str]]) -> list[str] | None:
    """The names in a row, positions where it has none; None when it is data, by which no place may be called."""
    names = [name.strip() for name in row]
    if not names_columns(names, below):
        return None
    if any(_is_value(engine, name) for name in names if name):
        return None
    return [
        name if name and names.index(name) == place else str(place + 1) for place, name in enumerate(names)
    ]


def names_columns(row: Sequence[str], below: Sequence[Sequence[str]]) -> bool:
    """Whether a row may hold names by its form, and none of them comes again as a value."""
    names = [name.strip() for name in row]
    return any(names) and not any(map(_is_no_name, names)) and not _comes_again(names, below)


def _is_no_name(name: str) -> bool:
    return name[:1].isdigit() or name.startswith("#") or "@" in name or len(name) > _LONGEST


def _comes_again(names: Sequence[str], below: Sequence[Sequence[str]]) -> bool:
    """Whether one of the names is a value of its own column."""
    return any(
        name and place < len(row) and row[place].strip() == name
        for row in below
        for place, name in enumerate(names)
    )


def _is_value(engine: Engine, name: str) -> bool:
    """Whether the recognizers find personal data in it, and not only the word for some: ``IIN 12 digits`` has none."""
    return any(
        match.score >= MEDIUM and not _is_word(name[match.start : match.end]) for match in engine.find(name)
    )


def _is_word(text: str) -> bool:
    return bool(hints(text)) and text.replace(" ", "").isalpha()
