"""The index law: after any statement a blind index equals what its sources say, or the statement was refused.

Statements are drawn and applied to encrypted tables and to plain ones of the same shape. The plain ones are the
oracle: the same rows, the same refusals of UNIQUE, the same rows found by each value.
"""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import sqlalchemy as sa
from hypothesis import Phase, given, note, settings
from hypothesis import strategies as st
from sqlalchemy.dialects import mysql, postgresql, sqlite
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column
from sqlalchemy.orm.attributes import set_attribute, set_committed_value

from piiguard.keys import Keyring, change, transitions
from piiguard.orm import BlindIndex, Encrypted, EncryptedColumnError

EXAMPLES = int(os.environ.get("PIIGUARD_EXAMPLES", "100"))
# Each example makes its tables and a keyring: shrinking would take minutes.
PHASES = (Phase.explicit, Phase.reuse, Phase.generate)
VALUES = ["050312300015", "010203300016", "090909400018", None]
NAMES = ["Сынақов", "Үлгі", None]


@dataclass
class Side:
    """One of the two databases: its classes, its engine, and the counter behind its defaults."""

    engine: sa.Engine
    keyring: Keyring | None = None
    counter: Iterator[int] = field(default_factory=itertools.count)
    classes: dict[str, Any] = field(default_factory=dict)
    old: dict[str, Any] = field(default_factory=dict)
    before: set[int] = field(default_factory=set)

    def insert(self, name: str = "Person") -> Any:
        dialect = {"postgresql": postgresql, "sqlite": sqlite}.get(self.engine.dialect.name, mysql)
        return dialect.insert(self.classes[name].__table__)

    def token(self, context: Any) -> str:
        """A default that is another one each time, and looks at its row."""
        return f"{context.get_current_parameters()['id']}-{next(self.counter)}"


def model(side: Side) -> type[DeclarativeBase]:
    class Base(DeclarativeBase):
        pass

    def column(kind: Any, context: str, **options: Any) -> Any:
        if side.keyring is None:
            return mapped_column(kind, **options)
        return mapped_column(Encrypted(kind, keyring=side.keyring, context=context), **options)

    class Person(Base):
        __tablename__ = "people"
        id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
        kind: Mapped[str] = mapped_column(sa.String(10), default="person")
        note: Mapped[str | None] = mapped_column(sa.String(200))
        iin: Mapped[str | None] = column(sa.String(12), "people.iin")
        name: Mapped[str | None] = column(sa.String(50), "people.name")
        town: Mapped[str | None] = column(sa.String(50), "people.town")
        if side.keyring is None:
            __table_args__ = (sa.UniqueConstraint("iin"),)
        else:
            iin_index: Mapped[bytes | None] = mapped_column(
                BlindIndex("iin", normalizer="digits"), unique=True
            )
            who: Mapped[bytes | None] = mapped_column(BlindIndex("name", "town", normalizer="exact"))
        __mapper_args__ = {"polymorphic_on": "kind", "polymorphic_identity": "person"}  # noqa: RUF012

    class Student(Person):
        __tablename__ = "students"
        id: Mapped[int] = mapped_column(sa.ForeignKey("people.id"), primary_key=True)
        card: Mapped[str | None] = column(sa.String(60), "students.card", default=side.token)
        if side.keyring is not None:
            card_index: Mapped[bytes | None] = mapped_column(BlindIndex("card"))
        __mapper_args__ = {"polymorphic_identity": "student"}  # noqa: RUF012

    class Graduate(Student):
        __tablename__ = "graduates"
        id: Mapped[int] = mapped_column(sa.ForeignKey("students.id"), primary_key=True)
        thesis: Mapped[str | None] = mapped_column(sa.String(50))
        __mapper_args__ = {"polymorphic_identity": "graduate"}  # noqa: RUF012

    class Visit(Base):
        """Defaults of every kind, and the index before its source."""

        __tablename__ = "visits"
        id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
        if side.keyring is not None:
            code_index: Mapped[bytes | None] = mapped_column(BlindIndex("code"))
            gate_index: Mapped[bytes | None] = mapped_column(BlindIndex("gate"))
        code: Mapped[str | None] = column(sa.String(60), "visits.code", default=side.token)
        gate: Mapped[str | None] = column(sa.String(60), "visits.gate", insert_default="main")

    side.classes = {one.__name__: one for one in (Person, Student, Graduate, Visit)}
    return Base


