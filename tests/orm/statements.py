"""Statements of every shape that a session or a connection can be given, each to be drawn with its values."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from hypothesis import strategies as st
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_attribute, set_committed_value
from sqlalchemy.pool import NullPool

from piiguard.keys import change, transitions
from piiguard.orm import fill_indexes

from .twins import NAMES, VALUES, Side, holds

Step = Callable[[Session, Side], Any]
ids = st.integers(1, 4)
values = st.sampled_from(VALUES)
names = st.sampled_from(NAMES)
some_ids = st.lists(ids, min_size=1, max_size=3, unique=True)
kinds = st.sampled_from(["Person", "Student", "Graduate"])
rows = st.fixed_dictionaries({"id": ids, "iin": values, "name": names, "town": names})
some_rows = st.lists(rows, min_size=1, max_size=3, unique_by=lambda row: row["id"])
parts = st.sampled_from(
    [("iin", value) for value in VALUES] + [(part, name) for part in ("name", "town") for name in NAMES]
)
changes = st.lists(st.fixed_dictionaries({"id": ids, "iin": values}), min_size=1, max_size=3)


def step(function: Callable[..., Any], *drawn: st.SearchStrategy[Any]) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.tuples(st.just(function), *drawn)


# --- INSERT


def add(session: Session, side: Side, kind: str, row: dict[str, Any]) -> Any:
    made = side.classes[kind](**row)
    session.add(made)
    session.flush()
    return made.iin, getattr(made, "card", None)


def add_many(session: Session, side: Side, kind: str, many: list[dict[str, Any]]) -> None:
    session.add_all([side.classes[kind](**row) for row in many])
    session.flush()


def insert_bulk(session: Session, side: Side, kind: str, many: list[dict[str, Any]]) -> None:
    session.execute(sa.insert(side.classes[kind]), many)


def insert_mappings(session: Session, side: Side, kind: str, many: list[dict[str, Any]], nulls: bool) -> None:
    session.bulk_insert_mappings(sa.inspect(side.classes[kind]), many, render_nulls=nulls)


def insert_core(session: Session, side: Side, many: list[dict[str, Any]], form: str) -> None:
    table = side.classes["Person"].__table__
    connection = session.connection()
    if form == "parameters":
        connection.execute(sa.insert(table), many)
    elif form == "lists":
        connection.execute(sa.insert(table).values(many))
    elif form == "orm lists":
        session.execute(sa.insert(side.classes["Person"]).values(many))
    elif form == "attributes":
        session.execute(sa.insert(side.classes["Person"]).values(**many[0]))
    elif form == "bindparam":
        statement = sa.insert(table).values(id=sa.bindparam("number"), iin=sa.bindparam("value"))
        connection.execute(statement, [{"number": row["id"], "value": row["iin"]} for row in many])
    elif form == "select":
        source = sa.select(table.c.id + 9, table.c.iin)
        connection.execute(sa.insert(side.classes["Visit"].__table__).from_select(["id", "gate"], source))
    else:
        connection.execute(sa.insert(table).prefix_with("OR REPLACE", dialect="sqlite"), many)


def visit(session: Session, side: Side, many: list[int], form: str) -> Any:
    kind = side.classes["Visit"]
    numbered = [{"id": one} for one in many]
    if form == "flush":
        made = [kind(**row) for row in numbered]
        session.add_all(made)
        session.flush()
        return [(one.code, one.gate) for one in made]
    if form == "lists":
        session.execute(sa.insert(kind.__table__).values(numbered))
    elif form == "orm":
        session.execute(sa.insert(kind), numbered)
    elif form == "one":
        session.execute(sa.insert(kind).values(**numbered[0]))
    else:
        session.connection().execute(sa.insert(kind.__table__), numbered)


def upsert_visits(session: Session, side: Side, many: list[int], form: str, gate: str) -> None:
    """An upsert whose VALUES are filled by defaults."""
    statement: Any = side.insert("Visit")
    rows = [{"id": one} for one in many]
    if form != "many":
        statement = statement.values(rows if form == "lists" else rows[0])
    if hasattr(statement, "on_duplicate_key_update"):
        statement = statement.on_duplicate_key_update(gate=gate)
    else:
        statement = statement.on_conflict_do_update(index_elements=["id"], set_={"gate": gate})
    session.connection().execute(statement, rows if form == "many" else None)


def upsert(session: Session, side: Side, many: list[dict[str, Any]], form: str, what: str, new: Any) -> None:
    many = [{key: row[key] for key in ("id", "iin", "name", "town")} for row in many]
    statement: Any = side.insert()
    if form != "many":
        statement = statement.values(many if form == "lists" else many[0])
    proposed = statement.inserted if hasattr(statement, "inserted") else statement.excluded
    own = side.classes["Person"].__table__.c
    sets: dict[str, dict[str, Any]] = {
        "literal": {"iin": new},
        "proposed": {"iin": proposed.iin, "note": "again"},
        "all": {"iin": proposed.iin, "name": proposed.name, "town": proposed.town},
        "part": {"name": proposed.name},
        "null": {"iin": sa.null()},
        "note": {"note": "again"},
        "other_column": {"iin": proposed.note},
        "ciphertext": {"note": proposed.iin},
        "expression": {"iin": sa.func.lower(own.note)},
    }
    if what == "nothing" and hasattr(statement, "on_conflict_do_nothing"):
        statement = statement.on_conflict_do_nothing()
    elif hasattr(statement, "on_duplicate_key_update"):
        statement = statement.on_duplicate_key_update(sets.get(what, sets["note"]))
    else:
        where = {"where": own.iin == VALUES[0]} if what == "all" and new is None else {}
        statement = statement.on_conflict_do_update(
            index_elements=["id"], set_=sets.get(what, sets["note"]), **where
        )
    session.connection().execute(statement, many if form == "many" else None)


# --- UPDATE


def set_it(session: Session, side: Side, changed: list[dict[str, Any]]) -> None:
    for row in changed:
        if (found := session.get(side.classes["Person"], row["id"])) is not None:
            found.iin = row["iin"]
    session.flush()


def set_part(session: Session, side: Side, number: int, part: str, name: str | None, load: str) -> None:
    found = session.get(side.classes["Person"], number)
    if found is None:
        return
    if load == "expired":
        session.expire(found)
    elif load == "committed":
        set_committed_value(found, part, found.__dict__.get(part))
    setattr(found, part, name)
    if load == "refreshed":
        session.refresh(found, [part])
    session.flush()


def set_async(session: Session, side: Side, number: int, what: tuple[str, str | None]) -> None:
    """Set an attribute of an expired object in asyncio, where nothing can be loaded."""
    part, value = what
    if side.engine.dialect.name == "mysql":  # no driver of it for asyncio is installed
        return set_part(session, side, number, part, value, "expired")
    url = str(side.engine.url).replace("sqlite:", "sqlite+aiosqlite:")

    async def change_it() -> None:
        engine = create_async_engine(url, poolclass=NullPool)
        try:
            async with AsyncSession(engine) as other:
                found = await other.get(side.classes["Person"], number)
                if found is not None:
                    await other.commit()
                    setattr(found, part, value)
                    await other.commit()
        finally:
            await engine.dispose()

    return asyncio.run(change_it())


def take_back(session: Session, side: Side, number: int, value: str | None, how: str) -> Any:
    found = session.get(side.classes["Person"], number)
    if found is None:
        return None
    if how == "savepoint":
        with session.begin_nested() as nested:
            found.iin = value
            session.flush()
            nested.rollback()
        found.note = "taken back"
    else:
        found.iin = value
        (session.refresh if how == "refresh" else session.expire)(found, ["iin"])
    session.flush()
    return found.iin


def merge(session: Session, side: Side, row: dict[str, Any]) -> None:
    session.merge(side.classes["Person"](**row))
    session.flush()


def update_some(session: Session, side: Side, changed: list[dict[str, Any]], form: str) -> Any:
    kind = side.classes["Person"]
    table, first = kind.__table__, changed[0]
    one = sa.update(kind).where(kind.id == first["id"])
    if form in ("evaluate", "fetch", "auto"):
        found = session.get(kind, first["id"])
        session.execute(one.values(iin=first["iin"]), execution_options={"synchronize_session": form})
        return found and found.iin
    if form == "ordered":
        session.execute(one.ordered_values((kind.note, "x"), (kind.iin, first["iin"])))
    elif form == "by_value":
        session.execute(sa.update(kind).where(kind.iin == VALUES[0]).values(iin=first["iin"]))
    elif form == "all":
        session.execute(sa.update(kind).values(iin=first["iin"]))
    elif form == "keys":
        session.execute(sa.update(side.classes["Student"]), changed)
    elif form == "mappings":
        session.bulk_update_mappings(sa.inspect(kind), changed)
    elif form == "expression":
        session.execute(one.values(iin=sa.func.lower(kind.note)))
    elif form == "copy":
        session.execute(one.values(note=kind.iin))
    elif form == "part":
        session.execute(one.values(name="Үлгі"))
    elif form == "nested":
        inner = one.values(iin=first["iin"]).returning(table.c.id).cte()
        session.connection().execute(sa.select(inner.c.id))
    else:
        statement = sa.update(table).where(table.c.id == sa.bindparam("number"))
        session.connection().execute(statement, [{"number": row["id"], "iin": row["iin"]} for row in changed])


def swap(session: Session, side: Side, first: int, second: int) -> None:
    kind = side.classes["Person"]
    held = {row.id: row.iin for row in session.execute(sa.select(kind.id, kind.iin))}
    if first in held and second in held:
        session.connection().execute(
            sa.update(kind.__table__).where(kind.__table__.c.id == sa.bindparam("number")),
            [
                {"number": first, "iin": None},
                {"number": second, "iin": held[first]},
                {"number": first, "iin": held[second]},
            ],
        )


def remove(session: Session, side: Side, number: int) -> None:
    if (found := session.get(side.classes["Person"], number)) is not None:
        session.delete(found)
        session.flush()


# --- A table that is being migrated


def legacy(session: Session, side: Side, number: int, value: str | None) -> None:
    """A row in plain, as an older release wrote it: its own UNIQUE kept it from writing what is there."""
    kind = side.classes["Moving"]
    if session.get(kind, number) is None and (value is None or not holds(session, kind, value)):
        session.execute(
            sa.text("INSERT INTO moving (id, iin) VALUES (:id, :iin)"), {"id": number, "iin": value}
        )


def write_moving(session: Session, side: Side, changed: list[dict[str, Any]], form: str) -> None:
    kind = side.classes["Moving"]
    first = changed[0]
    if form == "add":
        session.add(kind(**first))
        session.flush()
    elif form == "rows":
        session.connection().execute(sa.insert(kind.__table__), changed)
    elif form == "lists":
        session.execute(sa.insert(kind).values(changed))
    elif form == "set":
        if (found := session.get(kind, first["id"])) is not None:
            found.iin = first["iin"]
            session.flush()
    else:
        session.execute(sa.update(kind).where(kind.id == first["id"]).values(iin=first["iin"]))


# --- What plain tables have no counterpart for


def fill(session: Session, side: Side, name: str) -> None:
    """Bring rows without an index, or with one of an older key, to the newest."""
    if side.keyring is not None:
        fill_indexes(side.engine, side.classes[name])


def by_hand(session: Session, side: Side, number: int, form: str) -> None:
    """An index value of somebody else's choice is refused, or has no effect."""
    kind, wrong = side.classes["Person"], b"\0\1" + b"A" * 14
    if side.keyring is None or (found := session.get(kind, number)) is None:
        return
    if form == "attribute":
        set_attribute(found, "iin_index", wrong)
        session.flush()
    elif form == "values":
        session.execute(sa.update(kind).where(kind.id == number).values(iin_index=wrong))
    elif form == "null":
        session.execute(sa.update(kind).where(kind.id == number).values(iin_index=None))
    elif form == "rows":
        session.execute(sa.update(kind), [{"id": number, "iin_index": wrong}])
    elif form == "null rows":
        session.bulk_update_mappings(sa.inspect(kind), [{"id": number, "iin_index": None}])
    elif form == "insert":
        session.execute(sa.insert(kind.__table__), [{"id": number + 9, "iin_index": wrong}])


