"""First encryption of a column that holds plaintext, and the way back.

Binary storage goes through a twin column that is swapped in; text storage is converted in place, and so is a
column that an application with ``migrating=True`` has already begun to fill with ciphertext. There the blind index comes
before the ciphertext.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from piiguard.database import connect
from piiguard.errors import JobError
from piiguard.frames import emptied
from piiguard.protect.batches.in_place import converting
from piiguard.protect.batches.trail import JobLines
from piiguard.protect.cells.exact import is_binary, is_text
from piiguard.protect.census import counts
from piiguard.protect.census.taken import refuse_taken
from piiguard.protect.indexes.entry import completed, refuse_spelled_apart, refuse_untold_leak
from piiguard.protect.indexes.repair import fill
from piiguard.protect.jobs.job import Job
from piiguard.protect.jobs.migrate import Mover
from piiguard.protect.jobs.rotate import prove
from piiguard.protect.outcome import Outcome, Tally
from piiguard.protect.proof.fitting import refuse_lookalikes, refuse_uncarried, refuse_unindexable
from piiguard.protect.refusal import Refusal, first_step, kept
from piiguard.protect.schema.codecs import refuse_misfit, type_name
from piiguard.protect.schema.ddl import Ddl, Migration, ddl_for, short
from piiguard.protect.schema.dependents.found import Carried, Dependent, Going
from piiguard.protect.schema.dependents.indexes import stays_unique
from piiguard.protect.schema.dependents.reading import look as look_at
from piiguard.protect.schema.fitness import refuse_unfit
from piiguard.protect.schema.lock import job_lock
from piiguard.protect.schema.statements import run_ddl, that_works
from piiguard.protect.schema.surroundings import look_around, refuse_hidden_rows
from piiguard.protect.schema.tables import Key, column_of, key_of, reflect, split, unique_groups
from piiguard.protect.seal import Seal
from piiguard.protect.state import ensure, pin
from piiguard.protect.transient import NotUnique, in_words

if TYPE_CHECKING:
    from piiguard.manifest import ProtectedColumn

__all__ = ["Candidate", "encrypt", "look", "look_at_rows"]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A column that is to be encrypted, as the database shows it now."""

    item: ProtectedColumn
    table: sa.Table
    column: sa.Column[Any]
    key: Key
    counted: counts.Census
    twin: str
    unique: bool
    done: bool
    in_place: bool
    dependents: tuple[Dependent, ...] = ()
    carried: Carried = field(default_factory=Carried)

    @property
    def residues(self) -> tuple[str, ...]:
        """The words for what hangs on the column and may hold its plaintext, or have written it elsewhere."""
        return tuple(sorted({one.residue for one in self.dependents if one.residue}))

    def migration(self) -> Migration:
        """The move that is still to be made."""
        index = self.item.index
        wanted = [index] if self.in_place else [self.twin, index]
        adds = tuple(name for name in wanted if name and name not in self.table.c)
        return Migration(
            self.table,
            self.column,
            self.twin,
            index,
            self.unique,
            True,
            None,
            adds,
            carried=self.carried,
            pad_to=self.item.pad_to or 0,
        )


def look(
    connection: sa.Connection,
    item: ProtectedColumn,
    *,
    guess_type: bool = False,
    new: bool = False,
    let_go: frozenset[str] = frozenset(),
) -> Candidate:
    """Find out where the column stands, and refuse what cannot be done; ``let_go`` are constraints given up by name.

    The entry of a ``new`` column is completed.
    """
    with in_words(item.place):
        found = _look(connection, item, guess_type=guess_type, new=new)
        return found if found.done else _with_dependents(connection, found, let_go)


def _with_dependents(connection: sa.Connection, found: Candidate, let_go: frozenset[str]) -> Candidate:
    """What hangs on the column is known before anything is written, or stops the job."""
    item, table = found.item, found.table
    retyped = found.in_place and bool(widened(found, ddl_for(connection.dialect, found.migration())))
    going = Going(table, item.column, found.twin, item.index, True, found.in_place, retyped, let_go=let_go)
    refuse_unfit(found.column, item.place)
    refuse_untold_leak(found.column, item)
    refuse_spelled_apart(item)
    if not found.counted.encrypted:  # a column that is half done holds bytes
        refuse_misfit(connection, found.column, item.type)
    if not found.in_place and found.twin in table.c:
        refuse_taken(connection, table, found.twin, item.place)
    dependents, carried = look_at(connection, going, item.place)
    whole = [item.column] in unique_groups(connection, table)
    unique = bool(item.index) and whole and stays_unique(dependents)
    found = replace(found, dependents=dependents, carried=carried, unique=unique)
    if not found.in_place:
        that_works(connection, ddl_for(connection.dialect, found.migration()))
    return found


def _look(connection: sa.Connection, item: ProtectedColumn, *, guess_type: bool, new: bool) -> Candidate:
    table = reflect(connection, item.table)
    column = column_of(table, item.column)
    refuse_hidden_rows(connection, table)
    if guess_type:
        item = replace(item, type=type_name(connection, column))
    if new:
        item = completed(connection, column, item)
    key = key_of(connection, table, without=(item.column,))
    counted = counts.take(connection, column)
    twin = short(f"{item.column}_enc")
    sqlite = connection.dialect.name == "sqlite"
    begun = twin in table.c
    holds = is_binary(column) or sqlite if item.storage == "binary" else is_text(column) or sqlite
    converted = counted.plain == 0 and counted.damaged == 0 and counted.encrypted > 0
    empty = counted.rows == counted.null and is_binary(column) and item.type != "bytes"
    done = holds and not begun and (converted or empty)
    in_place = item.storage == "text" or (holds and not begun and counted.encrypted > 0)
    if item.storage == "text" and not is_text(column):
        raise JobError(
            f"{item.place}: not a text column", hint="leave --storage out: binary storage takes any type"
        )
    return Candidate(item, table, column, key, counted, twin, False, done, in_place)


