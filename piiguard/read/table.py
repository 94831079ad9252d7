"""Reads a table of a database, or a range of a large one's keys."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field, replace
from functools import lru_cache, partial
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from piiguard import database
from piiguard.detect.mask import mask
from piiguard.errors import DatabaseError
from piiguard.read import (
    Column,
    Examiner,
    Sink,
    Task,
    nested,
    sampling,
    session,
    unchanged,
)
from piiguard.read import pages as paging
from piiguard.read.options import Limits, ReadOptions
from piiguard.read.part import Part
from piiguard.read.relation import Relation, most_of
from piiguard.read.wide import MOST_WIDE, sizes

__all__ = ["PASSWORD", "Database", "TableTask"]

PASSWORD = "PIIGUARD_DATABASE_PASSWORD"  # noqa: S105 - the name of the variable

SKIMMED = 2_000
"""Rows by which the columns of a large table are settled."""
Span = tuple[int, int]
"""Keys ``start <= key < stop``."""


class Database:
    """A database by its URL; each process opens it once, and the first may have it open already.

    Without its password it takes that from the environment, where it is opened.
    """

    def __init__(self, url: sa.URL, engine: sa.Engine | None = None, *, asks: bool = False) -> None:
        self.url, self._engine, self._asks = url, engine, asks

    @property
    def engine(self) -> sa.Engine:
        return self._engine or _opened(self.url, self._asks)

    def without_password(self) -> Database:
        """The same, to be sent where others may see it."""
        return Database(self.url.set(password=None), asks=True)

    def __reduce__(self) -> tuple[Any, ...]:
        return partial(Database, asks=self._asks), (self.url,)


@lru_cache(maxsize=4)
def _opened(url: sa.URL, asks: bool) -> sa.Engine:
    password = os.environ.get(PASSWORD) if asks else None
    return database.open_reader(url.set(password=password) if password else url)


@dataclass(frozen=True, slots=True)
class TableTask(Task):
    """A table, view or materialized view, or a range of its keys.

    ``settled`` are its columns of words, when a sample was judged already. ``keys`` are selected in front of the columns,
    to name rows by; those in ``masked`` are personal data themselves.
    """

    database: Database = field(kw_only=True)
    relation: Relation = field(kw_only=True)
    options: ReadOptions = field(kw_only=True)
    span: Span | None = None
    settled: frozenset[tuple[str, str | None]] | None = None
    keys: tuple[str, ...] = ()
    masked: tuple[tuple[int, str], ...] = ()

    @property
    def amount(self) -> int:
        rows = 0 if self.relation.unread or self.relation.told else max(self.total, 0)
        return rows if self.options.sample is None else min(rows, self.options.sample)

    def cut(self, examiner: Examiner, part: Part, jobs: int) -> Sequence[Task]:
        """A task for each range of its keys, for a large table with an integer key."""
        relation = self.relation
        if not relation.key or relation.unread or relation.told or not examiner.is_large(relation.rows):
            return [self]
        # what the database refuses here it refuses again, to the task itself, which then says so
        with suppress(*self._errors), self._connected() as connection:
            settled = self._skim(connection, examiner, skim := Part())
            spans = sampling.key_ranges(connection, relation, 4 * jobs)
            part.merge(skim)
            return [replace(self, span=span, settled=settled) for span in spans] or [self]
        return [self]

    def proof(self) -> str:
        with suppress(*self._errors, OSError), self._connected() as connection:
            return unchanged.proof(connection, self.relation, self.options.sample)
        return ""

    def read(self, examiner: Examiner, part: Part, sink: Sink | None) -> None:
        relation, sample = self.relation, self.options.sample
        part.total = max(relation.rows, 0)
        part.query, part.hindrance = database.asked_for(self.database.url), relation.hindrance
        part.base = relation.base
        part.comments = {column.name: column.comment for column in relation.columns if column.comment}
        if self._left(part) or not relation.columns:
            return
        with self._told(part), self._connected() as connection:
            if self.settled is not None:
                examiner.skimmed(self.settled)
            else:
                examiner.expect(relation.rows if sample is None else min(relation.rows, sample))
                if examiner.is_large(relation.rows):
                    self._skim(connection, examiner, part)
            chosen = None if self.span else sampling.choose(connection, relation, sample)
            if chosen and sample is not None:
                part.total = max(chosen.rows, 0)
            for query in self._queries(chosen):
                self._pages(connection, query, examiner, part, sink)
            if chosen and chosen.method == "first":
                self._say_first(sample or 0, part)

    def again(self, columns: Mapping[str, str]) -> Task | None:
        chosen = tuple(column for column in self.relation.columns if column.name in columns)
        if not chosen:
            return None
        keys = self.relation.primary or ((self.relation.key,) if self.relation.key else ())
        masked = tuple((at, columns[name]) for at, name in enumerate(keys) if columns.get(name))
        relation = replace(self.relation, columns=chosen)
        return replace(self, relation=relation, settled=frozenset(), keys=keys, masked=masked)

    def _left(self, part: Part) -> bool:
        """Whether the relation is not to be read; the part then says so, as it does of columns that cannot be."""
        relation = self.relation
        if relation.denied:
            part.fail(f"permission denied for {', '.join(relation.denied)}")
        if relation.unread:
            part.fail(relation.unread)
        if relation.aside:
            part.fail(relation.aside)
        if relation.told:
            part.leave(relation.told)
        return bool(relation.unread or relation.told)

    @property
    def _errors(self) -> tuple[type[Exception], ...]:
        driver = self.database.engine.dialect.loaded_dbapi.Error
        return SQLAlchemyError, DatabaseError, UnicodeError, driver

    @contextmanager
    def _told(self, part: Part) -> Iterator[None]:
        """What the database refuses, and why, is what was not read."""
        try:
            yield
        except self._errors as error:
            part.fail(session.explain(error))

    @contextmanager
    def _connected(self) -> Iterator[sa.Connection]:
        engine, limits = self.database.engine, self.options.limits
        if self.relation.kind == "view" and engine.dialect.name == "sqlite":
            # a table ends; a view on SQLite need not, and there is no server that somebody watches
            limits = Limits(limits.statement or Limits().statement, limits.lock)
        with session.reader(engine, limits, self.relation) as connection:
            yield connection

    def _skim(
        self, connection: sa.Connection, examiner: Examiner, part: Part
    ) -> frozenset[tuple[str, str | None]]:
        columns = self.relation.columns

        def read() -> Iterator[Sequence[Column]]:
            for query in sampling.statements(connection, self.relation, self.relation.cells, SKIMMED):
                with closing(paging.pages(connection, query, self.relation.readings)) as pages:
                    for page in pages:
                        yield _said(columns, _named(columns, page))

        return examiner.skim(part, read(), {column.name: column.comment for column in columns})

    def _queries(self, chosen: sampling.Choice | None) -> Iterable[sampling.Query]:
        selected = [*map(sa.column, self.keys), *self.relation.cells]
        return (
            chosen.build(selected)
            if chosen
            else [sampling.between(self.relation, selected, self.span or (0, 0))]
        )

    def _pages(
        self,
        connection: sa.Connection,
        query: sampling.Query,
        examiner: Examiner,
        part: Part,
        sink: Sink | None,
    ) -> None:
        labels = {column.name: column.comment for column in self.relation.columns}
        # a stream that nobody reads to its end is given up before its connection is
        readings = [*["plain"] * len(self.keys), *self.relation.readings]
        with closing(paging.pages(connection, query, readings)) as pages:
            for page in pages:
                columns = _named(self.relation.columns, page[len(self.keys) :])
                self._measure(columns, part)
                columns = _said(self.relation.columns, columns)
                keys = _rows(page[: len(self.keys)], dict(self.masked)) if sink else ()
                examiner.rows(part, columns, place=self.place, keys=keys, labels=labels, sink=sink)

    def _measure(self, columns: Sequence[Column], part: Part) -> None:
        kinds = {column.name: column.reading for column in self.relation.columns}
        for name, cells in columns:
            total, longest = sizes(cells)
            part.bytes += total
            if longest == (most_of(kinds[name], len(kinds)) or MOST_WIDE):
                unit = "bytes" if kinds[name] == "bytes" else "characters"
                part.fail(
                    f"cells longer than {longest:,} {unit} were read up to there", f"{self.place}.{name}"
                )

    def _say_first(self, sample: int, part: Part) -> None:
        """No even sample could be had: whoever reads the verdict should know."""
        if part.rows >= sample:
            kind = "foreign table" if self.relation.kind == "foreign" else self.relation.kind
            part.note(f"only its first {sample:,} rows were read, not a sample: this {kind} offers none")


def _named(columns: Sequence[Any], cells: Sequence[Sequence[Any]]) -> list[Column]:
    return [(column.name, own) for column, own in zip(columns, cells, strict=True)]


def _said(columns: Sequence[Any], named: Sequence[Column]) -> list[Column]:
    """The same, as what the cells say that the database writes in a form of its own."""
    return [
        (name, nested.said(cells, own.reading)) for own, (name, cells) in zip(columns, named, strict=True)
    ]


def _rows(keys: Sequence[Sequence[object]], masked: dict[int, str]) -> list[str]:
    """How rows are called: by their keys, which are masked where they are personal data."""
    shown = [
        [mask(masked[at], str(value)) if at in masked else str(value) for value in values]
        for at, values in enumerate(keys)
    ]
    return [",".join(parts) for parts in zip(*shown, strict=True)] if shown else []
