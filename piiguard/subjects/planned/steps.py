"""Steps, a statement each, by which rows of a person change; the plan of all of them in one database."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import sqlalchemy as sa

from piiguard import database, names
from piiguard.rights import TableRule
from piiguard.subjects.live import Row, Table
from piiguard.subjects.live.broken import bound
from piiguard.subjects.rows.reach import chunks

__all__ = ["Action", "Done", "Plan", "Step", "deletion", "run", "text_of", "update"]

Action = Literal[
    "unlink", "null", "pseudonym", "delete", "keep", "seal", "flag", "record", "release", "forget", "leave"
]


@dataclass(frozen=True, slots=True, repr=False)
class Step:
    """One statement, run for each of its rows; ``keep`` and ``leave`` have none. ``text`` is what it is, with placeholders.

    ``record`` writes or takes away what is kept of restricted rows, for the sake of another step; ``forget`` takes it away
    with the rows.
    """

    action: Action
    table: Table
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    text: str = ""
    rule: TableRule | None = None
    until: str | None = None
    statement: Any = None
    make: Callable[[Row], Mapping[str, Any]] = lambda row: {}
    keyed: bool = True
    """whether the key of each row is bound"""

    def parameters(self) -> Iterator[dict[str, Any]]:
        """What is bound for each row."""
        for row in self.rows:
            values = {f"v_{name}": value for name, value in self.make(row).items()}
            yield values | {f"k_{at}": value for at, value in enumerate(row) if self.keyed}


@dataclass(frozen=True, slots=True)
class Done:
    """What a step came to, for the receipt: no row is named there."""

    table: str
    action: Action
    rows: int
    columns: tuple[str, ...] = ()
    law: str | None = None
    until: str | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """All steps in one database; ``kept`` and ``unsure`` are rows that a search may find afterwards."""

    steps: tuple[Step, ...]
    kept: frozenset[tuple[Table, Row]] = field(default=frozenset(), repr=False)
    sealed: frozenset[tuple[Table, Row]] = field(default=frozenset(), repr=False)
    """rows that may be found where they were moved to, and nowhere else"""
    unsure: frozenset[tuple[Table, Row]] = field(default=frozenset(), repr=False)
    wrong: Callable[[], str | None] = field(default=lambda: None, repr=False, compare=False)
    """reads afterwards whether the steps came to what was meant: the first place where not"""

    @property
    def mark(self) -> tuple[Any, ...]:
        """What changes when other rows, or other statements, come out."""
        return tuple((step.action, step.table.place, step.text, frozenset(step.rows)) for step in self.steps)

    @property
    def done(self) -> list[Done]:
        return [
            Done(s.table.place, s.action, len(s.rows), s.columns, s.rule.law if s.rule else None, s.until)
            for s in self.steps
            if s.action != "record"
        ]

    @property
    def changing(self) -> int:
        """How many rows change."""
        return sum(len(s.rows) for s in self.steps if s.action not in ("keep", "leave", "record", "forget"))

    def expects(self, table: Table, row: Row, via: str) -> bool:
        """Whether a search may find a row afterwards, in this way."""
        one = table, row
        return one in self.kept or one in self.unsure or (one in self.sealed and via == "restricted")

    def texts(self) -> list[str]:
        """Every statement with placeholders, and for how many rows it is run."""
        return [
            f"{s.text};  -- {names.shown(s.table.place)}: {len(s.rows)} times" for s in self.steps if s.text
        ]


def run(connection: sa.Connection, plan: Plan) -> str | None:
    """Every statement of a plan, in the transaction of the caller; the first column that one of them did not write.

    A trigger or a rule may put the old value back, without an error.
    """
    schemas: tuple[str, ...] = connection.get_execution_options().get("piiguard_schemas", ())
    for step in plan.steps:
        if step.statement is None:
            continue
        parameters, before = list(step.parameters()), _held(connection, step)
        with database.own_path(connection, schemas):
            connection.execute(step.statement, parameters)
        after = _held(connection, step)
        for row, given in zip(step.rows, parameters, strict=True):
            for name, old, new in zip(step.columns, before.get(row, ()), after.get(row, ()), strict=False):
                if _is_unwritten(given[f"v_{name}"], old, new):
                    return f"{step.table.place}.{name}"
    return None


def _held(connection: sa.Connection, step: Step) -> dict[Row, Row]:
    """What the rows have in the columns that an erasure writes; what is sealed or flagged is proved by its own bytes."""
    table, found = step.table, dict[Row, Row]()
    if step.action not in ("unlink", "null", "pseudonym") or not table.key:
        return found
    width, is_text = len(table.key), connection.dialect.name == "postgresql"
    keys: list[sa.ColumnElement[Any]] = [sa.column(name) for name in table.key]
    query = sa.select(*keys, *(_text(name) if is_text else sa.column(name) for name in step.columns))
    for part in chunks(step.rows):
        rows = connection.execute(query.select_from(table.source).where(table.is_any(table.key, part)))
        found |= {tuple(row[:width]): tuple(row[width:]) for row in rows}
    return found


def _text(name: str) -> sa.ColumnElement[Any]:
    """PostgreSQL's own: its driver reads no day of `infinity`."""
    own: sa.ColumnElement[Any] = sa.column(name)
    return sa.case((own.is_not(None), sa.func.pg_catalog.concat(own)))


def _is_unwritten(wanted: Any, old: Any, new: Any) -> bool:
    """Whether something stands where nothing should, or the old value where another should."""
    if wanted is None:
        return new is not None
    return bool(new == old and wanted != old and str(_plain(wanted)) != str(_plain(old)))


def _plain(value: Any) -> Any:
    return bytes(value) if isinstance(value, memoryview | bytearray) else value


def update(table: Table, values: Mapping[str, Any]) -> Any:
    """The statement that writes these columns of one row, for values like these."""
    source = _source(table)
    made = {n: bound(v, sa.bindparam(f"v_{n}", type_=sa.types.NullType())) for n, v in values.items()}
    return sa.update(source).where(_named(table, source)).values(made)


def deletion(table: Table) -> Any:
    """The statement that takes one row away."""
    source = _source(table)
    return sa.delete(source).where(_named(table, source))


def text_of(connection: sa.Connection, statement: Any) -> str:
    """A statement as it is run, with placeholders."""
    return names.sql_line(str(statement.compile(dialect=connection.dialect)))


def _source(table: Table) -> sa.TableClause:
    return sa.table(table.relation.name, *map(sa.column, table.types), schema=table.source.schema)


def _named(table: Table, source: sa.TableClause) -> sa.ColumnElement[bool]:
    return sa.and_(
        *(
            source.c[name] == sa.bindparam(f"k_{at}", type_=sa.types.NullType())
            for at, name in enumerate(table.key)
        )
    )
