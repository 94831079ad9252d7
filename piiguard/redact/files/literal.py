"""Values of an SQL dump as they are written, and the same with other text in them."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

from piiguard.detect import encodings
from piiguard.keys.envelope import looks_encrypted
from piiguard.read.literals import CALLED, Field, escapes_of, meant, signs_of, value_of
from piiguard.redact.files.written import Edit, Written

__all__ = ["Literal", "literal"]

_DOUBLED = re.compile("''")
_HEX = re.compile(r"(?P<head>(?:_\w+\s+)?(?:\\*[xX]|0[xX])?)(?P<digits>[0-9A-Fa-f]+)")
_WIDE = ("utf-8", "utf-16-le", "utf-16-be")


@dataclass(frozen=True, slots=True)
class Literal:
    """What a value ``says``; ``write`` gives what stands between ``start`` and ``end`` of the row's source with edits."""

    says: str
    start: int
    end: int
    write: Callable[[Sequence[Edit]], str]


def literal(field: Field, place: int, escapes: bool) -> Literal | None:
    """A field of COPY, which begins at that place, or a value of another statement; None where it holds no text."""
    value = value_of(field, escapes)
    if value is None:
        return None
    if isinstance(field, str):
        raw, start, spell = field, place, _copied
        text = Written(field, escapes_of(field, escapes), meant)
    elif field["bare"] is not None:
        return _bare(field, value)
    else:
        pattern = escapes_of(field, escapes)
        raw, start, spell = field["text"], field.start("text"), _escaped if pattern else _doubled
        text = Written(raw, _or_doubled(pattern), _quote_or_escape)
    if isinstance(value, bytes):
        return _of_bytes(value, raw, start, spell)
    return Literal(text.says, start, start + len(raw), lambda edits: text.with_edits(edits, spell))


def _bare(field: re.Match[str], value: str | bytes) -> Literal | None:
    """A number, a word or a call: of a call its first text, of a number all, which becomes a text."""
    raw, start = field["bare"], field.start("bare")
    raw = raw.rstrip()
    lead = len(raw) - len(raw.lstrip())
    if isinstance(value, bytes):
        return _of_bytes(value, raw[lead:], start + lead, str)
    if raw.endswith(")") and (called := CALLED.match(raw, lead)):
        signs = signs_of(raw)
        units = re.compile("|".join(map(re.escape, ["''", *signs])))
        inner = Written(called[2], units, lambda found: signs.get(found[0], "'"))
        return Literal(
            inner.says,
            start + called.start(2),
            start + called.end(2),
            lambda edits: inner.with_edits(edits, _doubled),
        )
    whole = Written(raw[lead:], None, str)
    return Literal(
        whole.says, start + lead, start + len(raw), lambda edits: f"'{whole.with_edits(edits, _doubled)}'"
    )


def _of_bytes(value: bytes, raw: str, start: int, spell: Callable[[str], str]) -> Literal | None:
    """Bytes that are a text, written as hexadecimal digits or as they are."""
    says = None if looks_encrypted(value) else encodings.text_of(value)
    if says is None:
        return None
    codec, errors = "utf-8", "surrogateescape"  # of a text beside other bytes these stay as they are
    for each in (*_WIDE, *encodings.SINGLE_BYTE):
        if value.decode(each, "replace").rstrip("\0") == says:
            codec, errors = each, "replace"
            break
    says = value.decode(codec, errors)
    digits = _HEX.fullmatch(raw)
    if digits and (len(digits["digits"]) % 2 or bytes.fromhex(digits["digits"]) != value):
        digits = None  # a text that is digits
    text = Written(says, None, str)

    def write(edits: Sequence[Edit]) -> str:
        data = text.with_edits(edits, str).encode(codec, errors)
        return f"{digits['head']}{data.hex()}" if digits else spell(data.decode("utf-8", "surrogateescape"))

    return Literal(says, start, start + len(raw), write)


@cache
def _or_doubled(pattern: re.Pattern[str] | None) -> re.Pattern[str]:
    return re.compile(f"''|{pattern.pattern}", re.DOTALL) if pattern else _DOUBLED


def _quote_or_escape(found: re.Match[str]) -> str:
    return "'" if found[0] == "''" else meant(found)


def _doubled(new: str) -> str:
    return new.replace("'", "''")


def _escaped(new: str) -> str:
    return _doubled(new.replace("\\", "\\\\"))


def _copied(new: str) -> str:
    return new.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r")
