"""SIGKILL at random instants beside a writer: no value is lost, none is old, every index finds its row."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from piiguard.database import open_engine
from piiguard.keys import Keyring
from piiguard.orm import BlindIndex, Encrypted
from piiguard.protect.batches.pace import Limits, Pace
from piiguard.protect.census.counts import count_rows, index_census
from piiguard.protect.jobs.encrypt import encrypt
from piiguard.protect.jobs.job import Job
from piiguard.protect.jobs.rotate import rotate
from piiguard.protect.jobs.verify import verify
from piiguard.protect.schema.tables import reflect

from .conftest import DDL, IIN, NOTE, PHONE, People, person
from .killing import KILLS, PATIENCE, needs_fork, run_and_kill, wait_until_loaded, writing

pytestmark = [needs_fork, pytest.mark.slow]
ROWS = 400


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A busy server takes longer to see that the job before was killed, and holds its lock until then."""
    monkeypatch.setattr("piiguard.protect.schema.lock.PATIENCE", PATIENCE)


@pytest.fixture
def people(make_people: Callable[[str], People], any_database_url: str) -> People:
    """The table, empty, in each kind of database; on a slow disk SQLite's five seconds for a lock are too few."""
    sqlite = any_database_url.startswith("sqlite")
    return make_people(f"{any_database_url}?timeout={PATIENCE}" if sqlite else any_database_url)


def slowly() -> Pace:
    """Small batches and a throttle, so that a job is met at many different places."""
    pace = Pace(Limits(rows_per_second=2500))
    pace.size = 25
    return pace


@contextmanager
def job(url: str, keyring: Keyring) -> Iterator[Job]:
    engine = open_engine(url)
    try:
        yield Job(engine, keyring, slowly())
    finally:
        engine.dispose()


def rotate_all(url: str, keyring: Keyring) -> None:
    with job(url, keyring) as made:
        assert not any(outcome.paused for outcome in rotate(made, (IIN, PHONE)))


def rotate_iin(url: str, keyring: Keyring) -> str:
    with job(url, keyring) as made:
        outcomes = list(rotate(made, (IIN,)))
    assert not any(outcome.paused or outcome.left for outcome in outcomes)
    return outcomes[-1].kind


def encrypt_phone(url: str, keyring: Keyring) -> None:
    with job(url, keyring) as made:
        encrypt(made, PHONE)


def encrypt_note(url: str, keyring: Keyring) -> None:
    with job(url, keyring) as made:
        encrypt(made, NOTE)


def orm_write(column: str) -> Callable[[sa.Engine, Keyring, int, str], None]:
    """An application's way of writing: a mapped class with ``Encrypted`` and ``BlindIndex``."""
    models: dict[int, type] = {}

    def write(engine: sa.Engine, keyring: Keyring, row: int, value: str) -> None:
        if id(keyring) not in models:
            models[id(keyring)] = MODELS[column](keyring)
        with Session(engine) as session:
            setattr(session.get(models[id(keyring)], row), column, value)
            session.commit()

    return write


def phone_model(keyring: Keyring) -> type:
    class Base(DeclarativeBase):
        pass

    class Person(Base):
        __tablename__ = "people"
        id: Mapped[int] = mapped_column(primary_key=True)
        phone: Mapped[str | None] = mapped_column(
            Encrypted(sa.String(32), keyring=keyring, context="people.phone")
        )
        phone_index: Mapped[bytes | None] = mapped_column(BlindIndex("phone", normalizer="phone"))

    return Person


def iin_model(keyring: Keyring) -> type:
    class Base(DeclarativeBase):
        pass

    class Person(Base):
        __tablename__ = "people"
        id: Mapped[int] = mapped_column(primary_key=True)
        iin: Mapped[str] = mapped_column(Encrypted(sa.String(12), keyring=keyring, context="people.iin"))
        iin_index: Mapped[bytes | None] = mapped_column(BlindIndex("iin", normalizer="digits"), unique=True)

    return Person


def note_model(keyring: Keyring) -> type:
    class Base(DeclarativeBase):
        pass

    class Person(Base):
        __tablename__ = "people"
        id: Mapped[int] = mapped_column(primary_key=True)
        note: Mapped[str | None] = mapped_column(
            Encrypted(sa.String(200), keyring=keyring, context="people.note", storage="text", migrating=True)
        )

    return Person


MODELS = {"iin": iin_model, "phone": phone_model, "note": note_model}
ORM = {column: orm_write(column) for column in MODELS}


