"""A page of rows is as large as a page of a sheet, whatever the rows hold: a thousand rows of megabytes were 6 GB."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import pytest
import sqlalchemy as sa

from piiguard import database
from piiguard.read import pages as paging

LONG = 1 << 20
ROWS = 12
TABLE = sa.table("wide", *map(sa.column, "iabcd"))
FILLED = {
    "sqlite": "replace(hex(zeroblob(524288)), '00', 'ab')",
    "postgresql": "repeat('ab', 524288)",
    "mariadb": "repeat('ab', 524288)",
}


@pytest.fixture
def wide(any_database_url: str) -> Iterator[sa.Connection]:
    engine = database.open_engine(any_database_url)
    with engine.begin() as connection:
        kind = "text" if engine.dialect.name != "mysql" else "longtext"
        connection.execute(sa.text(f"create table wide (i integer, a {kind}, b {kind}, c {kind}, d {kind})"))
        filled = FILLED[any_database_url.partition(":")[0].partition("+")[0].replace("mysql", "mariadb")]
        for row in range(ROWS):
            connection.execute(sa.text(f"insert into wide values ({row}, {', '.join([filled] * 4)})"))
    with engine.connect() as connection:
        yield connection
    engine.dispose()


def signs(rows: Iterable[Iterable[object]]) -> int:
    return sum(len(cell) for row in rows for cell in row if isinstance(cell, str))


def test_a_page_of_wide_rows_ends_early_and_no_row_is_lost(wide: sa.Connection) -> None:
    pages = list(paging.pages(wide, sa.select(*TABLE.c)))
    assert [row[0] for page in pages for row in page] == list(range(ROWS))
    assert max(map(signs, pages)) < paging.SIGNS + 16 * LONG
    assert {signs([row]) for page in pages for row in page} == {4 * LONG}


@pytest.mark.parametrize("columns", [1, 3, 40])
@pytest.mark.parametrize("cell", [1, 700, LONG])
def test_no_more_rows_are_taken_than_a_page_has_room_for(columns: int, cell: int) -> None:
    taken: list[int] = []

    def rows() -> Iterator[list[str]]:
        for number in range(3_000 if cell < LONG else 40):
            taken.append(number)
            yield ["x" * cell] * columns

    selected: list[sa.ColumnElement[Any]] = [sa.column(f"c{n}") for n in range(columns)]
    query = sa.select(*selected)
    step, passed = paging._at_once(query), 0
    for page in paging._packed(rows(), step):
        passed += len(page)
        assert len(taken) == passed
        assert len(page) <= paging.PAGE + step
        assert signs(page) < paging.SIGNS + step * columns * cell
        assert step == 1 or step * columns <= 16
    assert passed == len(taken)
