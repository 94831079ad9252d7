"""The index law: after any statement a blind index equals what its sources say, or the statement was refused.

Statements are drawn and applied to encrypted tables and to plain ones of the same shape. The plain ones are the
oracle: the same rows, the same refusals of UNIQUE, the same rows found by each query, whether it was built before
or after the statements, or refused. Tables and classes serve many examples, so that what SQLAlchemy caches does too.
"""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from types import FunctionType
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import Phase, given, note, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session, aliased, with_loader_criteria

from piiguard.orm import Encrypted, EncryptedColumnError
from tests.conftest import by_version

from .statements import STEPS
from .twins import FIRST, SECOND, Side, transactional

pytestmark = pytest.mark.slow

EXAMPLES = int(os.environ.get("PIIGUARD_EXAMPLES", "100"))
# What is found depends on what was cached before: shrinking would look for it in vain.
PHASES = (Phase.explicit, Phase.reuse, Phase.generate)
COLUMNS = {
    "Person": "id kind note iin name town",
    "Student": "id card",
    "Visit": "id code gate",
    "Moving": "id iin",
}
INDEXES = [
    ("Person", "iin_index", ["iin"]),
    ("Person", "who", ["name", "town"]),
    ("Student", "card_index", ["card"]),
    ("Visit", "code_index", ["code"]),
    ("Visit", "gate_index", ["gate"]),
    ("Moving", "iin_index", ["iin"]),
]


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
    found = {}
    with side.engine.connect() as connection:
        for name, wanted in COLUMNS.items():
            table = side.classes[name].__table__
            query = sa.select(*(table.c[key] for key in wanted.split())).order_by(table.c.id)
            found[name] = connection.execute(query).all()
    return found


def indexed_by(side: Side, table: Any, name: str, sources: list[str]) -> None:
    """Each stored index is the hash of its sources under the version that it names; plaintext may have none."""
    kind = table.c[name].type
    key = kind.bound(
        table.c[name], {column.key: column for column in table.c if isinstance(column.type, Encrypted)}
    ).key
    stored_as: Any = sa.Text if table.name == "moving" else sa.LargeBinary
    raw = sa.type_coerce(table.c[name], sa.LargeBinary), sa.type_coerce(table.c[sources[0]], stored_as)
    with side.engine.connect() as connection:
        for index, stored, *held in connection.execute(sa.select(*raw, *(table.c[one] for one in sources))):
            value = None if None in held else held[0] if len(held) == 1 else tuple(held)
            plain = isinstance(stored, str) and not stored.startswith("pg1.")
            if value is None or (plain and index is None):
                assert index is None, name
            else:
                assert index is not None, name
                assert bytes(index) == key.under(int.from_bytes(bytes(index)[:2], "big"))(value), name


def by_criteria(side: Side, person: Any, value: str) -> Any:
    if side.keyring is None:  # one lambda serves one class
        return sa.select(person.id).where(person.iin == value)
    lent: Any = lambda cls: cls.iin == value
    own = FunctionType(lent.__code__.replace(co_name=f"of_{side.made}"), globals(), closure=lent.__closure__)
    return sa.select(person).options(with_loader_criteria(person, own))


def by_lambda(side: Side, person: Any, value: str) -> Any:
    if side.keyring is None:
        return sa.select(person.id).where(person.iin != value)
    query = sa.lambda_stmt(lambda: sa.select(person.id))
    return query + (lambda q: q.where(person.iin != value))


SEARCHES: dict[str, Callable[[Any, str], Any]] = {
    "equal": lambda person, value: person.iin == value,
    "unequal": lambda person, value: person.iin != value,
    "not equal": lambda person, value: sa.not_(person.iin == value),
    "in": lambda person, value: person.iin.in_([value, FIRST]),
    "not in": lambda person, value: ~person.iin.in_([value]),
    "null": lambda person, value: sa.or_(person.iin.is_(None), person.iin == value),
}


def who(side: Side, entity: Any) -> list[Any]:
    return [entity.name, entity.town] if side.keyring is None else [entity.who]


def same(side: Side, one: Any, other: Any) -> Any:
    return sa.and_(*(left == right for left, right in zip(who(side, one), who(side, other), strict=True)))


