"""Signs that nobody sees, and digits of any script: a value among them is found and removed as if it were plain."""

from __future__ import annotations

import io
import random
import re

import pytest
import regex

from piiguard.detect.signs import DIGITS
from piiguard.redact.redactor import Redactor
from piiguard.redact.stream import StreamRedactor
from piiguard.scan import scan_log
from tests import corpora

_EVERYTHING = "".join(chr(code) for code in range(0x80, 0x110000) if not 0xD800 <= code < 0xE000)
# Unicode says which signs are not shown; of its thousands of tags and reserved ones some stand for all.
IGNORABLE = regex.findall(r"\p{Default_Ignorable_Code_Point}", _EVERYTHING)
UNSEEN = [sign for sign in IGNORABLE if sign < "\U000e0000" or ord(sign) % 97 == 0]
# Controls that a terminal passes over; others part words or fields, move the cursor or begin a sequence.
PART = frozenset("\1\2\3\b\t\n\v\f\r\x1b\x1c\x1d\x1e\x1f\x85\x90\x98\x9b\x9c\x9d\x9e\x9f")
CONTROLS = [chr(code) for code in (*range(32), *range(0x7F, 0xA0)) if chr(code) not in PART]
ENTITIES = [name for name, kind in corpora.KINDS.items() if re.search("[0-9]", kind.make(random.Random(1))) and name != "KZ_MRZ"]  # fmt: skip
SOME = 5  # entities for each sign, others for each
ZEROS = [digit for digit in regex.findall(r"\p{Nd}", _EVERYTHING) if regex.fullmatch(r"\p{Nv=0}", digit)]


def cleaned(redactor: Redactor, lines: list[str]) -> list[str]:
    stream = StreamRedactor(redactor)
    return (stream.feed("\n".join(lines).encode()) + stream.finish()).decode().split("\n")


@pytest.fixture(scope="module")
def tagging() -> Redactor:
    return Redactor("tag")


def test_no_sign_that_nobody_sees_hides_a_value(tagging: Redactor) -> None:
    """Inside of it, between all its signs, and inside of its label."""
    dice = random.Random(16)
    plain, hidden, signs = [], [], []
    for sign in UNSEEN + CONTROLS:
        for entity in dice.sample(ENTITIES, SOME):
            kind, value = corpora.KINDS[entity], dice.choice(corpora.values(entity, 20))
            cut, label = dice.randrange(1, len(value)), kind.label
            # a zero between all signs is UTF-16
            broken = dice.choice(
                (value[:cut] + sign + value[cut:], sign.join(value) if sign > "\4" else value)
            )
            plain.append(f"12:00 {label}: {value} принят")
            hidden.append(f"12:00 {label[:1]}{sign}{label[1:]}: {broken} принят")
            signs.append(sign)
    clean = cleaned(tagging, hidden)
    left = [line.replace(sign, "") for line, sign in zip(clean, signs, strict=True)]
    assert left == cleaned(tagging, plain)
    assert not scan_log(io.BytesIO("\n".join(clean).encode())).findings


@pytest.mark.parametrize("sign", sorted(PART - {"\n", "\x1b"}))
def test_a_sign_that_parts_stays_and_hides_no_whole_value(tagging: Redactor, sign: str) -> None:
    value, other = corpora.values("KZ_IIN", 2)
    [clean] = cleaned(tagging, [f"ИИН {value}{sign}{other}"])
    assert clean.count("<KZ_IIN>") == 2
    assert "<KZ_IIN>" in tagging.text(f"ИИН {value}{sign}")


def test_digits_of_any_script_are_digits(tagging: Redactor) -> None:
    dice = random.Random(16)
    plain, foreign = [], []
    for zero in ZEROS:
        digits = {48 + place: ord(zero) + place for place in range(10)}
        for entity in dice.sample(ENTITIES, SOME):
            line = f"12:00 {corpora.KINDS[entity].label}: {dice.choice(corpora.values(entity, 20))} принят"
            plain.append(line)
            foreign.append(line[:6] + line[6:].translate(digits))
    clean = cleaned(tagging, foreign)
    assert clean == cleaned(tagging, plain)
    assert not scan_log(io.BytesIO("\n".join(clean).encode())).findings


def test_the_digits_are_those_of_unicode() -> None:
    """Ours are of the newest edition; the library that patterns are written in may know fewer."""
    of_unicode = {ord(zero) + place: 48 + place for zero in ZEROS for place in range(10)}
    assert DIGITS.items() >= of_unicode.items()
    assert all(regex.fullmatch(r"\p{Nd}|\p{Cn}", chr(code)) for code in DIGITS)
