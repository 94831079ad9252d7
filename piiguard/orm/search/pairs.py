"""An index beside an index: equal values have equal hashes only under one key.

Two indexes may have different keys for ever, and are refused when a statement is first compiled. Rows of one index
have different keys while an index key is replaced, which is asked each time the statement runs.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy import BinaryExpression, BindParameter, CompoundSelect, Integer, Over, ScalarSelect, Select
from sqlalchemy.sql import operators
from sqlalchemy.sql.elements import UnaryExpression
from sqlalchemy.sql.visitors import iterate

from piiguard.orm.errors import EncryptedColumnError
from piiguard.orm.search.clauses import bare, has_key, named
from piiguard.orm.search.comparator import bound_of, place
from piiguard.orm.search.sought import InLambda, Joined
from piiguard.orm.tables import BlindKind, BoundIndex

__all__ = ["compared", "refuse_two_keys", "refuse_unlike"]


def compared(statement: Any) -> list[BoundIndex]:
    """Indexes whose rows a statement compares with one another.

    Raise EncryptedColumnError when it compares two that have different keys.
    """
    return [bound_of(column) for element in iterate(statement) for column in _compared(element)]


def refuse_two_keys(indexes: Iterable[BoundIndex]) -> None:
    """Raise EncryptedColumnError while rows of one value may hold different hashes."""
    for index in indexes:
        if index.live_keys > 1:
            raise EncryptedColumnError(
                f"{index.place}: rows cannot be compared with one another while two index keys are live",
                hint="run piiguard rotate, then piiguard keys retire --kind index; or compare in Python",
            )
        if index.live > 1:
            raise EncryptedColumnError(
                f"{index.place}: rows cannot be compared with one another under {len(index.key.rules)} editions of its rule",
                hint=f'write BlindIndex(…, normalizer="{index.key.normalizer.label}"), when no row is under an older one',
            )


def _compared(element: Any) -> Iterator[Any]:
    if isinstance(element, BinaryExpression):
        yield from _pair(element)
    elif isinstance(element, Select):
        yield from named(element._group_by_clauses, element, _is_index)
        yield from named(element._distinct_on, element, _is_index)
        if element._distinct and not element._distinct_on:
            yield from _rowwise([element.selected_columns])
    elif isinstance(element, CompoundSelect) and "ALL" not in element.keyword.name:
        yield from _rowwise([one.selected_columns for one in element.selects])
    elif isinstance(element, Over):
        yield from named([element.partition_by], element, _is_index)
    elif isinstance(element, UnaryExpression) and element.operator is operators.distinct_op:
        yield from named([element.element], element, _is_index)


def _pair(element: BinaryExpression[Any]) -> Iterator[Any]:
    left, right = _column(element.left), _column(element.right)
    if isinstance(element, InLambda):
        _check_variable(bound_of(left), element.right)
    for one in (left, right):
        if isinstance(one, BindParameter) and isinstance(one.type, Joined):
            raise _refused_variable(one.type.bound)
    if _is_index(left) and _is_index(right):
        refuse_unlike(left, right)
        yield left
    # a relationship asks for what another row holds, as a parameter; values and bytes are an InIndex
    elif _is_index(left) and _is_variable(right):
        yield left
    elif _is_index(right) and _is_variable(left):
        yield right


def _check_variable(bound: BoundIndex, right: Any) -> None:
    """The type of a variable is that of the first column, also where the lambda is called for another class."""
    for one in iterate(right):
        if isinstance(one, BindParameter) and one.type._type_affinity is not Integer:  # offsets of substr
            joined = one.type.bound if isinstance(one.type, Joined) else None
            if joined is None or not joined.is_like(bound):
                raise _refused_variable(bound)


def _refused_variable(bound: BoundIndex) -> EncryptedColumnError:
    return EncryptedColumnError(
        f"{bound.place}: a variable of a lambda is used for more than one column",
        hint="give each column a variable of its own, and each class a lambda of its own",
    )


def _rowwise(selected: Sequence[Any]) -> Iterator[Any]:
    """Indexes that make rows unequal; those of several selects stand one above the other."""
    for columns in zip(*selected, strict=False):
        found = [column for column in columns if _is_index(column)]
        for one in found[1:]:
            refuse_unlike(found[0], one)
        if found and not has_key(found[0], selected[0]):
            yield found[0]


def refuse_unlike(left: Any, right: Any) -> None:
    """Raise EncryptedColumnError unless both columns are indexed under one key."""
    if not bound_of(left).is_like(bound_of(right)):
        raise EncryptedColumnError(
            f"{place(left)} and {place(right)} are indexed under different keys and never equal",
            hint="give both BlindIndex the same name= and index_context=, and fill them again",
        )


def _column(operand: Any) -> Any:
    operand = bare(operand)
    if isinstance(operand, ScalarSelect):
        return next(iter(operand.element.selected_columns))
    return operand


def _is_index(operand: Any) -> bool:
    return isinstance(getattr(operand, "type", None), BlindKind) and not isinstance(operand, BindParameter)


def _is_variable(operand: Any) -> bool:
    return isinstance(operand, BindParameter) and isinstance(operand.type, BlindKind)
