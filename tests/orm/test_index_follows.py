"""The kinds of statements, sessions and defaults in which an index was once left behind, each by its name."""

from __future__ import annotations

import itertools
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import sqlite
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, make_transient, mapped_column

from piiguard.keys import Keyring
from piiguard.orm import BlindIndex, Encrypted, EncryptedColumnError

FIRST, SECOND, THIRD = "050312300015", "010203300015", "090909400014"


def ids(session: Session, models: SimpleNamespace, iin: str) -> list[int]:
    student = models.Student
    return list(session.scalars(sa.select(student.id).where(student.iin == iin).order_by(student.id)))


def flushed(session: Session, write: Any) -> None:
    write()
    session.flush()


@pytest.mark.parametrize("form", ["literal", "excluded"])
def test_an_upsert_of_several_rows_keeps_the_index(
    session: Session, models: SimpleNamespace, form: str
) -> None:
    session.execute(sa.insert(models.table), [{"id": 1, "iin": FIRST}])
    statement = sqlite.insert(models.Student).values([{"id": 1, "iin": SECOND}, {"id": 2, "iin": THIRD}])
    value: Any = statement.excluded.iin if form == "excluded" else SECOND
    session.execute(statement.on_conflict_do_update(index_elements=["id"], set_={"iin": value}))
    assert (ids(session, models, FIRST), ids(session, models, SECOND), ids(session, models, THIRD)) == (
        [],
        [1],
        [2],
    )


@pytest.mark.parametrize(
    "rows", [[{"id": 1, "iin": SECOND}], [{"id": 1, "iin": SECOND}, {"id": 2, "iin": THIRD}]]
)
@pytest.mark.parametrize("source", ["town", "email", "full_name"])
def test_an_upsert_takes_no_other_column(
    session: Session, models: SimpleNamespace, rows: list[dict[str, Any]], source: str
) -> None:
    statement = sqlite.insert(models.table).values(rows)
    with pytest.raises(EncryptedColumnError, match="cannot be set to an SQL expression"):
        session.execute(
            statement.on_conflict_do_update(index_elements=["id"], set_={"iin": statement.excluded[source]})
        )


def test_an_upsert_sets_no_index_alone(session: Session, models: SimpleNamespace) -> None:
    statement = sqlite.insert(models.table).values([{"id": 1, "iin": SECOND}])
    with pytest.raises(EncryptedColumnError, match="assigned by hand"):
        session.execute(
            statement.on_conflict_do_update(
                index_elements=["id"], set_={"iin_index": statement.excluded.iin_index}
            )
        )
    both = {"iin": statement.excluded.iin, "iin_index": statement.excluded.iin_index}
    session.execute(statement.on_conflict_do_update(index_elements=["id"], set_=both))
    assert ids(session, models, SECOND) == [1]


def test_an_insert_from_select_upserts_with_the_index(session: Session, models: SimpleNamespace) -> None:
    session.execute(sa.insert(models.table), [{"id": 1, "iin": FIRST}])
    statement = sqlite.insert(models.table).from_select(
        ["id", "town"], sa.select(models.table.c.id, sa.literal("Семей")).where(sa.true())
    )
    session.execute(statement.on_conflict_do_update(index_elements=["id"], set_={"iin": SECOND}))
    assert (ids(session, models, FIRST), ids(session, models, SECOND)) == ([], [1])


