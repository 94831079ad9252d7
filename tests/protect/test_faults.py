"""Connections cut, deadlocks, locks and two operators: a job goes on by itself, or says what to do."""

from __future__ import annotations

import multiprocessing
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import sqlalchemy as sa

from piiguard.errors import JobError
from piiguard.protect import transient
from piiguard.protect.batches.pace import Limits, Pace
from piiguard.protect.census.counts import count_index_rows, count_rows
from piiguard.protect.jobs.encrypt import encrypt
from piiguard.protect.jobs.job import Job
from piiguard.protect.jobs.rotate import rotate
from piiguard.protect.outcome import Tally
from piiguard.protect.schema import lock as locks
from piiguard.protect.schema import statements
from piiguard.protect.schema.lock import job_lock
from piiguard.protect.watch import Watch

from .conftest import IIN, PHONE, People, person
from .killing import needs_fork

ROWS = 300
ITEMS = (IIN, PHONE)


class After(Watch):
    """Do something once, when some batches are through."""

    def __init__(self, act: Callable[[], None], batches: int = 3) -> None:
        self.act = act
        self.left = batches

    def step(self, tally: Tally) -> None:
        self.left -= 1
        if self.left == 0:
            self.act()


def small() -> Pace:
    # A stop that never comes and a window keep the batch from growing: every test meets a job half way.
    pace = Pace()
    pace.size = 20
    return pace


@pytest.fixture
def served(make_people: Callable[[str], People], database_url: str) -> People:
    """Encrypted rows on a server, with a newer key to rotate to."""
    people = make_people(database_url)
    people.fill(ROWS)
    for item in ITEMS:
        encrypt(people.job(), item)
    people.promote()
    return people


def assert_rotated(people: People) -> None:
    old = [v.id for v in people.keyring.versions if v.kind == "data" and v.state != "primary"]
    assert sum(count_rows(people.engine, ITEMS, key_id) for key_id in old) == 0
    assert people.opened(IIN) == {n: person(n)["iin"] for n in range(1, ROWS + 1)}


