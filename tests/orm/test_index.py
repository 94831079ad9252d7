"""Kinds of blind indexes: parts, compounds, truncated ones; and what their columns refuse."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from piiguard.keys import Keyring, Normalizer
from piiguard.orm import BlindIndex, Encrypted, EncryptedColumnError


@pytest.fixture
def people(keyring: Keyring) -> Any:
    class Base(DeclarativeBase):
        pass

    def encrypted(kind: Any, name: str) -> Any:
        return mapped_column(Encrypted(kind, keyring=keyring, context=f"people.{name}"))

    class Person(Base):
        __tablename__ = "people"
        id: Mapped[int] = mapped_column(primary_key=True)
        surname: Mapped[str | None] = encrypted(sa.Text, "surname")
        born: Mapped[datetime.date | None] = encrypted(sa.Date, "born")
        surname_start: Mapped[bytes | None] = mapped_column(BlindIndex("surname", normalizer="prefix:3"))
        surname_few: Mapped[bytes | None] = mapped_column(
            BlindIndex("surname", normalizer="name", truncate=8, expected_rows=10_000)
        )
        born_index: Mapped[bytes | None] = mapped_column(BlindIndex("born"))
        born_year: Mapped[bytes | None] = mapped_column(BlindIndex("born", normalizer="year"))
        who: Mapped[bytes | None] = mapped_column(
            BlindIndex("surname", "born", normalizer=["name", "exact"]), unique=True
        )
        soundex: Mapped[bytes | None] = mapped_column(
            BlindIndex("surname", normalizer=Normalizer("first", lambda value: value[:1], lossy=True))
        )

    engine = sa.create_engine("sqlite://")
    Base.metadata.create_all(engine)
    with Session(engine) as session:
        yield session, Person
    engine.dispose()


BORN = datetime.date(1905, 3, 12)


def test_parts_are_searched_by_the_index_column(people: Any) -> None:
    session, person = people
    session.add_all(
        [person(surname="Сынақов", born=BORN), person(surname="Сынақова"), person(surname="Үлгі")]
    )
    session.commit()

    def count(condition: Any) -> int:
        return len(session.scalars(sa.select(person.id).where(condition)).all())

    assert count(person.surname_start == "сын") == 2
    assert count(person.surname_few == "СЫНАҚОВ") >= 1
    assert count(person.soundex == "С") == 2
    assert count(person.born == BORN) == 1
    assert count(person.born_year == 1905) == count(person.born_year == BORN) == 1
    assert count(person.born_year.in_([1904, 1906, None])) == 0


def test_a_compound_finds_the_row_with_all_its_parts(people: Any) -> None:
    session, person = people
    session.execute(sa.insert(person), [{"surname": "Сынақов", "born": BORN}, {"surname": "Сынақов"}])
    assert session.scalars(sa.select(person.id).where(person.who.matches("сынақов", BORN))).all() == [1]
    assert session.scalars(sa.select(person.id).where(person.who == ("СЫНАҚОВ", BORN))).all() == [1]
    assert session.scalars(sa.select(person.id).where(person.who.in_([("Үлгі", BORN)]))).all() == []
    with pytest.raises(EncryptedColumnError, match="indexes surname, born together") as caught:
        _ = person.who == "Сынақов"
    assert caught.value.hint == "give 2 values, in this order"


def test_two_rows_of_contexts_do_not_spell_one_key(keyring: Keyring) -> None:
    def index(*contexts: str, **options: Any) -> Any:
        columns: list[sa.Column[Any]] = [
            sa.Column(f"v{n}", Encrypted(sa.Text, keyring=keyring, context=each))
            for n, each in enumerate(contexts)
        ]
        own = BlindIndex(
            *(each.name for each in columns), normalizer=["exact", "exact"], name="who", **options
        )
        return sa.Table("t", sa.MetaData(), *columns, sa.Column("who", own)).c.who

    for contexts in (("a", "b+c"), ("a+b", "c")):
        with pytest.raises(EncryptedColumnError, match="cannot be joined") as caught:
            BlindIndex.values(index(*contexts), "x", "y")
        assert 'index_context="a+b+c"' in caught.value.hint
    told = [BlindIndex.values(index("a", "b+c", index_context=each), "x", "y") for each in ("1", "2")]
    assert told[0] != told[1]


def test_a_compound_follows_a_change_of_one_part(people: Any) -> None:
    session, person = people
    one = person(surname="Сынақов", born=BORN)
    session.add(one)
    session.commit()
    one.surname = "Үлгі"
    session.commit()
    assert session.scalars(sa.select(person.id).where(person.who.matches("үлгі", BORN))).all() == [1]
    one.born = None
    session.commit()
    assert one.who is None


def test_an_update_of_one_part_of_a_compound_is_refused(people: Any) -> None:
    session, person = people
    with pytest.raises(EncryptedColumnError, match=r"people.who indexes surname, born together"):
        session.execute(sa.update(person).values(surname="Үлгі"))
    session.execute(sa.insert(person).values(surname="Сынақов", born=BORN))
    session.execute(sa.update(person).values(surname="Үлгі", born=BORN))
    assert session.scalars(sa.select(person.id).where(person.who.matches("үлгі", BORN))).all() == [1]


def test_a_compound_in_an_upsert_is_set_whole_or_refused(people: Any) -> None:
    from sqlalchemy.dialects.sqlite import insert

    session, person = people
    session.execute(sa.insert(person).values(id=1, surname="Сынақов", born=BORN))
    statement = insert(person).values(id=1, surname="Үлгі", born=BORN)
    both = {"surname": statement.excluded.surname, "born": statement.excluded.born}
    session.execute(statement.on_conflict_do_update(index_elements=["id"], set_=both))
    assert session.scalars(sa.select(person.id).where(person.who.matches("үлгі", BORN))).all() == [1]
    with pytest.raises(EncryptedColumnError, match="the upsert sets them apart"):
        session.execute(
            statement.on_conflict_do_update(index_elements=["id"], set_={**both, "surname": "Үлгі"})
        )


def test_truncated_bytes_are_the_version_and_the_first_bits(people: Any) -> None:
    _, person = people
    (whole,) = BlindIndex.values(person.surname_start, "сын")
    cut, older = BlindIndex.values(person.surname_few, "сынақов")  # under each edition of the rule
    assert len(whole) == 16
    assert len(cut) == len(older) == 3
    assert cut[:2] == whole[:2]


def test_unequal_on_a_truncated_index_is_refused(people: Any) -> None:
    _, person = people
    with pytest.raises(EncryptedColumnError, match="unequal rows may share an index value"):
        _ = person.surname_few != "Сынақов"


def make(keyring: Keyring, kind: Any, index: Any, **options: Any) -> sa.Table:
    table = sa.Table(
        "t",
        sa.MetaData(),
        sa.Column("v", Encrypted(kind, keyring=keyring, context="t.v")),
        sa.Column("v_index", index, **options),
    )
    table.create(sa.create_engine("sqlite://"))
    return table


def test_an_index_of_a_missing_column_is_refused(keyring: Keyring) -> None:
    with pytest.raises(EncryptedColumnError, match="no encrypted column w in t") as caught:
        make(keyring, sa.Text, BlindIndex("w"))
    assert "name of the column" in caught.value.hint


def test_a_truncated_index_cannot_be_unique(keyring: Keyring) -> None:
    with pytest.raises(EncryptedColumnError, match="cannot be unique"):
        make(keyring, sa.Text, BlindIndex("v", truncate=8, expected_rows=10_000), unique=True)


@pytest.mark.parametrize("kind", [sa.Float, sa.JSON, sa.DateTime(timezone=True)])
@pytest.mark.parametrize("rule", ["exact", "exact/1"])
def test_types_whose_equal_values_differ_in_spelling_have_no_exact_index(
    keyring: Keyring, kind: Any, rule: str
) -> None:
    with pytest.raises(EncryptedColumnError, match="has no exact index"):
        make(keyring, kind, BlindIndex("v", normalizer=rule))


def test_what_the_second_edition_spells_alike_may_be_searched_under_it(keyring: Keyring) -> None:
    east = datetime.timezone(datetime.timedelta(hours=5, minutes=7, seconds=48))
    there, here = (
        datetime.datetime(1905, 3, 12, 10, 7, 48, tzinfo=east),
        datetime.datetime(1905, 3, 12, 5, tzinfo=datetime.UTC),
    )
    for kind, one, other in ((sa.DateTime(timezone=True), there, here), (sa.Float, 0.0, -0.0)):
        columns = make(keyring, kind, BlindIndex("v", normalizer="exact/2")).c
        assert BlindIndex.values(columns.v_index, one) == BlindIndex.values(columns.v_index, other)
    with pytest.raises(EncryptedColumnError, match="has no exact index"):
        make(keyring, sa.JSON, BlindIndex("v", normalizer="exact/2"))


def test_an_index_needs_a_source_and_a_normalizer_for_each() -> None:
    with pytest.raises(EncryptedColumnError, match="needs the name of an encrypted column"):
        BlindIndex()
    with pytest.raises(EncryptedColumnError, match="2 normalizers for 1 columns"):
        BlindIndex("v", normalizer=["exact", "digits"])


def test_the_type_says_what_it_indexes() -> None:
    kind = BlindIndex("surname", "born", normalizer=["name", "exact"])
    assert repr(kind) == "BlindIndex('surname', 'born', normalizer='name, exact')"
    assert kind.python_type is bytes
    with pytest.raises(EncryptedColumnError, match="not rendered into SQL"):
        kind.literal_processor(sa.create_engine("sqlite://").dialect)


def test_numbers_that_are_equal_have_one_index(keyring: Keyring) -> None:
    from decimal import Decimal

    table = make(keyring, sa.Numeric(10, 2), BlindIndex("v"))
    spelled = [BlindIndex.values(table.c.v, value) for value in (Decimal("1.1"), Decimal("1.10"), 1.1)]
    assert spelled[0] == spelled[1] == spelled[2]


def test_a_default_that_python_makes_is_indexed(keyring: Keyring) -> None:
    table = sa.Table(
        "t",
        sa.MetaData(),
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("v", Encrypted(sa.Text, keyring=keyring, context="t.v"), default="none"),
        sa.Column("v_index", BlindIndex("v")),
        sa.Column("w", Encrypted(sa.Text, keyring=keyring, context="t.w"), default=lambda: "made"),
        sa.Column("w_index", BlindIndex("w")),
    )
    engine = sa.create_engine("sqlite://")
    table.create(engine)
    with engine.connect() as connection:
        connection.execute(sa.insert(table))
        connection.execute(sa.insert(table), [{"id": 2}, {"id": 3}])
        connection.execute(sa.insert(table).values([{"id": 4}, {"id": 5}]))
        found = connection.execute(
            sa.select(table.c.v, table.c.w).where(table.c.v == "none", table.c.w == "made")
        )
        assert len(found.all()) == 5
        table.c.v.default = sa.ColumnDefault(sa.func.lower("X"))
        with pytest.raises(EncryptedColumnError, match="cannot be set to an SQL expression"):
            connection.execute(sa.insert(table))
    engine.dispose()


@pytest.mark.parametrize("options", [{"unique": True}, {"index": True}])
def test_a_search_on_mariadb_uses_the_index(keyring: Keyring, mariadb_url: str, options: Any) -> None:
    """UNIQUE over a BLOB is kept there by a hash that no search can use."""
    table = sa.Table(
        "t",
        sa.MetaData(),
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("v", Encrypted(sa.Text, keyring=keyring, context="t.v")),
        sa.Column("v_index", BlindIndex("v", normalizer="digits/2"), **options),
        sa.Column("v_part", BlindIndex("v", normalizer="digits/2", truncate=10, expected_rows=200_000)),
    )
    engine = sa.create_engine(mariadb_url)
    table.create(engine)
    with engine.begin() as connection:
        connection.execute(sa.insert(table), [{"v": f"05{number:010}"} for number in range(1_000)])
        wanted = BlindIndex.values(table.c.v_index, "050000000007")[0].hex()
        (plan,) = connection.exec_driver_sql(
            f"explain select id from t where v_index = x'{wanted}'"
        ).mappings()
        assert plan["key"]
        assert connection.scalars(sa.select(table.c.id).where(table.c.v == "050000000007")).all() == [8]
        assert 8 in connection.scalars(sa.select(table.c.id).where(table.c.v_part == "050000000007")).all()
    engine.dispose()
