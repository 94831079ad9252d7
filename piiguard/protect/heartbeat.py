"""Heartbeats in the database: which generation of the keyring each application has loaded.

For applications on several hosts, each with its own copy of the keyring file::

    Keyring.from_file(path, heartbeats=[TableHeartbeat(engine)])
"""

from __future__ import annotations

import datetime

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from piiguard.database import connect
from piiguard.errors import DatabaseError
from piiguard.keys.heartbeat import Beat
from piiguard.protect import state

__all__ = ["TableHeartbeat"]


class TableHeartbeat:
    """Reports into ``piiguard_state``; the jobs make that table, and without it nothing is reported."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def report(self, beat: Beat) -> None:
        """Keep the newest beat of an instance."""
        table = state.state
        row = {"keyring_id": beat.keyring, "generation": beat.generation, "updated": _text(beat.seen)}
        name = f"instance:{beat.instance}"
        try:
            with connect(self._engine) as connection:
                changed = connection.execute(table.update().where(table.c.name == name).values(**row))
                if changed.rowcount == 0:
                    connection.execute(table.insert().values(name=name, **row))
                connection.commit()
        except (SQLAlchemyError, DatabaseError):
            return  # no server, no table, or no right to write there

    def beats(self) -> list[Beat]:
        """What was reported by any application of this database."""
        with connect(self._engine) as connection:
            return [
                Beat(found.name, found.generation, _seconds(found.updated), found.keyring_id)
                for found in state.instances(connection)
            ]


def _text(seen: float) -> str:
    return datetime.datetime.fromtimestamp(seen, datetime.UTC).isoformat(timespec="seconds")


def _seconds(updated: str) -> float:
    return datetime.datetime.fromisoformat(updated).timestamp()
