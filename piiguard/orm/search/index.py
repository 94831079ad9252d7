"""The column type of a blind index: a keyed hash beside the ciphertext, so that equality can be searched."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from sqlalchemy.types import LargeBinary, TypeDecorator

from piiguard.keys.index import SIZE
from piiguard.keys.normalizers import Normalizer, normalizer_for
from piiguard.orm.errors import EncryptedColumnError
from piiguard.orm.search.comparator import BlindIndexComparator, base_column
from piiguard.orm.search.planner import plan
from piiguard.orm.tables import protected

if TYPE_CHECKING:
    from sqlalchemy import Column, Dialect
    from sqlalchemy.orm import InstrumentedAttribute

    from piiguard.keys import Keyring
    from piiguard.keys.index import IndexKey
    from piiguard.orm.types.encrypted import Encrypted

__all__ = ["BlindIndex", "BoundIndex"]

_LIVE = ("primary", "staged", "decrypt-only")
# Spellings of one value that compare equal in Python but not as text.
_NO_EQUALITY = {"float", "json", "datetime_tz"}


class BlindIndex(TypeDecorator[bytes]):
    """A keyed hash of one encrypted column of the same table, or of several.

    It fills itself on every insert and update that SQLAlchemy makes, and ``==`` and ``in_`` on the encrypted
    column use it. ``normalizer`` says which spellings are one value: ``exact``, ``digits``, ``phone``,
    ``email``, ``name``, ``upper``; ``last4``, ``domain``, ``year``, ``prefix:N`` index a part, are asked by
    the name of the index column, and find more rows than those meant. ``truncate`` keeps so many bits of the
    hash, so that rows hide among others; it needs ``expected_rows``.
    """

    impl = LargeBinary
    cache_ok = True
    comparator_factory = BlindIndexComparator

    def __init__(
        self,
        *sources: str,
        normalizer: str | Normalizer | Sequence[str | Normalizer] = "exact",
        truncate: int | None = None,
        expected_rows: int | None = None,
        distinct_bits: float | None = None,
    ) -> None:
        super().__init__(SIZE)
        if not sources:
            raise EncryptedColumnError("BlindIndex needs the name of an encrypted column of its table")
        one = isinstance(normalizer, str | Normalizer)
        rules: tuple[Any, ...] = (normalizer,) * len(sources) if one else tuple(normalizer)  # type: ignore[arg-type]
        if len(rules) != len(sources):
            raise EncryptedColumnError(
                f"BlindIndex of {', '.join(sources)}: {len(rules)} normalizers for {len(sources)} columns",
                hint="give one for all, or one for each",
            )
        if truncate is not None:
            plan(expected_rows, distinct_bits).check(truncate)
        self.sources = sources
        self.normalizers = tuple(normalizer_for(rule) for rule in rules)
        self.truncate = truncate

    @property
    def python_type(self) -> type[Any]:
        return bytes

    @staticmethod
    def values(index: InstrumentedAttribute[Any] | Column[Any], *value: Any) -> list[bytes]:
        """What the index column holds for a value, under each live index key: for statements built by hand.

        ``index`` may be the encrypted column as well, when one index alone serves its equality.
        """
        return bound_index(index).candidates(*value)

    def bound(self, column: Column[Any], columns: Mapping[str, Column[Any]]) -> BoundIndex:
        """This index with the keys and rules of its source columns."""
        place = f"{column.table}.{column.name}"
        for source in self.sources:
            if source not in columns:
                raise EncryptedColumnError(
                    f"{place}: there is no encrypted column {source} in {column.table}",
                    hint="BlindIndex takes the name of the column, which may differ from the attribute's",
                )
        types: list[Encrypted] = [columns[source].type for source in self.sources]  # type: ignore[misc]
        self._check(place, column, types)
        normalizer = self.normalizers[0] if len(types) == 1 else _compound(self.normalizers)
        context = "+".join(item.context for item in types)
        key = types[0].keyring.index(context, column.name, normalizer)
        steps = tuple(map(_seeker, types))
        return BoundIndex(
            column, self.sources, key, steps, _cutter(self.truncate), self.exact, types[0].keyring
        )

    @property
    def exact(self) -> bool:
        """Whether a match is the value itself: not of a lossy normalizer, not truncated, not a compound."""
        return len(self.sources) == 1 and self.truncate is None and not self.normalizers[0].lossy

    def _check(self, place: str, column: Column[Any], types: Sequence[Encrypted]) -> None:
        if self.truncate is not None and column.unique:
            raise EncryptedColumnError(
                f"{place}: a truncated index cannot be unique", hint="leave truncate out"
            )
        for item, rule in zip(types, self.normalizers, strict=True):
            if rule.name == "exact" and item.values.codec.name in _NO_EQUALITY:
                raise EncryptedColumnError(
                    f"{place}: {type(item.inner).__name__} has no exact index: equal values are spelled apart",
                    hint="name a normalizer of your own that gives them one spelling",
                )

    def bind_processor(self, dialect: Dialect) -> Callable[[Any], Any]:
        wrap = LargeBinary().dialect_impl(dialect).bind_processor(dialect)

        def process(value: Any) -> Any:
            if value is not None and not isinstance(value, bytes):
                value = None
                raise EncryptedColumnError(
                    f"a blind index of {', '.join(self.sources)} is assigned by hand",
                    hint="leave it out: it is computed from its source",
                )
            return value if wrap is None or value is None else wrap(value)

        return process

    def literal_processor(self, dialect: Dialect) -> Any:
        raise EncryptedColumnError(
            "a blind index is not rendered into SQL text", hint="bind parameters instead"
        )

    @property
    def _static_cache_key(self) -> Any:
        return (type(self), self.sources, tuple(rule.label for rule in self.normalizers), self.truncate)

    def __repr__(self) -> str:
        rules = ", ".join(rule.name for rule in self.normalizers)
        return f"BlindIndex({', '.join(map(repr, self.sources))}, normalizer={rules!r})"


@dataclass(frozen=True, slots=True, eq=False)
class BoundIndex:
    """A blind index of one table: computes what its column holds."""

    column: Column[Any]
    sources: tuple[str, ...]
    key: IndexKey
    steps: tuple[Callable[[Any], Any], ...]
    cut: Callable[[bytes], bytes] | None
    exact: bool
    keyring: Keyring

    @property
    def live_keys(self) -> int:
        """Under how many index keys rows may be found; two during an index rotation."""
        return sum(one.kind == "index" and one.state in _LIVE for one in self.keyring.versions)

    def compute(self, values: Sequence[Any]) -> bytes | None:
        """The index of a row, from the values of its sources; None when one is NULL or empty."""
        found: bytes | None = self.key.compute(self._prepared(values))
        return found if found is None or self.cut is None else self.cut(found)

    def single(self) -> Callable[[Any], bytes | None] | None:
        """The same as one call per value, when there is one source and the whole hash is kept."""
        if len(self.sources) > 1 or self.cut is not None:
            return None
        compute, seek = self.key.compute, self.steps[0]
        return lambda value: None if value is None else compute(seek(value))

    def candidates(self, *values: Any) -> list[bytes]:
        """What rows with these values hold, under each live index key."""
        if len(values) != len(self.sources):
            raise EncryptedColumnError(
                f"{self.column.table}.{self.column.name} indexes {', '.join(self.sources)} together",
                hint=f"give {len(self.sources)} values, in this order",
            )
        if self.key.normalizer.name == "domain" and "@" not in str(values[0]):
            values = (f"@{values[0]}",)  # asked for by the domain alone
        found: list[bytes] = self.key.candidates(self._prepared(values))
        return found if self.cut is None else [self.cut(one) for one in found]

    def _prepared(self, values: Sequence[Any]) -> Any:
        if len(values) == 1:
            return None if values[0] is None else self.steps[0](values[0])
        if any(value is None for value in values):
            return None
        return tuple(step(value) for step, value in zip(self.steps, values, strict=True))


def bound_index(expression: Any) -> BoundIndex:
    """The index that an index column is, or that serves the equality of an encrypted column."""
    if hasattr(expression, "__clause_element__"):
        expression = expression.__clause_element__()
    column = base_column(expression)
    found = None if column is None else protected(column.table)
    for index in found.indexes if found else ():
        if column is index.column or (column is not None and index.exact and index.sources == (column.key,)):
            return index
    raise EncryptedColumnError(
        f"{expression} has no blind index", hint="add a BlindIndex column to its table"
    )


def _seeker(item: Encrypted) -> Callable[[Any], Any]:
    """The form in which a value is indexed; text passes as it is."""
    if item.values.codec.name != "string":
        return item.seek
    return lambda value: value if isinstance(value, str) else item.seek(value)


def _compound(rules: Sequence[Normalizer]) -> Normalizer:
    """One normalizer over a row of values; each part has its length before it."""

    def join(values: Sequence[Any]) -> bytes:
        parts = [rule(value) for rule, value in zip(rules, values, strict=True)]
        if None in parts:
            return b""
        raw = [part.encode("utf-8", "surrogatepass") if isinstance(part, str) else part for part in parts]
        return b"".join(len(part).to_bytes(4, "big") + part for part in raw if part is not None)

    label = "+".join(rule.label for rule in rules)
    return replace(rules[0], name=f"compound:{label}", function=join, version=1, lossy=False)


def _cutter(bits: int | None) -> Callable[[bytes], bytes] | None:
    """Keep the version and so many bits of the hash."""
    if bits is None:
        return None
    size = (bits + 7) // 8
    mask = ((1 << bits) - 1) << (size * 8 - bits)

    def cut(index: bytes) -> bytes:
        kept = int.from_bytes(index[2 : 2 + size], "big") & mask
        return index[:2] + kept.to_bytes(size, "big")

    return cut
