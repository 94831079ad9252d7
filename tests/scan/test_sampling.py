"""A sample of N reads min(N, rows) rows, spread over the table, whatever its keys and statistics look like."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from piiguard import database
from piiguard.read import catalog, sampling
from piiguard.read.pages import pages

_GREATEST = 2**63 - 1
_MOST_STATEMENTS = 200


def dense(rows: int) -> list[int]:
    return list(range(1, rows + 1))


KEYS: dict[str, Callable[[int], list[object]]] = {
    "dense": lambda rows: list(dense(rows)),
    "one far outlier": lambda rows: [*dense(rows - 1), 9 * 10**18],
    "sentinels": lambda rows: [-1, 0, *dense(rows - 3), _GREATEST],
    "snowflakes": lambda rows: [(1_700_000_000_000 + 977 * n << 22) + n % 4096 for n in range(rows)],
    "clusters with gaps": lambda rows: [10**12 * (n // 37) ** 2 + n for n in range(rows)],
    "powers": lambda rows: [*(2**n for n in range(3, 62)), *(2**62 + n for n in range(rows - 59))],
    "many before and few behind": lambda rows: [
        *dense(rows - 100), *(10**6 * n for n in range(1000, 1100))
    ],
    "UUIDs": lambda rows: [str(uuid.UUID(int=n * 0x9E3779B97F4A7C15F39CC0605CEDC835 % 2**128)) for n in range(rows)],
    "texts": lambda rows: [f"key {n:06}" for n in range(rows)],
    "composite": lambda rows: list(dense(rows)),
    "none": lambda rows: list(dense(rows)),
}  # fmt: skip


@contextmanager
def table(engine: sa.Engine, kind: str, rows: int, filler: int = 0) -> Iterator[None]:
    """A table ``t`` whose rows are numbered in ``place``, with keys of a kind."""
    keys = KEYS[kind](rows)
    type_ = sa.BigInteger() if isinstance(keys[0], int) else sa.String(40)
    primary = kind != "none"
    made = sa.Table(
        "t", sa.MetaData(),
        sa.Column("k", type_, primary_key=primary, autoincrement=False),
        sa.Column("l", sa.Integer, primary_key=kind == "composite", autoincrement=False),
        sa.Column("place", sa.Integer), sa.Column("filler", sa.String(2000)),
    )  # fmt: skip
    made.drop(engine, checkfirst=True)
    made.create(engine)
    with engine.begin() as connection:
        connection.execute(
            made.insert(),
            [{"k": k, "l": n % 3, "place": n, "filler": "x" * filler} for n, k in enumerate(keys)],
        )
    try:
        yield
    finally:
        made.drop(engine)


def sampled(engine: sa.Engine, sample: int) -> tuple[list[int], int, sampling.Choice]:
    """The numbers of the rows that a sample reads, the statements it took, and how they were chosen."""
    statements: list[str] = []

    def note(*event: object) -> None:
        statements.append(str(event[2]))

    with engine.connect() as connection:
        [relation] = [r for r in catalog.relations(connection) if r.name == "t"]
        sa.event.listen(engine, "before_cursor_execute", note)
        try:
            choice = sampling.choose(connection, relation, sample)
            queries = list(choice.build([sa.column("place"), sa.column("place")]))
            read = [
                int(place)
                for query in queries
                for page in pages(connection, query, ["plain"] * len(query.selected_columns))
                for place in page[0]
            ]
        finally:
            sa.event.remove(engine, "before_cursor_execute", note)
    return read, max(len(statements), len(queries)), choice


def assert_a_fair_sample(engine: sa.Engine, rows: int, sample: int) -> None:
    read, statements, choice = sampled(engine, sample)
    assert len(read) == len(set(read)) == min(sample, rows)
    assert statements <= _MOST_STATEMENTS
    assert choice.rows in (rows, -1) or abs(choice.rows - rows) <= rows // 5
    if sample >= 100:  # each fifth of the table gives at least half of its share
        for fifth in range(5):
            inside = sum(fifth * rows <= 5 * place < (fifth + 1) * rows for place in read)
            assert inside >= min(sample, rows) // 10
    assert read == sampled(engine, sample)[0]


@pytest.mark.parametrize("kind", KEYS)
def test_a_sample_has_as_many_rows_as_asked_for_from_all_over_the_table(
    any_engine: sa.Engine, kind: str
) -> None:
    rows = 1500
    with table(any_engine, kind, rows):
        for sample in (7, 400, 1500, 5000):
            assert_a_fair_sample(any_engine, rows, sample)


@given(
    gaps=st.lists(st.tuples(st.integers(1, 400), st.sampled_from([0, 1, 3, 1000, 10**9, 10**15])), min_size=1, max_size=8),
    start=st.integers(-(2**62), 2**61),
    sample=st.integers(1, 900),
)  # fmt: skip
@example(gaps=[(400, 0), (1, 10**15)], start=1, sample=100)
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_sample_is_fair_for_any_clusters_of_keys(
    sqlite_engine: sa.Engine, gaps: list[tuple[int, int]], start: int, sample: int
) -> None:
    keys, key = [], start
    for rows, gap in gaps:
        for _ in range(rows):
            keys.append(key)
            key += 1 + gap // rows
        key += gap
    KEYS["drawn"] = lambda _: list(keys)
    try:
        with table(sqlite_engine, "drawn", len(keys)):
            assert_a_fair_sample(sqlite_engine, len(keys), sample)
    finally:
        del KEYS["drawn"]


@pytest.mark.parametrize("kind", [k for k in KEYS if k not in ("UUIDs", "texts", "none", "composite")])
def test_a_table_too_large_for_a_pass_is_sampled_in_full_by_its_keys(
    any_engine: sa.Engine, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sampling, "MOST_PASSED", 500)
    with table(any_engine, kind, 2000):
        read, statements, _ = sampled(any_engine, 400)
        assert len(read) == len(set(read)) == 400
        assert statements <= 4 * _MOST_STATEMENTS


def test_a_bloated_table_is_sampled_in_full(postgresql_url: str) -> None:
    postgresql_engine = database.open_engine(postgresql_url)
    with table(postgresql_engine, "dense", 6000, filler=1500):
        with postgresql_engine.begin() as connection:
            connection.execute(sa.text("alter table t set (autovacuum_enabled = false)"))
            connection.execute(sa.text("analyze t"))  # statistics of before
            connection.execute(sa.text("delete from t where place % 10 <> 0 or place < 3000"))
        read, _, choice = sampled(postgresql_engine, 100)
        assert (len(read), choice.rows) == (100, 300)
        assert len(sampled(postgresql_engine, 400)[0]) == 300
    postgresql_engine.dispose()
