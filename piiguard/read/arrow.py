"""Values of Arrow columns as Python's, whatever zone or unit their moments are told in.

Arrow itself asks Python for the zone by name, which Java may have made up (``GMT+05:00``), imports pandas for
nanoseconds, and fails for a whole column where one date is none of Python's.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pyarrow as pa

    Retype = Callable[[pa.DataType], pa.DataType]

__all__ = ["values_of"]


def values_of(array: pa.Array) -> list[Any]:
    """The values, moments in UTC and to the microsecond; those of a column with dates beyond Python's as Arrow writes them.

    Raises: whatever Arrow raises for a type that has no value of Python's.

    >>> import pyarrow as pa
    >>> values_of(pa.array([0], pa.timestamp("ns", "GMT+05:00")))[0].isoformat()
    '1970-01-01T00:00:00+00:00'
    >>> values_of(pa.array([-(2**31)], pa.date32()))
    ['<value out of range: -2147483648>']
    """
    try:
        values: list[Any] = _cast(array, _known).to_pylist()
    except (OverflowError, ValueError):
        values = _cast(array, _text).to_pylist()
    return values


def _cast(array: pa.Array, leaf: Retype) -> pa.Array:
    kind = _retyped(array.type, leaf)
    return array if kind == array.type else array.cast(kind, safe=False)


def _known(kind: pa.DataType) -> pa.DataType:
    """A type that Python's own modules hold."""
    import pyarrow as pa

    if pa.types.is_timestamp(kind):
        return pa.timestamp(_unit(kind), "UTC" if kind.tz else None)
    if pa.types.is_duration(kind):
        return pa.duration(_unit(kind))
    return pa.time64("us") if kind == pa.time64("ns") else kind


def _unit(kind: pa.DataType) -> str:
    return "us" if kind.unit == "ns" else str(kind.unit)


def _text(kind: pa.DataType) -> pa.DataType:
    import pyarrow as pa

    return pa.string() if pa.types.is_temporal(kind) else kind


def _retyped(kind: pa.DataType, leaf: Retype) -> pa.DataType:
    """A type with its leaves changed."""
    import pyarrow as pa

    if pa.types.is_struct(kind):
        return pa.struct([_field(kind.field(number), leaf) for number in range(kind.num_fields)])
    if pa.types.is_map(kind):
        return pa.map_(_retyped(kind.key_type, leaf), _field(kind.item_field, leaf))
    if pa.types.is_large_list(kind):
        return pa.large_list(_field(kind.value_field, leaf))
    if pa.types.is_fixed_size_list(kind):
        return pa.list_(_field(kind.value_field, leaf), kind.list_size)
    if pa.types.is_list(kind):
        return pa.list_(_field(kind.value_field, leaf))
    if pa.types.is_dictionary(kind):
        inner = _retyped(kind.value_type, leaf)
        return kind if inner == kind.value_type else inner
    return leaf(kind)


def _field(field: pa.Field, leaf: Retype) -> pa.Field:
    return field.with_type(_retyped(field.type, leaf))
