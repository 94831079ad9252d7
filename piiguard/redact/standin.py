"""Stand-ins for exceptions in log records: the type, the redacted words and the stack, and no variables.

Handlers that render tracebacks themselves (rich with locals, Sentry, Django's mails) read the exception of a record,
and with it every variable of every frame. A stand-in has frames of its own: same file, name and line, but empty.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from types import CodeType, FrameType, TracebackType
from typing import Any

__all__ = ["standin"]

Redact = Callable[[str], str]

_NAMES = ("__name__", "__file__", "__loader__", "__spec__")  # what says where the lines of a frame are
_RAISE = compile("raise Exception", "<standin>", "exec")
_UNITS = len(_RAISE.co_code) // 2
# All of it stands on the first line, in no known columns: an entry says so for up to eight instructions
# (Objects/locations.md of CPython).
_ONE_LINE = b"".join(bytes((0xE8 | min(_UNITS - at, 8) - 1, 0)) for at in range(0, _UNITS, 8))


class _StandIn(Exception):
    """What an exception says, redacted."""

    def __str__(self) -> str:
        return str(self.args[0])

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.args[0]!r})"


def standin(error: BaseException, redact: Redact, *, lines: bool = True) -> BaseException:
    """An exception of the same name, with the redacted words, notes, chain and an empty copy of the stack.

    Without ``lines`` nobody finds the lines of the program, which may hold a value as well.
    """
    return _Standing(redact, lines).of(error)


class _Standing:
    def __init__(self, redact: Redact, lines: bool) -> None:
        self._redact = redact
        self._lines = lines
        self._made: dict[int, BaseException] = {}  # a chain may come back to where it began

    def of(self, error: BaseException) -> BaseException:
        if made := self._made.get(id(error)):
            return made
        words = self._redact(_words(error))
        kind: Any = type(error)
        made = self._group(error, words) if isinstance(error, BaseExceptionGroup) else _named(kind)(words)
        self._made[id(error)] = made
        made.__traceback__ = _stack(error.__traceback__, self._lines)
        made.__cause__ = self.of(error.__cause__) if error.__cause__ else None
        made.__context__ = self.of(error.__context__) if error.__context__ else None
        made.__suppress_context__ = error.__suppress_context__
        for note in getattr(error, "__notes__", ()):
            made.add_note(self._redact(str(note)))
        return made

    def _group(self, error: BaseExceptionGroup[Any], words: str) -> BaseException:
        return BaseExceptionGroup(words, [self.of(each) for each in error.exceptions])


def _words(error: BaseException) -> str:
    if isinstance(error, BaseExceptionGroup):
        return str(error.message)
    try:
        return str(error)
    except Exception:  # noqa: BLE001 - as the standard library says it
        return f"<exception str() failed: {type(error).__name__}>"


@lru_cache(maxsize=256)
def _named(kind: type[BaseException]) -> type[_StandIn]:
    """A class of the same name: one that derives from it would run code of the application."""
    names = {"__module__": kind.__module__, "__qualname__": kind.__qualname__}
    return type(kind.__name__, (_StandIn,), names)


def _stack(came: TracebackType | None, lines: bool) -> TracebackType | None:
    steps = []
    while came is not None:
        steps.append((came.tb_frame, came.tb_lineno))
        came = came.tb_next
    copied: TracebackType | None = None
    for frame, line in reversed(steps):
        copied = TracebackType(copied, _empty(frame, line, lines), 0, line or frame.f_code.co_firstlineno)
    return copied


def _empty(frame: FrameType, line: int | None, lines: bool) -> FrameType:
    """A frame that says where the other one was and holds nothing; only what is run has one."""
    names = {name: frame.f_globals.get(name) for name in (_NAMES if lines else _NAMES[:1])}
    try:
        exec(_code(frame.f_code, line or frame.f_code.co_firstlineno, lines), names, {})  # noqa: S102 - our own line
    except Exception as error:  # noqa: BLE001 - it raises what we need
        came = error.__traceback__
        if came is not None and came.tb_next is not None:
            return came.tb_next.tb_frame
    raise AssertionError("the line raises")


@lru_cache(maxsize=1024)
def _code(code: CodeType, line: int, lines: bool) -> CodeType:
    return _RAISE.replace(
        co_filename=code.co_filename if lines else f"<{code.co_filename}>",
        co_name=code.co_name,
        co_qualname=code.co_qualname,
        co_firstlineno=line,
        co_linetable=_ONE_LINE,
    )
