"""The statements around a migration, per database: what ``--plan`` prints is what is run.

The twin column gets a trigger that empties it when the application changes the source without it. So a value
that was copied and then changed is found again, and the swap never brings back an old one.
"""

from __future__ import annotations

import sqlalchemy as sa

from piiguard.protect.schema.ddl.ddl import Ddl, Migration
from piiguard.protect.schema.ddl.mysql import MysqlDdl
from piiguard.protect.schema.ddl.postgresql import PostgresqlDdl
from piiguard.protect.schema.ddl.sqlite import SqliteDdl
from piiguard.protect.schema.dependents.found import short

__all__ = ["Ddl", "Migration", "SqliteDdl", "ddl_for", "short"]


def ddl_for(dialect: sa.Dialect, move: Migration) -> Ddl:
    """The statements for this database."""
    kinds = {"postgresql": PostgresqlDdl, "mysql": MysqlDdl, "sqlite": SqliteDdl}
    return kinds[dialect.name](dialect, move)
