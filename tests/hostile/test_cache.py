"""What somebody put in the place of the kept patterns is never waited for."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from piiguard.detect import cache

pytestmark = pytest.mark.skipif(os.name != "posix", reason="FIFOs and links of POSIX")


@pytest.mark.parametrize("kind", ["fifo", "link to a fifo", "device", "folder", "link to a file"])
def test_only_a_regular_file_is_read(tmp_path: Path, kind: str) -> None:
    place = tmp_path / "kept.hs"
    if kind == "fifo":
        os.mkfifo(place, 0o600)
    elif kind == "link to a fifo":
        os.mkfifo(tmp_path / "pipe", 0o600)
        place.symlink_to(tmp_path / "pipe")
    elif kind == "device":
        place.symlink_to("/dev/zero")
    elif kind == "folder":
        place.mkdir()
    else:
        data = b"patterns"
        (tmp_path / "file").write_bytes(cache._sum(data) + data)
        place.symlink_to(tmp_path / "file")
    assert cache._read(place) is None


def test_a_file_that_becomes_a_pipe_behind_our_back_is_not_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "kept.hs"
    os.mkfifo(place, 0o600)
    monkeypatch.setattr(cache, "_own", lambda place: True)  # it was a file when it was looked at
    assert cache._read(place) is None


def test_what_was_kept_is_read(tmp_path: Path) -> None:
    place = tmp_path / "kept.hs"
    place.write_bytes(cache._sum(b"patterns") + b"patterns")
    assert cache._read(place) == b"patterns"


def test_no_byte_may_differ_and_none_may_be_missing_or_more(tmp_path: Path) -> None:
    place = tmp_path / "kept.hs"
    whole = cache._sum(b"patterns") + b"patterns"
    flipped = [whole[:n] + bytes([whole[n] ^ 1]) + whole[n + 1 :] for n in range(len(whole))]
    for data in [*flipped, *(whole[:n] for n in range(len(whole))), whole + b"\0", whole * 2]:
        place.write_bytes(data)
        assert cache._read(place) is None


def test_a_file_without_end_does_not_take_the_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = tmp_path / "kept.hs"
    place.touch()
    os.truncate(place, 1 << 40)  # of nothing: it takes no room
    monkeypatch.setattr(cache, "LARGEST", 1 << 20)
    assert cache._read(place) is None
