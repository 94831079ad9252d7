"""The lines of an audit trail as data: each names the MAC of the one before, and the keyring knows the newest.

Nothing here touches a file or a clock.
"""

from __future__ import annotations

import getpass
import hashlib
import hmac
import json
import socket
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from piiguard.errors import KeyringFormatError

__all__ = [
    "MEMBERS",
    "START",
    "Entry",
    "Mark",
    "check",
    "covered",
    "entry",
    "follow",
    "newest",
    "parse",
    "sound",
    "spelled",
]

Entry = Mapping[str, Any]
MEMBERS = ("number", "time", "generation", "action", "by", "previous", "mac")
"""What every line has; an action adds to them and replaces none."""


class Mark(NamedTuple):
    """A line as others remember it: its number, from 1, and its MAC."""

    number: int
    mac: str


START = Mark(0, "0" * 64)


def entry(
    key: bytes, after: Mark, time: str, generation: int, action: str, details: Mapping[str, Any]
) -> dict[str, Any]:
    """The next line: what was done, by whom, and the MAC of the line before."""
    if taken := [name for name in details if name in MEMBERS]:
        raise TypeError(f"{taken[0]!r} is a member of every line of the audit trail")
    line = {
        "number": after.number + 1,
        "time": time,
        "generation": generation,
        "action": action,
        **details,
        "by": _operator(),
        "previous": after.mac,
    }
    return {**line, "mac": _mac(key, line)}


def spelled(line: Entry) -> bytes:
    """The bytes of a line; ASCII alone, as some programs take other signs than a line feed for the end of a line."""
    return json.dumps(line).encode()


def parse(raw: bytes) -> Entry:
    """A line that is spelled as piiguard spells it; ValueError for any other.

    A second spelling of the same members is what another program may read otherwise: a member that stands twice, an
    escape that a search does not find.
    """
    try:
        line = json.loads(raw.decode("utf-8"))
        as_before = json.dumps(line, ensure_ascii=False).encode("utf-8", "surrogatepass")  # up to 0.1.0
        right = _shaped(line) and raw in (spelled(line), as_before)
    except RecursionError:
        raise ValueError("nested") from None
    if not right:
        raise ValueError("not as it was written")
    found: Entry = line
    return found


def mark(line: Entry) -> Mark:
    """What is remembered of a line."""
    return Mark(line["number"], line["mac"])


def covered(header: Mapping[str, Any]) -> Mark:
    """The newest line that the header of an opened keyring knows."""
    known = [header[name] for name in ("trail", "change") if name in header]
    return max((mark(line) for line in known), default=START)


def follow(key: bytes, after: Mark, trail: Sequence[Entry]) -> Iterator[Mark]:
    """The lines that rightly follow one, as a command leaves them that is killed before it has changed the header."""
    for line in trail:
        if line["number"] == after.number + 1 and line["previous"] == after.mac and sound(key, line):
            after = mark(line)
            yield after


def newest(key: bytes, header: Mapping[str, Any], trail: Sequence[Entry]) -> Mark:
    """The line that the next one follows: what was cut off or put in does not move it."""
    after = covered(header)
    for found in follow(key, after, trail):
        after = found
    return after


def sound(key: bytes, line: Entry) -> bool:
    """Whether a line is as the holder of the key has written it."""
    bare = {name: value for name, value in line.items() if name != "mac"}
    return hmac.compare_digest(_mac(key, bare), line["mac"])


def check(key: bytes, trail: Sequence[Entry], place: str, first: int = 1) -> Mark:
    """Refuse lines of which one was changed, taken out or put in; the newest. The first has the number ``first``."""
    before = START._replace(number=first - 1)
    for place_in, line in enumerate(trail):
        if fault := _fault(key, before, line, begins=not place_in, anew=first > 1):
            raise KeyringFormatError(f"{place}: {fault}", hint=evidence(before.number + 2))
        before = mark(line)
    return before


def evidence(after: int) -> str:
    """What to do about a trail that is not whole."""
    return (
        "somebody changed the trail, or a part of it is missing: compare it with its backup; "
        f"when that is settled: piiguard keys verify --from-line {after:d}"
    )


def _fault(key: bytes, before: Mark, line: Entry, *, begins: bool, anew: bool) -> str:
    expected, number, right = before.number + 1, line["number"], sound(key, line)
    if number > expected and right:
        gone = f"line {expected} is" if number == expected + 1 else f"lines {expected} to {number - 1} are"
        return f"{gone} missing: " + (
            f"it begins with line {number}" if begins else f"line {number} comes after line {before.number}"
        )
    if number != expected or (line["previous"] != before.mac and not (begins and anew)):
        return f"line {expected} does not follow the one before"
    return "" if right else f"line {expected} was changed"


def _mac(key: bytes, line: Entry) -> str:
    text = json.dumps(line, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hmac.new(key, text.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()


def _shaped(line: Any) -> bool:
    return (
        isinstance(line, dict)
        and all(name in line for name in MEMBERS)
        and all(type(line[name]) is int and line[name] > 0 for name in ("number", "generation"))
        and all(isinstance(line[name], str) for name in ("time", "action", "by", "previous", "mac"))
        and line["mac"].isascii()
    )


def _operator() -> str:
    try:
        user = getpass.getuser()
    except (OSError, KeyError):
        user = "unknown"
    return f"{user}@{socket.gethostname()}".encode("utf-8", "replace").decode()
