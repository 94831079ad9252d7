"""What a condition on an encrypted column becomes, and what is refused."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.associationproxy import AssociationProxy, association_proxy
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, aliased, mapped_column, relationship

from piiguard.keys import Keyring
from piiguard.orm import BlindIndex, Encrypted, EncryptedColumnError

FIRST, SECOND, THIRD = "050312300015", "010203300015", "090909400014"


@pytest.fixture
def filled(session: Session, models: SimpleNamespace) -> Session:
    rows: list[dict[str, Any]] = [
        {"iin": FIRST, "town": "Семей"},
        {"iin": SECOND, "town": None},
        {"iin": None, "town": "Арал"},
    ]
    session.execute(sa.insert(models.Student), rows)
    session.commit()
    return session


def iins(session: Session, models: SimpleNamespace, condition: Any) -> list[str | None]:
    query = sa.select(models.Student.iin).where(condition).order_by(models.Student.id)
    return list(session.scalars(query))


def test_equality_uses_the_index(filled: Session, models: SimpleNamespace) -> None:
    student = models.Student
    assert "iin_index IN" in str(sa.select(student.id).where(student.iin == FIRST))
    assert iins(filled, models, student.iin == FIRST) == [FIRST]
    assert iins(filled, models, student.iin == "0503 1230 0015") == [FIRST]
    assert iins(filled, models, student.iin == THIRD) == []
    assert filled.scalars(sa.select(student).filter_by(iin=SECOND)).one().iin == SECOND


def test_the_value_is_not_part_of_the_statement(models: SimpleNamespace) -> None:
    condition = models.Student.iin == FIRST
    assert FIRST not in str(condition.compile().params)
    assert FIRST not in repr(condition._generate_cache_key())


def test_in_takes_a_list_and_drops_null(filled: Session, models: SimpleNamespace) -> None:
    assert iins(filled, models, models.Student.iin.in_([SECOND, None, FIRST, THIRD])) == [FIRST, SECOND]
    assert iins(filled, models, models.Student.iin.in_({FIRST})) == [FIRST]
    assert iins(filled, models, models.Student.iin.in_([])) == []


def test_unequal_leaves_out_null_as_sql_does(filled: Session, models: SimpleNamespace) -> None:
    assert iins(filled, models, models.Student.iin != FIRST) == [SECOND]
    assert iins(filled, models, models.Student.iin.not_in([FIRST, SECOND])) == []
    filled.add(models.Student(iin="---"))
    filled.flush()
    assert iins(filled, models, models.Student.iin != FIRST) == [SECOND, "---"]


@pytest.mark.parametrize("null", [None, sa.null()])
def test_null_tests_read_the_column_itself(filled: Session, models: SimpleNamespace, null: Any) -> None:
    student = models.Student
    assert iins(filled, models, student.iin == null) == [None]
    assert iins(filled, models, student.iin.is_(null)) == [None]
    assert iins(filled, models, student.iin != null) == [FIRST, SECOND]
    assert iins(filled, models, student.iin.is_not(null)) == [FIRST, SECOND]


def test_an_alias_and_a_subquery_use_their_own_index_column(filled: Session, models: SimpleNamespace) -> None:
    student, other = models.Student, aliased(models.Student)
    assert filled.scalars(sa.select(other.iin).where(other.iin == FIRST)).all() == [FIRST]
    inner = sa.select(student.iin, student.iin_index).subquery()
    assert filled.scalars(sa.select(inner.c.iin).where(inner.c.iin == FIRST)).all() == [FIRST]
    cte = sa.select(student).where(student.town == "Семей").cte()
    assert filled.scalars(sa.select(cte.c.iin).where(cte.c.iin == FIRST)).all() == [FIRST]
    assert filled.scalars(sa.select(cte.c.iin).where(cte.c.iin == SECOND)).all() == []
    core = models.table.alias("s")
    assert filled.scalars(sa.select(core.c.iin).where(core.c.iin == FIRST)).all() == [FIRST]


def test_a_subquery_without_the_index_is_refused_with_the_way_out(models: SimpleNamespace) -> None:
    inner = sa.select(models.Student.iin).subquery()
    with pytest.raises(EncryptedColumnError, match="does not bring the blind index iin_index") as caught:
        _ = inner.c.iin == FIRST
    assert caught.value.hint == "select students.iin_index too, or filter inside the subquery"


def test_an_entity_over_a_subquery_uses_the_subquery(filled: Session, models: SimpleNamespace) -> None:
    student = models.Student
    whole = aliased(student, sa.select(student).where(student.town == "Семей").subquery())
    query = sa.select(whole.iin).where(whole.iin.in_([FIRST, SECOND]))
    assert str(query).count("FROM") == 2
    assert filled.scalars(query).all() == [FIRST]
    part = aliased(student, sa.select(student.id, student.iin).subquery())
    with pytest.raises(EncryptedColumnError, match="does not bring the blind index"):
        _ = part.iin == FIRST


def test_association_proxies_search_through_the_index(keyring: Keyring) -> None:
    class Base(DeclarativeBase):
        pass

    class Phone(Base):
        __tablename__ = "phones"
        id: Mapped[int] = mapped_column(primary_key=True)
        owner_id: Mapped[int] = mapped_column(sa.ForeignKey("owners.id"))
        number: Mapped[str] = mapped_column(Encrypted(sa.Text, keyring=keyring, context="phones.number"))
        number_index: Mapped[bytes | None] = mapped_column(BlindIndex("number", normalizer="phone"))

    class Owner(Base):
        __tablename__ = "owners"
        id: Mapped[int] = mapped_column(primary_key=True)
        phones = relationship(Phone)
        numbers: AssociationProxy[list[str]] = association_proxy(
            "phones", "number", creator=lambda number: Phone(number=number)
        )

    engine = sa.create_engine("sqlite://")
    Base.metadata.create_all(engine)
    with Session(engine) as session:
        session.add(Owner(numbers=["+7 701 123 45 67", "+7 701 123 45 68"]))
        session.commit()
        owner = session.scalars(sa.select(Owner).where(Owner.numbers == "87011234568")).one()
        assert owner.numbers == ["+7 701 123 45 67", "+7 701 123 45 68"]
        assert session.scalars(sa.select(Owner).where(Owner.numbers == "87011234569")).all() == []
    engine.dispose()


def test_a_label_is_searched_like_its_column(filled: Session, models: SimpleNamespace) -> None:
    assert iins(filled, models, models.Student.iin.label("number") == FIRST) == [FIRST]


@pytest.mark.parametrize(
    ("spelled", "build"),
    [
        ("like", lambda c: c.like("05%")),
        ("ilike", lambda c: c.ilike("05%")),
        ("startswith", lambda c: c.startswith("05")),
        ("endswith", lambda c: c.endswith("05")),
        ("contains", lambda c: c.contains("05")),
        ("regexp_match", lambda c: c.regexp_match("05")),
        ("match", lambda c: c.match("05")),
        ("between", lambda c: c.between("0", "1")),
        ("<", lambda c: c < "1"),
        ("<=", lambda c: c <= "1"),
        (">", lambda c: c > "1"),
        (">=", lambda c: c >= "1"),
        ("<", lambda c: "1" > c),  # noqa: SIM300 - the reflected operator is the subject
        ("+", lambda c: c + "x"),
        ("+", lambda c: "x" + c),
        ("desc", lambda c: c.desc()),
        ("asc", lambda c: c.asc()),
        ("distinct", lambda c: c.distinct()),
        ("collate", lambda c: c.collate("C")),
        ("is_", lambda c: c.is_(True)),
        ("is_distinct_from", lambda c: c.is_distinct_from("1")),
        ("getitem", lambda c: c["a"]),
        ("inv", lambda c: ~c),
    ],
)
def test_what_needs_plaintext_in_the_database_is_refused(
    models: SimpleNamespace, spelled: str, build: Any
) -> None:
    with pytest.raises(EncryptedColumnError) as caught:
        build(models.Student.iin)
    assert str(caught.value).endswith(f"is encrypted and cannot be searched with {spelled}")
    assert "05" not in str(caught.value)


def test_the_refusal_names_place_operator_and_way_out(models: SimpleNamespace) -> None:
    with pytest.raises(EncryptedColumnError) as caught:
        models.Student.iin.like("05%")
    assert str(caught.value) == "students.iin is encrypted and cannot be searched with like"
    assert caught.value.hint == "compare the whole value; equality uses students.iin_index"


def test_without_an_index_equality_is_refused(models: SimpleNamespace) -> None:
    with pytest.raises(EncryptedColumnError, match=r"students.full_name .* has no index") as caught:
        _ = models.Student.full_name == "Үлгі"
    assert caught.value.hint == 'add a column BlindIndex("full_name") to search by equality'
    with pytest.raises(EncryptedColumnError) as caught:
        models.Student.full_name.like("Ү%")
    assert "BlindIndex" in caught.value.hint


def test_with_a_lossy_index_alone_equality_is_refused(keyring: Keyring) -> None:
    table = sa.Table(
        "cards",
        sa.MetaData(),
        sa.Column("number", Encrypted(sa.String, keyring=keyring, context="cards.number")),
        sa.Column("last4", BlindIndex("number", normalizer="last4")),
    )
    with pytest.raises(EncryptedColumnError) as caught:
        _ = table.c.number == "4111111111111111"
    assert caught.value.hint == "compare cards.last4, and the rows in Python"


def test_a_column_without_a_table_is_refused(keyring: Keyring) -> None:
    column: Any = sa.column("loose", Encrypted(sa.String, keyring=keyring, context="loose"))
    with pytest.raises(EncryptedColumnError, match="belongs to no table"):
        _ = column == "x"


@pytest.mark.parametrize(
    "build",
    [
        lambda s: s.iin == sa.bindparam("number"),
        lambda s: s.iin == sa.select(s.town).limit(1).scalar_subquery(),
        lambda s: s.iin == sa.select(s.town),
        lambda s: s.iin.in_(sa.select(s.town)),
        lambda s: s.iin.in_(sa.bindparam("numbers", expanding=True)),
        lambda s: s.iin.in_([FIRST, s.town]),
        lambda s: s.iin.in_(FIRST),
    ],
)
def test_sql_on_the_other_side_is_refused(models: SimpleNamespace, build: Any) -> None:
    with pytest.raises(EncryptedColumnError, match="compared with values only"):
        build(models.Student)


def test_a_number_for_text_is_refused_rather_than_not_found(models: SimpleNamespace) -> None:
    with pytest.raises(
        EncryptedColumnError, match=r"students.iin: a value is refused: expected str, got int"
    ):
        _ = models.Student.iin == 50312300015


def test_the_index_column_takes_the_value_or_index_bytes(filled: Session, models: SimpleNamespace) -> None:
    student = models.Student
    (found,) = BlindIndex.values(student.iin_index, FIRST)
    assert BlindIndex.values(student.iin, FIRST) == [found]
    assert iins(filled, models, student.iin_index == found) == [FIRST]
    assert iins(filled, models, student.iin_index == FIRST) == [FIRST]
    assert iins(filled, models, student.iin_index.in_([FIRST, SECOND])) == [FIRST, SECOND]
    assert iins(filled, models, student.iin_index.in_([found])) == [FIRST]
    assert iins(filled, models, student.iin_index != FIRST) == [SECOND]
    assert iins(filled, models, student.iin_index.not_in([FIRST])) == [SECOND]
    assert iins(filled, models, student.iin_index.matches(FIRST)) == [FIRST]
    assert iins(filled, models, student.iin_index.is_(None)) == [None]


def test_index_values_of_a_column_without_one_are_refused(models: SimpleNamespace) -> None:
    for column in (models.Student.full_name, models.Student.town, models.table.c.full_name):
        with pytest.raises(EncryptedColumnError, match="has no blind index"):
            BlindIndex.values(column, "x")


def test_unequal_is_refused_while_migrating(keyring: Keyring) -> None:
    table = sa.Table(
        "moving",
        sa.MetaData(),
        sa.Column("iin", Encrypted(sa.Text, keyring=keyring, context="moving.iin", migrating=True)),
        sa.Column("iin_index", BlindIndex("iin")),
    )
    with pytest.raises(EncryptedColumnError, match=r"moving.iin is being migrated"):
        _ = table.c.iin != "x"