def test_an_index_set_by_hand_must_be_the_derived_one(session: Session, models: SimpleNamespace) -> None:
    student, wrong = models.Student, b"\0\1" + b"A" * 14
    (right,) = BlindIndex.values(student.iin, FIRST)
    session.add(student(id=1, iin_index=right, iin=FIRST))
    session.execute(sa.insert(models.table), [{"id": 2, "iin": SECOND, "iin_index": None}])
    session.commit()
    for write in (
        lambda: session.add(student(id=3, iin_index=wrong, iin=THIRD)),
        lambda: session.add(student(id=3, iin_index=wrong)),
        lambda: setattr(session.get(student, 1), "iin_index", wrong),
        lambda: session.execute(sa.insert(models.table), [{"id": 3, "iin": THIRD, "iin_index": wrong}]),
        lambda: session.execute(sa.insert(student).values([{"id": 3, "iin": THIRD, "iin_index": wrong}])),
        lambda: session.execute(sa.update(student).values(iin_index=wrong)),
        lambda: session.execute(sa.update(student).values(iin_index=None)),
        lambda: session.execute(sa.update(student).where(student.id == 1).values(iin=THIRD, iin_index=wrong)),
        lambda: session.execute(sa.update(student).values(iin_index=student.email_index)),
        lambda: session.execute(sa.update(student), [{"id": 1, "iin_index": wrong}]),
    ):
        with pytest.raises(EncryptedColumnError) as caught:
            flushed(session, write)
        assert caught.value.hint
        session.rollback()
    assert ids(session, models, FIRST) == [1]


def test_a_listener_that_changes_the_value_changes_the_index(
    session: Session, models: SimpleNamespace
) -> None:
    @sa.event.listens_for(models.Student.iin, "set", retval=True)
    def other(target: Any, value: str, old: Any, initiator: Any) -> str:
        return SECOND

    session.add(models.Student(id=1, iin=FIRST))
    session.commit()
    assert (ids(session, models, FIRST), ids(session, models, SECOND)) == ([], [1])
    found = session.get(models.Student, 1)
    assert found is not None
    found.__dict__["iin"] = THIRD
    sa.orm.attributes.flag_modified(found, "iin")
    session.commit()
    assert (ids(session, models, SECOND), ids(session, models, THIRD)) == ([], [1])


def test_an_object_that_becomes_transient_is_indexed_again(session: Session, models: SimpleNamespace) -> None:
    session.add(models.Student(id=1, iin=FIRST))
    session.commit()
    found = session.get(models.Student, 1)
    assert found is not None
    session.refresh(found)
    make_transient(found)
    found.id, found.iin = 2, SECOND
    session.add(found)
    session.commit()
    assert (ids(session, models, FIRST), ids(session, models, SECOND)) == ([1], [2])


@pytest.fixture
def pairs(keyring: Keyring) -> Any:
    """A class with an index of two columns."""

    class Base(DeclarativeBase):
        pass

    class Person(Base):
        __tablename__ = "people"
        id: Mapped[int] = mapped_column(primary_key=True)
        name: Mapped[str | None] = mapped_column(Encrypted(sa.Text, keyring=keyring, context="people.name"))
        town: Mapped[str | None] = mapped_column(Encrypted(sa.Text, keyring=keyring, context="people.town"))
        who: Mapped[bytes | None] = mapped_column(BlindIndex("name", "town"))

    return SimpleNamespace(Base=Base, Person=Person)


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
async def test_one_part_of_a_compound_is_set_in_asyncio(
    pairs: Any, database: str, request: pytest.FixtureRequest
) -> None:
    url = str(request.getfixturevalue(f"{database}_url")).replace("sqlite:", "sqlite+aiosqlite:")
    engine, person = create_async_engine(url), pairs.Person
    async with engine.begin() as connection:
        await connection.run_sync(pairs.Base.metadata.create_all)
    async with AsyncSession(engine) as session:  # everything expires with each commit
        one = person(id=1, name="Үлгі", town="Семей")
        session.add(one)
        await session.commit()
        one.name = "Сынақов"
        await session.commit()
        found = await session.scalars(sa.select(person.id).where(person.who.matches("Сынақов", "Семей")))
        assert found.all() == [1]
    await engine.dispose()


