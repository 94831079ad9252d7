"""Documents that are nested deeper than a path is long: what lies there is found, in time and memory like any other."""

from __future__ import annotations

import sqlite3
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest

from piiguard.detect import terminal
from piiguard.read.json_text import Text, TooLarge
from piiguard.scan import scan_database, scan_log

from .files import iin

LEAF = f'{{"iin": "{iin(3)}", "n": 1}}'
SHAPES: dict[str, Callable[[int, str], str]] = {
    "arrays": lambda depth, leaf: "[" * depth + leaf + "]" * depth,
    "objects in arrays": lambda depth, leaf: '[{"a": ' * (depth // 2) + leaf + "}]" * (depth // 2),
    "arrays behind others": lambda depth, leaf: "[1, " * depth + leaf + "]" * depth,
    "below an object": lambda depth, leaf: '{"rows": [' + "[" * depth + leaf + "]" * depth + "]}",
}
NAMED = f'{{"client_iin": ["{iin(4)}"]}}'


@pytest.mark.parametrize("leaf", [LEAF, NAMED], ids=["a member", "an array behind a name"])
@pytest.mark.parametrize("depth", [10, 42, 100, 400, 3_000])
@pytest.mark.parametrize("shape", SHAPES)
def test_a_name_labels_its_value_however_deep_both_lie(
    tmp_path: Path, shape: str, depth: int, leaf: str
) -> None:
    (tmp_path / "a.json").write_text(SHAPES[shape](depth, leaf), encoding="utf-8")
    assert [found.entity for found in scan_log(tmp_path / "a.json").unprotected] == ["KZ_IIN"]


@pytest.mark.parametrize("depth", [42, 100, 400])
@pytest.mark.parametrize("shape", SHAPES)
def test_so_it_does_in_a_cell(tmp_path: Path, shape: str, depth: int) -> None:
    with sqlite3.connect(tmp_path / "a.db") as connection:
        connection.execute("create table t (d text)")
        connection.execute("insert into t values (?)", (SHAPES[shape](depth, LEAF),))
    report = scan_database(f"sqlite:///{tmp_path / 'a.db'}")
    assert [found.entity for found in report.unprotected] == ["KZ_IIN"]


def test_a_name_that_is_no_label_makes_no_finding_there(tmp_path: Path) -> None:
    numbers = f'{{"order": "{iin(3)}"}}'
    (tmp_path / "a.json").write_text("[" * 60 + numbers + "]" * 60, encoding="utf-8")
    assert not scan_log(tmp_path / "a.json").unprotected


@pytest.fixture
def tried(monkeypatch: pytest.MonkeyPatch) -> list[None]:
    """One for each value that was read in vain, since it is too large or too deep."""
    vain: list[None] = []
    value = Text.value

    def counted(text: Text) -> object:
        try:
            return value(text)
        except TooLarge:
            vain.append(None)
            raise

    monkeypatch.setattr(Text, "value", counted)
    return vain


@pytest.mark.parametrize("unit", ["[", "[1, ", '[{"a": ', '[[], {"a": ""}, '])
def test_of_containers_in_each_other_few_are_tried(tmp_path: Path, tried: list[None], unit: str) -> None:
    depth = 60_000 // len(unit)
    (tmp_path / "a.json").write_text(unit * depth, encoding="utf-8")
    scan_log(tmp_path / "a.json")
    assert 0 < len(tried) < depth // 100 + 20


def test_large_arrays_in_each_other_are_not_tried_at_every_level(
    tmp_path: Path, tried: list[None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("piiguard.read.json_text.MOST", 1 << 17)
    leaf = "[" + "{}," * 200_000 + LEAF + "]"
    (tmp_path / "a.json").write_text("[" * 300 + leaf + "]" * 300, encoding="utf-8")
    assert [found.entity for found in scan_log(tmp_path / "a.json").unprotected] == ["KZ_IIN"]
    assert 0 < len(tried) < 20  # as many as 300 has digits of two, and a few


def test_nesting_takes_no_memory_without_end(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text("[" * 600_000, encoding="utf-8")
    scan_log(tmp_path / "a.json")
    tracemalloc.start()
    try:
        scan_log(tmp_path / "a.json")
        assert tracemalloc.get_traced_memory()[1] < 16 << 20
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("unit", ["a\b", "\x1b[", "\x1b[0m1", "0\u200d", "\x1b]8;;x\x07"])
def test_signs_for_a_terminal_take_a_bounded_number_of_bytes_each(unit: str) -> None:
    text = unit * (100_000 // len(unit))
    tracemalloc.start()
    try:
        terminal.read(text)
        assert tracemalloc.get_traced_memory()[1] < 160 * len(text)
    finally:
        tracemalloc.stop()
