"""What a query looks for: kept sealed in the expression, hashed whenever the statement runs.

An expression may be older than the index key that is primary when it runs: a module-level query, a cached
filter. SQLAlchemy's statement cache keeps the first expression of its kind, so no plaintext may be in it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from sqlalchemy import (
    ARRAY,
    BinaryExpression,
    BindParameter,
    ColumnElement,
    Dialect,
    LargeBinary,
    and_,
    bindparam,
    func,
    or_,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql import operators
from sqlalchemy.sql.sqltypes import BOOLEANTYPE
from sqlalchemy.types import TypeDecorator

from piiguard.keys.codec import codec_for
from piiguard.keys.derivation import lp, unpacked
from piiguard.orm.errors import EncryptedColumnError
from piiguard.orm.tables import BoundIndex

__all__ = ["InIndex", "InLambda", "Joined", "Opposed", "in_hashes", "in_index", "in_joined", "unequal"]

_WHOLE = 16  # bytes of a hash that is not cut
_MOST_KEYS = 8  # the primary, the one before, a staged one, and one to spare, each under two rules


class Sought:
    """The callable behind a bind parameter: the hashes under the index keys that are live when it is called."""

    __slots__ = ("_bound", "_cipher", "_epoch", "_hashes", "_sealed")

    def __init__(self, bound: BoundIndex, normals: list[bytes]) -> None:
        self._bound = bound
        self._cipher = bound.keyring.column(f"search {bound.key.context}", codec_for("bytes").code)
        self._sealed = self._cipher.encrypt(b"".join(map(lp, normals)))
        self._epoch = bound.key.epoch()
        self._hashes = bound.hashes(normals)

    def __call__(self) -> list[bytes]:
        if self._bound.key.epoch() is not self._epoch:
            self._epoch = self._bound.key.epoch()
            self._hashes = self._bound.hashes(list(unpacked(self._cipher.decrypt(self._sealed))))
        return self._hashes


class Opposed(BinaryExpression[bool]):
    """A comparison whose negation takes in the rows that have a value and no hash."""

    inherit_cache = True
    opposite: Callable[[], ColumnElement[bool]] | None = None

    def _negate(self) -> Any:
        return super()._negate() if self.opposite is None else self.opposite()  # type: ignore[no-untyped-call]

    @classmethod
    def of(cls, plain: Any) -> Any:
        """The same comparison as this class."""
        return cls(plain.left, plain.right, plain.operator, type_=plain.type, negate=plain.negate)


class InLambda(Opposed):
    """The same with the variable of a lambda, which SQLAlchemy may have met beside another column before."""

    inherit_cache = True


class InIndex(Opposed):
    """``index IN (hashes)``, or NOT IN, of one parameter; a hash has ``size`` bytes, which the column says."""

    inherit_cache = True
    size = _WHOLE


@compiles(InIndex, "postgresql")
def _one_array(element: Any, compiler: Any, **kw: Any) -> str:
    """One parameter for any number of hashes: the protocol ends at 65,535."""
    hashes = element.right._clone(maintain_key=True)
    hashes.expanding, hashes.expand_op, hashes.type = False, None, ARRAY(LargeBinary())
    comparison = "<> ALL" if element.operator is operators.not_in_op else "= ANY"
    return f"{compiler.process(element.left, **kw)} {comparison} ({compiler.process(hashes, **kw)})"


def in_index(
    bound: BoundIndex, column: ColumnElement[Any], op: Any, values: Iterable[tuple[Any, ...]]
) -> InIndex:
    """Compare an index column with what rows of these values hold."""
    found = _expression(column, op, Sought(bound, bound.sought_all(values)))
    found.size = _size(bound)
    return found


def in_hashes(column: ColumnElement[Any], op: Any, hashes: list[bytes]) -> InIndex:
    """Compare an index column with bytes that are hashes already."""
    found = _expression(column, op, lambda: hashes)
    found.size = len(hashes[0]) if hashes else _WHOLE
    return found


def _expression(column: ColumnElement[Any], op: Any, called: Callable[[], list[bytes]]) -> InIndex:
    hashes: BindParameter[Any] = bindparam(
        None, callable_=called, unique=True, expanding=True, type_=LargeBinary()
    )
    hashes.expand_op = op  # as the operators of SQLAlchemy say it
    negate = operators.in_op if op is operators.not_in_op else operators.not_in_op
    return InIndex(column, hashes, op, type_=BOOLEANTYPE, negate=negate)


def unequal(expression: Any, column: ColumnElement[Any], found: ColumnElement[bool]) -> ColumnElement[bool]:
    """What is empty after normalizing has no hash, and is unequal to all the same."""
    return or_(found, and_(expression.is_not(None), column.is_(None)))


@compiles(InIndex)
def _for_many_sets(element: Any, compiler: Any, **kw: Any) -> str:
    """In a statement of many parameter sets, which cannot take a list, as many hashes as may be live, in one parameter."""
    if not compiler.for_executemany:
        return str(compiler.visit_binary(element, **kw))
    hashes = element.right._clone(maintain_key=True)
    hashes.expanding, hashes.expand_op, hashes.type = False, None, Packed()
    found = LargeBinary.Comparator(element.left).operate(element.operator, _unpacked(hashes, element.size))
    return str(compiler.process(found, **kw))


class Joined(TypeDecorator[Any]):
    """A value that SQLAlchemy takes out of a lambda at each call: bound as its hashes, one after the other."""

    impl = LargeBinary
    cache_ok = True

    def __init__(self, bound: BoundIndex) -> None:
        super().__init__()
        self.bound = bound

    @property
    def _static_cache_key(self) -> Any:
        return type(self), self.bound.place, self.bound.keyring, self.bound.identity

    def coerce_compared_value(self, op: Any, value: Any) -> Joined:
        return self

    def bind_processor(self, dialect: Dialect) -> Callable[[Any], Any]:
        wrap = LargeBinary().dialect_impl(dialect).bind_processor(dialect)

        def process(value: Any) -> Any:
            found = [] if value is None else self.bound.hashes(_some(self.bound.sought(value)))
            value = None
            if not found:
                return None
            if len(found) > _MOST_KEYS:
                raise EncryptedColumnError(
                    f"{self.bound.place}: too many index keys are live for a lambda",
                    hint="retire the old ones, or write the comparison outside of the lambda",
                )
            joined = _packed(found)
            return joined if wrap is None else wrap(joined)

        return process


class Packed(TypeDecorator[Any]):
    """Hashes bound one after the other; an empty list is nothing, to which nothing is equal."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> bytes | None:
        if len(value) > _MOST_KEYS:
            raise EncryptedColumnError(
                "too many values are compared in a statement of many parameter sets",
                hint="run it once for each set, or compare with one value",
            )
        return _packed(value) if value else None


