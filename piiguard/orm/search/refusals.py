"""What a comparator cannot see: functions, casts, ORDER BY, GROUP BY, DISTINCT and UNION over ciphertext.

All of them run without an error in the database and give answers about random bytes. A statement is looked at
once, when its compiled form meets the database for the first time; what is cached was looked at.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from sqlalchemy import (
    BinaryExpression,
    ClauseList,
    ColumnElement,
    CompoundSelect,
    Exists,
    Function,
    Insert,
    Label,
    ScalarSelect,
    Select,
    TypeCoerce,
    Update,
)
from sqlalchemy.sql import operators
from sqlalchemy.sql.elements import (
    BooleanClauseList,
    Grouping,
    UnaryExpression,
    _label_reference,
)
from sqlalchemy.sql.functions import count
from sqlalchemy.sql.visitors import iterate

from piiguard.orm.errors import EncryptedColumnError
from piiguard.orm.search.clauses import has_key, named, operands
from piiguard.orm.search.comparator import base_column, place
from piiguard.orm.search.copies import refuse_copies
from piiguard.orm.search.sought import Opposed
from piiguard.orm.tables import EncryptedKind, Protected, protected

__all__ = ["check", "reads_encrypted"]

_WRAPPERS = (Label, Grouping, ClauseList, _label_reference)
# These may hold an encrypted column: to pass it on, to count it, to give it out as ciphertext.
_ALLOWED = (*_WRAPPERS, ScalarSelect, Exists, TypeCoerce, count)


def check(statement: Any) -> None:
    """Raise EncryptedColumnError for what would compute on ciphertext."""
    if isinstance(statement, Update):
        _check_other_tables(statement)
    for element in iterate(statement):
        if isinstance(element, Select | CompoundSelect):
            _check_query(element)
        elif element.__visit_name__ == "postgresql_distinct_on":  # an extension of SQLAlchemy 2.1
            _check_distinct_on(element.get_children(), element)
        elif isinstance(element, Insert | Update):
            refuse_copies(element)
            if element is not statement:
                _check_nested(element)
        elif isinstance(element, ColumnElement) and not isinstance(element, _ALLOWED):
            _check_expression(element)


def reads_encrypted(compiled: Any) -> bool:
    """Whether the rows of a compiled statement bring decrypted values."""
    return any(isinstance(kind, EncryptedKind) for entry in compiled._result_columns for kind in [entry.type])


def _check_expression(element: ColumnElement[Any]) -> None:
    if isinstance(element, BinaryExpression) and element.operator in (operators.is_, operators.is_not):
        _check_negation(element)
        return
    for operand in operands(element.get_children()):
        if isinstance(operand.type, EncryptedKind):
            raise _refusal(
                operand, f"used in {_spelled(element)}", "read the column as it is and compute in Python"
            )
    if isinstance(element, UnaryExpression | BinaryExpression):
        _check_negation(element)


def _check_negation(element: UnaryExpression[Any] | BinaryExpression[Any]) -> None:
    """A row whose value has no hash compares as NULL, where its value compares as false."""
    if isinstance(element, UnaryExpression) and element.operator is not operators.inv:
        return
    for operand in _conditions(element.get_children()):
        if isinstance(operand, Opposed) and operand.opposite is not None:
            raise _refusal(
                operand.left, "searched in a negated condition", "negate each comparison: write != and not_in"
            )


def _conditions(elements: Iterable[Any]) -> Iterator[Any]:
    """The comparisons behind brackets, AND and OR."""
    for element in elements:
        if isinstance(element, Grouping | BooleanClauseList):
            yield from _conditions(element.get_children())
        else:
            yield element


def _check_query(query: Select[Any] | CompoundSelect[Any]) -> None:
    for column in named(query._order_by_clauses, query, _is):
        raise _refusal(column, "sorted", "sort the rows in Python")
    grouped = list(query._group_by_clauses)
    for column in named(grouped, query, _is):
        if not has_key(column, grouped):
            raise _refusal(column, "grouped by", _by_index(column, "group by"))
    if isinstance(query, Select):
        _check_select(query)
    elif "ALL" not in query.keyword.name:
        for column in _rowwise(query.selects[0].selected_columns):
            raise _refusal(column, f"compared by {query.keyword.name}", _by_index(column, "select"))


def _check_select(query: Select[Any]) -> None:
    for criterion in (*query._where_criteria, *query._having_criteria):
        if isinstance(getattr(criterion, "type", None), EncryptedKind):  # text() has no type
            raise _refusal(
                criterion, "a condition by itself", "compare it with a value, through a blind index"
            )
    _check_distinct_on(query._distinct_on, query)
    if query._distinct and not query._distinct_on:
        for column in _rowwise(query.selected_columns):
            raise _refusal(column, "made distinct", _by_index(column, "select"))


def _check_distinct_on(clauses: Iterable[Any], query: Any) -> None:
    for column in named(clauses, query, _is):
        raise _refusal(column, "made distinct", _by_index(column, "take"))


def _check_other_tables(statement: Any) -> None:
    """An UPDATE of several tables: indexes are kept for the one it names first."""
    own = protected(statement.table)
    for key in statement._values or {}:
        base = None if isinstance(key, str) else base_column(key)
        if (
            base is not None
            and isinstance(base.type, EncryptedKind)
            and (own is None or all(base is not one for one in own.columns.values()))
        ):
            raise _refusal(base, "set by an UPDATE of another table", "update its own table")


def _check_nested(statement: Any) -> None:
    """A CTE that writes: its values do not pass where indexes are kept."""
    found = protected(statement.table)
    if found is None:
        return
    for name in _written_names(statement, found):
        raise EncryptedColumnError(
            f"{statement.table}.{name} is encrypted and cannot be written inside another statement",
            hint="execute it by itself",
        )


def _written_names(statement: Any, found: Protected) -> Iterator[str]:
    """Protected columns that a nested statement may write, also by default or for want of a list."""
    clause = getattr(statement, "_post_values_clause", None)
    lists = [row for part in getattr(statement, "_multi_values", ()) for row in part]
    keys: set[Any] = set(getattr(statement, "_select_names", None) or ())
    for written in (
        *(getattr(statement, name, None) for name in ("_values", "_ordered_values")),
        *lists,
        *(getattr(clause, name, None) for name in ("update_values_to_set", "update")),
    ):
        keys |= {one for one, _ in written} if isinstance(written, list) else set(written or ())
    for key in keys:
        column = statement.table.c.get(key) if isinstance(key, str) else base_column(key)
        if column is None or any(column is one for one in found.written.values()):
            yield str(key if column is None else column.name)
    if isinstance(statement, Insert):
        yield from (
            column.name
            for key, column in found.columns.items()
            if key not in keys and (column.default is not None or not keys)
        )


def _rowwise(columns: Iterable[Any]) -> Iterator[Any]:
    """Encrypted columns that make rows unequal: those whose row is not named by its primary key beside."""
    selected = list(columns)
    for column in selected:
        if isinstance(column.type, EncryptedKind) and not has_key(column, selected):
            yield column


def _is(element: Any) -> bool:
    return isinstance(element.type, EncryptedKind)


def _refusal(expression: Any, what: str, hint: str) -> EncryptedColumnError:
    return EncryptedColumnError(f"{place(expression)} is encrypted and cannot be {what}", hint=hint)


def _by_index(column: Any, verb: str) -> str:
    base = base_column(column)
    found = None if base is None else protected(base.table)
    for index in found.indexes_of(base.key) if found and base is not None else ():
        return f"{verb} {index.column.table}.{index.column.name}: equal values have equal index values"
    return "bring the primary key too, or do it in Python"


def _spelled(element: Any) -> str:
    if isinstance(element, Function):
        return f"func.{element.name}"
    operator = getattr(element, "operator", None) or getattr(element, "modifier", None)
    name = str(getattr(operator, "__name__", "") or element.__visit_name__)
    return {"eq": "a comparison with SQL", "ne": "a comparison with SQL"}.get(name, name.removesuffix("_op"))
