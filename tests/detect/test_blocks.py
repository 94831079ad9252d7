from __future__ import annotations

import gzip
import io
import random
from collections.abc import Iterator
from itertools import pairwise

import pytest

from piiguard.detect import Block, BlockReader

TEXT = "".join(f"{number} ИИН 050312300015 тел. +7 701 123 45 67; Үлгі Сынақов\n" for number in range(400))


def _numbered(reader: BlockReader) -> Iterator[tuple[int, int, str]]:
    """Return what a scanner reports: line, column and character of each position in [seen:until]."""
    for block in reader:
        yield from _characters(block)


def _characters(block: Block) -> Iterator[tuple[int, int, str]]:
    before = block.data[: block.seen].decode()
    line = block.line + before.count("\n")
    column = len(before) - before.rfind("\n") - 1 + (0 if "\n" in before else block.column)
    for letter in block.data[block.seen : block.until].decode():
        yield line, column, letter
        line, column = (line + 1, 0) if letter == "\n" else (line, column + 1)


def _expected(text: str) -> list[tuple[int, int, str]]:
    return [
        (number, column, letter)
        for number, line in enumerate(text.splitlines(keepends=True))
        for column, letter in enumerate(line)
    ]


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "kz1048"]
)
@pytest.mark.parametrize("size", [100, 1000, 1 << 20])
def test_blocks_cover_every_character_once_in_every_encoding(encoding: str, size: int) -> None:
    reader = BlockReader(io.BytesIO(TEXT.encode(encoding)), size=size)
    assert list(_numbered(reader)) == _expected(TEXT)
    assert reader.bytes_read == len(TEXT.encode(encoding))


@pytest.mark.parametrize("size", [64, 3000, 10_000])
def test_a_line_longer_than_a_block_is_cut_with_context_and_keeps_its_columns(size: int) -> None:
    text = "short\n" + "Ә1 " * 20_000 + "\nlast"
    blocks = list(BlockReader(io.BytesIO(text.encode()), size=size))
    assert [letter for block in blocks for letter in _characters(block)] == _expected(text)
    assert max(len(block.data) for block in blocks) < 40_000
    for earlier, later in pairwise(blocks):
        assert len(earlier.data) - earlier.until >= 1000 or earlier.data[earlier.until - 1] == 0x0A
        assert later.seen >= 4000 or later.line <= 1


def test_blocks_overlap_by_the_lines_that_a_value_may_span() -> None:
    lines = [b"%05d\n" % number for number in range(10_000)]
    blocks = list(BlockReader(io.BytesIO(b"".join(lines)), size=6000))
    for block in blocks[1:]:
        assert block.data[: block.seen].count(b"\n") == 3
    for block in blocks[:-1]:
        assert block.data[block.until :].count(b"\n") == 2


def test_invalid_bytes_never_stop_a_reader() -> None:
    noise = random.Random(1).randbytes(200_000)
    blocks = list(BlockReader(io.BytesIO(noise), size=5000))
    for block in blocks:
        block.data.decode("utf-8")
    assert blocks[-1].line + blocks[-1].data.count(b"\n") >= noise.count(b"\n")


def test_a_mixed_file_is_decoded_line_by_line() -> None:
    lines = ["Сынақов в UTF-8".encode(), "Сынаков в другой".encode("cp1251"), "Ұлы тағы UTF-8".encode()]
    (block,) = BlockReader(io.BytesIO(b"\n".join(lines)))
    assert block.data.decode() == "Сынақов в UTF-8\nСынаков в другой\nҰлы тағы UTF-8"


def test_an_encoding_can_be_prescribed() -> None:
    reader = BlockReader(io.BytesIO("Привет".encode("cp866")), encoding="cp866")
    (block,) = reader
    assert (block.data.decode(), reader.encoding) == ("Привет", "cp866")


def test_a_stream_may_give_less_than_asked() -> None:
    class Slow(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            return super().read(7)

    assert list(_numbered(BlockReader(Slow(TEXT.encode()), size=500))) == _expected(TEXT)


def test_a_compressed_stream_is_read_like_any_other() -> None:
    with gzip.open(io.BytesIO(gzip.compress(TEXT.encode()))) as stream:
        assert list(_numbered(BlockReader(stream, size=4096))) == _expected(TEXT)


def test_an_empty_stream_has_no_blocks() -> None:
    assert list(BlockReader(io.BytesIO(b""))) == []
