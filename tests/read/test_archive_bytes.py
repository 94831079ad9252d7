"""No byte of an archive is passed over: it is of a member, told beside the members, or named."""

from __future__ import annotations

import io
import struct
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tests import documents as made
from tests.corpora import scan, unread

NUMBER = made.IINS[0]
LINE = f"ИИН {NUMBER}".encode()
PLAIN = made.zipped({"a.txt": "x"})


def _local() -> bytes:
    hidden = made.zipped({"b.txt": LINE})
    return hidden[: hidden.index(b"PK\x01\x02")]


def _between() -> bytes:
    at = PLAIN.index(b"PK\x01\x02")
    end = bytearray(PLAIN[PLAIN.rindex(b"PK\x05\x06") :])
    struct.pack_into("<I", end, 16, at + len(_local()))
    return PLAIN[:at] + _local() + PLAIN[at : PLAIN.rindex(b"PK\x05\x06")] + bytes(end)


def _shorter() -> bytes:
    """The list says three bytes, the member has more."""
    data = bytearray(made.zipped({"a.txt": LINE}, zipfile.ZIP_STORED))
    at = data.index(b"PK\x01\x02")
    struct.pack_into("<III", data, at + 16, 0, 3, 3)
    return bytes(data)


def _commented(change: Callable[[zipfile.ZipFile, zipfile.ZipInfo], None]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        info = zipfile.ZipInfo("a.txt")
        change(archive, info)
        archive.writestr(info, "x")
    return out.getvalue()


def _streamed() -> bytes:
    """As it is written into a pipe: lengths stand behind the members."""

    class Pipe(io.BytesIO):
        def seekable(self) -> bool:
            return False

        def tell(self) -> int:
            raise OSError

    out = Pipe()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.txt", "x" * 100)
        archive.writestr("b.txt", "y")
    return out.getvalue()


def _tar(**said: object) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        info = tarfile.TarInfo("a.txt")
        for name, value in said.items():
            setattr(info, name, value)
        archive.addfile(info)
    return out.getvalue()


NAMED: dict[str, Callable[[], bytes]] = {
    "behind": lambda: PLAIN + LINE,
    "in front, as a member": lambda: _local() + PLAIN,
    "between, as a member": _between,
    "in a member that the list makes shorter": _shorter,
    "behind a document": lambda: made.xlsx([["a"]]) + LINE,
}
FOUND: dict[str, Callable[[], bytes]] = {
    "a comment": lambda: _commented(lambda archive, _: setattr(archive, "comment", LINE)),
    "a comment of a member": lambda: _commented(lambda _, info: setattr(info, "comment", LINE)),
    "a field of a member": lambda: _commented(
        lambda _, info: setattr(info, "extra", struct.pack("<HH", 0x7777, len(LINE)) + LINE)
    ),
    "an attribute in a tar": lambda: _tar(pax_headers={"SCHILY.xattr.user.a": LINE.decode()}),
    "an owner in a tar": lambda: _tar(uname=LINE.decode()),
    "an empty folder": lambda: made.zipped({f"{NUMBER}/": ""}),
    "a folder among files": lambda: made.zipped({f"клиент {NUMBER}/": "", "a.txt": "x"}),
    "a folder in a tar": lambda: _tar(type=tarfile.DIRTYPE, name=NUMBER),
    "a device in a tar": lambda: _tar(type=tarfile.FIFOTYPE, name=f"pipe {NUMBER}"),
    "the name of a link in a tar": lambda: _tar(type=tarfile.SYMTYPE, name=f"ИИН {NUMBER}", linkname="a"),
    "a link in a tar": lambda: _tar(type=tarfile.SYMTYPE, linkname=LINE.decode()),
}
QUIET: dict[str, Callable[[], bytes]] = {
    "zip": lambda: PLAIN,
    "a stream": _streamed,
    "nothing but zeros between": lambda: PLAIN.replace(b"PK\x01\x02", bytes(8) + b"PK\x01\x02").replace(
        struct.pack("<I", PLAIN.index(b"PK\x01\x02")) + b"\0\0", struct.pack("<I", PLAIN.index(b"PK\x01\x02") + 8) + b"\0\0"
    ),
    "tar": lambda: _tar(uname="root", gname="root"),
}  # fmt: skip


@pytest.mark.parametrize(
    ("places", "code"), [(NAMED, 4), (FOUND, 3), (QUIET, 0)], ids=["named", "found", "quiet"]
)
def test_bytes_beside_members_are_named_or_told(
    places: dict[str, Callable[[], bytes]], code: int, tmp_path: Path
) -> None:
    for what, make in places.items():
        path = tmp_path / "a.bin"
        path.write_bytes(make())
        ended, document = scan(path, "--entities", "KZ_IIN", out=tmp_path / "o.json")
        assert (ended, bool(unread(document))) == (code, code == 4), what
