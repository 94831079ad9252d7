"""A blind index of one table: computes what its column holds."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from piiguard.errors import NotIndexable
from piiguard.orm.errors import EncryptedColumnError

if TYPE_CHECKING:
    from sqlalchemy import Column

    from piiguard.keys import Keyring
    from piiguard.keys.index import IndexKey

__all__ = ["BoundIndex"]


@dataclass(frozen=True, slots=True, eq=False)
class BoundIndex:
    """A blind index with the keys and rules of its sources."""

    column: Column[Any]
    sources: tuple[str, ...]
    key: IndexKey
    steps: tuple[Callable[[Any], Any], ...]
    cut: Callable[[bytes], bytes] | None
    exact: bool
    keyring: Keyring
    migrating: bool = False

    @property
    def place(self) -> str:
        """``table.column``, for messages."""
        return f"{self.column.table}.{self.column.name}"

    @property
    def identity(self) -> tuple[Any, ...]:
        """What makes two indexes give equal values equal hashes, within one keyring."""
        key = self.key
        rules = tuple(rule.label for rule in key.rules)
        return key.context, key.name, rules, self.cut and self.cut(bytes(32))

    def is_like(self, other: BoundIndex) -> bool:
        """Whether equal values have equal hashes in both; a keyring is opened only to tell it from another."""
        one, two = self.keyring, other.keyring
        return self.identity == other.identity and (one is two or one.id == two.id)

    @property
    def live_keys(self) -> int:
        """Under how many index keys rows may be found; two during an index rotation."""
        return len(self.key.epoch())

    @property
    def live(self) -> int:
        """How many hashes one value may have: one for each live index key and rule."""
        return self.live_keys * len(self.key.rules)

    def compute(self, values: Sequence[Any]) -> bytes | None:
        """The index of a row, from the values of its sources; None when one is NULL or empty."""
        try:
            found: bytes | None = self.key.compute(self._prepared(values))
        except NotIndexable as error:
            reason = str(error)
        else:
            return found if found is None or self.cut is None else self.cut(found)
        raise self._refused(reason)

    def single(self) -> Callable[[Any], bytes | None] | None:
        """The same as one call per value, when there is one source and the whole hash is kept."""
        if len(self.sources) > 1 or self.cut is not None:
            return None
        compute, seek = self.key.compute, self.steps[0]

        def hashed(value: Any) -> bytes | None:
            if value is None:
                return None
            try:
                return compute(seek(value))
            except NotIndexable as error:
                reason = str(error)
            value = None
            raise self._refused(reason)

        return hashed

    def sought(self, *values: Any) -> bytes | None:
        """What :meth:`hashes` takes for values that are searched; None when nothing is left of them."""
        if len(values) != len(self.sources):
            raise EncryptedColumnError(
                f"{self.place} indexes {', '.join(self.sources)} together",
                hint=f"give {len(self.sources)} values, in this order",
            )
        rule = self.key.normalizer
        if rule.name == "domain" and "@" not in str(values[0]):
            values = (f"@{values[0]}",)  # asked for by the domain alone
        if rule.lossy and isinstance(values[0], str):  # a part is asked as a text, whatever the type
            if rule.name.startswith("prefix:"):
                self._refuse_short(values[0])
            return self._normal(lambda: self.key.normal(values[0]))
        try:
            return self.key.normal(self._prepared(values))
        except NotIndexable as error:
            reason = str(error)
        if rule.lossy:  # as a year is of a date
            return self._normal(lambda: self.key.normal(values[0]))
        raise self._refused(reason)

    def sought_all(self, values: Iterable[tuple[Any, ...]]) -> list[bytes]:
        """The same for many, without those of which nothing is left."""
        if len(self.sources) > 1 or self.key.normalizer.lossy:
            found = (self.sought(*value) for value in values)
            return [one for one in found if one is not None]
        normal, step = self.key.normal, self.steps[0]
        try:
            forms = [normal(step(value)) for (value,) in values if value is not None]
        except NotIndexable as error:
            reason = str(error)
        else:
            return [one for one in forms if one is not None]
        raise self._refused(reason)

    def hashes(self, normals: Sequence[bytes]) -> list[bytes]:
        """What rows hold whose values became these bytes, under each live index key and rule."""
        found: list[bytes] = self.key.hashes(normals)
        return found if self.cut is None else [self.cut(one) for one in found]

    def candidates(self, *values: Any) -> list[bytes]:
        """What rows with these values hold, under each live index key and rule, the newest first."""
        normal = self.sought(*values)
        return [] if normal is None else self.hashes([normal])

    def under_all(self, values: Sequence[Any]) -> list[bytes]:
        """What a row of these values may hold, under each live index key and rule, the newest first."""
        normal = self._normal(lambda: self.key.normal(self._prepared(values)))
        return [] if normal is None else self.hashes([normal])

    def _normal(self, made: Callable[[], bytes | None]) -> bytes | None:
        try:
            return made()
        except NotIndexable as error:
            reason = str(error)
        raise self._refused(reason)

    def _refused(self, reason: str) -> EncryptedColumnError:
        return EncryptedColumnError(f"{self.place}: a value has no index: {reason}")

    def _prepared(self, values: Sequence[Any]) -> Any:
        if len(values) == 1:
            return None if values[0] is None else self.steps[0](values[0])
        if any(value is None for value in values):
            return None
        return tuple(step(value) for step, value in zip(self.steps, values, strict=True))

    def _refuse_short(self, value: str) -> None:
        length = int(self.key.normalizer.name.removeprefix("prefix:"))
        form = self.key.normalizer(value)
        if form is not None and len(form) < length:
            raise EncryptedColumnError(
                f"{self.place} indexes the first {length} characters, and fewer are searched",
                hint=f"rows that go on would not be found: give {length} characters or more",
            )
