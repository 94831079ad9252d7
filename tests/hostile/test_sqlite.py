"""SQLite files that somebody else made, or is writing to: they are read as they lie, or named."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa

from piiguard import database
from piiguard.cli.main import run
from piiguard.errors import DatabaseError
from piiguard.manifest import ProtectedColumn, append
from piiguard.scan import Limits, Options, ScanReport, scan_database

from . import files
from .files import iin, state_of

IIN_ONLY = Options(entities=("KZ_IIN",))


def url_of(path: Path) -> str:
    return f"sqlite:///{path}"


def rows(report: ScanReport) -> dict[str | None, int]:
    return {finding.table: finding.matched for finding in report.findings}


def reasons(report: ScanReport) -> dict[str, str]:
    return {error.place: error.message for error in report.errors}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "folder").mkdir()
    return tmp_path / "folder"


@pytest.fixture
def victim(tmp_path: Path) -> Path:
    path = tmp_path / "victim.txt"
    path.write_text("to be kept\n", encoding="utf-8")
    return path


def test_the_attack_is_one_sqlite_obeys_it(folder: Path, victim: Path) -> None:
    """Else the tests below would prove nothing."""
    with closing(sqlite3.connect(files.attack(folder, victim))) as connection:
        connection.execute("select count(*) from people").fetchone()
    assert not victim.exists()


@pytest.mark.parametrize("named", ["file", "folder", "url"])
def test_a_journal_is_not_obeyed_and_the_file_is_named(folder: Path, victim: Path, named: str) -> None:
    path = files.attack(folder, victim)
    before = state_of(folder.parent)
    target = {"file": str(path), "folder": str(folder), "url": url_of(path)}[named]
    assert run(["scan", target, "--format", "json"]) == 4
    assert state_of(folder.parent) == before


ODD = "it is; 'odd' \"without rowid\""
STATES = ["plain", "log", "mode", "persist", "utf16"]


def made(folder: Path, state: str) -> Path:
    path = folder / f"{state}.db"
    if state == "log":
        files.with_log(path)
    else:
        pragma = {
            "mode": "journal_mode = wal",
            "persist": "journal_mode = persist",
            "utf16": "encoding = 'UTF-16'",
        }
        files.database(path, *(f"pragma {pragma[state]}" for _ in range(state in pragma)))
    return path


@pytest.fixture
def protected(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working directory with a keyring, and a manifest that protects a column of every database here."""
    for name in [name for name in os.environ if name.startswith("PIIGUARD_")]:
        monkeypatch.delenv(name)
    (tmp_path / "home").mkdir()
    monkeypatch.chdir(tmp_path / "home")
    assert run(["keys", "init", "--keyring", "keyring.json", "--wrap", "file:wrapping.key"]) == 0
    monkeypatch.setenv("PIIGUARD_KEYRING", "keyring.json")
    append("piiguard.toml", ProtectedColumn("people", "iin", "people.iin"), keyring="keyring.json")
    return tmp_path / "home"


READING = [
    ("scan", "URL"), ("scan", "URL", "--full", "--jobs", "2"), ("scan", "URL", "--format", "ndjson"),
    ("status", "URL"), ("status", "URL", "--format", "json"), ("verify", "URL"),
    ("encrypt", "URL", "people.iin", "--plan"), ("encrypt", "URL", "people.iin", "--dry-run"),
    ("decrypt", "URL", "people.iin", "--plan"), ("decrypt", "URL", "people.iin", "--dry-run"),
    ("rotate", "URL", "--plan"), ("rotate", "URL", "--dry-run"),
    ("keys", "retire", "1", "--database", "URL"), ("keys", "verify"), ("keys", "list"), ("keys", "verify", "--database", "URL"),
    ("redact", "FILE"), ("redact", "FILE", "-o", "clean"), ("scan", "FILE", "--write-baseline", "known.json"),
    ("scan", "FILE", "--raw", "--full"), ("reveal", "FILE"), ("manifest", "--models", "json:JSONDecoder"),
]  # fmt: skip


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("command", READING, ids=" ".join)
def test_a_command_that_reads_leaves_every_byte_and_time(
    protected: Path, folder: Path, state: str, command: tuple[str, ...]
) -> None:
    path = made(folder, state)
    before = state_of(folder)
    code = run([{"URL": url_of(path), "FILE": str(path)}.get(word, word) for word in command])
    assert code in (0, 1, 2, 3, 4), code
    assert state_of(folder) == before
    if command[0] == "scan" and "URL" in command:
        assert code == 3


