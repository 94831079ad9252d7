"""A log message and its arguments, taken apart: which part of the text comes from which argument.

A label may stand in the message and its value in an argument, so both are looked at together; but each is redacted
where it stands, for formatters that take the arguments apart.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from piiguard.redact.settled import Change, written

__all__ = ["Piece", "pieces", "preformatted", "put", "template"]

_SPEC = re.compile(
    r"%(?:\((?P<key>(?:[^()]|\([^()]*\))*)\))?(?P<how>[-#0 +]*\d*(?:\.\d+)?[hlL]?)(?P<kind>[a-zA-Z%])"
)


@dataclass(slots=True)
class Piece:
    """A part of the text, what it reads when it is ``clean``, and the values ``found`` in it.

    ``spec`` is how it stands in the message, and ``place`` the position or key of the argument that it writes.
    """

    text: str
    spec: str = ""
    place: Any = None
    clean: str = ""
    found: list[str] = field(default_factory=list)


def pieces(message: str, args: Any) -> list[Piece]:
    """Write the message; raises what ``message % args`` raises, or ValueError for what is too rare to be known."""
    named = isinstance(args, Mapping)
    parts, used = [], 0
    for literal, spec, key in _parsed(message):
        if not spec:
            parts.append(Piece(literal, clean=literal))
            continue
        if named != (key is not None) or (not named and used >= len(args)):
            raise ValueError("no argument for a specification")
        text = spec % (args if named else (args[used],))
        parts.append(Piece(text, spec, key if named else used, clean=text))
        used += 1
    if not named and used < len(args):
        raise ValueError("an argument is left")
    return parts


def put(parts: Iterable[Piece], changes: Sequence[Change]) -> None:
    """Set what each piece reads after the changes of the whole; one that goes over several stands in the first."""
    start = 0
    for part in parts:
        end = start + len(part.text)
        own = [
            (max(first, start) - start, min(last, end) - start, new if first >= start else "")
            for first, last, new in changes
            if first < end and last > start
        ]
        part.clean = written(part.text, own)
        part.found = [part.text[first:last] for first, last, _ in own]
        start = end


def template(parts: Iterable[Piece], args: Any) -> str:
    """The message again, to be written with other arguments."""
    return "".join(_spec(part, args) if part.spec else _escaped(part.clean) for part in parts)


def preformatted(text: str, args: Any) -> str:
    """A message that reads ``text``, whatever the arguments are, and takes all of them."""
    return _escaped(text) + "%.0s" * len(args) if isinstance(args, tuple) and args else text


def _escaped(text: str) -> str:
    return text.replace("%", "%%")


def _spec(part: Piece, args: Any) -> str:
    """How the message writes an argument: as before, unless that fails to write what is there now."""
    if part.clean == part.text:
        return part.spec
    named = isinstance(args, Mapping)
    bare = f"%({part.place})s" if named else "%s"
    try:
        kept = part.spec % (args if named else (args[part.place],)) == part.clean
    except (KeyError, TypeError, ValueError):
        kept = False
    return part.spec if kept else bare


@lru_cache(maxsize=1024)
def _parsed(message: str) -> list[tuple[str, str, str | None]]:
    return list(_parts(message))


def _parts(message: str) -> Iterator[tuple[str, str, str | None]]:
    """Literal text, or a specification and the key in it."""
    place = 0
    for found in [*_SPEC.finditer(message), None]:
        literal = message[place : found.start() if found else len(message)]
        if "%" in literal:
            raise ValueError("a specification of another kind")
        if literal:
            yield literal, "", None
        if found:
            place = found.end()
            yield ("%", "", None) if found["kind"] == "%" else ("", found[0], found["key"])
