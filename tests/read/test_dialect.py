"""Delimited text: the cells that a scan reads are those that a clean copy is cut into, however many lines are read at once."""

from __future__ import annotations

import io
import random
from collections.abc import Iterator

import pytest

from piiguard.read.dialect import Dialect, rows, spans, unquoted, whole_lines

SIGNS = ("a", " ", '"', '""', "'", "\n", "\r\n", "\r", "\0", "\u2028", "\udc80", 'x"y', '"b"', '"c\nd"')


def texts(delimiter: str, count: int) -> Iterator[list[str]]:
    """Lines with marks in usual places and in any."""
    dice = random.Random(ord(delimiter or "-"))
    for _ in range(count):
        tidy = ("a", f'"b"{delimiter}', "\n", delimiter, f"c{delimiter}d\n", '"e"\n')
        signs = tidy if dice.random() < 0.5 else (*SIGNS, *tidy)
        text = "".join(dice.choice(signs) for _ in range(dice.randrange(40)))
        yield io.StringIO(text, newline="").readlines()


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|", ":", ""])
def test_a_scan_reads_the_cells_that_a_clean_copy_is_cut_into(delimiter: str) -> None:
    for lines in texts(delimiter, 1_500):
        dialect = Dialect(delimiter, 3)
        cut = [
            (
                number,
                [unquoted(text[a:b]) if marked else text[a:b] for a, b, marked in spans(text, delimiter)],
            )
            for number, line in whole_lines(iter(lines), dialect)
            for text in (line.rstrip("\r\n"),)
        ]
        assert list(rows(iter(lines), dialect)) == [
            row for row in cut if any(cell.strip() for cell in row[1])
        ]


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (['a,"b,c",d\n'], [(1, ["a", "b,c", "d"])]),
        (['"a ""b""",c\r\n'], [(1, ['a "b"', "c"])]),
        (['"a"x,b\n', "c,d\n"], [(1, ['"a"x', "b"]), (2, ["c", "d"])]),
        (['5" disk,b\n'], [(1, ['5" disk', "b"])]),
        (["a,b\n", "\n", " , \n", "c,d\n"], [(1, ["a", "b"]), (4, ["c", "d"])]),
        (['a,"b\n', 'c",d\n', "e,f\n"], [(1, ["a", "b\nc", "d"]), (3, ["e", "f"])]),
        (['"open,b\n', "c,d\n"], [(1, ['"open', "b"]), (2, ["c", "d"])]),
    ],
)
def test_marks_of_quotation(lines: list[str], expected: list[tuple[int, list[str]]]) -> None:
    many = [(1_500 + number, cells) for number, cells in expected]
    assert list(rows(iter(lines), Dialect(",", 2))) == expected
    read = list(rows(iter(["x,y\n"] * 1_500 + lines + ["x,y\n"] * 1_500), Dialect(",", 2)))
    assert [row for row in read if row[1] != ["x", "y"]] == many
    assert read[-1][0] == 3_000 + len(lines)


def test_a_cell_of_more_than_the_standard_library_takes_is_a_cell() -> None:
    large = "z" * 200_000
    assert list(rows(iter([f'a,"{large}"\n', "b,c\n"]), Dialect(",", 2))) == [
        (1, ["a", large]),
        (2, ["b", "c"]),
    ]


@pytest.mark.parametrize("before", [1, 700, 1_000, 1_700])
def test_the_rows_before_a_line_that_cannot_be_read_come_first(before: int) -> None:
    def lines() -> Iterator[str]:
        yield from ["a,b\n"] * before
        raise EOFError

    read: list[int] = []
    with pytest.raises(EOFError):
        read.extend(number for number, _ in rows(lines(), Dialect(",", 2)))
    # a list keeps what it was given before the error
    assert read == list(range(1, before + 1))
