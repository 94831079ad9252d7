"""One act on a person's data: planned, agreed to, and carried out in one transaction for each database.

The person is looked for again under the lock, so nothing is decided on what was read before; a transaction in which the
proof fails is rolled back. The audit trail has a line from before the first change and one from after the last.
"""

from __future__ import annotations

import getpass
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, replace
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from piiguard import clock, database
from piiguard.errors import SubjectError
from piiguard.names import word
from piiguard.subjects.acting.lines import Lines
from piiguard.subjects.files import search_files
from piiguard.subjects.find import is_database, reading, url_of
from piiguard.subjects.identifiers import Identifier
from piiguard.subjects.live import Catalogue, lenient, undeclared
from piiguard.subjects.planned.steps import Plan, run
from piiguard.subjects.receipt import Changed, Receipt, kinds_of
from piiguard.subjects.restricted.rows import ensure
from piiguard.subjects.restricted.values import exactly
from piiguard.subjects.rows.known import Known
from piiguard.subjects.rows.person import Person, find_person, wider
from piiguard.subjects.sought import Sought

__all__ = ["Act", "Planned", "carried", "carry_out", "counts", "look", "refuse_files", "started", "writing"]

_WAIT = 20
"""Seconds that a row is waited for which another transaction holds; one that is left open must not hold us for ever."""


@dataclass(frozen=True, slots=True)
class Act:
    """What is done: its name, the plan for a person in one database, and the search after it, which raises."""

    kind: Literal["erase", "restrict", "release"]
    plan: Callable[[sa.Connection, Person], Plan]
    prove: Callable[[sa.Connection, Catalogue, Plan, str], None]

    @property
    def name(self) -> str:
        return f"subject {self.kind}"


@dataclass(frozen=True, slots=True)
class Planned:
    """What would be done in one database."""

    target: str
    shown: str
    plan: Plan
    others: tuple[Identifier, ...] = ()
    """identifiers that stand in the person's rows beside those that were asked for"""
    undeclared: tuple[tuple[str, str], ...] = ()
    """columns, with their tables, that look like references to the person's rows and have no foreign key: they stay"""
    unsearched: tuple[str, ...] = ()
    """columns with documents that nobody could take apart, which is accepted"""


def look(names: Sequence[str], act: Act, known: Known, sought: Sought) -> list[Planned]:
    """The plans for all databases of these targets; nothing is changed."""
    found: list[Planned] = []
    for name in filter(is_database, names):
        with reading(name) as connection:
            person = find_person(connection, Catalogue.read(connection), known, sought)
            plan = act.plan(connection, person)
            others = tuple(wider(connection, known, person, sought)) if known.keyring is not None else ()
            loose = tuple(undeclared(person.catalogue, person.rows))
            found.append(
                Planned(name, database.shown(connection.engine.url), plan, others, loose, person.accepted)
            )
    return found


def refuse_files(names: Sequence[str], sought: Sought) -> None:
    """Before anything is changed: what stands in a file is redacted by its own command."""
    for file in names:
        if is_database(file):
            continue
        places, unread = search_files(file, sought)
        if unread:
            raise SubjectError(
                f"{unread[0].place}: not searched: {unread[0].reason}",
                hint="leave it out, or make it readable",
            )
        if places:
            name = str(places[0].file)
            raise SubjectError(
                f"{name}: the person stands in it, on {sum(place.rows for place in places)} lines: files are redacted",
                hint=f"piiguard redact {word(name) or 'FILE'} --output {word(name + '.redacted') or 'COPY'}, put it in its place, and run this again",
            )


def started(
    act: Act,
    names: Sequence[str],
    wanted: Sequence[Identifier],
    lines: Lines | None,
    planned: Sequence[Planned],
) -> Receipt:
    """The receipt of what begins, with the number of the line without which nothing is changed."""
    receipt = Receipt(
        str(uuid.uuid4()), clock.stamp(), "", getpass.getuser(), kinds_of(wanted), (),
        tuple(name for name in names if not is_database(name)), kind=act.kind,
    )  # fmt: skip
    if lines is None:
        return receipt
    details = {"receipt": receipt.id, "databases": [one.shown for one in planned]}
    return replace(receipt, trail=lines.begin(act.name, details))


