"""The law of conservation: whatever is in a column before a job is there after it, or the job ends with a refusal and
nothing has changed. Whatever the type, the value, a trigger, a rule or another writer does.

Types and values are in ``worlds.py``, those who disturb in ``meddling.py``.
"""

from __future__ import annotations

import functools
import inspect
import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.migration import MigrationContext
from alembic.operations import Operations
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

import piiguard.orm.alembic  # noqa: F401 - registers the operations
from piiguard.database import open_engine
from piiguard.errors import JobError
from piiguard.keys import Keyring
from piiguard.keys.codec import codec_for
from piiguard.keys.envelope import from_text
from piiguard.manifest import ProtectedColumn
from piiguard.protect import decrypt, encrypt, rotate
from piiguard.protect.jobs import migrate
from piiguard.protect.proof import swap
from tests.conftest import by_version

from .meddling import (
    ACTS,
    AROUND,
    HOSTILE,
    MOVED,
    ROWS_OF,
    WRITERS,
    around,
    beside,
    calm,
    hostile,
    killed,
    sealed,
    small_steps,
)
from .worlds import COLUMNS, LOST, SHAPES, World, alike, item_of, kept, promote, same

pytestmark = pytest.mark.slow

# Examples of the whole file. A server takes five times as long for one as SQLite, and the types, rules and values are
# drawn alike: so more of them are drawn there.
EXAMPLES = int(os.environ.get("PIIGUARD_EXAMPLES", "100"))
TESTS = 7
SHARES = {"sqlite": 0.6, "postgresql": 0.25, "mysql": 0.15}
# Each example is a table and a job or three: shrinking would take longer than reading the failure.
PHASES = [Phase.explicit, Phase.reuse, Phase.generate]


def law(test: Callable[..., None]) -> Callable[..., None]:
    """Draw as many examples of a test as the database has a share of."""

    @functools.wraps(test)
    def holds(world: World, **fixtures: Any) -> None:
        count = max(2, round(EXAMPLES * SHARES[world.kind] / TESTS))

        @given(data=st.data())
        @settings(max_examples=count, suppress_health_check=list(HealthCheck), phases=PHASES)
        def example(data: st.DataObject) -> None:
            test(world=world, data=data, **fixtures)

        by_version(example, f"{test.__name__} {world.kind}")()

    asked = inspect.signature(test)
    kept = [parameter for name, parameter in asked.parameters.items() if name != "data"]
    holds.__signature__ = asked.replace(parameters=kept)  # type: ignore[attr-defined]
    return holds


@pytest.fixture
def world(any_database_url: str, keyring: Keyring) -> Iterator[World]:
    url = sa.make_url(any_database_url)
    if url.get_backend_name() == "postgresql":  # moments of before 1924 are some seconds off the hour there
        url = url.update_query_dict({"options": "-c timezone=Asia/Almaty"})
    made = World(open_engine(url), keyring)
    yield made
    made.engine.dispose()


def drawn(
    data: st.DataObject, world: World, *, text: bool = False
) -> tuple[str, str, dict[str, Any], list[Any]]:
    """A type, and rows of it: literals, or NULL."""
    columns = [c for c in COLUMNS[world.kind] if not text or (c[1] == "string" and "'" not in c[0])]
    sql, kind, values = data.draw(st.sampled_from(columns))
    chosen = data.draw(st.lists(st.sampled_from([None, *values]), min_size=1, max_size=5))
    return sql, kind, values, chosen


@law
def test_every_value_comes_back_as_it_was_or_nothing_has_changed(world: World, data: st.DataObject) -> None:
    sql, kind, values, chosen = drawn(data, world)
    name = world.table(sql, chosen, data.draw(st.sampled_from(SHAPES[world.kind])))
    item = indexed(item_of(name, kind), data)
    if (beside_it := data.draw(AROUND)) is not None:
        world.run(*around(world, name, beside_it))
    before = world.state(name)
    wanted = {n: values.get(v) for n, v in enumerate(chosen, 1)}
    if LOST in wanted.values():
        with pytest.raises(JobError) as refused:
            encrypt(world.job(), item)
        lost = [str(n) for n, v in wanted.items() if v is LOST]
        assert str(refused.value).endswith(": " + ", ".join(lost))
        assert world.state(name) == before
        return
    encrypt(world.job(), item)
    assert same(world.opened(item), wanted)
    assert world.found(item) == world.sought(item, wanted)
    decrypt(world.job(), item, sql_type=back(sql))
    encrypt(world.job(), item)
    assert same(world.opened(item), wanted)
    assert world.found(item) == world.sought(item, wanted)


def indexed(item: ProtectedColumn, data: st.DataObject) -> ProtectedColumn:
    """With a blind index or without."""
    wanted = item.type not in ("boolean", "enum", "json") and data.draw(st.booleans())
    # the first edition tells 1.1 from 1.10, and one moment from itself in another zone: hence the second
    edition = "exact/2" if item.type in ("decimal", "float", "datetime_tz") else "exact"
    return replace(item, index="v_index", normalizer=edition) if wanted else item


