"""Every byte of a letter is searched or named, wherever it stands and however it is coded.

Letters are built at random, of every kind of part, coding and place; each piece has a number of its own, and none may be lost.
"""

from __future__ import annotations

import base64
import binascii
import io
import quopri
import random
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from piiguard.read import apart, mailbox
from tests import documents as made
from tests.corpora import iin, scan, unread

HEAD = b"From: a\r\nSubject: b\r\nMIME-Version: 1.0\r\n"
IIN = made.IINS[0]
LINE = f"ИИН {IIN}".encode()


class Growing:
    """A letter that grows at random, and the numbers in it."""

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)
        self.numbers: list[str] = []

    def piece(self) -> bytes:
        self.numbers.append(iin(self.dice))
        return f"ИИН {self.numbers[-1]}".encode()

    def maybe(self) -> bytes:
        return self.piece() if self.dice.random() < 0.5 else b""

    def letter(self, depth: int = 0) -> bytes:
        return b"Subject: x\r\nX-Note: " + self.piece() + b"\r\n" + self.part(depth)

    def part(self, depth: int) -> bytes:
        head = b"Content-Description: " + self.piece() + b"\r\n" if self.dice.random() < 0.5 else b""
        kinds: list[Callable[[int], bytes]] = [self.leaf, self.leaf, self.many, self.forwarded]
        return head + self.dice.choice(kinds if depth < 4 else kinds[:1])(depth)

    def leaf(self, _: int = 0) -> bytes:
        kind = self.dice.choice(
            [b"text/plain", b"text/html", b"text/calendar", b"application/x-y; name=a.txt"]
        )
        coding, body = self.coded(b"\r\n".join([b"a", self.piece(), b"b", self.piece()]))
        return b"Content-Type: " + kind + b"\r\n" + coding + b"\r\n" + body

    def many(self, depth: int) -> bytes:
        mark = f"b{depth}{self.dice.randrange(10**6)}".encode()
        parts = [self.part(depth + 1) for _ in range(self.dice.randrange(1, 4))]
        body = b"".join(b"\r\n--" + mark + b"\r\n" + part for part in parts)
        end = b"" if self.dice.random() < 0.3 else b"\r\n--" + mark + b"--\r\n" + self.maybe()
        before = self.maybe()
        if self.dice.random() < 0.3:
            end += b"\r\n--" + mark + b"\r\n" + self.part(depth + 1)
        return b"Content-Type: multipart/mixed; boundary=" + mark + b"\r\n\r\n" + before + body + end

    def forwarded(self, depth: int) -> bytes:
        coding, body = self.coded(self.letter(depth + 1))
        return b"Content-Type: message/rfc822\r\n" + coding + b"\r\n" + body

    def coded(self, body: bytes) -> tuple[bytes, bytes]:
        codings: list[tuple[bytes, Callable[[bytes], bytes]]] = [
            (b"base64", base64.encodebytes), (b"quoted-printable", quopri.encodestring),
            (b"8bit", bytes), (b"BASE64", base64.b64encode), (b"base64", self.in_pieces),
        ]  # fmt: skip
        name, coding = self.dice.choice(codings)
        return b"Content-Transfer-Encoding: " + name + b"\r\n", coding(body)

    def in_pieces(self, body: bytes) -> bytes:
        cut = self.dice.randrange(len(body))
        return b"\n".join([base64.b64encode(body[:cut]), base64.b64encode(body[cut:]), b"", self.piece()])


@pytest.mark.parametrize("start", range(0, 200, 50))
def test_no_piece_of_a_letter_is_lost(start: int) -> None:
    for seed in range(start, start + 50):
        growing = Growing(seed)
        data = HEAD + growing.letter()
        told = "\n".join(event.data.decode("utf-8", "replace") for event in apart.events("mail", data))
        assert [n for n, number in enumerate(growing.numbers) if number not in told] == [], seed


def body(content: bytes, kind: str = "text/plain; charset=utf-8", coding: str = "8bit") -> bytes:
    return HEAD + f"Content-Type: {kind}\r\nContent-Transfer-Encoding: {coding}\r\n\r\n".encode() + content


def uu(data: bytes, name: str = "a.txt") -> bytes:
    return f"begin 644 {name}\n".encode() + binascii.b2a_uu(data) + b"`\nend\n"


