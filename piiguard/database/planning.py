"""Functions that PostgreSQL runs while it only plans a query: the owner of a table can have left some.

The planner works out what is constant in the expressions of indexes, checks, partition keys and statistics. So
``create index on t (id) where f(1)`` runs f as whoever next reads t. A function of the row, ``f(id)``, waits for a
row; unless it is written in SQL, which is put in the place of the call, or has defaults, which are constants.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

import sqlalchemy as sa

__all__ = ["run_when_planned"]

_TREES = """
with recursive tree (relid, nodes) as (
    select indrelid, indexprs::text from pg_index union all select indrelid, indpred::text from pg_index
    union all select conrelid, conbin::text from pg_constraint
    union all select partrelid, partexprs::text from pg_partitioned_table {statistics}),
leaf (root, oid) as (
    select oid, oid from pg_class where relkind in ('r', 'p', 'm')
    union all select leaf.root, i.inhrelid from leaf join pg_class c on c.oid = leaf.oid and c.relkind = 'p'
      join pg_inherits i on i.inhparent = leaf.oid)
select n.nspname, c.relname, t.nodes from tree t join leaf on leaf.oid = t.relid
  join pg_class c on c.oid = leaf.root join pg_namespace n on n.oid = c.relnamespace
 where t.nodes ~ :call
"""
_CALL = ":(op)?(funcid|no) [0-9]{5}"  # the server's own functions have fewer digits
_STATISTICS = "union all select stxrelid, stxexprs::text from pg_statistic_ext"
_STRANGE = sa.text("""
select p.oid::bigint, coalesce(s.oid, 0)::bigint, o.rolname, l.lanname = 'sql' or p.pronargdefaults > 0
  from pg_proc p join pg_roles o on o.oid = p.proowner join pg_language l on l.oid = p.prolang
  left join pg_operator s on s.oprcode = p.oid
 where not o.rolsuper and o.rolname <> current_user
""")
# A brace inside of a name is escaped in PostgreSQL's text of a tree.
_TOKEN = re.compile(
    r"\\.|\{(?P<node>\w*)|(?P<end>\})|:(?:op)?funcid (?P<function>\d+)|:opno (?P<operator>\d+)"
)


def run_when_planned(connection: sa.Connection, trusted: Collection[str] = ()) -> dict[tuple[str, str], str]:
    """Tables, by schema and name, whose mere reading runs a function of a stranger, and who that is.

    Strangers are all but superusers, the account itself and the roles that are ``trusted``.
    """
    if connection.dialect.name != "postgresql":
        return {}
    owners: dict[int, str] = {}
    always: set[int] = set()
    for function, operator, owner, expanded in connection.execute(_STRANGE):
        for number in {function, operator} - {0}:
            if owner not in trusted:
                owners[number] = owner
                always |= {number} if expanded else set()
    if not owners:
        return {}
    found: dict[tuple[str, str], str] = {}
    since = getattr(connection.dialect, "server_version_info", None) or (14,)
    query = _TREES.format(statistics=_STATISTICS if since >= (14,) else "")
    for schema, name, nodes in connection.execute(sa.text(query), {"call": _CALL}):
        for number, constant in _calls(nodes):
            if number in owners and (constant or number in always):
                found[schema, name] = owners[number]
    return found


def _calls(nodes: str) -> Iterator[tuple[int, bool]]:
    """Every function or operator of a tree, and whether nothing of a row goes into it."""
    open_: list[tuple[list[int], list[bool]]] = []
    for token in _TOKEN.finditer(nodes):
        if token["node"] is not None:
            open_.append(([], [token["node"] == "VAR"]))
        elif token["end"] and open_:
            numbers, row = open_.pop()
            yield from ((number, not any(row)) for number in numbers)
            if open_:
                open_[-1][1].append(any(row))
        elif open_ and (number := token["function"] or token["operator"]):
            open_[-1][0].append(int(number))
