"""What stands in front of the place where compressed data ends too early is given, and the damage is told."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from piiguard.read.sources import DAMAGED, unpacked

PLAIN = b"".join(b"%06d INFO saved\n" % number for number in range(40_000))
PRESS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "bzip2": lambda data: bz2.compress(data, 1),
    "xz": lzma.compress,
}
WHOLE = {name: press(PLAIN) for name, press in PRESS.items()}


def salvaged(data: bytes) -> tuple[bytes, bool]:
    """What was given, and whether damage was told."""
    given = b""
    try:
        with unpacked(io.BytesIO(data), salvage=True) as source:
            given = source.stream.read()
    except (OSError, *DAMAGED):
        return given, True
    return given, False


@pytest.mark.parametrize("name", PRESS)
@settings(max_examples=10)
@given(share=st.floats(0.5, 0.99))
def test_a_file_that_was_cut_gives_what_it_held(name: str, share: float) -> None:
    given, damaged = salvaged(WHOLE[name][: int(len(WHOLE[name]) * share)])
    assert damaged
    assert PLAIN.startswith(given)
    assert len(given) > len(PLAIN) * (share - 0.35)  # a block of bzip2 is whole or not there


def test_zstandard_gives_its_blocks() -> None:
    zstandard = pytest.importorskip("zstandard")
    whole = zstandard.compress(PLAIN)
    given, damaged = salvaged(whole[: len(whole) * 9 // 10])
    assert damaged
    assert PLAIN.startswith(given)
    assert len(given) > len(PLAIN) // 2


@pytest.mark.parametrize("name", PRESS)
def test_what_follows_a_member_and_is_none_takes_nothing_from_it(name: str) -> None:
    assert salvaged(WHOLE[name] + b"garbage") == (PLAIN, True)


@pytest.mark.parametrize("name", PRESS)
def test_members_behind_each_other_are_one_text(name: str) -> None:
    assert salvaged(WHOLE[name] + WHOLE[name]) == (PLAIN * 2, False)


def test_zeros_that_fill_the_beginning_are_passed_over() -> None:
    assert salvaged(bytes(100_000) + PLAIN)[0].lstrip(b"\0") == PLAIN
