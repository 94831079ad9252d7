"""Restricts one person's data, and releases it again, one transaction per database, proved by a search inside of it.

What is restricted stays: values lie sealed under a key that no application uses, or a flag column of the row is set.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Unpack

import sqlalchemy as sa

from piiguard.errors import SubjectError
from piiguard.frames import emptied
from piiguard.subjects.acting.act import Act, carry_out, look, refuse_files, started
from piiguard.subjects.acting.lines import Lines
from piiguard.subjects.acting.options import ActOptions, refuse_unknown
from piiguard.subjects.identifiers import Identifier
from piiguard.subjects.live import Catalogue, Row, Table
from piiguard.subjects.planned.refusals import (
    refuse_unsearched,
)
from piiguard.subjects.planned.steps import Plan
from piiguard.subjects.receipt import Receipt
from piiguard.subjects.rows.known import Known
from piiguard.subjects.rows.person import Person
from piiguard.subjects.rows.search import Search
from piiguard.subjects.sealing.plan import restriction_of
from piiguard.subjects.sealing.steps import Sealer
from piiguard.subjects.sought import Sought

if TYPE_CHECKING:
    from piiguard.keys import Keyring
    from piiguard.manifest import Manifest

__all__ = ["release_subject", "restrict_subject"]


@emptied
def restrict_subject(
    targets: str | Iterable[str],
    identifiers: Iterable[Identifier],
    *,
    manifest: Manifest,
    keyring: Keyring,
    **options: Unpack[ActOptions],
) -> Receipt | None:
    """Stop the use of one person's data in databases, by ``restrict`` in the rules of the ``manifest``, and return the receipt.

    ``seal`` moves the values of a row into the table ``piiguard_restricted``, sealed under a key of the ``keyring`` that no application
    uses; the name of a column sets that. ``options`` are :class:`ActOptions`: ``agreed`` is shown the plans before anything is changed; where it says no, nothing is,
    and None is returned. Each database is one transaction, rolled back unless what was sealed opens, and a search finds
    it there alone. It can be run again; :func:`release_subject` undoes it.

    Raises: :class:`SubjectError` for whatever is in the way: a table of which no rule says how, a place that could not be searched, a file
    in which the person stands, a value that is a key, or whose column takes nothing in its place.

    ::

        restrict_subject("sqlite:///crm.db", [Identifier.of("iin", iin)], manifest=manifest, keyring=keyring)
    """
    return _done(targets, identifiers, manifest, keyring, _restricting, options)


@emptied
def release_subject(
    targets: str | Iterable[str],
    identifiers: Iterable[Identifier],
    *,
    manifest: Manifest,
    keyring: Keyring,
    **options: Unpack[ActOptions],
) -> Receipt | None:
    """Put back what :func:`restrict_subject` moved away, as it was, and return the receipt.

    The person is found by what lies sealed. An encrypted value whose key was rotated and retired since is encrypted again.

    Raises: :class:`SubjectError` for whatever is in the way: a value that was written meanwhile in place of a sealed one is not
    written over.
    """
    return _done(targets, identifiers, manifest, keyring, _releasing, options)


def _done(
    targets: str | Iterable[str],
    identifiers: Iterable[Identifier],
    manifest: Manifest,
    keyring: Keyring,
    made: Callable[[Known, Sought], Act],
    options: ActOptions,
) -> Receipt | None:
    refuse_unknown(options, ActOptions)
    known = Known(manifest, options.get("findings", ()), keyring, options.get("accept_unread", ()))
    names = [targets] if isinstance(targets, str) else list(targets)
    wanted = list(identifiers)
    sought = Sought(wanted)
    if not sought.all or not names:
        raise SubjectError("nothing is asked for", hint="name a target and an identifier")
    act = made(known, sought)
    refuse_files(names, sought)
    planned = look(names, act, known, sought)
    if (agreed := options.get("agreed")) is not None and not agreed(planned):
        return None
    lines = Lines.of(keyring, options.get("trail"), names, [one.target for one in planned if one.plan.steps])
    return carry_out(act, planned, known, sought, started(act, names, wanted, lines, planned), lines)


def _restricting(known: Known, sought: Sought) -> Act:
    def plan(connection: sa.Connection, person: Person) -> Plan:
        return restriction_of(connection, person, known)

    def prove(connection: sa.Connection, catalogue: Catalogue, plan: Plan, shown: str) -> None:
        search = Search(connection, known, sought, {})
        for table in catalogue.tables.values():
            found = {hit.row for hit in search.hits(table) if not plan.expects(table, hit.row, hit.via)}
            if found:
                raise SubjectError(
                    f"{shown}: {table.place}: {len(found)} rows are found in place after it, so it was taken back and nothing was"
                    " changed there",
                    hint="a trigger or a rule of the database puts the values back",
                )

    return Act("restrict", plan, prove)


def _releasing(known: Known, sought: Sought) -> Act:
    def plan(connection: sa.Connection, person: Person) -> Plan:
        refuse_unsearched(person, "released")
        sealer = Sealer(connection, known, person)
        return Plan(tuple(sealer.release()), unsure=_unsure(person), wrong=sealer.wrong)

    def prove(connection: sa.Connection, catalogue: Catalogue, plan: Plan, shown: str) -> None:
        """Every value that was put back was read again."""

    return Act("release", plan, prove)


def _unsure(person: Person) -> frozenset[tuple[Table, Row]]:
    return frozenset((doubt.table, row) for doubt in person.doubts for row in doubt.rows)
