"""Re-encrypts rows to the primary key version, and blind indexes to the primary index version.

A pass goes over the whole table; rows that somebody else changed meanwhile are missed on purpose, and another pass
finds those that are still under an old key. The job is done when the census says zero.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from piiguard.database import connect
from piiguard.errors import JobError
from piiguard.frames import emptied_iterator
from piiguard.protect import refusal
from piiguard.protect.batches.batch import UNREADABLE, Assignment, Batches
from piiguard.protect.batches.trail import JobLines
from piiguard.protect.cells.cell import Cell
from piiguard.protect.cells.headers import mark, under
from piiguard.protect.census.taken import refuse_other_use
from piiguard.protect.indexes.repair import count_older, count_stale, renew, repair
from piiguard.protect.indexes.versions import pending
from piiguard.protect.jobs.job import Job
from piiguard.protect.jobs.reindex import rotate_index
from piiguard.protect.outcome import Outcome, Tally
from piiguard.protect.schema.lock import job_lock
from piiguard.protect.schema.surroundings import look_around
from piiguard.protect.schema.tables import Key, column_of, key_of, reflect
from piiguard.protect.seal import Seal, shortest_stored
from piiguard.protect.state import ensure, pin
from piiguard.protect.transient import in_words

if TYPE_CHECKING:
    from piiguard.keys import Keyring
    from piiguard.manifest import ProtectedColumn

__all__ = ["by_table", "preview", "prove", "rotate", "rotation_batches"]


_LOOKED_AT = 10_000  # rows of a column, to name those that stay


@dataclass(frozen=True, slots=True)
class _Table:
    """A table with the columns to rotate."""

    table: sa.Table
    key: Key
    items: tuple[ProtectedColumn, ...]


@emptied_iterator
def rotate(job: Job, items: Iterable[ProtectedColumn], *, reindex: bool = False) -> Iterator[Outcome]:
    """Rotate every column; the columns of one table go together in one pass.

    ``reindex``: blind indexes that are not those of their values are made right as well.
    """
    for name, group in by_table(items):
        with job_lock(job.engine, name):
            columns = [column for item in group for column in (item.column, item.index) if column]
            lines = JobLines(job, "rotate", name, tuple(columns))
            found = _open(job, name, group, lines)
            with lines.until_ended():
                yield lines.end(_rotate_data(job, found))
                for outcome in _rotate_indexes(job, found, reindex=reindex):
                    yield lines.end(outcome)


def rotation_batches(
    connection: sa.Connection, job: Job, name: str, items: tuple[ProtectedColumn, ...]
) -> Batches:
    """The batches of one table, for who only wants to look at it."""
    table = reflect(connection, name)
    for item in items:
        column_of(table, item.column)
    return _plan(job, _Table(table, key_of(connection, table), items))


@emptied_iterator
def preview(
    engine: sa.Engine, items: Iterable[ProtectedColumn], keyring: Keyring, *, reindex: bool = False
) -> Iterator[Outcome]:
    """Count what a rotation would change; nothing is written, not even a checkpoint."""
    old = _old(keyring)
    for name, group in by_table(items):
        with connect(engine) as connection, in_words(name):
            table = reflect(connection, name)
            key = key_of(connection, table)
        for item in group:
            column_of(table, item.column)
        with in_words(name):
            left = _due_rows(engine, _Table(table, key, group), old)
        yield Outcome(name, tuple(item.column for item in group), "rotate", Tally(), left)
        for item in group:
            if item.index and (left := _pending(engine, column_of(table, item.index), keyring)):
                yield Outcome(name, (item.index,), "index", Tally(), left)
            for kind, left in _misfits(engine, table, key, item, keyring, reindex=reindex):
                yield Outcome(name, (str(item.index),), kind, Tally(), left)


def _misfits(
    engine: sa.Engine, table: sa.Table, key: Key, item: ProtectedColumn, keyring: Keyring, *, reindex: bool
) -> Iterator[tuple[str, int]]:
    if item.index and reindex and (left := count_stale(engine, table, key, item, keyring)):
        yield "reindex", left
    if item.index and len(item.rules) > 1 and (left := count_older(engine, table, key, item, keyring)):
        yield "edition", left


def _pending(engine: sa.Engine, index: sa.Column[object], keyring: Keyring) -> int:
    with connect(engine) as connection:
        return pending(connection, index, keyring)


def by_table(items: Iterable[ProtectedColumn]) -> list[tuple[str, tuple[ProtectedColumn, ...]]]:
    """The columns, table by table."""
    ordered = sorted(items, key=lambda item: item.table)
    return [(name, tuple(group)) for name, group in itertools.groupby(ordered, lambda item: item.table)]


def _open(job: Job, name: str, items: tuple[ProtectedColumn, ...], lines: JobLines) -> _Table:
    with connect(job.engine) as connection:
        table = reflect(connection, name)
        for item in items:
            column_of(table, item.column)
        found = _Table(table, key_of(connection, table), items)
        look_around(connection, table, job.watch)
        ensure(connection)
        pin(connection, job.keyring)
        for item in items:
            prove(connection, table.c[item.column], Seal(job.keyring, item), job.keyring)
        lines.begin(connection)
    return found


def prove(connection: sa.Connection, column: sa.Column[object], seal: Seal, keyring: Keyring) -> None:
    """Refuse to write until some existing envelope has opened: the keyring or the context may be wrong.

    So may the name of the index, and then what stands there would be lost.
    """
    indexes = frozenset(v.version for v in keyring.versions if v.kind == "index")
    refuse_other_use(connection, column.table, seal.item, indexes)
    live = [v.id for v in keyring.versions if v.kind == "data" and v.state not in ("retired", "destroyed")]
    stored = connection.scalars(
        sa.select(Cell(connection.dialect.name, column, sealed=True).read)
        .where(under(connection.dialect.name, column, live))
        .limit(20)
    ).all()
    if stored and not any(_opens(seal, value) for value in stored):
        raise JobError(
            f"{seal.item.place}: no value opens with this keyring and the context {seal.item.context}",
            hint="check keyring, context and type of the column in the manifest; nothing was changed",
        )


def _opens(seal: Seal, value: object) -> bool:
    try:
        seal.decrypt(value)
    except UNREADABLE:
        return False
    return True


def _rotate_data(job: Job, found: _Table) -> Outcome:
    columns = [found.table.c[item.column] for item in found.items]
    names = tuple(column.name for column in columns)
    table, keyring = found.table.fullname, job.keyring
    passed = job.passes(
        "rotate",
        lambda: job.spec(table, "rotate", names, keyring.primary("data").id),
        lambda: _plan(job, found),
        lambda: _due_rows(job.engine, found, _old(keyring)),
    )
    if passed.left and passed.stuck:
        _refuse_kept(job, found)
    return Outcome(table, names, "rotate", passed.tally, passed.left, passed.paused, passed.resumed)


def _refuse_kept(job: Job, found: _Table) -> None:
    """Raise for rows that open, and still are under an old key: the database does not take what is written."""
    dialect, old = job.engine.dialect.name, _old(job.keyring)
    kept: list[tuple[Any, ...]] = []
    with connect(job.engine) as connection:
        for item in found.items:
            column, seal = found.table.c[item.column], Seal(job.keyring, item)
            read = Cell(dialect, column, sealed=True).read
            due = _due(dialect, column, item, old)
            rows = connection.execute(sa.select(*found.key.columns, read).where(due).limit(_LOOKED_AT))
            kept += [tuple(row[:-1]) for row in rows if _opens(seal, row[-1])]
    if kept:
        raise refusal.rows(
            found.table.fullname,
            kept,
            len(kept),
            "what is written does not arrive, and values stay under an old key or without their padding",
            "a trigger or a rule of the table keeps them: switch it off for the job, and run it again",
        )


def _old(keyring: Keyring) -> list[int]:
    """Keys to rotate away from. A staged one is newer: whoever wrote with it has a newer keyring than this."""
    return [v.id for v in keyring.versions if v.kind == "data" and v.state == "decrypt-only"]


def _due_rows(engine: sa.Engine, found: _Table, key_ids: list[int]) -> int:
    """Values to rewrite, in one scan: cheaper than a census of each column."""
    if not key_ids and not any(item.pad_to for item in found.items):
        return 0
    dialect = engine.dialect.name
    wanted = (_due(dialect, found.table.c[item.column], item, key_ids) for item in found.items)
    counts = [sa.func.coalesce(sa.func.sum(sa.case((where, 1), else_=0)), 0) for where in wanted]
    with connect(engine) as connection:
        row = connection.execute(sa.select(*counts).select_from(found.table)).one()
    return sum(map(int, row))


def _due(
    dialect: str, column: sa.Column[Any], item: ProtectedColumn, key_ids: list[int]
) -> sa.ColumnElement[bool]:
    """Rows under these keys, or shorter than a padded value is."""
    old = under(dialect, column, key_ids)
    if not item.pad_to:
        return old
    word, (binary, text) = mark(dialect, column), shortest_stored(item.pad_to)
    size = sa.func.length(column)
    in_bytes, in_text = sa.func.substr(word, 1, 1) == "b", sa.func.substr(word, 1, 1) == "t"
    return sa.or_(old, sa.and_(in_bytes, size < binary), sa.and_(in_text, size < text))


def _plan(job: Job, found: _Table) -> Batches:
    dialect, old = job.engine.dialect.name, _old(job.keyring)
    columns = [found.table.c[item.column] for item in found.items]
    seals = [Seal(job.keyring, item) for item in found.items]
    return Batches(
        found.table,
        found.key,
        tuple(Cell(dialect, column, sealed=True) for column in columns),
        tuple(
            Assignment(column, number, *_reencrypted(seal), repeatable=True, sealed=True)
            for number, (column, seal) in enumerate(zip(columns, seals, strict=True))
        ),
        sa.or_(*(_due(dialect, c, item, old) for c, item in zip(columns, found.items, strict=True))),
        checked=True,
    )


def _reencrypted(seal: Seal) -> tuple[Callable[[Any], Any], Callable[[Sequence[Any]], Sequence[Any]]]:
    """Under the primary key; what is to take the place of a value is opened before it is sent."""

    def one(stored: Any) -> Any:
        return many([stored])[0]

    def many(stored: Sequence[Any]) -> Sequence[Any]:
        fresh = seal.reencrypt_many(stored)
        changed = [(old, new) for old, new in zip(stored, fresh, strict=True) if old != new]
        look = seal.open if seal.item.pad_to is None else seal.decrypt
        if any(look(old) != look(new) for old, new in changed):
            raise ValueError("a value does not come back")
        return fresh

    return one, many


def _rotate_indexes(job: Job, found: _Table, *, reindex: bool) -> Iterator[Outcome]:
    for item in found.items:
        for step in _index_steps(item, reindex=reindex):
            if not job.pace.over():
                with connect(job.engine) as connection:  # an index before may have changed the table
                    table = reflect(connection, found.table.fullname)
                outcome = step(job, table, found.key.of(table), item)
                if outcome is not None:
                    yield outcome


def _index_steps(item: ProtectedColumn, *, reindex: bool) -> Iterator[Callable[..., Outcome | None]]:
    """What is wrong first, then the key, then the rule: each leaves the next less to do."""
    if item.index:
        if reindex:
            yield lambda *place: repair(*place).run()
        yield rotate_index
        if len(item.rules) > 1:
            yield lambda *place: renew(*place).run()
