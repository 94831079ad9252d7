"""Takes encrypted columns and indexes out of ``values()``, and says where the value of each is found.

SQLAlchemy's statement cache keeps the first statement it compiled, with its literals, for as long as the
engine lives; parameter sets are not part of it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BindParameter, Null

from piiguard.orm.errors import not_an_expression
from piiguard.orm.tables import Protected
from piiguard.orm.writing.targets import key_of, pairs_of

__all__ = ["Getter", "Parameter", "constant", "getter_of", "lift"]

Getter = Callable[[Mapping[str, Any]], Any]


@dataclass(frozen=True, slots=True)
class Parameter:
    """Reads a value from a parameter set."""

    name: str
    fallback: Any = None

    def __call__(self, row: Mapping[str, Any]) -> Any:
        return row.get(self.name, self.fallback)


def constant(value: Any) -> Getter:
    """The same for every row."""
    return lambda row: value


def lift(statement: Any, found: Protected) -> tuple[Any, dict[str, Getter]]:
    """The statement without what it sets on encrypted columns and indexes, and where that is found."""
    getters: dict[str, Getter] = {}
    kept = statement
    for attribute in ("_values", "_ordered_values"):  # the second one is of SQLAlchemy 2.0
        written = getattr(statement, attribute, None)
        if not written:
            continue
        pairs = pairs_of(statement, written)
        rest = []
        for column, value in pairs:
            key = key_of(column, found)
            if key is None:
                rest.append((column, value))
            else:
                getters[key] = getter_of(value, found.written[key])
        if len(rest) < len(pairs):
            kept = kept._clone()
            setattr(kept, attribute, type(written)(rest))
    return kept, getters


def getter_of(value: Any, column: Any) -> Getter:
    """Where the value is; raise EncryptedColumnError for what only the database could compute."""
    if isinstance(value, Null):
        return constant(None)
    if isinstance(value, BindParameter):
        if value.unique:
            return constant(value.effective_value)
        return Parameter(value.key, None if value.required else value.effective_value)
    if hasattr(value, "_compiler_dispatch") or hasattr(value, "__clause_element__"):
        raise not_an_expression(column)
    return constant(value)
