"""Rows as wide as a database lets them be cost no more memory than others, and what stands in them is found.

Whoever may write into one table decides how wide its rows are, and a server keeps what repeats itself in few bytes.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from piiguard.scan import Options, ScanReport, scan_database
from tests.conftest import new_database
from tests.corpora import values
from tests.hostile.test_bombs import MOST, PROGRAM, _bounded

LEAN = 280 << 10
"""kB: what the interpreter takes, and a few such rows."""
KINDS = ("sqlite", "postgresql", "mariadb")
# eight columns of a million signs in each of so many rows: 192 MB of texts, and twice as much in drivers
WIDE = {
    "postgresql": "create table wide as select {} from generate_series(1, 24) n",
    "mariadb": "create view wide as select {} from seq_1_to_24",
    "sqlite": "create view wide as with recursive n(n) as (select 1 union all select n + 1 from n where n < 24) select {} from n",
}
TEXT = {
    "postgresql": "repeat(' ', 999999) || 'x'",
    "mariadb": "concat(repeat(' ', 999999), 'x')",
    "sqlite": "printf('%.*c', 999999, ' ') || 'x'",
}


@pytest.fixture(scope="module", params=KINDS)
def url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    kind = request.param
    with ExitStack() as stack:
        if kind == "sqlite":
            yield f"sqlite:///{tmp_path_factory.mktemp('wide') / 'crm.db'}"
        else:
            yield new_database(request.getfixturevalue(f"{kind}_server"), stack)


def run(url: str, *statements: str, rows: tuple[str, list[dict[str, Any]]] | None = None) -> sa.Engine:
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        for statement in statements:
            connection.execute(sa.text(statement))
        if rows:
            connection.execute(sa.text(rows[0]), rows[1])
    engine.dispose()
    return engine


def kind_of(url: str) -> str:
    return next(kind for kind in KINDS if url.startswith((kind, "mysql" if kind == "mariadb" else kind)))


def scanned(url: str, folder: Path, *options: str) -> tuple[int, dict[str, Any]]:
    """The peak of memory of a scan in a process of its own, in kB, and its report."""
    words = [
        sys.executable,
        "-c",
        PROGRAM,
        "scan",
        url,
        *options,
        "--format",
        "json",
        "-o",
        str(folder / "o.json"),
    ]
    done = subprocess.run(words, capture_output=True, text=True, preexec_fn=_bounded, check=False)
    assert done.returncode in (0, 3, 4), done.stderr
    return int(done.stdout.split()[0]), json.loads((folder / "o.json").read_text("utf-8"))


def test_wide_rows_take_no_more_memory_than_a_file(url: str, tmp_path: Path) -> None:
    kind = kind_of(url)
    run(url, "drop table if exists wide" if kind == "postgresql" else "drop view if exists wide")
    run(url, WIDE[kind].format(", ".join(f"{TEXT[kind]} as c{n}" for n in range(8))))
    peak, report = scanned(url, tmp_path, "--tables", "wide", "--entities", "KZ_IIN")
    assert report["targets"][0]["rows_read"] == 24
    assert peak < LEAN


def test_an_array_of_millions_takes_no_more(postgresql_server: str, tmp_path: Path) -> None:
    with ExitStack() as stack:
        url = new_database(postgresql_server, stack)
        run(
            url, "create table arrays as select array_agg('x'::text) as tags from generate_series(1, 2000000)"
        )
        peak, report = scanned(url, tmp_path, "--entities", "KZ_IIN")
    assert peak < MOST
    assert [each["place"] for each in report["targets"][0]["unread"]] == ["arrays.tags"]


@pytest.mark.parametrize("full", [True, False], ids=["full", "sample"])
def test_what_stands_in_wide_rows_is_found_as_in_narrow_ones(url: str, full: bool) -> None:
    """The oracle is what was written: every row has one number, in every third one behind a long text."""
    numbers = values("KZ_IIN", 90)
    long = "text " * 20_000
    made = [
        {
            "id": at,
            "note": f"{long if at % 3 == 0 else ''}ИИН {each}",
            "other": "-" * (40_000 if at % 5 == 0 else 3),
        }
        for at, each in enumerate(numbers)
    ]
    text = "longtext" if kind_of(url) == "mariadb" else "text"
    run(
        url,
        "drop table if exists notes",
        f"create table notes (id integer primary key, note {text}, other {text})",
        rows=("insert into notes values (:id, :note, :other)", made),
    )
    engine = sa.create_engine(url)
    matches: list[Any] = []
    report: ScanReport = scan_database(
        engine, Options(tables=("notes",), sample=None if full else 60), sink=matches.append
    )
    engine.dispose()
    [found] = [each for each in report.findings if each.entity == "KZ_IIN"]
    rows = 90 if full else 60
    assert (found.matched, found.examined, report.complete) == (rows, rows, True)
    assert len({each.row for each in matches if each.entity == "KZ_IIN"}) == rows


def test_a_row_of_very_many_columns_is_read(url: str) -> None:
    """A row has at most so many signs: of very many columns each is read less far, and it is said where that cut one."""
    count = 300 if kind_of(url) == "mariadb" else 400
    numbers = values("KZ_IIN", 9)
    text = "longtext" if kind_of(url) == "mariadb" else "text"
    run(
        url, "drop table if exists broad",
        f"create table broad ({', '.join(f'c{n} {text}' for n in range(count))})",
        *[f"insert into broad (c1, c3) values ('{number}', '{'y ' * 100_000}ИИН {number}')" for number in numbers],
    )  # fmt: skip
    engine = sa.create_engine(url)
    report = scan_database(engine, Options(tables=("broad",)))
    engine.dispose()
    assert ("c1", "KZ_IIN") in {(each.column, each.entity) for each in report.findings}
    assert ("c3", "KZ_IIN") in {(each.column, each.entity) for each in report.findings} or [
        each.place for each in report.unread
    ] == ["broad.c3"]
