"""Reads one table, or one range of its keys, into statistics."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from piiguard.errors import DatabaseError
from piiguard.scan import hashes, reading, sampling, session
from piiguard.scan.observe import WORDS, Observer, Place
from piiguard.scan.options import Limits, Options
from piiguard.scan.relation import MOST_TEXT, Column, Relation
from piiguard.scan.settle import LARGE, places, settle
from piiguard.scan.statistics import Partials, merge_into

__all__ = ["Part", "Span", "large", "left", "name_every", "read", "settled"]

Span = tuple[int, int]
"""Keys ``start <= key < stop``."""

_NAMES_SCORED = 20_000
"""About so many cells of a column are scored as whole names: the verdict is settled long before."""


@dataclass(slots=True)
class Part:
    """What was read of a table so far; ``errors`` says why it is not all."""

    partials: Partials = field(default_factory=dict)
    rows: int = 0
    size: int = -1
    """the rows that the table has, where a sample was read and they are known"""
    bytes: int = 0
    errors: list[str] = field(default_factory=list)
    complete: bool = True
    """False when an interrupt ended it"""
    notes: list[str] = field(default_factory=list)

    def merge(self, other: Part) -> None:
        merge_into(self.partials, other.partials)
        self.rows += other.rows
        self.size = max(self.size, other.size)
        self.bytes += other.bytes
        self.errors += [error for error in other.errors if error not in self.errors]
        self.notes += [note for note in other.notes if note not in self.notes]
        self.complete = self.complete and other.complete


def read(
    engine: sa.Engine,
    relation: Relation,
    observer: Observer,
    options: Options,
    part: Part,
    *,
    span: Span | None = None,
    known: frozenset[Place] | None = None,
    on_page: Callable[[Part], None] | None = None,
) -> None:
    """Read into ``part``, which holds what there is even when an interrupt ends this.

    What the database refuses, and why, becomes one of the part's errors. ``known`` are the settled places, when a
    sample was judged already.
    """
    if left(relation, part) or not relation.columns:
        return
    observer.name_every = name_every(relation.rows, options.sample)
    selected = [column.expression() for column in relation.columns]
    timeouts = observer.engine.timeouts.total()
    try:
        with session.reader(engine, _limits(relation, engine, options), relation) as connection:
            if known is None:
                observer.settled = settled(connection, relation, observer, options, part)
            else:
                observer.settled, observer.name_every = known, 0
            chosen = sampling.choose(connection, relation, options.sample) if span is None else None
            part.size = chosen.rows if chosen else part.size
            queries = (
                chosen.build(selected) if chosen else [sampling.between(relation, selected, span or (0, 0))]
            )
            for query in queries:
                for page in reading.pages(connection, query):
                    _observe(relation.columns, page, observer, part)
                    if on_page:
                        on_page(part)
            if chosen and chosen.method == "first":
                _say_first(relation, options.sample or 0, part)
    except (SQLAlchemyError, DatabaseError, UnicodeError, engine.dialect.loaded_dbapi.Error) as error:
        part.errors.append(session.explain(error))
    finally:
        if observer.engine.timeouts.total() > timeouts:
            part.errors.append("a pattern took too long on some cells, which were not searched for it")


def left(relation: Relation, part: Part) -> bool:
    """Whether the relation is not to be read; the part then says so, as it does of columns that cannot be."""
    if relation.denied:
        part.errors.append(f"permission denied for {', '.join(relation.denied)}")
    part.errors += [relation.unread] if relation.unread else []
    part.notes += [relation.told] if relation.told else []
    return bool(relation.unread or relation.told)


def _limits(relation: Relation, engine: sa.Engine, options: Options) -> Limits:
    """A table ends; a view on SQLite need not, and there is no server that somebody watches."""
    endless = relation.kind == "view" and engine.dialect.name == "sqlite"
    return (
        Limits(options.limits.statement or Limits().statement, options.limits.lock)
        if endless
        else options.limits
    )


def _say_first(relation: Relation, sample: int, part: Part) -> None:
    """No even sample could be had: whoever reads the verdict should know."""
    if part.rows >= sample:
        kind = "foreign table" if relation.kind == "foreign" else relation.kind
        part.notes.append(f"only its first {sample:,} rows were read, not a sample: this {kind} offers none")


def large(relation: Relation, options: Options) -> bool:
    """Whether a sample first is worth its cost."""
    return options.sample is None and relation.rows >= LARGE


def settled(
    connection: sa.Connection, relation: Relation, observer: Observer, options: Options, part: Part
) -> frozenset[Place]:
    """The columns of a large table that a first look settles; what it saw goes into ``part``."""
    if not large(relation, options) or observer.entities.isdisjoint(WORDS):
        return frozenset()
    known = settle(connection, relation, observer)
    merge_into(part.partials, known)
    observer.name_every = 0
    return places(known)


def _observe(
    columns: Sequence[Column], page: Sequence[Sequence[Any]], observer: Observer, part: Part
) -> None:
    part.rows += len(page)
    names, lists = [column.name for column in columns], list(zip(*page, strict=True))
    for column, values in zip(columns, lists, strict=True):
        total, longest = _sizes(values)
        part.bytes += total
        observer.observe(column.name, values, part.partials, label=column.comment)
        if longest == MOST_TEXT and column.reading in ("long", "text"):
            longer = f"{column.name}: cells longer than {MOST_TEXT} characters were read up to there"
            if longer not in part.errors:
                part.errors.append(longer)
    hashes.prove(dict(zip(names, lists, strict=True)), part.partials)


def _sizes(values: Sequence[Any]) -> tuple[int, int]:
    """The characters of a column's values in all, and of the longest."""
    try:
        lengths = list(map(len, filter(None, values)))
    except TypeError:  # numbers have no length
        return 8 * len(values), 8
    return sum(lengths), max(lengths, default=0)


def name_every(rows: int, sample: int | None) -> int:
    """The power of two that leaves about ``_NAMES_SCORED`` cells.

    >>> name_every(1_000_000, 10_000), name_every(1_000_000, None), name_every(-1, None)
    (1, 32, 1)
    """
    reading_rows = rows if sample is None else min(rows, sample)
    return 1 << max(0, (reading_rows // _NAMES_SCORED).bit_length() - 1)