@pytest.mark.parametrize("command", READING, ids=" ".join)
def test_a_command_that_reads_obeys_no_journal(
    protected: Path, folder: Path, victim: Path, command: tuple[str, ...], capfd: pytest.CaptureFixture[str]
) -> None:
    path = files.attack(folder, victim)
    before = state_of(folder.parent / "folder")
    code = run([{"URL": url_of(path), "FILE": str(path)}.get(word, word) for word in command])
    assert victim.exists()
    assert state_of(folder) == before
    if "URL" in command and command != ("keys", "verify", "--database", "URL"):
        assert code in (1, 4)
        assert "a journal lies beside it" in capfd.readouterr().err


def test_a_job_lets_no_journal_delete_another_file(
    protected: Path, folder: Path, victim: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    path = files.attack(folder, victim)
    both = (path, Path(f"{path}-journal"))
    before = [file.read_bytes() for file in both]
    for command in (["encrypt", url_of(path), "people.iin", "--yes"], ["rotate", url_of(path)]):
        assert run(command) == 1
        assert "names another file" in capfd.readouterr().err
    assert victim.exists()
    assert [file.read_bytes() for file in both] == before


def test_a_job_plays_back_the_journal_of_its_own_database(protected: Path, folder: Path) -> None:
    path = made(folder, "plain")
    files.hot_journal(path)
    assert run(["encrypt", url_of(path), "people.iin", "--yes"]) == 0
    assert not Path(f"{path}-journal").exists()


def test_rows_that_stand_in_the_log_alone_are_read(folder: Path) -> None:
    path = made(folder, "log")
    assert rows(scan_database(url_of(path), IIN_ONLY)) == {"people": 60}


def test_a_log_is_read_without_leave_to_write(folder: Path) -> None:
    if files.ROOT:
        pytest.skip("root writes everywhere")
    for state in ("log", "mode"):
        made(folder, state)
    folder.chmod(0o500)
    try:
        for state in ("log", "mode"):
            assert rows(scan_database(url_of(folder / f"{state}.db"), IIN_ONLY)) == {"people": 60}
    finally:
        folder.chmod(0o700)


def test_the_copy_is_private_and_has_no_name_while_it_is_read(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, private = made(folder, "log"), tmp_path / "tmp"
    private.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(private))
    engine = database.open_reader(url_of(path))
    seen: list[object] = []
    remove = shutil.rmtree

    def removed(where: str, ignore_errors: bool = False) -> None:
        seen.append((os.stat(where).st_mode & 0o777, sorted(os.listdir(where))))
        remove(where, ignore_errors=ignore_errors)

    monkeypatch.setattr("shutil.rmtree", removed)
    with database.connect(engine) as connection:
        assert list(private.iterdir()) == []
        assert connection.scalar(sa.text("select count(*) from people")) == 60
    engine.dispose()
    assert seen == [(0o700, ["copy.db", "copy.db-wal"])]
    assert list(private.iterdir()) == []


def test_without_room_for_a_copy_the_file_is_named(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = made(folder, "log")
    monkeypatch.setattr("shutil.disk_usage", lambda folder: _NoRoom)
    assert reasons(scan_database(url_of(path), IIN_ONLY)) == {
        url_of(path): "there is no room for the copy that its -wal calls for; "
        "set TMPDIR to a folder with room for a copy"
    }


class _NoRoom:
    free = 0


WRITER = """
import sqlite3, sys
path, mode, count = sys.argv[1:]
connection = sqlite3.connect(path, isolation_level=None)
connection.execute(f"pragma journal_mode = {mode}")
connection.execute("pragma cache_size = 2")
connection.execute("begin immediate")
for _ in range(int(count)):
    connection.execute("insert into people (iin) select iin from people where id <= 60")
print("begun", flush=True)
sys.stdin.readline()
connection.execute("commit")
print("done", flush=True)
sys.stdin.readline()
"""


@contextmanager
def writer(path: Path, mode: str, count: int = 1) -> Iterator[subprocess.Popen[str]]:
    """Another process in the middle of a transaction of so many times sixty rows; many do not wait in its memory.

    At a line it commits, and the next one ends it.
    """
    pipe, command = subprocess.PIPE, [sys.executable, "-c", WRITER, str(path), mode, str(count)]
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as process:
        try:
            assert said_by(process) == "begun"
            yield process
        finally:
            process.kill()


def said_by(process: subprocess.Popen[str]) -> str:
    return process.stdout.readline().strip() if process.stdout else ""


def go_on(process: subprocess.Popen[str]) -> None:
    print(file=process.stdin, flush=True)
    assert said_by(process) == "done"


def test_frames_of_a_writer_that_is_still_there_are_read_once_committed(folder: Path) -> None:
    path = made(folder, "mode")
    with writer(path, "wal") as process:
        assert rows(scan_database(url_of(path), IIN_ONLY)) == {"people": 60}
        go_on(process)
        before = state_of(folder)
        assert rows(scan_database(url_of(path), IIN_ONLY)) == {"people": 120}
        assert state_of(folder) == before


def test_a_transaction_that_has_not_touched_the_file_is_not_waited_for(folder: Path) -> None:
    path = made(folder, "plain")
    with writer(path, "delete") as process:
        before = state_of(folder)
        assert rows(scan_database(url_of(path), IIN_ONLY)) == {"people": 60}
        assert state_of(folder) == before
        go_on(process)
        assert rows(scan_database(url_of(path), IIN_ONLY)) == {"people": 120}


def test_a_writer_in_the_middle_of_a_transaction_is_waited_for(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = made(folder, "plain")
    monkeypatch.setattr("piiguard.database.sqlite.PATIENCE", 120.0)
    with writer(path, "delete", 99) as process:
        # The first look finds the journal hot; the writer commits before the next one.
        waited: list[float] = []

        def wait(seconds: float) -> None:
            if not waited:
                go_on(process)
            waited.append(seconds)

        monkeypatch.setattr("piiguard.database.sqlite.time.sleep", wait)
        assert rows(scan_database(url_of(path), IIN_ONLY)) == {"people": 6000}
        assert waited


@pytest.mark.parametrize("killed", [False, True])
def test_a_writer_that_does_not_end_or_died_leaves_the_file_unread(
    folder: Path, monkeypatch: pytest.MonkeyPatch, killed: bool
) -> None:
    path = made(folder, "plain")
    monkeypatch.setattr("piiguard.database.sqlite.PATIENCE", 0.2)
    with writer(path, "delete", 99) as process:
        if killed:
            process.kill()
            process.wait()
        before = state_of(folder)
        (reason,) = reasons(scan_database(url_of(path), IIN_ONLY)).values()
        assert "a journal lies beside it" in reason
        assert state_of(folder) == before


def test_what_changes_while_it_is_read_is_named_and_the_next_table_is_read_as_it_then_is(
    folder: Path,
) -> None:
    path = made(folder, "plain")
    files.database(path, table="zebra")
    changed: list[str] = []

    def progress(place: str, *_: object) -> None:
        if not changed:
            changed.append(place)
            files.database(path, table="zebra", rows=30)

    report = scan_database(url_of(path), IIN_ONLY, progress=progress)
    assert reasons(report) == {"people": "it was written to while it was read"}
    assert rows(report)["zebra"] == 90


def test_a_copy_that_changes_while_it_is_made_is_named(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, whole = made(folder, "log"), shutil.copyfileobj

    def copy_beside_a_checkpoint(*given: object) -> None:
        whole(*given)  # type: ignore[arg-type]
        with path.open("r+b") as file:
            file.write(b"SQLite")

    monkeypatch.setattr("shutil.copyfileobj", copy_beside_a_checkpoint)
    (reason,) = reasons(scan_database(url_of(path), IIN_ONLY)).values()
    assert "it was written to while it was copied" in reason


def test_every_object_that_can_be_read_is_and_each_other_costs_one_line(folder: Path) -> None:
    path = folder / "objects.db"
    left = files.databases(folder, folder)
    with closing(sqlite3.connect(path)) as connection:
        for number, table in enumerate(("rowid_taken", "all_taken", "no_numbers", ODD)):
            numbers = [(iin(100 * number + place),) for place in range(50)]
            quoted = table.replace('"', '""')
            connection.executemany(f'insert into "{quoted}" (iin) values (?)', numbers)
        connection.commit()
    report = scan_database(url_of(path), Options(entities=("KZ_IIN",), limits=Limits(statement=1)))
    assert rows(report) == {
        "people": 60, "rowid_taken": 50, "all_taken": 50, "no_numbers": 50, ODD: 50
    }  # fmt: skip
    found = reasons(report)
    assert sorted(found) == sorted(name.partition(":")[2] for name in left if name.startswith("objects.db"))
    assert len(report.errors) == len(found)


def test_a_sample_of_a_table_whose_row_numbers_are_hidden_is_a_sample_all_the_same(folder: Path) -> None:
    path = folder / "taken.db"
    files.database(path, "create table t (rowid text, oid integer, iin text)")
    with closing(sqlite3.connect(path)) as connection:
        connection.executemany("insert into t values ('x', 7, ?)", [(iin(number),) for number in range(2000)])
        connection.commit()
    (found,) = scan_database(url_of(path), Options(entities=("KZ_IIN",), sample=100, tables=("t",))).findings
    assert (found.matched, found.examined) == (100, 100)


def test_a_cell_that_is_too_large_costs_itself_or_its_table(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = folder / "large.db"
    files.database(
        path, "create table large (t text)", "insert into large values (printf('%20000000s', 'x'))"
    )
    files.database(path, table="cut")
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("insert into cut (iin) values (printf('%17000000s', 'x'))")
    monkeypatch.setattr("piiguard.database.sqlite._MOST_ROW", 18_000_000)
    report = scan_database(url_of(path), Options(("KZ_IIN",), None))
    assert {f.table: f.matched for f in report.findings} == {"people": 60, "cut": 60}
    assert reasons(report) == {
        "large": "a row of it is larger than 128 MiB",
        "cut.iin": "cells longer than 16,777,216 characters were read up to there",
    }


@pytest.mark.parametrize("sample", [10_000, None])
@pytest.mark.parametrize("rows_", ["count(*)", "x"])
def test_a_view_without_end_costs_one_line(folder: Path, sample: int | None, rows_: str) -> None:
    path = folder / "endless.db"
    endless = "with recursive c(x) as (select 1 union all select x + 1 from c)"
    files.database(path, f"create view endless as {endless} select {rows_} as n from c where x > 0")
    report = scan_database(url_of(path), Options(("KZ_IIN",), sample, limits=Limits(statement=0.5)))
    assert rows(report) == {"people": 60}
    if sample is None or rows_ == "count(*)":
        assert reasons(report) == {"endless": "the statement took longer than its limit"}


def test_a_full_scan_limits_views_and_not_tables(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = folder / "limits.db"
    files.database(path, "create view also as select iin from people")
    seen = []
    original = database.reading

    @contextmanager
    def reading(connection: sa.Connection, *, statement: float, lock: float) -> Iterator[None]:
        seen.append(statement)
        with original(connection, statement=statement, lock=lock):
            yield

    monkeypatch.setattr("piiguard.database.reading", reading)
    scan_database(url_of(path), Options(("KZ_IIN",), None, limits=Limits(statement=0)))
    assert seen == [60.0, 60.0, 0, 60.0]  # the catalogue, the view, the table, what is defined beside them


def test_ctrl_c_ends_a_statement_and_the_scan(folder: Path) -> None:
    path = folder / "endless.db"
    endless = "with recursive c(x) as (select 1 union all select x + 1 from c) select count(*) as n from c"
    files.database(path, f"create view a_endless as {endless}")
    code = (
        "import signal, sys; from piiguard.cli.main import run; from piiguard.database import sqlite_reading as reading\n"
        "begin = reading._Limit.begin\n"
        "def armed(self, *given):\n"
        "    begin(self, *given)\n"
        "    if 'a_endless' in str(given[2]):\n"
        "        signal.setitimer(signal.ITIMER_REAL, 0.2)\n"
        "reading._Limit.begin = armed\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "signal.signal(signal.SIGALRM, lambda *_: signal.raise_signal(signal.SIGINT))\n"
        f"sys.exit(run(['scan', {url_of(path)!r}, '--statement-timeout', '0', '--format', 'json']))\n"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert "interrupted before the end" in ran.stdout, ran.stderr


HOSTILE = [
    "select * from sqlite_dbpage",
    "select * from dbstat",
    "select * from pragma_database_list",
    "select load_extension('evil.so') as n",
    "select fts3_tokenizer('simple') as n",
    "select readfile('/etc/hostname') as n",
    "select writefile('evil.txt', 'x') as n",
    "select edit('x', 'touch evil.txt') as n",
]


@pytest.mark.parametrize("statement", HOSTILE)
def test_a_view_reaches_nothing_outside_its_database(
    folder: Path, monkeypatch: pytest.MonkeyPatch, statement: str
) -> None:
    monkeypatch.chdir(folder)
    with closing(sqlite3.connect("view.db")) as connection:
        try:
            connection.execute(f"create view hostile as {statement}")
        except sqlite3.OperationalError:
            pytest.skip("this SQLite does not know it")
    files.database(folder / "view.db")
    before = state_of(folder)
    report = scan_database("sqlite:///view.db", IIN_ONLY)
    assert rows(report) == {"people": 60}
    assert list(reasons(report)) == ["hostile"]
    assert state_of(folder) == before


def test_a_function_of_the_application_is_not_run_for_a_view(folder: Path) -> None:
    path, called = folder / "view.db", list[str]()
    files.database(path, "create view hostile as select tell(iin) as n from people")
    engine = sa.create_engine(url_of(path))

    @sa.event.listens_for(engine, "connect")
    def add(raw: sqlite3.Connection, _record: object) -> None:
        raw.create_function("tell", 1, called.append)

    report = scan_database(engine, IIN_ONLY)
    engine.dispose()
    assert called == []
    assert list(reasons(report)) == ["hostile"]


def test_nothing_is_attached_and_nothing_written_through_a_reader(folder: Path) -> None:
    engine = database.open_reader(url_of(made(folder, "log")))
    before = state_of(folder)
    for statement in (
        "insert into people (iin) values ('x')", "create table t (x text)", "pragma user_version = 7",
        "select load_extension('evil.so')",
    ):  # fmt: skip
        with pytest.raises(sa.exc.SQLAlchemyError), _reader(engine) as connection:
            connection.exec_driver_sql(statement)
    engine.dispose()
    assert state_of(folder) == before


@contextmanager
def _reader(engine: sa.Engine) -> Iterator[sa.Connection]:
    with database.connect(engine) as connection, database.reading(connection, statement=5, lock=1):
        yield connection


PRAGMAS = ("query_only", "trusted_schema", "cell_size_check", "busy_timeout")


@pytest.mark.parametrize("query_only", [0, 1])
@pytest.mark.parametrize("where", ["memory", "file"])
def test_an_engine_that_was_given_is_handed_back_as_it_was(folder: Path, where: str, query_only: int) -> None:
    url = "sqlite://" if where == "memory" else url_of(made(folder, "plain"))
    engine = sa.create_engine(url, poolclass=sa.StaticPool)
    with engine.begin() as connection:
        connection.exec_driver_sql("create table if not exists people (id integer primary key, iin text)")
        connection.execute(
            sa.text("insert into people (iin) values (:iin)"), [{"iin": iin(number)} for number in range(60)]
        )
    with engine.connect() as connection:
        raw = connection.connection.driver_connection
        assert isinstance(raw, sqlite3.Connection)
        raw.execute("pragma busy_timeout = 1234")
        raw.execute(f"pragma query_only = {query_only}")
        raw.text_factory = bytes
        before = [raw.execute(f"pragma {name}").fetchone() for name in PRAGMAS]
    report = scan_database(engine, IIN_ONLY)
    assert rows(report)["people"] >= 60
    assert [raw.execute(f"pragma {name}").fetchone() for name in PRAGMAS] == before
    assert raw.text_factory is bytes
    # no limit of ours is left to end a long statement
    long = (
        "with recursive c(x) as (select 1 union all select x + 1 from c limit 200000) select count(*) from c"
    )
    assert raw.execute(long).fetchone() == (200000,)
    engine.dispose()


def test_a_database_in_memory_is_read_by_the_process_that_has_it() -> None:
    engine = sa.create_engine("sqlite://", poolclass=sa.StaticPool)
    with engine.begin() as connection:
        connection.exec_driver_sql("create table people (iin text)")
        connection.execute(
            sa.text("insert into people values (:iin)"), [{"iin": iin(number)} for number in range(60)]
        )
    assert rows(scan_database(engine, Options(entities=("KZ_IIN",), jobs=2))) == {"people": 60}


@pytest.mark.parametrize("kind", ["encrypted", "text", "empty"])
def test_what_is_no_database_costs_one_line(folder: Path, kind: str) -> None:
    path = folder / "x.db"
    path.write_bytes({"encrypted": bytes(range(255, -1, -1)) * 32, "text": b"x\n" * 999, "empty": b""}[kind])
    if kind == "empty":
        assert scan_database(url_of(path)).targets[0].tables == 0
        return
    with pytest.raises(DatabaseError, match="not an SQLite database"):
        scan_database(url_of(path))
    files.database(folder / "good.db")
    assert run(["scan", str(folder / "good.db"), url_of(path)]) == 4


@pytest.mark.parametrize(
    "name", ["a?b.db", "a#b.db", "a%41.db", "a b.db", "-x.db", "имя.db", "a&mode=rwc.db", ":x.db"]
)
@pytest.mark.parametrize("jobs", [1, 2])
def test_odd_names_are_names(folder: Path, monkeypatch: pytest.MonkeyPatch, name: str, jobs: int) -> None:
    monkeypatch.chdir(folder)
    files.database(Path(name))
    if jobs == 2 and name != "a?b.db":
        pytest.skip("once is enough: it is a matter of how the name is handed over")
    before = state_of(folder)
    for target in (name if name[0] not in "-" else f"./{name}", str(folder)):
        assert run(["scan", target, "--jobs", str(jobs)]) == 3
    assert state_of(folder) == before


@pytest.mark.parametrize("uri", ["file:{}?uri=true", "file:{}?mode=ro&uri=true", "file:{}?mode=rwc&uri=true"])
def test_a_url_of_sqlites_own_kind_is_read_the_same_way(folder: Path, victim: Path, uri: str) -> None:
    path = files.attack(folder, victim)
    assert reasons(scan_database("sqlite:///" + uri.format(path)))
    assert victim.exists()
    Path(f"{path}-journal").unlink()
    assert rows(scan_database("sqlite:///" + uri.format(path), IIN_ONLY)) == {"people": 60}


def test_a_link_to_a_database_is_read_with_the_log_of_what_it_leads_to(folder: Path) -> None:
    made(folder, "log")
    (folder / "link.db").symlink_to("log.db")
    assert rows(scan_database(url_of(folder / "link.db"), IIN_ONLY)) == {"people": 60}


def test_jobs_trust_no_schema_either(protected: Path, folder: Path) -> None:
    engine = database.open_engine(url_of(made(folder, "plain")))
    with database.connect(engine) as connection:
        assert connection.exec_driver_sql("pragma trusted_schema").scalar() == 0
        assert connection.exec_driver_sql("pragma cell_size_check").scalar() == 1
        with pytest.raises(sa.exc.OperationalError):
            connection.exec_driver_sql("select load_extension('evil.so')")
    engine.dispose()


def test_a_job_goes_on_where_a_trigger_keeps_an_index_of_words(protected: Path, folder: Path) -> None:
    """What jobs refuse to trust is not what applications rightly use."""
    path = folder / "words.db"
    files.database(
        path,
        "create virtual table words using fts5(city)",
        "create table people (id integer primary key, iin text, city text)",
        "create trigger told after update of city on people begin insert into words values (new.city); end",
    )
    assert run(["encrypt", url_of(path), "people.iin", "--yes"]) == 0