def back(sql: str) -> str | None:
    """The type for the way back; times with a zone find it themselves."""
    return sql if sql and sql != "timetz" else None


@law
def test_another_writer_before_the_lock_loses_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch, data: st.DataObject
) -> None:
    sql, kind, values, chosen = drawn(data, world, text=True)
    chosen = ["'a'", *(v for v in chosen if values.get(v) is not LOST)]
    name, how = world.table(sql, chosen), data.draw(HOSTILE)
    item = item_of(name, kind)
    world.run(*(hostile(world, name, how, "v") if how != "none" else ["select 1"]))
    acts, effect = WRITERS[data.draw(st.sampled_from(sorted(WRITERS)))](world, item)
    wanted = {n: values.get(v) for n, v in enumerate(chosen, 1)} | (effect if how == "none" else {})
    wanted = {n: v for n, v in wanted.items() if v is not LOST}
    columns, triggers, _ = world.state(name)
    plain: list[Any] = []

    def act(connection: Any, ddl: Any) -> None:
        if not plain:
            if acts and how == "none":
                world.run(*acts)
            plain.append(world.run(f"select id, v from {name} order by id"))
        take(connection, ddl)

    take = swap.take_lock
    monkeypatch.setattr(migrate, "take_lock", act)
    try:
        encrypt(world.job(), item)
    except JobError:
        assert world.state(name)[:2] == [columns, triggers]
        if plain:
            assert world.run(f"select id, v from {name} order by id") == plain[0]
        assert how != "none" or "twin" in str(acts)
    else:
        assert same(world.opened(item), wanted)
    finally:
        monkeypatch.undo()


@law
def test_text_that_is_converted_where_it_stands_loses_nothing(world: World, data: st.DataObject) -> None:
    sql, kind, values, chosen = drawn(data, world, text=True)
    chosen = [v for v in chosen if values.get(v) is not LOST]
    name, how = world.table(sql, chosen), data.draw(HOSTILE)
    item = item_of(name, kind, "text")
    wanted = {n: values.get(v) for n, v in enumerate(chosen, 1)}
    lookalike = "pg1." + "A" * 64
    if data.draw(st.booleans()):
        world.run(
            f"alter table {name} {'modify v' if world.kind == 'mysql' else 'alter v type'} text"
            if world.kind != "sqlite"
            else "select 1"
        )
        world.run(f"insert into {name} (id, v) values (50, '{lookalike}')")
        wanted[50] = lookalike
    world.run(*(hostile(world, name, how) or ["select 1"]))
    rows = f"select id, v from {name} order by id"
    before = world.run(rows)
    assert_converted_or_kept(world, lambda: encrypt(world.job(), item), item, rows, before, wanted)
    try:
        decrypt(world.job(), item)
    except JobError:
        assert_converted_or_kept(world, lambda: None, item, rows, before, wanted)
    else:
        assert world.run(rows) == before


def assert_converted_or_kept(
    world: World,
    run: Callable[[], Any],
    item: ProtectedColumn,
    rows: str,
    before: Any,
    wanted: dict[int, Any],
) -> None:
    """Each row is what it was, or opens to it; without a refusal, all of them open."""
    try:
        run()
        whole = run.__name__ != "<lambda>"
    except JobError:
        whole = False
    codec, old = codec_for(item.type), dict(map(tuple, before))
    cipher = world.keyring.column(item.context, codec.code)
    for number, value in world.run(rows):
        if whole or value != old[number]:
            assert codec.decode(cipher.decrypt(from_text(value))) == wanted[number]


@law
def test_a_rotation_loses_nothing_and_says_what_it_could_not_reach(world: World, data: st.DataObject) -> None:
    sql, kind, values, chosen = drawn(data, world, text=True)
    chosen = ["'a'", *(v for v in chosen if values.get(v) is not LOST)]
    name, how = world.table(sql, chosen), data.draw(HOSTILE)
    item = item_of(name, kind)
    encrypt(world.job(), item)
    promote(world)
    world.run(*(hostile(world, name, how) or ["select 1"]))
    wanted = {n: values.get(v) for n, v in enumerate(chosen, 1)}
    try:
        (outcome,) = rotate(world.job(), [item])
    except JobError:
        assert how != "none"
    else:
        assert not outcome.left
        assert how == "none" or world.kind == "sqlite"
    world.run(*calm(world, name, how))
    assert same(world.opened(item), wanted)


@law
def test_a_decryption_loses_nothing(world: World, data: st.DataObject) -> None:
    sql, kind, values, chosen = drawn(data, world, text=True)
    chosen = ["'a'", *(v for v in chosen if values.get(v) is not LOST)]
    name, how = world.table(sql, chosen), data.draw(HOSTILE)
    item = item_of(name, kind)
    raw = f"select id, v from {name} order by id"
    before = [tuple(row) for row in world.run(raw)]
    encrypt(world.job(), item)
    world.run(*(hostile(world, name, how) or ["select 1"]))
    wanted = {n: values.get(v) for n, v in enumerate(chosen, 1)}
    columns, triggers, _ = world.state(name)
    small = data.draw(st.booleans())
    try:
        decrypt(world.job(), item, sql_type="varchar(3)" if small else back(sql))
    except JobError:
        assert world.state(name)[:2] == [columns, triggers]
        assert same(world.opened(item), wanted)
        assert how != "none" or small
    else:
        assert [tuple(row) for row in world.run(raw)] == before