@emptied
def encrypt(
    job: Job,
    item: ProtectedColumn,
    *,
    keep_plaintext: bool = False,
    let_go: frozenset[str] = frozenset(),
    began: Callable[[], None] | None = None,
) -> Outcome:
    """Bring one column from plaintext to ciphertext; what a killed run left is gone on with.

    ``keep_plaintext`` stops where everything is prepared: before the swap, or in place before the first value is changed.
    ``let_go`` are constraints and indexes that may be lost, by name. ``began`` is called when everything has been
    looked at, the line before the job stands in the audit trail, and nothing of the table has been changed yet.
    """
    with job_lock(job.engine, item.table):
        seal = Seal(job.keyring, item)
        lines = JobLines(job, "encrypt", item.table, (item.column,))
        with connect(job.engine) as connection:
            found = look(connection, item, let_go=let_go)
            look_around(connection, found.table, job.watch)
            look_at_rows(connection, found, seal)
            prove(connection, found.column, seal, job.keyring)
            ensure(connection)
            pin(connection, job.keyring)
            if not found.done:
                lines.begin(connection)
            if began is not None:
                began()
        if found.done:
            return Outcome(item.table, (item.column,), "nothing", Tally())
        with lines.until_ended():
            if found.in_place:
                outcome = _in_place(job, found, seal, keep_plaintext=keep_plaintext)
            else:
                mover = Mover(job, found.migration(), found.key, seal)
                outcome = mover.run("encrypt", keep_source=keep_plaintext)
        return lines.end(replace(outcome, residues=found.residues))


def look_at_rows(connection: sa.Connection, found: Candidate, seal: Seal) -> None:
    """Refuse values that would not come back exactly, and what only looks encrypted; nothing is written."""
    with in_words(found.item.place):
        if found.done or found.in_place:
            refuse_lookalikes(connection, found.column, found.key, seal)
        if not found.done:
            refuse_uncarried(connection, found.column, found.key, seal)
            refuse_unindexable(connection, found.column, found.key, seal)
        connection.rollback()


def _in_place(job: Job, found: Candidate, seal: Seal, *, keep_plaintext: bool) -> Outcome:
    """The index of every row first, and UNIQUE over it: so no search is short, and no value comes in twice, meanwhile."""
    item = found.item
    ddl = ddl_for(job.engine.dialect, found.migration())
    wider = widened(found, ddl)
    narrow = ddl.narrow() if wider else []
    with connect(job.engine) as connection:
        with first_step():
            run_ddl(connection, item.place, [*found.carried.before, *wider, *ddl.expand()])
        table = reflect(connection, item.table)
    made = found.migration().adds
    found = replace(found, table=table, column=table.c[item.column], key=found.key.of(table))
    mover = Mover(job, found.migration(), found.key, seal)
    try:
        filled = _indexed(job, found, mover)
        if filled.paused or keep_plaintext:
            return filled
        return _converted(job, found, seal, mover)
    except Refusal as refused:
        if _encrypted(job.engine, found.column):
            raise kept(refused) from None
        mover.withdraw(made, refused, narrow)
        raise


def _indexed(job: Job, found: Candidate, mover: Mover) -> Outcome:
    """What applications need that read both: room for ciphertext, and the index of every row."""
    item, kind = found.item, "both" if found.counted.encrypted else "ready"
    place = item.table, (item.column,), kind
    if not item.index:
        return Outcome(*place, Tally())
    filled = fill(job, found.table, found.key, item).run()
    if not filled.paused:
        mover.make_index()
    return Outcome(*place, filled.tally, filled.left, filled.paused, filled.resumed)


def _converted(job: Job, found: Candidate, seal: Seal, mover: Mover) -> Outcome:
    item, dialect = found.item, job.engine.dialect.name
    plan = partial(converting, dialect, found.table, found.key, item, seal)
    try:
        passed = job.passes(
            "encrypt",
            lambda: job.spec(item.table, "in place", (item.column,), job.keyring.primary("data").id),
            plan,
            lambda: _plain(job.engine, found.column),
        )
    except NotUnique:  # somebody who knows of no index has written a value that another row has
        fill(job, found.table, found.key, item).run()  # names both
        raise
    if passed.left and not passed.paused:
        raise mover.stuck(plan().where)
    if not passed.left:
        with connect(job.engine) as connection, in_words(item.place):
            refuse_lookalikes(connection, found.column, found.key, seal)
    return Outcome(
        item.table, (item.column,), "encrypt", passed.tally, passed.left, passed.paused, passed.resumed
    )


def widened(found: Candidate, ddl: Ddl) -> list[str]:
    """Room for text envelopes, where the column has a limit."""
    length = getattr(found.column.type, "length", None)
    return ddl.widen() if found.item.storage == "text" and length is not None else []


def _plain(engine: sa.Engine, column: sa.Column[Any]) -> int:
    with connect(engine) as connection:
        return counts.take(connection, column).plain


def _encrypted(engine: sa.Engine, column: sa.Column[Any]) -> int:
    with connect(engine) as connection:
        return counts.take(connection, column).encrypted


def parse(place: str, **options: Any) -> ProtectedColumn:
    """The entry of a new column; its context is its first name unless another is given."""
    from piiguard.manifest import ProtectedColumn

    table, column = split(place)
    context = options.pop("context", None) or place
    return ProtectedColumn(table, column, context, **{k: v for k, v in options.items() if v is not None})
