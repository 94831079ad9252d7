"""Destroys one person's data, one transaction per database, and proves it by a search inside of that transaction.

The person is looked for again under the lock, so nothing is decided on what was read before. Whatever is in the way, is
said before anything is changed; a transaction in which the search still finds something is rolled back.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Unpack

import sqlalchemy as sa

from piiguard.errors import SubjectError
from piiguard.frames import emptied
from piiguard.subjects.acting.act import Act, Planned, carry_out, look, refuse_files, started
from piiguard.subjects.acting.lines import Lines
from piiguard.subjects.acting.options import EraseOptions, refuse_unknown
from piiguard.subjects.erasing.plan import plan_of
from piiguard.subjects.graves.book import book_of
from piiguard.subjects.identifiers import Identifier
from piiguard.subjects.live import Catalogue, Table
from piiguard.subjects.planned.steps import Plan
from piiguard.subjects.receipt import Receipt
from piiguard.subjects.rows.known import Known, Named
from piiguard.subjects.rows.person import Person
from piiguard.subjects.rows.reach import chunks
from piiguard.subjects.rows.search import Search
from piiguard.subjects.sought import Sought

if TYPE_CHECKING:
    from piiguard.keys import Keyring
    from piiguard.manifest import Manifest

__all__ = ["erase_subject", "plan_erasure"]


@emptied
def plan_erasure(
    targets: str | Iterable[str],
    identifiers: Iterable[Identifier],
    *,
    manifest: Manifest,
    findings: Iterable[Named] = (),
    keyring: Keyring | None = None,
    leave_kept: bool = False,
    accept_unread: Iterable[str] = (),
) -> list[Planned]:
    """What :func:`erase_subject` would do; nothing is changed. Raises what that raises before it changes anything.

    ``plan.texts()`` are the statements, with placeholders.
    """
    known, sought = Known(manifest, findings, keyring, accept_unread), Sought(identifiers)
    names = [targets] if isinstance(targets, str) else list(targets)
    if not sought.all or not names:
        raise SubjectError("nothing is asked for", hint="name a target and an identifier")
    refuse_files(names, sought)
    return look(names, _act(known, sought, leave_kept), known, sought)


@emptied
def erase_subject(
    targets: str | Iterable[str],
    identifiers: Iterable[Identifier],
    *,
    manifest: Manifest,
    keyring: Keyring | None = None,
    **options: Unpack[EraseOptions],
) -> Receipt | None:
    """Destroy one person's data in databases, by the rules of the ``manifest``, and return the receipt.

    ``options`` are :class:`EraseOptions`. ``agreed`` is shown the plans before anything is changed; where it says no, nothing is, and None is returned. Children go
    before parents, a reference that would be left is emptied, and each database is one transaction: in it the person is
    looked for again, and it is rolled back unless nothing is found. It can be run again. With a ``keyring`` that is a file, lines in its
    audit trail (or in the file ``trail``) say what was begun and what came of it; the last holds the receipt's digest. The
    person's identifiers leave tombstones beside it (or in the file ``tombstones``), for :func:`replay_subjects`.
    Rows that a rule keeps are restricted where it says how; ``leave_kept`` leaves others as they are.

    Raises: :class:`SubjectError` for whatever is in the way: a table without a rule, a place that could not be searched, a
    file in which the person stands, rows that are not the person's alone and cannot be without the reference.
    """
    names = [targets] if isinstance(targets, str) else list(targets)
    refuse_unknown(options, EraseOptions)
    wanted, listed = list(identifiers), list(options.get("findings", ()))
    leave_kept, accepted = options.get("leave_kept", False), tuple(options.get("accept_unread", ()))
    planned = plan_erasure(
        names, wanted, manifest=manifest, findings=listed, keyring=keyring, leave_kept=leave_kept,
        accept_unread=accepted,
    )  # fmt: skip
    if (agreed := options.get("agreed")) is not None and not agreed(planned):
        return None
    known, sought = Known(manifest, listed, keyring, accepted), Sought(wanted)
    act = _act(known, sought, leave_kept)
    lines = Lines.of(keyring, options.get("trail"), names, [one.target for one in planned if one.plan.steps])
    receipt = started(act, names, wanted, lines, planned)
    book = book_of(keyring, options.get("tombstones")) if any(one.plan.steps for one in planned) else None
    if book is None or keyring is None:
        return carry_out(act, planned, known, sought, receipt, lines)
    stones = dict.fromkeys([*wanted, *(other for one in planned for other in one.others)])
    receipt = replace(receipt, tombstones=book.begin(receipt.id, keyring.tombstones(), stones))
    return carry_out(act, planned, known, sought, receipt, lines, lambda: book.end(receipt.id))


def _act(known: Known, sought: Sought, leave_kept: bool) -> Act:
    def plan(connection: sa.Connection, person: Person) -> Plan:
        return plan_of(connection, person, known, leave_kept=leave_kept)

    def prove(connection: sa.Connection, catalogue: Catalogue, made: Plan, shown: str) -> None:
        _prove(connection, catalogue, Search(connection, known, sought, {}), made, shown)

    return Act("erase", plan, prove)


def _prove(connection: sa.Connection, catalogue: Catalogue, search: Search, plan: Plan, shown: str) -> None:
    """The search after it. Raises :class:`SubjectError` for what is still there: a trigger may have put it back."""
    left: dict[Table, int] = {}
    for table in catalogue.tables.values():
        rows = {hit.row for hit in search.hits(table) if not plan.expects(table, hit.row, hit.via)}
        if rows:
            left[table] = len(rows)
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
