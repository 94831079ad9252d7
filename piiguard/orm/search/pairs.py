"""Two indexes beside one another: equal values have equal hashes only under one key."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BinaryExpression, BindParameter, ScalarSelect
from sqlalchemy.sql.elements import Grouping

from piiguard.orm.errors import EncryptedColumnError
from piiguard.orm.search.comparator import bound_of, place
from piiguard.orm.search.sought import Joined
from piiguard.orm.tables import BlindKind

__all__ = ["check_pair", "refuse_unlike"]


def check_pair(element: BinaryExpression[Any]) -> None:
    """Raise EncryptedColumnError for a comparison of two indexes with different keys."""
    left, right = _column(element.left), _column(element.right)
    for one in (left, right):
        if isinstance(one, BindParameter) and isinstance(one.type, Joined):
            raise EncryptedColumnError(
                f"{one.type.bound.place}: a variable of a lambda is used for more than one column",
                hint="give each column a variable of its own",
            )
    if _is_index(left) and _is_index(right):
        refuse_unlike(left, right)


def refuse_unlike(left: Any, right: Any) -> None:
    """Raise EncryptedColumnError unless both columns are indexed under one key."""
    if bound_of(left).identity != bound_of(right).identity:
        raise EncryptedColumnError(
            f"{place(left)} and {place(right)} are indexed under different keys and never equal",
            hint="give both BlindIndex the same name= and index_context=, and fill them again",
        )


def _column(operand: Any) -> Any:
    while isinstance(operand, Grouping):
        operand = operand.element
    if isinstance(operand, ScalarSelect):
        return next(iter(operand.element.selected_columns))
    return operand


def _is_index(operand: Any) -> bool:
    return isinstance(getattr(operand, "type", None), BlindKind) and not isinstance(operand, BindParameter)
