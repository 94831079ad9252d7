"""Which rows of a table are read: all of them, or a sample of as many rows as asked for, spread over the table.

A sample has ``min(sample, rows)`` rows whatever the keys look like and whatever the statistics say: what decides is
counted. Never ``ORDER BY random()``. The choice is the same in every run over the same table.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import sqlalchemy as sa

from piiguard.read.relation import Relation

__all__ = ["MOST_PASSED", "Choice", "Query", "between", "choose", "key_ranges", "statements"]

Query = sa.Select[Any]
Columns = Sequence[sa.ColumnElement[Any]]
Span = tuple[int, int]
"""Keys ``start <= key < stop``."""
Method = Literal["all", "blocks", "dives", "pass", "first"]
_SEED = 20_260_101
MOST_PASSED = 5_000_000
"""Rows up to which one pass on the server is cheap enough for a sample."""
_MOST_COUNTED = 1_000_000
"""Rows up to which an index is counted in passing."""
_PIECES = 100
"""Places that a sample is spread over: each costs one dive into the index."""
_FEW = 20
"""So many times the sample, and a table is small: PostgreSQL then chooses rows, not pages."""
_FIRST_PERCENT = 0.1


@dataclass(frozen=True, slots=True)
class Choice:
    """How the rows of a relation are read; ``rows`` is its size, counted or measured, -1 where nobody knows it."""

    method: Method
    rows: int
    build: Callable[[Columns], Iterator[Query]]
    """the queries, to be run one after the other; ``first`` favours the oldest rows, and is the last resort"""


def statements(
    connection: sa.Connection, relation: Relation, columns: Columns, sample: int | None
) -> Iterator[Query]:
    """The queries that read a relation, to be run one after the other."""
    return choose(connection, relation, sample).build(columns)


def choose(connection: sa.Connection, relation: Relation, sample: int | None) -> Choice:
    """Decide how ``min(sample, rows)`` rows of a relation are read; None reads all."""

    def everything(columns: Columns) -> Iterator[Query]:
        yield relation.select(columns)

    def first(columns: Columns) -> Iterator[Query]:
        yield relation.select(columns).limit(sample)

    if sample is None:
        return Choice("all", relation.rows, everything)
    if relation.expanded:
        return Choice("first", -1, first)  # to count it may cost as much as to read it
    rows = _count(connection, relation, sample)
    if rows <= sample:
        return Choice("all", rows, everything)
    known = relation.rows if relation.rows > sample else -1
    if connection.dialect.name == "postgresql":
        return _blocks(connection, relation, sample, known)
    if dives := _dives(connection, relation, sample):
        return Choice("dives", _size(connection, relation), dives)
    if (rows := _count(connection, relation, MOST_PASSED)) <= MOST_PASSED:
        return _pass(connection, relation, sample, rows)
    known = known if known > MOST_PASSED else -1
    if relation.key:
        return Choice("dives", known, _refined(connection, relation, sample))
    return Choice("first", known, first)


def _count(connection: sa.Connection, relation: Relation, most: int) -> int:
    """The rows of the relation; one more than ``most`` where it has more."""
    some = relation.select([sa.literal_column("1").label("one")]).limit(most + 1).subquery()
    return int(connection.scalar(sa.select(sa.func.count()).select_from(some)) or 0)


def _size(connection: sa.Connection, relation: Relation) -> int:
    """Counted where that is cheap; statistics of a larger table are an estimate, unless the count contradicts them."""
    if connection.dialect.name == "sqlite" and relation.rows >= 0:
        return relation.rows  # counted when it was listed
    if (rows := _count(connection, relation, _MOST_COUNTED)) <= _MOST_COUNTED:
        return rows
    return relation.rows if relation.rows > _MOST_COUNTED else -1


def _thinned(query: Query, have: int, want: int) -> Query:
    """``want`` rows of the ``have`` that a query gives, at even distances."""
    number = sa.func.row_number().over().label("n")
    inner = query.add_columns(number).subquery()
    *columns, n = inner.c
    all_, some = (sa.literal_column(str(rows), sa.BigInteger) for rows in (max(have, 1), want))
    steps = [(sa.type_coerce(n, sa.BigInteger) - shift) * some // all_ for shift in (0, 1)]
    return sa.select(*columns).where(steps[0] > steps[1])


def _named(columns: Columns) -> list[sa.ColumnElement[Any]]:
    """Columns of a query within a query: each needs a name of its own."""
    return [column.label(f"c{place}") for place, column in enumerate(columns)]


def _blocks(connection: sa.Connection, relation: Relation, sample: int, known: int) -> Choice:
    """PostgreSQL reads whole pages, chosen by a seed: more of them, until they hold the sample.

    A bloated table has pages without rows, and statistics may be of another time: what the pages hold is counted.
    """
    percent = min(100.0, 110.0 * sample / known) if known > _FEW * sample else 100.0
    if known < 0:
        percent = _FIRST_PERCENT
    while (have := _counted(connection, relation, percent)) < sample and percent < 100:
        percent = min(100.0, percent * max(4.0, 1.5 * sample / max(have, sample / 20)))
    size = round(have * 100 / percent)
    # few pages are no spread: of a small table every page is looked at
    if percent < 100 and size <= _FEW * sample:
        percent, have = 100.0, _counted(connection, relation, 100.0)
        size = have

    def build(columns: Columns) -> Iterator[Query]:
        yield _thinned(relation.select(_named(columns), _paged(relation, percent)), have, min(sample, have))

    return Choice("blocks", size, build)


def _paged(relation: Relation, percent: float) -> sa.FromClause:
    if percent >= 100:
        return relation.source()
    share = sa.func.system(sa.literal_column(f"{percent:.6f}"))
    return relation.source().tablesample(share, seed=sa.literal_column(str(_SEED)))


def _counted(connection: sa.Connection, relation: Relation, percent: float) -> int:
    return int(connection.scalar(relation.select([sa.func.count()], _paged(relation, percent))) or 0)


def _pass(connection: sa.Connection, relation: Relation, sample: int, rows: int) -> Choice:
    """One pass on the server, which sends only the sample: for keys that say nothing of where rows are."""

    def build(columns: Columns) -> Iterator[Query]:
        query = relation.select(_named(columns))
        if connection.dialect.name == "sqlite":
            yield _thinned(query, rows, sample)
            return
        # the same seed draws the same numbers again; only what they choose is numbered, and that is little
        share = min(1.0, (sample + 6 * sample**0.5 + 10) / rows)
        drawn = sa.func.rand(sa.literal_column(str(_SEED))) < sa.literal_column(f"{share:.9f}")
        have = connection.scalar(relation.select([sa.func.count()]).where(drawn)) or 0
        yield _thinned(query.where(drawn), have, min(sample, have))

    return Choice("pass", rows, build)


def _dives(
    connection: sa.Connection, relation: Relation, sample: int
) -> Callable[[Columns], Iterator[Query]] | None:
    """Runs of neighbours at points spread evenly over the keys, where rows are spread as the keys are."""
    if (bounds := _bounds(connection, relation)) is None:
        return None
    least, most = bounds
    pieces = min(_PIECES, sample)
    edges = [least + (most + 1 - least) * piece // pieces for piece in range(pieces + 1)]
    wanted = [sample * (piece + 1) // pieces - sample * piece // pieces for piece in range(pieces)]
    windows = [
        (start, min(stop, start + 2 * want))
        for (start, stop), want in zip(itertools.pairwise(edges), wanted, strict=True)
    ]
    if any(
        have < want for have, want in zip(_held(connection, relation, windows, wanted), wanted, strict=True)
    ):
        return None
    return lambda columns: _runs(relation, columns, windows, wanted)


def _runs(relation: Relation, columns: Columns, spans: list[Span], wanted: list[int]) -> Iterator[Query]:
    for span, want in zip(spans, wanted, strict=True):
        yield between(relation, columns, span).order_by(_key(relation)).limit(want)


def _refined(
    connection: sa.Connection, relation: Relation, sample: int
) -> Callable[[Columns], Iterator[Query]]:
    """The same for keys with gaps: what holds more rows than it may give is cut again, until all give enough."""
    most = max(1, sample // _PIECES)
    bounds = _bounds(connection, relation)
    done: list[tuple[Span, int]] = []
    full = [(bounds[0], bounds[1] + 1)] if bounds else []
    while full and sum(have for _, have in done) + most * len(full) < sample:
        parts = max(2, _PIECES // len(full))
        spans = [part for span in full for part in _cut(*span, parts)]
        full = []
        for span, have in zip(
            spans, _held(connection, relation, spans, [most + 1] * len(spans)), strict=True
        ):
            if have > most and (ends := _bounds(connection, relation, span)):
                full.append((ends[0], ends[1] + 1))
            elif have:
                done.append((span, have))
    chosen = sorted([*done, *((span, most) for span in full)])
    return lambda columns: _runs(relation, columns, [s for s, _ in chosen], _shared(chosen, sample))


def _shared(chosen: list[tuple[Span, int]], sample: int) -> list[int]:
    """How many rows each span gives, so that they are no more than the sample in all."""
    total = sum(have for _, have in chosen)
    ends = [0, *itertools.accumulate(have for _, have in chosen)]
    share = [end * min(sample, total) // max(total, 1) for end in ends]
    return [stop - start for start, stop in itertools.pairwise(share)]


def _held(connection: sa.Connection, relation: Relation, spans: list[Span], most: list[int]) -> list[int]:
    """The rows in each of the spans, counted in one statement up to a number."""
    one: list[sa.ColumnElement[Any]] = [sa.literal_column("1").label("one")]
    counts = [
        sa.select(sa.func.count())
        .select_from(between(relation, one, span).limit(limit).subquery())
        .scalar_subquery()
        for span, limit in zip(spans, most, strict=True)
    ]
    return [int(count) for count in connection.execute(sa.select(*counts)).one()]


def between(relation: Relation, columns: Columns, span: Span) -> Query:
    """All rows of a range of keys."""
    key, (start, stop) = _key(relation), map(_literal, (span[0], span[1] - 1))
    return relation.select(columns).where(key >= start, key <= stop)


def _key(relation: Relation) -> sa.ColumnElement[Any]:
    return sa.column(relation.key or "")


def _literal(number: int) -> sa.ColumnElement[Any]:
    return sa.literal_column(str(number))


def _bounds(connection: sa.Connection, relation: Relation, span: Span | None = None) -> Span | None:
    """The first and the last key; None for a table without an integer key or without rows."""
    if not relation.key:
        return None
    ends: list[sa.ColumnElement[Any]] = []
    for end in (sa.func.min, sa.func.max):  # each alone is one dive into the index, both together a pass
        query = (
            between(relation, [end(_key(relation))], span) if span else relation.select([end(_key(relation))])
        )
        ends.append(query.scalar_subquery())
    least, most = connection.execute(sa.select(*ends)).one()
    return None if least is None else (int(least), int(most))


def _cut(start: int, stop: int, parts: int) -> list[Span]:
    edges = [start + (stop - start) * part // parts for part in range(parts + 1)]
    return [(low, high) for low, high in itertools.pairwise(edges) if low < high]


def key_ranges(connection: sa.Connection, relation: Relation, parts: int) -> list[Span]:
    """Cut a table's keys into so many ranges ``start <= key < stop``; nothing for a table without such a key."""
    if parts < 2 or (bounds := _bounds(connection, relation)) is None:
        return []
    return _cut(bounds[0], bounds[1] + 1, parts)
