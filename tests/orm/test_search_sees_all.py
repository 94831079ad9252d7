"""A search that cannot see all rows is refused, not short."""

from __future__ import annotations

import datetime
import decimal
import enum
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import (
    DeclarativeBase,
    Mapped,
    Session,
    aliased,
    joinedload,
    mapped_column,
    relationship,
    selectinload,
    subqueryload,
    with_loader_criteria,
)

from piiguard.keys import Keyring, change, transitions
from piiguard.orm import BlindIndex, Encrypted, EncryptedColumnError, fill_indexes

FIRST, SECOND, THIRD = "050312300015", "010203300015", "090909400014"


def promote(keyring: Keyring, path: Path) -> None:
    change.apply(path, None, "add", lambda held, now: transitions.add(held, "index", now))
    change.apply(path, None, "promote", lambda held, now: transitions.promote(held, "index", 2, now))
    keyring.reload()


@pytest.fixture
def filled(session: Session, models: SimpleNamespace) -> Session:
    rows: list[dict[str, Any]] = [
        {"id": 1, "iin": FIRST},
        {"id": 2, "iin": SECOND},
        {"id": 3, "iin": None},
        {"id": 4, "iin": "---"},
    ]
    session.execute(sa.insert(models.table), rows)
    session.commit()
    return session


def test_a_query_is_older_than_the_key(
    filled: Session, models: SimpleNamespace, keyring: Keyring, keyring_file: Path
) -> None:
    student = models.Student
    kept = [
        sa.select(student.id).where(student.iin == FIRST),
        sa.select(models.table.c.id).where(models.table.c.iin.in_([FIRST])),
        sa.select(student.id).where(student.iin_index == FIRST),
        sa.select(student.id).where(student.iin_index.matches(FIRST)),
    ]
    change_it = sa.update(student).where(student.iin == FIRST).values(town="Семей")
    assert [filled.scalars(query).all() for query in kept] == [[1]] * 4
    promote(keyring, keyring_file)
    filled.execute(sa.update(student), [{"id": 1, "iin": FIRST}])
    assert [filled.scalars(query).all() for query in kept] == [[1]] * 4
    changed: Any = filled.execute(change_it)
    assert changed.rowcount == 1


def test_a_kept_query_holds_no_value(models: SimpleNamespace) -> None:
    condition = models.Student.iin == FIRST
    (bind,) = [one for one in sa.sql.visitors.iterate(condition) if isinstance(one, sa.BindParameter)]
    called: Any = bind.callable
    held = [getattr(called, name) for name in type(called).__slots__]
    assert FIRST not in repr(held)


@pytest.mark.parametrize(
    "build",
    [
        lambda s: sa.not_(s.iin == FIRST),
        lambda s: ~(s.iin == FIRST),
        lambda s: ~s.iin.in_([FIRST]),
        lambda s: sa.not_(sa.not_(s.iin != FIRST)),
        lambda s: s.iin != FIRST,
    ],
)
def test_a_negated_equality_is_an_inequality(filled: Session, models: SimpleNamespace, build: Any) -> None:
    query = sa.select(models.Student.id).where(build(models.Student)).order_by(models.Student.id)
    assert filled.scalars(query).all() == [2, 4]


@pytest.mark.parametrize(
    "build",
    [
        lambda s: sa.not_(sa.and_(s.iin == FIRST, s.id > 0)),
        lambda s: ~sa.or_(s.iin == FIRST, s.id > 2),
        lambda s: (s.iin == FIRST).is_(sa.false()),
        lambda s: (s.iin == FIRST) == sa.false(),
    ],
)
def test_a_negated_condition_around_an_equality_is_refused(
    filled: Session, models: SimpleNamespace, build: Any
) -> None:
    with pytest.raises(EncryptedColumnError, match="searched in a negated condition") as caught:
        filled.scalars(sa.select(models.Student.id).where(build(models.Student)))
    assert caught.value.hint == "negate each comparison: write != and not_in"


