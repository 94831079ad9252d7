"""A file may have as many names of members and columns as lines: each costs little, whatever there is to compare it with."""

from __future__ import annotations

import pytest

from piiguard.detect import headers


@pytest.mark.parametrize("spelled", ["k{}x", "{}", "поле {}", "a b c {}", "customerField{}"])
def test_a_name_is_compared_with_few_others(spelled: str, monkeypatch: pytest.MonkeyPatch) -> None:
    compared, same = 0, headers._same

    def counted(word: str, wanted: str) -> bool:
        nonlocal compared
        compared += 1
        return same(word, wanted)

    monkeypatch.setattr(headers, "_same", counted)
    for number in range(100):
        headers.hints(spelled.format(number + 7_000_000))
    assert compared < 100 * 100
