"""Files of which a few bytes stand for gigabytes: memory holds, and what would take more is named as not read."""

from __future__ import annotations

import bz2
import gzip
import json
import lzma
import subprocess
import sys
import zlib
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from .files import iin

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="memory is limited on Linux alone"),
    pytest.mark.slow,
]

MOST = 400 << 10  # kB: 300 MB of a scan, and what a test machine's allocator keeps
PATIENCE = 300.0
ZEROS = b"0" * (1 << 20)


def parquet(columns: Callable[[], object], **options: object) -> Callable[[Path], None]:
    def write(path: Path) -> None:
        pa, pq = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
        pq.write_table(pa.table(columns()), path, compression="zstd", **options)

    return write


def repeated() -> object:
    import pyarrow as pa

    value = ["0" * (20 << 20)]
    return {"a": pa.DictionaryArray.from_arrays(pa.array([0] * 100_000, pa.int32()), pa.array(value))}


def pages() -> object:
    return {"a": ["0" * (20 << 20)] * 30}


def lists() -> object:
    return {"a": [[1] * 1_000_000] * 20}


def wide() -> object:
    return {f"c{number}": ["x"] for number in range(50_000)}


def lying(path: Path) -> None:
    """What the file says of its rows is not true."""
    parquet(lambda: {"a": ["x"] * 1000})(path)
    data = bytearray(path.read_bytes())
    data[-8:-4] = (len(data) * 1000).to_bytes(4, "little")
    path.write_bytes(data)


def xz(path: Path) -> None:
    """A head that asks for a dictionary of 1.5 GB: https://tukaani.org/xz/xz-file-format.txt, 5.3.1."""
    data = bytearray(lzma.compress(ZEROS, format=lzma.FORMAT_XZ, preset=0))
    size = (data[12] + 1) * 4
    at = data.index(b"\x21\x01", 12) + 2
    data[at] = 37
    data[12 + size - 4 : 12 + size] = zlib.crc32(data[12 : 12 + size - 4]).to_bytes(4, "little")
    path.write_bytes(data)


def zstd(level: dict[str, int], times: int) -> Callable[[Path], None]:
    def write(path: Path) -> None:
        zstandard = pytest.importorskip("zstandard")
        made = zstandard.ZstdCompressor(
            compression_params=zstandard.ZstdCompressionParameters.from_level(3, **level)
        ).compressobj()
        with path.open("wb") as file:
            for _ in range(times):
                file.write(made.compress(ZEROS))
            file.write(made.flush())

    return write


def damaged(path: Path) -> None:
    zstd({}, 2)(path)
    data = bytearray(path.read_bytes())
    data[len(data) // 2 :] = b"\xff" * (len(data) - len(data) // 2)
    path.write_bytes(data)


def lines(opened: Callable[..., object], times: int) -> Callable[[Path], None]:
    def write(path: Path) -> None:
        with opened(path, "wb") as file:  # type: ignore[attr-defined]
            for _ in range(times):
                file.write(ZEROS)

    return write


def one_cell(path: Path) -> None:
    """A cell in quotation marks that does not end."""
    with gzip.open(path, "wb", compresslevel=1) as file:
        file.write(b'a,b\n1,"')
        for _ in range(128):
            file.write(ZEROS)


# by name: how it is made, and whether it is read nevertheless
BOMBS: dict[str, tuple[Callable[[Path], None], bool]] = {
    "repeated.parquet": (parquet(repeated), False),
    "repeated-plain.parquet": (parquet(repeated, store_schema=False), False),
    "pages.parquet": (parquet(pages, use_dictionary=False, data_page_size=1 << 30), False),
    "lists.parquet": (parquet(lists), False),
    "wide.parquet": (parquet(wide), False),
    "lying.parquet": (lying, False),
    "head.log.xz": (xz, False),
    "window.log.zst": (zstd({"window_log": 30}, 1), False),
    "damaged.log.zst": (damaged, False),
    "cell.csv.gz": (one_cell, True),
    "long.log.zst": (zstd({"window_log": 27}, 120), True),
    "long.log.gz": (lines(partial(gzip.open, compresslevel=1), 120), True),
    "long.log.bz2": (lines(bz2.open, 60), True),
    "long.log.xz": (lines(partial(lzma.open, preset=0), 60), True),
}


# The most that a process ever had stands there from its start on; what wait() tells counts the parent's, too.
PROGRAM = """
import re, sys
from piiguard.cli.main import run
code = run(sys.argv[1:])
print(re.search(r"VmHWM:\\s+(\\d+)", open("/proc/self/status").read())[1])
sys.exit(code)
"""


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_takes_no_more_memory_than_a_file_and_hides_no_other(tmp_path: Path, name: str) -> None:
    make, is_read = BOMBS[name]
    folder = tmp_path / "folder"
    folder.mkdir()
    make(folder / name)
    (folder / "other.log").write_text(f"ИИН {iin(1)}\n", encoding="utf-8")
    command = [sys.executable, "-c", PROGRAM, "scan", str(folder), "--format", "json", "-o", "report"]
    done = subprocess.run(
        command, cwd=tmp_path, capture_output=True, text=True, preexec_fn=_bounded, check=False
    )  # fmt: skip
    assert done.returncode == (3 if is_read else 4), done.stderr
    assert int(done.stdout.split()[0]) < MOST
    report = json.loads((tmp_path / "report").read_text(encoding="utf-8"))
    assert [Path(finding["file"]).name for finding in report["findings"]] == ["other.log"]
    assert is_read == (not report["errors"])


def _bounded() -> None:
    """In the child: a test of what never ends must end."""
    import resource

    resource.setrlimit(resource.RLIMIT_CPU, (int(PATIENCE), int(PATIENCE)))
    resource.setrlimit(resource.RLIMIT_AS, (8 << 30, 8 << 30))
