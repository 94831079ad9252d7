"""Stand-ins for exceptions in log records: the type, the redacted words and the stack, and no variables.

Handlers that render tracebacks themselves (rich with locals, Sentry, Django's mails) read the exception of a record,
and with it every variable of every frame. A stand-in has frames of its own: same file, name and line, but empty.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from itertools import islice
from types import CodeType, FrameType, TracebackType
from typing import Any

__all__ = ["standin"]

Redact = Callable[[str], str]

_NAMES = ("__name__", "__file__", "__loader__", "__spec__")  # what says where the lines of a frame are
_RAISE = compile("raise Exception", "<standin>", "exec")
_UNITS = len(_RAISE.co_code) // 2
_LONG, _NO_COLUMNS = 14, 13  # kinds of entries in a table of places (Objects/locations.md of CPython)
Place = tuple[int | None, int | None, int | None, int | None]
"""First and last line, first and last column."""


class _StandIn(Exception):
    """What an exception says, redacted."""

    def __init__(self, words: str, told: str) -> None:
        self.args = words, told  # not by way of the class that it may derive from: that would read them

    def __str__(self) -> str:
        return str(self.args[0])

    def __repr__(self) -> str:
        return str(self.args[1])


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
        if isinstance(error, BaseExceptionGroup):
            made = self._group(error, words)
        else:
            made = _named(kind)(words, self._redact(_told(error)))
        if isinstance(error, SyntaxError):
            self._place(error, made)
        self._made[id(error)] = made
        made.__traceback__ = _stack(error.__traceback__, self._lines)
        made.__cause__ = self.of(error.__cause__) if error.__cause__ else None
        made.__context__ = self.of(error.__context__) if error.__context__ else None
        made.__suppress_context__ = error.__suppress_context__
        for note in getattr(error, "__notes__", ()):
            made.add_note(self._redact(str(note)))
        return made

    def _place(self, error: SyntaxError, made: Any) -> None:
        """A syntax error is written with the line where it stands, which is no line of ours."""
        for name in ("msg", "filename", "lineno", "offset", "end_lineno", "end_offset", "text"):
            value = getattr(error, name)
            setattr(made, name, self._redact(value) if isinstance(value, str) else value)

    def _group(self, error: BaseExceptionGroup[Any], words: str) -> BaseException:
        return BaseExceptionGroup(words, [self.of(each) for each in error.exceptions])


def _words(error: BaseException) -> str:
    if isinstance(error, BaseExceptionGroup):
        return str(error.message)
    try:
        return str(error)
    except Exception:  # noqa: BLE001 - as the standard library says it
        return f"<exception str() failed: {type(error).__name__}>"


def _told(error: BaseException) -> str:
    try:
        return repr(error)
    except Exception:  # noqa: BLE001 - its words may still be had
        return f"{type(error).__name__}()"


@lru_cache(maxsize=256)
def _named(kind: type[BaseException]) -> type[_StandIn]:
    """A class of the same name: one that derives from it would run code of the application."""
    names = {"__module__": kind.__module__, "__qualname__": kind.__qualname__}
    bases = (_StandIn, SyntaxError) if issubclass(kind, SyntaxError) else (_StandIn,)
    return type(kind.__name__, bases, names)


def _stack(came: TracebackType | None, lines: bool) -> TracebackType | None:
    steps = []
    while came is not None:
        steps.append((came.tb_frame, came.tb_lineno or came.tb_frame.f_code.co_firstlineno, came.tb_lasti))
        came = came.tb_next
    copied: TracebackType | None = None
    for frame, line, at in reversed(steps):
        copied = TracebackType(copied, _empty(frame, _code(frame.f_code, line, at, lines), lines), 0, line)
    return copied


def _empty(frame: FrameType, code: CodeType, lines: bool) -> FrameType:
    """A frame that says where the other one was and holds nothing; only what is run has one."""
    names = {name: frame.f_globals.get(name) for name in (_NAMES if lines else _NAMES[:1])}
    try:
        exec(code, names, {})  # noqa: S102 - our own line
    except Exception as error:  # noqa: BLE001 - it raises what we need
        came = error.__traceback__
        if came is not None and came.tb_next is not None:
            return came.tb_next.tb_frame
    raise AssertionError("the line raises")


@lru_cache(maxsize=1024)
def _code(code: CodeType, line: int, at: int, lines: bool) -> CodeType:
    place = next(islice(code.co_positions(), max(at, 0) // 2, None), (line, line, None, None))
    return _RAISE.replace(
        co_filename=code.co_filename if lines else f"<{code.co_filename}>",
        co_name=code.co_name,
        co_qualname=code.co_qualname,
        co_firstlineno=line,
        co_linetable=_one_place(place, line),
    )


def _one_place(place: Place, line: int) -> bytes:
    """A table that says of every instruction that it stands at one place, which begins on the first line."""
    first, last, start, end = place
    if first != line or last is None or start is None or end is None:
        kind, where = _NO_COLUMNS, b"\0"
    else:
        kind, where = _LONG, b"\0" + _varint(last - line) + _varint(start + 1) + _varint(end + 1)
    return b"".join(
        bytes((0x80 | kind << 3 | min(_UNITS - at, 8) - 1,)) + where for at in range(0, _UNITS, 8)
    )


def _varint(number: int) -> bytes:
    """Six bits a byte, the lowest first; all but the last are marked."""
    return bytes((number & 63 | 64,)) + _varint(number >> 6) if number > 63 else bytes((number,))
