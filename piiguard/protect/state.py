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
from piiguard.database import has_own, inspect, refuse_strange
from piiguard.errors import DatabaseError, JobError
from piiguard.frames import emptied
from piiguard.keys.freshness import Pin, refuse_behind_pin

if TYPE_CHECKING:
    from piiguard.keys import Keyring

__all__ = [
    "Instance",
    "beat",
    "ensure",
    "instances",
    "jobs",
    "keep_beat",
    "knows",
    "now",
    "pin",
    "pinned",
    "state",
]

_metadata = sa.MetaData()
_name = sa.String(190)  # the longest key that every supported MariaDB indexes
_INSTANCE = "instance:"

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
    missing = _missing(connection)
    if not missing:
        return
    try:
        _metadata.create_all(connection, tables=missing)
        connection.commit()
    except SQLAlchemyError:
        connection.rollback()
        # Two operators may begin at the same moment, and the other was faster.
        if not _missing(connection):
            return
        raise JobError(
            "the tables piiguard_jobs and piiguard_state are missing and cannot be made here",
            hint="docs/key-management.md has the statements, for an account that may create tables",
        ) from None


def _missing(connection: sa.Connection) -> list[sa.Table]:
    present = set(inspect(connection).get_table_names())
    for name in present & {jobs.name, state.name}:
        refuse_strange(connection, name)
    return [table for table in (jobs, state) if table.name not in present]


def pin(connection: sa.Connection, keyring: Keyring) -> None:
    """Tie this database to the keyring; refuse one of another environment, an older file and another history."""
    known = pinned(connection, str(keyring.id), keyring.generation)
    if known is not None:
        refuse_behind_pin(keyring.current(), known, "the keyring")
    mine = {"keyring_id": str(keyring.id), "generation": keyring.generation, "updated": now()}
    if connection.execute(state.update().where(state.c.name == "keyring").values(**mine)).rowcount == 0:
        connection.execute(state.insert().values(name="keyring", **mine))
    if keyring.history and not (known and known.history):
        connection.execute(state.insert().values(name=f"history:{keyring.history}", **mine))
    connection.commit()


def pinned(connection: sa.Connection, keyring: str, generation: int) -> Pin | None:
    """Which keyring belongs to this database, its highest generation, and the history of one generation.

    Where the row of the keyring is gone, what was noted of histories still counts: of ``keyring``, else of another.
    """
    if not has_own(connection, state.name):
        return None
    wanted = sa.select(state).where((state.c.name == "keyring") | state.c.name.like("history:%"))
    rows = connection.execute(wanted).all()
    for row in rows:
        _refuse_malformed(row)
    if not rows:
        return None
    named = [row.keyring_id for row in rows if row.name == "keyring"]
    owner = next((one for one in (*named, keyring) if any(row.keyring_id == one for row in rows)), "")
    owner = owner or rows[0].keyring_id
    seen = [row for row in rows if row.keyring_id == owner]
    history = next((row.name for row in seen if row.name != "keyring" and row.generation == generation), "")
    return Pin(owner, max(row.generation for row in seen), history.removeprefix("history:"))


def knows(connection: sa.Connection, keyring: str) -> bool:
    """Whether jobs have pinned anything of this keyring here; what applications report is no pin."""
    if not has_own(connection, state.name):
        return False
    pins = state.c.name.not_like(f"{_INSTANCE}%"), state.c.keyring_id == keyring
    return connection.execute(sa.select(state.c.name).where(*pins).limit(1)).first() is not None


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
    keep_beat(connection, name, str(keyring.id), keyring.generation, now())


def keep_beat(connection: sa.Connection, name: str, keyring: str, generation: int, updated: str) -> None:
    """The newest beat of an instance: one row for each keyring that it has loaded, as it may be behind with either."""
    has_own(connection, state.name)
    row = {"keyring_id": keyring, "generation": generation, "updated": updated}
    place = f"{_INSTANCE}{keyring}:{name}"
    if connection.execute(state.update().where(state.c.name == place).values(**row)).rowcount == 0:
        connection.execute(state.insert().values(name=place, **row))


@emptied
def instances(connection: sa.Connection) -> list[Instance]:
    """Every application that has ever told its generation here."""
    if not has_own(connection, state.name):
        return []
    found = connection.execute(
        sa.select(state).where(state.c.name.like(f"{_INSTANCE}%")).order_by(state.c.name)
    )
    rows = found.all()
    for row in rows:
        _refuse_malformed(row)
    return [
        Instance(
            row.name.removeprefix(_INSTANCE).removeprefix(f"{row.keyring_id}:"),
            row.keyring_id,
            row.generation,
            row.updated,
        )
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
