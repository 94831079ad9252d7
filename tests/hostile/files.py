"""A corpus of files that somebody else made, to be scanned by people who trust nobody; and the means to see what changed."""

from __future__ import annotations

import hashlib
import os
import shutil
import socket
import sqlite3
import stat
import struct
import time
from contextlib import closing
from pathlib import Path
from typing import Any

ROOT = os.name == "posix" and os.getuid() == 0

State = dict[str, tuple[Any, ...]]


def iin(number: int) -> str:
    """The number-th person born on 1 January 1905, by the rule of the order that introduced the number."""
    body = f"0501013{number:04}"
    total = sum(int(digit) * weight for digit, weight in zip(body, range(1, 12), strict=True)) % 11
    if total == 10:
        weights = (3, 4, 5, 6, 7, 8, 9, 10, 11, 1, 2)
        total = sum(int(digit) * weight for digit, weight in zip(body, weights, strict=True)) % 11
    return f"{body}{total}" if total < 10 else iin(number + 5000)


def state_of(folder: Path) -> State:
    """Everything below a folder, the folder too: kind, size, times and contents; what came and went shows in the times."""
    found: State = {}
    for at, folders, names in os.walk(os.fsencode(folder)):
        for path in (at, *(os.path.join(at, name) for name in (*folders, *names))):
            seen = os.lstat(path)
            content = ""
            if stat.S_ISREG(seen.st_mode) and os.access(path, os.R_OK):
                with open(path, "rb") as file:
                    content = hashlib.file_digest(file, "sha256").hexdigest()
            elif stat.S_ISLNK(seen.st_mode):
                content = repr(os.readlink(path))
            found[repr(path)] = (seen.st_mode, seen.st_ino, seen.st_size, seen.st_mtime_ns, content)
    return found


def database(
    path: Path | bytes, *statements: str, table: str = "people", rows: int = 60, first: int = 0
) -> None:
    """An SQLite file with a table of numbers, and whatever else."""
    with closing(sqlite3.connect(path)) as connection:
        for statement in statements:
            connection.execute(statement)
        connection.execute(f'create table if not exists "{table}" (id integer primary key, iin text)')
        numbers = [(iin(number),) for number in range(first, first + rows)]
        connection.executemany(f'insert into "{table}" (iin) values (?)', numbers)
        connection.commit()


def with_log(path: Path, rows: int = 60) -> None:
    """A database as a killed application leaves it: its newest rows stand in the -wal alone."""
    made = path.with_name(f"{path.name}.making")
    with closing(sqlite3.connect(made)) as connection:
        connection.execute("pragma journal_mode = wal")
        connection.execute("create table people (id integer primary key, iin text)")
        connection.commit()
        connection.execute("pragma wal_checkpoint(truncate)")
        connection.executemany(
            "insert into people (iin) values (?)", [(iin(number),) for number in range(rows)]
        )
        connection.commit()
        for end in ("", "-wal", "-shm"):
            shutil.copyfile(f"{made}{end}", f"{path}{end}")
    made.unlink()


def in_wal_mode(path: Path) -> None:
    """A database of an application that ended as it should: in WAL mode, and no side files."""
    database(path, "pragma journal_mode = wal")


def hot_journal(database: Path, names: Path | None = None) -> Path:
    """A journal as a crash leaves it, written by the format's description; ``names`` stands in it as the super-journal.

    https://www.sqlite.org/fileformat2.html, "The Rollback Journal"; the record of a super-journal is in pager.c.
    """
    pages = int.from_bytes(database.read_bytes()[28:32], "big")
    size = int.from_bytes(database.read_bytes()[16:18], "big")
    head = bytes.fromhex("d9d505f920a163d7") + struct.pack(">IIIII", 0, 7, pages, 512, size)
    data = head.ljust(512, b"\0")
    if names is not None:
        name = os.fsencode(names)
        lock_page = (1 << 30) // size + 1
        data += struct.pack(">I", lock_page) + name + struct.pack(">II", len(name), sum(name))
        data += bytes.fromhex("d9d505f920a163d7")
    journal = database.with_name(f"{database.name}-journal")
    journal.write_bytes(data)
    return journal


def attack(folder: Path, victim: Path) -> Path:
    """Two files of which the second has SQLite delete a third."""
    path = folder / "x.db"
    database(path)
    hot_journal(path, victim)
    # of an hour ago: one that may still be written is waited for, which has tests of its own
    long_ago = time.time() - 3600
    os.utime(f"{path}-journal", (long_ago, long_ago))
    return path


def damaged(path: Path) -> None:
    """A table whose pages are overwritten, and one whose pages are not."""
    database(path, table="a", rows=3000)
    with closing(sqlite3.connect(path)) as connection:
        (page,) = connection.execute("select rootpage from sqlite_master where name = 'a'").fetchone()
    database(path, table="b")
    data = bytearray(path.read_bytes())
    size = int.from_bytes(data[16:18], "big")
    data[(page - 1) * size : page * size] = b"\xff" * size
    path.write_bytes(data)


