"""A recognizer's pattern as a pattern over UTF-8 bytes that accepts the same and more.

The prefilter may ask for too many looks, never for too few. So the pattern is read with Python's own parser
and written again with what every fast engine has: classes of bytes, alternatives, bounded repeats, line ends.
A look-around at an edge becomes "one other byte, or the end of the line"; anywhere else it is dropped.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from re import _constants as op  # type: ignore[attr-defined]
from re import _parser as sre  # type: ignore[attr-defined]
from typing import Any

import regex

from piiguard.detect import charset
from piiguard.detect.charset import Chars

IGNORECASE = int(regex.IGNORECASE)
FLAGS = {
    regex.IGNORECASE: re.IGNORECASE,
    regex.MULTILINE: re.MULTILINE,
    regex.DOTALL: re.DOTALL,
    regex.VERBOSE: re.VERBOSE,
}
HARMLESS = regex.UNICODE | regex.ASCII | regex.VERSION0
# the regex module's own syntax inside braces, such as the fuzzy (?:...){e<=1}
STRANGE_BRACE = re.compile(r"(?<!\\)\{(?!\d*,?\d*\})")
WIDEST = 400
UNBOUNDED = 32  # a larger bound costs the fast engines more than it tells them
LONGEST_READ = 64  # characters of a look-behind that are read
LONG = 4  # a repeat at the edge that may vary by more is cut to its minimum

HIGH = frozenset(range(128, 256))
BYTES = charset.ASCII | HIGH

Token = tuple[Any, Any]


class NotRelaxable(ValueError):
    """The pattern says something that has no safe superset here."""


def relaxed(pattern: str, flags: int) -> bytes:
    """Return a pattern over bytes that matches somewhere in every text where this one does.

    >>> relaxed(r"(?<![0-9])N[0-9]{8}(?!\\d)", regex.IGNORECASE)  # doctest: +ELLIPSIS
    b'(?:^|[\\\\x00-\\\\x2f\\\\x3a-\\\\xff])[\\\\x4e\\\\x6e][\\\\x30-\\\\x39]{8}(?:$|[\\\\x00-...\\\\xff])'
    """
    tokens, ignore_case = _parsed(pattern, flags)
    if _may_be_empty(tokens):
        raise NotRelaxable("it may match almost anywhere")
    return _edged(tokens, ignore_case)


def reach(pattern: str, flags: int) -> int | None:
    """Return how many characters a match and its look-ahead span at most, or None if that has no bound.

    >>> reach(r"(?<![0-9])[0-9]{3,4}(?![0-9]|-[0-9])", 0), reach(r"a+", 0)
    (6, None)
    """
    try:
        tokens, _ = _parsed(pattern, flags)
        width = _width(tokens) + _look_ahead(tokens)
    except (NotRelaxable, LookupError):  # a back reference has no width of its own
        return None
    return width if width <= WIDEST else None


def _width(tokens: Any) -> int:
    return int(sre.SubPattern(sre.State(), list(tokens)).getwidth()[1])


def _look_ahead(tokens: Iterable[Token]) -> int:
    """The widest look-ahead, wherever it stands."""
    widest = 0
    for kind, value in tokens:
        if kind in (op.ASSERT, op.ASSERT_NOT):
            inner = value[1]
            widest = max(widest, (_width(inner) if value[0] > 0 else 0) + _look_ahead(inner))
        else:
            widest = max([widest, *map(_look_ahead, _inside(kind, value))])
    return widest


def _inside(kind: Any, value: Any) -> Sequence[Sequence[Token]]:
    if kind is op.BRANCH:
        return list(value[1])
    if kind is op.SUBPATTERN:
        return [value[3]]
    if kind in REPEATS:
        return [value[2]]
    return [value] if kind is op.ATOMIC_GROUP else []


def _parsed(pattern: str, flags: int) -> tuple[list[Token], bool]:
    if flags & ~(sum(FLAGS) | HARMLESS):
        raise NotRelaxable("its flags are the regex module's own")
    if STRANGE_BRACE.search(pattern):
        raise NotRelaxable("its braces are the regex module's own")
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # "possible nested set": the regex module may read it as one
        try:
            tree = sre.parse(pattern, sum(python for own, python in FLAGS.items() if flags & own))
        except (re.error, FutureWarning, DeprecationWarning, OverflowError, RecursionError) as error:
            raise NotRelaxable("its syntax is the regex module's own") from error
    return list(tree), bool(tree.state.flags & re.IGNORECASE)


def _edged(tokens: Sequence[Token], ignore_case: bool) -> bytes:
    """Write a whole pattern, or a whole alternative, with its guards."""
    if len(tokens) == 1 and tokens[0][0] is op.BRANCH:
        return b"(?:" + b"|".join(_edged(branch, ignore_case) for branch in tokens[0][1][1]) + b")"
    if len(tokens) == 1 and tokens[0][0] is op.SUBPATTERN:
        return _edged(tokens[0][1][3], _case(tokens[0], ignore_case))
    before, body = _split(tokens)
    after, body = _split(body, -1)
    shorter = _trimmed(body)
    head = (
        (_read_before(before, ignore_case) or _guards(before, body[:1], ignore_case, before=True))
        if shorter == body
        else b""
    )
    body = shorter
    shorter = _trimmed(body, -1)
    tail = _guards(after, body[-1:], ignore_case, before=False) if shorter == body else b""
    return head + _sequence(shorter, ignore_case) + tail


def _split(tokens: Sequence[Token], place: int = 0) -> tuple[list[Token], list[Token]]:
    """Take what has no width off one edge."""
    guards, body = [], list(tokens)
    while body and _has_no_width(body[place]):
        guards.append(body.pop(place))
    return guards, body


def _trimmed(body: list[Token], place: int = 0) -> list[Token]:
    """Cut a long repeat at the edge to its minimum; the guard beside it says nothing then."""
    if not body or not _varies(body[place]):
        return body
    kind, (low, _, inner) = body[place]
    cut = [] if low == 0 else [(kind, (low, low, _trimmed(list(inner), place) if low == 1 else inner))]
    rest = body[1:] if place == 0 else body[:-1]
    return cut + rest if place == 0 else rest + cut


def _varies(token: Token) -> bool:
    if token[0] not in REPEATS:
        return False
    low, high, inner = token[1]
    return high - low > LONG or (high > low and any(map(_varies, inner)))


def _case(token: Token, ignore_case: bool) -> bool:
    _, added, removed, _ = token[1]
    return (ignore_case or bool(added & re.IGNORECASE)) and not removed & re.IGNORECASE


def _sequence(tokens: Sequence[Token], ignore_case: bool) -> bytes:
    return b"".join(_token(token, ignore_case) for token in tokens if not _has_no_width(token))


def _token(token: Token, ignore_case: bool) -> bytes:
    kind, value = token
    chars = _chars(token, ignore_case)
    if chars is not None:
        return chars.pattern()
    if kind is op.BRANCH:
        return b"(?:" + b"|".join(_sequence(branch, ignore_case) for branch in value[1]) + b")"
    if kind is op.SUBPATTERN:
        return b"(?:" + _sequence(value[3], _case(token, ignore_case)) + b")"
    if kind is op.ATOMIC_GROUP:
        return b"(?:" + _sequence(value, ignore_case) + b")"
    if kind in REPEATS:
        low, high, body = value
        return _repeat(low, high, body, ignore_case)
    raise NotRelaxable("it has a back reference or a condition")


def _repeat(low: int, high: int, body: Sequence[Token], ignore_case: bool) -> bytes:
    chars = _chars(body[0], ignore_case) if len(body) == 1 else None
    as_bytes = chars.single_bytes() if chars else None
    if as_bytes and chars and chars.everything:
        high = high if high is op.MAXREPEAT else high * 4  # a character has up to four bytes
    written = as_bytes or b"(?:" + _sequence(body, ignore_case) + b")"
    if high is op.MAXREPEAT or high > UNBOUNDED:
        return written + b"{%d,}" % low
    return written + (b"{%d}" % low if low == high else b"{%d,%d}" % (low, high))


def _chars(token: Token, ignore_case: bool) -> Chars | None:
    """Return the characters that a token stands for, or None if it is not one character."""
    kind, value = token
    if kind is op.LITERAL:
        return charset.literal(value, ignore_case)
    if kind is op.NOT_LITERAL:
        return charset.literal(value, ignore_case).inverted()
    if kind is op.ANY:
        return charset.ANY
    return _class(value, ignore_case) if kind is op.IN else None


def _class(members: Sequence[Token], ignore_case: bool) -> Chars:
    found, negated = Chars(frozenset()), False
    for kind, value in members:
        if kind is op.NEGATE:
            negated = True
        elif kind is op.LITERAL:
            found |= charset.literal(value, ignore_case)
        elif kind is op.RANGE:
            found |= charset.span(value[0], value[1], ignore_case)
        else:
            found |= charset.CATEGORIES[str(value)]
    return found.inverted() if negated else found


def _read_before(guards: Sequence[Token], ignore_case: bool) -> bytes:
    """Write a look-behind for several characters as what must be read: a label stands at fewer places than a byte."""
    for kind, value in guards:
        if kind is op.ASSERT and value[0] < 0:
            try:
                if 1 < _width(value[1]) <= LONGEST_READ:
                    return b"(?:" + _sequence(value[1], ignore_case) + b")"
            except (NotRelaxable, LookupError):  # a guard may be left out
                continue
    return b""


def _guards(guards: Sequence[Token], beside: Sequence[Token], ignore_case: bool, *, before: bool) -> bytes:
    """Write the guards of an edge as one byte that all of them let pass."""
    return Edge(ignore_case, before, beside).all_of(guards).pattern(before)


@dataclass(frozen=True, slots=True)
class Guard:
    """The bytes that may stand outside an edge, and whether there may be none."""

    allowed: frozenset[int] = BYTES
    at_end: bool = True

    def __and__(self, other: Guard) -> Guard:
        return Guard(self.allowed & other.allowed, self.at_end and other.at_end)

    def __or__(self, other: Guard) -> Guard:
        return Guard(self.allowed | other.allowed, self.at_end or other.at_end)

    def pattern(self, before: bool) -> bytes:
        if self == Guard():
            return b""
        # a line is searched with its \r and verified without
        allowed = self.allowed if before else self.allowed | frozenset(b"\r")
        ends = [b"^" if before else b"$"] if self.at_end else []
        return b"(?:" + b"|".join([*ends, *([charset.byte_class(allowed)] if allowed else [])]) + b")"


@dataclass(frozen=True, slots=True)
class Edge:
    """Reads guards of one edge; bytes outside ASCII pass all but an anchor and a look for signs of ASCII."""

    ignore_case: bool
    before: bool
    beside: Sequence[Token]

    def all_of(self, guards: Sequence[Token]) -> Guard:
        found = Guard()
        for guard in guards:
            found &= self.one(guard)
        return found

    def one(self, guard: Token) -> Guard:
        kind, value = guard
        if kind is op.AT:
            return self._anchor(value)
        if kind is op.SUBPATTERN:
            return self.all_of(value[3])
        if kind is op.BRANCH:
            return self._any_of(value[1])
        direction, body = value
        if (direction < 0) is not self.before:
            return Guard()
        if kind is op.ASSERT:
            return self._adjacent(body)
        return Guard(BYTES - self._banned(body))

    def _anchor(self, value: Any) -> Guard:
        if value in (STARTS if self.before else ENDS):
            return Guard(frozenset())
        inner = _chars(self.beside[0], self.ignore_case) if self.beside else None
        if value is op.AT_BOUNDARY and inner and not inner.everything and not inner.wide:
            return Guard(BYTES - charset.WORD) if inner.ascii <= charset.WORD else Guard()
        return Guard()

    def _any_of(self, branches: Sequence[Sequence[Token]]) -> Guard:
        found = Guard(frozenset(), at_end=False)
        for branch in branches:
            found |= self.all_of(branch)
        return found

    def _adjacent(self, body: Sequence[Token]) -> Guard:
        """What a positive look-around wants to see next to the edge."""
        if len(body) == 1 and body[0][0] is op.BRANCH:
            found = Guard(frozenset(), at_end=False)
            for branch in body[0][1][1]:
                found |= self._adjacent(branch)
            return found
        nearest = body[-1 if self.before else 0] if body else None
        if nearest and nearest[0] is op.AT and len(body) == 1:
            return self._anchor(nearest[1])
        chars = _chars(nearest, self.ignore_case) if nearest else None
        if chars is None:
            return Guard()
        return Guard(chars.ascii | HIGH if chars.everything or chars.wide else chars.ascii, at_end=False)

    def _banned(self, body: Sequence[Token]) -> frozenset[int]:
        """What a negative look-around refuses by one character alone."""
        if len(body) == 1 and body[0][0] is op.BRANCH:
            return frozenset().union(*(self._banned(branch) for branch in body[0][1][1]))
        # Python's parser reads "a|ab" as an "a" that more may follow
        chars = _chars(body[0], self.ignore_case) if body and _may_be_empty(body[1:]) else None
        return chars.sure if chars else frozenset()


def _has_no_width(token: Token) -> bool:
    kind, value = token
    if kind is op.BRANCH:
        return all(_has_no_width(inner) for branch in value[1] for inner in branch)
    if kind is op.SUBPATTERN:
        return all(map(_has_no_width, value[3]))
    return kind in ZERO_WIDTH


def _may_be_empty(tokens: Sequence[Token]) -> bool:
    return all(_token_may_be_empty(token) for token in tokens)


def _token_may_be_empty(token: Token) -> bool:
    kind, value = token
    if kind in ZERO_WIDTH:
        return True
    if kind in REPEATS:
        return value[0] == 0 or _may_be_empty(value[2])
    if kind is op.BRANCH:
        return any(_may_be_empty(branch) for branch in value[1])
    if kind is op.SUBPATTERN:
        return _may_be_empty(value[3])
    return _may_be_empty(value) if kind is op.ATOMIC_GROUP else False


ZERO_WIDTH = (op.AT, op.ASSERT, op.ASSERT_NOT)
REPEATS = (op.MAX_REPEAT, op.MIN_REPEAT, op.POSSESSIVE_REPEAT)
STARTS = (op.AT_BEGINNING, op.AT_BEGINNING_STRING)
ENDS = (op.AT_END, op.AT_END_STRING)
