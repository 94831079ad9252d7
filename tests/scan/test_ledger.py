"""Law 1: nothing unread is clean.

Each kind is a source of which its maker knows what lies in it, whether all of it can be searched, and which place cannot.
Exit 0 is right for none of them: either a value was planted, or something is left unread, or nothing was there to search.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import os
import sqlite3
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from tests.conftest import new_database
from tests.corpora import ROWS, entities, scan, unread, values

IINS = values("KZ_IIN")
LOG = "".join(f"INFO saved ИИН {each}\n" for each in IINS)
PLAIN = "".join(f"INFO saved order {row}\n" for row in range(ROWS))


@dataclass(frozen=True)
class Kind:
    """``make`` gives the target; ``places`` have to be named as unread; ``found``: IINs can be reached; ``rows``: how many."""

    make: Callable[[Path], Any]
    places: tuple[str, ...] = ()
    found: bool = True
    rows: int | None = None
    options: tuple[str, ...] = ()


def _file(name: str, content: str | bytes) -> Callable[[Path], Path]:
    def make(folder: Path) -> Path:
        data = content if isinstance(content, bytes) else content.encode()
        (folder / name).write_bytes(data)
        return folder / name

    return make


def _sheet(delimiter: str, head: str = "", width: int = 2, cell: str = "") -> str:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter)
    writer.writerow(["n", "iin"][:width])
    writer.writerows([row, each, *([cell] if cell and not row else [])] for row, each in enumerate(IINS))
    return head + out.getvalue()


def _beside(odd: Callable[[Path], None]) -> Callable[[Path], Path]:
    """A folder of a log with IINs and something odd beside it."""

    def make(folder: Path) -> Path:
        (folder / "d").mkdir()
        _file("a.log", LOG)(folder / "d")
        odd(folder / "d")
        return folder / "d"

    return make


def _parquet(cut: int = 0) -> Callable[[Path], Path]:
    def make(folder: Path) -> Path:
        pa, parquet = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
        parquet.write_table(pa.table({"iin": IINS}), folder / "a.parquet")
        data = (folder / "a.parquet").read_bytes()
        (folder / "a.parquet").write_bytes(data[:-cut] if cut else data)
        return folder / "a.parquet"

    return make


def _sqlite(*statements: str, cells: list[Any] | None = None, keys: Callable[[int], int] = int) -> Callable[[Path], Path]:
    def make(folder: Path) -> Path:
        connection = sqlite3.connect(folder / "a.db")
        connection.execute("create table people (id integer primary key, iin text)")
        rows = [(keys(row), each) for row, each in enumerate(IINS if cells is None else cells)]
        connection.executemany("insert into people values (?, ?)", rows)
        for each in statements:
            connection.execute(each)
        connection.commit()
        connection.close()
        return folder / "a.db"

    return make


def _damaged(folder: Path) -> Path:
    path = _sqlite("create table other as select * from people", cells=IINS * 20)(folder)
    connection = sqlite3.connect(path)
    root = connection.execute("select rootpage from sqlite_master where name = 'people'").fetchone()[0]
    size = connection.execute("pragma page_size").fetchone()[0]
    connection.close()
    with path.open("r+b") as file:
        file.seek((root - 1) * size)
        file.write(b"\xff" * size)
    return path


SENTINEL = lambda row: row if row < ROWS - 1 else 9_000_000_000_000_000_000  # noqa: E731
NULLED = [None] * 100 + IINS * 16
DUMP = "CREATE TABLE people (id int, iin text);\n" + "".join(
    f"INSERT INTO people VALUES ({row}, '{each}');\n" for row, each in enumerate(IINS)
)
WHOLE = gzip.compress(LOG.encode())

KINDS = {
    "a log": Kind(_file("a.log", LOG)),
    "a log with zero bytes": Kind(_file("a.log", b"\0" * 64 + LOG.encode())),
    "a log in UTF-16": Kind(_file("a.log", LOG.encode("utf-16"))),
    "a log in cp1251": Kind(_file("a.log", LOG.encode("cp1251"))),
    "a sheet": Kind(_file("a.csv", _sheet(","))),
    "a sheet of Excel": Kind(_file("a.csv", "\ufeff" + _sheet(";"))),
    "a sheet with sep=": Kind(_file("a.csv", _sheet(";", "sep=;\n"))),
    "a sheet under a title": Kind(_file("a.csv", _sheet(",", "Clients, all\n"))),
    "a sheet with a short header": Kind(_file("a.csv", _sheet(",", width=1))),
    "a sheet with a cell of 200,000 signs": Kind(_file("a.csv", _sheet(",", cell="x" * 200_000))),
    "a sheet with a stray quotation mark": Kind(_file("a.csv", _sheet(",").replace("\n7,", '\n"7,', 1))),
    "a sheet of tabs": Kind(_file("a.tsv", _sheet("\t"))),
    "a sheet of tabs called txt": Kind(_file("a.txt", _sheet("\t"))),
    "an array of JSON": Kind(_file("a.json", json.dumps([{"iin": each} for each in IINS]))),
    "lines of JSON": Kind(_file("a.jsonl", "".join(json.dumps({"iin": each}) + "\n" for each in IINS))),
    "a dump": Kind(_file("a.sql", DUMP)),
    "a Parquet file": Kind(_parquet()),
    "a Parquet file cut short": Kind(_parquet(20), ("a.parquet",), found=False),
    "a compressed log": Kind(_file("a.log.gz", WHOLE)),
    "a compressed log cut short": Kind(_file("a.log.gz", WHOLE[: len(WHOLE) * 2 // 3]), ("a.log.gz",)),
    "an empty file": Kind(_file("a.log", ""), found=False),
    "an empty folder": Kind(lambda folder: folder, found=False),
    "an empty database": Kind(_sqlite(cells=[]), found=False),
    "bytes of no kind": Kind(_file("a.bin", bytes(range(256)) * 64), ("a.bin",), found=False),
    "a PDF": Kind(_file("a.pdf", b"%PDF-1.4\n1 0 obj\n<</Filter/ASCII85Decode>>\nstream\n" + b"9jqo^BlbD-\n" * 200), ("a.pdf",), found=False),
    "a picture": Kind(_file("a.png", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(200)), ("a.png",), found=False),
    "a FIFO in a folder": Kind(_beside(lambda folder: os.mkfifo(folder / "p")), ("p",)),
    "a broken link in a folder": Kind(_beside(lambda folder: (folder / "l").symlink_to("gone")), ("l",)),
    "a hidden file in a folder": Kind(_beside(lambda folder: (folder / ".env").write_text(LOG)), (".env",)),
    "a picture in a folder": Kind(_beside(lambda folder: (folder / "a.png").write_bytes(b"\x89PNG\r\n\x1a\n\0\0")), ("a.png",)),
    "a table": Kind(_sqlite(), rows=ROWS),
    "no table of that name": Kind(_sqlite(), found=False, options=("--tables", "nothing")),
    "every table excluded": Kind(_sqlite(), found=False, options=("--exclude", "*")),
    "a far key": Kind(_sqlite(cells=NULLED, keys=lambda row: row if row else 9 * 10**18), rows=len(NULLED)),
    "keys of a snowflake": Kind(_sqlite(keys=lambda row: 7 * 10**17 + row * row * 4_194_304), rows=ROWS),
    "a table with a column called rowid": Kind(_sqlite("create table odd (rowid text, iin text)", "insert into odd select id, iin from people"), rows=2 * ROWS),
    "a view that fails": Kind(_sqlite("create table gone (a)", "create view old as select a from gone", "drop table gone"), ("old",)),
    "damaged pages": Kind(_damaged, ("people",)),
    "names in cp1251": Kind(_sqlite("alter table people add fio", "update people set fio = cast(x'd1fbede0eaeee220c0f1e0ed' as text)")),
    "a cell of 70 KB of bytes": Kind(_sqlite(cells=[b"x " * 35_000 + IINS[0].encode()] * 3), ("iin",), found=False),
    "a cell of two megabytes": Kind(_sqlite(cells=["x " * 10**6 + f"ИИН {IINS[0]}"] * 3)),
}
SERVERS = {
    "postgresql: a denied table": ("revoke all on secret from {role}", "secret"),
    "postgresql: a denied column": ("revoke all on secret from {role}; grant select (id) on secret to {role}", "secret"),
    "postgresql: row security": ("alter table secret enable row level security", "secret"),
}

RIVER: dict[str, str] = {}
"""What fails before the redesign: law and kind, and its reason. Entries go as they come true."""


def _cases(law: str, kinds: list[str]) -> list[Any]:
    def marks(kind: str) -> list[Any]:
        reason = RIVER.get(f"{law}: {kind}")
        return [pytest.mark.xfail(strict=True, reason=f"river: {reason}")] if reason else []

    return [pytest.param(each, marks=marks(each)) for each in kinds]


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], tuple[int, dict[str, Any]]]:
    """The exit code and the document of each kind, scanned once."""
    known: dict[str, tuple[int, dict[str, Any]]] = {}

    def once(name: str) -> tuple[int, dict[str, Any]]:
        if name not in known:
            folder = tmp_path_factory.mktemp("kind")
            (folder / "in").mkdir()
            kind = KINDS[name]
            known[name] = scan(kind.make(folder / "in"), *kind.options, out=folder / "o.json")
        return known[name]

    return once


@pytest.mark.parametrize("name", _cases("exit", list(KINDS)))
def test_the_exit_code_is_incomplete_or_found_but_never_clean(name: str, told: Any) -> None:
    kind = KINDS[name]
    assert told(name)[0] == (4 if kind.places or not kind.found else 3)


@pytest.mark.parametrize("name", _cases("unread", [name for name, kind in KINDS.items() if kind.places]))
def test_every_unread_place_is_named(name: str, told: Any) -> None:
    assert all(place in unread(told(name)[1]) for place in KINDS[name].places)


@pytest.mark.parametrize("name", _cases("whole", [name for name, kind in KINDS.items() if not kind.places]))
def test_nothing_is_unread_where_all_can_be_read(name: str, told: Any) -> None:
    assert unread(told(name)[1]) == ""


@pytest.mark.parametrize("name", _cases("found", [name for name, kind in KINDS.items() if kind.found]))
def test_what_can_be_reached_is_found(name: str, told: Any) -> None:
    assert "KZ_IIN" in entities(told(name)[1])


@pytest.mark.parametrize("name", _cases("rows", [name for name, kind in KINDS.items() if kind.rows]))
def test_a_table_smaller_than_the_sample_is_read_to_its_last_row(name: str, told: Any) -> None:
    assert told(name)[1]["targets"][0]["rows_read"] == KINDS[name].rows


@pytest.mark.parametrize("name", _cases("shape", ["the list of what is unread"]))
def test_each_target_lists_what_is_unread(name: str, told: Any) -> None:
    assert all(isinstance(target["unread"], list) for target in told("a log")[1]["targets"]), name


@pytest.mark.parametrize("name", _cases("sample", ["a part of the rows"]))
def test_a_sample_is_told_as_a_sample(name: str, tmp_path: Path) -> None:
    _, document = scan(_sqlite()(tmp_path), "--sample", "100", out=tmp_path / "o.json")
    assert document["targets"][0]["rows_read"] == 100, name
    assert str(ROWS) in json.dumps(document["targets"]), "of how many"


@pytest.mark.parametrize("name", _cases("allowed", ["an empty file", "an empty folder", "an empty database"]))
def test_what_is_empty_is_clean_when_that_is_allowed(name: str, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    assert scan(KINDS[name].make(tmp_path / "in"), "--allow-empty", out=tmp_path / "o.json")[0] == 0


def test_a_log_without_personal_data_is_clean(tmp_path: Path) -> None:
    assert scan(_file("a.log", PLAIN)(tmp_path), out=tmp_path / "o.json")[0] == 0


@pytest.mark.parametrize("name", _cases("denied", list(SERVERS)))
def test_what_a_role_may_not_read_is_named(name: str, postgresql_server: str, tmp_path: Path) -> None:
    statement, place = SERVERS[name]
    with ExitStack() as stack:
        url = new_database(postgresql_server, stack)
        role = f"r{sa.make_url(url).database}"
        admin = sa.create_engine(url, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
        with admin.connect() as connection:
            run = connection.exec_driver_sql
            run(f"create role {role} login password 'test'")
            stack.callback(lambda: _drop(admin, role))
            run("create table seen (id int, iin text); create table secret (id int, iin text)")
            for each in ("seen", "secret"):
                run(f"insert into {each} select g, (array[{str(IINS)[1:-1]}])[g] from generate_series(1, {ROWS}) g")  # noqa: S608
            run(f"grant select on seen, secret to {role}")
            run(statement.format(role=role))
        asked = sa.make_url(url).set(username=role, password="test").render_as_string(hide_password=False)  # noqa: S106
        code, document = scan(asked, out=tmp_path / "o.json")
    assert code == 4
    assert "KZ_IIN" in entities(document)
    assert place in unread(document)


def _drop(admin: sa.Engine, role: str) -> None:
    with admin.connect() as connection:
        connection.exec_driver_sql(f"drop owned by {role}; drop role {role}")
