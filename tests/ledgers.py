"""The sources of law 1: what lies in each, whether all of it can be searched, and which place cannot."""

from __future__ import annotations

import csv
import gzip
import io
import json
import os
import sqlite3
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from tests import documents
from tests.compound import compound, msg
from tests.corpora import ROWS, values
from tests.repositories import Repository
from tests.sevens import seven

IINS = values("KZ_IIN")
LOG = "".join(f"INFO saved ИИН {each}\n" for each in IINS)
PLAIN = "".join(f"INFO saved order {row}\n" for row in range(ROWS))


@dataclass(frozen=True)
class Kind:
    """``make`` gives the target; ``places`` have to be named as unread; ``found``: IINs can be reached; ``rows``: all."""

    make: Callable[[Path], Any]
    places: tuple[str, ...] = ()
    found: bool = True
    rows: int | None = None
    count: int = ROWS  # IINs that can be reached
    options: tuple[str, ...] = ()


def file_of(name: str, content: str | bytes) -> Callable[[Path], Path]:
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
        file_of("a.log", LOG)(folder / "d")
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


def sqlite_of(
    *statements: str, cells: list[Any] | None = None, keys: Callable[[int], int] = int
) -> Callable[[Path], Path]:
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
    path = sqlite_of("create table other as select * from people", cells=IINS * 20)(folder)
    connection = sqlite3.connect(path)
    root = connection.execute("select rootpage from sqlite_master where name = 'people'").fetchone()[0]
    size = connection.execute("pragma page_size").fetchone()[0]
    connection.close()
    with path.open("r+b") as file:
        file.seek((root - 1) * size)
        file.write(b"\xff" * size)
    return path


NULLED = [None] * 100 + IINS * 16
DUMP = "CREATE TABLE people (id int, iin text);\n" + "".join(
    f"INSERT INTO people VALUES ({row}, '{each}');\n" for row, each in enumerate(IINS)
)


def _put(path: Path, text: str) -> None:
    path.write_bytes(text.encode("latin-1" if text.startswith("\x89") else "utf-8"))


def _repository(files: dict[str, str | bytes]) -> Callable[[Path], Path]:
    """What was committed, and taken out again."""

    def make(folder: Path) -> Path:
        repository = Repository(folder)
        repository.commit("1", files)
        repository.commit("2", {}, gone=list(files))
        return folder

    return make


def _zip() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("a.log", LOG)
    return out.getvalue()


def _letter(*attached: tuple[str, bytes]) -> bytes:
    message = EmailMessage()
    message["Subject"] = "list"
    message["MIME-Version"] = "1.0"
    message.set_content(LOG, cte="base64")
    for name, data in attached:
        message.add_attachment(data, maintype="application", subtype="octet-stream", filename=name)
    return message.as_bytes()


WHOLE = gzip.compress(LOG.encode())

