"""Redacts records of the standard library's logging in place, part by part, so that any formatter can write them."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from piiguard.redact.message import Piece, pieces, preformatted, put, template
from piiguard.redact.nested import SMALL, Nested
from piiguard.redact.redactor import Redactor
from piiguard.redact.shown import Objects, instead
from piiguard.redact.standin import standin

__all__ = ["Records", "withhold"]

# What logging itself puts into a record and no person writes; everything else may hold a value.
_OWN = frozenset(vars(logging.makeLogRecord({}))) | {"asctime", "message", "taskName"}
_WRITTEN_BY_PEOPLE = (
    "name",
    "pathname",
    "filename",
    "module",
    "funcName",
    "threadName",
    "processName",
    "taskName",
    "levelname",
)
_LEVELS = frozenset({"NOTSET", "DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"})
_TEXTS = (str, bytes, bytearray, list, tuple, set, frozenset, dict)
_LABEL = 64  # characters before an argument that may label it


class Records:
    """Redacts with one redactor: message and arguments, exception, stack, names, and ``extra``."""

    def __init__(self, redactor: Redactor) -> None:
        self._redactor = redactor
        self._name = lru_cache(maxsize=1024)(redactor.text)  # of a thread or a field: few, and often
        self._value = Nested(redactor.text, self._instead)
        self._objects = Objects(self._value, redactor.text)

    def redact(self, record: logging.LogRecord) -> None:
        """Redact everything in it that a person or the application wrote."""
        self._message(record)
        self._traceback(record)
        if record.stack_info:
            record.stack_info = self._redactor.text(record.stack_info)
        fields = record.__dict__
        fields.pop("message", None)  # what another handler's formatter made of the record before
        for name in _WRITTEN_BY_PEOPLE:
            if text := fields.get(name):
                fields[name] = self._name(text)
        for name in [name for name in fields if name not in _OWN]:
            clean = self._name(name)  # the name itself may be a value: a mapping logged as extra
            value = self._value(fields[name], (name,))
            if clean != name:
                del fields[name]
            fields[clean] = value

    def _message(self, record: logging.LogRecord) -> None:
        message = record.msg
        if not record.args or not isinstance(message, str):
            record.msg = self._value(message)
        if not record.args:
            return
        args: Any = record.args if isinstance(record.args, tuple | Mapping) else (record.args,)
        try:
            own = type(record).getMessage is not logging.LogRecord.getMessage
            parts = None if own else pieces(str(message), args)
        except Exception:  # noqa: BLE001 - an argument that cannot be written, or one too many
            parts = None
        if parts is None:
            self._unknown(record, str(message), args)
        else:
            self._known(record, parts, args)

    def _known(self, record: logging.LogRecord, parts: list[Piece], args: Any) -> None:
        """Redact each part where it stands: what is shown has its context, the rest its name."""
        if changes := self._redactor.changes("".join(part.text for part in parts)):
            put(parts, changes)
        given = self._arguments(args, parts)
        if changes or given is not args:
            clean = "".join(part.clean for part in parts)
            _rewrite(record, template(parts, given), given, clean)

    def _unknown(self, record: logging.LogRecord, message: str, args: Any) -> None:
        """Redact a message that is written in another way than ``%``, or cannot be written."""
        try:
            text, fits = record.getMessage(), True
        except Exception:  # noqa: BLE001 - it would be lost
            text, fits = f"{message} {args!r}", False
        clean = self._redactor.text(text)
        if fits:
            given = self._as_it_was(args, message)
            _rewrite(record, self._redactor.text(message), given, clean)
        else:
            record.msg, record.args = clean, ()

    def _as_it_was(self, args: Any, label: str) -> Any:
        if isinstance(args, Mapping):
            return self._value(args)
        return tuple(self._alone(arg, (label,)) for arg in args)

    def _arguments(self, args: Any, parts: Sequence[Piece]) -> Any:
        """The arguments, redacted; the same object where they are clean."""
        shown: dict[Any, tuple[Piece, str]] = {}
        label = ""
        for part in parts:
            if part.spec and (part.place not in shown or part.found):
                shown[part.place] = part, label
            label = (label + part.text)[-_LABEL:]
        if not isinstance(args, Mapping):
            given = tuple(self._argument(arg, *shown[place]) for place, arg in enumerate(args))
            return args if all(map(_same, args, given)) else given
        return self._value.filled(
            args,
            lambda key, item: (
                self._named(key, item, shown[key], parts) if key in shown else self._alone(item, (str(key),))
            ),
        )

    def _named(self, key: Any, item: Any, shown: tuple[Piece, str], parts: Sequence[Piece]) -> Any:
        """An argument that its key labels, too, where the message does not."""
        given = self._argument(item, *shown)
        if given is item and (given := self._alone(item, (str(key),))) is not item:
            for part in parts:
                if part.spec and part.place == key:
                    part.clean = _shown(part.spec, given, key)
        return given

    def _argument(self, value: Any, part: Piece, label: str) -> Any:
        """One argument: what the message shows of it has been looked at, the rest is looked at here."""
        if not part.found:
            if _shows(part.text, value):
                return value
            given = self._alone(value, (label,))
            if given is not value:
                part.clean = _shown(part.spec, given, part.place)
            return given
        if isinstance(value, str) and value == part.text:
            return part.clean
        if isinstance(value, int | float):
            return instead(value, part.clean.strip())
        given = self._value(value, (label,))
        if given is not value and not any(each in f"{given} {given!r}" for each in part.found):
            return given
        return self._object(value, part.clean)

    def _alone(self, value: Any, context: Sequence[str]) -> Any:
        given = self._value(value, context)
        if isinstance(value, int | float) and isinstance(given, str):
            return instead(value, given)
        return given

    def _object(self, value: Any, text: str) -> Any:
        """What reads ``text``: a text where the other one was nothing but that."""
        return text if isinstance(value, _TEXTS) else self._objects(value, text)

    def _instead(self, value: Any, clean: str, _context: Sequence[str]) -> Any:
        return clean if isinstance(value, int | float) else self._objects(value)

    def _traceback(self, record: logging.LogRecord) -> None:
        if record.exc_text:
            record.exc_text = self._redactor.text(record.exc_text)
        error = record.exc_info[1] if isinstance(record.exc_info, tuple) else record.exc_info
        if not isinstance(error, BaseException):
            return
        clean = self._redactor.text(_written(error))
        other = standin(error, self._redactor.text)
        if (told := _written(other)) != clean:
            if self._redactor.text(told) != told:  # a line of the program holds the value
                other = standin(error, self._redactor.text, lines=False)
            record.exc_text = record.exc_text or clean
        record.exc_info = type(error), other, other.__traceback__


def withhold(record: logging.LogRecord, note: str) -> None:
    """Leave a record without anything that could hold a value, which any formatter can still write."""
    given: Any = record.args if isinstance(record.args, tuple) else ()
    record.args = tuple(instead(arg, note) if isinstance(arg, int | float) else note for arg in given)
    record.msg = preformatted(note, record.args)
    record.exc_info = record.exc_text = record.stack_info = None
    for name in record.__dict__.keys() - _OWN:
        del record.__dict__[name]
    record.__dict__.pop("message", None)
    for name in _WRITTEN_BY_PEOPLE:
        if (text := getattr(record, name, None)) and text not in _LEVELS:
            setattr(record, name, note)


def _rewrite(record: logging.LogRecord, message: str, args: Any, clean: str) -> None:
    """Set message and arguments; where they would not read ``clean``, the message does by itself."""
    record.msg, record.args = message, args
    try:
        if record.getMessage() == clean:
            return
    except Exception:  # noqa: BLE001, S110 - the next lines are for that
        pass
    if type(record).getMessage is not logging.LogRecord.getMessage:
        record.__class__ = logging.LogRecord
    record.msg = preformatted(clean, args)


def _shows(text: str, value: Any) -> bool:
    """Whether a text that has been looked at shows all that an argument says."""
    if value is None or isinstance(value, bool):
        return True
    if isinstance(value, float) and abs(value) >= SMALL:
        return False  # its fraction may be all that makes it look like no value
    if isinstance(value, str | int | float):
        return str(value) in text
    return False


def _shown(spec: str, value: Any, place: Any) -> str:
    """How the message writes a stand-in."""
    try:
        return str(spec % ({place: value} if "(" in spec else (value,)))
    except (TypeError, ValueError):
        return str(value)


def _same(one: Any, other: Any) -> bool:
    return one is other


def _written(error: BaseException) -> str:
    return "".join(traceback.format_exception(error)).rstrip("\n")
