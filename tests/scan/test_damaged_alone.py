"""A damaged file that is asked for by its name ends as one among others does: named, once, and with exit code 4."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import sqlite3
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from piiguard.cli.main import run

PERSON = "Сынақов Үлгі Мысалұлы, +7 701 000 04 12\n" * 200


def database(path: Path) -> bytes:
    connection = sqlite3.connect(path / "whole.db")
    connection.execute("create table people (name text)")
    connection.executemany("insert into people values (?)", [(line,) for line in PERSON.splitlines()])
    connection.commit()
    connection.close()
    return (path / "whole.db").read_bytes()


def archive(path: Path) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as opened:
        opened.writestr("people.txt", PERSON)
    return made.getvalue()


MADE: dict[str, Callable[[Path], bytes]] = {
    "people.db": database,
    "people.zip": archive,
    "people.docx": archive,
    "people.log.gz": lambda path: gzip.compress(PERSON.encode()),
    "people.log.bz2": lambda path: bz2.compress(PERSON.encode()),
    "people.log.xz": lambda path: lzma.compress(PERSON.encode()),
}


@pytest.mark.parametrize("name", sorted(MADE))
def test_a_damaged_file_alone_is_named_as_unread(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    whole = MADE[name](tmp_path)
    (tmp_path / name).write_bytes(whole[:40] + bytes(reversed(whole[40:])))
    code = run(["scan", str(tmp_path / name)])
    out, err = capsys.readouterr()
    (line,) = (line for line in out.splitlines() if line.startswith("not read"))
    (said,) = (line for line in err.splitlines() if name in line)
    assert code == 4
    assert line.count(name) == said.count(name) == 1
