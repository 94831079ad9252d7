"""Destroys one person's data, one transaction per database, and proves it by a search inside of that transaction.

The person is looked for again under the lock, so nothing is decided on what was read before. Whatever is in the way, is
said before anything is changed; a transaction in which the search still finds something is rolled back.
"""

from __future__ import annotations

import getpass
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from piiguard import clock, database
from piiguard.errors import PiiguardError, SubjectError
from piiguard.frames import emptied
from piiguard.names import word
from piiguard.subjects.erasing.plan import Plan, plan_of
from piiguard.subjects.files import search_files
from piiguard.subjects.find import is_database, reading, url_of
from piiguard.subjects.graves.book import book_of
from piiguard.subjects.identifiers import Identifier
from piiguard.subjects.live import Catalogue, Table, undeclared
from piiguard.subjects.receipt import Erased, Receipt, kinds_of
from piiguard.subjects.rows.known import Known, Named
from piiguard.subjects.rows.person import find_person, wider
from piiguard.subjects.rows.reach import chunks
from piiguard.subjects.rows.search import Search
from piiguard.subjects.sought import Sought

if TYPE_CHECKING:
    from piiguard.keys import Keyring
    from piiguard.keys.trail import Trail
    from piiguard.manifest import Manifest

__all__ = ["Planned", "erase_subject", "plan_erasure", "run", "writing"]


_WAIT = 20
"""Seconds that a row is waited for which another transaction holds; one that is left open must not hold us for ever."""


@dataclass(frozen=True, slots=True)
class Planned:
    """What would be done in one database."""

    target: str
    shown: str
    plan: Plan
    others: tuple[Identifier, ...] = ()
    """identifiers that stand in the person's rows beside those that were asked for: they get tombstones too"""
    undeclared: tuple[tuple[str, str], ...] = ()
    """columns, with their tables, that look like references to the person's rows and have no foreign key: they stay"""


@emptied
def plan_erasure(
    targets: str | Iterable[str],
    identifiers: Iterable[Identifier],
    *,
    manifest: Manifest,
    findings: Iterable[Named] = (),
    keyring: Keyring | None = None,
    leave_kept: bool = False,
) -> list[Planned]:
    """What :func:`erase_subject` would do; nothing is changed. Raises what that raises before it changes anything.

    ``plan.texts()`` are the statements, with placeholders.
    """
    known, sought = Known(manifest, findings, keyring), Sought(identifiers)
    names = [targets] if isinstance(targets, str) else list(targets)
    if not sought.all or not names:
        raise SubjectError("nothing is asked for", hint="name a target and an identifier")
    _refuse_files([name for name in names if not is_database(name)], sought)
    found: list[Planned] = []
    for name in filter(is_database, names):
        with reading(name) as connection:
            person = find_person(connection, Catalogue.read(connection), known, sought)
            plan = plan_of(connection, person, known, leave_kept=leave_kept)
            others = tuple(wider(connection, known, person, sought)) if keyring is not None else ()
            loose = tuple(undeclared(person.catalogue, person.rows))
            found.append(Planned(name, database.shown(connection.engine.url), plan, others, loose))
    return found


@emptied
def erase_subject(
    targets: str | Iterable[str],
    identifiers: Iterable[Identifier],
    *,
    manifest: Manifest,
    findings: Iterable[Named] = (),
    keyring: Keyring | None = None,
    leave_kept: bool = False,
    trail: Path | None = None,
    tombstones: Path | None = None,
    agreed: Callable[[Sequence[Planned]], bool] = lambda planned: True,
) -> Receipt | None:
    """Destroy one person's data in databases, by the rules of the ``manifest``, and return the receipt.

    ``agreed`` is shown the plans before anything is changed; where it says no, nothing is, and None is returned. Children go
    before parents, a reference that would be left is emptied, and each database is one transaction: in it the person is
    looked for again, and it is rolled back unless nothing is found. It can be run again. With a ``keyring`` that is a file, lines in its
    audit trail (or in the file ``trail``) say what was begun and what came of it; the last holds the receipt's digest. The
    person's identifiers leave tombstones beside it (or in the file ``tombstones``), for :func:`replay_subjects`.
    ``leave_kept`` leaves rows as they are that a rule keeps.

    Raises: :class:`SubjectError` for whatever is in the way: a table without a rule, a place that could not be searched, a
    file in which the person stands, rows that are not the person's alone and cannot be without the reference.
    """
    names = [targets] if isinstance(targets, str) else list(targets)
    wanted, listed = list(identifiers), list(findings)
    planned = plan_erasure(
        names, wanted, manifest=manifest, findings=listed, keyring=keyring, leave_kept=leave_kept
    )
    if not agreed(planned):
        return None
    known, sought = Known(manifest, listed, keyring), Sought(wanted)
    lines = keyring.trail(trail) if keyring is not None else None
    receipt = Receipt(
        str(uuid.uuid4()), clock.stamp(), "", getpass.getuser(), kinds_of(wanted), (),
        tuple(name for name in names if not is_database(name)),
    )  # fmt: skip
    receipt = _begun(receipt, lines, planned)
    book = book_of(keyring, tombstones) if any(one.plan.steps for one in planned) else None
    if book is not None and keyring is not None:
        stones = dict.fromkeys([*wanted, *(other for one in planned for other in one.others)])
        receipt = replace(receipt, tombstones=book.begin(receipt.id, keyring.tombstones(), stones))
    with _told(receipt, lines):
        for one in planned:
            done = _carried_out(one, known, sought, leave_kept)
            receipt = replace(receipt, databases=(*receipt.databases, done))
    receipt = replace(receipt, finished=clock.stamp())
    if book is not None:
        book.end(receipt.id)
    if lines is not None:
        lines.note(
            "subject erase",
            {"state": "ended", "receipt": receipt.id, **_counts(receipt), "sha256": receipt.digest},
        )
    return receipt


