"""Compound files (MS-CFB), and a letter of Outlook as one (MS-OXMSG), as the standards write them."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

__all__ = ["compound", "msg", "packed"]

Tree = dict[str, Any]
"""Streams by name, and storages: trees of their own."""
_FREE, _END, _TABLE, _NONE = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD, 0xFFFFFFFF
_SECTOR, _SMALL, _CUT = 512, 64, 4096


@dataclass
class _Entry:
    name: str
    kind: int
    data: bytes = b""
    right: int = _NONE
    child: int = _NONE
    start: int = _END
    size: int = 0

    def bytes(self) -> bytes:
        name = f"{self.name}\0".encode("utf-16-le")
        links = struct.pack("<HBBIII", len(name), self.kind, 1, _NONE, self.right, self.child)
        return name.ljust(64, b"\0") + links + bytes(36) + struct.pack("<IQ", self.start, self.size)


def compound(tree: Tree) -> bytes:
    """The file; the members of a storage are a list, which is a tree as well."""
    entries: list[_Entry] = []
    _add(entries, "Root Entry", 5, tree)
    sectors: list[bytes] = []
    table: list[int] = []

    def put(data: bytes) -> int:
        return _chain(table, sectors, data, _SECTOR)

    small: list[bytes] = []
    small_table: list[int] = []
    for entry in entries:
        if entry.kind == 2:
            entry.size = len(entry.data)
            large = entry.size >= _CUT
            entry.start = put(entry.data) if large else _chain(small_table, small, entry.data, _SMALL)
    entries[0].size, entries[0].start = len(small) * _SMALL, put(b"".join(small))
    small_start = put(_words(small_table))
    directory = put(b"".join(entry.bytes() for entry in entries))
    own = 1
    while len(table) + own > own * _SECTOR // 4:
        own += 1
    first = len(sectors)
    table += [_TABLE] * own
    put_table = _words(table)
    sectors += [put_table[at : at + _SECTOR] for at in range(0, len(put_table), _SECTOR)]
    small_sectors = -(-len(small_table) * 4 // _SECTOR)
    head = struct.pack("<8s16xHHHHH6x", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 0x3E, 3, 0xFFFE, 9, 6)
    head += struct.pack("<IIIIIIIII", 0, own, directory, 0, _CUT, small_start, small_sectors, _END, 0)
    head += struct.pack("<109I", *(first + at if at < own else _FREE for at in range(109)))
    return head + b"".join(sectors)


def _add(entries: list[_Entry], name: str, kind: int, content: Tree | bytes) -> int:
    at = len(entries)
    entries.append(_Entry(name, kind))
    if isinstance(content, bytes):
        entries[at].data = content
        return at
    members = sorted(content.items(), key=lambda member: (len(member[0]), member[0].upper()))
    places = [_add(entries, each, 1 if isinstance(of, dict) else 2, of) for each, of in members]
    for one, other in pairwise(places):
        entries[one].right = other
    entries[at].child = places[0] if places else _NONE
    return at


def _chain(table: list[int], sectors: list[bytes], data: bytes, size: int) -> int:
    """Append the data, and to the table which of its sectors follows which."""
    pieces = [data[at : at + size].ljust(size, b"\0") for at in range(0, len(data), size)]
    first = len(table)
    table += [*range(first + 1, first + len(pieces)), _END] if pieces else []
    sectors += pieces
    return first if pieces else _END


def _words(numbers: list[int]) -> bytes:
    data = struct.pack(f"<{len(numbers)}I", *numbers)
    return data.ljust(-(-len(data) // _SECTOR) * _SECTOR, b"\xff")


def packed(text: bytes) -> bytes:
    """A text in RTF, packed without repeating anything (MS-OXRTFCP): eight literals behind each control byte."""
    body = b"".join(b"\0" + text[at : at + 8] for at in range(0, len(text) - len(text) % 8, 8))
    rest = text[len(text) - len(text) % 8 :]
    at = (207 + len(text)) % 4096
    body += bytes([1 << len(rest)]) + rest + bytes([at >> 4, (at & 15) << 4])
    return struct.pack("<IIII", len(body) + 12, len(text), 0x75465A4C, 0) + body


def text(number: int, words: str) -> Tree:
    """A property of text."""
    return {f"__substg1.0_{number:04X}001F": words.encode("utf-16-le")}


def msg(subject: str, body: str, *attached: tuple[str, bytes | Tree], head: int = 32, **more: bytes) -> Tree:
    """A letter; what is attached is bytes, or a letter; ``head`` is 24 of one that is attached."""
    tree: Tree = text(0x0037, subject) | text(0x1000, body) | text(0x001A, "IPM.Note")
    tree |= {f"__substg1.0_{name.removeprefix('p')}": data for name, data in more.items()}
    tree[_LISTED] = _listed(
        tree, struct.pack("<8xIIII", 0, len(attached), 0, len(attached)).ljust(head, b"\0")
    )
    tree["__nameid_version1.0"] = {}
    for number, (name, content) in enumerate(attached):
        whole = isinstance(content, bytes)
        file: Tree = {f"__substg1.0_3701{'0102' if whole else '000D'}": content, **text(0x3707, name)}
        how = struct.pack("<HHIII", 0x0003, 0x3705, 6, 1 if whole else 5, 0)
        tree[f"__attach_version1.0_#{number:08X}"] = {**file, _LISTED: _listed(file, bytes(8)) + how}
    return tree


_LISTED = "__properties_version1.0"


def _listed(tree: Tree, head: bytes) -> bytes:
    """The list of properties, as far as they have streams of their own."""
    found = [(int(name[-8:-4], 16), int(name[-4:], 16), data) for name, data in tree.items()]
    ends = {0x001F: 2, 0x001E: 1}
    entries = [
        struct.pack("<HHIII", kind, number, 6, len(data) + ends.get(kind, 0), 0)
        for number, kind, data in found
        if isinstance(data, bytes)
    ]
    return head + b"".join(entries)