Step = Callable[[Session, Side], Any]
ids = st.integers(1, 4)
values = st.sampled_from(VALUES)
names = st.sampled_from(NAMES)
kinds = st.sampled_from(["Person", "Student", "Graduate"])
rows = st.fixed_dictionaries({"id": ids, "iin": values, "name": names, "town": names})
some_rows = st.lists(rows, min_size=1, max_size=3, unique_by=lambda row: row["id"])
changes = st.lists(st.fixed_dictionaries({"id": ids, "iin": values}), min_size=1, max_size=3)


def step(function: Callable[..., Any], *drawn: st.SearchStrategy[Any]) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.tuples(st.just(function), *drawn)


# --- INSERT


def add(session: Session, side: Side, kind: str, row: dict[str, Any]) -> Any:
    made = side.classes[kind](**row)
    session.add(made)
    session.flush()
    return made.iin, getattr(made, "card", None)


def add_many(session: Session, side: Side, kind: str, many: list[dict[str, Any]]) -> None:
    session.add_all([side.classes[kind](**row) for row in many])
    session.flush()


def insert_bulk(session: Session, side: Side, kind: str, many: list[dict[str, Any]]) -> None:
    session.execute(sa.insert(side.classes[kind]), many)


def insert_mappings(session: Session, side: Side, kind: str, many: list[dict[str, Any]], nulls: bool) -> None:
    session.bulk_insert_mappings(sa.inspect(side.classes[kind]), many, render_nulls=nulls)


def insert_core(session: Session, side: Side, many: list[dict[str, Any]], form: str) -> None:
    table = side.classes["Person"].__table__
    connection = session.connection()
    if form == "parameters":
        connection.execute(sa.insert(table), many)
    elif form == "lists":
        connection.execute(sa.insert(table).values(many))
    elif form == "orm lists":
        session.execute(sa.insert(side.classes["Person"]).values(many))
    elif form == "attributes":
        session.execute(sa.insert(side.classes["Person"]).values(**many[0]))
    elif form == "bindparam":
        statement = sa.insert(table).values(id=sa.bindparam("number"), iin=sa.bindparam("value"))
        connection.execute(statement, [{"number": row["id"], "value": row["iin"]} for row in many])
    else:
        connection.execute(sa.insert(table).prefix_with("OR REPLACE", dialect="sqlite"), many)


def visit(session: Session, side: Side, many: list[int], form: str) -> Any:
    kind = side.classes["Visit"]
    numbered = [{"id": one} for one in many]
    if form == "flush":
        made = [kind(**row) for row in numbered]
        session.add_all(made)
        session.flush()
        return [(one.code, one.gate) for one in made]
    if form == "lists":
        session.execute(sa.insert(kind.__table__).values(numbered))
    elif form == "orm":
        session.execute(sa.insert(kind), numbered)
    elif form == "one":
        session.execute(sa.insert(kind).values(**numbered[0]))
    else:
        session.connection().execute(sa.insert(kind.__table__), numbered)


def upsert(session: Session, side: Side, many: list[dict[str, Any]], form: str, what: str, new: Any) -> None:
    many = [{key: row[key] for key in ("id", "iin", "name", "town")} for row in many]
    statement: Any = side.insert()
    if form != "many":
        statement = statement.values(many if form == "lists" else many[0])
    proposed = statement.inserted if hasattr(statement, "inserted") else statement.excluded
    own = side.classes["Person"].__table__.c
    sets: dict[str, dict[str, Any]] = {
        "literal": {"iin": new},
        "proposed": {"iin": proposed.iin, "note": "again"},
        "all": {"iin": proposed.iin, "name": proposed.name, "town": proposed.town},
        "part": {"name": proposed.name},
        "null": {"iin": sa.null()},
        "note": {"note": "again"},
        "other_column": {"iin": proposed.note},
        "ciphertext": {"note": proposed.iin},
        "expression": {"iin": sa.func.lower(own.note)},
    }
    if what == "nothing" and hasattr(statement, "on_conflict_do_nothing"):
        statement = statement.on_conflict_do_nothing()
    elif hasattr(statement, "on_duplicate_key_update"):
        statement = statement.on_duplicate_key_update(sets.get(what, sets["note"]))
    else:
        where = {"where": own.iin == VALUES[0]} if what == "all" and new is None else {}
        statement = statement.on_conflict_do_update(
            index_elements=["id"], set_=sets.get(what, sets["note"]), **where
        )
    session.connection().execute(statement, many if form == "many" else None)


