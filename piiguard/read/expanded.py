"""Views and foreign tables: which of them may be read, and what is said of the others.

A view's query runs with the rights of whoever reads it, functions that its owner wrote included. So a view is
read when it, and all it is made of, belongs to the account itself or to a role that was named. Of another
nothing is missed when all tables under it are read and no function stands between.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace

import sqlalchemy as sa

from piiguard.database import home, run_when_planned
from piiguard.names import word
from piiguard.read.relation import Relation

__all__ = ["judged"]

_USES = """
with recursive uses (view, class, oid) as (
    select v.oid, d.refclassid, d.refobjid from pg_class v join pg_rewrite r on r.ev_class = v.oid
      join pg_depend d on d.classid = 'pg_rewrite'::regclass and d.objid = r.oid and d.refobjid <> v.oid
     where v.relkind = 'v'
    union
    select u.view, d.refclassid, d.refobjid from uses u join pg_class v on v.oid = u.oid and v.relkind = 'v'
      join pg_rewrite r on r.ev_class = v.oid
      join pg_depend d on d.classid = 'pg_rewrite'::regclass and d.objid = r.oid and d.refobjid <> v.oid
     where u.class = 'pg_class'::regclass)
select n.nspname, v.relname, b.relkind::text, m.nspname, b.relname, o.rolname, o.rolsuper
  from uses u join pg_class v on v.oid = u.view join pg_namespace n on n.oid = v.relnamespace
  left join pg_class b on u.class = 'pg_class'::regclass and b.oid = u.oid
  left join pg_namespace m on m.oid = b.relnamespace
  left join pg_proc p on u.class = 'pg_proc'::regclass and p.oid = u.oid
  left join pg_operator s on u.class = 'pg_operator'::regclass and s.oid = u.oid
  join pg_roles o on o.oid = coalesce(b.relowner, p.proowner, s.oprowner)
"""
_OWNERS = """
select n.nspname, c.relname, o.rolname, o.rolname = current_user
  from pg_class c join pg_namespace n on n.oid = c.relnamespace join pg_roles o on o.oid = c.relowner
 where c.relkind in ('v', 'f', 'p')
"""
_DEFINERS = """
select table_schema, table_name, definer, definer = current_user() from information_schema.views
"""
_VIEW = "not read: a view runs its owner's functions with the rights of this account; {} reads it"
_TOLD = "not read: a view of another owner; the tables under it were read"
_PLANNED = "not read: planning a query of it runs a function of another owner; {} reads it"
_FOREIGN = "not read: its rows come from another server, which {} asks"

Name = tuple[str | None, str]


@dataclass(frozen=True, slots=True)
class _Part:
    """What a view is made of; ``kind`` is PostgreSQL's letter, or None for a function or an operator."""

    kind: str | None
    name: Name
    owner: str
    superuser: bool


def judged(connection: sa.Connection, found: list[Relation], views: Collection[str]) -> list[Relation]:
    """The relations; those that are not to be read say why."""
    if connection.dialect.name == "postgresql":
        found = _planned(connection, found, views)
    if not any(relation.expanded for relation in found):
        return found
    if connection.dialect.name == "postgresql":
        return _postgresql(connection, found, views)
    return _mysql(connection, found, views) if connection.dialect.name in ("mysql", "mariadb") else found


def _planned(connection: sa.Connection, found: list[Relation], views: Collection[str]) -> list[Relation]:
    owners = run_when_planned(connection, views)

    def one(relation: Relation) -> Relation:
        owner = owners.get((relation.schema or relation.home or "", relation.name))
        return replace(relation, unread=_PLANNED.format(_asking(owner))) if owner else relation

    return [one(relation) for relation in found] if owners else found


def _mysql(connection: sa.Connection, found: list[Relation], views: Collection[str]) -> list[Relation]:
    """MariaDB does not tell which tables a view is made of."""
    database = connection.engine.url.database
    definers = {
        (None if schema == database else schema, name): (definer, own)
        for schema, name, definer, own in connection.execute(sa.text(_DEFINERS))
    }

    def one(relation: Relation) -> Relation:
        definer, own = definers.get((relation.schema, relation.name), ("", False))
        if relation.kind != "view" or own or definer in views or definer.rpartition("@")[0] in views:
            return relation
        return replace(relation, unread=_VIEW.format(_asking(definer or "DEFINER")))

    return [one(relation) for relation in found]


def _postgresql(connection: sa.Connection, found: list[Relation], views: Collection[str]) -> list[Relation]:
    default = home(connection)

    def named(schema: str, name: str) -> Name:
        return None if schema == default else schema, name

    owners: dict[Name, str] = {}
    trusted = set(views)
    for schema, name, owner, own in connection.execute(sa.text(_OWNERS)):
        owners[named(schema, name)] = owner
        trusted |= {owner} if own else set()
    parts: dict[Name, list[_Part]] = {}
    for schema, name, kind, *base, owner, superuser in connection.execute(sa.text(_USES)):
        part = _Part(kind, named(*base), owner, superuser)
        parts.setdefault(named(schema, name), []).append(part)
    planned = {(r.schema, r.name) for r in found if r.unread}
    read = {(r.schema, r.name) for r in found if not r.expanded and not r.unread}

    def one(relation: Relation) -> Relation:
        place = relation.schema, relation.name
        owner, made = owners.get(place, ""), parts.get(place, [])
        if relation.foreign:
            return relation if owner in views else replace(relation, unread=_FOREIGN.format(_asking(owner)))
        if relation.kind != "view" or (
            owner in trusted and all(_harmless(p, trusted, views) and p.name not in planned for p in made)
        ):
            return relation
        if _covered(made, read):
            return replace(relation, told=_TOLD)
        return replace(relation, unread=_VIEW.format(_asking(_strange(owner, made, trusted))))

    return [one(relation) for relation in found]


def _asking(role: str) -> str:
    """The option by which the role is trusted, as it is typed."""
    return f"--views {word(role) or 'ROLE'}"


def _harmless(part: _Part, trusted: Collection[str], views: Collection[str]) -> bool:
    if part.kind is None:  # what a superuser made is no way to become one
        return part.superuser or part.owner in trusted
    return part.owner in {"v": trusted, "f": views}.get(part.kind, {part.owner})


def _covered(made: Iterable[_Part], read: Collection[Name]) -> bool:
    """Whether all that the view can show stands in tables that are read."""
    bases = [part for part in made if part.kind != "v"]
    return bool(bases) and all(part.kind in ("r", "p", "m") and part.name in read for part in bases)


def _strange(owner: str, made: Iterable[_Part], trusted: Collection[str]) -> str:
    """The first role that must be named for the view to be read."""
    if owner not in trusted:
        return owner
    return next((p.owner for p in made if p.owner not in trusted and p.kind not in ("r", "p", "m")), owner)