def test_a_lambda_takes_its_value_at_each_call(
    filled: Session, models: SimpleNamespace, keyring: Keyring, keyring_file: Path
) -> None:
    student = models.Student

    def by_criteria(value: str | None) -> list[int]:
        query = sa.select(student).options(with_loader_criteria(student, lambda cls: cls.iin == value))
        return sorted(one.id for one in filled.scalars(query))

    def by_lambda(value: str) -> Any:
        query = sa.lambda_stmt(lambda: sa.select(student.id).order_by(student.id))
        query += lambda q: q.where(student.iin != value)
        return filled.scalars(query).all()

    def by_index(value: str) -> Any:
        return filled.scalars(
            sa.lambda_stmt(lambda: sa.select(student.id).where(student.iin_index == value))
        ).all()

    for _ in range(2):
        assert [by_criteria(value) for value in (FIRST, SECOND, THIRD, FIRST, None)] == [
            [1],
            [2],
            [],
            [1],
            [],
        ]
        assert [by_lambda(value) for value in (FIRST, SECOND, THIRD)] == [[2, 4], [1, 4], [1, 2, 4]]
        assert [by_index(value) for value in (FIRST, SECOND, THIRD)] == [[1], [2], []]
        if len(keyring.versions) == 2:
            promote(keyring, keyring_file)
            filled.execute(sa.update(student), [{"id": 1, "iin": FIRST}])


def test_a_lambda_that_cannot_work_says_what_to_write(filled: Session, models: SimpleNamespace) -> None:
    student, values, value = models.Student, [FIRST], FIRST
    with pytest.raises(EncryptedColumnError, match="inside of a lambda") as caught:
        with_loader_criteria(student, lambda cls: cls.iin.in_(values))
    assert "outside of the lambda" in caught.value.hint
    outside = sa.select(student).options(with_loader_criteria(student, student.iin.in_(values)))
    assert [one.id for one in filled.scalars(outside)] == [1]
    for both in (
        lambda cls: sa.or_(cls.town == value, cls.iin == value),
        lambda cls: sa.or_(cls.iin == value, cls.town == value),
    ):
        with pytest.raises(EncryptedColumnError, match="used for more than one column"):
            found(filled, student, both)


@pytest.mark.parametrize("order", ["encrypted", "plain"])
def test_one_lambda_for_several_classes_is_refused(keyring: Keyring, order: str) -> None:
    """SQLAlchemy keeps the variable of a lambda with the type that it had for the first class."""
    models = related(keyring, name="iin", index_context="iin of anybody")
    other = related(keyring, name="iin", index_context="another").Loan

    class Plain(models.Base):  # type: ignore[name-defined,misc]
        __tablename__ = "plain"
        id: Mapped[int] = mapped_column(primary_key=True)
        iin: Mapped[str | None]

    def having(kind: Any, value: str) -> Any:
        if order == "plain":  # what is kept belongs to the code of the lambda
            return sa.select(kind).options(with_loader_criteria(kind, lambda cls: cls.iin == value))
        return sa.select(kind).options(with_loader_criteria(kind, lambda cls: cls.iin == value))

    engine = sa.create_engine("sqlite://")
    models.Base.metadata.create_all(engine)
    with Session(engine) as session:
        session.add_all(
            [models.Person(id=1, iin=FIRST), models.Loan(id=1, iin=FIRST), Plain(id=1, iin=FIRST)]
        )
        session.commit()
        kinds = [models.Person, models.Loan] if order == "encrypted" else [Plain]
        refused = [Plain, other] if order == "encrypted" else [models.Person]
        for kind in kinds:  # indexes under one key are alike
            assert [one.id for one in session.scalars(having(kind, FIRST))] == [1]
        for kind in refused:
            with pytest.raises(EncryptedColumnError, match="variable of a lambda") as caught:
                session.scalars(having(kind, FIRST))
            assert "of its own" in caught.value.hint
    engine.dispose()


def found(session: Session, student: Any, condition: Any) -> list[Any]:
    return list(session.scalars(sa.select(student).options(with_loader_criteria(student, condition))))


def test_a_long_list_is_searched_under_two_keys(
    models: SimpleNamespace, keyring: Keyring, keyring_file: Path, postgresql_url: str
) -> None:
    engine, student = sa.create_engine(postgresql_url), models.Student
    models.Base.metadata.create_all(engine)
    with Session(engine) as session:
        session.execute(sa.insert(student), [{"id": 1, "iin": FIRST}, {"id": 2, "iin": SECOND}])
        promote(keyring, keyring_file)
        many = [FIRST, *(f"{number:012d}" for number in range(40_000))]
        assert session.scalars(sa.select(student.id).where(student.iin.in_(many))).all() == [1]
        assert session.scalars(sa.select(student.id).where(student.iin.not_in(many))).all() == [2]
        assert session.scalars(sa.select(student.id).where(student.iin.in_([]))).all() == []
    engine.dispose()


