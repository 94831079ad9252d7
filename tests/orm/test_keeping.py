"""Every way to write keeps the blind index equal to its source, on every database."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import mysql, postgresql, sqlite
from sqlalchemy.orm import Session

from piiguard.orm import EncryptedColumnError

FIRST, SECOND, THIRD = "050312300015", "010203300015", "090909400014"


def flush_one(session: Session, models: SimpleNamespace) -> None:
    session.add(models.Student(iin=FIRST))
    session.flush()


def flush_many(session: Session, models: SimpleNamespace) -> None:
    session.add_all([models.Student(iin=SECOND), models.Student(iin=FIRST), models.Student(iin=None)])
    session.flush()


def orm_insert(session: Session, models: SimpleNamespace) -> None:
    session.execute(sa.insert(models.Student).values(iin=FIRST))


def orm_bulk_insert(session: Session, models: SimpleNamespace) -> None:
    session.execute(sa.insert(models.Student), [{"iin": FIRST}, {"iin": SECOND}, {"iin": None}])


def orm_bulk_insert_returning(session: Session, models: SimpleNamespace) -> None:
    statement = sa.insert(models.Student).returning(models.Student.iin, sort_by_parameter_order=True)
    made = session.scalars(statement, [{"iin": SECOND}, {"iin": FIRST}]).all()
    assert made == [SECOND, FIRST]


def bulk_save_objects(session: Session, models: SimpleNamespace) -> None:
    session.bulk_save_objects([models.Student(iin=FIRST), models.Student(iin=SECOND)])


def bulk_insert_mappings(session: Session, models: SimpleNamespace) -> None:
    session.bulk_insert_mappings(sa.inspect(models.Student), [{"iin": FIRST}, {"iin": SECOND}])


def core_values(session: Session, models: SimpleNamespace) -> None:
    session.execute(sa.insert(models.table).values(iin=FIRST))


def core_parameters(session: Session, models: SimpleNamespace) -> None:
    session.connection().execute(sa.insert(models.table), {"iin": FIRST})


def core_executemany(session: Session, models: SimpleNamespace) -> None:
    session.connection().execute(sa.insert(models.table), [{"iin": FIRST}, {"iin": SECOND}])


def core_bindparam(session: Session, models: SimpleNamespace) -> None:
    statement = sa.insert(models.table).values(iin=sa.bindparam("number"), town="Алматы")
    session.connection().execute(statement, [{"number": FIRST}, {"number": SECOND}])


def core_bindparam_with_value(session: Session, models: SimpleNamespace) -> None:
    session.connection().execute(sa.insert(models.table).values(iin=sa.bindparam("number", FIRST)))


def core_list_of_values(session: Session, models: SimpleNamespace) -> None:
    session.connection().execute(sa.insert(models.table).values([{"iin": SECOND}, {"iin": FIRST}]))


def core_list_of_tuples(session: Session, models: SimpleNamespace) -> None:
    session.connection().execute(sa.insert(models.table).values([(11, FIRST), (12, None)]))


def core_tuple(session: Session, models: SimpleNamespace) -> None:
    session.connection().execute(sa.insert(models.table).values((11, FIRST)))


def flush_change(session: Session, models: SimpleNamespace) -> None:
    student = models.Student(iin=SECOND)
    session.add(student)
    session.commit()
    student.iin = FIRST
    session.flush()
    assert found(session, models, SECOND) == []


def orm_update(session: Session, models: SimpleNamespace) -> None:
    core_values_of(SECOND, session, models)
    session.execute(sa.update(models.Student).where(models.Student.iin == SECOND).values(iin=FIRST))
    assert found(session, models, SECOND) == []


def orm_bulk_update(session: Session, models: SimpleNamespace) -> None:
    session.execute(sa.insert(models.Student), [{"id": 1, "iin": SECOND}, {"id": 2, "iin": THIRD}])
    session.execute(sa.update(models.Student), [{"id": 1, "iin": FIRST}, {"id": 2, "iin": SECOND}])
    assert found(session, models, THIRD) == []


def core_update(session: Session, models: SimpleNamespace) -> None:
    core_values_of(SECOND, session, models)
    table = models.table
    session.connection().execute(sa.update(table).where(table.c.iin == SECOND).values({table.c.iin: FIRST}))
    assert found(session, models, SECOND) == []


def core_ordered_update(session: Session, models: SimpleNamespace) -> None:
    core_values_of(SECOND, session, models)
    table = models.table
    statement = sa.update(table).ordered_values((table.c.town, "Семей"), (table.c.iin, FIRST))
    session.connection().execute(statement)
    assert found(session, models, SECOND) == []
    assert session.scalar(sa.select(table.c.town)) == "Семей"


def core_update_bindparam(session: Session, models: SimpleNamespace) -> None:
    core_values_of(SECOND, session, models)
    table = models.table
    statement = sa.update(table).where(table.c.id == sa.bindparam("row")).values(iin=sa.bindparam("number"))
    row = session.scalar(sa.select(table.c.id))
    session.connection().execute(statement, [{"row": row, "number": FIRST}])
    assert found(session, models, SECOND) == []


def core_values_of(iin: str, session: Session, models: SimpleNamespace) -> None:
    session.execute(sa.insert(models.table).values(iin=iin))


def found(session: Session, models: SimpleNamespace, iin: str) -> list[Any]:
    student = models.Student
    return list(session.scalars(sa.select(student.iin).where(student.iin == iin)))


WRITERS = [
    flush_one,
    flush_many,
    orm_insert,
    orm_bulk_insert,
    orm_bulk_insert_returning,
    bulk_save_objects,
    bulk_insert_mappings,
    core_values,
    core_parameters,
    core_executemany,
    core_bindparam,
    core_bindparam_with_value,
    core_list_of_values,
    core_list_of_tuples,
    core_tuple,
    flush_change,
    orm_update,
    orm_bulk_update,
    core_update,
    core_ordered_update,
    core_update_bindparam,
]


def test_every_way_to_write_keeps_the_index(
    engine: sa.Engine, models: SimpleNamespace, raw: Callable[..., list[Any]]
) -> None:
    for write in WRITERS:
        with Session(engine) as session:
            if write is orm_bulk_insert_returning and not engine.dialect.insert_executemany_returning:
                continue
            write(session, models)
            assert found(session, models, FIRST) == [FIRST], write.__name__
            indexes = raw(session, "iin_index")
            for iin, index in zip(raw(session, "iin"), indexes, strict=True):
                assert (iin is None) == (index is None), write.__name__
                assert iin is None or bytes(iin)[0] == 0xF9
            session.execute(sa.delete(models.table))
            session.commit()


def test_setting_null_clears_the_index(session: Session, models: SimpleNamespace, raw: Any) -> None:
    session.add(models.Student(iin=FIRST, email="a@example.kz"))
    session.flush()
    session.execute(sa.update(models.table).values(iin=None, email=sa.null()))
    assert raw(session, "iin_index") == [None]
    assert raw(session, "email_index") == [None]


def test_one_source_feeds_several_indexes(session: Session, models: SimpleNamespace, raw: Any) -> None:
    session.execute(sa.insert(models.table).values(email="Aigul@Example.kz"))
    student = models.Student
    assert session.scalars(sa.select(student.email).where(student.email_domain == "example.kz")).all()
    assert session.scalars(sa.select(student.email).where(student.email == "aigul@example.kz")).all()
    assert raw(session, "email_index") != raw(session, "email_domain")


def test_what_is_empty_after_normalizing_has_no_index(
    session: Session, models: SimpleNamespace, raw: Any
) -> None:
    session.execute(sa.insert(models.table), [{"iin": "---"}, {"iin": ""}])
    assert raw(session, "iin_index") == [None, None]
    assert found(session, models, "---") == []
    assert session.scalars(sa.select(models.Student.iin)).all() == ["---", ""]


def test_the_callers_parameters_stay_as_they_are(session: Session, models: SimpleNamespace) -> None:
    rows = [{"iin": FIRST}, {"iin": SECOND}]
    session.connection().execute(sa.insert(models.table), rows)
    assert rows == [{"iin": FIRST}, {"iin": SECOND}]


def test_an_upsert_keeps_the_index(engine: sa.Engine, models: SimpleNamespace) -> None:
    build = {"postgresql": postgresql.insert, "sqlite": sqlite.insert}.get(engine.dialect.name, mysql.insert)
    for case in ("literal", "proposed", "null"):
        with Session(engine) as session:
            session.execute(sa.insert(models.table).values(id=1, iin=SECOND))
            statement: Any = build(models.table).values(id=1, iin=FIRST)
            proposed = getattr(statement, "excluded", None) or statement.inserted
            value: Any = {"literal": FIRST, "proposed": proposed.iin, "null": sa.null()}[case]
            if engine.dialect.name in ("postgresql", "sqlite"):
                statement = statement.on_conflict_do_update(index_elements=["id"], set_={"iin": value})
            else:
                statement = statement.on_duplicate_key_update([("town", "Семей"), ("iin", value)])
            session.execute(statement)
            assert found(session, models, SECOND) == [], case
            assert found(session, models, FIRST) == ([] if case == "null" else [FIRST]), case
            session.rollback()


def test_an_upsert_that_leaves_the_source_alone_is_left_alone(
    session: Session, models: SimpleNamespace
) -> None:
    session.execute(sa.insert(models.table).values(id=1, iin=SECOND))
    statement = sqlite.insert(models.table).values(id=1, iin=FIRST)
    session.execute(statement.on_conflict_do_update(index_elements=["id"], set_={"town": "Семей"}))
    session.execute(statement.on_conflict_do_nothing())
    assert found(session, models, SECOND) == [SECOND]


@pytest.mark.parametrize(
    "build",
    [
        lambda t: sa.insert(t).values(iin=sa.func.lower(FIRST)),
        lambda t: sa.update(t).values(iin=t.c.town),
        lambda t: sa.insert(t).values([{"iin": sa.func.lower("x")}]),
        lambda t: (
            sqlite.insert(t)
            .values(id=1, iin=FIRST)
            .on_conflict_do_update(index_elements=["id"], set_={"iin": sa.func.lower(FIRST)})
        ),
        lambda t: mysql.insert(t).values(id=1, iin=FIRST).on_duplicate_key_update(iin=t.c.town),
    ],
)
def test_an_sql_expression_is_refused(session: Session, models: SimpleNamespace, build: Any) -> None:
    with pytest.raises(EncryptedColumnError, match=r"students.iin is encrypted and cannot be set to an SQL"):
        session.execute(build(models.table))


def test_an_update_of_several_tables_keeps_to_its_own(models: SimpleNamespace, mariadb_url: str) -> None:
    engine = sa.create_engine(mariadb_url)
    other = sa.Table(
        "others",
        models.Base.metadata,
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("iin", sa.String(12)),
    )
    models.Base.metadata.create_all(engine)
    table = models.table
    with Session(engine) as session:
        session.execute(sa.insert(table).values(id=1, iin=FIRST))
        session.execute(sa.insert(other).values(id=1, iin="plain"))
        both = sa.update(table).where(table.c.id == other.c.id)
        session.connection().execute(both.values({table.c.iin: SECOND, other.c.iin: "open"}))
        assert found(session, models, SECOND) == [SECOND]
        assert session.scalar(sa.select(other.c.iin)) == "open"
        wrong = sa.update(other).where(table.c.id == other.c.id).values({table.c.iin: FIRST})
        with pytest.raises(EncryptedColumnError, match=r"students.iin .* set by an UPDATE of another table"):
            session.connection().execute(wrong)
        assert found(session, models, SECOND) == [SECOND]
    engine.dispose()


def test_insert_from_select_is_refused_for_protected_columns(
    session: Session, models: SimpleNamespace
) -> None:
    table = models.table
    source = sa.select(sa.literal("Семей"))
    with pytest.raises(EncryptedColumnError, match="cannot be filled by INSERT from SELECT"):
        session.execute(sa.insert(table).from_select(["iin"], source))
    with pytest.raises(EncryptedColumnError, match=r"students.iin_index"):
        session.execute(sa.insert(table).from_select(["iin_index"], source))
    session.execute(sa.insert(table).from_select(["town"], source))
    assert session.scalar(sa.select(table.c.town)) == "Семей"
