"""How far the replicas are behind, as the primary knows it."""

from __future__ import annotations

import sqlalchemy as sa

from piiguard.errors import JobError

__all__ = ["replica_lag", "watched_lag"]


def replica_lag(connection: sa.Connection) -> float | None:
    """Seconds that the slowest replica is behind; None without a replica."""
    query = "select extract(epoch from max(replay_lag)) from pg_stat_replication"
    found = connection.exec_driver_sql(query).scalar()
    return None if found is None else float(found)


def watched_lag(engine: sa.Engine) -> None:
    """Refuse a limit that nobody could keep: MariaDB and SQLite do not tell the lag on the primary."""
    if engine.dialect.name != "postgresql":
        raise JobError(
            "--max-lag: only PostgreSQL tells on the primary how far its replicas are behind",
            hint="use --throttle, and watch the replicas",
        )
