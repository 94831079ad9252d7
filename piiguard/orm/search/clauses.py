"""What stands behind labels, brackets and lists of a statement."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from sqlalchemy import ClauseList, ColumnElement, Label
from sqlalchemy.sql.elements import Grouping, UnaryExpression, _label_reference, _textual_label_reference

from piiguard.orm.search.comparator import base_column

__all__ = ["bare", "has_key", "named", "operands"]


def operands(elements: Iterable[Any]) -> Iterator[Any]:
    """The expressions behind labels, brackets and lists."""
    for element in elements:
        if isinstance(element, ClauseList):
            yield from operands(element.clauses)
        elif isinstance(element, Label | Grouping | _label_reference):
            yield from operands([element.element])
        elif isinstance(element, ColumnElement):
            yield element


def bare(operand: Any) -> Any:
    """The expression without its brackets."""
    while isinstance(operand, Grouping):
        operand = operand.element
    return operand


def named(clauses: Iterable[Any], query: Any, wanted: Callable[[Any], bool]) -> Iterator[Any]:
    """The wanted columns of ORDER BY, GROUP BY or DISTINCT ON, also those that a text names."""
    for clause in operands(clauses):
        if isinstance(clause, _textual_label_reference):
            yield from (c for c in query.selected_columns if c.key == clause.element and wanted(c))
        elif isinstance(clause, UnaryExpression):
            yield from named([clause.element], query, wanted)
        elif wanted(clause):
            yield clause


def has_key(column: Any, others: Iterable[Any]) -> bool:
    """Whether the primary key of the column's table is among the others: then equal rows are the same row."""
    base = base_column(column)
    if base is None or base.table is None or not base.table.primary_key.columns:
        return False
    present = {one for other in operands(others) for one in other.base_columns}
    return all(key in present for key in base.table.primary_key.columns)
