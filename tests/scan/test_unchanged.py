"""A checkpoint never says of a table with a changed row that it has not changed: random changes between two looks, on each kind of database."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from piiguard.read import unchanged
from piiguard.read.database import DatabaseSource
from piiguard.read.options import ReadOptions
from tests.conftest import PATIENCE, new_database

Run = Callable[[str], Any]
NEW = "create table {} (id integer primary key, word varchar(40), other varchar(40))"
FILL = "insert into {} values (1, 'a', 'b'), (2, 'c', 'd'), (3, 'e', 'f')"
# Each leaves at least one row where there was one, so that all of them can follow each other.
CHANGES: dict[str, tuple[str, ...]] = {
    "insert": ("insert into {0} select max(id) + 1, 'n', 'm' from {0}",),
    "update": ("update {0} set word = concat(word, 'x') where id = (select least_id from least_{0})",),
    "update all": ("update {0} set other = concat(other, 'y')",),
    "update to the same": ("update {0} set word = word",),
    "delete": ("delete from {0} where id = (select most_id from most_{0}) and id > 1",),
    "one for another": (
        "insert into {0} select max(id) + 1, 'q', 'r' from {0}",
        "delete from {0} where id = (select least_id from least_{0})",
    ),
    "truncate": ("truncate table {0}", FILL),
    "emptied": ("truncate table {0}",),
    "made anew": ("drop table {0}", NEW, FILL),
    "column added": ("alter table {0} add column extra varchar(9) default 'z'", "alter table {0} drop column other",
                     "alter table {0} add column other varchar(40) default 'w'", "alter table {0} drop column extra"),
    "columns swapped": ("alter table {0} rename column word to third", "alter table {0} rename column other to word",
                        "alter table {0} rename column third to other"),
    "tables swapped": ("alter table {0} rename to {0}_c", "alter table {0}_b rename to {0}", "alter table {0}_c rename to {0}_b"),
    "rolled back": ("begin", "update {0} set word = 'gone'", "rollback"),
    "in one go": ("begin", "update {0} set word = 'kept'", "insert into {0} select max(id) + 1, 'k', 'l' from {0}", "commit"),
    "saved half": ("begin", "update {0} set word = 'half'", "savepoint s", "delete from {0}", "rollback to savepoint s", "commit"),
}  # fmt: skip
OF_SERVER: dict[str, dict[str, tuple[str, ...]]] = {
    "postgresql": {
        "vacuum": ("vacuum full {0}",),
        "frozen": ("vacuum freeze {0}",),
        "analysed": ("analyze {0}",),
        "statistics reset": ("select pg_stat_reset()", "update {0} set word = 'after'"),
        "statistics of one reset": ("update {0} set word = 'v'", "select pg_stat_reset_single_table_counters('{0}'::regclass)"),
        "not counted": ("set track_counts = off", "update {0} set word = 'w'", "set track_counts = on"),
        "locked": ("begin", "select * from {0} for update", "commit"),
        "merged": ("insert into {0} values (1, 'm', 'm') on conflict (id) do update set word = excluded.word",),
    },
    "mysql": {
        "replaced": ("replace into {0} values (1, 'r', 'r')",),
        "optimized": ("optimize table {0}",),
        "in bulk": ("set unique_checks = 0", "set foreign_key_checks = 0", "insert into {0} select 1000 + seq, 'b', 'b' from seq_1_to_50",
                    "set unique_checks = 1", "set foreign_key_checks = 1"),
        "prepared": ("xa start 'x{0}'", "update {0} set word = 'xa'", "xa end 'x{0}'", "xa prepare 'x{0}'", "xa commit 'x{0}'"),
        "put aside": ("flush tables {0}", "update {0} set word = 'f'"),
    },
    "sqlite": {"vacuum": ("vacuum",), "replaced": ("replace into {0} values (1, 'r', 'r')",), "another log": ("pragma journal_mode = wal",)},
}  # fmt: skip


def changes(dialect: str) -> dict[str, tuple[str, ...]]:
    return {**CHANGES, **OF_SERVER[dialect]}


def statements(dialect: str, change: str, table: str) -> list[str]:
    """As this database spells them."""
    written = []
    for each in changes(dialect)[change]:
        for end in ("least", "most"):
            inner = f"select * from (select {'min' if end == 'least' else 'max'}(id) from {{0}}) k"
            each = each.replace(f"select {end}_id from {end}_{{0}}", inner)
        if dialect == "sqlite":
            each = each.replace("concat(word, 'x')", "word || 'x'").replace(
                "concat(other, 'y')", "other || 'y'"
            )
            each = each.replace("truncate table", "delete from")
        written.append(each.replace("{}", "{0}").format(table))
    return written


class World:
    """A database that several clients are connected to."""

    def __init__(self, url: str, stack: ExitStack) -> None:
        self.url, self.dialect = url, sa.make_url(url).get_backend_name()
        self.engine = sa.create_engine(url, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
        self._stack = stack
        self.run = self.client()

    def client(self) -> Run:
        connection = self._stack.enter_context(closing(self.engine.connect()))
        return connection.exec_driver_sql

    def fill(self, *tables: str) -> None:
        """Each with another one of its kind, and other rows in it."""
        for name in (own for table in tables for own in (table, f"{table}_b")):
            for statement in (f"drop table if exists {name}", NEW.format(name), FILL.format(name)):
                self.run(statement)
            if name.endswith("_b"):
                self.run(f"update {name} set word = 'other'")

    def change(self, name: str, table: str, run: Run | None = None) -> None:
        for statement in statements(self.dialect, name, table):
            (run or self.run)(statement)

    def proofs(self) -> dict[str, str]:
        source = DatabaseSource(self.url)
        try:
            return {task.place: task.proof() for task in source.tasks(ReadOptions(sample=None))}
        finally:
            source.close()

    def rows(self, *tables: str) -> dict[str, Any]:
        """What a whole reading sees."""
        found = {table: self.run(f"select * from {table} order by id") for table in tables}
        return {table: (tuple(result.keys()), *map(tuple, result)) for table, result in found.items()}

    def settled(self, *tables: str) -> dict[str, str]:
        """The proofs, as soon as the clock of the server has moved on where it has seconds."""
        end = time.monotonic() + PATIENCE
        while not all(map((found := self.proofs()).get, tables)):
            assert self.dialect == "mysql", "nothing of a quiet table was proved"
            assert time.monotonic() < end
            self.run("select sleep(0.1)")
        return found


@pytest.fixture(scope="module", params=["sqlite", "postgresql", "mariadb"])
def world(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with ExitStack() as stack:
        patch = stack.enter_context(pytest.MonkeyPatch.context())
        patch.setattr(unchanged, "QUIET", 0)  # no commit of a test waits so long between its time and its end
        if request.param == "sqlite":
            yield World(f"sqlite:///{tmp_path_factory.mktemp('since') / 'own.db'}", stack)
        else:
            server = request.getfixturevalue(f"{request.param}_server")
            yield World(new_database(server, stack), stack)


def lies(
    before: dict[str, str], was: dict[str, Any], after: dict[str, str], now: dict[str, Any]
) -> list[str]:
    """The tables that are said to be as they were, and are not."""
    same = [table for table in was if before[table] and after.get(table) == before[table]]
    return [table for table in same if was[table] != now[table]]


@settings(max_examples=2)
@given(data=st.data())
def test_no_table_with_a_changed_row_is_said_to_be_as_it_was(world: World, data: st.DataObject) -> None:
    some = st.lists(st.sampled_from(sorted(changes(world.dialect))), min_size=1, max_size=3)
    steps = dict(
        enumerate(
            [*([each] for each in changes(world.dialect)), *data.draw(st.lists(some, min_size=8, max_size=8))]
        )
    )
    tables = [f"t{number}" for number in steps]
    world.fill(*tables, "quiet")
    before, was = world.settled(*tables, "quiet"), world.rows(*tables)
    again = world.proofs()
    assert {table: again[table] for table in before if before[table]} == {
        table: proof for table, proof in before.items() if proof
    }
    for number, names in steps.items():
        for name in names:
            world.change(name, f"t{number}")
    after = world.proofs()
    assert not [steps[int(table[1:])] for table in lies(before, was, after, world.rows(*tables))]
    assert world.dialect == "sqlite" or after["quiet"] == before["quiet"], "it is of what others hold, too"


def test_what_is_committed_late_is_no_secret(world: World) -> None:
    """Transactions that are open when a table is looked at, and other ones that are done by then."""
    if world.dialect == "sqlite":
        pytest.skip("one client writes at a time")
    world.fill("late", "early")
    late, early = world.client(), world.client()
    late("begin")
    late("update late_b set word = 'first'")  # its number is lower than that of the next
    early("begin")
    early("update early set word = 'done'")
    early("commit")
    before, was = world.proofs(), world.rows("late", "early")
    late("delete from late where id = 1")
    late("insert into late values (9, 'x', 'y')")
    late("update early set word = 'later'")
    late("commit")
    now = world.rows("late", "early")
    assert was != now
    assert not lies(before, was, world.proofs(), now)


def test_what_a_session_has_not_told_the_statistics_yet_is_seen(world: World) -> None:
    """Right behind the commit, by a session that goes on working: PostgreSQL counts such rows seconds later, or not at all."""
    world.fill("busy")
    before, was = world.settled("busy"), world.rows("busy")
    writer = world.client()
    writer("begin")
    writer("update busy set word = 'now'")
    writer("commit")
    writer("begin")
    writer("select 1")
    assert not lies(before, was, world.proofs(), world.rows("busy"))
    writer("rollback")


ODD = {
    "a view": ("create view odd as select * from plain",),
    "names of other things": ("create table odd (id int primary key, what regclass)",),
    "a function of somebody": ("create type pair as (a text, b text)", "create table odd (id int primary key, what pair)"),
    "rows of another server": ("create extension if not exists file_fdw", "create server if not exists files foreign data wrapper file_fdw",
                               "create foreign table odd (word text) server files options (filename '/dev/null')"),
    "row-level security": ("create table odd (id int primary key)", "alter table odd enable row level security",
                           "alter table odd force row level security"),
}  # fmt: skip


@pytest.mark.parametrize("kind", ODD)
def test_what_can_change_while_no_row_does_is_read_again(kind: str, postgresql_url: str) -> None:
    with ExitStack() as stack:
        world = World(postgresql_url, stack)
        for statement in ("create table plain (id int primary key)", *ODD[kind]):
            try:
                world.run(statement)
            except sa.exc.SQLAlchemyError:
                pytest.skip("this server has no such thing")
        assert kind == "row-level security" or not world.proofs().get("odd")
        assert world.proofs()["plain"]


PARTED = ("create table odd (id int, word text) partition by range (id)", "create table low partition of odd for values from (0) to (10)",
          "insert into odd values (1, 'a'), (2, 'b')", "create table other (like low)", "insert into other values (3, 'c'), (4, 'd')")  # fmt: skip
LABELLED = ("create type mood as enum ('a', 'b')", "create table odd (id int primary key, mood mood)", "insert into odd values (1, 'a')")  # fmt: skip


@pytest.mark.parametrize(
    ("made", "change"),
    [
        (PARTED, ("begin", "alter table odd detach partition low", "alter table odd attach partition other for values from (0) to (10)", "commit")),
        (PARTED, ("update low set word = 'z' where id = 1",)),
        (LABELLED, ("alter type mood rename value 'a' to 'c'",)),
        (LABELLED, ("comment on column odd.mood is 'what it is'",)),
    ],
)  # fmt: skip
def test_a_table_is_all_that_it_is_made_of(
    made: tuple[str, ...], change: tuple[str, ...], postgresql_url: str
) -> None:
    with ExitStack() as stack:
        world = World(postgresql_url, stack)
        for statement in made:
            world.run(statement)
        before = world.proofs()["odd"]
        assert before == world.proofs()["odd"] != ""
        for statement in change:
            world.run(statement)
        assert world.proofs()["odd"] != before


def test_a_dump_put_back_with_the_same_rows_is_another_table(postgresql_server: str) -> None:
    with ExitStack() as stack:
        one, two = (World(new_database(postgresql_server, stack), stack) for _ in range(2))
        one.fill("t")
        two.fill("t")
        assert one.proofs()["t"] != two.proofs()["t"]


def test_a_server_of_another_make_that_speaks_the_protocol_proves_nothing() -> None:
    for version in ("PostgreSQL 11.2-YB-2.25.0.0-b0 on x86_64", "PostgreSQL 12.12 (Greenplum Database 7.1.0) on x86_64",
                    "PostgreSQL 8.0.2 on i686-pc-linux-gnu, Redshift 1.0", "CockroachDB CCL v24.1.0"):  # fmt: skip
        assert not unchanged.is_postgresql(version)
    for version in (
        "PostgreSQL 16.3 on x86_64-pc-linux-musl",
        "PostgreSQL 15.20 (Debian 15.20-0+deb12u1) on x86_64",
    ):
        assert unchanged.is_postgresql(version)


EPOCH, HALF = 1 << 32, 1 << 31


@pytest.mark.parametrize(
    ("oldest", "written", "later"),
    [(1000, 999, -1), (1000, 1000, 0), (1000, 1003, 3), (EPOCH + 5, 4, -1), (EPOCH + 5, EPOCH - 1, -6), (3 * EPOCH + 9, 2, -HALF)],
)  # fmt: skip
def test_transactions_are_compared_around_the_end_of_their_numbers(
    oldest: int, written: int, later: int, postgresql_url: str
) -> None:
    engine = sa.create_engine(postgresql_url, poolclass=sa.NullPool)
    with engine.connect() as connection:
        text = unchanged.later(oldest).replace("xmin", f"'{written}'")
        assert connection.exec_driver_sql(f"select {text}").scalar_one() == later