def promote(session: Session, side: Side) -> None:
    """A new index key becomes the primary one; rows keep the hashes that they have."""
    if side.keyring is None or len(side.index_keys()) > 2:
        return
    path, number = side.keyring.path, side.index_keys()[-1].version + 1
    change.apply(path, None, "add", lambda held, now: transitions.add(held, "index", now))
    change.apply(path, None, "promote", lambda held, now: transitions.promote(held, "index", number, now))
    side.keyring.reload()


STEPS = st.one_of(
    step(add, kinds, rows),
    step(add_many, kinds, some_rows),
    step(insert_bulk, kinds, some_rows),
    step(insert_mappings, kinds, some_rows, st.booleans()),
    step(
        insert_core,
        some_rows,
        st.sampled_from(["parameters", "lists", "orm lists", "attributes", "bindparam", "replace", "select"]),
    ),
    step(
        visit,
        some_ids,
        st.sampled_from(["flush", "lists", "orm", "one", "core"]),
    ),
    step(
        upsert,
        some_rows,
        st.sampled_from(["one", "many", "lists"]),
        st.sampled_from(
            [
                "literal",
                "proposed",
                "all",
                "part",
                "null",
                "note",
                "other_column",
                "ciphertext",
                "expression",
                "nothing",
            ]
        ),
        values,
    ),
    step(set_it, changes),
    step(
        set_part,
        ids,
        st.sampled_from(["name", "town"]),
        names,
        st.sampled_from(["loaded", "expired", "refreshed", "committed"]),
    ),
    step(take_back, ids, values, st.sampled_from(["refresh", "expire", "savepoint"])),
    step(set_async, ids, parts),
    step(merge, rows),
    step(
        update_some,
        changes,
        st.sampled_from(
            [
                "evaluate",
                "fetch",
                "auto",
                "ordered",
                "by_value",
                "all",
                "keys",
                "mappings",
                "expression",
                "copy",
                "part",
                "nested",
                "core",
            ]
        ),
    ),
    step(
        upsert_visits, some_ids, st.sampled_from(["one", "many", "lists"]), st.sampled_from(["main", "side"])
    ),
    step(legacy, ids, values),
    step(write_moving, changes, st.sampled_from(["add", "rows", "lists", "set", "update"])),
    step(fill, st.sampled_from(["Person", "Student", "Visit", "Moving"])),
    step(swap, ids, ids),
    step(remove, ids),
    step(by_hand, ids, st.sampled_from(["attribute", "values", "null", "rows", "null rows", "insert"])),
    step(promote),
)
