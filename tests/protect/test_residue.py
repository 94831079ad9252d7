"""After the contract step and the advised statements, a search of the bytes finds no plaintext."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa

from piiguard.protect.jobs.encrypt import encrypt
from piiguard.protect.schema.residue import clean

from .conftest import ITEMS, People, person

PLANTED = [str(v).encode() for n in range(1, 301) for k, v in person(n).items() if k != "id" and v]


def test_postgresql_keeps_plaintext_until_the_table_is_rewritten(
    make_people: Callable[[str], People], postgresql_url: str
) -> None:
    people = make_people(postgresql_url)
    folder = data_directory(people)
    people.fill(300)
    for item in ITEMS:
        encrypt(people.job(), item)
    assert "pg-rewrite" in clean(people.engine)
    run(people, "checkpoint")
    assert holds(folder)  # dead rows: that is why there is a checklist
    end = time.monotonic() + 120
    while True:  # a transaction that is older, such as autovacuum's, keeps dead rows alive for a while
        run(people, "analyze people", "vacuum full people", "vacuum full pg_statistic", "checkpoint")
        left = holds(folder)
        if not left or time.monotonic() > end:
            break
        time.sleep(1)
    assert left == []


def data_directory(people: People) -> Path:
    """The files of the test's own database; skipped where this account may not read them."""
    with people.engine.connect() as connection:
        root = Path(connection.scalar(sa.text("show data_directory")) or "")
        number = connection.scalar(sa.text("select oid from pg_database where datname = current_database()"))
    folder = root / "base" / str(number)
    try:
        next(folder.iterdir())
    except (OSError, StopIteration):
        pytest.skip("the server's data directory cannot be read from here")
    return folder


def run(people: People, *statements: str) -> None:
    engine = people.engine.execution_options(isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for statement in statements:
            connection.execute(sa.text(statement))


def holds(folder: Path) -> list[bytes]:
    data = b"".join(map(content, folder.iterdir()))
    return [value for value in PLANTED if value in data]


def content(file: Path) -> bytes:
    try:
        return file.read_bytes() if file.is_file() else b""
    except FileNotFoundError:  # the server removes what a checkpoint has made superfluous
        return b""


@pytest.mark.parametrize("mode", ["delete", "wal"])
def test_sqlite_is_clean_at_once(make_people: Callable[[str], People], sqlite_url: str, mode: str) -> None:
    people = make_people(sqlite_url)
    run(people, f"pragma journal_mode = {mode}")
    people.fill(300)
    for item in ITEMS:
        encrypt(people.job(), item)
    assert clean(people.engine) == ["backups", "exports"]
    path = Path(str(people.engine.url.database))
    data = b"".join(file.read_bytes() for file in path.parent.glob(f"{path.name}*"))
    assert [value for value in PLANTED if value in data] == []


def test_an_sqlite_reader_of_an_old_snapshot_is_told(
    make_people: Callable[[str], People], sqlite_url: str
) -> None:
    people = make_people(sqlite_url)
    run(people, "pragma journal_mode = wal")
    people.fill(300)
    reader = sa.create_engine(people.engine.url, poolclass=sa.NullPool)
    with reader.connect() as connection:
        connection.exec_driver_sql("begin")
        connection.exec_driver_sql("select count(*) from people").scalar()
        encrypt(people.job(), ITEMS[1])
        assert {"vacuum", "wal"} & set(clean(people.engine))
