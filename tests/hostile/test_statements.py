"""A statement of a dump costs in proportion to its length, in time and in memory, however its rows and values are written."""

from __future__ import annotations

import tracemalloc
from functools import partial

import pytest

from piiguard.read.literals import either_row, signs_of, value_of
from piiguard.read.statements import Row, Statements

from .growth import fill, too_fast_growing

SMALL, LARGE = 48 << 10, 384 << 10
HEADS = ("INSERT INTO t (a, b) VALUES ", "INSERT INTO `t` (`a`, `b`) VALUES ", "SELECT pg_catalog.lowrite")
ROWS = (
    "(1,'abc'),",
    "(1, 'ab''c'),\n",
    r"(1,'it\'s'),",
    r"(1,'C:\'),",
    r"(1,E'\061\''),",
    "(1,0x616263),",
    "(1,replace('a','b',char(10))),",
    "(1,to_date('1.2.2003','DD.MM.YYYY')),",
    "(1,'abc') , (2,",
)
UNITS = ("ab ", "''", r"\'", r"\\", "31", "жи", "(", "')", "',char(10)", "f('", "::text", "_x ", r"\061")
AROUND = (
    ("('", "')"),
    ("(", ")"),
    ("(E'", "')"),
    ("(U&'", "')"),
    ("(X'", "')"),
    ("(0x", ")"),
    ("(f('", "'))"),
)


def parted(text: str) -> None:
    lines = enumerate(text.splitlines(keepends=True), 1)
    for piece in Statements(iter(lines)):
        if isinstance(piece, Row):
            assert piece.values


def valued(text: str) -> None:
    for escapes in (False, True):
        cells, own = either_row(text, 0, escapes) or ([], escapes)
        for cell in cells:
            value_of(cell, own)


@pytest.mark.parametrize("end", ["(1,'z');\n", r"('\'')", "("])
@pytest.mark.parametrize("head", HEADS)
def test_many_rows_on_one_line_cost_as_much_each_as_few(head: str, end: str) -> None:
    inputs = {row: partial(lambda row, size: head + fill(row, size) + end, row) for row in ROWS}
    assert too_fast_growing(parted, inputs, SMALL, LARGE) == {}


@pytest.mark.parametrize("around", AROUND)
def test_a_long_value_costs_in_proportion_to_its_length(around: tuple[str, str]) -> None:
    before, behind = around
    inputs = {unit: partial(lambda unit, size: before + fill(unit, size) + behind, unit) for unit in UNITS}
    assert too_fast_growing(valued, inputs, SMALL, LARGE) == {}


@pytest.mark.parametrize("unit", UNITS)
def test_a_value_takes_a_bounded_number_of_bytes_for_each_sign(unit: str) -> None:
    size = 100_000
    texts = [before + fill(unit, size) + behind for before, behind in AROUND]
    tracemalloc.start()
    try:
        for text in texts:
            valued(text)
        for field in ("\\\\x" + fill(unit, size), fill(unit, size)):
            value_of(field, True)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 32 * size


def test_a_sign_has_a_number_that_can_be_one() -> None:
    assert signs_of(r"replace(replace('a\\nb','\\r',char(13)),'\\n',char(0010))") == {
        r"\\r": "\r",
        r"\\n": "\n",
    }
    assert signs_of(f"replace('a','b',char({'9' * 5000}))") == {}
