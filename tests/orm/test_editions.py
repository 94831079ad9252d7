"""An index that stands under two rules: both are searched, UNIQUE holds under both, and nothing that is there is lost."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.dialects import postgresql
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from piiguard.keys import Keyring
from piiguard.keys.normalizers import normalize
from piiguard.manifest import Manifest, ProtectedColumn
from piiguard.orm import BlindIndex, Encrypted, EncryptedColumnError, fill_indexes
from piiguard.orm.manifest import drift, protected_columns

OLD, NEW = "email/1", "email"
# equal under the first edition, and two mailboxes under the second
ALIKE = ("straße@example.kz", "strasse@example.kz")


def people(keyring: Keyring, rule: Any, *, unique: bool = True) -> type[Any]:
    """The same table, as a release of the application sees it."""

    class Base(DeclarativeBase):
        pass

    class Person(Base):
        __tablename__ = "people"
        id: Mapped[int] = mapped_column(primary_key=True)
        email: Mapped[str | None] = mapped_column(Encrypted(sa.Text, keyring=keyring, context="people.email"))
        email_index: Mapped[bytes | None] = mapped_column(BlindIndex("email", normalizer=rule), unique=unique)

    return Person


@pytest.fixture
def engine(any_database_url: str) -> Any:
    engine = sa.create_engine(any_database_url)
    yield engine
    engine.dispose()


def begin(engine: sa.Engine, keyring: Keyring, *values: str) -> type[Any]:
    """Rows of the release before, and the models of this one."""
    before = people(keyring, OLD)
    before.metadata.create_all(engine)
    with Session(engine) as session:
        session.add_all([before(id=number, email=value) for number, value in enumerate(values, 1)])
        session.commit()
    return people(keyring, NEW)


def found(engine: sa.Engine, person: Any, value: str) -> list[int]:
    with Session(engine) as session:
        return list(session.scalars(sa.select(person.id).where(person.email == value)))


def test_what_the_release_before_wrote_is_found(engine: sa.Engine, keyring: Keyring) -> None:
    person = begin(engine, keyring, "ulgi@example.kz")
    with Session(engine) as session:
        session.add(person(id=2, email="Synaq@Example.kz"))
        session.commit()
    assert found(engine, person, "ULGI@example.kz") == [1]
    assert found(engine, person, "synaq@example.KZ") == [2]
    with Session(engine) as session:
        both = sa.select(person.id).where(person.email.in_(["ulgi@example.kz", "synaq@example.kz"]))
        assert sorted(session.scalars(both)) == [1, 2]
        assert session.scalars(sa.select(person.id).where(person.email != "ulgi@example.kz")).all() == [2]
    assert found(engine, people(keyring, "email/2"), "ulgi@example.kz") == []  # of that edition alone


@pytest.mark.parametrize("way", ["flush", "session", "core", "many", "values"])
def test_a_value_that_is_there_under_the_older_rule_is_refused(
    engine: sa.Engine, keyring: Keyring, way: str
) -> None:
    person = begin(engine, keyring, "ulgi@example.kz")
    row = {"id": 2, "email": "Ulgi@Example.kz"}
    other = {"id": 3, "email": "other@example.kz"}
    with Session(engine) as session:
        ways: dict[str, Callable[[], object]] = {
            "flush": session.flush,
            "session": lambda: session.bulk_save_objects([person(**row)]),
            "core": lambda: session.execute(sa.insert(person.__table__), row),
            "many": lambda: session.execute(sa.insert(person), [other, row]),
            "values": lambda: session.execute(sa.insert(person).values([row, other])),
        }
        if way == "flush":
            session.add(person(**row))
        with pytest.raises(IntegrityError):
            ways[way]()


def test_an_upsert_meets_the_row_of_the_older_rule(postgresql_url: str, keyring: Keyring) -> None:
    engine = sa.create_engine(postgresql_url)
    person = begin(engine, keyring, "ulgi@example.kz")
    statement = postgresql.insert(person).values(id=9, email="ULGI@example.kz")
    with Session(engine) as session:
        session.execute(statement.on_conflict_do_nothing(index_elements=["email_index"]))
        session.commit()
        assert session.scalars(sa.select(person.id)).all() == [1]
    engine.dispose()


def test_two_mailboxes_that_only_the_older_rule_took_for_one_are_both_kept(
    engine: sa.Engine, keyring: Keyring
) -> None:
    person = begin(engine, keyring, ALIKE[0])
    with Session(engine) as session:
        session.add(person(id=2, email=ALIKE[1]))
        session.commit()
    assert [found(engine, person, one) for one in ALIKE] == [[1], [2]]
    assert [found(engine, people(keyring, "email/2"), one) for one in ALIKE] == [[1], [2]]


def test_filling_takes_every_row_to_the_newest_rule(engine: sa.Engine, keyring: Keyring) -> None:
    person = begin(engine, keyring, "ulgi@example.kz", "synaq@example.kz")
    assert fill_indexes(engine, person) == 2
    assert fill_indexes(engine, person) == 0
    newest = people(keyring, "email/2")
    assert [found(engine, newest, f"{one}@example.kz") for one in ("ulgi", "synaq")] == [[1], [2]]


def test_a_rule_of_another_name_may_be_listed_as_the_one_before(engine: sa.Engine, keyring: Keyring) -> None:
    before = people(keyring, "exact/1")
    before.metadata.create_all(engine)
    with Session(engine) as session:
        session.add(before(id=1, email="ulgi@example.kz"))
        session.commit()
    person = people(keyring, [("email/2", "exact/1")])
    assert found(engine, person, "ulgi@example.kz") == [1]
    with Session(engine) as session:
        session.add(person(id=2, email="ulgi@example.kz"))
        with pytest.raises(IntegrityError):
            session.flush()


def test_a_digit_of_another_script_is_refused_in_words(keyring: Keyring) -> None:
    person = people(keyring, "digits")
    engine = sa.create_engine("sqlite://")
    person.metadata.create_all(engine)
    with Session(engine) as session:
        for write in (
            lambda: person(id=1, email="05\u0660312300017"),
            lambda: person.email == "05\u0660312300017",
            lambda: session.execute(sa.insert(person.__table__), {"id": 1, "email": "05\u0660312300017"}),
        ):
            with pytest.raises(EncryptedColumnError, match=r"digit of another script") as caught:
                write()
            assert "\u0660" not in str(caught.value)


def test_models_and_manifest_agree_when_the_models_find_all_that_it_names(keyring: Keyring) -> None:
    def told(rule: Any, listed: Any) -> list[str]:
        metadata = people(keyring, rule).metadata
        entry = ProtectedColumn("people", "email", "people.email", index="email_index", normalizer=listed)
        return list(drift(protected_columns(metadata), metadata, Manifest((entry,))))

    for listed in ("email", "email/1", "email/2", ("email/2", "email/1")):
        assert told("email", listed) == []
        assert told([("email/2", "email/1")], listed) == []
    assert told("email/2", "email/2") == []
    assert told("email/1", "email") == []
    assert told("email/2", "email") == ["people.email: normalizer is email/2 in the models, email here"]
    assert told("email/2", ("email/2", "email/1")) == [
        "people.email: normalizer is email/2 in the models, email/2, email/1 here"
    ]
    (entry,) = protected_columns(people(keyring, "email").metadata)
    assert entry.normalizer == "email/2"


NAMES = st.sampled_from(
    ["Алёна", "АЛЕНА", "алена", "О’Коннор", "о'коннор", "Ілияс", "Илияс", "Қайрат", "қайрат"]
)


def test_whatever_was_written_under_either_rule_a_search_asks_for_both(keyring: Keyring) -> None:
    before = people(keyring, "name/1", unique=False)
    person = people(keyring, "name", unique=False)

    @settings(max_examples=100)
    @given(old=st.lists(NAMES, max_size=4), new=st.lists(NAMES, max_size=4), sought=NAMES)
    def both_are_asked(old: list[str], new: list[str], sought: str) -> None:
        engine = sa.create_engine("sqlite://")
        person.metadata.create_all(engine)
        with Session(engine) as session:
            session.add_all([before(email=one) for one in old])
            session.flush()
            session.add_all([person(email=one) for one in new])
            session.flush()
            held = session.scalars(sa.select(person.email).where(person.email == sought)).all()
        expected = [one for one in old if normalize("name/1", one) == normalize("name/1", sought)]
        expected += [one for one in new if normalize("name/2", one) == normalize("name/2", sought)]
        assert sorted(held) == sorted(expected)
        engine.dispose()

    both_are_asked()
