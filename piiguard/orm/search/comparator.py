"""What an expression with an encrypted column becomes: equality on the blind index, or a refusal."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from sqlalchemy import BindParameter, Column, ColumnElement, Label, Null, ScalarSelect, Select
from sqlalchemy.orm import Mapper
from sqlalchemy.sql import operators
from sqlalchemy.sql.lambdas import PyWrapper
from sqlalchemy.types import TypeDecorator

from piiguard.orm.errors import EncryptedColumnError
from piiguard.orm.search.migrating import either, refuse_unequal
from piiguard.orm.search.sought import in_hashes, in_index, in_joined, unequal
from piiguard.orm.tables import BoundIndex, EncryptedKind, protected

__all__ = ["BlindIndexComparator", "EncryptedComparator", "base_column", "bound_of", "place"]

_EQUAL = {operators.eq, operators.in_op}
_UNEQUAL = {operators.ne, operators.not_in_op}
_MANY = {operators.in_op, operators.not_in_op}
_IN = dict.fromkeys(_EQUAL, operators.in_op) | dict.fromkeys(_UNEQUAL, operators.not_in_op)
_NEGATED = {
    operators.eq: operators.ne,
    operators.in_op: operators.not_in_op,
}
_IDENTITY = {operators.is_, operators.is_not}


def base_column(expression: Any) -> Column[Any] | None:
    """The table's own column behind an alias, a label or a subquery."""
    found = [column for column in expression.base_columns if isinstance(column, Column)]
    return found[0] if len(found) == 1 else None


def place(expression: Any) -> str:
    """How a message calls the expression."""
    if isinstance(expression, ScalarSelect):
        return place(next(iter(expression.element.selected_columns)))
    column = base_column(expression)
    return str(expression) if column is None else f"{column.table}.{column.name}"


class EncryptedComparator(TypeDecorator.Comparator[Any]):
    """``==``, ``!=``, ``in_``, ``not_in`` through the blind index; NULL tests as they are; nothing else."""

    __slots__ = ()

    def operate(self, op: Any, *other: Any, **kwargs: Any) -> ColumnElement[Any]:
        operand = other[0] if other else None
        if op in _EQUAL | _UNEQUAL | _IDENTITY and _is_null(operand):
            return super().operate(op, *other, **kwargs)
        if op not in _EQUAL | _UNEQUAL:
            raise _refusal(self.expr, op)
        if isinstance(operand, PyWrapper):
            return _search_variable(self.expr, op, operand)
        if op in _MANY:
            return _search(self.expr, op, _listed(self.expr, operand))
        if isinstance(operand, BindParameter | Select) or hasattr(operand, "scalar_subquery"):
            raise _not_a_value(self.expr)
        if isinstance(operand, ColumnElement) or hasattr(operand, "__clause_element__"):
            # SQLAlchemy itself compares columns with == in its look-ups; executed, it is refused.
            return super().operate(op, *other, **kwargs)
        return _search(self.expr, op, [operand])

    def reverse_operate(self, op: Any, other: Any, **kwargs: Any) -> ColumnElement[Any]:
        raise _refusal(self.expr, op)


class BlindIndexComparator(TypeDecorator.Comparator[Any]):
    """``==`` and ``in_`` take the value that was indexed; bytes are taken as index values."""

    __slots__ = ()

    def operate(self, op: Any, *other: Any, **kwargs: Any) -> ColumnElement[Any]:
        operand = other[0] if other else None
        if isinstance(operand, PyWrapper) and op in _EQUAL | _UNEQUAL:
            return _search_variable(self.expr, op, operand)
        if op in _MANY and isinstance(operand, list | tuple | set | frozenset):
            values = [one for one in operand if one is not None]
            if any(not isinstance(one, bytes) for one in values):
                return self._search(op, values)
            return in_hashes(self.expr, op, values)
        if op in {operators.eq, operators.ne} and isinstance(operand, bytes):
            return in_hashes(self.expr, _IN[op], [operand])
        if op in {operators.eq, operators.ne} and not _is_sql(operand):
            return self._search(op, [operand])
        return super().operate(op, *other, **kwargs)

    def matches(self, *values: Any) -> ColumnElement[Any]:
        """Rows whose indexed columns have these values; of a compound index, one for each column in order."""
        return in_index(bound_of(self.expr), self.expr, operators.in_op, [values])

    def _search(self, op: Any, values: Iterable[Any]) -> ColumnElement[Any]:
        bound = bound_of(self.expr)
        _refuse_truncated(self.expr, op, bound)
        found = [_tuple(value, bound) for value in values if value is not None]
        return in_index(bound, self.expr, _IN[op], found)


def _refuse_truncated(expression: Any, op: Any, bound: BoundIndex) -> None:
    if op in _UNEQUAL and bound.cut is not None:
        raise EncryptedColumnError(
            f"{place(expression)} is truncated: unequal rows may share an index value",
            hint="compare the rows in Python",
        )


def _tuple(value: Any, bound: BoundIndex) -> tuple[Any, ...]:
    return value if isinstance(value, tuple) and len(bound.sources) > 1 else (value,)


def bound_of(expression: Any) -> BoundIndex:
    """The index that an expression on its column belongs to."""
    column = base_column(expression)
    found = None if column is None else protected(column.table)
    for bound in found.indexes if found else ():
        if bound.column is column:
            return bound
    raise EncryptedColumnError(f"{place(expression)}: the index is not part of a table with its source")