@contextmanager
def admin(people: People) -> Iterator[sa.Connection]:
    engine = sa.create_engine(people.engine.url, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    with engine.connect() as connection:
        yield connection


@pytest.fixture
def failures(monkeypatch: pytest.MonkeyPatch) -> Failures:
    """What a job met and tried again."""
    found = Failures()

    def is_transient(error: Exception, *, reconnecting: bool) -> bool:
        found.append(error)
        if act := found.acts.get(len(found)):
            act()
        return transient.is_transient(error, reconnecting=reconnecting)

    monkeypatch.setattr("piiguard.protect.batches.run.is_transient", is_transient)
    return found


class Failures(list[Exception]):
    """The errors so far, and what to do at the first, the second and so on."""

    def __init__(self) -> None:
        self.acts: dict[int, Callable[[], None]] = {}


def test_a_connection_cut_between_batches_is_made_again(
    served: People, failures: Failures, cut_others: Callable[[sa.URL], None]
) -> None:
    watch = After(lambda: cut_others(served.engine.url))
    outcomes = list(rotate(Job(served.engine, served.keyring, small(), watch), ITEMS))
    assert [outcome.left for outcome in outcomes] == [0]
    assert failures
    assert_rotated(served)


def test_a_connection_cut_within_a_batch_is_made_again(served: People, failures: Failures) -> None:
    with locked_row(served, 150) as let_go:

        def cut() -> None:
            end = time.monotonic() + 60
            while not cut_waiting(served) and time.monotonic() < end:
                time.sleep(0.2)  # who asks within a tenth of a second is shown InnoDB's list of before
            let_go.set()

        cutter = threading.Thread(target=cut)
        cutter.start()
        list(rotate(Job(served.engine, served.keyring, small()), ITEMS))
        cutter.join()
    assert failures
    assert_rotated(served)


def cut_waiting(people: People) -> bool:
    """End the connection that waits for the locked row; False while there is none."""
    if people.engine.dialect.name == "postgresql":
        waiting = (
            "select pid from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()"
        )
        kill = "select pg_terminate_backend({})"
    else:
        # The list is the server's: other tests wait for locks as well.
        waiting = (
            "select trx_mysql_thread_id from information_schema.innodb_trx join information_schema.processlist"
            " on id = trx_mysql_thread_id where trx_state = 'LOCK WAIT' and db = database()"
        )
        kill = "kill {}"
    with admin(people) as connection:
        found = connection.scalars(sa.text(waiting)).all()
        for number in found:
            connection.execute(sa.text(kill.format(number)))
    return bool(found)


@contextmanager
def locked_row(people: People, row: int) -> Iterator[threading.Event]:
    """Another transaction holds a row until the event is set, or the block ends."""
    let_go, held = threading.Event(), threading.Event()

    def hold() -> None:
        engine = sa.create_engine(people.engine.url, poolclass=sa.NullPool)
        with engine.begin() as connection:
            connection.execute(sa.text("update people set note = 'x' where id = :row"), {"row": row})
            held.set()
            let_go.wait()

    thread = threading.Thread(target=hold)
    thread.start()
    try:
        assert held.wait(60)
        yield let_go
    finally:
        let_go.set()
        thread.join()


def test_a_lock_timeout_is_waited_out(served: People, failures: Failures) -> None:
    with locked_row(served, 100) as let_go:
        failures.acts[1] = let_go.set
        list(rotate(Job(served.engine, served.keyring, small()), ITEMS))
    assert failures
    assert_rotated(served)


def test_a_lock_that_is_never_let_go_ends_in_words_and_goes_on_later(
    served: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("piiguard.protect.batches.run.ATTEMPTS", 1)
    with (
        locked_row(served, 100),
        pytest.raises(JobError, match="somebody holds a lock for too long") as caught,
    ):
        list(rotate(Job(served.engine, served.keyring, small()), ITEMS))
    assert "run the same command again" in caught.value.hint
    outcomes = list(rotate(served.job(), ITEMS))
    assert outcomes[0].resumed
    assert_rotated(served)


def test_an_index_is_made_beside_a_transaction_that_stays_open(
    make_people: Callable[[str], People], postgresql_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    people, make = make_people(postgresql_url), statements.make_indexes
    people.fill(10)

    def beside(*given: Any) -> None:
        with locked_row(people, 1) as let_go:
            threading.Timer(1.5, let_go.set).start()  # longer than a batch would wait
            make(*given)

    monkeypatch.setattr("piiguard.protect.jobs.migrate.make_indexes", beside)
    encrypt(people.job(), PHONE)
    assert people.found(PHONE, person(1)["phone"]) == [1]


def test_a_deadlock_is_tried_again(served: People, failures: Failures) -> None:
    """The application takes rows in the opposite order and waits for the job's."""
    done = threading.Event()
    # A job tries ten times; who is the victim each time is luck, so the application has to have enough.
    failures.acts[5] = done.set

    def cross() -> None:
        engine = sa.create_engine(served.engine.url, poolclass=sa.NullPool)
        while not done.is_set():
            try:
                with engine.begin() as connection:
                    for row in range(ROWS, 0, -7):
                        connection.execute(
                            sa.text("update people set note = 'x' where id = :row"), {"row": row}
                        )
            except sa.exc.DBAPIError:
                continue  # this time the application was the victim

    thread = threading.Thread(target=cross)
    thread.start()
    try:
        list(rotate(Job(served.engine, served.keyring, small()), ITEMS))
    finally:
        done.set()
        thread.join()
    assert_rotated(served)


def test_a_serialization_failure_is_tried_again(
    make_people: Callable[[str], People], postgresql_url: str, failures: Failures
) -> None:
    people = make_people(postgresql_url)
    people.fill(ROWS)
    for item in ITEMS:
        encrypt(people.job(), item)
    people.promote()
    strict = people.engine.execution_options(isolation_level="SERIALIZABLE")
    done = threading.Event()
    failures.acts[5] = done.set

    def write() -> None:
        engine = sa.create_engine(people.engine.url, isolation_level="SERIALIZABLE", poolclass=sa.NullPool)
        while not done.is_set():
            try:
                with engine.begin() as connection:
                    connection.execute(sa.text("update people set note = 'x' where id % 10 = 0"))
            except sa.exc.DBAPIError:
                continue

    thread = threading.Thread(target=write)
    thread.start()
    try:
        list(rotate(Job(strict, people.keyring, small()), ITEMS))
    finally:
        done.set()
        thread.join()
    assert_rotated(people)


def test_the_second_operator_is_told_at_once(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(locks, "PATIENCE", 0.3)
    people.fill(10)
    with (
        job_lock(people.engine, "people"),
        pytest.raises(JobError, match="another job is at work on this table"),
    ):
        encrypt(people.job(), IIN)
    encrypt(people.job(), IIN)
    assert people.opened(IIN)[1] == person(1)["iin"]


def test_a_run_that_was_taken_over_stops_before_it_writes(people: People) -> None:
    people.fill(ROWS)
    for item in ITEMS:
        encrypt(people.job(), item)
    people.promote()

    def take_over() -> None:
        with people.engine.begin() as connection:
            connection.execute(sa.text("update piiguard_jobs set owner = 'somebody else'"))

    pace = Pace()
    pace.size = 20
    with pytest.raises(JobError, match="another run has taken this job over"):
        list(rotate(Job(people.engine, people.keyring, pace, After(take_over, 1)), ITEMS))
    list(rotate(people.job(), ITEMS))
    assert_rotated(people)


def test_several_processes_share_a_table(served: People) -> None:
    list(rotate(served.job(workers=3), ITEMS))
    assert_rotated(served)


@needs_fork
def test_a_worker_that_dies_is_told_and_the_others_finish_their_batch(served: People) -> None:
    others = set(multiprocessing.active_children())

    def kill_one() -> None:
        (set(multiprocessing.active_children()) - others).pop().kill()

    pace = Pace(Limits(rows_per_second=3))  # so that none has come to its end before
    job = Job(served.engine, served.keyring, pace, After(kill_one, 1), workers=3)
    with pytest.raises(JobError, match="a worker process ended early") as caught:
        list(rotate(job, ITEMS))
    assert "run the same command again" in caught.value.hint
    assert set(multiprocessing.active_children()) <= others
    (outcome, *_) = rotate(served.job(workers=2), ITEMS)
    assert outcome.resumed
    assert_rotated(served)


def test_rows_hidden_by_a_policy_are_refused(
    make_people: Callable[[str], People], postgresql_url: str
) -> None:
    people = make_people(postgresql_url)
    people.fill(3)
    encrypt(people.job(), IIN)
    role = f"piiguard_r_{uuid.uuid4().hex[:8]}"  # roles belong to the server
    with admin(people) as connection:
        connection.execute(sa.text("alter table people enable row level security"))
        connection.execute(sa.text(f"create role {role} login"))
        connection.execute(sa.text(f"grant select, update on people to {role}"))
    try:
        hidden = sa.create_engine(people.engine.url.set(username=role), poolclass=sa.NullPool)
        with pytest.raises(JobError, match="row-level security hides rows"):
            list(rotate(Job(hidden, people.keyring), [IIN]))
        with pytest.raises(JobError, match="row-level security hides rows"):
            count_rows(hidden, [IIN], people.keyring.primary().id)
        with pytest.raises(JobError, match="row-level security hides rows"):
            count_index_rows(hidden, [IIN], 1)
    finally:
        with admin(people) as connection:
            connection.execute(sa.text(f"drop owned by {role}"))
            connection.execute(sa.text(f"drop role {role}"))


def test_triggers_of_the_table_are_told(sqlite_people: People) -> None:
    said: list[tuple[str, str]] = []

    class Listening(Watch):
        def note(self, what: str, place: str) -> None:
            said.append((what, place))

    with sqlite_people.engine.begin() as connection:
        connection.exec_driver_sql("create trigger log_people after update on people begin select 1; end")
    encrypt(Job(sqlite_people.engine, sqlite_people.keyring, watch=Listening()), PHONE)
    assert said == [("triggers", "people: log_people")]