def _packed(hashes: list[bytes]) -> bytes:
    return b"".join(hashes + hashes[:1] * (_MOST_KEYS - len(hashes)))


def _unpacked(value: ColumnElement[Any], size: int) -> list[Any]:
    """Each of the hashes in such a value, in SQL."""
    return [func.substr(value, 1 + size * number, size, type_=LargeBinary()) for number in range(_MOST_KEYS)]


def _size(bound: BoundIndex) -> int:
    return _WHOLE if bound.cut is None else len(bound.cut(bytes(_WHOLE)))


def _some(normal: bytes | None) -> list[bytes]:
    return [] if normal is None else [normal]


def in_joined(bound: BoundIndex, column: ColumnElement[Any], op: Any, wrapper: Any) -> InLambda:
    """The same comparison with a variable of a lambda, whose value is not known here."""
    kind = Joined(bound)
    value = wrapper._py_wrapper_literal(bindparam("piiguard", type_=kind), op)
    if not isinstance(value.type, Joined) or len(bound.sources) > 1:
        raise EncryptedColumnError(
            f"{bound.place}: a variable of a lambda is used for more than one column",
            hint="write the comparison outside of the lambda, or give each column a variable of its own",
        )
    found: InLambda = InLambda.of(LargeBinary.Comparator(column).operate(op, _unpacked(value, _size(bound))))
    return found
