"""What every logging integration shares: the redactor must neither raise nor be entered by its own records."""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock, local
from typing import Any, TypeVar

from piiguard.redact.redactor import Redactor

__all__ = ["Guarded", "withheld"]

T = TypeVar("T")


def withheld(error: BaseException | None) -> str:
    """What stands in place of a text that could not be redacted: why, but no word of it.

    >>> withheld(ValueError("050312300015"))
    '<withheld by piiguard: ValueError>'
    """
    return f"<withheld by piiguard: {type(error).__name__ if error else 'record of the redactor itself'}>"


class Guarded:
    """Calls the redactor; ``redactor`` or the options of :class:`Redactor` say how it works.

    The engine is loaded here and not at the first record, which would wait for it. ``withheld`` counts what went out
    without its content.
    """

    def __init__(self, redactor: Redactor | None = None, **options: Any) -> None:
        self.redactor = redactor or Redactor(**options)
        self._inside = local()
        self._lock = Lock()
        self.withheld = 0

    def __call__(self, work: Callable[[], T], instead: Callable[[str], T]) -> T:
        """Do the work; when it fails, or was asked for by itself, do ``instead`` with what is to be said."""
        if getattr(self._inside, "active", False):
            return self._withhold(instead, None)
        self._inside.active = True
        try:
            return work()
        except Exception as error:  # noqa: BLE001 - a record must be written, whatever goes wrong
            return self._withhold(instead, error)
        finally:
            self._inside.active = False

    def _withhold(self, instead: Callable[[str], T], error: Exception | None) -> T:
        with self._lock:
            self.withheld += 1
        return instead(withheld(error))
