"""What only the whole statement shows: functions, casts, sorting, grouping over ciphertext."""

from __future__ import annotations

import re
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import Session, aliased, joinedload, relationship

from piiguard.keys import Keyring
from piiguard.orm import BlindIndex, Encrypted, EncryptedColumnError

FIRST, SECOND = "050312300015", "010203300015"


@pytest.fixture
def filled(session: Session, models: SimpleNamespace) -> Session:
    session.execute(sa.insert(models.Student), [{"iin": FIRST}, {"iin": SECOND}])
    session.commit()
    return session


REFUSED = [
    ("used in func.lower", lambda s: sa.select(sa.func.lower(s.iin))),
    ("used in func.max", lambda s: sa.select(sa.func.max(s.iin))),
    ("used in func.coalesce", lambda s: sa.select(sa.func.coalesce(s.iin, "x"))),
    ("used in func.lower", lambda s: sa.select(s.id).where(sa.func.lower(s.iin) == FIRST)),
    ("used in cast", lambda s: sa.select(s.id).where(sa.cast(s.iin, sa.String) == FIRST)),
    ("used in case", lambda s: sa.select(sa.case((s.id > 1, s.iin)))),
    ("used in extract", lambda s: sa.select(sa.extract("year", s.iin))),
    ("used in over", lambda s: sa.select(sa.func.row_number().over(order_by=s.iin))),
    ("used in over", lambda s: sa.select(sa.func.row_number().over(partition_by=s.iin))),
    ("(searched with|used in) distinct", lambda s: sa.select(sa.func.count(sa.distinct(s.iin)))),
    ("used in in", lambda s: sa.select(s.id).where(sa.tuple_(s.iin, s.id).in_([("x", 1)]))),
    ("used in a comparison with SQL", lambda s: sa.select(s.id).where(s.iin == s.town)),
    ("used in a comparison with SQL", lambda s: sa.select(s.id).where(s.town == s.iin)),
    ("used in a comparison with SQL", lambda s: sa.select(s.id).where(s.iin != s.email)),
    ("used in in", lambda s: sa.select(s.id).where(s.town.in_(sa.select(s.iin)))),
    ("sorted", lambda s: sa.select(s.id).order_by(s.iin)),
    ("sorted", lambda s: sa.select(s.iin).order_by("iin")),
    ("sorted", lambda s: sa.select(s.iin.label("number")).order_by(sa.desc("number"))),
    ("(searched with desc|sorted)", lambda s: sa.select(s.id).order_by(sa.desc(s.iin))),
    ("sorted", lambda s: sa.select(sa.select(s.id).order_by(s.iin).limit(1).subquery())),
    ("grouped by", lambda s: sa.select(sa.func.count()).group_by(s.iin)),
    ("made distinct", lambda s: sa.select(s.iin).distinct()),
    ("compared by UNION", lambda s: sa.union(sa.select(s.iin), sa.select(s.iin))),
    ("compared by EXCEPT", lambda s: sa.except_(sa.select(s.iin), sa.select(s.iin))),
    ("a condition by itself", lambda s: sa.select(s.id).where(s.iin)),
    ("used in and", lambda s: sa.select(s.id).where(sa.and_(s.iin, s.id > 0))),
]


@pytest.mark.parametrize(("what", "build"), REFUSED)
def test_a_statement_that_computes_on_ciphertext_is_refused(
    filled: Session, models: SimpleNamespace, what: str, build: Any
) -> None:
    with pytest.raises(EncryptedColumnError) as caught:
        filled.execute(build(models.Student))
    assert re.search(f"students.iin is encrypted and cannot be {what}", str(caught.value))
    assert caught.value.hint
    assert FIRST not in str(caught.value)


def test_distinct_on_is_refused(models: SimpleNamespace, postgresql_url: str) -> None:
    engine = sa.create_engine(postgresql_url)
    models.Base.metadata.create_all(engine)
    query, column = sa.select(models.table.c.id), models.table.c.iin
    extension: Any = getattr(postgresql, "distinct_on", None)  # since SQLAlchemy 2.1
    statement = query.distinct(column) if extension is None else query.ext(extension(column))
    with engine.connect() as connection, pytest.raises(EncryptedColumnError, match="made distinct"):
        connection.execute(statement)
    engine.dispose()