def tables(keyring: Keyring, **options: Any) -> tuple[sa.Table, sa.Table]:
    metadata = sa.MetaData()
    made = [
        sa.Table(
            name,
            metadata,
            sa.Column("id", sa.Integer, primary_key=True),
            sa.Column("iin", Encrypted(sa.Text, keyring=keyring, context=f"{name}.iin")),
            sa.Column("iin_index", BlindIndex("iin", normalizer="exact/2", **options)),
        )
        for name in ("left_side", "right_side")
    ]
    return made[0], made[1]


@pytest.mark.parametrize(
    "build",
    [
        lambda a, b: sa.select(a.c.id).join(b, a.c.iin_index == b.c.iin_index),
        lambda a, b: sa.select(a.c.id).where(a.c.iin_index.in_(sa.select(b.c.iin_index))),
        lambda a, b: sa.select(a.c.id).where(a.c.iin_index == sa.select(b.c.iin_index).scalar_subquery()),
    ],
)
def test_indexes_are_joined_only_under_one_key(keyring: Keyring, build: Any) -> None:
    engine = sa.create_engine("sqlite://")
    with engine.connect() as connection:
        with pytest.raises(EncryptedColumnError, match="indexed under different keys") as caught:
            connection.execute(build(*tables(keyring)))
        assert "index_context=" in caught.value.hint
        with pytest.raises(EncryptedColumnError, match="indexed under different keys"):
            connection.execute(build(*tables(keyring, name="iin")))
        left, right = tables(keyring, name="iin", index_context="iin of anybody")
        left.metadata.create_all(connection)
        connection.execute(sa.insert(left), [{"id": 1, "iin": FIRST}, {"id": 2, "iin": SECOND}])
        connection.execute(sa.insert(right), [{"id": 7, "iin": SECOND}])
        assert connection.scalars(build(left, right)).all() == [2]
        twin = left.alias()
        again = sa.select(left.c.id).join(twin, left.c.iin_index == twin.c.iin_index).order_by(left.c.id)
        assert connection.scalars(again).all() == [1, 2]
    engine.dispose()


def test_a_renamed_index_keeps_its_key_by_name(keyring: Keyring) -> None:
    def table(column: str, **options: Any) -> Any:
        return sa.Table(
            "t",
            sa.MetaData(),
            sa.Column("iin", Encrypted(sa.Text, keyring=keyring, context="t.iin")),
            sa.Column(column, BlindIndex("iin", **options)),
        ).c

    before = BlindIndex.values(table("iin_index").iin, FIRST)
    assert BlindIndex.values(table("iin_hash", name="iin_index").iin, FIRST) == before
    assert BlindIndex.values(table("iin_hash").iin, FIRST) != before


# --- while plaintext rows remain


@pytest.fixture
def moving(keyring: Keyring) -> Any:
    def make(migrating: Any, normalizer: str) -> SimpleNamespace:
        class Base(DeclarativeBase):
            pass

        class Parent(Base):
            __tablename__ = "parents"
            id: Mapped[int] = mapped_column(primary_key=True)
            iin: Mapped[str | None] = mapped_column(
                Encrypted(sa.Text, keyring=keyring, context="p.iin", storage="text", migrating=migrating)
            )
            iin_index: Mapped[bytes | None] = mapped_column(
                BlindIndex("iin", normalizer=normalizer), unique=True
            )

        return SimpleNamespace(Base=Base, Parent=Parent)

    return make


def with_plain_row(moving: SimpleNamespace, url: str) -> sa.Engine:
    engine = sa.create_engine(url)
    moving.Base.metadata.create_all(engine)
    with engine.begin() as connection:
        connection.execute(sa.text(f"INSERT INTO parents (id, iin) VALUES (1, '{FIRST}')"))
    return engine


