"""How a letter is divided: its fields, its body, and the parts of that. Not a byte of it falls between them.

The standard library drops what it takes for a mistake (a second ``From`` line, a field without a name, what stands behind the
padding of base64), so its parser is not asked; it is for what one field says.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterator
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message
from email.policy import compat32

__all__ = ["Fields", "decoded", "divided", "guessed", "is_known", "opened", "plain", "sections", "uuencoded"]

_FIELD = re.compile(
    rb"([!-9;-~]{1,200})[ \t]*:([^\r\n]*(?:(?:\r\n|\r|\n)[ \t]+[^\s][^\r\n]*)*)(?:\r\n|\r|\n|\Z)"
)
_LINE = re.compile(rb"[^\r\n]*(?:\r\n|\r|\n|\Z)")
_ODD = (b"From ", b">From ", b":", b" ", b"\t")
"""With what a line begins that stands among the fields, and is none."""
_GUESS = re.compile(rb"^--([^\s-][^\r\n]{0,200}?)[ \t]*\r?$", re.MULTILINE)
_BASE64 = re.compile(rb"[A-Za-z0-9+/]+={0,2}")
_JUNK = re.compile(rb"[^A-Za-z0-9+/=]")
_SOFT = re.compile(rb"=[ \t]+(?=\r?\n)")
_UU = re.compile(
    rb"^begin(-base64)? [0-7]{3,4} ([^\r\n]{1,300})\r?\n(.*?)(?:^(?:end|====)[ \t]*\r?(?:\n|\Z)|\Z)",
    re.MULTILINE | re.DOTALL,
)
_KNOWN = frozenset(
    {"", "7bit", "8bit", "binary", "base64", "quoted-printable", "x-uuencode", "uuencode", "uue", "x-uue"}
)


class Fields:
    """The fields of a letter or of a part of one, and what they say of its body."""

    def __init__(self, fields: list[tuple[str, bytes]], odd: bytes) -> None:
        self.all = fields
        self.odd = odd
        """Lines that stand among the fields, and are none."""
        self._told = Message(policy=compat32)
        for name, value in fields:
            if name.lower().startswith("content-") and name not in self._told:
                self._told[name] = " ".join(value.decode("ascii", "surrogateescape").split())

    @property
    def kind(self) -> str:
        """``text/plain`` where it says none."""
        return self._told.get_content_type()

    @property
    def has_kind(self) -> bool:
        """Whether it says one."""
        return "content-type" in self._told

    @property
    def boundary(self) -> bytes:
        """What parts the parts of this one; empty where nothing does."""
        if self._told.get_content_maintype() != "multipart":
            return b""
        return self._tried(lambda: self._told.get_boundary()).encode("utf-8", "surrogateescape").strip()

    @property
    def coding(self) -> str:
        """The transfer encoding, in small letters."""
        return re.split(r"[\s;]", str(self._told.get("content-transfer-encoding", "")).strip().lower())[0]

    @property
    def charset(self) -> str:
        """Empty where none is said."""
        return self._tried(lambda: self._told.get_content_charset())

    @property
    def name(self) -> str:
        """That of an attached file."""
        return decoded(self._tried(lambda: self._told.get_filename()).encode("utf-8", "surrogateescape"))

    @property
    def is_attached(self) -> bool:
        """Whether it says that it is a file."""
        return self._told.get_content_disposition() == "attachment"

    def says(self, parameter: str) -> str:
        """A parameter of its kind, in small letters."""
        return self._tried(lambda: str(self._told.get_param(parameter) or "")).lower()

    @staticmethod
    def _tried(ask: object) -> str:
        try:
            return ask() or ""  # type: ignore[operator]
        except (LookupError, UnicodeError, ValueError, HeaderParseError, TypeError):
            return ""


def divided(data: bytes) -> tuple[Fields, bytes]:
    """The fields of a letter or part, and its body."""
    fields, odd, at = [], [], 0
    while at < len(data):
        if found := _FIELD.match(data, at):
            fields.append((found[1].decode("ascii"), found[2]))
            at = found.end()
            continue
        line = _LINE.match(data, at)
        end = line.end() if line else len(data)
        if not data[at:end].strip(b"\r\n"):
            at = end
            break
        if not data.startswith(_ODD, at):
            break
        odd.append(data[at:end])
        at = end
    return Fields(fields, b"".join(odd)), data[at:]


def sections(body: bytes, boundary: bytes) -> Iterator[tuple[bool, bytes]]:
    """What stands between the lines of the boundary: whether it is a part, or before, between and behind them."""
    mark = re.compile(rb"^--" + re.escape(boundary) + rb"(--)?[ \t]*(?:\r\n|\r|\n|\Z)", re.MULTILINE)
    at, part = 0, False
    for found in mark.finditer(body):
        yield part, body[at : found.start()]
        at, part = found.end(), not found[1]
    yield part, body[at:]


def guessed(body: bytes) -> bytes:
    """What seems to part the parts of a letter that does not say it; empty where nothing does."""
    found = _GUESS.search(body)
    return found[1] if found else b""


def is_known(coding: str) -> bool:
    """Whether a transfer encoding is one of those that can be undone."""
    return coding in _KNOWN


def opened(body: bytes, coding: str) -> tuple[bytes, bytes]:
    """A body without its transfer encoding, and what of it was not written in that."""
    if coding == "base64":
        return _of_base64(body)
    if coding == "quoted-printable":
        return binascii.a2b_qp(_SOFT.sub(b"=", body)), b""
    return body, b""


def _of_base64(body: bytes) -> tuple[bytes, bytes]:
    """Every piece of it up to its padding; what has other signs, or stands behind a padding, is told as it is too."""
    coded = body.translate(None, b" \t\r\n")
    if _BASE64.fullmatch(coded):
        return _piece(coded), b""
    lines = body.splitlines(keepends=True)
    odd = b"".join(line for line in lines if _JUNK.search(line.strip()))
    coded = b"".join(_JUNK.sub(b"", line) for line in lines if b" " not in line.strip())
    pieces = _BASE64.findall(coded)
    if len(pieces) > 1:
        at = body.find(b"=")
        odd += b"\n" + body[at:].lstrip(b"=")
    return b"".join(map(_piece, pieces)), odd


def _piece(coded: bytes) -> bytes:
    coded = coded.rstrip(b"=")
    if len(coded) % 4 == 1:
        coded = coded[:-1]
    return binascii.a2b_base64(coded + b"=" * (-len(coded) % 4))


def uuencoded(body: bytes) -> tuple[list[tuple[str, bytes]], bytes]:
    """Files that stand uuencoded in a text, and the text without them; lines that cannot be decoded stay in it."""
    files: list[tuple[str, bytes]] = []

    def take(found: re.Match[bytes]) -> bytes:
        if found[1]:
            data, odd = _of_base64(found[3])
        else:
            data, odd = _of_uu(found[3])
        if not data:
            return found[0]
        files.append((plain(found[2]), data))
        return odd

    return files, _UU.sub(take, body)


def _of_uu(body: bytes) -> tuple[bytes, bytes]:
    data, odd = [], []
    for line in body.splitlines():
        try:
            data.append(binascii.a2b_uu(line))
        except binascii.Error:
            odd.append(line)
    return b"".join(data), b"\n".join(odd)


def plain(data: bytes) -> str:
    """Bytes of a field, which say nothing of their encoding."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("cp1251", "replace")


def decoded(value: bytes) -> str:
    """A field as people read it (RFC 2047), on one line."""
    text = plain(value)
    try:
        parts = [
            each if isinstance(each, str) else each.decode(charset or "utf-8", "replace")
            for each, charset in decode_header(text)
        ]
    except (LookupError, UnicodeError, ValueError, HeaderParseError, OSError):
        parts = [text]
    return " ".join("".join(parts).split())
