"""What jobs and applications leave in the database: checkpoints, and which keyring belongs to it.

``piiguard_jobs`` has one row per part of the last job on a table. ``piiguard_state`` pins the keyring's id, its highest
generation and the history of each, and holds one heartbeat per running application.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from piiguard import clock, names
from piiguard.database import inspect
from piiguard.errors import DatabaseError, JobError
from piiguard.frames import emptied
from piiguard.keys.freshness import Pin

if TYPE_CHECKING:
    from piiguard.keys import Keyring

__all__ = ["Instance", "beat", "ensure", "instances", "jobs", "knows", "now", "pin", "pinned", "state"]

_metadata = sa.MetaData()
_name = sa.String(190)  # the longest key that every supported MariaDB indexes

jobs = sa.Table(
    "piiguard_jobs",
    _metadata,
    sa.Column("table_name", _name, primary_key=True),
    sa.Column("part", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("kind", sa.String(20), nullable=False),
    sa.Column("columns", sa.Text, nullable=False),
    sa.Column("keyring_id", sa.String(36), nullable=False),
    sa.Column("generation", sa.BigInteger, nullable=False),
    sa.Column("target", sa.BigInteger, nullable=False),
    sa.Column("state", sa.String(10), nullable=False),
    sa.Column("owner", sa.String(32), nullable=False),
    sa.Column("host", sa.String(190), nullable=False),
    sa.Column("low", sa.Text),
    sa.Column("high", sa.Text),
    sa.Column("last_key", sa.Text),
    sa.Column("changed", sa.BigInteger, nullable=False),
    sa.Column("missed", sa.BigInteger, nullable=False),
    sa.Column("failed", sa.BigInteger, nullable=False),
    sa.Column("started", sa.String(32), nullable=False),
    sa.Column("updated", sa.String(32), nullable=False),
)

state = sa.Table(
    "piiguard_state",
    _metadata,
    sa.Column("name", _name, primary_key=True),
    sa.Column("keyring_id", sa.String(36), nullable=False),
    sa.Column("generation", sa.BigInteger, nullable=False),
    sa.Column("updated", sa.String(32), nullable=False),
)


def now() -> str:
    """The time as it is stored."""
    return clock.now().isoformat(timespec="seconds")


def ensure(connection: sa.Connection) -> None:
    """Make the two tables where they are missing."""
    present = set(inspect(connection).get_table_names())
    missing = [table for table in (jobs, state) if table.name not in present]
    if not missing:
        return
    try:
        _metadata.create_all(connection, tables=missing)
        connection.commit()
    except SQLAlchemyError:
        connection.rollback()
        # Two operators may begin at the same moment, and the other was faster.
        if set(inspect(connection).get_table_names()) >= {jobs.name, state.name}:
            return
        raise JobError(
            "the tables piiguard_jobs and piiguard_state are missing and cannot be made here",
            hint="docs/key-management.md has the statements, for an account that may create tables",
        ) from None


def pin(connection: sa.Connection, keyring: Keyring) -> None:
    """Tie this database to the keyring, or refuse a keyring of another environment or an older file."""
    known = connection.execute(sa.select(state).where(state.c.name == "keyring")).one_or_none()
    mine = {"keyring_id": str(keyring.id), "generation": keyring.generation, "updated": now()}
    if known is None:
        connection.execute(state.insert().values(name="keyring", **mine))
    else:
        _refuse_malformed(known)
        _refuse_other(known, keyring)
        if keyring.generation > known.generation:
            connection.execute(state.update().where(state.c.name == "keyring").values(**mine))
    _pin_history(connection, keyring)
    connection.commit()


def pinned(connection: sa.Connection, keyring: str, generation: int) -> Pin | None:
    """Which keyring belongs to this database, its highest generation, and the history of one generation.

    Where the row of the keyring is gone, what was noted of the histories of ``keyring`` still counts.
    """
    if not inspect(connection).has_table(state.name):
        return None
    histories = state.c.name.like("history:%") & (state.c.keyring_id == keyring)
    wanted = sa.select(state).where((state.c.name == "keyring") | histories)
    rows = connection.execute(wanted).all()
    for row in rows:
        _refuse_malformed(row)
    owner = next((row.keyring_id for row in rows if row.name == "keyring"), keyring)
    seen = [row.generation for row in rows if row.keyring_id == owner]
    if not seen:
        return None
    return Pin(owner, max(seen), _history(connection, owner, generation))


def knows(connection: sa.Connection, keyring: str) -> bool:
    """Whether jobs have pinned anything of this keyring here; what applications report is no pin."""
    if not inspect(connection).has_table(state.name):
        return False
    pins = state.c.name.not_like("instance:%"), state.c.keyring_id == keyring
    return connection.execute(sa.select(state.c.name).where(*pins).limit(1)).first() is not None


def _pin_history(connection: sa.Connection, keyring: Keyring) -> None:
    """Keep the history of each generation that was used here: two copies may have been changed apart."""
    seen = _history(connection, str(keyring.id), keyring.generation)
    if seen and seen != keyring.history:
        raise JobError(
            f"the keyring is of another history of generation {keyring.generation} than the one used on this database",
            hint="somebody changed two copies apart from each other: find out which one applications wrote with",
        )
    if not seen and keyring.history:
        row = {"keyring_id": str(keyring.id), "generation": keyring.generation, "updated": now()}
        connection.execute(state.insert().values(name=f"history:{keyring.history}", **row))


def _history(connection: sa.Connection, keyring: str, generation: int) -> str:
    here = state.c.name.like("history:%"), state.c.keyring_id == keyring, state.c.generation == generation
    found = connection.execute(sa.select(state.c.name).where(*here)).scalars().first()
    return "" if found is None else str(found).removeprefix("history:")


def _refuse_other(known: sa.Row[Any], keyring: Keyring) -> None:
    if known.keyring_id != str(keyring.id):
        raise JobError(
            f"this database belongs to the keyring {known.keyring_id}, not to {keyring.id}",
            hint="use the keyring of this environment; --keyring or PIIGUARD_KEYRING names it",
        )
    if keyring.generation < known.generation:
        raise JobError(
            f"the keyring is of generation {keyring.generation}, but generation {known.generation}"
            " was used on this database",
            hint="an older copy of the keyring file was restored: bring back the newest one",
        )


@dataclass(frozen=True, slots=True)
class Instance:
    """One running application, and the generation of the keyring that it has loaded."""

    name: str
    keyring_id: str
    generation: int
    updated: str


@emptied
def beat(connection: sa.Connection, name: str, keyring: Keyring) -> None:
    """Tell that this instance runs with this generation; the caller commits."""
    row = {"keyring_id": str(keyring.id), "generation": keyring.generation, "updated": now()}
    here = state.c.name == f"instance:{name}"
    if connection.execute(state.update().where(here).values(**row)).rowcount == 0:
        connection.execute(state.insert().values(name=f"instance:{name}", **row))


@emptied
def instances(connection: sa.Connection) -> list[Instance]:
    """Every application that has ever told its generation here."""
    if not inspect(connection).has_table(state.name):
        return []
    found = connection.execute(sa.select(state).where(state.c.name.like("instance:%")).order_by(state.c.name))
    rows = found.all()
    for row in rows:
        _refuse_malformed(row)
    return [
        Instance(row.name.removeprefix("instance:"), row.keyring_id, row.generation, row.updated)
        for row in rows
    ]


def _refuse_malformed(row: sa.Row[Any]) -> None:
    """Refuse what no piiguard wrote: whoever can write the table may put anything there, and SQLite takes any type."""
    for column in (state.c.name, state.c.keyring_id, state.c.updated):
        if not isinstance(row._mapping[column], str):
            raise _malformed(row.name, column.name, "a text")
    if type(row.generation) is not int or not 0 <= row.generation < 1 << 63:
        raise _malformed(row.name, "generation", "a whole number")
    try:
        datetime.datetime.fromisoformat(row.updated).timestamp()
    except (ValueError, OverflowError):
        raise _malformed(row.name, "updated", "a time") from None


def _malformed(name: object, column: str, wanted: str) -> DatabaseError:
    return DatabaseError(
        f"piiguard_state: row {names.shown(str(name))}: {column} is not {wanted}",
        source=state.name,
        hint="no job and no application wrote that: find out who did, then delete the row",
    )