# --- UPDATE


def set_it(session: Session, side: Side, changed: list[dict[str, Any]]) -> None:
    for row in changed:
        if (found := session.get(side.classes["Person"], row["id"])) is not None:
            found.iin = row["iin"]
    session.flush()


def set_part(session: Session, side: Side, number: int, part: str, name: str | None, load: str) -> None:
    found = session.get(side.classes["Person"], number)
    if found is None:
        return
    if load == "expired":
        session.expire(found)
    elif load == "committed":
        set_committed_value(found, part, found.__dict__.get(part))
    setattr(found, part, name)
    if load == "refreshed":
        session.refresh(found, [part])
    session.flush()


def take_back(session: Session, side: Side, number: int, value: str | None, how: str) -> Any:
    found = session.get(side.classes["Person"], number)
    if found is None:
        return None
    if how == "savepoint":
        with session.begin_nested() as nested:
            found.iin = value
            session.flush()
            nested.rollback()
        found.note = "taken back"
    else:
        found.iin = value
        (session.refresh if how == "refresh" else session.expire)(found, ["iin"])
    session.flush()
    return found.iin


def merge(session: Session, side: Side, row: dict[str, Any]) -> None:
    session.merge(side.classes["Person"](**row))
    session.flush()


def update_some(session: Session, side: Side, changed: list[dict[str, Any]], form: str) -> Any:
    kind = side.classes["Person"]
    table, first = kind.__table__, changed[0]
    one = sa.update(kind).where(kind.id == first["id"])
    if form in ("evaluate", "fetch", "auto"):
        found = session.get(kind, first["id"])
        session.execute(one.values(iin=first["iin"]), execution_options={"synchronize_session": form})
        return found and found.iin
    if form == "ordered":
        session.execute(one.ordered_values((kind.note, "x"), (kind.iin, first["iin"])))
    elif form == "by_value":
        session.execute(sa.update(kind).where(kind.iin == VALUES[0]).values(iin=first["iin"]))
    elif form == "all":
        session.execute(sa.update(kind).values(iin=first["iin"]))
    elif form == "keys":
        session.execute(sa.update(side.classes["Student"]), changed)
    elif form == "mappings":
        session.bulk_update_mappings(sa.inspect(kind), changed)
    elif form == "expression":
        session.execute(one.values(iin=sa.func.lower(kind.note)))
    elif form == "copy":
        session.execute(one.values(note=kind.iin))
    elif form == "part":
        session.execute(one.values(name="Үлгі"))
    else:
        statement = sa.update(table).where(table.c.id == sa.bindparam("number"))
        session.connection().execute(statement, [{"number": row["id"], "iin": row["iin"]} for row in changed])


def swap(session: Session, side: Side, first: int, second: int) -> None:
    kind = side.classes["Person"]
    held = {row.id: row.iin for row in session.execute(sa.select(kind.id, kind.iin))}
    if first in held and second in held:
        session.connection().execute(
            sa.update(kind.__table__).where(kind.__table__.c.id == sa.bindparam("number")),
            [
                {"number": first, "iin": None},
                {"number": second, "iin": held[first]},
                {"number": first, "iin": held[second]},
            ],
        )


def remove(session: Session, side: Side, number: int) -> None:
    if (found := session.get(side.classes["Person"], number)) is not None:
        session.delete(found)
        session.flush()


# --- What plain tables have no counterpart for


def by_hand(session: Session, side: Side, number: int, form: str) -> None:
    """An index value of somebody else's choice is refused, or has no effect."""
    kind, wrong = side.classes["Person"], b"\0\1" + b"A" * 14
    if side.keyring is None or (found := session.get(kind, number)) is None:
        return
    if form == "attribute":
        set_attribute(found, "iin_index", wrong)
        session.flush()
    elif form == "values":
        session.execute(sa.update(kind).where(kind.id == number).values(iin_index=wrong))
    elif form == "null":
        session.execute(sa.update(kind).where(kind.id == number).values(iin_index=None))
    elif form == "rows":
        session.execute(sa.update(kind), [{"id": number, "iin_index": wrong}])
    elif form == "null rows":
        session.bulk_update_mappings(sa.inspect(kind), [{"id": number, "iin_index": None}])
    elif form == "insert":
        session.execute(sa.insert(kind.__table__), [{"id": number + 9, "iin_index": wrong}])


