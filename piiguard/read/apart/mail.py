"""Letters: their fields and bodies as text, in whatever encoding, and attachments as files.

Every byte of a letter is in a field, in a part that is decoded, or before, between or behind parts; each of these is searched, or
said to be unread.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import unquote

from piiguard.read.apart import markup, mime
from piiguard.read.apart.frames import Event

__all__ = ["SAMPLE", "read"]

# Numbers of machines, which look like addresses and are none; and signatures.
_DULL = ("message-id", "references", "in-reply-to", "content-id", "dkim-", "arc-", "x-google-", "x-gm-",
         "authentication-results", "received-spf", "thread-index", "list-")  # fmt: skip
SAMPLE = (
    b"Subject: =?koi8-r?B?6e/u?=\nContent-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/html; charset=cp1251\n"
    b"Content-Transfer-Encoding: quoted-printable\n\n<p>=C8</p>\n--b\nContent-Disposition: attachment;\n"
    b" filename*=utf-8''%D0%B8.txt\nContent-Transfer-Encoding: base64\n\nYQ==\n--b--\n"
)
"""A letter that asks for all that it takes to read letters."""
_DEEPEST = 50
_DEEP = "not read: letters that lie in each other too deep"
_SEALED = "encrypted or signed in a way that no reader opens"
_PACKED = "packed by Outlook (TNEF), which no reader knows"
_CODED = "a body in a transfer encoding that no reader knows"
_SEALS = frozenset({"application/pkcs7-mime", "application/x-pkcs7-mime", "application/pgp-encrypted"})
_ARMOUR = b"-----BEGIN PGP MESSAGE-----"
_STRANGE = re.compile(rb"^(?:=ybegin |\(This file must be converted with BinHex)", re.MULTILINE)
_TNEF = b"\x78\x9f\x3e\x22"
_BOUNDARY = re.compile(r";?\s*boundary\s*=\s*(?:\"[^\"\s]*\"|[^\s;\"]+)", re.IGNORECASE)
_QUOTES = re.compile(r">*")


def read(data: bytes) -> Iterator[Event]:
    """A letter, and those that it forwards."""
    yield from _part(data.removeprefix(b"\xef\xbb\xbf"), 0)


def _part(data: bytes, depth: int, kind: str = "text/plain") -> Iterator[Event]:
    """A letter, or a part of one; ``kind`` is what it is where it does not say so."""
    if depth > _DEEPEST:
        yield Event("gap", data=_DEEP.encode())
        return
    about, body = mime.divided(data)
    kind = about.kind if about.has_kind else kind
    told = "".join(_field(name, value) for name, value in about.all)
    yield Event("text", data=f"{told}\n".encode("utf-8", "replace"))
    yield from _loose(about.odd)
    if not mime.is_known(about.coding):
        yield Event("gap", "coded", data=_CODED.encode())
    sections, content, odd = _divided(about, kind, body)
    yield from _loose(odd)
    if sections:
        inner = "message/rfc822" if kind == "multipart/digest" else "text/plain"
        for is_part, section in sections:
            yield from _part(section, depth + 1, inner) if is_part else _loose(section)
    elif kind.startswith("message/"):
        yield from _loose(about.name.encode("utf-8", "replace"))
        yield from _part(content.lstrip(b"\r\n"), depth + 1)
    elif content.strip():
        yield from _body(about, kind, content)


def _divided(about: mime.Fields, kind: str, body: bytes) -> tuple[list[tuple[bool, bytes]], bytes, bytes]:
    """The parts of a body, or the body without its transfer encoding, and what was not written in that."""
    content, odd = mime.opened(body, about.coding)
    if kind.startswith("multipart/"):
        for whole in (body, content):
            for boundary in (about.boundary, mime.guessed(whole)):
                if boundary and len(sections := [*mime.sections(whole, boundary)]) > 1:
                    return sections, b"", b"" if whole is body else odd
    return [], content, odd


def _body(about: mime.Fields, kind: str, content: bytes) -> Iterator[Event]:
    name = about.name
    if kind in _SEALS or _ARMOUR in content:
        yield Event("gap", "encrypted", data=_SEALED.encode())
    if kind == "application/ms-tnef" or content.startswith(_TNEF):
        yield Event("gap", name or "winmail.dat", data=_PACKED.encode())
        return
    if name or about.is_attached or kind not in ("text/plain", "text/html"):
        yield Event("file", name or f"part.{_ending(kind)}", data=content)
        return
    if _STRANGE.search(content):
        yield Event("gap", "coded", data=_CODED.encode())
    files, content = mime.uuencoded(content)
    for called, data in files:
        yield Event("file", called, data=data)
    yield from _text(about, kind, content)


def _text(about: mime.Fields, kind: str, content: bytes) -> Iterator[Event]:
    """A body as text; where its encoding is not told, or is none of text, whoever reads files looks for it."""
    charset = about.charset or "utf-8"
    try:
        text = content.decode("utf-8" if charset == "us-ascii" else charset)
        if "0 a".encode(charset) != b"0 a" and b"\0" not in content:
            yield from _loose(content)
    except (LookupError, UnicodeError, OSError):  # the last one where a codec would have to be opened
        yield Event("file", f"part.{_ending(kind)}", data=content)
        return
    if kind == "text/html":
        text = "\n".join(markup.shown(text))
    elif about.says("format") == "flowed":
        text = _flowed(text, joined=about.says("delsp") == "yes")
    yield Event("text", data=f"{text}\n".encode("utf-8", "replace"))


def _flowed(text: str, *, joined: bool) -> str:
    """Lines that a program broke, as they are shown (RFC 3676); ``joined`` is without the space at which it broke them."""
    out: list[str] = []
    depth = -1
    for line in text.splitlines():
        quotes = _QUOTES.match(line)
        quoted = quotes.end() if quotes else 0
        own = line[quoted:].removeprefix(" ")
        flows = own.endswith(" ") and own != "-- "
        if quoted != depth:
            out.append("\n" if depth >= 0 else "")
        out.append(own[:-1] if flows and joined else own if flows else f"{own}\n")
        depth = quoted if flows else -1
    return "".join(out)


def _loose(data: bytes) -> Iterator[Event]:
    """Text that stands in a letter outside of its parts."""
    if not data.strip():
        return
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        yield Event("file", "part.txt", data=data)
    else:
        yield Event("text", data=data + b"\n")


def _field(name: str, value: bytes) -> str:
    text = mime.decoded(value)
    if name.lower() == "content-type":
        text = _BOUNDARY.sub("", text)
    if "''" in text:  # RFC 2231
        text = f"{text} {unquote(text)}"
    if name.lower().startswith(_DULL):
        text = " ".join(word for word in text.split() if not _is_dull(word))
    return f"{name}: {text}\n" if text else ""


def _is_dull(word: str) -> bool:
    """Whether it is a number of machines, or a piece of a signature."""
    return word.isascii() and ("@" in word or "=" in word or len(word) > 40)


def _ending(kind: str) -> str:
    known = {"text/plain": "txt", "text/html": "html", "text/csv": "csv", "application/json": "json"}
    return known.get(kind, kind.partition("/")[2][:20])
