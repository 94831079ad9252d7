"""A processor for structlog."""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import Any

from piiguard.redact.guarded import Guarded
from piiguard.redact.redactor import Redactor

__all__ = ["RedactingProcessor"]

_KEPT = ("level", "timestamp", "logger", "logger_name")


class RedactingProcessor:
    """Redacts the event and every value bound to it; keys label their values.

    Put it last before the renderer, after ``format_exc_info`` or ``dict_tracebacks``: an exception that is
    still an object is written out as text here.

    ::

        structlog.configure(processors=[..., structlog.processors.format_exc_info,
                                        RedactingProcessor(), structlog.processors.JSONRenderer()])
    """

    def __init__(self, redactor: Redactor | None = None, **options: Any) -> None:
        self._guarded = Guarded(redactor, **options)

    def __call__(
        self, logger: Any, method_name: str, event_dict: MutableMapping[str, Any]
    ) -> MutableMapping[str, Any]:
        """Return the redacted event; when the redactor fails, its keys with a note for each value."""
        return self._guarded(lambda: self._redact(event_dict), lambda note: _withhold(event_dict, note))

    def _redact(self, event_dict: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        _write_out(event_dict)
        redacted: MutableMapping[str, Any] = self._guarded.redactor.value(event_dict)
        return redacted


def _write_out(event_dict: MutableMapping[str, Any]) -> None:
    """A renderer that got the exception itself would write the value in it."""
    import sys
    import traceback

    given = event_dict.pop("exc_info", None)
    if isinstance(given, tuple):
        given = given[1]
    elif given and not isinstance(given, BaseException):
        given = sys.exception()
    if isinstance(given, BaseException):
        event_dict["exception"] = "".join(traceback.format_exception(given)).rstrip("\n")


def _withhold(event_dict: MutableMapping[str, Any], note: str) -> MutableMapping[str, Any]:
    return {**{name: event_dict[name] for name in _KEPT if name in event_dict}, "event": note}