KINDS = {
    "a log": Kind(file_of("a.log", LOG)),
    "a log with zero bytes": Kind(file_of("a.log", b"\0" * 64 + LOG.encode())),
    "a log in UTF-16": Kind(file_of("a.log", LOG.encode("utf-16"))),
    "a log in cp1251": Kind(file_of("a.log", LOG.encode("cp1251"))),
    "a sheet": Kind(file_of("a.csv", _sheet(","))),
    "a sheet of Excel": Kind(file_of("a.csv", "\ufeff" + _sheet(";"))),
    "a sheet with sep=": Kind(file_of("a.csv", _sheet(";", "sep=;\n"))),
    "a sheet under a title": Kind(file_of("a.csv", _sheet(",", "Clients, all\n"))),
    "a sheet with a short header": Kind(file_of("a.csv", _sheet(",", width=1))),
    "a sheet with a cell of 200,000 signs": Kind(file_of("a.csv", _sheet(",", cell="x" * 200_000))),
    "a sheet with a stray quotation mark": Kind(file_of("a.csv", _sheet(",").replace("\n7,", '\n"7,', 1))),
    "a sheet of tabs": Kind(file_of("a.tsv", _sheet("\t"))),
    "a sheet of tabs called txt": Kind(file_of("a.txt", _sheet("\t"))),
    "an array of JSON": Kind(file_of("a.json", json.dumps([{"iin": each} for each in IINS]))),
    "lines of JSON": Kind(file_of("a.jsonl", "".join(json.dumps({"iin": each}) + "\n" for each in IINS))),
    "a dump": Kind(file_of("a.sql", DUMP)),
    "a Parquet file": Kind(_parquet()),
    "a Parquet file cut short": Kind(_parquet(20), ("a.parquet",), found=False),
    "a compressed log": Kind(file_of("a.log.gz", WHOLE)),
    "a compressed log cut short": Kind(
        file_of("a.log.gz", WHOLE[: len(WHOLE) * 2 // 3]), ("a.log.gz",), count=1
    ),
    "a compressed log with garbage behind it": Kind(file_of("a.log.gz", WHOLE + b"garbage"), ("a.log.gz",)),
    "a zip": Kind(file_of("a.zip", _zip())),
    "a zip with a picture beside a log": Kind(
        file_of("a.zip", documents.zipped({"a.log": LOG, "b.png": b"\x89PNG\r\n\x1a\n" + bytes(64)})),
        ("a.zip!b.png",),
    ),
    "a 7z": Kind(file_of("a.7z", seven({"a.log": LOG.encode()}))),
    "a 7z with a picture beside a log": Kind(
        file_of("a.7z", seven({"b.png": b"\x89PNG\r\n\x1a\n" + bytes(64), "a.log": LOG.encode()})),
        ("a.7z!b.png",),
    ),
    "a 7z cut short": Kind(file_of("a.7z", seven({"a.log": LOG.encode()})[:-60]), ("a.7z",), found=False),
    "a workbook": Kind(file_of("a.xlsx", documents.xlsx([["n", "iin"], *enumerate(IINS)]))),
    "a workbook with a cell longer than others": Kind(
        file_of("a.xlsx", documents.xlsx([["n", "iin"], *enumerate(IINS), ["x" * 30_000, None]]))
    ),
    "a letter": Kind(file_of("a.eml", _letter())),
    "a letter with a picture": Kind(
        file_of("a.eml", _letter(("a.png", b"\x89PNG\r\n\x1a\n"))), ("a.eml!a.png",)
    ),
    "a letter of Outlook": Kind(file_of("a.msg", compound(msg("", LOG)))),
    "a letter of Outlook with a picture": Kind(
        file_of("a.msg", compound(msg("", LOG, ("a.png", b"\x89PNG\r\n\x1a\n")))), ("a.msg!a.png",)
    ),
    "a letter of Outlook cut short": Kind(
        file_of("a.msg", compound(msg("", LOG, ("a.bin", bytes(9_000))))[:-600]), ("a.msg",), found=False
    ),
    "a PDF of a page": Kind(file_of("a.pdf", documents.pdf([LOG]))),
    "a PDF of a page and a scan": Kind(file_of("a.pdf", documents.pdf([LOG, None])), ("a.pdf!page 2",)),
    "a zip cut short": Kind(file_of("a.zip", _zip()[:-60]), ("a.zip",), found=False),
    "an array of JSON cut short": Kind(
        file_of("a.json", json.dumps([{"iin": each} for each in IINS])[:-9]), count=ROWS - 1
    ),
    "lines of JSON with a broken one": Kind(
        file_of("a.jsonl", '{"iin": \n' + "".join(json.dumps({"iin": each}) + "\n" for each in IINS))
    ),
    "a dump of SQLite with a line break": Kind(
        file_of("a.sql", DUMP.replace("7, '", "7, replace('x\\n','\\n',char(10)) || '", 1)), count=ROWS - 1
    ),
    "a repository": Kind(_repository({"a.log": LOG}), options=("--history",)),
    "a repository with a picture": Kind(
        _repository({"a.log": LOG, "b.png": b"\x89PNG\r\n\x1a\n\0\0"}), (":b.png",), options=("--history",)
    ),
    "a repository without its option": Kind(_repository({"a.log": LOG}), (".git",), found=False),
    "an empty file": Kind(file_of("a.log", ""), found=False),
    "an empty folder": Kind(lambda folder: folder, found=False),
    "an empty database": Kind(sqlite_of(cells=[]), found=False),
    "bytes of no kind": Kind(file_of("a.bin", bytes(range(256)) * 64), ("a.bin",), found=False),
    "a PDF": Kind(
        file_of("a.pdf", b"%PDF-1.4\n1 0 obj\n<</Filter/ASCII85Decode>>\nstream\n" + b"9jqo^BlbD-\n" * 200),
        ("a.pdf",),
        found=False,
    ),
    "a picture": Kind(
        file_of("a.png", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(200)), ("a.png",), found=False
    ),
    "a FIFO in a folder": Kind(_beside(lambda folder: os.mkfifo(folder / "p")), ("p",)),
    "a broken link in a folder": Kind(_beside(lambda folder: (folder / "l").symlink_to("gone")), ("l",)),
    "a hidden file in a folder": Kind(_beside(lambda folder: _put(folder / ".env", LOG)), (".env",)),
    "a picture in a folder": Kind(
        _beside(lambda folder: _put(folder / "a.png", "\x89PNG\r\n\x1a\n\0\0")), ("a.png",)
    ),
    "a table": Kind(sqlite_of(), rows=ROWS),
    "no table of that name": Kind(
        sqlite_of(), found=False, places=("nothing",), options=("--tables", "nothing")
    ),
    "every table excluded": Kind(sqlite_of(), found=False, options=("--exclude", "*")),
    "a far key": Kind(
        sqlite_of(cells=NULLED, keys=lambda row: row if row else 9 * 10**18),
        rows=len(NULLED),
        count=16 * ROWS,
    ),
    "keys of a snowflake": Kind(sqlite_of(keys=lambda row: 7 * 10**17 + row * row * 4_194_304), rows=ROWS),
    "a table with a column called rowid": Kind(
        sqlite_of("create table odd (rowid text, iin text)", "insert into odd select id, iin from people"),
        rows=2 * ROWS,
    ),
    "a view that fails": Kind(
        sqlite_of("create table gone (a)", "create view old as select a from gone", "drop table gone"),
        ("old",),
    ),
    "damaged pages": Kind(_damaged, ("people",)),
    "names in cp1251": Kind(
        sqlite_of(
            "alter table people add fio", "update people set fio = cast(x'd1fbede0eaeee220c0f1e0ed' as text)"
        )
    ),
    "a cell of 70 KB of bytes in a column of texts": Kind(
        sqlite_of(cells=[b"x " * 35_000 + f" {each}".encode() for each in IINS[:3]]), count=3
    ),
    "a cell of 70 KB in a column of bytes": Kind(
        sqlite_of("create table files (doc blob)", f"insert into files values (x'{'78' * 70_000}')"),
        ("files.doc",),
    ),
    "a cell of two megabytes": Kind(sqlite_of(cells=["x " * 10**6 + f"ИИН {IINS[0]}"] * 3), count=3),
}
SERVERS = {
    "postgresql: a denied table": ("revoke all on secret from {role}", "secret"),
    "postgresql: a denied column": (
        "revoke all on secret from {role}; grant select (id) on secret to {role}",
        "secret",
    ),
    "postgresql: dates without end": (
        "alter table seen add born date default 'infinity'; alter table seen add old date default '0044-03-15 BC'",
        "",
    ),
    "postgresql: a view that fails": (
        "create view bad as select id / (id - id) as n, iin from seen; alter view bad owner to {role}; grant select on bad to {role}",
        "bad",
    ),
    "postgresql: row security": ("alter table secret enable row level security", "secret"),
}