CUT = f"ИИН {IIN[:6]}".encode(), IIN[6:].encode()
FOUND: dict[str, bytes] = {
    "a field between fields that is none": HEAD + b":" + LINE + b"\r\n\r\nx",
    "a second From line": HEAD + b"From " + LINE + b"\r\nTo: c\r\n\r\nx",
    "a field in cp1251": HEAD + b"X-A: " + LINE.decode().encode("cp1251") + b"\r\n\r\nx",
    "a subject in Thread-Topic": HEAD + b"Thread-Topic: " + LINE + b"\r\n\r\nx",
    "a name of a part": body(b"x", f"text/plain; name*=utf-8''%D0%98%D0%98%D0%9D%20{IIN}"),
    "a file in uuencode": body(b"see\n" + uu(LINE) + b"bye\n"),
    "a body in uuencode": body(uu(LINE), coding="x-uuencode"),
    "text behind uuencode": body(uu(b"a") + LINE),
    "text in uuencode that is none": body(b"begin 644 a.txt\n" + LINE + b"\nend\n"),
    "text behind base64": body(base64.b64encode(b"a") + b"\r\n\r\n" + LINE, coding="base64"),
    "flowed text": body(CUT[0] + b" \r\n" + CUT[1], "text/plain; charset=utf-8; format=flowed; delsp=yes"),
    "quoted flowed text": body(b"> " + CUT[0] + b" \r\n> " + CUT[1], "text/plain; format=flowed; delsp=yes"),
    "a soft break with spaces": body(CUT[0] + b"=  \r\n" + CUT[1], coding="quoted-printable"),
    "quoted-printable that is broken": body(b"=ZZ=\xff= =\r\n" + LINE + b"=", coding="quoted-printable"),
    "a charset that lies": body(LINE + b" ", "text/plain; charset=utf-16"),
    "a charset that is none": body(base64.b64encode(LINE), "text/plain; charset=x-none", "base64"),
    "a digest": body(
        b"--b\r\n\r\nContent-Transfer-Encoding: base64\r\n\r\n" + base64.b64encode(LINE) + b"\r\n--b--",
        "multipart/digest; boundary=b",
    ),
    "parts without their boundary": body(
        b"--b\r\nContent-Transfer-Encoding: base64\r\n\r\n" + base64.b64encode(LINE) + b"\r\n--b--", "multipart/mixed"
    ),
    "parts that are coded as a whole": body(
        base64.b64encode(b"--b\r\n\r\n" + LINE + b"\r\n--b--"), "multipart/mixed; boundary=b", "base64"
    ),
}  # fmt: skip
NAMED: dict[str, bytes] = {
    "yEnc": body(b"=ybegin line=128 size=3 name=a\n\xaa\n=yend size=3\n"),
    "BinHex": body(b"(This file must be converted with BinHex 4.0)\n:abc:\n"),
    "an unknown coding": body(base64.b64encode(LINE), coding="x-foo"),
    "winmail.dat": body(
        base64.b64encode(b"\x78\x9f\x3e\x22\x01\x00" + LINE), "application/ms-tnef", "base64"
    ),
    "S/MIME": body(base64.b64encode(b"0\x82"), "application/pkcs7-mime; name=smime.p7m", "base64"),
    "PGP in a text": body(b"-----BEGIN PGP MESSAGE-----\n\nhQ==\n-----END PGP MESSAGE-----\n"),
    "PGP/MIME": body(
        b"--b\nContent-Type: application/pgp-encrypted\n\nVersion: 1\n--b--\n",
        "multipart/encrypted; boundary=b",
    ),
}


@pytest.mark.parametrize("what", FOUND)
def test_what_a_letter_says_is_found_where_others_do_not_look(what: str, tmp_path: Path) -> None:
    path = tmp_path / "a.eml"
    path.write_bytes(FOUND[what])
    code, document = scan(path, "--entities", "KZ_IIN", out=tmp_path / "o.json")
    assert (code, unread(document)) == (3, "")


@pytest.mark.parametrize("what", NAMED)
def test_what_nobody_opens_is_named(what: str, tmp_path: Path) -> None:
    path = tmp_path / "a.eml"
    path.write_bytes(NAMED[what])
    code, document = scan(path, "--entities", "KZ_IIN", out=tmp_path / "o.json")
    assert code == 4
    assert unread(document)


FROM = b"From a@example.kz Thu Jan  1 00:00:00 1905\n"


def letters(data: bytes) -> Iterator[bytes]:
    return (each for each in mailbox._letters(io.BytesIO(data)) if each)


BOXES: dict[str, bytes] = {
    "lines like those between": FROM + HEAD + b"\nFrom here on 1905\n\nFrom Almaty in 1905 we\n" + FROM + HEAD + b"\nx",
    "parts": FROM + body(b"--b\n\nx\n--b--\n", "multipart/mixed; boundary=b") + FROM + HEAD + b"\ny\n\n" + FROM + HEAD,
    "a number in front of all": b"From " + LINE + b"\nSubject: z\n\ny\n",
    "no letter": FROM,
    "nothing": b"",
    "something in front": b"x\n" + FROM,
}  # fmt: skip


@pytest.mark.parametrize("kind", BOXES)
def test_a_mailbox_is_its_letters_and_nothing_between_them(kind: str) -> None:
    assert b"".join(letters(BOXES[kind])) == BOXES[kind]


def test_a_line_that_is_like_the_one_between_letters_parts_no_letter() -> None:
    attached = body(
        b"--b\n\nFrom Almaty in 1905\n\nFrom all of us 1905\n--b--\n", "multipart/mixed; boundary=b"
    )
    box = FROM + attached + FROM + HEAD + b"\nx\n\n" + FROM + HEAD + b"\ny\n"
    assert len([*letters(box)]) == 3
