"""Ciphertext stays in its column: elsewhere its context is wrong, and nobody could read it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from sqlalchemy import Insert, Label

from piiguard.orm.errors import EncryptedColumnError
from piiguard.orm.search.comparator import place
from piiguard.orm.tables import EncryptedKind

__all__ = ["refuse_copies", "refuse_new_table"]

_HINT = (
    "read the rows and write their values; type_coerce(column, LargeBinary) stands for the ciphertext itself"
)


def refuse_copies(statement: Any) -> None:
    """Raise EncryptedColumnError for an INSERT or UPDATE that would take ciphertext from another column."""
    for value in _written(statement):
        if hasattr(value, "_compiler_dispatch") and (found := _ciphertext(value)) is not None:
            raise _refusal(found)
    if isinstance(statement, Insert) and statement.select is not None:
        for column in statement.select.selected_columns:
            if (found := _ciphertext(column)) is not None:
                raise _refusal(found)


def refuse_new_table(statement: Any) -> None:
    """Raise it for CREATE TABLE AS, which SQLAlchemy has since 2.1."""
    selected = getattr(statement, "selectable", None)
    if statement.__visit_name__ == "create_table_as" and selected is not None:
        for column in selected.selected_columns:
            if (found := _ciphertext(column)) is not None:
                raise _refusal(found)


def _written(statement: Any) -> Iterator[Any]:
    for name in ("_values", "_ordered_values"):
        yield from _values(getattr(statement, name, None))
    for part in getattr(statement, "_multi_values", ()):
        for row in part:
            yield from _values(row)
    clause = getattr(statement, "_post_values_clause", None)
    for name in ("update_values_to_set", "update"):
        for column, value in _pairs(getattr(clause, name, None)):
            if not isinstance(getattr(column, "type", None), EncryptedKind):
                own = statement.table.c.get(column) if isinstance(column, str) else None
                if own is None or not isinstance(own.type, EncryptedKind):
                    yield value


def _values(written: Any) -> Iterator[Any]:
    return (value for _, value in _pairs(written))


def _pairs(written: Any) -> Iterable[Any]:
    if not written:
        return ()
    if isinstance(written, Mapping):
        return written.items()
    first = next(iter(written))
    return written if isinstance(first, tuple) and len(first) == 2 else [(None, value) for value in written]


def _ciphertext(value: Any) -> Any:
    """The encrypted column that an expression hands on; None where it is said to be bytes."""
    if isinstance(value, Label):
        return _ciphertext(value.element)
    if not hasattr(value, "get_children") or value.__visit_name__ == "bindparam":
        return None
    if isinstance(getattr(value, "type", None), EncryptedKind):
        return value
    return None


def _refusal(found: Any) -> EncryptedColumnError:
    return EncryptedColumnError(f"{place(found)} is encrypted and cannot be copied in SQL", hint=_HINT)
