"""Python-side defaults of indexed columns: SQLAlchemy calls each once, and the index follows at once.

A default is called after the statement was looked at, with the parameter set in hand. The index has a place
in that set already; what the default returns fills it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from sqlalchemy import Column

from piiguard.orm.errors import not_an_expression
from piiguard.orm.tables import BoundIndex, Protected, protected
from piiguard.orm.writing.uniqueness import renew_values, under_one_key

__all__ = ["Following", "scalar_or_later"]


def scalar_or_later(column: Column[Any]) -> tuple[bool, Any]:
    """Whether a default is still to be called, else its value; None without a default."""
    default: Any = column.default
    if default is None:
        return False, None
    if default.is_scalar:
        return False, default.arg
    if not default.is_callable:
        raise not_an_expression(column)
    if not isinstance(default.arg, Following):
        default.arg = Following(default.arg)
        column.__dict__.pop("_default_description_tuple", None)  # remembered from before
    return True, None


class Following:
    """A default that fills the indexes of its column when it is called."""

    def __init__(self, function: Callable[[Any], Any]) -> None:
        self.function = function

    def __call__(self, context: Any) -> Any:
        value = self.function(context)
        column = context.current_column
        own = getattr(column, "original", column)  # of a row of values([...])
        found = protected(own.table)
        if found is not None:
            _fill(context, found, own.key, column.key[len(own.key) :], value)
        return value


def _fill(context: Any, found: Protected, own: str, suffix: str, value: Any) -> None:
    row = context.current_parameters
    for index in found.indexes_of(own):
        place = _name(row, index.column.key, suffix)
        if place is None:
            continue
        values = [
            value if key == own else _other(context, found.columns[key], _name(row, key, suffix))
            for key in index.sources
        ]
        # A default that is still to be called fills the index then.
        row[place] = under_one_key([index], partial(_renewed, context, index, values))


def _renewed(context: Any, index: BoundIndex, values: Sequence[Any]) -> bytes | None:
    made = index.compute(values)
    renew_values(context.root_connection, index, values)
    return made


def _other(context: Any, column: Column[Any], name: str | None) -> Any:
    """The value of another source; a scalar default may stand in the row only later."""
    value = None if name is None else context.current_parameters[name]
    default: Any = column.default
    if value is None and default is not None and default.is_scalar:
        pending = (getattr(one, "original", one) for one in context.compiled.insert_prefetch)
        return default.arg if any(one is column for one in pending) else None
    return value


def _name(row: dict[str, Any], key: str, suffix: str) -> str | None:
    """Parameters of ``values([...])`` carry the number of their row; defaults of the first row do not."""
    names = (key + suffix,) if suffix else (key, f"{key}_m0")
    return next((name for name in names if name in row), None)
