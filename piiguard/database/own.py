"""The tables that our own jobs keep in a database beside its data."""

from __future__ import annotations

from collections.abc import Collection

import sqlalchemy as sa

from piiguard import names
from piiguard.database.servers import home, inspect
from piiguard.errors import DatabaseError

__all__ = ["OWN", "has_own", "is_own", "refuse_strange"]

OWN = {
    "piiguard_state": frozenset({"name", "keyring_id", "generation", "updated"}),
    "piiguard_jobs": frozenset(
        {
            *("table_name", "part", "kind", "columns", "keyring_id", "generation", "target", "state"),
            *(
                "owner",
                "host",
                "low",
                "high",
                "last_key",
                "changed",
                "missed",
                "failed",
                "started",
                "updated",
            ),
        }
    ),
    "piiguard_restricted": frozenset({"name", "table_name", "sealed"}),
    "piiguard_residues": frozenset({"place", "what", "since", "cleaned", "cleaned_by"}),
}


def is_own(name: str, columns: Collection[str]) -> bool:
    """Whether this is one of them: by its name alone anybody could hide a table.

    >>> is_own("piiguard_state", ["name", "keyring_id", "updated"]), is_own("piiguard_state", ["name", "iin"])
    (True, False)
    """
    return name in OWN and OWN[name].issuperset(columns) and len(columns) > 2


# Nothing here is looked up along a path, which may be the application's: see database/servers.py.
_OWNER = sa.text("""
select o.rolname::pg_catalog.text, not (o.rolsuper or o.oid operator(pg_catalog.=) any (array[me.oid, d.datdba])
    or (o.oid operator(pg_catalog.=) n.nspowner and n.nspname operator(pg_catalog.<>) me.rolname)
    or (not me.rolsuper and pg_catalog.pg_has_role(me.oid, o.oid, 'USAGE')))
  from pg_catalog.pg_class c
  join pg_catalog.pg_namespace n on n.oid operator(pg_catalog.=) c.relnamespace
  join pg_catalog.pg_roles o on o.oid operator(pg_catalog.=) c.relowner
  join pg_catalog.pg_roles me on me.rolname operator(pg_catalog.=) current_user
  join pg_catalog.pg_database d on d.datname operator(pg_catalog.=) pg_catalog.current_database()
 where c.oid operator(pg_catalog.=) pg_catalog.to_regclass(cast(:name as pg_catalog.text))::pg_catalog.oid
""")


def has_own(connection: sa.Connection, name: str) -> bool:
    """Whether this table of ours is there; one that somebody else has made before us is refused.

    Its triggers run with the rights of whoever writes to it, and a view in its place with those of whoever reads:
    on PostgreSQL trusted are the account, roles that it is a member of, the owners of schema and database, superusers.
    Raises :class:`DatabaseError`.
    """
    if connection.dialect.name != "postgresql":
        refuse_strange(connection, name)
        return inspect(connection).has_table(name)
    return _is_ours(connection, name)


def refuse_strange(connection: sa.Connection, name: str) -> None:
    """Refuse the same where it is known that the table is there: MariaDB describes none to an account that may not read it."""
    if connection.dialect.name == "postgresql":
        _is_ours(connection, name)
    elif name in inspect(connection).get_view_names():
        raise _strange(name, "it is a view, which runs code of whoever made it as this account")


def _is_ours(connection: sa.Connection, name: str) -> bool:
    quote = connection.dialect.identifier_preparer.quote_identifier
    schema = home(connection)
    given = connection.execute(_OWNER, {"name": f"{quote(schema)}.{name}" if schema else name}).one_or_none()
    if given is not None and given[1]:
        raise _strange(
            name, f"it belongs to {names.shown(given[0])}, whose code it would run as this account"
        )
    return given is not None


def _strange(name: str, why: str) -> DatabaseError:
    return DatabaseError(
        f"{name}: {why}",
        source=name,
        hint="find out who made it; then drop it, or give it to the owner of the database",
    )
