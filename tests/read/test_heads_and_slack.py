"""What stands in the heads of compressed streams, and where a tar fills up its members: searched, or named."""

from __future__ import annotations

import gzip
import io
import tarfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from piiguard.scan import ScanReport, scan_log

SAYING = "ИИН 050312300015"
FLAGS = {
    "extra": 4,
    "name": 8,
    "comment": 16,
    "name and comment": 24,
    "all of them": 28,
    "all, and a sum": 30,
}


def pressed(text: bytes, flags: int) -> bytes:
    """A stream of gzip whose head says that, in each field that it has."""
    whole = gzip.compress(text, mtime=0)
    said = SAYING.encode()
    fields = b""
    if flags & 4:
        own = b"PI" + len(said).to_bytes(2, "little") + said
        fields += len(own).to_bytes(2, "little") + own
    fields += (said + b"\0") * (bool(flags & 8) + bool(flags & 16))
    head = whole[:3] + bytes([flags]) + whole[4:10] + fields
    sums = zlib.crc32(head).to_bytes(4, "little")[:2] if flags & 2 else b""
    return head + sums + whole[10:]


PLACES: dict[str, tuple[str, Callable[[bytes], bytes]]] = {
    "a log": ("app.log.gz", lambda data: data),
    "a table": ("people.csv.gz", lambda data: data),
    "behind another stream": ("app.log.gz", lambda data: gzip.compress(b"INFO\n", mtime=0) + data),
    "before another stream": ("app.log.gz", lambda data: data + gzip.compress(b"INFO\n", mtime=0)),
}


@pytest.mark.parametrize(("name", "place"), PLACES.values(), ids=PLACES)
@pytest.mark.parametrize("flags", FLAGS.values(), ids=FLAGS)
def test_what_the_head_of_a_stream_says_is_searched(
    tmp_path: Path, flags: int, name: str, place: Callable[[bytes], bytes]
) -> None:
    file = tmp_path / name
    file.write_bytes(place(pressed(b"a,b\n1,2\n3,4\n", flags)))
    report = scan_log(file)
    assert [found.entity for found in report.findings] == ["KZ_IIN"]
    assert not unread(report)


def unread(report: ScanReport) -> list[str]:
    return [each.reason for target in report.targets for each in target.unread]


FORMATS = (tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT)
SIZES = (1, 511, 700, 20_000)


def tar(form: int) -> tuple[bytearray, list[int]]:
    """A tar, and where its members end."""
    made = io.BytesIO()
    ends = []
    with tarfile.open(fileobj=made, mode="w", format=form) as archive:
        for size in SIZES:
            info = tarfile.TarInfo("a" * 98 + "/" + "b" * 20 + f"/{size}.txt")
            info.size = size
            archive.addfile(info, io.BytesIO(b"INFO ok\n" * 3000))
            ends.append(archive.offset - 512 + (size - 1) % 512 + 1)
    return bytearray(made.getvalue()), ends


@pytest.mark.parametrize("press", [bytes, gzip.compress], ids=["plain", "gzip"])
@pytest.mark.parametrize("form", FORMATS)
def test_bytes_behind_a_member_of_a_tar_are_named(
    tmp_path: Path, form: int, press: Callable[[bytes], bytes]
) -> None:
    whole, ends = tar(form)
    file = tmp_path / "backup.tar"
    file.write_bytes(press(bytes(whole)))
    assert not unread(scan_log(file))
    for end in ends:
        planted = whole.copy()
        planted[-(-end // 512) * 512 - 1] = ord("5")
        file.write_bytes(press(bytes(planted)))
        if end % 512:
            assert unread(scan_log(file)) == ["bytes that belong to none of its members were not read"]
