"""PostgreSQL: what a column has of its own and a twin does not: privileges, comment, labels, settings."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from piiguard.names import word
from piiguard.protect.schema.dependents.found import Going, Inventory

__all__ = ["around", "carry", "refuse_narrow_domain"]

_FACTS = """
select a.attname as name, a.attstattarget as target, col_description(a.attrelid, a.attnum) as comment,
  a.attidentity::text as identity,
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
_DOMAINS = """
with recursive made (oid, typmod, depth) as (
  select atttypid, atttypmod, 0 from pg_attribute where attrelid = :oid and attnum = :number
  union select t.typbasetype, t.typtypmod, depth + 1 from made join pg_type t using (oid) where t.typtype = 'd')
select m.oid::regtype::text as type, m.typmod >= 0 as limited,
  array(select c.conname::text from pg_constraint c where c.contypid = m.oid order by 1) as checks,
  t.typtype = 'd' as made, t.typnotnull as filled, t.typname as name from made m join pg_type t using (oid)
order by depth
"""


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
    if going.to_cipher:
        _domains(connection, going, inventory, at, table, column)
    if facts["moves"]:
        inventory.add("place", facts["name"], "gone", "it comes last; an INSERT must name its columns")


def _domains(
    connection: sa.Connection,
    going: Going,
    inventory: Inventory,
    at: dict[str, Any],
    table: str,
    column: str,
) -> None:
    """The checks of a domain, and of the domains that it is made of, go with the plaintext."""
    for domain in connection.execute(sa.text(_DOMAINS), at).mappings().all():
        for name in domain["checks"]:
            remedy = f"the domain's checks go with the plaintext: --drop-constraint {word(name) or 'NAME'}"
            inventory.give_up(going, "check", name, f"it is a check of the domain {domain['type']}", remedy)
        if domain["filled"]:
            remedy = f"ALTER TABLE {table} ALTER COLUMN {column} SET NOT NULL, then --drop-constraint {word(domain['name']) or 'NAME'}"
            inventory.give_up(going, "domain", domain["name"], "it is NOT NULL by its domain", remedy)


def refuse_narrow_domain(
    connection: sa.Connection, inventory: Inventory, oid: int, table: str, number: int, column: str
) -> None:
    """In place the domain stays: ciphertext has to pass its checks, and to fit into its length."""
    found = connection.execute(sa.text(_DOMAINS), {"oid": oid, "number": number}).mappings().all()
    if found and found[0]["made"] and any(each["checks"] or each["limited"] for each in found):
        inventory.add(
            "domain",
            found[0]["type"],
            "refused",
            "ciphertext does not pass what it asks",
            f"ALTER TABLE {table} ALTER COLUMN {column} TYPE text",
        )


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