def test_one_part_of_a_compound_is_set_while_detached(pairs: Any) -> None:
    engine, person = sa.create_engine("sqlite://"), pairs.Person
    pairs.Base.metadata.create_all(engine)
    with Session(engine) as session:
        one = person(id=1, name="Үлгі", town="Семей")
        session.add(one)
        session.commit()
    one.name = "Сынақов"
    with Session(engine) as session:
        session.add(one)
        session.commit()
        assert session.scalars(sa.select(person.id).where(person.who.matches("Сынақов", "Семей"))).all() == [
            1
        ]
    engine.dispose()


def test_an_update_of_one_part_writes_the_other_as_it_indexed_it(pairs: Any, tmp_path: Any) -> None:
    engine, person = sa.create_engine(f"sqlite:///{tmp_path}/a.db"), pairs.Person
    pairs.Base.metadata.create_all(engine)
    with Session(engine) as session:
        session.add(person(id=1, name="Үлгі", town="Семей"))
        session.commit()
        one = session.get(person, 1)
        assert one is not None
        session.refresh(one)
        with engine.connect() as other:
            session.commit()
            other.execute(sa.update(person).values(name="Үлгі", town="Арал"))
            other.commit()
        one.name = "Сынақов"
        session.commit()
        row = session.execute(sa.select(person.name, person.town)).one()
        assert session.scalars(sa.select(person.id).where(person.who.matches(*row))).all() == [1]
    engine.dispose()


@pytest.mark.parametrize("form", ["one", "many", "lists", "orm", "flush", "list of one"])
def test_each_default_is_called_once_and_indexed(keyring: Keyring, form: str) -> None:
    class Base(DeclarativeBase):
        pass

    calls = itertools.count()

    def token(context: Any) -> str:
        return f"{context.get_current_parameters()['id']}-{next(calls)}"

    class Visit(Base):
        __tablename__ = "visits"
        id: Mapped[int] = mapped_column(primary_key=True)
        code_index: Mapped[bytes | None] = mapped_column(BlindIndex("code"), unique=True)
        code: Mapped[str] = mapped_column(
            Encrypted(sa.Text, keyring=keyring, context="visits.code"), default=token
        )
        gate: Mapped[str] = mapped_column(
            Encrypted(sa.Text, keyring=keyring, context="visits.gate"), insert_default="main"
        )
        both: Mapped[bytes | None] = mapped_column(BlindIndex("gate", "code"))

    engine = sa.create_engine("sqlite://")
    Base.metadata.create_all(engine)
    table: Any = Visit.__table__
    number = 1 if form in ("one", "list of one") else 3
    rows = [{"id": one} for one in range(number)]
    with Session(engine) as session:
        if form == "flush":
            made = [Visit(**row) for row in rows]
            session.add_all(made)
            session.flush()
            assert [one.code for one in made] == ["0-0", "1-1", "2-2"]
        elif form in ("lists", "list of one"):
            session.execute(sa.insert(table).values(rows))
        elif form == "one":
            session.execute(sa.insert(Visit).values(id=0))
        else:
            session.execute(sa.insert(Visit if form == "orm" else table), rows)
        for one in range(number):
            code = f"{one}-{one}"
            assert session.scalars(sa.select(Visit.id).where(Visit.code == code)).all() == [one]
            assert session.scalars(sa.select(Visit.id).where(Visit.both.matches("main", code))).all() == [one]
        assert next(calls) == number
    engine.dispose()


def test_a_default_that_select_would_fill_is_refused(keyring: Keyring) -> None:
    table = sa.Table(
        "t",
        sa.MetaData(),
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("v", Encrypted(sa.Text, keyring=keyring, context="t.v"), default="x"),
        sa.Column("v_index", BlindIndex("v")),
    )
    engine = sa.create_engine("sqlite://")
    table.create(engine)
    with engine.connect() as connection:
        with pytest.raises(EncryptedColumnError, match="INSERT from SELECT"):
            connection.execute(sa.insert(table).from_select(["id"], sa.select(sa.literal(1))))
        without = sa.insert(table).from_select(["id"], sa.select(sa.literal(1)), include_defaults=False)
        assert connection.execute(without).rowcount == 1
    engine.dispose()


