"""A hook for the Sentry SDK."""

from __future__ import annotations

from typing import Any

from piiguard.redact.guarded import Guarded
from piiguard.redact.redactor import Redactor

__all__ = ["RedactingHook"]

# Made by the SDK: an id or a time is no value, and Sentry groups by some of them.
_KEPT = ("event_id", "timestamp", "start_timestamp", "level", "platform", "type", "sdk", "modules", "release")


class RedactingHook:
    """Redacts whole events: messages, exceptions, variables of frames, request, user, tags and breadcrumbs.

    ::

        hook = RedactingHook()
        sentry_sdk.init(dsn=…, before_send=hook, before_send_transaction=hook, before_breadcrumb=hook)
    """

    def __init__(self, redactor: Redactor | None = None, **options: Any) -> None:
        self._guarded = Guarded(redactor, **options)

    def __call__(self, event: Any, hint: Any = None) -> Any:
        """Return the redacted event; when the redactor fails, one that says so."""
        return self._guarded(lambda: self._redact(event), lambda note: _withhold(event, note))

    def _redact(self, event: Any) -> Any:
        kept = {name: event[name] for name in _KEPT if name in event}
        return {**self._guarded.redactor.value({k: v for k, v in event.items() if k not in kept}), **kept}


def _withhold(event: Any, note: str) -> Any:
    return {**{name: event[name] for name in _KEPT if name in event}, "message": note}
