"""Heartbeats in the database: which generation of the keyring each application has loaded.

For applications on several hosts, each with its own copy of the keyring file::

    Keyring.from_file(path, heartbeats=[TableHeartbeat(engine)])
"""

from __future__ import annotations

import datetime

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from piiguard import clock
from piiguard.database import connect
from piiguard.errors import DatabaseError
from piiguard.keys.freshness import Pin
from piiguard.keys.heartbeat import Beat
from piiguard.protect import state

__all__ = ["TableHeartbeat"]

_CLOCKS = {
    "postgresql": "select extract(epoch from pg_catalog.clock_timestamp())",
    "mysql": "select unix_timestamp(now(6))",
    "mariadb": "select unix_timestamp(now(6))",
}


class TableHeartbeat:
    """Reports into ``piiguard_state`` and reads what the jobs have pinned there; without that table it does neither.

    It has a pool of its own, made like the one of ``engine``: a report neither waits for a connection of the
    application nor commits what the application has begun. Times are those of the database's clock, as the clocks
    of hosts may differ.
    """

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = sa.Engine(engine.pool.recreate(), engine.dialect, engine.url)

    def report(self, beat: Beat) -> None:
        """Keep the newest beat of an instance."""
        try:
            with connect(self._engine) as connection:
                seen = _text(beat.seen + _ahead(connection))
                state.keep_beat(connection, beat.instance, beat.keyring, beat.generation, seen)
                connection.commit()
        except (SQLAlchemyError, DatabaseError):
            return  # no server, no table, or no right to write there
        finally:
            self._engine.dispose()

    def pinned(self, keyring: str, generation: int) -> Pin | None:
        """What the jobs have seen here; None when they have pinned nothing, or it cannot be read."""
        try:
            with connect(self._engine) as connection:
                return state.pinned(connection, keyring, generation)
        except (SQLAlchemyError, DatabaseError):
            return None
        finally:
            self._engine.dispose()

    def beats(self) -> list[Beat]:
        """What was reported by any application of this database."""
        try:
            with connect(self._engine) as connection:
                ahead = _ahead(connection)
                return [
                    Beat(found.name, found.generation, _seconds(found.updated) - ahead, found.keyring_id)
                    for found in state.instances(connection)
                ]
        finally:
            self._engine.dispose()


def _ahead(connection: sa.Connection) -> float:
    """How many seconds the clock of the database is ahead of ours; SQLite has no other than ours."""
    question = _CLOCKS.get(connection.dialect.name)
    return float(connection.exec_driver_sql(question).scalar_one()) - clock.seconds() if question else 0.0


def _text(seen: float) -> str:
    return datetime.datetime.fromtimestamp(seen, datetime.UTC).isoformat(timespec="seconds")


def _seconds(updated: str) -> float:
    return datetime.datetime.fromisoformat(updated).timestamp()
