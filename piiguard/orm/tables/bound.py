"""A blind index of one table: computes what its column holds."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

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
        return key.context, key.name, key.normalizer.label, self.cut and self.cut(bytes(32))

    def is_like(self, other: BoundIndex) -> bool:
        """Whether equal values have equal hashes in both; a keyring is opened only to tell it from another."""
        one, two = self.keyring, other.keyring
        return self.identity == other.identity and (one is two or one.id == two.id)

    @property
    def live_keys(self) -> int:
        """Under how many index keys rows may be found; two during an index rotation."""
        return len(self.key.epoch())

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

    def sought(self, *values: Any) -> bytes | None:
        """What :meth:`hashes` takes for values that are searched; None when nothing is left of them."""
        if len(values) != len(self.sources):
            raise EncryptedColumnError(
                f"{self.place} indexes {', '.join(self.sources)} together",
                hint=f"give {len(self.sources)} values, in this order",
            )
        name = self.key.normalizer.name
        if name == "domain" and "@" not in str(values[0]):
            values = (f"@{values[0]}",)  # asked for by the domain alone
        found: bytes | None = self.key.normal(self._prepared(values))
        if found is not None and name.startswith("prefix:"):
            _refuse_short(self.place, found, int(name.removeprefix("prefix:")))
        return found

    def sought_all(self, values: Iterable[tuple[Any, ...]]) -> list[bytes]:
        """The same for many, without those of which nothing is left."""
        name = self.key.normalizer.name
        if len(self.sources) > 1 or name == "domain" or name.startswith("prefix:"):
            found = (self.sought(*value) for value in values)
        else:
            normal, step = self.key.normal, self.steps[0]
            found = (normal(step(value)) for (value,) in values if value is not None)
        return [one for one in found if one is not None]

    def hashes(self, normals: Sequence[bytes]) -> list[bytes]:
        """What rows hold whose values became these bytes, under each live index key."""
        found: list[bytes] = self.key.hashes(normals)
        return found if self.cut is None else [self.cut(one) for one in found]

    def candidates(self, *values: Any) -> list[bytes]:
        """What rows with these values hold, under each live index key, the primary first."""
        normal = self.sought(*values)
        return [] if normal is None else self.hashes([normal])

    def under_all(self, values: Sequence[Any]) -> list[bytes]:
        """What a row of these values may hold, under each live index key, the primary first."""
        normal = self.key.normal(self._prepared(values))
        return [] if normal is None else self.hashes([normal])

    def _prepared(self, values: Sequence[Any]) -> Any:
        if len(values) == 1:
            return None if values[0] is None else self.steps[0](values[0])
        if any(value is None for value in values):
            return None
        return tuple(step(value) for step, value in zip(self.steps, values, strict=True))


def _refuse_short(place: str, normal: bytes, length: int) -> None:
    if len(normal.decode("utf-8", "surrogatepass")) < length:
        raise EncryptedColumnError(
            f"{place} indexes the first {length} characters, and fewer are searched",
            hint=f"rows that go on would not be found: give {length} characters or more",
        )