def unique_write(engine: sa.Engine, keyring: Keyring, row: int, value: str) -> None:
    """A value of its own for one of the upper rows; before that, the value of a lower row, which is refused."""
    write, upper = ORM["iin"], ROWS // 2 + row % (ROWS // 2)
    try:
        write(engine, keyring, upper, person(1 + row % (ROWS // 2 - 1))["iin"])
    except sa.exc.IntegrityError:
        pass
    else:
        raise AssertionError(f"row {upper} took the value of another")
    write(engine, keyring, upper, "9" + re.sub(r"\D", "", value))


def plain_write(engine: sa.Engine, keyring: Keyring, row: int, value: str) -> None:
    """An application of before the cut-over."""
    with engine.begin() as connection:
        update = sa.text("update people set phone = :value where id = :id")
        connection.execute(update, {"value": value, "id": row})


def expected(column: str, written: dict[int, str]) -> dict[int, str | None]:
    return {n: person(n)[column] for n in range(1, ROWS + 1)} | written


def assert_sound(people: People, *items: object) -> None:
    for found in verify(people.job(), items):  # type: ignore[arg-type]
        assert found.sound
        assert found.plain.rows == 0


def test_rotate_loses_nothing(people: People) -> None:
    url, rng = people.engine.url.render_as_string(hide_password=False), random.Random(1)
    people.fill(ROWS)
    for item in (IIN, PHONE):
        encrypt(people.job(), item)
    people.engine.dispose()
    kills = 0
    with writing(orm_write("phone"), url, people.keyring, ROWS, seed=2) as written:
        people.promote()
        while kills < KILLS:
            if run_and_kill(rng, 0.5, rotate_all, url, people.keyring):
                people.promote("index" if kills % 3 == 2 else "data")
            else:
                kills += 1
    rotate_all(url, people.keyring)
    old = [v.id for v in people.keyring.versions if v.kind == "data" and v.state != "primary"]
    assert sum(count_rows(people.engine, (IIN, PHONE), key_id) for key_id in old) == 0
    assert written
    assert people.opened(PHONE) == expected("phone", written)
    assert people.opened(IIN) == expected("iin", {})
    assert all(people.found(PHONE, value) == [row] for row, value in written.items())
    assert_sound(people, IIN, PHONE)


def test_encrypt_in_place_loses_nothing(people: People) -> None:
    url, rng = people.engine.url.render_as_string(hide_password=False), random.Random(3)
    people.fill(ROWS)
    # MariaDB's VARCHAR(200) must be widened before the application writes ciphertext.
    encrypt(people.job(Pace(stop=lambda: True)), NOTE)
    people.engine.dispose()
    kills = 0
    with writing(orm_write("note"), url, people.keyring, ROWS, seed=4) as written:
        while kills < KILLS:
            if run_and_kill(rng, 0.3, encrypt_note, url, people.keyring):
                _plain_again(people, written)
            else:
                kills += 1
    encrypt_note(url, people.keyring)
    assert written
    # Rows that were made plain again may hold either; all others hold what was written last.
    opened = people.opened(NOTE)
    assert set(opened) == set(range(1, ROWS + 1))
    for row, value in expected("note", written).items():
        assert opened[row] in (value, f"жаңа {row}")
    assert_sound(people, NOTE)


def _plain_again(people: People, written: dict[int, str]) -> None:
    """More work: an old script writes plaintext into half of the rows."""
    with people.engine.begin() as connection:
        table = reflect(connection, "people")
        rows = [{"row": n, "value": f"жаңа {n}"} for n in range(1, ROWS + 1, 2)]
        update = table.update().where(table.c.id == sa.bindparam("row")).values(note=sa.bindparam("value"))
        connection.execute(update, rows)
    people.engine.dispose()


def test_encrypt_through_a_twin_loses_nothing(people: People) -> None:
    url, rng, kills = people.engine.url.render_as_string(hide_password=False), random.Random(5), 0
    while kills < KILLS:
        with people.engine.begin() as connection:
            connection.exec_driver_sql("drop table people")
            connection.exec_driver_sql(DDL)
        people.fill(ROWS)
        people.engine.dispose()
        with writing(plain_write, url, people.keyring, ROWS, seed=kills) as written:
            longest = 0.4  # grows, so that every round comes to its end on a busy machine, too
            while not run_and_kill(rng, longest, encrypt_phone, url, people.keyring):
                kills, longest = kills + 1, longest * 1.3
        assert written
        assert people.opened(PHONE) == expected("phone", written)
        assert all(people.found(PHONE, value) == [row] for row, value in written.items())
        assert_sound(people, PHONE)


def test_rotate_of_a_unique_index_lets_no_value_in_twice_and_finds_every_row(people: People) -> None:
    url, rng, kills = people.engine.url.render_as_string(hide_password=False), random.Random(7), 0
    longest = 0.6
    people.fill(ROWS)
    encrypt(people.job(), IIN)
    people.stage("index")
    people.engine.dispose()
    with writing(unique_write, url, people.keyring, ROWS, seed=8):
        while kills < KILLS or people.keyring.primary("index").version < 2:
            ended = run_and_kill(rng, longest, rotate_iin, url, people.keyring)
            still = [1 + rng.randrange(ROWS // 2 - 1) for _ in range(5)]
            assert [people.found(IIN, person(n)["iin"]) for n in still] == [[n] for n in still]
            people.engine.dispose()
            longest = 0.6 if ended else longest * 1.3  # every round comes to its end on a busy machine, too
            if not ended:
                kills += 1
            elif any(v.state == "staged" for v in people.keyring.versions):
                wait_until_loaded(people.keyring)
                people.promote_staged("index")
            else:
                people.stage("index")
    while rotate_iin(url, people.keyring) == "prepared":
        people.promote_staged("index")
    newest = people.keyring.primary("index").version
    assert index_versions(people) == {newest: ROWS}
    opened = people.opened(IIN)
    assert len(set(opened.values())) == ROWS
    assert {n: opened[n] for n in range(1, ROWS // 2)} == {n: person(n)["iin"] for n in range(1, ROWS // 2)}
    assert_sound(people, IIN)


def index_versions(people: People) -> dict[int, int]:
    with people.engine.connect() as connection:
        return index_census(connection, reflect(connection, "people").c.iin_index)
