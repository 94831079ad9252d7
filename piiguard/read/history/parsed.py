"""What stands in a commit, a tag and a tree. https://git-scm.com/book/en/v2/Git-Internals-Git-Objects"""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from dataclasses import dataclass

__all__ = ["Entry", "Said", "entries", "is_pointer", "said"]

_PEOPLE = (b"author", b"committer", b"tagger")
_PASSED = (b"tree", b"parent", b"object", b"type", b"encoding", b"gpgsig", b"gpgsig-sha256", *_PEOPLE)
"""Fields that are names of objects, of people, or signatures; any other is searched with the message."""
_LINK = 0o160000
_POINTER = b"version https://git-lfs.github.com/spec/"


@dataclass(frozen=True, slots=True)
class Said:
    """A commit or a tag: its ``tree``, which is empty for a tag, the ``people`` whom it names, and its text in UTF-8."""

    tree: str
    people: tuple[bytes, ...]
    text: bytes


@dataclass(frozen=True, slots=True)
class Entry:
    """What stands under a name in a tree; ``outside`` says that it is a commit of another repository."""

    name: bytes
    oid: bytes
    outside: bool


def said(data: bytes) -> Said:
    r"""Read a commit or a tag, however it was made.

    >>> said(b"tree 00ff\nauthor A <a@b.kz> 1 +0500\nnote x\n\nfixed\n")
    Said(tree='00ff', people=(b'A <a@b.kz>',), text=b'note x\n\nfixed\n')
    """
    head, _, message = data.partition(b"\n\n")
    fields: dict[bytes, bytes] = {}
    people: list[bytes] = []
    kept: list[bytes] = []
    name = b""
    for line in head.split(b"\n"):
        if not line.startswith(b" "):
            name, _, value = line.partition(b" ")
            fields.setdefault(name, value)
            people += [value.rpartition(b">")[0] + b">"] if name in _PEOPLE else []
        if name not in _PASSED:
            kept.append(line)
    text = b"\n".join(kept) + (b"\n\n" if kept else b"") + message
    tree = fields.get(b"tree", b"").decode("ascii", "replace")
    return Said(tree, tuple(people), _in_utf8(text, fields.get(b"encoding", b"").decode("ascii", "replace")))


def _in_utf8(text: bytes, encoding: str) -> bytes:
    """The text as it was meant, where its field is true; else it is told by its bytes."""
    try:
        return text.decode(codecs.lookup(encoding).name).encode() if encoding else text
    except (LookupError, ValueError, TypeError):
        return text


def entries(data: bytes, width: int) -> Iterator[Entry]:
    """What a tree lists. Raises: :class:`ValueError` where it is damaged."""
    at = 0
    while at < len(data):
        end = data.index(b"\0", at)
        mode, blank, name = data[at:end].partition(b" ")
        oid, at = data[end + 1 : end + 1 + width], end + 1 + width
        if not blank or len(oid) < width:
            raise ValueError
        yield Entry(name, oid, int(mode, 8) & 0o170000 == _LINK)


def is_pointer(head: bytes) -> bool:
    """Whether a blob only says where Git LFS keeps what it stands for."""
    return head.startswith(_POINTER)
