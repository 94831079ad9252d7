"""Keeps values out of the frames of exceptions: rich, Sentry and debuggers render their variables.

An exception that leaves piiguard has passed through frames of ours and of libraries below us that still hold what
was being encrypted, searched or read. They have ended, so nothing needs their variables any more: the stack keeps
its files, names and lines, and loses these. The frames of the application are its own and stay as they are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import wraps
from inspect import currentframe
from types import FrameType
from typing import Any, ParamSpec, TypeVar

__all__ = ["emptied", "emptied_iterator", "empty", "without_variables"]

P = ParamSpec("P")
R = TypeVar("R")

# Their frames hold parameter sets, objects and keys on the way; the application's own are its own.
_PACKAGES = ("alembic", "piiguard", "pydantic", "sqlalchemy", "sqlmodel")


def emptied(function: Callable[P, R]) -> Callable[P, R]:
    """Let a function that applications call raise what it raises, but with empty frames below theirs."""

    @wraps(function)
    def call(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return function(*args, **kwargs)
        except BaseException as error:
            del args, kwargs
            empty(error)
            raise

    return call


def emptied_iterator(function: Callable[P, Iterator[R]]) -> Callable[P, Iterator[R]]:
    """The same for a function that gives an iterator."""

    @wraps(function)
    def call(*args: P.args, **kwargs: P.kwargs) -> Iterator[R]:
        items = function(*args, **kwargs)
        del args, kwargs
        try:
            yield from items
        except BaseException as error:
            empty(error)
            raise

    return call


def empty(error: BaseException) -> None:
    """Forget the variables of all ended frames through which an exception and its chain came to the caller."""
    caller = currentframe()
    above = set(map(id, _above(caller.f_back))) if caller else set[int]()
    for each in _chain(error, above):
        # what was replaced "from None" is not shown, but handlers find it: a driver's message repeats values
        if each.__suppress_context__ and each.__context__ is not each.__cause__:
            each.__context__ = None
        step = each.__traceback__
        while step is not None:
            with suppress(RuntimeError):  # it has not ended: it is the caller's
                step.tb_frame.clear()
            step = step.tb_next


def _above(frame: FrameType | None) -> Iterator[FrameType]:
    while frame is not None and (frame := frame.f_back):
        yield frame


def _chain(error: BaseException, above: set[int]) -> Iterator[BaseException]:
    """The exception, what it came of, and the members of groups, each once; not what is handled further up."""
    seen = set[int]()
    waiting: list[BaseException | None] = [error]
    while waiting:
        each = waiting.pop()
        if each is None or id(each) in seen:
            continue
        seen.add(id(each))
        if (came := each.__traceback__) is not None and id(came.tb_frame) in above:
            continue
        yield each
        waiting += [each.__cause__, each.__context__]
        if isinstance(each, BaseExceptionGroup):
            waiting += each.exceptions


def without_variables(event: Any, hint: Any = None) -> Any:
    """Drop the captured variables of frames that bind and encrypt: a ``before_send`` for the Sentry SDK.

    SQLAlchemy's frames hold whole parameter sets, in plain, whatever is raised through them::

        sentry_sdk.init(dsn=…, before_send=without_variables)
    """
    for frame in _captured(event):
        if str(frame.get("module") or "").partition(".")[0] in _PACKAGES:
            frame.pop("vars", None)
    return event


def _captured(event: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for kind in ("exception", "threads"):
        for one in (event.get(kind) or {}).get("values") or ():
            yield from (one.get("stacktrace") or {}).get("frames") or ()
