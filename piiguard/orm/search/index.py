"""The column type of a blind index: a keyed hash beside the ciphertext, so that equality can be searched."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal

from sqlalchemy.types import VARBINARY, LargeBinary, TypeDecorator

from piiguard.keys.index import SIZE
from piiguard.keys.indexable import indexer
from piiguard.keys.normalizers import Normalizer, editions, newest, normalizer_for, spells_apart
from piiguard.orm.errors import EncryptedColumnError
from piiguard.orm.search.comparator import BlindIndexComparator, base_column
from piiguard.orm.search.planner import plan
from piiguard.orm.tables import BlindKind, BoundIndex, EncryptedKind, protected

if TYPE_CHECKING:
    from sqlalchemy import Column, Dialect
    from sqlalchemy.orm import InstrumentedAttribute
    from sqlalchemy.types import TypeEngine

__all__ = ["BlindIndex"]

_Rule = str | Normalizer | tuple[str | Normalizer, ...]
_FEW = 32  # members of an Enum: so few values are told apart by how often each is there


class BlindIndex(BlindKind, TypeDecorator[bytes]):
    """A keyed hash of one encrypted column of the same table, or of several.

    It fills itself on every insert and update that SQLAlchemy makes, and ``==`` and ``in_`` on the encrypted
    column use it. ``normalizer`` says which spellings are one value: ``exact``, ``digits``, ``phone``,
    ``email``, ``name``, ``upper``; ``last4``, ``domain``, ``year``, ``prefix:N`` index a part, are asked by
    the name of the index column, and find more rows than those meant. ``truncate`` keeps so many bits of the
    hash, so that rows hide among others; it needs ``expected_rows``. With its number, as in ``digits/2``, it is
    that rule. Without, new rows are written under the newest edition, and rows of every edition are found and kept
    unique; so does a tuple say two rules, the newest first: ``normalizer=[("digits/2", "exact/1")]``.

    ``name`` goes into the key: the column's own unless it is given, so that a column which is renamed keeps
    its key. Two indexes of one ``name`` and one ``index_context`` (by default the context of the sources) have
    one key, and may be joined. ``leaks="frequency"`` says that it is known what the index of a Boolean or of
    an Enum with few members tells: which rows are equal is then nearly the value itself.
    """

    impl = LargeBinary
    cache_ok = True
    comparator_factory = BlindIndexComparator

    def __init__(
        self,
        *sources: str,
        normalizer: _Rule | Sequence[_Rule] = "exact",
        truncate: int | None = None,
        expected_rows: int | None = None,
        distinct_bits: float | None = None,
        name: str | None = None,
        index_context: str | None = None,
        leaks: Literal["frequency"] | None = None,
    ) -> None:
        super().__init__(SIZE)
        if not sources:
            raise EncryptedColumnError("BlindIndex needs the name of an encrypted column of its table")
        one = isinstance(normalizer, str | Normalizer)
        rules: tuple[_Rule, ...] = (normalizer,) * len(sources) if one else tuple(normalizer)  # type: ignore[arg-type,assignment]
        if len(rules) != len(sources):
            raise EncryptedColumnError(
                f"BlindIndex of {', '.join(sources)}: {len(rules)} normalizers for {len(sources)} columns",
                hint="give one for all, or one for each",
            )
        if truncate is not None:
            plan(expected_rows, distinct_bits).check(truncate)
        if leaks not in (None, "frequency"):
            raise EncryptedColumnError(
                f"BlindIndex of {', '.join(sources)}: unknown option", hint='leaks is "frequency" or left out'
            )
        self.sources = sources
        self.name = name
        self.index_context = index_context
        self.leaks = leaks
        self.rules = rules
        self.normalizers = tuple(map(_editions, rules))
        self.truncate = truncate

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        # UNIQUE over a BLOB is kept by a hash on MariaDB, which no search can use.
        kind = VARBINARY if dialect.name in ("mysql", "mariadb") else LargeBinary
        return dialect.type_descriptor(kind(SIZE))

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
        types: list[Any] = [columns[source].type for source in self.sources]
        self._check(place, column, types)
        keyring = types[0].keyring
        if any(item.keyring is not keyring and item.keyring.path != keyring.path for item in types):
            raise EncryptedColumnError(
                f"{place} indexes columns of two keyrings", hint="give them one keyring, or an index each"
            )
        normalizer = self.normalizers[0] if len(types) == 1 else _compounds(self.normalizers)
        context = self.index_context or _joined(place, [item.context for item in types])
        return BoundIndex(
            column,
            self.sources,
            keyring.index(context, self.name or column.name, normalizer),
            tuple(map(_seeker, types)),
            _cutter(self.truncate),
            self.exact,
            keyring,
            any(item.migrating is True for item in types),
        )

    @property
    def exact(self) -> bool:
        """Whether a match is the value itself: not of a lossy normalizer, not truncated, not a compound."""
        return len(self.sources) == 1 and self.truncate is None and not self.normalizers[0][0].lossy

    def _check(self, place: str, column: Column[Any], types: Sequence[EncryptedKind]) -> None:
        if self.truncate is not None and column.unique:
            raise EncryptedColumnError(
                f"{place}: a truncated index cannot be unique", hint="leave truncate out"
            )
        for item, rule in zip(types, self.normalizers, strict=True):
            if _spelled_apart(rule, item):
                raise EncryptedColumnError(
                    f"{place}: {type(item.inner).__name__} has no exact index: equal values are spelled apart",
                    hint=_one_spelling(item),
                )
        if len(types) == 1 and self.leaks is None and _has_few(types[0]):
            raise EncryptedColumnError(
                f"{place}: {type(types[0].inner).__name__} has few values, and an index tells them apart by how "
                "often each is there",
                hint='leave the index out and filter in Python, or say leaks="frequency" if that may be known',
            )

    def bind_processor(self, dialect: Dialect) -> Callable[[Any], Any]:
        wrap = LargeBinary().dialect_impl(dialect).bind_processor(dialect)

        def process(value: Any) -> Any:
            if value is None or type(value) is bytes:
                return value if wrap is None or value is None else wrap(value)
            if not isinstance(value, bytes):
                value = None
                raise EncryptedColumnError(
                    f"a blind index of {', '.join(self.sources)} is assigned by hand",
                    hint="leave it out: it is computed from its source",
                )
            return process(bytes(value))  # of a mark that the attribute layer put on it

        return process

    def literal_processor(self, dialect: Dialect) -> Any:
        raise EncryptedColumnError(
            "a blind index is not rendered into SQL text", hint="bind parameters instead"
        )

    @property
    def _static_cache_key(self) -> Any:
        rules = tuple(edition.label for rule in self.normalizers for edition in rule)
        return (type(self), self.sources, rules, self.truncate, self.name, self.index_context)

    def __repr__(self) -> str:
        rules = ", ".join(rule[0].name for rule in self.normalizers)
        return f"BlindIndex({', '.join(map(repr, self.sources))}, normalizer={rules!r})"


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


def _spelled_apart(rules: Sequence[Normalizer], item: EncryptedKind) -> bool:
    """Whether equal values of the type may have different texts under a rule that rows may stand under."""
    if item.values.codec.name == "time" and getattr(item.inner, "timezone", False):
        return rules[0].name == "exact"
    return any(spells_apart(rule, item.values.codec.name) for rule in rules)


def _one_spelling(item: EncryptedKind) -> str:
    if spells_apart(newest("exact"), item.values.codec.name) or item.values.codec.name == "time":
        return "name a normalizer of your own that gives them one spelling"
    return f'normalizer="{newest("exact")}" gives them one spelling'


def _has_few(item: EncryptedKind) -> bool:
    members = getattr(item.inner, "enums", None)
    return item.values.codec.name == "boolean" or (members is not None and len(members) < _FEW)


def _seeker(item: EncryptedKind) -> Callable[[Any], Any]:
    """The form in which a value is indexed; text passes as it is."""
    seek, form = item.seek, indexer(item.values.codec)
    if item.values.codec.name != "string":
        return lambda value: form(seek(value))
    return lambda value: value if isinstance(value, str) else seek(value)


def _editions(rule: _Rule) -> tuple[Normalizer, ...]:
    """Every rule that rows of the index may have been written under, the newest first."""
    return tuple(map(normalizer_for, rule)) if isinstance(rule, tuple) else editions(rule)


def _compounds(rules: Sequence[tuple[Normalizer, ...]]) -> tuple[Normalizer, ...]:
    """The newest of each source together, then the ones before them."""
    most = max(map(len, rules))
    return tuple(_compound([rule[min(number, len(rule) - 1)] for rule in rules]) for number in range(most))


def _joined(place: str, contexts: Sequence[str]) -> str:
    """The context of a compound; two rows of contexts must not spell the same one, and so share a key."""
    if len(contexts) > 1 and any("+" in context for context in contexts):
        raise EncryptedColumnError(
            f"{place}: contexts with a + in them cannot be joined by one",
            hint=f'index_context="{"+".join(contexts)}" keeps what is stored, if no other index has it',
        )
    return "+".join(contexts)


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
