"""Who still has a transaction open in which rows under an older key may lie, unseen by any count.

A process that has loaded the newest keyring may have begun its transaction before, and commits rows under the key that
was the primary one then. So before a key is counted for the last time, every transaction that is open has to end;
transactions that begin later write under the newest key.

SQLite shows its writer to nobody who does not write to the file or its locks himself, and a command that counts writes
nothing: an application with such a file is stopped for the count.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import sqlalchemy as sa

from piiguard import clock
from piiguard.database import connect, open_reader
from piiguard.database.transactions import list_is_new
from piiguard.errors import JobError
from piiguard.frames import emptied
from piiguard.protect.transient import in_words

__all__ = ["WAIT_SECONDS", "wait_for_writers"]

WAIT_SECONDS = 60.0
_PAUSE = 0.2
_SHOWN = 5

# The lock that each transaction holds on itself is seen by every account; what a session does, and since when, is not.
# Workers of the server itself belong to no account.
_POSTGRESQL = """
select l.virtualtransaction, 'session ' || l.pid
  || coalesce(', open for ' || extract(epoch from pg_catalog.clock_timestamp() - a.xact_start)::bigint || ' s', '')
from pg_catalog.pg_locks l join pg_catalog.pg_stat_activity a on a.pid = l.pid
where l.locktype = 'virtualxid' and l.granted and l.pid <> pg_catalog.pg_backend_pid()
  and a.datname = pg_catalog.current_database() and a.usesysid is not null
union all
select 'prepared ' || transaction::text, 'prepared transaction ' || transaction::text
  || ', for ' || extract(epoch from pg_catalog.clock_timestamp() - prepared)::bigint || ' s'
from pg_catalog.pg_prepared_xacts where database = pg_catalog.current_database()
"""
# A prepared transaction has no session any more. All that wrote on this server: InnoDB does not say in which database.
_MYSQL = """
select trx_id,
       concat(if(trx_mysql_thread_id = 0, 'a prepared transaction (XA RECOVER)', concat('session ', trx_mysql_thread_id)),
              ', open for ', timestampdiff(second, trx_started, now()), ' s')
from information_schema.innodb_trx where trx_mysql_thread_id <> connection_id() and trx_rows_modified > 0
"""
_MYSQL_DENIED = 1227


@emptied
def wait_for_writers(
    url: str | sa.URL, seconds: float = WAIT_SECONDS, notice: Callable[[str], None] | None = None
) -> None:
    """Wait until every transaction that is open now, also a prepared one, has ended.

    ``notice`` is told once whom it waits for. Raises JobError after ``seconds`` with the sessions that are left, and
    where the account may not see them.
    """
    engine = open_reader(url)
    try:
        with in_words("open transactions"):
            older = _open_now(engine)
            if older and notice:
                notice(f"waiting for transactions that were open before: {_named(older)}")
            deadline = clock.monotonic() + seconds
            while older:
                if clock.monotonic() >= deadline:
                    raise _still_open(older)
                time.sleep(_PAUSE)
                older = {key: older[key] for key in older.keys() & _open_now(engine).keys()}
    finally:
        engine.dispose()


def _still_open(left: dict[str, str]) -> JobError:
    return JobError(
        f"rows under the key may lie in transactions that are still open: {_named(left)}",
        hint="let them end, or end them (a prepared one with COMMIT or ROLLBACK), and run the command again",
    )


def _named(found: dict[str, str]) -> str:
    shown = sorted(found.values())[:_SHOWN]
    return ", ".join(shown) + (f" and {len(found) - _SHOWN} more" if len(found) > _SHOWN else "")


def _open_now(engine: sa.Engine) -> dict[str, str]:
    """Every open transaction but our own: what tells it apart, and its name."""
    if engine.dialect.name == "sqlite":
        return {}
    statement = _POSTGRESQL if engine.dialect.name == "postgresql" else _MYSQL
    with connect(engine) as connection:
        try:
            if statement == _MYSQL and not list_is_new(connection):
                raise JobError(
                    "it cannot be seen which transactions are open: somebody asks the server for them without a pause",
                    hint="let the monitor that reads information_schema.innodb_trx rest for a second between its questions",
                )
            rows = connection.exec_driver_sql(statement.replace("%", "%%")).all()
        except sa.exc.DBAPIError as error:
            if error.orig is not None and error.orig.args[:1] == (_MYSQL_DENIED,):
                raise JobError(
                    "this account may not see whether transactions are open",
                    hint="GRANT PROCESS ON *.* TO it",
                ) from None
            raise
    return {str(key): str(name) for key, name in rows}