def promote(session: Session, side: Side) -> None:
    """A new index key becomes the primary one; rows keep the hashes that they have."""
    if side.keyring is None or len([one for one in side.keyring.versions if one.kind == "index"]) > 2:
        return
    path, number = side.keyring.path, sum(one.kind == "index" for one in side.keyring.versions) + 1
    change.apply(path, None, "add", lambda held, now: transitions.add(held, "index", now))
    change.apply(path, None, "promote", lambda held, now: transitions.promote(held, "index", number, now))
    side.keyring.reload()


STEPS = st.one_of(
    step(add, kinds, rows),
    step(add_many, kinds, some_rows),
    step(insert_bulk, kinds, some_rows),
    step(insert_mappings, kinds, some_rows, st.booleans()),
    step(
        insert_core,
        some_rows,
        st.sampled_from(["parameters", "lists", "orm lists", "attributes", "bindparam", "replace"]),
    ),
    step(
        visit,
        st.lists(ids, min_size=1, max_size=3, unique=True),
        st.sampled_from(["flush", "lists", "orm", "one", "core"]),
    ),
    step(
        upsert,
        some_rows,
        st.sampled_from(["one", "many", "lists"]),
        st.sampled_from(
            [
                "literal",
                "proposed",
                "all",
                "part",
                "null",
                "note",
                "other_column",
                "ciphertext",
                "expression",
                "nothing",
            ]
        ),
        values,
    ),
    step(set_it, changes),
    step(
        set_part,
        ids,
        st.sampled_from(["name", "town"]),
        names,
        st.sampled_from(["loaded", "expired", "refreshed", "committed"]),
    ),
    step(take_back, ids, values, st.sampled_from(["refresh", "expire", "savepoint"])),
    step(merge, rows),
    step(
        update_some,
        changes,
        st.sampled_from(
            [
                "evaluate",
                "fetch",
                "auto",
                "ordered",
                "by_value",
                "all",
                "keys",
                "mappings",
                "expression",
                "copy",
                "part",
                "core",
            ]
        ),
    ),
    step(swap, ids, ids),
    step(remove, ids),
    step(by_hand, ids, st.sampled_from(["attribute", "values", "null", "rows", "null rows", "insert"])),
    step(promote),
)


# --- The law


def apply(side: Side, function: Callable[..., Any], drawn: tuple[Any, ...]) -> tuple[str, Any]:
    """What the statement says, committed; a refusal or a violation leaves everything as it was."""
    with Session(side.engine) as session:
        try:
            answer = function(session, side, *drawn)
            session.commit()
        except EncryptedColumnError:
            return "refused", None
        except (sa.exc.SQLAlchemyError, TypeError) as error:  # of UNIQUE, or what a driver does not take
            return type(error).__name__, None
        return "done", answer


def rows_of(side: Side) -> dict[str, Any]:
    columns = {"Person": "id kind note iin name town", "Student": "id card", "Visit": "id code gate"}
    found = {}
    with side.engine.connect() as connection:
        for name, wanted in columns.items():
            table = side.classes[name].__table__
            query = sa.select(*(table.c[key] for key in wanted.split())).order_by(table.c.id)
            found[name] = connection.execute(query).all()
    return found


def indexed_by(side: Side, table: Any, name: str, sources: list[str], context: str) -> None:
    """Each stored index is the hash of its sources under the version that it names."""
    assert side.keyring is not None
    key = side.keyring.index(
        context, name, table.c[name].type.bound(table.c[name], columns_of(table)).key.normalizer
    )
    raw = sa.type_coerce(table.c[name], sa.LargeBinary)
    with side.engine.connect() as connection:
        for index, *held in connection.execute(sa.select(raw, *(table.c[one] for one in sources))):
            whole = None not in held
            value = (held[0] if len(held) == 1 else tuple(held)) if whole else None
            if value is None:
                assert index is None, name
            else:
                assert index is not None, name
                assert bytes(index) == key.under(int.from_bytes(bytes(index)[:2], "big"))(value), name


