"""What stands behind the end of a compressed stream is read or told, whatever the compression: nothing is skipped in silence."""

from __future__ import annotations

import bz2
import gzip
import json
import lzma
from collections.abc import Callable
from pathlib import Path

import pytest

from piiguard.cli.main import run

from .files import iin


def _zstd(data: bytes) -> bytes:
    zstandard = pytest.importorskip("zstandard")
    return bytes(zstandard.ZstdCompressor(write_checksum=True).compress(data))


PACK: dict[str, Callable[[bytes], bytes]] = {
    "gz": gzip.compress,
    "bz2": bz2.compress,
    "xz": lzma.compress,
    "zst": _zstd,
}
LINE = f"ИИН {iin(1)}\n".encode()


def scanned(path: Path, report: Path, *options: str) -> tuple[int, list[int], list[str]]:
    code = run(["scan", str(path), "--format", "json", "-o", str(report), *options])
    found = json.loads(report.read_bytes())
    return code, [f["matched"] for f in found["findings"]], [e["message"] for e in found["errors"]]


@pytest.mark.parametrize("end", PACK)
@pytest.mark.parametrize(
    "behind",
    [LINE, b"x", b"\x00\x00\x00\x00x", b"plain text\n" * 20_000, b"\xfd7zXZ\x00", b"BZ", b"(\xb5/\xfd"],
    ids=[
        "a line",
        "a letter",
        "zeros and a letter",
        "much text",
        "head of xz",
        "half a head of bzip2",
        "head of zstd",
    ],
)
def test_what_stands_behind_a_stream_makes_the_scan_incomplete(
    tmp_path: Path, end: str, behind: bytes
) -> None:
    (tmp_path / f"a.log.{end}").write_bytes(PACK[end](b"hello\n") + behind)
    code, _, errors = scanned(tmp_path / f"a.log.{end}", tmp_path / "report")
    assert code == 4
    assert errors == ["the compressed data is damaged or ends too early"]


@pytest.mark.parametrize("end", PACK)
def test_a_file_of_several_streams_is_read_to_its_end(tmp_path: Path, end: str) -> None:
    pack = PACK[end]
    many = b"x" * 300_000 + b"\n"
    (tmp_path / f"a.log.{end}").write_bytes(pack(b"hello\n") + pack(b"") + pack(many) + pack(LINE * 3))
    assert scanned(tmp_path / f"a.log.{end}", tmp_path / "report") == (3, [3], [])


@pytest.mark.parametrize("end", ["gz", "bz2", "xz"])
def test_zeros_behind_a_stream_are_padding(tmp_path: Path, end: str) -> None:
    (tmp_path / f"a.log.{end}").write_bytes(PACK[end](LINE) + b"\x00" * 512)
    assert scanned(tmp_path / f"a.log.{end}", tmp_path / "report") == (3, [1], [])


@pytest.mark.parametrize("end", PACK)
@pytest.mark.parametrize("cut", [1, 3, 9, 20])
def test_a_stream_that_was_cut_off_makes_the_scan_incomplete(tmp_path: Path, end: str, cut: int) -> None:
    whole = PACK[end](LINE) + PACK[end](b"".join(b"%d\n" % (n * n) for n in range(20_000)))
    (tmp_path / f"a.log.{end}").write_bytes(whole[:-cut])
    code, _, errors = scanned(tmp_path / f"a.log.{end}", tmp_path / "report")
    assert (code, errors) == (4, ["the compressed data is damaged or ends too early"])


def test_frames_of_zstandard_that_hold_no_data_are_passed_over(tmp_path: Path) -> None:
    skipped = b"\x50\x2a\x4d\x18\x04\x00\x00\x00abcd"
    (tmp_path / "a.log.zst").write_bytes(_zstd(b"hello\n") + skipped + _zstd(LINE))
    assert scanned(tmp_path / "a.log.zst", tmp_path / "report") == (3, [1], [])
    (tmp_path / "a.log.zst").write_bytes(_zstd(LINE) + skipped[:-1])
    assert scanned(tmp_path / "a.log.zst", tmp_path / "report")[0] == 4
