"""What people take for one spelling of a text: the one place where letters, signs and digits are folded.

The rules of the second edition of normalizers are made of these. Nothing is folded that belongs to two people:
the letters of Kazakh stay apart, and so do mailboxes that are only alike.

>>> name("Алёна  О’КОННОР"), email("Ulgi@Example.KZ"), phone("+8 (701) 123-45-67 доб. 12")
("алена о'коннор", 'ulgi@example.kz', '+77011234567')
"""

from __future__ import annotations

import datetime
import re
import unicodedata
from decimal import Decimal

from piiguard.errors import NotIndexable

__all__ = ["digits", "email", "moment", "name", "number", "phone"]

_FARTHEST = datetime.timedelta(hours=23, minutes=59)
_NOT_DIGITS = re.compile("[^0-9]+")
_RUNS = re.compile("[0-9]+|[^0-9]+")


def digits(text: str) -> str:
    """0 to 9 in their order; a digit of another script is refused, as dropping it would give another number.

    >>> digits("0503 1230-0017")
    '050312300017'
    """
    if not text.isascii() and any(sign.isdigit() and not sign.isascii() for sign in text):
        text = ""
        raise NotIndexable("it has a digit of another script")
    return _NOT_DIGITS.sub("", text)


def phone(text: str) -> str:
    """E.164 without an extension; in Kazakhstan and Russia 8, +8 and +7 lead to the same subscriber.

    >>> phone("8~10 44 20 7946 0000"), phone("7011234567"), phone("8 7172 57 46 00, вн. 105")
    ('+442079460000', '+77011234567', '+77172574600')
    """
    digits(text)  # refuses
    runs = _without_extension(_RUNS.findall(text.replace("%2B", "+").replace("%2b", "+")))
    found = "".join(run for run in runs if run.isdecimal())
    if runs and not runs[0].isdecimal() and "+" in runs[0]:
        return _abroad(found)
    if found.startswith("810"):  # as it is dialled there: no number of a subscriber begins with 10
        return _abroad(found[3:])
    if len(found) == 11 and found[0] in "78":
        return f"+7{found[1:]}"
    if len(found) == 10 and found[0] == "7":
        return f"+7{found}"
    return _abroad(found[2:]) if found.startswith("00") else found


def _abroad(found: str) -> str:
    """With its country; +89 is none, and +87 with eleven digits neither, as +84 and +86 are Vietnam and China."""
    trunk = len(found) == 11 and found[:2] in ("87", "89")
    return f"+7{found[1:]}" if trunk else found and f"+{found}"


def _without_extension(runs: list[str]) -> list[str]:
    """Without up to six digits at the end that a word or one of ``# ; ,`` sets apart from a number."""
    kept = runs[:-1] if runs and not runs[-1].isdecimal() else runs
    if len(kept) < 3 or len(kept[-1]) > 6:
        return runs
    between, before = kept[-2], sum(len(run) for run in kept[:-2] if run.isdecimal())
    parted = "+" not in between and any(sign.isalpha() or sign in "#;," for sign in between)
    return kept[:-2] if parted and before >= 5 else runs


def email(text: str) -> str:
    """What mail systems take for one mailbox: case and the spelling of the domain; dots and ``+tag`` stay.

    >>> email("Asan+x@XN--80AKHBYKNJ4F") == email("asan+x@испытание")
    True
    >>> email("straße@example.kz") == email("strasse@example.kz")
    False
    """
    mailbox, at, domain = text.strip(_BLANK).rpartition("@")
    return _cased(mailbox if at else domain) + (f"@{_domain(domain)}" if at else "")


def _cased(text: str) -> str:
    """Small letters, where a capital has one small letter that has no other capital."""
    if text.isascii():
        return text.lower()
    return "".join(map(_small, _composed(text)))


def _small(letter: str) -> str:
    small = letter.lower()
    return small if len(small) == 1 and small.upper() == letter else letter


def _composed(text: str) -> str:
    """NFC, but a sign that NFC takes for another one stays: the kelvin is no K."""
    parts: list[str] = [""]
    for sign in text:
        other = unicodedata.normalize("NFC", sign)
        if other != sign:
            parts += [sign, ""]
        else:
            parts[-1] += sign
    return "".join(
        part if number % 2 else unicodedata.normalize("NFC", part) for number, part in enumerate(parts)
    )


_STOPS = str.maketrans(dict.fromkeys("\u3002\uff0e\uff61", "."))
_DEVIATIONS = "ßς"  # letters of their own in IDNA 2008, where the older mapping made ss and σ of them


