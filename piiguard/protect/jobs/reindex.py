"""Rotates blind indexes to the next index key.

An index that is not unique is rewritten where it stands: a query looks for a value under every live key. A
UNIQUE one goes through its shadow (see :mod:`piiguard.protect.schema.shadow`) in four steps, each of which can be
killed and run again: add the shadow with its UNIQUE index and trigger; fill it; copy it into the index, which
keeps its name and its constraints; drop it. The first two may run, and should, while the next key is only
staged: then no value was ever written under it that the database has not compared with all others.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from piiguard import clock
from piiguard.database import connect
from piiguard.errors import JobError
from piiguard.keys.keyring import POLL_SECONDS
from piiguard.protect.batches.batch import UNREADABLE, Assignment, Batches
from piiguard.protect.batches.checkpoint import Spec
from piiguard.protect.cells.cell import Cell
from piiguard.protect.indexes.versions import (
    copy_batches,
    fill_batches,
    rewriting,
    stale,
    target,
    uncopied,
    unfilled,
)
from piiguard.protect.jobs.job import Job, Passed
from piiguard.protect.outcome import Outcome, Tally
from piiguard.protect.schema.shadow import Shadow, groups_of, shadow_ddl, shadows
from piiguard.protect.schema.statements import make_indexes, run_ddl
from piiguard.protect.schema.surroundings import all_triggers
from piiguard.protect.schema.tables import Key, column_of, reflect
from piiguard.protect.show import show_key
from piiguard.protect.transient import NotUnique

if TYPE_CHECKING:
    from piiguard.manifest import ProtectedColumn

__all__ = ["Reindex", "rotate_index"]

_ROUNDS = 5  # an application that has not loaded the next key goes on writing under the old one


def rotate_index(job: Job, table: sa.Table, key: Key, item: ProtectedColumn) -> Outcome | None:
    """Rotate the blind index of one column; None when there was nothing to do."""
    column = column_of(table, str(item.index))
    with connect(job.engine) as connection:
        groups = groups_of(connection, column)
    if groups:
        return Reindex(job, item, Shadow(table, key, column, target(job.keyring), groups)).run()
    version = job.keyring.primary("index").version

    def left() -> int:
        with connect(job.engine) as connection:
            return stale(connection, column, version)

    passed = job.passes(
        "index",
        lambda: job.spec(table.fullname, "index", (column.name,), version),
        lambda: rewriting(job, table, key, item),
        left,
    )
    if not passed.tally.changed and not passed.left:
        return None
    return Outcome(
        table.fullname, (column.name,), "index", passed.tally, passed.left, passed.paused, passed.resumed
    )


class Reindex:
    """One UNIQUE blind index on its way through its shadow."""

    def __init__(self, job: Job, item: ProtectedColumn, shadow: Shadow) -> None:
        self.job = job
        self.item = item
        self.shadow = shadow

    @property
    def _names(self) -> tuple[str, tuple[str, ...]]:
        return self.shadow.table.fullname, (self.shadow.index.name,)

    @property
    def _staged(self) -> bool:
        return self.shadow.version != self.job.keyring.primary("index").version

    def run(self) -> Outcome | None:
        """All steps that can be taken now: while the key is staged, the first two."""
        self._drop_others()
        if not self.shadow.there and not self._staged and not self._stale():
            return None
        fresh = self._expand()
        total, resumed = Tally(), False
        for _ in range(_ROUNDS):
            filled = self._fill()
            resumed = resumed or filled.resumed
            if filled.left or self._staged:
                kind = "index" if filled.left else "prepared"
                if kind == "prepared" and not fresh and not filled.tally.changed:
                    return None
                return Outcome(*self._names, kind, filled.tally, filled.left, filled.paused, resumed)
            self._settle()
            copied = self.job.passes(
                "index",
                lambda: self._spec("copy"),
                lambda: copy_batches(self.job, self.shadow),
                self._uncopied,
            )
            total, resumed = total + copied.tally, resumed or copied.resumed
            if copied.paused:
                return Outcome(*self._names, "index", total, self._stale(), True, resumed)
            if not self._stale():
                self._contract(self.shadow)
                return Outcome(*self._names, "index", total, 0, False, resumed)
        return Outcome(*self._names, "index", total, self._stale(), False, resumed)

    def _settle(self) -> None:
        """Let every application notice the promotion: until then it compares new values with the old bytes."""
        promoted = datetime.fromisoformat(self.job.keyring.primary("index").changed)
        passed = (clock.now() - promoted).total_seconds()
        time.sleep(max(0.0, min(2 * POLL_SECONDS - passed, 2 * POLL_SECONDS)))

    def _spec(self, kind: str) -> Spec:
        return self.job.spec(self.shadow.table.fullname, kind, (self.shadow.index.name,), self.shadow.version)

    def _drop_others(self) -> None:
        """Shadows of other versions: of a rotation that a newer key has overtaken."""
        shadow = self.shadow
        versions = [v.version for v in self.job.keyring.versions if v.kind == "index"]
        for other in shadows(shadow.table, shadow.key, shadow.index.name, versions):
            if other.version != shadow.version:
                self._contract(replace(other, groups=shadow.groups))

    def _expand(self) -> bool:
        """Add what is missing of column, UNIQUE indexes and trigger; whether the column is new."""
        fresh = not self.shadow.there
        with connect(self.job.engine) as connection:
            ddl, place = shadow_ddl(connection.dialect, self.shadow), self.item.place
            run_ddl(connection, place, ddl.expand() if fresh else [])
            table = reflect(connection, self.shadow.table.fullname)
            key = self.shadow.key.of(table)
            self.shadow = replace(self.shadow, table=table, key=key, index=table.c[self.shadow.index.name])
            make_indexes(connection, table, place, ddl.unique())
            known = all_triggers(connection, table)
            missing = [made for name, made in ddl.follow().items() if name not in known]
            run_ddl(connection, place, [statement for made in missing for statement in made])
        return fresh

    def _fill(self) -> Passed:
        try:
            return self.job.passes("index", lambda: self._spec("shadow"), self._fill_batches, self._unfilled)
        except NotUnique as error:
            refused = error
        if twins := self._repeated():
            raise JobError(
                f"{self.shadow.table.fullname}.{self.shadow.index.name}: the rows {' and '.join(twins)}"
                " have the same value, written under different index keys",
                hint="correct one of them, then run the same command again: it goes on there",
            )
        raise refused

    def _fill_batches(self) -> Batches:
        return fill_batches(self.job, self.item, self.shadow)

    def _unfilled(self) -> int:
        return self._count(unfilled(self.shadow))

    def _uncopied(self) -> int:
        return self._count(uncopied(self.shadow))

    def _count(self, where: sa.ColumnElement[bool]) -> int:
        with connect(self.job.engine) as connection:
            select = sa.select(sa.func.count()).select_from(self.shadow.table).where(where)
            return int(connection.scalar(select) or 0)

    def _stale(self) -> int:
        with connect(self.job.engine) as connection:
            return stale(connection, self.shadow.index, self.shadow.version)

    def _contract(self, shadow: Shadow) -> None:
        with connect(self.job.engine) as connection:
            run_ddl(connection, self.item.place, shadow_ddl(connection.dialect, shadow).contract())
            self.shadow = replace(self.shadow, table=reflect(connection, shadow.table.fullname))

    def _repeated(self) -> list[str]:
        """Two rows with one value, by their keys: the first row without a shadow whose value is taken."""
        shadow = self.shadow
        seen: dict[bytes, Any] = {}
        width = len(shadow.key.columns)
        for rows in self._unfilled_rows():
            hashes = [found for found, _ in rows]
            with connect(self.job.engine) as connection:
                taken = connection.execute(
                    sa.select(shadow.column, *shadow.key.columns).where(shadow.column.in_(hashes))
                ).all()
            seen |= {bytes(row[0]): row[1 : 1 + width] for row in taken}
            for found, key in rows:
                if (other := seen.setdefault(found, key)) != key:
                    return [show_key(other), show_key(key)]
        return []

    def _unfilled_rows(self) -> Iterator[list[tuple[bytes, Any]]]:
        """Rows without a shadow, with what it would be."""
        shadow, last = self.shadow, None
        (assignment,) = self._fill_batches().assignments
        source = Cell(self.job.engine.dialect.name, shadow.table.c[self.item.column], sealed=True).read
        while True:
            with connect(self.job.engine) as connection:
                rows = connection.execute(
                    sa.select(*shadow.key.columns, source)
                    .where(*shadow.key.between(last, None), unfilled(shadow))
                    .order_by(*shadow.key.order)
                    .limit(500)
                ).all()
            if not rows:
                return
            last = tuple(rows[-1][:-1])
            yield [(made, row[:-1]) for row in rows if (made := _tried(assignment, row[-1])) is not None]


def _tried(assignment: Assignment, stored: Any) -> bytes | None:
    try:
        found: bytes | None = assignment.one(stored)
    except UNREADABLE:
        return None
    return found
