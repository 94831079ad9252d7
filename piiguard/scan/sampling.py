"""Which rows of a table are read: all of them, or a sample that is cheap and favours no part of the table.

Never ``ORDER BY random()``. The choice is the same in every run over the same table.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any, Literal

import sqlalchemy as sa

from piiguard.scan.relation import Relation

__all__ = ["between", "key_ranges", "method", "statements"]

Query = sa.Select[Any]
Method = Literal["all", "blocks", "ranges", "random", "first"]
_SEED = 20_260_101
_MOST_PASSED = 5_000_000
"""Rows up to which one pass on the server is cheap enough for a sample."""
_PIECES = 100
"""Ranges of keys that a sample is spread over: each costs one dive into the index."""


def method(dialect: str, relation: Relation, sample: int | None) -> Method:
    """How the rows of a relation are chosen; ``first`` favours the oldest rows, and is the last resort."""
    if sample is None or 0 < relation.rows <= sample:
        return "all"
    if relation.rows == 0:
        return "first"  # an estimate that may be out of date
    if dialect == "postgresql" and relation.kind in ("table", "partitioned", "materialized"):
        return "blocks"
    if relation.key:
        return "ranges"
    if dialect in ("mysql", "mariadb") and sample < relation.rows < _MOST_PASSED:
        return "random"
    return "first"


def statements(
    connection: sa.Connection, relation: Relation, columns: list[sa.ColumnElement[Any]], sample: int | None
) -> Iterator[Query]:
    """The queries that read a relation, to be run one after the other."""
    chosen = method(connection.dialect.name, relation, sample)
    everything = relation.select(columns)
    if sample is None or chosen == "all":
        yield everything
    elif chosen == "blocks":
        yield _blocks(relation, columns, sample)
    elif chosen == "ranges":
        yield from _ranges(connection, relation, columns, sample)
    elif chosen == "random":
        # no integer key: one pass on the server, with a generator of fixed seed, sends only the sample
        share: sa.ColumnElement[Any] = sa.literal_column(repr(1.1 * sample / relation.rows))
        yield everything.where(sa.func.rand(sa.literal_column(str(_SEED))) < share).limit(sample)
    else:
        yield everything.limit(sample)


def _blocks(relation: Relation, columns: list[sa.ColumnElement[Any]], sample: int) -> Query:
    """PostgreSQL reads whole pages, chosen by a seed; a tenth more, since pages are not equally full."""
    percent = min(100.0, 110.0 * sample / max(relation.rows, 1))
    source = relation.source().tablesample(
        sa.func.system(sa.literal_column(f"{percent:.6f}")), seed=sa.literal_column(str(_SEED))
    )
    # a few large pages can be missed altogether: small tables are sampled row by row
    if relation.rows < 20 * sample:
        source = relation.source().tablesample(
            sa.func.bernoulli(sa.literal_column(f"{percent:.6f}")), seed=sa.literal_column(str(_SEED))
        )
    return relation.select(columns, source)


def _ranges(
    connection: sa.Connection, relation: Relation, columns: list[sa.ColumnElement[Any]], sample: int
) -> Iterator[Query]:
    """Runs of neighbours at points spread evenly over the keys."""
    key: sa.ColumnElement[Any] = sa.column(relation.key or "")
    bounds = _bounds(connection, relation)
    if bounds is None:
        return
    least, most = bounds
    pieces = min(_PIECES, sample)
    step = (most - least + 1) / pieces
    for piece in range(pieces):
        start, stop = least + int(piece * step), least + int((piece + 1) * step)
        yield (
            relation.select(columns)
            .where(key >= _literal(start), key < _literal(stop))
            .order_by(key)
            .limit(-(-sample // pieces))
        )


def between(relation: Relation, columns: list[sa.ColumnElement[Any]], span: tuple[int, int]) -> Query:
    """All rows of a range of keys."""
    key: sa.ColumnElement[Any] = sa.column(relation.key or "")
    start, stop = map(_literal, span)
    return relation.select(columns).where(key >= start, key < stop)


def _literal(number: int) -> sa.ColumnElement[Any]:
    return sa.literal_column(str(number))


def _bounds(connection: sa.Connection, relation: Relation) -> tuple[int, int] | None:
    key: sa.ColumnElement[Any] = sa.column(relation.key or "")
    span = relation.select([sa.func.min(key), sa.func.max(key)])
    least, most = connection.execute(span).one()
    return None if least is None else (int(least), int(most))


def key_ranges(connection: sa.Connection, relation: Relation, parts: int) -> list[tuple[int, int]]:
    """Cut a table's keys into so many ranges ``start <= key < stop``; nothing for a table without such a key."""
    if not relation.key or parts < 2 or (bounds := _bounds(connection, relation)) is None:
        return []
    least, most = bounds
    edges = [least + (most + 1 - least) * part // parts for part in range(parts + 1)]
    return [(start, stop) for start, stop in itertools.pairwise(edges) if start < stop]