@law
def test_a_migration_of_alembic_loses_nothing(world: World, data: st.DataObject) -> None:
    sql, kind, values, chosen = drawn(data, world, text=True)
    chosen = ["'a'", *(v for v in chosen if values.get(v) is not LOST)]
    name = world.table(sql, chosen)
    item, raw = item_of(name, kind), f"select id, v from {name} order by id"
    with_keys, undo = data.draw(st.booleans()), data.draw(st.booleans())
    migration(world, lambda op: op.expand_encrypted(name, "v"))
    encrypt(world.job(), item, keep_plaintext=True)
    acts, effect = WRITERS[data.draw(st.sampled_from(sorted(WRITERS)))](world, item)
    if acts:
        world.run(*acts)
    wanted = {n: values.get(v) for n, v in enumerate(chosen, 1)} | effect
    wanted = {n: v for n, v in wanted.items() if v is not LOST}
    before = world.run(raw)
    if undo:
        migration(world, lambda op: op.collapse_encrypted(name, "v"))
        assert world.run(raw) == before
    else:
        try:
            migration(
                world,
                lambda op: op.contract_encrypted(name, "v", keyring=world.keyring if with_keys else None),
            )
        except RuntimeError:
            assert world.run(raw) == before
            assert acts
        else:
            assert same(world.opened(item), wanted)
    for statement in (
        f"update {name} set note = 'y'",
        f"delete from {name} where id = 2",
        f"insert into {name} (id, note) values (99, 'z')",
    ):
        world.run(statement)


def migration(world: World, step: Callable[[Any], None]) -> None:
    with world.other.begin() as connection:
        step(Operations(MigrationContext.configure(connection)))


JOBS: dict[str, Callable[[World, ProtectedColumn, str | None], Any]] = {
    "encrypt": lambda world, item, sql: encrypt(small_steps(world), item),
    "decrypt": lambda world, item, sql: decrypt(small_steps(world), item, sql_type=sql),
    "rotate": lambda world, item, sql: list(rotate(small_steps(world), [item])),
}


@law
def test_a_job_that_is_killed_anywhere_is_run_again_and_loses_nothing(
    world: World, data: st.DataObject
) -> None:
    """Beside somebody who writes in the middle, and whoever disturbs. The oracle is a plain twin of the table."""
    sql, kind, values, chosen = drawn(data, world)
    chosen = [v for v in chosen if values.get(v) is not LOST]
    name, how, job = world.table(sql, chosen), data.draw(HOSTILE), data.draw(st.sampled_from(sorted(JOBS)))
    twin = world.copy(name)
    # a name of PostgreSQL is cut at 63 bytes, and this domain at 20: an envelope in them is refused, with nothing to go back from
    in_text = kind == "string" and sql not in ("name", "d_text") and data.draw(st.booleans())
    item = item_of(name, kind, "text" if in_text else "binary")
    wanted = {n: values.get(v) for n, v in enumerate(chosen, 1)}
    act = data.draw(st.sampled_from(ACTS[job if how == "none" else "decrypt"]))
    literal = data.draw(st.sampled_from([v for v, value in values.items() if value is not LOST]))
    written = sealed(world, item, values[literal]) if job == "rotate" else literal
    if job != "encrypt":
        encrypt(world.job(), item)
    if job == "rotate":
        promote(world)
    world.run(*(hostile(world, name, how) or ["select 1"]))
    way_back = back(sql)
    with beside(world, data.draw(st.integers(1, 40)), act(name, written)) as wrote:
        for steps in data.draw(st.lists(st.integers(0, 120), min_size=1, max_size=3)):
            with killed(world, steps):
                try:
                    JOBS[job](world, item, way_back)
                except JobError:
                    assert how != "none"
            if wrote == [True]:
                wrote.append(False)
                world.run(*act(twin, literal))
                rows = world.run(f"select id from {twin}")
                moved = {n + by: value for n, value in wanted.items() for by in (-MOVED, MOVED)}
                wanted = {n: wanted.get(n, moved.get(n)) for (n,) in rows} | {
                    n: values[literal] for n in ROWS_OF[act] if (n,) in rows
                }
            kept(world, item, dict(map(tuple, world.run(f"select id, v from {twin}"))), wanted)
    try:
        JOBS[job](world, item, way_back)
    except JobError:
        assert how != "none"
    plain_rows = dict(map(tuple, world.run(f"select id, v from {twin}")))
    kept(world, item, plain_rows, wanted)
    if how == "none" and job != "decrypt":
        assert same(world.opened(item), wanted)
    elif how == "none" and way_back:
        found = dict(map(tuple, world.run(f"select id, v from {name}")))
        assert all(alike(kind, value, plain_rows[n]) for n, value in found.items())