ALLOWED = [
    lambda s: sa.select(sa.func.count(s.iin)),
    lambda s: sa.select(s),
    lambda s: sa.select(s).distinct(),
    lambda s: sa.select(s.id, s.iin).distinct(),
    lambda s: sa.select(s.id, s.iin, sa.func.count()).group_by(s.id, s.iin),
    lambda s: sa.select(s.iin_index, sa.func.count()).group_by(s.iin_index),
    lambda s: sa.select(s.iin).order_by(s.iin_index, s.id.desc()),
    lambda s: sa.select(s.iin).order_by(s.iin.is_(None)),
    lambda s: sa.union_all(sa.select(s.iin), sa.select(s.iin)),
    lambda s: sa.union(sa.select(s.id, s.iin), sa.select(s.id, s.iin)),
    lambda s: sa.select(sa.exists(sa.select(s.iin).where(s.iin == FIRST))),
    lambda s: sa.select(sa.select(s.iin).limit(1).scalar_subquery()),
    lambda s: sa.select(sa.type_coerce(s.iin, sa.LargeBinary)),
    lambda s: sa.delete(s).where(s.iin == FIRST),
    lambda s: sa.select(s).where(sa.text("id > 0")).order_by(sa.text("id")),
    lambda s: sa.select(s).from_statement(sa.text("SELECT * FROM students")),
    lambda s: sa.select(s.iin).where(sa.or_(s.iin == FIRST, s.iin.is_(None), sa.not_(s.iin == SECOND))),
    lambda s: sa.select(sa.case((s.iin.is_(None), "none"), else_="some")),
]


@pytest.mark.parametrize("build", ALLOWED)
def test_what_stays_true_on_ciphertext_works(filled: Session, models: SimpleNamespace, build: Any) -> None:
    statement = build(models.Student)
    found: Any = filled.execute(statement)
    assert found.rowcount == 1 if statement.is_dml else found.all()


def test_the_hint_names_the_index_to_group_by(filled: Session, models: SimpleNamespace) -> None:
    with pytest.raises(EncryptedColumnError) as caught:
        filled.execute(sa.select(sa.func.count()).group_by(models.Student.iin))
    assert caught.value.hint == "group by students.iin_index: equal values have equal index values"
    with pytest.raises(EncryptedColumnError) as caught:
        filled.execute(sa.select(models.Student.full_name).distinct())
    assert caught.value.hint == "bring the primary key too, or do it in Python"


def test_a_cached_statement_is_refused_again(filled: Session, models: SimpleNamespace) -> None:
    for _ in range(3):
        with pytest.raises(EncryptedColumnError, match="sorted"):
            filled.execute(sa.select(models.Student.id).order_by(models.Student.iin))


def test_a_refusal_comes_before_the_database_is_asked(filled: Session, models: SimpleNamespace) -> None:
    seen: list[str] = []
    connection = filled.connection()
    sa.event.listen(connection, "after_cursor_execute", lambda *given: seen.append(given[2]))
    with pytest.raises(EncryptedColumnError):
        filled.execute(sa.select(models.Student.id).order_by(models.Student.iin))
    assert seen == []


def test_a_write_inside_another_statement_is_refused(models: SimpleNamespace, postgresql_url: str) -> None:
    engine = sa.create_engine(postgresql_url)
    models.Base.metadata.create_all(engine)
    table = models.table
    with engine.connect() as connection:
        writing = sa.insert(table).values(iin=FIRST).returning(table.c.id).cte()
        with pytest.raises(EncryptedColumnError, match="written inside another statement"):
            connection.execute(sa.select(writing.c.id))
        harmless = sa.insert(table).values(town="Семей").returning(table.c.id).cte()
        assert connection.execute(sa.select(harmless.c.id)).all()
    engine.dispose()


def test_joins_relationships_and_eager_loading_work(keyring: Keyring, models: SimpleNamespace) -> None:
    student: Any = models.Student

    class Loan(models.Base):  # type: ignore[name-defined,misc]
        __tablename__ = "loans"
        id = sa.Column(sa.Integer, primary_key=True)
        student_id: Any = sa.Column(sa.ForeignKey("students.id"))
        contract: Any = sa.Column(Encrypted(sa.String, keyring=keyring, context="loans.contract"))
        contract_index: Any = sa.Column(BlindIndex("contract", normalizer="upper"))
        student = relationship(models.Student, backref="loans")

    engine = sa.create_engine("sqlite://")
    models.Base.metadata.create_all(engine)
    with Session(engine) as session:
        session.add(student(iin=FIRST, loans=[Loan(contract="KZ-7")]))
        session.commit()
        joined = sa.select(student.iin, Loan.contract).join(Loan.student)
        assert session.execute(joined.where(Loan.contract == "kz-7")).all() == [(FIRST, "KZ-7")]
        (loaded,) = session.scalars(sa.select(student).options(joinedload(student.loans)).limit(1)).unique()
        assert loaded.loans[0].contract == "KZ-7"
        twin = aliased(student)
        pairs = sa.select(student.id, twin.iin).join(twin, twin.iin_index == student.iin_index)
        assert session.execute(pairs).all() == [(1, FIRST)]
    engine.dispose()