def rewritten_schema(path: Path, old: str, new: str) -> None:
    """A database whose schema says what no CREATE statement would have been allowed to say."""
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("pragma writable_schema = on")
        connection.execute("update sqlite_master set sql = replace(sql, ?, ?)", (old, new))
        connection.commit()


def socket_at(path: Path) -> None:
    """A socket with nobody behind it; its name is given relatively, as sockets have short ones."""
    here = Path.cwd()
    os.chdir(path.parent)
    try:
        with socket.socket(socket.AF_UNIX) as made:
            made.bind(path.name)
    finally:
        os.chdir(here)


def corpus(folder: Path, outside: Path) -> dict[str, str]:
    """Fill a folder with one of every kind; returns what must be named as left, by its path, with a word of the reason.

    ``outside`` is a folder that links lead to: nothing there may be read, and nothing may happen to it.
    """
    (outside / "secret.log").write_text(f"ИИН {iin(900)}\n", encoding="utf-8")
    (folder / "a.log").write_text(f"ИИН {iin(901)}\n", encoding="utf-8")
    (folder / "-x.log").write_text("GET /health 200\n", encoding="utf-8")
    (folder / "sub").mkdir()
    (folder / "sub" / "b.log").write_text(f"ИИН {iin(902)}\n", encoding="utf-8")
    (folder / ".hidden.log").write_text(f"ИИН {iin(903)}\n", encoding="utf-8")
    (folder / ".git").mkdir()
    (folder / ".git" / "config").write_text("x\n", encoding="utf-8")
    os.mkfifo(folder / "fifo.log")
    os.mkfifo(folder / "sub" / "fifo.db")
    socket_at(folder / "socket.log")
    for name, target in (
        ("out.log", outside / "secret.log"),
        ("out", outside),
        ("zero.log", Path("/dev/zero")),
        ("again.log", folder / "a.log"),
        ("up", folder),
        ("loop.log", folder / "loop.log"),
        ("nowhere.log", folder / "nothing"),
    ):
        (folder / name).symlink_to(target)
    left = {
        ".hidden.log": "hidden", ".git": "hidden", "fifo.log": "FIFO", "sub/fifo.db": "FIFO", "socket.log": "socket",
        "out.log": "out of the folder", "out": "out of the folder", "zero.log": "out of the folder",
        "loop.log": "nowhere", "nowhere.log": "nowhere",
    }  # fmt: skip
    if not ROOT:
        (folder / "closed").mkdir(0)
        (folder / "closed.log").touch(0)
        left |= {"closed": "permission", "closed.log": "permission"}
    return left | databases(folder, outside)


def databases(folder: Path, outside: Path) -> dict[str, str]:
    """One SQLite file of every kind; returns what must be named as left: a file, or an object of one."""
    (outside / "victim.txt").write_text("to be kept\n", encoding="utf-8")
    attack(folder, outside / "victim.txt")
    database(folder / "plain.db")
    database(folder / "odd ?#%41&mode=rwc.db")
    database(os.fsencode(folder) + b"/no-text-\xff.db")
    with_log(folder / "log.db")
    in_wal_mode(folder / "mode.db")
    database(folder / "persist.db", "pragma journal_mode = persist")
    database(folder / "utf16.db", "pragma encoding = 'UTF-16'")
    database(folder / "hot.db")
    hot_journal(folder / "hot.db")
    database(folder / "fifo-beside.db")
    os.mkfifo(folder / "fifo-beside.db-journal")
    database(folder / "link-beside.db")
    (folder / "link-beside.db-wal").symlink_to(outside / "victim.txt")
    (folder / "empty.db").touch()
    damaged(folder / "damaged.db")
    database(folder / "broken-schema.db")
    rewritten_schema(folder / "broken-schema.db", "CREATE TABLE", "CREATE TABEL")
    database(
        folder / "objects.db",
        *OBJECTS,
        "create table gone (x text)",
        "create view dropped as select * from gone",
        "drop table gone",
        "create view endless as with recursive c(x) as (select 1 union all select x + 1 from c)"
        " select count(*) as n from c where x < 0",
        "create view page as select * from sqlite_dbpage",
        "create view extension as select load_extension('./evil.so') as n",
        "create table computed (x text, n generated always as (abs(-1)))",
        "insert into computed (x) values ('1')",
        "create virtual table module using fts5(n)",
    )
    rewritten_schema(folder / "objects.db", "using fts5(n)", "using nobody_has_this(n)")
    rewritten_schema(folder / "objects.db", "abs(-1)", "abs(-9223372036854775808)")
    return {
        "x.db": "journal", "hot.db": "journal", "fifo-beside.db": "regular", "link-beside.db": "regular",
        "broken-schema.db": "", "damaged.db:a": "damaged", "objects.db:dropped": "no longer there",
        "objects.db:endless": "limit", "objects.db:page": "", "objects.db:extension": "",
        "objects.db:computed": "", "objects.db:module": "",
    }  # fmt: skip


OBJECTS = (
    "create table rowid_taken (rowid text, iin text)",
    "create table all_taken (rowid text, oid text, _rowid_ text, iin text)",
    "create table no_numbers (iin text primary key) without rowid",
    'create table "it is; \'odd\' ""without rowid""" (iin text)',
)
"""Tables of which each is read, whatever its columns are called."""
