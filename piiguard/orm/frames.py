"""Keeps the variables of SQLAlchemy's frames out of error reports."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

__all__ = ["without_variables"]

# Their frames hold parameter sets, objects and keys on the way; the application's own are its own.
_PACKAGES = ("alembic", "piiguard", "pydantic", "sqlalchemy", "sqlmodel")


def without_variables(event: Any, hint: Any = None) -> Any:
    """Drop the captured variables of frames that bind and encrypt: a ``before_send`` for the Sentry SDK.

    SQLAlchemy's frames hold whole parameter sets, in plain, whatever is raised through them::

        sentry_sdk.init(dsn=…, before_send=without_variables)
    """
    for frame in _frames(event):
        if str(frame.get("module") or "").partition(".")[0] in _PACKAGES:
            frame.pop("vars", None)
    return event


def _frames(event: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for kind in ("exception", "threads"):
        for one in (event.get(kind) or {}).get("values") or ():
            yield from (one.get("stacktrace") or {}).get("frames") or ()
