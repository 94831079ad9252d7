"""Random databases with people in them, and who goes of whom: decided here in plain Python, without a line of piiguard's."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from hypothesis import strategies as st

IIN = "050312300015"
OTHERS = ("040728400011", "010101300010")
SPELLINGS = (
    IIN,
    "050312 300015",
    "ИИН 050312-300015 уволен",
    '{"person": {"iin": "050312300015"}}',
    "05 03 12 3 00015",
)
NOTES = (*SPELLINGS[1:4], *OTHERS, "", "nothing", "ИИН 040728400011", None)
PEOPLE = "people"


@dataclass(frozen=True)
class Link:
    """A foreign key of one column."""

    column: str
    parent: str
    nullable: bool


@dataclass
class World:
    """Tables with their links, and rows by key: the values of the links, and a note."""

    links: dict[str, tuple[Link, ...]]
    rows: dict[str, dict[int, dict[str, Any]]] = field(default_factory=dict)

    def edges(self) -> list[tuple[str, Link]]:
        return [(table, link) for table, links in self.links.items() for link in links]


@st.composite
def worlds(draw: Any) -> World:
    """People, up to four other tables that refer to anything, and rows for them."""
    tables = [PEOPLE, *(f"t{n}" for n in range(draw(st.integers(1, 4))))]
    links: dict[str, tuple[Link, ...]] = {}
    for table in tables:
        count = draw(st.integers(0, 1) if table == PEOPLE else st.integers(1, 3))
        links[table] = tuple(
            Link(
                f"r{n}",
                draw(
                    st.sampled_from([PEOPLE, PEOPLE, *tables])
                ),  # often enough for rows that are of two people
                table == PEOPLE or draw(st.sampled_from([True, True, False])),
            )
            for n in range(count)
        )
    world = World(links)
    counts = {table: draw(st.integers(1, 4)) for table in tables}
    for table in tables:
        rows: dict[int, dict[str, Any]] = {}
        for key in range(1, counts[table] + 1):
            row = {
                link.column: draw(
                    st.sampled_from([*([None] if link.nullable else []), *range(1, counts[link.parent] + 1)])
                )
                for link in links[table]
            }
            row["note"] = draw(st.sampled_from([IIN, *OTHERS] if table == PEOPLE else NOTES))
            rows[key] = row
        world.rows[table] = rows
    return world


def goes(world: World) -> dict[str, set[int]]:
    """The person's rows: those of people with his number, what hangs on them alone, and what mentions him and is nobody's."""
    gone: dict[str, set[int]] = {table: set() for table in world.links}
    gone[PEOPLE] = {key for key, row in world.rows[PEOPLE].items() if row["note"] == IIN}
    _spread(world, gone)
    mentioned = [
        (table, key)
        for table, rows in world.rows.items()
        if table != PEOPLE
        for key, row in rows.items()
        if row["note"] in SPELLINGS and key not in gone[table] and not reaches_others(world, gone, table, key)
    ]
    for table, key in mentioned:
        gone[table].add(key)
    _spread(world, gone)
    return gone


def _spread(world: World, gone: dict[str, set[int]]) -> None:
    while True:
        fresh = [
            (table, key)
            for table, link in world.edges()
            if table != PEOPLE
            for key, row in world.rows[table].items()
            if key not in gone[table]
            and row[link.column] in gone[link.parent]
            and not _is_of_others(world, gone, table, key)
        ]
        if not fresh:
            return
        for table, key in fresh:
            gone[table].add(key)


def _is_of_others(world: World, gone: dict[str, set[int]], table: str, key: int) -> bool:
    """Whether another person is among those that are nearest upward."""
    seen, level = {(table, key)}, {(table, key)}
    while level:
        above = {
            (link.parent, world.rows[here][own][link.column])
            for here, own in level
            for link in world.links[here]
            if world.rows[here][own][link.column] is not None
        }
        people = {parent for name, parent in above if name == PEOPLE}
        if people:
            return not people <= gone[PEOPLE]
        level = above - seen
        seen |= above
    return False


def reaches_others(world: World, gone: dict[str, set[int]], table: str, key: int) -> bool:
    """Whether another person is reached upward."""
    seen, waiting = {(table, key)}, [(table, key)]
    while waiting:
        here, own = waiting.pop()
        for link in world.links[here]:
            parent = world.rows[here][own][link.column]
            if parent is None:
                continue
            if link.parent == PEOPLE:
                if parent not in gone[PEOPLE]:
                    return True
            elif (link.parent, parent) not in seen:
                seen.add((link.parent, parent))
                waiting.append((link.parent, parent))
    return False


def after(world: World, gone: dict[str, set[int]]) -> dict[str, dict[int, dict[str, Any]]]:
    """What is left: rows that stay as they are, but for references to what has gone."""
    left: dict[str, dict[int, dict[str, Any]]] = {}
    for table, rows in world.rows.items():
        left[table] = {key: dict(row) for key, row in rows.items() if key not in gone[table]}
        for row in left[table].values():
            for link in world.links[table]:
                if row[link.column] in gone[link.parent]:
                    row[link.column] = None
    return left


def in_the_way(world: World, gone: dict[str, set[int]]) -> bool:
    """Whether it must, or may, be refused: a reference that stays and may not be NULL, or a cycle of such."""
    for table, link in world.edges():
        for key, row in world.rows[table].items():
            if key not in gone[table] and row[link.column] in gone[link.parent] and not link.nullable:
                return True
    fixed = {
        (table, link.parent)
        for table, link in world.edges()
        if not link.nullable and gone[table] and gone[link.parent]
    }
    return any(_cyclic(start, fixed) for start in world.links)


def _cyclic(start: str, fixed: set[tuple[str, str]]) -> bool:
    seen, waiting = set[str](), [parent for child, parent in fixed if child == start]
    while waiting:
        table = waiting.pop()
        if table == start:
            return True
        if table not in seen:
            seen.add(table)
            waiting += [parent for child, parent in fixed if child == table]
    return False


def build(url: str, world: World) -> None:
    """Make the database; on servers the foreign keys come after the rows, as no order of rows would do."""
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    inside = engine.dialect.name == "sqlite"
    with engine.begin() as connection:
        for table, links in world.links.items():
            columns = ["id integer primary key", "note varchar(100)"]
            columns += [f"{link.column} integer{'' if link.nullable else ' not null'}" for link in links]
            keys = (
                [f"foreign key ({link.column}) references {link.parent} (id)" for link in links]
                if inside
                else []
            )
            connection.execute(sa.text(f"create table {table} ({', '.join([*columns, *keys])})"))
        for table, rows in world.rows.items():
            for key, row in rows.items():
                names = ["id", *row]
                marks = ", ".join(f":{name}" for name in names)
                connection.execute(
                    sa.text(f"insert into {table} ({', '.join(names)}) values ({marks})"), {"id": key, **row}
                )
        for table, link in [] if inside else world.edges():
            connection.execute(
                sa.text(f"alter table {table} add foreign key ({link.column}) references {link.parent} (id)")
            )


def drop(url: str, world: World) -> None:
    """Take the tables away, for the next world."""
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    with engine.begin() as connection:
        if engine.dialect.name == "mysql":
            connection.execute(sa.text("set foreign_key_checks = 0"))
        for table in world.links:
            connection.execute(
                sa.text(
                    f"drop table if exists {table}{' cascade' if engine.dialect.name == 'postgresql' else ''}"
                )
            )
        if engine.dialect.name == "mysql":
            connection.execute(sa.text("set foreign_key_checks = 1"))


def contents(url: str, world: World) -> dict[str, dict[int, dict[str, Any]]]:
    """Every row, read by SQL of its own."""
    engine, found = sa.create_engine(url, poolclass=sa.NullPool), dict[str, dict[int, dict[str, Any]]]()
    with engine.connect() as connection:
        for table in world.links:
            rows = connection.execute(sa.text(f"select * from {table}")).mappings().all()
            found[table] = {row["id"]: {name: row[name] for name in row if name != "id"} for row in rows}
    return found
