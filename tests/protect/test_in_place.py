"""A text column is encrypted where it stands, beside its application: no search is short, and no value comes in twice."""

from __future__ import annotations

import functools
import re
import shlex
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from piiguard.cli.main import run
from piiguard.database import open_engine
from piiguard.errors import JobError
from piiguard.keys import Keyring
from piiguard.keys.envelope import looks_encrypted
from piiguard.manifest import ProtectedColumn
from piiguard.orm import BlindIndex, Encrypted
from piiguard.protect import Job, Watch, encrypt, verify
from piiguard.protect.batches.pace import Pace
from piiguard.protect.outcome import Tally

from .killing import needs_fork, writing

DOCS = Path(__file__).parents[2] / "docs"
STEPS = re.findall(
    r'```sh title="in-place"\n(.*?)```', (DOCS / "key-management.md").read_text(encoding="utf-8"), re.DOTALL
)
ROWS = 60
EMAIL = ProtectedColumn(
    "students", "email", "students.email", storage="text", index="email_index", normalizer="email/2"
)


def email(number: int) -> str:
    return f"Student.{number}@example.kz"


@dataclass
class School:
    """The table ``students`` of one test; e-mails are unique."""

    engine: sa.Engine
    keyring: Keyring

    @property
    def url(self) -> str:
        return self.engine.url.render_as_string(hide_password=False)

    def job(self, pace: Pace | None = None, watch: Watch | None = None) -> Job:
        return Job(self.engine, self.keyring, pace or Pace(), watch or Watch())

    def stored(self) -> dict[int, tuple[Any, Any]]:
        with self.engine.connect() as connection:
            rows = connection.execute(
                sa.text("select id, email, email_index from students order by id")
            ).all()
        return {row[0]: (row[1], row[2]) for row in rows}

    def execute(self, statement: str, **values: Any) -> None:
        with self.engine.begin() as connection:
            connection.execute(sa.text(statement), values)


@pytest.fixture
def school(any_database_url: str, keyring: Keyring) -> Any:
    engine = open_engine(any_database_url)
    made = School(engine, keyring)
    made.execute("create table students (id integer not null primary key, email varchar(80) unique)")
    with engine.begin() as connection:
        insert = sa.text("insert into students (id, email) values (:id, :email)")
        connection.execute(insert, [{"id": n, "email": email(n)} for n in range(1, ROWS + 1)])
    yield made
    engine.dispose()


def model(keyring: Keyring, migrating: Any) -> Any:
    class Base(DeclarativeBase):
        pass

    class Student(Base):
        __tablename__ = "students"
        id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
        email: Mapped[str | None] = mapped_column(
            Encrypted(sa.Text, keyring=keyring, context="students.email", storage="text", migrating=migrating)
        )
        email_index: Mapped[bytes | None] = mapped_column(
            BlindIndex("email", normalizer="email/2"), unique=True
        )

    return Student


def found(school: School, student: Any, value: str) -> list[int]:
    with Session(school.engine) as session:
        return list(session.scalars(sa.select(student.id).where(student.email == value)))


def is_refused(school: School, student: Any, value: str) -> bool:
    with Session(school.engine) as session:
        session.add(student(id=900, email=value))
        try:
            session.flush()
        except sa.exc.IntegrityError:
            return True
        finally:
            session.rollback()
    return False


class Small(Pace):
    """Every batch has the same size."""

    def after(self, connection: sa.Connection, rows: int, seconds: float) -> None:
        pass


class Looking(Watch):
    """Does something after every batch."""

    def __init__(self, look: Callable[[], None]) -> None:
        self.look, self.phase, self.phases = look, "", dict[str, int]()

    def begin(self, phase: str, table: str, columns: Any, rows: int) -> None:
        self.phase = phase

    def step(self, tally: Tally) -> None:
        self.phases[self.phase] = self.phases.get(self.phase, 0) + 1
        self.look()


def test_every_row_has_its_index_under_unique_before_a_value_is_changed(school: School) -> None:
    assert encrypt(school.job(), EMAIL, keep_plaintext=True).kind == "ready"
    key = school.keyring.index("students.email", "email_index", "email/2")
    assert school.stored() == {n: (email(n), key.compute(email(n))) for n in range(1, ROWS + 1)}
    held = school.stored()[2][1]
    with pytest.raises(sa.exc.IntegrityError):
        school.execute("update students set email_index = :held where id = 1", held=held)


def test_each_search_and_each_refusal_holds_between_any_two_batches(school: School) -> None:
    student = model(school.keyring, "indexed")
    encrypt(school.job(), EMAIL, keep_plaintext=True)
    both: set[bool] = set()

    def look() -> None:
        kinds = {looks_encrypted(value) for value, _ in school.stored().values()}
        both.add(len(kinds) == 2)
        assert [found(school, student, email(n).upper()) for n in (1, 30, ROWS)] == [[1], [30], [ROWS]]
        assert all(is_refused(school, student, email(n)) for n in (1, 30, ROWS))

    watch = Looking(look)
    assert encrypt(school.job(Small(size=20), watch), EMAIL).tally.changed == ROWS
    assert watch.phases["encrypt"] >= 2
    assert True in both
    (proof,) = verify(school.job(), [EMAIL])
    assert proof.sound


