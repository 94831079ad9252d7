"""What stands in a record for a number or an object that is a value: it answers as the other did, and says nothing.

>>> hidden = instead(77011234567, "<KZ_PHONE>")
>>> "%s" % hidden, "%d" % hidden, f"{hidden}", hidden + 1
('<KZ_PHONE>', '0', '<KZ_PHONE>', 1)
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Self

from piiguard.redact.nested import FAILED, said
from piiguard.redact.standin import standin

__all__ = ["Objects", "instead"]

Redact = Callable[[str], str]


class _Text:
    """Writes a text wherever the other one would have been written."""

    text: str

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        return self.text

    def __format__(self, how: str) -> str:
        try:
            return format(self.text, how)
        except ValueError:  # what only numbers or dates understand
            return self.text


class _Int(_Text, int):
    """Zero, for those who count with it, with the text of what was there."""

    def __new__(cls, text: str) -> Self:
        made = int.__new__(cls, 0)
        made.text = text
        return made

    def __reduce__(self) -> Any:
        return _Int, (self.text,)


class _Float(_Text, float):
    """Zero, for those who count with it, with the text of what was there."""

    def __new__(cls, text: str) -> Self:
        made = float.__new__(cls, 0)
        made.text = text
        return made

    def __reduce__(self) -> Any:
        return _Float, (self.text,)


def instead(number: float, text: str) -> float:
    """A number of the same kind that is zero and written as ``text``."""
    return _Int(text) if isinstance(number, int) else _Float(text)


class Objects:
    """Makes stand-ins for objects; ``value`` redacts what their attributes and methods give, ``text`` their words."""

    def __init__(self, value: Callable[[Any], Any], text: Redact) -> None:
        self._value, self._text = value, text

    def __call__(self, value: Any, text: str | None = None) -> Any:
        """What stands for an object whose text shows a value; it reads ``text`` where that is given."""
        if text is None and isinstance(value, BaseException):
            return standin(value, self._text)
        return _Shown(
            value,
            self._said(str, value) if text is None else text,
            self._said(repr, value) if text is None else text,
            self._value,
        )

    def _said(self, how: Callable[[Any], str], value: Any) -> str:
        text = said(how, value)
        return FAILED.format(how.__name__, type(value).__name__) if text is None else self._text(text)


class _Shown(_Text):
    """An object as a log may see it: formatters still find its attributes, and read no value in them."""

    def __init__(self, value: Any, text: str, told: str, redact: Callable[[Any], Any]) -> None:
        self.__dict__.update(_value=value, text=text, _told=told, _redact=redact)

    def __repr__(self) -> str:
        return str(self.__dict__["_told"])

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") and name.endswith("__"):
            raise AttributeError(name)  # copying, pickling and renderers ask for those of the class
        found = getattr(self.__dict__["_value"], name)
        if not callable(found):
            return self._redact(found)
        return lambda *args, **kwargs: self._redact(found(*args, **kwargs))

    def __reduce__(self) -> Any:
        return str, (self.text,)

    def __getitem__(self, key: Any) -> Any:
        return self._redact(self._value[key])

    def __iter__(self) -> Iterator[Any]:
        return iter([self._redact(item) for item in self._value])

    def __len__(self) -> int:
        return len(self._value)

    def __bool__(self) -> bool:
        return bool(self._value)

    def __int__(self) -> int:
        return 0

    def __float__(self) -> float:
        return 0.0
