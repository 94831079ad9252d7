"""A mixin for mapped classes: their values stay out of repr and of pickles."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Column, inspect

from piiguard.orm.errors import EncryptedColumnError
from piiguard.orm.search.index import BlindIndex
from piiguard.orm.types.encrypted import Encrypted

__all__ = ["Confidential"]


class Confidential:
    """``repr`` masks encrypted attributes; a pickle leaves them out, and they load again when needed.

    Name it first: ``class Student(Confidential, Base)``. With dataclasses say ``repr=False`` for the class.
    """

    def __repr_args__(self) -> Iterator[tuple[str, Any]]:
        """What is shown, as pydantic and rich ask for it; nothing is loaded for it."""
        loaded = self.__dict__
        for key, column in _columns(type(self)):
            if key in loaded and not isinstance(column.type, BlindIndex):
                hidden = isinstance(column.type, Encrypted) and loaded[key] is not None
                yield key, _Masked() if hidden else loaded[key]

    def __repr__(self) -> str:
        shown = ", ".join(f"{key}={value!r}" for key, value in self.__repr_args__())
        return f"{type(self).__name__}({shown})"

    def __str__(self) -> str:
        return repr(self)

    def __getstate__(self) -> dict[str, Any]:
        state = inspect(self)
        if state.key is None or state.modified:
            raise EncryptedColumnError(
                f"{type(self).__name__}: an object with unsaved values cannot be pickled",
                hint="flush it first: a pickle leaves encrypted values out, and they are read again",
            )
        hidden = {key for key, column in _columns(type(self)) if isinstance(column.type, Encrypted)}
        return {key: value for key, value in self.__dict__.items() if key not in hidden}

    def __setstate__(self, found: dict[str, Any]) -> None:
        self.__dict__.update(found)
        state: Any = inspect(self)
        for key, column in _columns(type(self)):
            if isinstance(column.type, Encrypted):
                state.expired_attributes.add(key)


class _Masked:
    def __repr__(self) -> str:
        return "***"


def _columns(mapped: type[Any]) -> Iterator[tuple[str, Column[Any]]]:
    for attribute in inspect(mapped).column_attrs:
        if isinstance(attribute.columns[0], Column):
            yield attribute.key, attribute.columns[0]
