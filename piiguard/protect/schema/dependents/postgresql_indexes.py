"""PostgreSQL: indexes are read from ``pg_index`` and made again from the text that the server prints of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa

from piiguard.protect.schema.dependents.found import Going, Inventory, short
from piiguard.protect.schema.dependents.indexes import Found, judge
from piiguard.protect.schema.dependents.sqltext import bracketed, driven, mentions, renamed, split_list

__all__ = ["read"]

_INDEXES = """
select i.indexrelid as oid, c.relname as name, c.relnamespace::regnamespace::text as home, i.indisunique as unique, i.indisreplident as replident,
  pg_get_indexdef(i.indexrelid) as text, pg_get_expr(i.indpred, i.indrelid) as where_, am.amname as method,
  i.indnkeyatts as keys, i.indnatts as width,
  array(select pg_get_indexdef(i.indexrelid, n, false) from generate_series(1, i.indnatts) n) as columns,
  array(select a.attname::text from generate_series(0, i.indnatts - 1) n
    left join pg_attribute a on a.attrelid = i.indrelid and a.attnum = i.indkey[n] order by n) as names,
  exists (select from pg_constraint k where k.conindid = i.indexrelid and k.contype in ('u', 'p', 'x')) as bound,
  exists (select from pg_inherits h where h.inhrelid = i.indexrelid) as attached
from pg_index i join pg_class c on c.oid = i.indexrelid join pg_am am on am.oid = c.relam
where i.indrelid = :oid and i.indisvalid order by 2
"""


def read(
    connection: sa.Connection, going: Going, inventory: Inventory, oid: int, quote: Callable[[str], str]
) -> None:
    """Note the fate of every index of one table that mentions the column."""
    for it in connection.execute(sa.text(_INDEXES), {"oid": oid}).mappings().all():
        found = _found(it)
        if it["attached"] or not _touched(found, going):
            continue
        name = quote(found.name)
        if it["replident"] and not going.in_place:
            remedy = f"ALTER TABLE {_owner(connection, oid)} REPLICA IDENTITY DEFAULT"
            inventory.add("replica identity", found.name, "refused", "it names rows by the column", remedy)
            continue
        drop = (
            f"ALTER TABLE {_owner(connection, oid)} DROP CONSTRAINT {name}"
            if it["bound"]
            else f"DROP INDEX {it['home']}.{name}"
        )
        made = judge(going, found, inventory, drop, quote)
        if made is not None:
            _make(going, inventory, it, made, quote)


def _touched(found: Found, going: Going) -> bool:
    texts = [*found.items, *found.included, found.where or ""]
    return any(mentions(text, name) for name in going.names for text in texts)


def _found(it: Any) -> Found:
    text = driven(it["text"])
    begin, end = bracketed(text, text.index(" USING "))
    return Found(
        it["name"],
        it["unique"],
        split_list(text[begin + 1 : end]),
        it["names"][: it["keys"]],
        [name for name in it["names"][it["keys"] :] if name],
        driven(it["where_"]) if it["where_"] else None,
        it["method"],
        it["bound"],
    )


def _make(going: Going, inventory: Inventory, it: Any, made: Found, quote: Callable[[str], str]) -> None:
    """Beside writers under another name; the swap gives it the old one. The twin's name goes with the twin."""
    text, temporary = driven(it["text"]), short(f"piiguard_{it['name']}")
    begin, end = bracketed(text, text.index(" USING "))
    head = text[:begin].replace(" ON ONLY ", " ON ", 1)
    head = f"CREATE {'UNIQUE ' if made.unique else ''}INDEX {quote(temporary)}" + head[head.index(" ON ") :]
    items = ", ".join(_twinned(item, going, quote) for item in made.items)
    rest = text[end + 1 :]
    if rest.startswith(" INCLUDE"):
        close = bracketed(rest)[1]
        shown = ", ".join(map(quote, made.included))
        rest = (f" INCLUDE ({shown})" if shown else "") + rest[close + 1 :]
    if made.where is not None:
        rest = rest[: rest.rindex(" WHERE ")] + f" WHERE {_renamed(made.where, going, quote)}"
    inventory.online[temporary] = f"{head}({items}){rest}"
    inventory.after.append(f"DROP INDEX IF EXISTS {it['home']}.{quote(made.name)}")
    inventory.after.append(f"ALTER INDEX {it['home']}.{quote(temporary)} RENAME TO {quote(made.name)}")
    if it["bound"]:
        owner = text[text.index(" ON ") + 4 : text.index(" USING ")].removeprefix("ONLY ")
        inventory.after.append(
            f"ALTER TABLE {owner} ADD CONSTRAINT {quote(made.name)} UNIQUE USING INDEX {quote(made.name)}"
        )


def _twinned(item: str, going: Going, quote: Callable[[str], str]) -> str:
    return quote(going.twin) if not going.to_cipher and item == quote(going.column) else item


def _renamed(text: str, going: Going, quote: Callable[[str], str]) -> str:
    return renamed(text, going.column, quote(going.twin))


def _owner(connection: sa.Connection, oid: int) -> str:
    return str(connection.scalar(sa.text("select cast(:oid as oid)::regclass::text"), {"oid": oid}))
