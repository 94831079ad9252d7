"""What is in the way of any change of a person's rows, said before anything is changed."""

from __future__ import annotations

from collections.abc import Iterable

import sqlalchemy as sa

from piiguard.errors import SubjectError
from piiguard.names import shown, toml
from piiguard.protect.schema.surroundings import without_transactions
from piiguard.subjects.live import Table
from piiguard.subjects.rows.person import Person

__all__ = ["refuse_keyless", "refuse_lasting", "refuse_ruleless", "refuse_unsearched"]


def refuse_unsearched(person: Person, done: str) -> None:
    """What could not be searched, and a person who is several; ``done`` is what would be done, as ``erased``."""
    if person.unread:
        place, why = next(iter(person.unread.items()))
        more = len(person.unread) - 1
        raise SubjectError(
            f"{place}: not searched: {why}{f' (and {more} more)' if more else ''}: what was not searched is not {done}",
            hint="piiguard subject find names every such place; the keyring, and an account that may read all, open them",
        )
    doubt = next((doubt for doubt in person.doubts if doubt.why == "shared"), None)
    if doubt is not None and not person.rows:
        raise SubjectError(
            f"{doubt.table.place}: several persons have what was asked for, and none is chosen",
            hint="name the person by IIN, or by its row: key=TABLE:VALUE",
        )


def refuse_lasting(connection: sa.Connection, tables: Iterable[Table]) -> None:
    """Tables that keep what is taken out of them, and those in which a change cannot be taken back."""
    for table in tables:
        if table.relation.aside:
            raise SubjectError(
                f"{table.place}: {table.relation.aside}: what is changed there stays",
                hint="end the history, or take the person out of it by hand",
            )
        if engine := without_transactions(connection, table.source):
            raise SubjectError(
                f"{table.place}: {shown(engine)} has no transactions, so a change that fails could not be taken back",
                hint="ALTER TABLE … ENGINE=InnoDB",
            )


def refuse_ruleless(tables: Iterable[Table], member: str, becomes: str) -> None:
    """Tables of which no rule has this member."""
    if lacking := list(tables):
        raise SubjectError(
            f"{', '.join(shown(table.place) for table in lacking)}: rows of the person are there, and no rule says {becomes}",
            hint=f"write it into the manifest: [[subjects.tables]] table = {toml(lacking[0].place)} {member}",
        )


def refuse_keyless(tables: Iterable[Table], remedy: str) -> None:
    """Tables whose rows have no names."""
    for table in tables:
        if not table.key:
            raise SubjectError(
                f"{table.place}: the table has no primary key, so its rows cannot be named",
                hint=f"add a primary key, or {remedy} these rows by hand",
            )
