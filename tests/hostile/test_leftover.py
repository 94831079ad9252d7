"""What lies in a file beside what its reader lists: freed pages, appended bytes, columns behind the last that is told."""

from __future__ import annotations

import io
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from piiguard.read.leftover import _freed
from piiguard.read.part import MOST_PATHS
from piiguard.scan import Options, scan_database, scan_log

from .files import iin

SMALL = Options(sample=None, entities=("KZ_IIN",))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16le"])
def test_deleted_rows_and_appended_bytes_of_sqlite_are_searched(tmp_path: Path, encoding: str) -> None:
    file = tmp_path / "a.db"
    with closing(sqlite3.connect(file)) as connection:
        connection.execute(f"pragma encoding = '{encoding}'")
        connection.execute("pragma secure_delete = off")
        connection.execute("create table t (a, b)")
        connection.executemany("insert into t values (?, 'x')", [(iin(n),) for n in range(3000)])
        connection.commit()
        connection.execute("delete from t")
        connection.execute("insert into t values (1, 2)")
        connection.commit()
    found = {each.place for each in scan_database(f"sqlite:///{file}", SMALL).findings}
    assert found == {"sqlite.* freed pages"}
    with file.open("ab") as opened:
        opened.write(f"IIN {iin(1)}\n".encode())
    found = {each.place for each in scan_database(f"sqlite:///{file}", SMALL).findings}
    assert found == {"sqlite.* freed pages", "sqlite.* bytes behind its end"}


def test_lists_of_free_pages_that_go_in_circles_end(tmp_path: Path) -> None:
    file = tmp_path / "a.db"
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("create table t (a)")
        connection.execute("insert into t values (1)")
        connection.commit()
    data = bytearray(file.read_bytes())
    data[32:36] = (2).to_bytes(4, "big")
    data[4096:4104] = (2).to_bytes(4, "big") + (1 << 31).to_bytes(4, "big")
    file.write_bytes(data)
    scan_database(f"sqlite:///{file}", SMALL)


@settings(max_examples=100, deadline=None)
@given(data=st.binary(max_size=3 * 512), pages=st.integers(0, 5))
def test_a_file_of_any_bytes_has_free_pages_of_its_own_and_no_more(data: bytes, pages: int) -> None:
    """A file may be cut short while it is read, or say of itself what is not so."""
    numbers = list(_freed(io.BytesIO(data), 512, pages))
    assert len(set(numbers)) == len(numbers)
    assert set(numbers) <= set(range(1, pages + 1))


@pytest.mark.parametrize("columns", [2001, MOST_PATHS])
def test_a_column_is_told_by_its_own_name(tmp_path: Path, columns: int) -> None:
    report = scan_log(wide(tmp_path, columns), SMALL)
    assert [each.path for each in report.findings] == [f"$.c{columns}"]
    assert report.unread == ()


def test_columns_behind_the_last_that_is_told_are_searched_and_named(tmp_path: Path) -> None:
    report = scan_log(wide(tmp_path, MOST_PATHS + 7), SMALL)
    assert [each.path for each in report.findings] == ["$..*"]
    assert len(report.unread) == 1


def wide(folder: Path, columns: int) -> Path:
    """A table whose last column holds numbers."""
    file = folder / "wide.csv"
    rows = [[f"c{at}" for at in range(1, columns + 1)]]
    rows += [["x"] * (columns - 1) + [iin(number)] for number in range(20)]
    file.write_text("\n".join(map(",".join, rows)), encoding="utf-8")
    return file
