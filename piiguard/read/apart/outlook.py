"""Letters as Outlook saves them, ``.msg``: a compound file (MS-CFB) whose streams are properties of a letter (MS-OXMSG).

Every stream is a text, a body, an attachment, or bytes of which the texts are told; so are those of letters in it. ``olefile`` knows the file,
what the streams mean stands here.
"""

from __future__ import annotations

import io
import re
import struct
from collections.abc import Iterator
from typing import Any

from piiguard.read.apart import mail
from piiguard.read.apart.frames import Event
from piiguard.read.apart.package import DAMAGED

__all__ = ["read", "unpacked"]

_PROPERTY = re.compile(r"__substg1\.0_([0-9A-F]{4})([0-9A-F]{4})(?:-[0-9A-F]{8})?", re.IGNORECASE)
_NUMBERS = "__properties_version1.0"
_HEADERS, _HTML, _RTF, _DATA = 0x007D, 0x1013, 0x1009, 0x3701
_CALLED = (0x3707, 0x3704, 0x3001)
"""What an attachment is called: by its long name, its short one, or as it is shown."""
_WIDE, _NARROW, _BYTES = 0x001F, 0x001E, 0x0102
_SEVERAL = 0x1000
_FREE = 0xFFFFFFFF
_KINDS = {0x0005: "<d", 0x0006: "<q", 0x0014: "<q"}
"""Numbers that are long enough for one that names a person."""
_TEXTS = re.compile(rb"(?:[\x20-\x7e]\x00|[\x00-\xff]\x04){5,}|[\x20-\x7e\xc0-\xff]{5,}")
_BEGINS = (
    rb"{\rtf1\ansi\mac\deff0\deftab720{\fonttbl;}{\f0\fnil \froman \fswiss \fmodern \fscript \fdecor "
    rb"MS Sans SerifSymbolArialTimes New RomanCourier{\colortbl\red0\green0\blue0"
    b"\r\n"
    rb"\par \pard\plain\f0\fs20\b\i\u\tab\tx"
)
"""What the window of a packed text holds at first (MS-OXRTFCP 2.1.2.1)."""
_WINDOW = 1 << 12


def read(data: bytes) -> Iterator[Event]:
    """A letter, its recipients and attachments, and the letters that are attached."""
    import olefile

    file = _opened(olefile, data)
    names = _names(file)
    for path in file.listdir():
        try:
            yield from _stream(path[-1], file.openstream(path).read(), names[tuple(path[:-1])])
        except (OSError, ValueError, LookupError, struct.error):
            file.broken = True
    yield from _told(_in_bytes(_freed(file, data)))
    if file.broken or _crosses(file):
        yield Event("gap", data=DAMAGED.encode())


def _names(file: Any) -> dict[tuple[str, ...], str]:
    """What the attachments are called, by the storage of each; empty for every other."""
    names = {tuple(path[:-1]): "" for path in file.listdir()}
    for path in file.listdir():
        found, storage = _PROPERTY.fullmatch(path[-1]), tuple(path[:-1])
        if found and int(found[1], 16) in _CALLED and storage and not names[storage]:
            names[storage] = _text(file.openstream(path).read(), int(found[2], 16))
    return names


def _opened(olefile: Any, data: bytes) -> Any:
    """The file; ``broken`` says whether anything of it is not as it must be, which ``olefile`` passes over."""

    class File(olefile.OleFileIO):  # type: ignore[misc]
        broken = False

        def _raise_defect(self, level: int, message: str, exception_type: type = OSError) -> None:
            self.broken = self.broken or level >= olefile.DEFECT_INCORRECT
            super()._raise_defect(level, message, exception_type)

    return File(io.BytesIO(data))