def queries(side: Side) -> dict[str, Any]:
    """What is asked of both sides; each finds numbers, in any order."""
    person, moving = side.classes["Person"], side.classes["Moving"]
    other = aliased(person)
    found: dict[str, Any] = {
        "join": sa.select(person.id * 10 + other.id)
        .select_from(person)
        .join(other, same(side, person, other)),
        "group": sa.select(sa.func.count(person.id))
        .where(person.name.is_not(None), person.town.is_not(None))
        .group_by(*who(side, person)),
    }
    for value in FIRST, SECOND:
        for name, condition in SEARCHES.items():
            found[f"{name} {value}"] = sa.select(person.id).where(condition(person, value))
        found |= {
            f"alias {value}": sa.select(person.id).where(
                person.id.in_(sa.select(other.id).where(other.iin == value))
            ),
            f"criteria {value}": by_criteria(side, person, value),
            f"lambda {value}": by_lambda(side, person, value),
            f"moving {value}": sa.select(moving.id).where(moving.iin == value),
            f"moving in {value}": sa.select(moving.id).where(moving.iin.in_([value, FIRST])),
        }
    for name, town in itertools.product(("Сынақов", "Үлгі"), repeat=2):
        both: Any = (
            sa.and_(person.name == name, person.town == town)
            if side.keyring is None
            else person.who.matches(name, town)
        )
        found[f"both {name} {town}"] = sa.select(person.id).where(both)
    return found


def answers(side: Side, asked: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    with Session(side.engine) as session:
        for name, query in asked.items():
            try:
                rows = session.scalars(query).all()
                found[name] = sorted(getattr(row, "id", row) for row in rows)
            except EncryptedColumnError:
                found[name] = "refused"
    return found


def every_third(asked: dict[str, Any], number: int) -> dict[str, Any]:
    return {name: asked[name] for name in list(asked)[number % 3 :: 3]}


def check(encrypted: Side, plain: Side, asked: list[dict[str, Any]], oracle: dict[str, Any]) -> None:
    assert rows_of(encrypted) == rows_of(plain)
    for name, index, sources in INDEXES:
        indexed_by(encrypted, encrypted.classes[name].__table__, index, sources)
    right = answers(plain, oracle)
    if len(encrypted.index_keys()) > 1:  # rows that cannot be compared with one another
        right |= {name: "refused" for name in ("join", "group") if name in right}
    for each in asked:
        assert answers(encrypted, each) == right


class Law:
    """Both sides, with queries that were built before anything else."""

    def __init__(self, encrypted: Side, plain: Side) -> None:
        self.encrypted, self.plain = encrypted, plain
        self.asked: dict[str, Any] = {}
        self.oracle: dict[str, Any] = {}

    def holds(self, steps: list[tuple[Any, ...]]) -> None:
        """Apply the statements to both sides, and look at both after each."""
        encrypted, plain = self.encrypted, self.plain
        if encrypted.begin():
            self.asked = queries(encrypted)
        if plain.begin():
            self.oracle = queries(plain)
        for number, (function, *drawn) in enumerate(steps, 1):
            note(f"{function.__name__} {drawn}")
            said, answer = apply(encrypted, function, tuple(drawn))
            if said != "refused":
                assert (said, answer) == apply(plain, function, tuple(drawn)), function.__name__
            begin = next(plain.counter) + 1000  # a refused statement may have called a default
            encrypted.counter, plain.counter = itertools.count(begin), itertools.count(begin)
            if number < len(steps):
                asked, oracle = [every_third(self.asked, number)], every_third(self.oracle, number)
            else:
                asked, oracle = [self.asked, queries(encrypted)], self.oracle
            check(encrypted, plain, asked, oracle)


def try_examples(urls: tuple[str, str], folder: Path, examples: int, part: str = "") -> None:
    with ExitStack() as stack:
        engines = [sa.create_engine(url) for url in urls]
        for engine in engines:
            stack.callback(engine.dispose)
            if engine.dialect.name == "sqlite":
                transactional(engine)
        law = Law(Side(engines[0], folder), Side(engines[1]))

        @given(st.lists(STEPS, min_size=1, max_size=8))
        @settings(max_examples=max(examples, 1), phases=PHASES)
        def follows(steps: list[tuple[Any, ...]]) -> None:
            law.holds(steps)

        by_version(follows, part)()


# In parts, so that all workers have some of the longest test of this file.
@pytest.mark.parametrize("part", ["1", "2", "3", "4"])
def test_the_index_follows_every_statement(tmp_path: Path, part: str) -> None:
    urls = f"sqlite:///{tmp_path}/encrypted.db", f"sqlite:///{tmp_path}/plain.db"
    try_examples(urls, tmp_path, EXAMPLES * 2 // 10, part)


def test_the_index_follows_on_a_server(two_database_urls: tuple[str, str], tmp_path: Path) -> None:
    try_examples(two_database_urls, tmp_path, EXAMPLES // 10)
