"""PostgreSQL: what a column has of its own and a twin does not: privileges, comment, labels, settings."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from piiguard.names import word
from piiguard.protect.schema.dependents.found import Going, Inventory

__all__ = ["around", "carry"]

_FACTS = """
select a.attname as name, a.attstattarget as target, col_description(a.attrelid, a.attnum) as comment,
  a.attidentity::text as identity, t.typtype::text as kind, t.oid::regtype::text as type,
  case when a.attcollation <> t.typcollation then a.attcollation::regcollation::text end as collation,
  exists (select from pg_attribute b where b.attrelid = a.attrelid and b.attnum > a.attnum and not b.attisdropped
    and b.attname <> all(:ours)) as moves
from pg_attribute a join pg_type t on t.oid = a.atttypid where a.attrelid = :oid and a.attnum = :number
"""
_GRANTS = """
select case when x.grantee = 0 then 'PUBLIC' else quote_ident(g.rolname) end as role, x.privilege_type as privilege,
  x.is_grantable as grantable
from pg_attribute a cross join aclexplode(a.attacl) x left join pg_roles g on g.oid = x.grantee
where a.attrelid = :oid and a.attnum = :number order by 1, 2
"""
_LABELS = "select provider, label from pg_seclabel where objoid = :oid and objsubid = :number and classoid = 'pg_class'::regclass"
_DOMAIN = "select conname as name from pg_constraint where contypid = cast(:type as regtype) order by 1"


def carry(
    connection: sa.Connection, going: Going, inventory: Inventory, oid: int, table: str, number: int
) -> None:
    """Note what the column has, and the statements that give it to the twin."""
    at: dict[str, Any] = {"oid": oid, "number": number}
    ours = [n for n in (going.twin, going.index) if n]
    facts = connection.execute(sa.text(_FACTS), {**at, "ours": ours}).mappings().one()
    quote = connection.dialect.identifier_preparer.quote
    column = quote(facts["name"])
    _grants(connection, going, inventory, at, table)
    if facts["comment"] is not None:
        inventory.add("comment", facts["name"], "kept")
        inventory.after.append(f"COMMENT ON COLUMN {table}.{column} IS {_literal(facts['comment'])}")
    for label in connection.execute(sa.text(_LABELS), at).mappings():
        inventory.add("security label", label["provider"], "kept")
        inventory.after.append(
            f"SECURITY LABEL FOR {quote(label['provider'])} ON COLUMN {table}.{column} IS {_literal(label['label'])}"
        )
    if facts["target"] is not None and facts["target"] >= 0:
        inventory.add("statistics target", facts["name"], "kept")
        inventory.after.append(f"ALTER TABLE {table} ALTER COLUMN {column} SET STATISTICS {facts['target']}")
    if facts["identity"]:
        remedy = f"ALTER TABLE {table} ALTER COLUMN {column} DROP IDENTITY"
        inventory.add("identity", facts["name"], "refused", "the database fills the column", remedy)
    if facts["collation"] is not None and going.to_cipher:
        inventory.add("collation", facts["collation"], "gone", "ciphertext has no order")
    if facts["kind"] == "d" and going.to_cipher:
        for check in connection.execute(sa.text(_DOMAIN), {"type": facts["type"]}).mappings():
            how = f"it is a check of the domain {facts['type']}"
            remedy = f"the domain's checks go with the plaintext: --drop-constraint {word(check['name']) or 'NAME'}"
            inventory.give_up(going, "check", check["name"], how, remedy)
    if facts["moves"]:
        inventory.add("place", facts["name"], "gone", "it comes last; an INSERT must name its columns")


def _grants(
    connection: sa.Connection, going: Going, inventory: Inventory, at: dict[str, Any], table: str
) -> None:
    """Who may use the column may use its blind index: the ORM writes and asks both."""
    quote = connection.dialect.identifier_preparer.quote
    columns = [quote(going.column), *([quote(going.index)] if going.index and going.to_cipher else [])]
    for grant in connection.execute(sa.text(_GRANTS), at).mappings().all():
        option = " WITH GRANT OPTION" if grant["grantable"] else ""
        listed = ", ".join(columns)
        inventory.add("privilege", f"{grant['privilege']} of {grant['role']}", "kept", f"on {listed}")
        inventory.after.append(f"GRANT {grant['privilege']} ({listed}) ON {table} TO {grant['role']}{option}")


def around(connection: sa.Connection, inventory: Inventory) -> None:
    """What acts on every change of a schema."""
    found = connection.execute(
        sa.text("select evtname from pg_event_trigger where evtenabled <> 'D' order by 1")
    ).scalars()
    for name in found:
        inventory.add("event trigger", name, "kept", "it fires for each change of the schema")


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''").replace("%", "%%") + "'"