def test_an_exact_search_finds_plaintext_rows(moving: Any, any_database_url: str) -> None:
    models = moving(True, "exact")
    engine, parent = with_plain_row(models, any_database_url), models.Parent
    with Session(engine) as session:
        session.add(parent(id=2, iin=SECOND))
        session.commit()
        for value, number in ((FIRST, 1), (SECOND, 2)):
            assert session.scalars(sa.select(parent.id).where(parent.iin == value)).all() == [number]
        query = sa.select(parent.id).where(parent.iin.in_([FIRST, SECOND])).order_by(parent.id)
        assert session.scalars(query).all() == [1, 2]
        with pytest.raises(EncryptedColumnError, match="negated condition"):
            session.scalars(sa.select(parent.id).where(~(parent.iin == FIRST)))
    engine.dispose()


def test_another_search_is_refused_until_every_row_is_indexed(moving: Any, tmp_path: Path) -> None:
    models = moving(True, "digits")
    engine = with_plain_row(models, f"sqlite:///{tmp_path}/a.db")
    with pytest.raises(EncryptedColumnError, match="rows without an index would not be found") as caught:
        _ = models.Parent.iin == FIRST
    assert 'migrating="indexed"' in caught.value.hint
    assert fill_indexes(engine, models.Parent) == 1
    parent = moving("indexed", "digits").Parent
    with Session(engine) as session:
        assert session.scalars(sa.select(parent.id).where(parent.iin == FIRST)).all() == [1]
        assert session.scalars(sa.select(parent.id).where(parent.iin != FIRST)).all() == []
        assert session.scalars(sa.select(parent.iin)).all() == [FIRST]
        session.add(parent(id=2, iin=FIRST))
        with pytest.raises(sa.exc.IntegrityError):
            session.flush()
    engine.dispose()


@pytest.mark.parametrize("normalizer", ["exact", "digits"])
def test_unique_holds_between_plaintext_and_ciphertext(
    moving: Any, any_database_url: str, normalizer: str
) -> None:
    models = moving(True, normalizer)
    engine, parent = with_plain_row(models, any_database_url), models.Parent
    with Session(engine) as session:
        session.add(parent(id=2, iin=FIRST))
        with pytest.raises(sa.exc.IntegrityError):
            session.flush()
        session.rollback()
        session.add(parent(id=2, iin=SECOND))
        session.commit()
        session.execute(sa.update(parent).where(parent.id == 1).values(iin=FIRST))
        session.commit()
    engine.dispose()