def _domain(text: str) -> str:
    """The labels in the letters that they stand for, mapped as UTS 46 does before a look-up."""
    mapped = _mapped(text.translate(_STOPS)).removesuffix(".")
    return ".".join(map(_label, mapped.split(".")))


def _mapped(text: str) -> str:
    if text.isascii():
        return text.lower()
    shown = (sign for sign in text if unicodedata.category(sign) != "Cf")
    folded = (
        sign if sign in _DEVIATIONS else unicodedata.normalize("NFKC", sign).casefold() for sign in shown
    )
    return unicodedata.normalize("NFC", "".join(folded))


def _label(label: str) -> str:
    """An ``xn--`` label in its letters, if it is the one spelling of them."""
    if not label.startswith("xn--") or not label.isascii():
        return label
    try:
        found = label[4:].encode().decode("punycode")
        sound = f"xn--{found.encode('punycode').decode()}" == label and _mapped(found) == found
    except (UnicodeError, OverflowError, ValueError):
        return label
    return found if sound and not found.isascii() and "." not in found else label


# Kazakh Latin has both I and İ: folded alike, a name is found however its i was typed. ё is е in most documents.
_LATIN_I = {"İ": "i", "ı": "i", "I": "i"}
_APOSTROPHES = dict.fromkeys("\u2018\u2019\u201b\u02bc\u02b9\u02bb\u02bd\u02c8\u2032\u00b4\u0060\uff07", "'")
_LETTERS = str.maketrans({**_LATIN_I, **_APOSTROPHES, "ё": "е", "Ё": "е"})
_JOINTS = re.compile("[\\s\u2010-\u2015\u2212-]+")
_BLANK = "".join(
    map(
        chr,
        (*range(9, 14), *range(28, 33), 0x85, 0xA0, 0xAD, 0x1680, *range(0x2000, 0x2010), *range(0x2028, 0x2030),
         0x205F, *range(0x2060, 0x2065), 0x3000, 0xFEFF),
    )
)  # fmt: skip


def name(text: str) -> str:
    """A name of a person or a place: case, blanks, hyphens, apostrophes, ё and е, signs that are not seen.

    >>> name("Ілияс") == name("Илияс")
    False
    """
    found = text
    for _ in range(4):  # what a sign stands for may have a sign to fold in it
        before, found = found, _named(found)
        if found == before:
            break
    return found


def _named(text: str) -> str:
    seen = text.translate(_LETTERS)
    if not seen.isascii():
        shown = "".join(sign for sign in seen if unicodedata.category(sign) != "Cf")
        seen = unicodedata.normalize("NFKC", shown).translate(_LETTERS)
    folded = unicodedata.normalize("NFC", seen.casefold())
    return _JOINTS.sub(" ", folded).strip()


def number(value: Decimal) -> str:
    """One spelling of equal numbers, whatever their scale and the sign of zero.

    >>> number(Decimal("-0.00")), number(Decimal("1.100")), number(Decimal("1.2E+3"))
    ('0', '1.1', '1200')
    """
    if not value.is_finite():
        return "NaN" if value.is_nan() else "Infinity" if value > 0 else "-Infinity"
    sign, figures, power = value.as_tuple()
    exponent = int(power)
    text = "".join(map(str, figures)).lstrip("0")
    short = text.rstrip("0")
    if not short:
        return "0"
    exponent += len(text) - len(short)
    return "-" * sign + _spelled(short, exponent)


def moment(value: datetime.datetime) -> datetime.datetime:
    """One spelling of equal moments: in UTC, whatever zone the session or the machine has.

    The first and the last day that Python knows may have no form there; they have one as far from it as can be.

    >>> zone = datetime.timezone(datetime.timedelta(hours=5, minutes=7, seconds=48))
    >>> str(moment(datetime.datetime(1905, 3, 12, 10, 7, 48, tzinfo=zone)))
    '1905-03-12 05:00:00+00:00'
    """
    try:
        return value.astimezone(datetime.UTC)
    except OverflowError:
        there = _FARTHEST if value.year == 1 else -_FARTHEST
        moved = value.replace(tzinfo=None) + (there - (value.utcoffset() or there))
        return moved.replace(tzinfo=datetime.timezone(there))


def _spelled(figures: str, exponent: int) -> str:
    """In full as far as a table would hold it."""
    if abs(exponent) > 100 or len(figures) > 1000:
        return f"{figures}E{exponent}"
    if exponent >= 0:
        return figures + "0" * exponent
    padded = figures.rjust(1 - exponent, "0")
    return f"{padded[:exponent]}.{padded[exponent:]}"