def carry_out(
    act: Act,
    planned: Sequence[Planned],
    known: Known,
    sought: Sought,
    receipt: Receipt,
    lines: Lines | None,
    last: Callable[[], None] = lambda: None,
) -> Receipt:
    """Every plan in its transaction; the receipt. ``last`` is done when all are committed, before the line that says so."""
    with lines.told(act.name, {"receipt": receipt.id}) if lines is not None else nullcontext():
        for one in planned:
            done = _carried_out(act, one, known, sought)
            receipt = replace(receipt, databases=(*receipt.databases, done))
    receipt = replace(receipt, finished=clock.stamp())
    last()
    if lines is not None:
        lines.end(act.name, {"receipt": receipt.id, **counts(receipt), "sha256": receipt.digest})
    return receipt


def counts(receipt: Receipt) -> dict[str, Any]:
    """What the last line of the trail says of a receipt, beside its digest."""
    counted: dict[str, Any] = {"erased": receipt.erased, "kept": receipt.kept}
    if receipt.restricted or receipt.released or receipt.kind != "erase":
        counted |= {"restricted": receipt.restricted, "released": receipt.released}
    return {**counted, "databases": [one.target for one in receipt.databases]}


def _carried_out(act: Act, planned: Planned, known: Known, sought: Sought) -> Changed:
    if any(step.action == "record" for step in planned.plan.steps):
        with writing(planned.target) as connection:  # of its own: on some databases it ends a transaction
            ensure(connection)
    with writing(planned.target) as connection:
        exactly(connection)
        catalogue = Catalogue.read(connection)
        person = find_person(connection, catalogue, known, sought, locked=True)
        plan = act.plan(connection, person)
        if plan.mark != planned.plan.mark:
            raise SubjectError(
                f"{planned.shown}: the person's rows have changed since the plan was made; nothing was changed there",
                hint="run it again: a plan is made of what is there",
            )
        carried(connection, plan, planned.shown)
        act.prove(connection, catalogue, plan, planned.shown)
        connection.commit()
    return Changed(planned.shown, clock.stamp(), tuple(plan.done), 0, len(plan.unsure), person.accepted)


def carried(connection: sa.Connection, plan: Plan, shown: str) -> None:
    """Run a plan in the transaction of the caller. Raises :class:`SubjectError` where it came to something else."""
    if place := run(connection, plan) or plan.wrong():
        raise SubjectError(
            f"{shown}: {place}: it is not as it was meant afterwards, so it was taken back and nothing was changed there",
            hint="a trigger or a rule of the database changes what is written",
        )


@contextmanager
def writing(target: str) -> Iterator[sa.Connection]:
    """One transaction, in which what is read for update stays as it is."""
    engine = database.open_engine(url_of(target))
    database.whole_json(engine)
    try:
        with database.connect(engine) as opened:
            connection = opened
            lenient(connection)
            if engine.dialect.name in (
                "mysql",
                "mariadb",
            ):  # else rows that are only looked at are locked as well
                connection = opened.execution_options(isolation_level="READ COMMITTED")
                connection.exec_driver_sql(f"set session innodb_lock_wait_timeout = {_WAIT}")
            elif engine.dialect.name == "postgresql":
                connection.exec_driver_sql(f"set local lock_timeout = '{_WAIT}s'")
            elif engine.dialect.name == "sqlite":
                connection.exec_driver_sql("BEGIN IMMEDIATE")
            try:
                yield connection
            except BaseException:
                connection.rollback()
                raise
    except SQLAlchemyError as error:
        raise _not_done(error, engine.url) from None
    finally:
        engine.dispose()


def _not_done(error: SQLAlchemyError, url: sa.URL) -> SubjectError:
    told = database.explain(error, url)
    return SubjectError(f"{told}: nothing was changed there", hint=told.hint)
