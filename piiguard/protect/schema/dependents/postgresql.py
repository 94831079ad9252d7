"""PostgreSQL: ``pg_depend`` knows everything that hangs on a column; what has no word here is refused by its own name."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import sqlalchemy as sa

from piiguard.protect.schema.dependents import postgresql_column as column_facts
from piiguard.protect.schema.dependents import postgresql_indexes as indexes
from piiguard.protect.schema.dependents.found import Going, Inventory
from piiguard.protect.schema.dependents.sqltext import driven, mentions, only_asks_for_null
from piiguard.protect.schema.tables import as_value

__all__ = ["read"]

_TREE = """
with recursive tree(oid) as (
  select cast(:name as regclass)::oid
  union select i.inhrelid from pg_inherits i join tree on i.inhparent = tree.oid)
select t.oid, t.oid::regclass::text as name, a.attnum, a.attname, a.attinhcount, a.attislocal
from tree t join pg_attribute a on a.attrelid = t.oid and a.attname = any(:columns) and not a.attisdropped
order by t.oid = cast(:name as regclass) desc, 2, 3
"""
_HANGING = """
select d.classid::regclass::text as class, d.objid, d.deptype,
  pg_describe_object(d.classid, d.objid, d.objsubid) as what, d.objsubid
from pg_depend d
where d.refclassid = 'pg_class'::regclass and d.refobjid = :oid and d.refobjsubid = :number
  and d.deptype in ('n', 'a', 'i')
order by 1, 2
"""
_CONSTRAINTS = """
select c.oid, c.conname as name, c.contype::text as type, pg_get_constraintdef(c.oid) as text, c.coninhcount as inherited,
  c.conrelid::regclass::text as owner, c.conrelid, c.convalidated as valid
from pg_constraint c where c.oid = :oid
"""
_RULE = """
select v.oid::regclass::text as owner, v.relkind::text as kind, r.rulename as name
from pg_rewrite r join pg_class v on v.oid = r.ev_class where r.oid = :oid
"""
_TRIGGERS = """
select t.tgname as name, t.tgrelid::regclass::text as owner, p.proname as function, p.prosrc as source,
  l.lanname as language, p.pronamespace = 'pg_catalog'::regnamespace as builtin, t.tgargs as arguments,
  coalesce(t.tgnewtable, t.tgoldtable) is not null as whole
from pg_trigger t join pg_proc p on p.oid = t.tgfoid join pg_language l on l.oid = p.prolang
where t.tgrelid = :oid and not t.tgisinternal and not starts_with(t.tgname, 'piiguard_') order by 1
"""
_KEPT = """
with recursive up (oid) as (
  select r.ev_class from pg_depend d join pg_rewrite r on r.oid = d.objid and d.classid = 'pg_rewrite'::regclass
  where d.refclassid = 'pg_class'::regclass and d.refobjid = :oid and d.refobjsubid in (0, :number) and r.ev_class <> :oid
  union select r.ev_class from up join pg_depend d on d.refobjid = up.oid and d.refclassid = 'pg_class'::regclass
  join pg_rewrite r on r.oid = d.objid and d.classid = 'pg_rewrite'::regclass where r.ev_class <> up.oid)
