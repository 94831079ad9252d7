"""The quickest way to write a batch in each database; all of them compare with the old bytes.

PostgreSQL takes the batch as arrays, SQLite calls back a function inside its UPDATE, and everything else is
sent one statement per row. docs/benchmarks.md has the figures.
"""

from __future__ import annotations

import sqlalchemy as sa

from piiguard.database.sqlite import WRITING
from piiguard.protect.batches.batch import Batches, Route
from piiguard.protect.batches.routes.core import CoreRoute
from piiguard.protect.batches.routes.postgresql import PostgresqlRoute
from piiguard.protect.batches.routes.sqlite import SqliteRoute, takes_functions

__all__ = ["CoreRoute", "PostgresqlRoute", "SqliteRoute", "route_for", "takes_functions"]


def route_for(connection: sa.Connection, plan: Batches, *, ahead: bool = False) -> Route:
    """The route for this connection, whose settings are made here; ``ahead`` it may read on another one."""
    driver = (connection.dialect.name, connection.dialect.driver)
    _settings(connection)
    if plan.needs is not None:
        return CoreRoute(plan)
    if driver == ("postgresql", "psycopg") and PostgresqlRoute.takes(plan):
        return PostgresqlRoute(connection, plan, ahead=ahead)
    if driver == ("sqlite", "pysqlite") and takes_functions(connection, plan):
        return SqliteRoute(connection, plan)
    return CoreRoute(plan)


def _settings(connection: sa.Connection) -> None:
    # A job gives way: it must not wait so long that the application's statements queue up behind it.
    statements = {
        "postgresql": ["set lock_timeout = '800ms'"],  # below the server's deadlock_timeout of one second
        "mysql": ["set session innodb_lock_wait_timeout = 3"],
        "sqlite": [f"pragma busy_timeout = {WRITING}", "pragma secure_delete = on"],
    }
    for statement in statements.get(connection.dialect.name, ()):
        connection.exec_driver_sql(statement)
    connection.commit()
