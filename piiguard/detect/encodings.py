"""Which encoding a file is in, and its bytes as UTF-8.

Nothing here ever fails on a byte: what cannot be decoded becomes U+FFFD.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator

from piiguard.detect import wide

# kz1048 differs from cp1251 in 16 places, ptcp154 puts the Kazakh letters elsewhere again.
SINGLE_BYTE = ("cp1251", "kz1048", "ptcp154", "koi8-r", "cp866", "iso8859-5", "mac-cyrillic")

BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16: its BOM begins with that of UTF-16
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)

# Letters of Russian and Kazakh text, roughly by frequency.
LETTERS = "оаеинтрслвкмдыпуібзқягчғьхйңшжүюөәцщұэфһъё"
WEIGHT = {letter: 1 - place / len(LETTERS) for place, letter in enumerate(LETTERS)}
KAZAKH = frozenset("әғқңөұүһі")

_OF_TEXTS = frozenset(" \t\r\n.,;:!?-–—()«»\"'№/@_+%&*#=<>[]{}|~\u00a0") | frozenset(
    letter for low in LETTERS for letter in (low, low.upper())
)
_CYRILLIC_WORD = re.compile("[Ѐ-ԯ]{2,}|[аяиоувскАЯИОУВСК]|[Ѐ-ԯ](?=[.])")
# a capital behind a small letter, three or more of a sign, a word without a vowel: no word is written so
_SHUFFLED = re.compile("[а-яёәғқңөұүһі][А-ЯЁӘҒҚҢӨҰҮҺІ]|(.)\\1\\1|^[^аеёиоуыэюяәөұүіАЕЁИОУЫЭЮЯӘӨҰҮІ]{5,}$")
_WORDY = 0.5
MOST_TRAILING = 3  # bytes of a character behind its first one
# letters that a length in front of a text may be mistaken for are few: what is shorter is no value of ours
_STRETCH = re.compile(rb"(?:[ -~]|[\xc3-\xdf][\x80-\xbf]|[\xe1-\xef][\x80-\xbf]{2}){6,}")
HIGH_LINE = re.compile(rb"^[^\n]*[\x80-\xff][^\n]*", re.MULTILINE)


def detect(head: bytes) -> str:
    """Name the encoding of a file by its first bytes; ``utf-8`` also stands for mixed ones.

    A mark of UTF-16 or UTF-32 in front of something else is passed over.

    >>> detect(b"\\xff\\xfei\\0i\\0n\\0"), detect(b"\\xff\\xfeuser iin=021028341797\\n")
    ('utf-16-le', 'utf-8')
    """
    if false := false_mark(head):
        return detect(head[len(false) :])
    for bom, name in BOMS:
        if head.startswith(bom):
            return name
    zeros = _utf16_without_bom(head)
    if zeros and wide.proven(head, zeros):
        return zeros
    if is_utf8(head, final=False):
        return "utf-8"
    bad = not_utf8(head)
    mixed = len(bad) * 2 < sum(map(len, HIGH_LINE.findall(head)))
    return "utf-8" if mixed else guess_single_byte(bad)


def text_of(value: bytes) -> str | None:
    """The text that the bytes of one cell hold, without the zeros that fill it up, or None where they hold none.

    UTF-8, UTF-16 without its mark, or Cyrillic in one byte. Random bytes read as the last one now and then; so it must be
    words, that is letters in the order of their frequency, with hardly any sign that no text has. Of stretches between zeros
    those in UTF-8 are the text, where they are most of the bytes.

    >>> text_of("Сынақов".encode()), text_of("Петрович Иван".encode("cp1251")), text_of(bytes(range(129, 255, 4)))
    ('Сынақов', 'Петрович Иван', None)
    >>> text_of(b"note\\0of one" + bytes(20))
    'note\\x00of one'
    """
    bare = value.rstrip(b"\0")
    if (text := _of_utf16(value)) is not None:
        return text
    stretches = [stretch for stretch in bare.split(b"\0") if stretch]
    texts = [stretch for stretch in stretches if is_utf8(stretch, final=False)]
    if texts and 2 * sum(map(len, texts)) > sum(map(len, stretches)):
        # the last character may be cut
        return "\0".join(stretch.decode("utf-8", "ignore") for stretch in texts)
    text = bare.decode(guess_single_byte(bare), "replace")
    return text if _reads_as_words(text.replace("\0", " ")) else None


def unicode_of(value: bytes) -> str | None:
    """The text that all of these bytes are in UTF-8, the last character of which may be cut, or in UTF-16.

    >>> unicode_of("Сынақов".encode()), unicode_of("0503".encode("utf-16-le")), unicode_of("Иван".encode("cp1251"))
    ('Сынақов', '0503', None)
    """
    if (text := _of_utf16(value)) is not None:
        return text
    return value.decode("utf-8", "ignore") if is_utf8(value, final=False) else None


def _of_utf16(value: bytes) -> str | None:
    bare = len(value.rstrip(b"\0"))
    even = value[: bare + bare % 2]  # the last zero belongs to a letter
    name = _utf16_without_bom(even) or _short_utf16(even)
    return even.decode(name, "replace").lstrip("\ufeff") if name else None


def stretches_of(value: bytes) -> str:
    """The stretches of UTF-8 inside of bytes that are something else, each on a line of its own.

    >>> stretches_of(b"\\x0a\\x0c050312300015\\xff\\x12\\x0e" + "Сынақов".encode() + b"\\xc0")
    '050312300015\\nСынақов'
    """
    return "\n".join(stretch.decode() for stretch in _STRETCH.findall(value))


def without_bom(head: bytes, encoding: str) -> bytes:
    """Drop the byte order mark of this encoding."""
    for bom, name in BOMS:
        if _canonical(name) == _canonical(encoding) and head.startswith(bom):
            return head[len(bom) :]
    return head


def false_mark(head: bytes) -> bytes:
    """The mark of UTF-16 or UTF-32 that stands in front of something else, where there is one.

    >>> false_mark(b"\\xff\\xfeuser iin=021028341797\\n"), false_mark(b"\\xff\\xfei\\0i\\0n\\0"), false_mark(b"user")
    (b'\\xff\\xfe', b'', b'')
    """
    for bom, name in BOMS:
        if head.startswith(bom):
            return b"" if name == "utf-8" or wide.proven(head, name) else bom
    return b""


def guess_single_byte(sample: bytes) -> str:
    """Choose the single-byte encoding in which the sample reads most like Russian or Kazakh."""
    return max(SINGLE_BYTE, key=lambda name: _likeness(sample[:8192].decode(name, "replace")))


def is_utf8(data: bytes, *, final: bool = True) -> bool:
    """Tell whether the bytes are UTF-8; unless ``final`` the last character may be cut."""
    if data.isascii():
        return True
    try:
        codecs.utf_8_decode(data, "strict", final)
    except UnicodeDecodeError:
        return False
    return True


def boundary(data: bytes, place: int) -> int:
    """Step back to where a character of UTF-8 begins; in other bytes by three at most.

    >>> boundary("иин".encode(), 3), boundary(b"iin", 3), boundary(b"\\x80" * 9, 9)
    (2, 3, 9)
    """
    if place >= len(data) or data[place] & 0xC0 != 0x80:
        return place
    for start in range(place - 1, max(place - MOST_TRAILING, 0) - 1, -1):
        if data[start] & 0xC0 != 0x80:
            return start
    return place


def not_utf8(data: bytes) -> bytes:
    """Select the lines that are not UTF-8."""
    return b"\n".join(line for line in HIGH_LINE.findall(data) if not is_utf8(line))


def repaired(data: bytes, single_byte: str) -> bytes:
    """Return the lines as UTF-8: those that are not are taken as the single-byte encoding."""
    return HIGH_LINE.sub(lambda line: _as_utf8(line[0], single_byte), data)


def transcoded(chunks: Iterator[bytes], encoding: str) -> Iterator[bytes]:
    """Decode a stream of chunks and encode them as UTF-8; lines of bytes among UTF-16 stay what they are."""
    name = _canonical(encoding)
    mixed = name in ("utf-16-le", "utf-16-be")
    decoder = codecs.getincrementaldecoder(name)("surrogatepass" if mixed else "replace")
    for chunk in chunks:
        text = decoder.decode(chunk)
        if text or not chunk:  # of half a character nothing comes out
            yield wide.with_lines(text, name) if mixed else _encode(text)
    decoder.errors = "replace"
    rest = decoder.decode(b"", final=True)
    if rest:
        yield _encode(rest)


def is_wide(encoding: str) -> bool:
    """Whether a character takes two bytes at least, so that a line break is no single byte.

    >>> is_wide("utf-16-le"), is_wide("UTF-32"), is_wide("utf-8")
    (True, True, False)
    """
    return _canonical(encoding).startswith(("utf-16", "utf-32"))


def _encode(text: str) -> bytes:
    return text.encode("utf-8", "replace")


def _canonical(encoding: str) -> str:
    return codecs.lookup(encoding).name


def _as_utf8(line: bytes, single_byte: str) -> bytes:
    if is_utf8(line):
        return line
    return _encode(line.decode(single_byte, "replace"))


def _utf16_without_bom(head: bytes) -> str | None:
    """ASCII in UTF-16 has a NUL in every second byte; Cyrillic has 04 there."""
    sample = head[:4096]
    if len(sample) < 4 or not (b"\0" in sample or b"\4" in sample):
        return None
    pairs = len(sample) // 2
    marks = [sum(sample[parity : pairs * 2 : 2].count(byte) for byte in (b"\0", b"\4")) for parity in (0, 1)]
    if marks[1] > 0.6 * pairs and marks[0] < 0.1 * pairs:
        return "utf-16-le"
    if marks[0] > 0.6 * pairs and marks[1] < 0.1 * pairs:
        return "utf-16-be"
    return None


def _short_utf16(value: bytes) -> str | None:
    """The half of each pair that holds the zeros of a text in UTF-16, however short."""
    if b"\0" in value and len(value) % 2 == 0:
        for name, zeros in (("utf-16-le", value[1::2]), ("utf-16-be", value[0::2])):
            if zeros.count(0) > 0.6 * len(zeros):
                return name
    return None


def _reads_as_words(text: str) -> bool:
    """Whether nearly all signs are what texts are made of, and the Cyrillic letters form words."""
    if sum(sign in _OF_TEXTS or "0" <= sign <= "z" for sign in text) < 0.9 * len(text):
        return False
    words = _CYRILLIC_WORD.findall(text)
    if sum(map(len, words)) < 0.9 * sum(map(_cyrillic, text)) or any(map(_SHUFFLED.search, words)):
        return False
    letters = "".join(words).lower()
    return bool(letters) and sum(WEIGHT.get(letter, -1.0) for letter in letters) >= _WORDY * len(letters)


def _likeness(text: str) -> float:
    """Score a decoding: frequent letters, small after capital, Kazakh letters beside Cyrillic ones."""
    score = 0.0
    before = " "
    for letter in text:
        if letter > "\x7f":
            weight = WEIGHT.get(letter.lower(), -1.0 if letter.isalpha() else -0.3)
            if before.islower() and letter.isupper():
                weight -= 1  # one letter case read as the other: KOI8-R taken for cp1251
            elif letter.lower() in KAZAKH and not _cyrillic(before):
                weight -= 0.5  # word-initial, or a stray sign of another encoding
            score += weight
            if before > "\x7f" and not before.isalpha() and before not in _OF_TEXTS and letter.isalpha():
                score -= 0.5  # a sign at a letter, where a letter of Kazakh is meant
        before = letter
    return score


def _cyrillic(letter: str) -> bool:
    return "\u0400" <= letter <= "\u04ff"