def _freed(file: Any, data: bytes) -> bytes:
    """The sectors that belong to nothing any more: what was deleted stays there."""
    size = file.sector_size
    free = [at for at, after in enumerate(file.fat[: len(data) // size - 1]) if after == _FREE]
    return b"".join(data[(at + 1) * size : (at + 2) * size] for at in free)


def _crosses(file: Any) -> bool:
    """Whether a sector is of two streams, or of one twice, which ``olefile`` passes over: another one is of none then."""
    seen: set[tuple[bool, int]] = set()
    for entry in file.direntries:
        if entry is None or not entry.size:
            continue
        small = bool(entry.is_minifat)
        table, size = (file.minifat, file.mini_sector_size) if small else (file.fat, file.sector_size)
        sector = entry.isectStart
        for _ in range(-(-entry.size // size)):
            if (small, sector) in seen or table is None or sector >= len(table):
                return True
            seen.add((small, sector))
            sector = table[sector]
    return False


def _stream(name: str, data: bytes, called: str) -> Iterator[Event]:
    """One stream; ``called`` is the attachment that it is of."""
    if name.lower() == _NUMBERS:
        yield from _told(_numbers(data))
        return
    found = _PROPERTY.fullmatch(name)
    if not found:
        yield Event("file", name.strip("\0\x01\x02\x03\x05") or "part.bin", data=data)
        return
    number, kind = int(found[1], 16), int(found[2], 16) & ~_SEVERAL
    if number == _DATA and kind == _BYTES:
        yield Event("file", called or "part.bin", data=data)
    elif number == _HTML:
        yield Event(
            "file", "body.html", data=data if kind == _BYTES else _text(data, kind).encode("utf-8", "replace")
        )
    elif number == _RTF:
        yield Event("file", "body.rtf", data=unpacked(data))
    elif number == _HEADERS:
        yield from mail.read(_text(data, kind).encode("utf-8", "replace") + b"\n\n")
    elif kind == _NARROW and not data.isascii():
        yield Event("file", "part.txt", data=data)  # whoever reads files looks for its encoding
    elif kind in (_WIDE, _NARROW):
        yield from _told([_text(data, kind)])
    else:
        yield from _told(_in_bytes(data))


def _told(texts: list[str]) -> Iterator[Event]:
    if text := "\n".join(filter(None, texts)):
        yield Event("text", data=f"{text}\n".encode("utf-8", "replace"))


def _text(data: bytes, kind: int) -> str:
    return (
        data.decode("utf-16-le" if kind & ~_SEVERAL == _WIDE else "latin-1", "replace")
        .rstrip("\0")
        .replace("\0", "\n")
    )


def _in_bytes(data: bytes) -> list[str]:
    """Texts in bytes of another form: names and addresses stand so in the references to people."""
    found = (each[0] for each in _TEXTS.finditer(data))
    return [
        text.decode("utf-16-le" if b"\0" in text or b"\x04" in text else "cp1251", "replace")
        for text in found
    ]


def _numbers(data: bytes) -> list[str]:
    """Numbers of many digits among the properties that have no stream of their own: 16 bytes each, behind a head of 8, 24 or 32."""
    found = []
    for at in range(len(data) % 16, len(data) - 15, 16):
        (kind,) = struct.unpack_from("<H", data, at)
        if kind in _KINDS:
            (number,) = struct.unpack_from(_KINDS[kind], data, at + 8)
            number = number / 10_000 if kind == 0x0006 else number
            if 1e8 < abs(number) < 1e17 and number == int(number):
                found.append(str(int(number)).zfill(12 if number < 1e12 else 0))
    return found


def unpacked(data: bytes) -> bytes:
    r"""A text in RTF, out of what Outlook packs it into (MS-OXRTFCP).

    >>> unpacked(bytes.fromhex("0f000000" "03000000" "4d454c41" "00000000") + b"{\\}")
    b'{\\}'
    """
    size, _, kind, _ = struct.unpack_from("<IIII", data)
    body = memoryview(data)[16 : size + 4]
    if kind == 0x414C454D:
        return bytes(body)
    if kind != 0x75465A4C:
        raise ValueError("packed in no way that is known")
    return bytes(_decoded(body))


def _decoded(body: memoryview) -> bytearray:
    out = bytearray(_BEGINS)
    at = 0
    while True:
        control, at = body[at], at + 1
        for bit in range(8):
            if not control >> bit & 1:
                out.append(body[at])
                at += 1
                continue
            reference, at = body[at] << 8 | body[at + 1], at + 2
            offset, length = reference >> 4, (reference & 15) + 2
            back = (len(out) - offset) % _WINDOW
            if not back:
                return out[len(_BEGINS) :]
            for _ in range(length):
                out.append(out[-back] if back <= len(out) else 0)
