"""What lives around a table and touches a job: triggers that fire, policies that hide rows, partitions."""

from __future__ import annotations

import sqlalchemy as sa

from piiguard.errors import JobError
from piiguard.protect.schema.table_code import refuse_astray
from piiguard.protect.schema.tables import as_value
from piiguard.protect.watch import Watch

__all__ = ["all_triggers", "look_around", "refuse_hidden_rows", "triggers", "without_transactions"]


def look_around(connection: sa.Connection, table: sa.Table, watch: Watch) -> None:
    """Tell of triggers; refuse a table of which this account sees a part only, and one without transactions."""
    refuse_hidden_rows(connection, table)
    if engine := without_transactions(connection, table):
        raise JobError(
            f"{table.fullname}: {engine} has no transactions, and a batch that fails half way could not be taken back",
            hint=f"ALTER TABLE {table.name} ENGINE=InnoDB",
        )
    refuse_astray(connection, table)
    if names := triggers(connection, table):
        watch.note("triggers", f"{table.fullname}: {', '.join(names)}")


def refuse_hidden_rows(connection: sa.Connection, table: sa.Table) -> None:
    """Under row-level security a census of zero would mean nothing."""
    if connection.dialect.name != "postgresql":
        return
    name = as_value(connection.dialect, table)
    if connection.scalar(sa.select(sa.func.row_security_active(sa.cast(name, sa.Text)))):
        raise JobError(
            f"{table.fullname}: row-level security hides rows from this account",
            hint="use an account with BYPASSRLS: every row must be seen",
        )


def without_transactions(connection: sa.Connection, table: sa.Table | sa.TableClause) -> str | None:
    """The storage engine of MariaDB that cannot roll back; None where one can."""
    if connection.dialect.name != "mysql":
        return None
    query = sa.text(
        "select t.engine from information_schema.tables t join information_schema.engines e on e.engine = t.engine"
        " where t.table_name = :name and t.table_schema = coalesce(:schema, database()) and e.transactions <> 'YES'"
    )
    found = connection.scalar(query, {"name": table.name, "schema": table.schema})
    return None if found is None else str(found)


def triggers(connection: sa.Connection, table: sa.Table) -> list[str]:
    """The triggers of the table that are not ours: they fire for every row of a job."""
    return [name for name in all_triggers(connection, table) if not name.startswith("piiguard_")]


def all_triggers(connection: sa.Connection, table: sa.Table) -> list[str]:
    """Every trigger of the table, ours too."""
    name = as_value(connection.dialect, table)
    if connection.dialect.name == "postgresql":
        query = sa.text(
            "select tgname from pg_trigger where tgrelid = cast(:name as regclass) and not tgisinternal order by 1"
        ).bindparams(name=name)
    elif connection.dialect.name == "mysql":
        query = sa.text(
            "select trigger_name from information_schema.triggers where event_object_table = :name"
            " and event_object_schema = coalesce(:schema, database()) order by 1"
        ).bindparams(name=table.name, schema=table.schema)
    else:
        query = sa.text(
            "select name from sqlite_master where type = 'trigger' and tbl_name = :name order by 1"
        ).bindparams(name=table.name)
    return [str(found) for found in connection.scalars(query)]