def _search(expression: Any, op: Any, values: list[Any]) -> ColumnElement[Any]:
    """``index IN (the hash of each value under each live key)``, one cached statement for any of them."""
    bound, column = _sibling(expression)
    if op in _UNEQUAL:
        refuse_unequal(expression, place(expression))
        return unequal(expression, column, in_index(bound, column, _IN[op], [(value,) for value in values]))
    found = in_index(bound, column, _IN[op], [(value,) for value in values])
    found.opposite = partial(_search, expression, _NEGATED[op], values)
    return either(found, expression, column, values, place(expression))


def _search_variable(expression: Any, op: Any, variable: Any) -> ColumnElement[Any]:
    """Compare with a variable of a lambda, as ``lambda_stmt`` and ``with_loader_criteria`` take them."""
    encrypted = isinstance(expression.type, EncryptedKind)
    bound, column = _sibling(expression) if encrypted else (bound_of(expression), expression)
    if op in _MANY or (encrypted and expression.type.migrating is True) or len(bound.sources) > 1:
        raise EncryptedColumnError(
            f"{place(expression)} is encrypted and cannot be compared so inside of a lambda",
            hint="compare outside of the lambda, as in with_loader_criteria(Class, Class.column.in_(values))",
        )
    _refuse_truncated(expression, op, bound)
    found = in_joined(bound, column, _IN[op], variable)
    if not encrypted:
        return found
    if op in _UNEQUAL:
        return unequal(expression, column, found)
    found.opposite = partial(_search_variable, expression, _NEGATED[op], variable)
    return found


def _sibling(expression: Any) -> tuple[BoundIndex, ColumnElement[Any]]:
    """The index that serves equality, and its column in the same alias or subquery as the expression."""
    column = base_column(expression)
    found = None if column is None else protected(column.table)
    if column is None or found is None:
        raise EncryptedColumnError(f"{expression} is encrypted and belongs to no table")
    indexes = found.indexes_of(column.key)
    exact = [index for index in indexes if index.exact]
    if not exact:
        named = [f"{column.table}.{index.column.name}" for index in indexes]
        hint = (
            f"compare {' or '.join(named)}, and the rows in Python"
            if named
            else _ADD_INDEX.format(column.key)
        )
        raise EncryptedColumnError(
            f"{place(expression)} is encrypted and has no index for equality", hint=hint
        )
    element = expression.element if isinstance(expression, Label) else expression
    if (mapped := _mapped(element, exact[0])) is not None:
        return exact[0], mapped
    for candidate in element.table.c:
        for index in exact:
            if index.column in candidate.base_columns:
                return index, candidate
    name = exact[0].column.name
    raise EncryptedColumnError(
        f"{place(expression)}: the subquery does not bring the blind index {name}",
        hint=f"select {column.table}.{name} too, or filter inside the subquery",
    )


def _mapped(element: Any, index: BoundIndex) -> ColumnElement[Any] | None:
    """The index as an attribute of the mapped class, which the session can evaluate in Python too.

    An alias has its own columns, and is never evaluated.
    """
    entity = element._annotations.get("parententity")
    if not isinstance(entity, Mapper) or all(index.column is not one for one in entity.columns.values()):
        return None
    found: Any = getattr(entity.class_, entity.get_property_by_column(index.column).key)
    clause: ColumnElement[Any] = found.__clause_element__()
    return clause


def _listed(expression: Any, operand: Any) -> list[Any]:
    if isinstance(operand, str | bytes) or _is_sql(operand):
        raise _not_a_value(expression)
    values = [value for value in operand if not _is_null(value)]  # SQL would never match NULL either
    if any(_is_sql(value) for value in values):
        raise _not_a_value(expression)
    return values


def _is_null(operand: Any) -> bool:
    return operand is None or isinstance(operand, Null)


def _is_sql(operand: Any) -> bool:
    return hasattr(operand, "__clause_element__") or hasattr(operand, "_compiler_dispatch")


def _not_a_value(expression: Any) -> EncryptedColumnError:
    return EncryptedColumnError(
        f"{place(expression)} is encrypted and is compared with values only, not with SQL",
        hint="pass the value itself, or compare the index column with BlindIndex.values(column, value)",
    )


def _refusal(expression: Any, op: Callable[..., Any]) -> EncryptedColumnError:
    """The one message for all that needs the plaintext inside the database."""
    hint = "compare the whole value"
    column = base_column(expression)
    found = None if column is None else protected(column.table)
    if found is not None and column is not None and (indexes := found.indexes_of(column.key)):
        hint += f"; equality uses {column.table}.{indexes[0].column.name}"
    elif column is not None:
        hint = _ADD_INDEX.format(column.key)
    return EncryptedColumnError(
        f"{place(expression)} is encrypted and cannot be searched with {_spelled(op)}", hint=hint
    )


_ADD_INDEX = 'add a column BlindIndex("{}") to search by equality'
_SYMBOLS = {"lt": "<", "le": "<=", "gt": ">", "ge": ">=", "add": "+", "concat_op": "||"}


def _spelled(op: Callable[..., Any]) -> str:
    name = str(getattr(op, "__name__", op))
    return _SYMBOLS.get(name, name.removesuffix("_op"))