def columns_of(table: Any) -> dict[str, Any]:
    return {column.key: column for column in table.c if isinstance(column.type, Encrypted)}


SEARCHES: dict[str, Callable[[Any, str], Any]] = {
    "equal": lambda column, value: column == value,
    "unequal": lambda column, value: column != value,
    "not equal": lambda column, value: sa.not_(column == value),
    "in": lambda column, value: column.in_([value, VALUES[0]]),
    "not in": lambda column, value: ~column.in_([value]),
}


def queries(side: Side) -> dict[str, Any]:
    person = side.classes["Person"]
    return {
        f"{name} {value}": sa.select(person.id).where(condition(person.iin, value)).order_by(person.id)
        for name, condition in SEARCHES.items()
        for value in VALUES
        if value is not None
    }


def check(encrypted: Side, plain: Side) -> None:
    assert rows_of(encrypted) == rows_of(plain)
    tables = {name: one.__table__ for name, one in encrypted.classes.items()}
    indexed_by(encrypted, tables["Person"], "iin_index", ["iin"], "people.iin")
    indexed_by(encrypted, tables["Person"], "who", ["name", "town"], "people.name+people.town")
    indexed_by(encrypted, tables["Student"], "card_index", ["card"], "students.card")
    indexed_by(encrypted, tables["Visit"], "code_index", ["code"], "visits.code")
    indexed_by(encrypted, tables["Visit"], "gate_index", ["gate"], "visits.gate")
    with encrypted.engine.connect() as ours, plain.engine.connect() as theirs:
        fresh = queries(encrypted)
        for name, query in plain.old.items():
            right = theirs.scalars(query).all()
            assert ours.scalars(encrypted.old[name]).all() == right, f"{name}, built before"
            assert ours.scalars(fresh[name]).all() == right, name


def holds(encrypted: Side, plain: Side, steps: list[tuple[Any, ...]]) -> None:
    """Apply the statements to both sides, and look at both after each."""
    for side in (encrypted, plain):
        base = model(side)
        base.metadata.drop_all(side.engine)
        base.metadata.create_all(side.engine)
        side.old = queries(side)
    for function, *drawn in steps:
        note(f"{function.__name__} {drawn}")
        said, answer = apply(encrypted, function, tuple(drawn))
        if said != "refused":
            assert (said, answer) == apply(plain, function, tuple(drawn)), function.__name__
        begin = next(plain.counter) + 1000  # a refused statement may have called a default
        encrypted.counter, plain.counter = itertools.count(begin), itertools.count(begin)
        check(encrypted, plain)


def transactional(engine: sa.Engine) -> sa.Engine:
    """SQLite with savepoints that are ones: its driver would begin a transaction of its own."""

    @sa.event.listens_for(engine, "connect")
    def on_connect(connection: Any, record: Any) -> None:
        connection.isolation_level = None

    @sa.event.listens_for(engine, "begin")
    def on_begin(connection: Any) -> None:
        connection.exec_driver_sql("BEGIN")

    return engine


@given(st.lists(STEPS, min_size=1, max_size=8))
@settings(max_examples=max(EXAMPLES * 8 // 10, 1), phases=PHASES)
def test_the_index_follows_every_statement(steps: list[tuple[Any, ...]]) -> None:
    with TemporaryDirectory() as folder:
        keyring = Keyring.create(Path(folder) / "keyring.json", [f"file:{folder}/wrapping.key"]).open()
        engines = [transactional(sa.create_engine("sqlite://", poolclass=sa.StaticPool)) for _ in range(2)]
        try:
            holds(Side(engines[0], keyring), Side(engines[1]), steps)
        finally:
            for engine in engines:
                engine.dispose()


def test_the_index_follows_on_a_server(two_database_urls: tuple[str, str]) -> None:
    engines = [sa.create_engine(url) for url in two_database_urls]

    @given(st.lists(STEPS, min_size=1, max_size=8))
    @settings(max_examples=max(EXAMPLES // 10, 1), phases=PHASES)
    def follows(steps: list[tuple[Any, ...]]) -> None:
        with TemporaryDirectory() as folder:
            keyring = Keyring.create(Path(folder) / "keyring.json", [f"file:{folder}/wrapping.key"])
            holds(Side(engines[0], keyring.open()), Side(engines[1]), steps)

    try:
        follows()
    finally:
        for engine in engines:
            engine.dispose()
