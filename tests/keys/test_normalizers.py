"""What the blind index takes as equal, in three scripts."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from piiguard.errors import ManifestError
from piiguard.keys.normalizers import Normalizer, names, normalize, normalizer_for


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("exact", "Асан ", "Асан "),
        ("exact", b"\xff\x00", b"\xff\x00"),
        ("exact", "", None),
        ("exact", 7, "7"),
        ("digits", "050312 300017", "050312300017"),
        ("digits", "050312300017", "050312300017"),
        ("digits", "ИИН № 0503-1230-0017", "050312300017"),
        ("digits", "٠١٢", None),
        ("digits", "---", None),
        ("digits", b"05-03", "0503"),
        ("phone", "+7 701 123 45 67", "+77011234567"),
        ("phone", "8 (701) 123-45-67", "+77011234567"),
        ("phone", "7011234567", "+77011234567"),
        ("phone", "77011234567", "+77011234567"),
        ("phone", "8~10 44 20 7946 0000", "+442079460000"),
        ("phone", "00 7 701 123 45 67", "+77011234567"),
        ("phone", " +44 20 7946 0000", "+442079460000"),
        ("phone", "112", "112"),
        ("phone", "27011234567", "27011234567"),
        ("phone", "1701123456", "1701123456"),
        ("phone", "+", None),
        ("phone", "нет", None),
        ("email", "  Asan.Synaqov+Tag@Example.KZ ", "asan.synaqov+tag@example.kz"),
        ("email", "ӘСЕМ@пример.қаз", "әсем@пример.қаз"),
        ("name", "СЫНАҚОВ  Асан-Әлі", "сынақов асан әлі"),
        ("name", "Сынақов\u2010Үлгі", "сынақов үлгі"),
        ("name", "SYNAQOV İLYAS", "synaqov ilyas"),
        ("name", "Synaqov Ilyas", "synaqov ilyas"),
        ("name", "synaqov ılyas", "synaqov ilyas"),
        ("name", " - ", None),
        ("upper", " n123456 ", "N123456"),
        ("upper", "қ1", "Қ1"),
        ("last4", "4000 0000 0000 1234", "1234"),
        ("last4", "123", None),
        ("domain", "asan@Example.kz", "example.kz"),
        ("domain", "нет", None),
        ("domain", '"a@b.kz"@example.kz', "example.kz"),
        ("year", "12.03.1905", "1905"),
        ("year", datetime.date(1905, 3, 12), "1905"),
        ("year", "нет", None),
        ("prefix:3", "СЫНАҚОВ", "сын"),
        ("prefix:3", "", None),
    ],
)
def test_normalized(name: str, value: Any, expected: Any) -> None:
    assert normalize(name, value) == expected


@pytest.mark.parametrize("name", [*names(), "prefix:2"])
def test_nothing_stays_nothing(name: str) -> None:
    assert normalize(name, None) is None


@pytest.mark.parametrize("name", [*names(), "prefix:2"])
def test_normalizing_twice_changes_nothing_and_any_text_is_taken(name: str) -> None:
    @given(st.text())
    def settles(text: str) -> None:
        once = normalize(name, text)
        if once is not None and name != "domain":
            assert normalize(name, once) == once

    settles()


@pytest.mark.parametrize(
    ("name", "lossy"),
    [("digits", False), ("last4", True), ("domain", True), ("year", True), ("prefix:2", True)],
)
def test_a_lossy_one_says_so(name: str, lossy: bool) -> None:
    assert normalizer_for(name).lossy is lossy


def test_the_label_carries_the_version() -> None:
    assert normalizer_for("digits").label == "digits/1"
    assert normalizer_for("digits/1") is normalizer_for("digits")
    assert normalizer_for("prefix:3").label == "prefix:3/1"


@pytest.mark.parametrize("name", ["digit", "digits/2", "prefix:", "prefix:0", "prefix:-1", "prefix:³", ""])
def test_an_unknown_one_names_the_known_ones(name: str) -> None:
    with pytest.raises(ManifestError, match="unknown normalizer") as caught:
        normalizer_for(name)
    assert "digits" in caught.value.hint


def test_one_of_your_own_is_found_through_its_entry_point(monkeypatch: pytest.MonkeyPatch) -> None:
    import importlib.metadata

    mine = Normalizer("mine", lambda value: str(value)[::-1])

    class Point:
        def load(self) -> Normalizer:
            return mine

    def points(*, group: str, name: str) -> list[Point]:
        return [Point()] if (group, name) == ("piiguard.normalizers", "reversed") else []

    monkeypatch.setattr(importlib.metadata, "entry_points", points)
    assert normalize("reversed", "абв") == "вба"
    assert normalizer_for("reversed").label == "reversed/1"
    assert normalizer_for(mine) is mine
