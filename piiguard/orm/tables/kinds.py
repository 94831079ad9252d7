"""What the two column types are known by, for modules that the types themselves import."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from sqlalchemy import Column
    from sqlalchemy.types import TypeEngine

    from piiguard.orm.tables.bound import BoundIndex

__all__ = ["BlindKind", "EncryptedKind"]


class EncryptedKind:
    """The type of a column that holds ciphertext."""

    if TYPE_CHECKING:
        inner: TypeEngine[Any]
        context: str
        storage: Literal["binary", "text"]
        migrating: Any
        values: Any

        @property
        def keyring(self) -> Any: ...

        @property
        def place(self) -> str: ...

        def prepare(self, value: Any) -> Any: ...

        def seek(self, value: Any) -> Any: ...

        def encoder(self) -> Callable[[Any], bytes]: ...


class BlindKind:
    """The type of a column that holds a blind index."""

    def bound(self, column: Column[Any], columns: Mapping[str, Column[Any]]) -> BoundIndex:
        """The index with the keys and rules of its source columns."""
        raise NotImplementedError
