from __future__ import annotations

import threading
from collections.abc import Mapping

import pytest

from piiguard.detect.prefilter import HyperscanPrefilter, Prefilter, Re2Prefilter

PATTERNS = {1: rb"[0-9]{4}", 7: rb"(?:^|[^a-z])ab(?:$|[^a-z])", 9: rb"(?:\xd0\x98|\xd0\xb8)\xd0\xbd"}


@pytest.fixture(params=[HyperscanPrefilter, Re2Prefilter])
def kind(request: pytest.FixtureRequest) -> type[HyperscanPrefilter | Re2Prefilter]:
    pytest.importorskip("re2" if request.param is Re2Prefilter else "hyperscan")
    chosen: type[HyperscanPrefilter | Re2Prefilter] = request.param
    return chosen


def _lines(found: Prefilter, data: bytes) -> set[tuple[int, int]]:
    """Return line and number: the place is only good for that."""
    return {(data.count(b"\n", 0, place - 1), number) for place, number in found.in_block(data)}


def test_hits_name_the_line_even_where_a_guard_takes_the_line_break(
    kind: type[HyperscanPrefilter | Re2Prefilter],
) -> None:
    data = "ab\nx 1234\nxab\n\nИн ab\r\n".encode()
    assert _lines(kind(PATTERNS), data) == {(0, 7), (1, 1), (4, 9), (4, 7)}


def test_hits_name_the_text_of_many(kind: type[HyperscanPrefilter | Re2Prefilter]) -> None:
    texts = [b"", b"1234", b"ab", b"none", b"12\n34", b"", "ин 0000".encode()]
    found = {position: {number for _, number in hits} for position, hits in kind(PATTERNS).in_texts(texts)}
    assert found == {1: {1}, 2: {7}, 6: {9, 1}}


def test_a_pattern_that_the_engine_cannot_compile_is_handed_back(
    kind: type[HyperscanPrefilter | Re2Prefilter],
) -> None:
    patterns: Mapping[int, bytes] = PATTERNS | {4: rb"(?<=x)y"}
    prefilter = kind(patterns)
    assert prefilter.refused == {4}
    assert _lines(prefilter, b"1234") == {(0, 1)}


def test_nothing_to_look_for_is_found_nowhere(kind: type[HyperscanPrefilter | Re2Prefilter]) -> None:
    assert kind({}).in_block(b"1234") == []
    assert list(kind({}).in_texts([b"1234"])) == []


def test_threads_share_a_prefilter(kind: type[HyperscanPrefilter | Re2Prefilter]) -> None:
    prefilter, data, failed = kind(PATTERNS), b"1234 ab\n" * 2000, []
    wanted = prefilter.in_block(data)

    def search() -> None:
        for _ in range(20):
            if prefilter.in_block(data) != wanted:
                failed.append(threading.current_thread().name)

    threads = [threading.Thread(target=search) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failed