def test_what_an_old_release_writes_meanwhile_gets_its_index_with_the_second_command(school: School) -> None:
    encrypt(school.job(), EMAIL, keep_plaintext=True)
    school.execute("update students set email = 'new@example.kz' where id = 7")
    school.execute("insert into students (id, email) values (61, 'late@example.kz')")
    school.execute("update students set email = 'swap@example.kz' where id = 1")
    school.execute("update students set email = :value where id = 2", value=email(1))
    assert encrypt(school.job(), EMAIL, keep_plaintext=True).tally.changed == 4
    student = model(school.keyring, "indexed")
    wanted = {"new@example.kz": [7], "late@example.kz": [61], email(1): [2], email(2): [], email(7): []}
    assert {value: found(school, student, value) for value in wanted} == wanted


def test_a_value_that_is_there_already_for_the_normalizer_is_named_with_its_twin(school: School) -> None:
    encrypt(school.job(), EMAIL, keep_plaintext=True)
    school.execute("insert into students (id, email) values (61, :value)", value=f" {email(5)}")
    for keep in (True, False):
        with pytest.raises(
            JobError, match="the rows 5 and 61 are equal after the normalizer email"
        ) as refused:
            encrypt(school.job(), EMAIL, keep_plaintext=keep)
        assert "example" not in str(refused.value).lower()
    assert not any(looks_encrypted(value) for value, _ in school.stored().values())


def test_so_is_one_that_comes_in_while_rows_are_converted(school: School) -> None:
    encrypt(school.job(), EMAIL, keep_plaintext=True)
    late = iter([f" {email(60)}"])

    def look() -> None:
        for value in late:
            school.execute("insert into students (id, email) values (61, :value)", value=value)

    class Late(Looking):
        def begin(self, phase: str, table: str, columns: Any, rows: int) -> None:
            if phase == "encrypt":
                self.look()

        def step(self, tally: Tally) -> None:
            pass

    with pytest.raises(JobError, match=r"the rows (60 and 61|61 and 60) are equal"):
        encrypt(school.job(watch=Late(look)), EMAIL)
    school.execute("delete from students where id = 61")
    encrypt(school.job(), EMAIL)
    assert all(looks_encrypted(value) for value, _ in school.stored().values())


def test_a_refusal_takes_the_index_back(school: School) -> None:
    school.execute("insert into students (id, email) values (61, :value)", value="pg1." + "A" * 64)
    with pytest.raises(JobError, match="what looks encrypted does not open, in 1 row: 61"):
        encrypt(school.job(), EMAIL)
    with school.engine.connect() as connection:
        assert [c["name"] for c in sa.inspect(connection).get_columns("students")] == ["id", "email"]


def test_without_an_index_the_column_gets_room_and_nothing_else(school: School) -> None:
    item = replace(EMAIL, index=None, normalizer=None)
    school.execute("create table pupils (id integer not null primary key, email varchar(20))")
    school.execute("insert into pupils (id, email) values (1, 'a@example.kz')")
    item = replace(item, table="pupils")
    assert encrypt(school.job(), item, keep_plaintext=True).kind == "ready"
    with school.engine.connect() as connection:
        assert connection.scalar(sa.text("select email from pupils")) == "a@example.kz"
    school.execute("update pupils set email = :value", value="x" * 100)


@needs_fork
def test_the_steps_of_the_page_beside_an_application(
    school: School, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PIIGUARD_KEYRING", str(school.keyring.path))
    monkeypatch.setenv("DATABASE", school.url)
    written: dict[int, str] = {}

    def beside(write: Callable[..., None], block: str | None, seed: int) -> str:
        """One of the page's blocks, or a moment, while this release of the application writes."""
        school.engine.dispose()
        commands = [shlex.split(line.replace("$DATABASE", school.url)) for line in (block or "").splitlines()]
        with writing(write, school.url, school.keyring, ROWS, seed) as now:
            assert [run(words[1:]) for words in commands if words[1] == "encrypt"] == [0] * bool(commands)
        written.update(now)  # SQLite is read while nobody writes
        assert all(run(words[1:]) == 0 for words in commands if words[1] != "encrypt")
        return capsys.readouterr().err

    said = [
        beside(plain_write, STEPS[0], 1),
        beside(orm_write(True), STEPS[1], 2),
        beside(orm_write("indexed"), STEPS[2], 3),
        beside(orm_write(False), None, 4),
    ]
    assert 'hint: deploy models with storage="text" and migrating=True' in said[0]
    assert 'hint: deploy models with migrating="indexed"' in said[1]
    wanted = {n: email(n) for n in range(1, ROWS + 1)} | {n: f"{v}@example.kz" for n, v in written.items()}
    student = model(school.keyring, False)
    with Session(school.engine) as session:
        assert {one.id: one.email for one in session.scalars(sa.select(student))} == wanted
    assert all(found(school, student, value) == [n] for n, value in wanted.items())
    assert len(STEPS) == 3


def plain_write(engine: sa.Engine, keyring: Keyring, row: int, value: str) -> None:
    with engine.begin() as connection:
        connection.execute(
            sa.text("update students set email = :value where id = :id"),
            {"value": f"{value}@example.kz", "id": row},
        )


def orm_write(migrating: Any) -> Callable[..., None]:
    """An application of this release: it writes, and finds at once what it wrote."""
    made = functools.cache(lambda keyring: model(keyring, migrating))

    def write(engine: sa.Engine, keyring: Keyring, row: int, value: str) -> None:
        student = made(keyring)
        with Session(engine) as session:
            one = session.get_one(student, row)
            before = one.email
            if migrating == "indexed":
                assert session.scalars(sa.select(student.id).where(student.email == before)).all() == [row]
            one.email = f"{value}@example.kz"
            session.commit()

    return write