def test_a_search_in_plaintext_is_not_in_the_log(
    moving: Any, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    models = moving(True, "exact")
    engine = with_plain_row(models, f"sqlite:///{tmp_path}/a.db")
    with caplog.at_level("INFO", "sqlalchemy.engine"), Session(engine) as session:
        assert session.scalars(sa.select(models.Parent.id).where(models.Parent.iin == FIRST)).all() == [1]
    assert "'***'" in caplog.text
    assert FIRST not in caplog.text
    engine.dispose()


# --- what an index may be asked and made of


class Sex(enum.Enum):
    F = "f"
    M = "m"


def one_column(keyring: Keyring, kind: Any, index: BlindIndex) -> Any:
    table = sa.Table(
        "t",
        sa.MetaData(),
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("v", Encrypted(kind, keyring=keyring, context="t.v")),
        sa.Column("v_index", index),
    )
    engine = sa.create_engine("sqlite://")
    table.create(engine)
    return table.c


@pytest.mark.parametrize("kind", [sa.Boolean(), sa.Enum(Sex), sa.Enum("a", "b", "c")])
def test_an_index_over_few_values_says_what_it_leaks_and_asks(keyring: Keyring, kind: Any) -> None:
    with pytest.raises(EncryptedColumnError, match="has few values, and an index tells them apart") as caught:
        one_column(keyring, kind, BlindIndex("v"))
    assert 'leaks="frequency"' in caught.value.hint
    one_column(keyring, kind, BlindIndex("v", leaks="frequency"))
    one_column(keyring, sa.Enum(*(f"m{number}" for number in range(40))), BlindIndex("v"))


def test_a_prefix_shorter_than_the_index_is_refused(keyring: Keyring) -> None:
    columns = one_column(keyring, sa.Text, BlindIndex("v", normalizer="prefix:3"))
    with pytest.raises(EncryptedColumnError, match="indexes the first 3 characters, and fewer"):
        _ = columns.v_index == "Сы"
    _ = columns.v_index == "Сын"


def test_a_time_with_zone_has_no_exact_index(keyring: Keyring) -> None:
    with pytest.raises(EncryptedColumnError, match="Time has no exact index"):
        one_column(keyring, sa.Time(timezone=True), BlindIndex("v"))
    columns = one_column(keyring, sa.Time(), BlindIndex("v"))
    assert BlindIndex.values(columns.v, datetime.time(10)) == BlindIndex.values(
        columns.v, datetime.time(10, 0)
    )


def test_zero_has_no_sign(keyring: Keyring) -> None:
    columns = one_column(keyring, sa.Numeric(10, 2), BlindIndex("v"))
    spelled = [BlindIndex.values(columns.v, decimal.Decimal(text)) for text in ("0", "-0.00", "-0.001")]
    assert spelled[0] == spelled[1] == spelled[2]


# --- an index against an index: equal values have equal hashes under one key only


def related(keyring: Keyring, **options: Any) -> SimpleNamespace:
    class Base(DeclarativeBase):
        pass

    class Person(Base):
        __tablename__ = "people"
        id: Mapped[int] = mapped_column(primary_key=True)
        iin: Mapped[str | None] = mapped_column(Encrypted(sa.Text, keyring=keyring, context="people.iin"))
        iin_index: Mapped[bytes | None] = mapped_column(BlindIndex("iin", normalizer="exact/2", **options))
        loans: Mapped[list[Any]] = relationship(
            "Loan",
            primaryjoin="foreign(Loan.iin_index) == Person.iin_index",
            viewonly=True,
            uselist=True,
        )

    class Loan(Base):
        __tablename__ = "loans"
        id: Mapped[int] = mapped_column(primary_key=True)
        iin: Mapped[str | None] = mapped_column(Encrypted(sa.Text, keyring=keyring, context="loans.iin"))
        iin_index: Mapped[bytes | None] = mapped_column(BlindIndex("iin", normalizer="exact/2", **options))

    return SimpleNamespace(Base=Base, Person=Person, Loan=Loan)


def test_a_relationship_over_unlike_indexes_is_refused_when_it_is_mapped(keyring: Keyring) -> None:
    models = related(keyring)
    with pytest.raises(EncryptedColumnError, match="indexed under different keys"):
        models.Person()


def test_intersections_of_unlike_indexes_are_refused(keyring: Keyring) -> None:
    left, right = tables(keyring)
    with sa.create_engine("sqlite://").connect() as connection:
        for combine in (sa.intersect, sa.except_, sa.union):
            with pytest.raises(EncryptedColumnError, match="indexed under different keys"):
                connection.execute(combine(sa.select(left.c.iin_index), sa.select(right.c.iin_index)))


def loaded(loader: Any) -> Any:
    def query(session: Session, models: SimpleNamespace) -> Any:
        options = [] if loader is None else [loader(models.Person.loans)]
        found = session.scalars(sa.select(models.Person).options(*options)).unique()
        return [one.id for person in found for one in person.loans]

    return query


def rows(build: Any) -> Any:
    def query(session: Session, models: SimpleNamespace) -> Any:
        person: Any = models.Person
        return session.scalars(build(person, models.Loan, aliased(person))).all()

    return query


SAME_KEY = {
    "lazy": (loaded(None), [7]),
    "joinedload": (loaded(joinedload), [7]),
    "selectinload": (loaded(selectinload), [7]),
    "subqueryload": (loaded(subqueryload), [7]),
    "join": (rows(lambda p, q, a: sa.select(q.id).join(p, p.iin_index == q.iin_index)), [7]),
    "self join": (rows(lambda p, q, a: sa.select(p.id).join(a, p.iin_index == a.iin_index)), [1]),
    "unlike": (rows(lambda p, q, a: sa.select(p.id).where(p.iin_index != q.iin_index)), []),
    "subquery": (rows(lambda p, q, a: sa.select(p.id).where(p.iin_index.in_(sa.select(q.iin_index)))), [1]),
    "exists": (
        rows(lambda p, q, a: sa.select(p.id).where(sa.exists().where(q.iin_index == p.iin_index))),
        [1],
    ),
    "group": (rows(lambda p, q, a: sa.select(sa.func.count(p.id)).group_by(p.iin_index)), [1]),
    "group by name": (
        rows(lambda p, q, a: sa.select(sa.func.count(p.id), p.iin_index).group_by("iin_index")),
        [1],
    ),
    "distinct": (rows(lambda p, q, a: sa.select(sa.func.length(p.iin_index), p.iin_index).distinct()), [16]),
    "count distinct": (rows(lambda p, q, a: sa.select(sa.func.count(p.iin_index.distinct()))), [1]),
    "union": (
        rows(
            lambda p, q, a: sa.select(sa.func.count()).select_from(
                sa.union(sa.select(p.iin_index), sa.select(q.iin_index)).subquery()
            )
        ),
        [1],
    ),
    "window": (
        rows(lambda p, q, a: sa.select(sa.func.count(p.id).over(partition_by=p.iin_index))),
        [1],
    ),
}


@pytest.mark.parametrize("name", SAME_KEY)
def test_indexes_are_compared_only_while_all_rows_are_under_one_key(
    keyring: Keyring, keyring_file: Path, name: str
) -> None:
    query, right = SAME_KEY[name]
    models = related(keyring, name="iin", index_context="iin of anybody")
    engine = sa.create_engine("sqlite://")
    models.Base.metadata.create_all(engine)
    with Session(engine) as session:
        session.add_all([models.Person(id=1, iin=FIRST), models.Loan(id=7, iin=FIRST)])
        session.commit()
        assert query(session, models) == right
        session.expire_all()
        promote(keyring, keyring_file)
        session.execute(sa.update(models.Loan), [{"id": 7, "iin": FIRST}])
        with pytest.raises(EncryptedColumnError, match="two index keys are live") as caught:
            query(session, models)
        assert "keys retire" in caught.value.hint
        session.rollback()
        change.apply(
            keyring_file, None, "retire", lambda held, now: transitions.retire(held, "index", 1, now)
        )
        keyring.reload()
        session.execute(sa.update(models.Person), [{"id": 1, "iin": FIRST}])
        session.execute(sa.update(models.Loan), [{"id": 7, "iin": FIRST}])
        session.expire_all()
        assert query(session, models) == right
    engine.dispose()


def test_indexes_are_compared_only_while_all_rows_are_under_one_rule(keyring: Keyring) -> None:
    columns = one_column(keyring, sa.Text, BlindIndex("v", normalizer="digits"))
    with (
        sa.create_engine("sqlite://").connect() as connection,
        pytest.raises(EncryptedColumnError, match="under 2 editions of its rule") as caught,
    ):
        connection.execute(sa.select(sa.func.count(columns.id)).group_by(columns.v_index))
    assert 'normalizer="digits/2"' in caught.value.hint


def test_what_does_not_compare_indexes_works_under_two_keys(keyring: Keyring, keyring_file: Path) -> None:
    models = related(keyring, name="iin", index_context="iin of anybody")
    engine, person = sa.create_engine("sqlite://"), models.Person
    models.Base.metadata.create_all(engine)
    with Session(engine) as session:
        session.add(person(id=1, iin=FIRST))
        session.commit()
        promote(keyring, keyring_file)
        for query in (
            sa.select(person.id).where(person.iin_index == FIRST),
            sa.select(person.id).where(person.iin_index.in_(BlindIndex.values(person.iin, FIRST))),
            sa.select(person.id).where(person.iin_index == BlindIndex.values(person.iin, FIRST)[1]),
            sa.select(person.id, person.iin_index).distinct(),
            sa.select(sa.func.count(person.iin_index)),
            sa.select(person.id).order_by(person.iin_index),
            sa.select(person.id).where(person.iin_index.is_not(None)),
        ):
            assert session.scalars(query).all() == [1]
    engine.dispose()


def test_an_index_has_one_keyring(keyring: Keyring, tmp_path: Path) -> None:
    other = Keyring.create(tmp_path / "other.json", [f"file:{tmp_path}/other.key"]).open()
    table = sa.Table(
        "t",
        sa.MetaData(),
        sa.Column("a", Encrypted(sa.Text, keyring=keyring, context="t.a")),
        sa.Column("b", Encrypted(sa.Text, keyring=other, context="t.b")),
        sa.Column("both", BlindIndex("a", "b")),
    )
    with pytest.raises(EncryptedColumnError, match="two keyrings"):
        table.create(sa.create_engine("sqlite://"))