select c.oid::regclass::text as name from up join pg_class c using (oid) where c.relkind = 'm' order by 1
"""
# A whole row that is handed on, as to_jsonb(OLD) does: the column is in it, and its name nowhere.
_WHOLE_ROW = re.compile(r"(?i)\b(?<!return )(?<!returning )(new|old)\b(?!\s*\.)")
_NAMES = {
    "pg_policy": "select polname as name, polrelid::regclass::text as owner from pg_policy where oid = :oid",
    "pg_trigger": "select tgname as name, tgrelid::regclass::text as owner from pg_trigger where oid = :oid",
    "pg_publication_rel": "select p.pubname as name, r.prrelid::regclass::text as owner from pg_publication_rel r"
    " join pg_publication p on p.oid = r.prpubid where r.oid = :oid",
    "pg_statistic_ext": "select stxname as name, stxrelid::regclass::text as owner from pg_statistic_ext where oid = :oid",
    "pg_attrdef": "select a.attname as name, d.adrelid::regclass::text as owner, d.adrelid, d.adnum from pg_attrdef d"
    " join pg_attribute a on a.attrelid = d.adrelid and a.attnum = d.adnum where d.oid = :oid",
}


def read(connection: sa.Connection, going: Going) -> Inventory:
    """The inventory of the column, in the table and in what inherits from it."""
    inventory = Inventory()
    name = as_value(connection.dialect, going.table)
    query = sa.text(_TREE).bindparams(name=name, columns=list(going.names))
    quote = connection.dialect.identifier_preparer.quote
    for number, place in enumerate(connection.execute(query).mappings().all()):
        reader = _Reader(connection, going, inventory, place, quote)
        if number == 0 or place["attname"] == going.column:
            reader.column(top=number == 0)
        reader.hanging()
        reader.running()
        reader.kept()
    for oid in dict.fromkeys(p["oid"] for p in connection.execute(query).mappings()):
        indexes.read(connection, going, inventory, oid, quote)
    column_facts.around(connection, inventory)
    return inventory


class _Reader:
    """One column of one table of the tree."""

    def __init__(
        self,
        connection: sa.Connection,
        going: Going,
        inventory: Inventory,
        place: Any,
        quote: Callable[[str], str],
    ) -> None:
        self.connection, self.going, self.inventory, self.place, self.quote = (
            connection,
            going,
            inventory,
            place,
            quote,
        )

    def column(self, *, top: bool) -> None:
        """What the column itself has: inheritance, privileges, comment, settings."""
        place, going = self.place, self.going
        if going.in_place:
            if going.to_cipher:
                at = (place["oid"], place["name"], place["attnum"], self.quote(going.column))
                column_facts.refuse_narrow_domain(self.connection, self.inventory, *at)
            return
        if top and place["attinhcount"]:
            parent = self._one(
                "select inhparent::regclass::text as name from pg_inherits where inhrelid = :oid limit 1",
                place["oid"],
            )
            self.inventory.add("parent table", parent["name"], "refused", "the column is inherited from it")
        if not top and (place["attislocal"] or place["attinhcount"] > 1):
            self.inventory.add(
                "child table", place["name"], "refused", "it has the column from elsewhere too"
            )
        column_facts.carry(
            self.connection, self.going, self.inventory, place["oid"], place["name"], place["attnum"]
        )

    def hanging(self) -> None:
        """Everything that pg_depend names."""
        query = sa.text(_HANGING).bindparams(oid=self.place["oid"], number=self.place["attnum"])
        seen: set[tuple[str, int]] = set()
        for found in self.connection.execute(query).mappings().all():
            if (one := (found["class"], found["objid"])) not in seen:
                seen.add(one)
                self._one_of(found)

    def running(self) -> None:
        """Triggers, whose functions pg_depend says nothing of."""
        going, told = self.going, {(one.kind, one.name) for one in self.inventory.dependents}
        for it in self.connection.execute(sa.text(_TRIGGERS), {"oid": self.place["oid"]}).mappings().all():
            arguments = bytes(it["arguments"]).decode().split("\0")
            named = any(name in arguments or mentions(it["source"], name) for name in going.names)
            if it["builtin"] and it["function"].startswith("tsvector_update_trigger"):
                if named and going.to_cipher:
                    remedy = f"DROP TRIGGER {self.quote(it['name'])} ON {it['owner']}"
                    remedy += f"; ALTER TABLE {it['owner']} DROP COLUMN {self.quote(arguments[0])}"
                    how = f"{arguments[0]} holds the words of the plaintext"
                    self.inventory.add("trigger", it["name"], "refused", how, remedy)
            elif ("trigger", it["name"]) not in told and not it["builtin"] and (named or _whole(it)):
                self.inventory.runs(going, "trigger", it["name"])

    def kept(self) -> None:
        """Materialized views, also those over a view: in place nothing makes them anew."""
        at = {"oid": self.place["oid"], "number": self.place["attnum"]}
        if not (self.going.in_place and self.going.to_cipher):
            return
        for name in self.connection.scalars(sa.text(_KEPT), at).all():
            how = f"it holds the plaintext until REFRESH MATERIALIZED VIEW {name}"
            self.inventory.add("materialized view", name, "kept", how, residue="matviews")

    def _one_of(self, found: Any) -> None:
        kind, oid = found["class"], found["objid"]
        if kind == "pg_constraint":
            self._constraint(oid)
        elif kind == "pg_class":
            self._relation(oid)
        elif kind == "pg_rewrite":
            self._view(oid)
        elif kind in _NAMES:
            self._named(kind, oid)
        else:
            self.inventory.add("object", found["what"], "refused", "it uses the column")

    def _constraint(self, oid: int) -> None:
        it, going, add = self._one(_CONSTRAINTS, oid), self.going, self.inventory
        if it["type"] in ("u", "p"):  # its index tells more
            return
        name, drop = it["name"], f"ALTER TABLE {it['owner']} DROP CONSTRAINT {self.quote(it['name'])}"
        if it["type"] == "f":
            how = f"it is a foreign key of {it['owner']}"
            if it["conrelid"] == self.place["oid"]:
                self._let_go("foreign key", name, how, drop)
            else:
                add.add("foreign key", name, "refused", how, drop)
        elif it["type"] == "c" and name in going.ours:
            return
        elif it["type"] == "c" and all(only_asks_for_null(it["text"], n) for n in going.names):
            if it["inherited"] or going.in_place:
                add.add("check", name, "kept")
            elif len(going.names) == 1 or not only_mentions(it["text"], going):
                self._check_again(it)
        elif going.to_cipher:
            self._let_go("check", name, "it tests the plaintext", drop)
        else:
            self._let_go("check", name, "it tests the ciphertext", drop)

    def _check_again(self, it: Any) -> None:
        self.inventory.add("check", it["name"], "rebuilt", "it asks whether the column is NULL")
        table, name = it["owner"], self.quote(it["name"])
        text = driven(it["text"].removesuffix(" NOT VALID"))
        self.inventory.after.append(f"ALTER TABLE {table} ADD CONSTRAINT {name} {text} NOT VALID")
        if it["valid"]:
            self.inventory.later.append(f"ALTER TABLE {table} VALIDATE CONSTRAINT {name}")

    def _let_go(self, kind: str, name: str, how: str, drop: str) -> None:
        if self.inventory.give_up(self.going, kind, name, how, drop) and self.going.in_place:
            self.inventory.before.append(drop)

    def _relation(self, oid: int) -> None:
        it = self._one(
            "select oid::regclass::text as name, relkind::text as kind from pg_class where oid = :oid", oid
        )
        if it["kind"] in ("i", "I"):
            return
        if it["kind"] == "S":
            self._refuse("sequence", it["name"], f"ALTER SEQUENCE {it['name']} OWNED BY NONE")
        elif oid == self.place["oid"]:
            self.inventory.add("partition key", it["name"], "refused", "rows are parted by the plaintext")
        else:
            self._refuse("object", it["name"], "")

    def _view(self, oid: int) -> None:
        it = self._one(_RULE, oid)
        kinds = {"v": ("view", "VIEW"), "m": ("materialized view", "MATERIALIZED VIEW")}
        if it["kind"] in kinds and it["name"] == "_RETURN":
            kind, word = kinds[it["kind"]]
            self._refuse(kind, it["owner"], f"DROP {word} {it['owner']}")
        else:
            self._refuse("rule", it["name"], f"DROP RULE {self.quote(it['name'])} ON {it['owner']}")

    def _named(self, kind: str, oid: int) -> None:
        it = self._one(_NAMES[kind], oid)
        name, owner, quoted = it["name"], it["owner"], self.quote(it["name"])
        if kind == "pg_policy":
            self._refuse("policy", name, f"DROP POLICY {quoted} ON {owner}")
        elif kind == "pg_trigger" and not name.startswith("piiguard_"):
            self._refuse("trigger", name, f"DROP TRIGGER {quoted} ON {owner}", "it names the column")
        elif kind == "pg_publication_rel":
            self._refuse("publication", name, f"ALTER PUBLICATION {quoted} DROP TABLE {owner}")
        elif kind == "pg_statistic_ext" and not self.going.in_place:
            self.inventory.add("statistics", name, "gone", "ciphertext has no statistics")
        elif kind == "pg_attrdef" and (it["adrelid"], it["adnum"]) != (
            self.place["oid"],
            self.place["attnum"],
        ):
            remedy = f"ALTER TABLE {owner} DROP COLUMN {quoted}"
            self._refuse("generated column", name, remedy, "it is computed from the column", always=True)

    def _refuse(self, kind: str, name: str, remedy: str, how: str = "", *, always: bool = False) -> None:
        """In place, the column stays; only another type of it is in the way of what reads it."""
        going = self.going
        if going.in_place and not (going.retyped or always):
            if kind in ("rule", "trigger"):
                self.inventory.runs(going, kind, name)
            elif kind != "materialized view" or not going.to_cipher:  # those are told with all that hold rows
                how = "it reads ciphertext from then on" if going.to_cipher else ""
                self.inventory.add(kind, name, "kept", how)
        else:
            uses = "plaintext" if going.to_cipher else "column"
            self.inventory.add(kind, name, "refused", how or f"it uses the {uses}", remedy)

    def _one(self, query: str, oid: int) -> Any:
        return self.connection.execute(sa.text(query), {"oid": oid}).mappings().one()


def _whole(trigger: Any) -> bool:
    """Whether the function may take rows as a whole; of compiled code nothing is known."""
    return bool(
        trigger["whole"]
        or trigger["language"] in ("c", "internal")
        or _WHOLE_ROW.search(" ".join(trigger["source"].split()))
    )


def only_mentions(text: str, going: Going) -> bool:
    """Whether a check of the way back asks of the blind index alone, which goes."""
    return mentions(text, str(going.index)) and not mentions(text, going.column)