def _refuse_files(files: Sequence[str], sought: Sought) -> None:
    """Before anything is changed: what stands in a file is redacted by its own command."""
    for file in files:
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


def _begun(receipt: Receipt, lines: Trail | None, planned: Sequence[Planned]) -> Receipt:
    """The line without which nothing is changed."""
    if lines is None:
        return receipt
    details = {"state": "begun", "receipt": receipt.id, "databases": [one.shown for one in planned]}
    return replace(receipt, trail=lines.note("subject erase", details).number)


@contextmanager
def _told(receipt: Receipt, lines: Trail | None) -> Iterator[None]:
    """What fails leaves a line that says so, by the name of the error alone."""
    try:
        yield
    except BaseException as error:
        if lines is not None:
            with suppress(PiiguardError):
                details = {"state": "failed", "receipt": receipt.id, "error": type(error).__name__}
                lines.note("subject erase", details)
        raise


def _counts(receipt: Receipt) -> dict[str, Any]:
    return {
        "erased": receipt.erased,
        "kept": receipt.kept,
        "databases": [one.target for one in receipt.databases],
    }


def _carried_out(planned: Planned, known: Known, sought: Sought, leave_kept: bool) -> Erased:
    with writing(planned.target) as connection:
        catalogue = Catalogue.read(connection)
        person = find_person(connection, catalogue, known, sought, locked=True)
        plan = plan_of(connection, person, known, leave_kept=leave_kept)
        if plan.mark != planned.plan.mark:
            raise SubjectError(
                f"{planned.shown}: the person's rows have changed since the plan was made; nothing was changed there",
                hint="run it again: a plan is made of what is there",
            )
        run(connection, plan)
        _prove(connection, catalogue, known, sought, plan, planned.shown)
        connection.commit()
    return Erased(planned.shown, clock.stamp(), tuple(plan.done), 0, len(plan.unsure))


@contextmanager
def writing(target: str) -> Iterator[sa.Connection]:
    """One transaction, in which what is read for update stays as it is."""
    engine = database.open_engine(url_of(target))
    try:
        with database.connect(engine) as opened:
            connection = opened
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


def run(connection: sa.Connection, plan: Plan) -> None:
    """Every statement of a plan, in the transaction of the caller."""
    schemas: tuple[str, ...] = connection.get_execution_options().get("piiguard_schemas", ())
    for step in plan.steps:
        if step.statement is not None:
            with database.own_path(connection, schemas):
                connection.execute(step.statement, list(step.parameters()))


def _prove(
    connection: sa.Connection, catalogue: Catalogue, known: Known, sought: Sought, plan: Plan, shown: str
) -> None:
    """The search after it. Raises :class:`SubjectError` for what is still there: a trigger may have put it back."""
    left: dict[Table, int] = {}
    search = Search(connection, known, sought, {})
    for table in catalogue.tables.values():
        rows = {hit.row for hit in search.hits(table)}
        count = sum((table, row) not in plan.kept | plan.unsure for row in rows)
        if count:
            left[table] = count
    for step in plan.steps:
        if step.action == "delete":
            for part in chunks(step.rows):
                query = sa.select(sa.func.count()).select_from(step.table.source)
                count = int(connection.scalar(query.where(step.table.is_any(step.table.key, part))) or 0)
                if count:
                    left[step.table] = left.get(step.table, 0) + count
    if left:
        table, count = next(iter(left.items()))
        raise SubjectError(
            f"{shown}: {table.place}: {count} rows are found after it, so it was taken back and nothing was changed there",
            hint='a trigger or a rule of the database puts them back, or the rule "null" leaves them in a column: columns = ["…"]',
        )