@pytest.mark.parametrize("default", [sa.func.lower("x"), sa.select(sa.literal("x")).scalar_subquery()])
def test_a_default_in_sql_is_refused_before_there_is_a_table(keyring: Keyring, default: Any) -> None:
    table = sa.Table(
        "t",
        sa.MetaData(),
        sa.Column("v", Encrypted(sa.Text, keyring=keyring, context="t.v"), default=default),
    )
    with pytest.raises(EncryptedColumnError, match="SQL expression as its default"):
        table.create(sa.create_engine("sqlite://"))


@pytest.mark.parametrize(
    "build",
    [
        lambda t: sa.update(t).values(town=t.c.iin),
        lambda t: sa.update(t).values(town=sa.select(t.c.iin).limit(1).scalar_subquery()),
        lambda t: sa.insert(t).from_select(["town"], sa.select(t.c.iin)),
        lambda t: (
            sqlite.insert(t)
            .values(id=1, iin=FIRST)
            .on_conflict_do_update(index_elements=["id"], set_={"town": sqlite.insert(t).excluded.iin})
        ),
        lambda t: (
            sqlite.insert(t)
            .values([{"id": 1, "iin": FIRST}])
            .on_conflict_do_update(index_elements=["id"], set_={"town": t.c.iin})
        ),
    ],
)
def test_ciphertext_is_not_copied_into_another_column(
    session: Session, models: SimpleNamespace, build: Any
) -> None:
    with pytest.raises(EncryptedColumnError, match=r"students.iin is encrypted and cannot be copied"):
        session.execute(build(models.table))


def test_a_new_table_does_not_take_ciphertext(session: Session, models: SimpleNamespace) -> None:
    create = getattr(sa, "CreateTableAs", None)
    if create is None:
        pytest.skip("CREATE TABLE AS came with SQLAlchemy 2.1")
    with pytest.raises(EncryptedColumnError, match="cannot be copied"):
        session.execute(create(sa.select(models.table.c.id, models.table.c.iin), "copies"))
    session.execute(create(sa.select(models.table.c.id, models.table.c.town), "copies"))


@pytest.mark.parametrize(
    "build",
    [
        lambda t: sa.insert(t).values(iin=FIRST),
        lambda t: sa.insert(t).values([{"iin": FIRST}]),
        lambda t: sa.insert(t),
        lambda t: sa.insert(t).from_select(["iin_index"], sa.select(t.c.iin_index)),
        lambda t: sa.update(t).values(iin=FIRST),
        lambda t: sa.update(t).ordered_values((t.c.iin, FIRST)),
        lambda t: sa.update(t).values({t.c.iin_index: b"x"}),
        lambda t: (
            sqlite.insert(t)
            .values(id=1, town="x")
            .on_conflict_do_update(index_elements=["id"], set_={"iin": FIRST})
        ),
    ],
)
def test_a_statement_inside_another_writes_no_protected_column(
    session: Session, models: SimpleNamespace, build: Any
) -> None:
    inner = build(models.table).returning(models.table.c.id).cte()
    with pytest.raises(EncryptedColumnError, match="written inside another statement"):
        session.execute(sa.select(inner.c.id))


@pytest.mark.parametrize("synchronize", ["evaluate", "fetch", "auto", False])
def test_ordered_values_through_a_session(
    session: Session, models: SimpleNamespace, synchronize: Any
) -> None:
    student = models.Student
    session.add(student(id=1, iin=FIRST))
    session.commit()
    statement = sa.update(student).ordered_values((student.town, "Семей"), (student.iin, SECOND))
    session.execute(statement, execution_options={"synchronize_session": synchronize})
    assert (ids(session, models, FIRST), ids(session, models, SECOND)) == ([], [1])
