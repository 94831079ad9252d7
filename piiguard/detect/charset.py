"""Sets of characters as alternatives of UTF-8 bytes.

A set here may hold more than was asked for, never less. Two kinds of characters are left out on purpose and
matched by `RARE` instead, which makes every recognizer look at the text: the few odd letters that equal
an ASCII or Cyrillic one when case is ignored, and digits of other scripts. So a caseless ``k`` is ``[Kk]`` here
and ``\\d`` is ``[0-9]``, which is what makes the patterns selective.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

import regex

ANY_HIGH = rb"[\x80-\xff]"
# found by asking the regex module, ignoring case, for every letter of U+0021-017F and U+0400-052F
ODD_CASES = (
    "\u0130\u0131\u017f\u1c80\u1c81\u1c82\u1c83\u1c84\u1c85\u1c86\u1c87\u1c88\u1e9e\u212a\u212b\ua64a\ua64b"
)
LARGE = 512  # characters; above this the letters outside ASCII are not spelled out

WORD = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_")
DIGIT = frozenset(b"0123456789")
SPACE = frozenset(b"\t\n\v\f\r ")
WIDE_SPACES = "\x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000"
ASCII = frozenset(range(128))


@dataclass(frozen=True, slots=True)
class Chars:
    """ASCII bytes, and characters outside ASCII: some, or (``everything``) all of them.

    ``doubtful`` are ASCII bytes that the set may lack: it counts as holding them, and as lacking them when it
    is inverted.
    """

    ascii: frozenset[int]
    wide: frozenset[str] = frozenset()
    everything: bool = False
    doubtful: frozenset[int] = frozenset()

    @property
    def sure(self) -> frozenset[int]:
        return self.ascii - self.doubtful

    def __or__(self, other: Chars) -> Chars:
        doubtful = (self.doubtful | other.doubtful) - self.sure - other.sure
        everything = self.everything or other.everything
        return Chars(self.ascii | other.ascii, self.wide | other.wide, everything, doubtful)

    def inverted(self) -> Chars:
        return Chars(ASCII - self.sure, everything=True, doubtful=self.doubtful)

    def single_bytes(self) -> bytes | None:
        """Spell the set as one class of bytes, or None if some characters have several."""
        if 0x0A in self.ascii and 0x0D not in self.ascii:
            return None
        if self.everything:
            return byte_class(self.ascii | frozenset(range(128, 256)))
        return None if self.wide or not self.ascii else byte_class(self.ascii)

    def pattern(self) -> bytes:
        """Spell one character of the set."""
        parts = [byte_class(self.ascii)] if self.ascii else []
        if self.everything:
            parts.append(ANY_HIGH + b"{1,4}")
        else:
            parts += _wide_patterns(self.wide)
        if 0x0A in self.ascii and 0x0D not in self.ascii:
            parts[0] = (
                rb"\x0d{0,1}" + parts[0]
            )  # several lines are searched with their \r and verified without
        return parts[0] if len(parts) == 1 else b"(?:" + b"|".join(parts) + b")"


def literal(code: int, ignore_case: bool) -> Chars:
    return span(code, code, ignore_case)


def span(first: int, last: int, ignore_case: bool) -> Chars:
    """The characters from first to last, in both cases if case is ignored."""
    small = {chr(code) for code in range(first, min(last, 127) + 1)}
    wide = {chr(code) for code in range(max(first, 128), min(last, max(first, 128) + LARGE) + 1)}
    spelled = len(wide) <= LARGE and not (ignore_case and any(map(_is_odd, wide)))
    found = (
        (small | wide if spelled else small)
        if not ignore_case
        else _cased(small | wide if spelled else small)
    )
    ascii_part = frozenset(ord(letter) for letter in found if letter < "\x80")
    if spelled:
        return Chars(ascii_part, frozenset(letter for letter in found if letter >= "\x80"))
    doubtful = frozenset(b"IiKkSs") - ascii_part if ignore_case else frozenset()
    return Chars(ascii_part | doubtful, everything=True, doubtful=doubtful)


CATEGORIES = {
    "CATEGORY_DIGIT": Chars(DIGIT),
    "CATEGORY_SPACE": Chars(SPACE, frozenset(WIDE_SPACES)),
    "CATEGORY_WORD": Chars(WORD, everything=True),
    "CATEGORY_NOT_DIGIT": Chars(ASCII - DIGIT, everything=True),
    "CATEGORY_NOT_SPACE": Chars(ASCII - SPACE, everything=True),
    "CATEGORY_NOT_WORD": Chars(ASCII - WORD, everything=True),
}
ANY = Chars(ASCII, everything=True)


def byte_class(values: Iterable[int]) -> bytes:
    """Write a class of bytes.

    >>> byte_class(b"012abZ")
    b'[\\\\x30-\\\\x32\\\\x5a\\\\x61-\\\\x62]'
    """
    ranges: list[list[int]] = []
    for value in sorted(values):
        if ranges and value == ranges[-1][1] + 1:
            ranges[-1][1] = value
        else:
            ranges.append([value, value])
    return b"[" + b"".join(_range(first, last) for first, last in ranges) + b"]"


@cache
def rare() -> bytes:
    """Spell the characters that no derived pattern knows about."""
    # asked of the regex module, whose Unicode may be newer than Python's
    digits = regex.findall(
        r"\d", "".join(map(chr, range(0x80, 0xD800))) + "".join(map(chr, range(0xE000, 0x20000)))
    )
    return Chars(frozenset(), frozenset({*digits, *ODD_CASES})).pattern()


def _range(first: int, last: int) -> bytes:
    return b"\\x%02x" % first if first == last else b"\\x%02x-\\x%02x" % (first, last)


def _wide_patterns(letters: Iterable[str]) -> list[bytes]:
    """Group letters by all bytes but the last."""
    groups: dict[bytes, set[int]] = {}
    for letter in letters:
        encoded = letter.encode("utf-8", "surrogatepass")
        groups.setdefault(encoded[:-1], set()).add(encoded[-1])
    return [
        b"".join(b"\\x%02x" % byte for byte in lead) + byte_class(last)
        for lead, last in sorted(groups.items())
    ]


def _cased(letters: set[str]) -> set[str]:
    both = {form for letter in letters for form in (letter, letter.lower(), letter.upper())}
    both |= {form for letter in both for form in (letter.lower(), letter.upper())}
    return {letter for letter in both if len(letter) == 1}


def _is_odd(letter: str) -> bool:
    """Tell whether a letter may equal others, when case is ignored, than its own capital and small form."""
    code = ord(letter)
    if code < 0x180 or 0x400 <= code < 0x530:  # these were asked for
        return letter in ODD_CASES
    return len(_cased({letter})) > 1 or letter.casefold() != letter
