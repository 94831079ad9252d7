"""Rotates blind indexes to the next index key.

An index that is not unique is rewritten where it stands: a query looks for a value under every live key. A
UNIQUE one goes through its shadow (see :mod:`piiguard.protect.schema.shadow`) in five steps, each of which can be
killed and run again: add the shadow with its UNIQUE index and trigger; fill it; bar the older keys; copy the shadow
into the index, which keeps its name and its constraints; drop it. The first two may run, and should, while the next
key is only staged: then no value was ever written under it that the database has not compared with all others.

Where a row was copied, its hash under the older key is gone, and the database could not refuse the same value under
that key any more. So before the first row is copied, every application has loaded the next key, and the database
takes no hash under another one; adding that trigger waits for the statements that are under way.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from piiguard.database import connect
from piiguard.errors import JobError
from piiguard.protect.batches.batch import UNREADABLE, Assignment, Batches
from piiguard.protect.batches.checkpoint import Spec
from piiguard.protect.cells.cell import Cell
from piiguard.protect.census.followers import wait_for_followers
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
from piiguard.protect.outcome import Outcome
from piiguard.protect.schema.groups import groups_of
from piiguard.protect.schema.shadow import Shadow, shadow_ddl, shadows
from piiguard.protect.schema.statements import make_indexes, run_ddl
from piiguard.protect.schema.surroundings import all_triggers
from piiguard.protect.schema.tables import Key, column_of, reflect
from piiguard.protect.show import show_key
from piiguard.protect.transient import NotUnique

if TYPE_CHECKING:
    from piiguard.manifest import ProtectedColumn

__all__ = ["Reindex", "rotate_index"]


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
        self._drop_untrusted()
        if not self.shadow.there and not self._staged and not self._stale():
            return None
        fresh = self._expand()
        filled = self._fill()
        if filled.left or self._staged:
            kind = "index" if filled.left else "prepared"
            if kind == "prepared" and not fresh and not filled.tally.changed:
                return None
            return Outcome(*self._names, kind, filled.tally, filled.left, filled.paused, filled.resumed)
        self._bar()
        copied = self.job.passes(
            "index", lambda: self._spec("copy"), lambda: copy_batches(self.job, self.shadow), self._uncopied
        )
        left, resumed = self._stale(), filled.resumed or copied.resumed
        if not left:
            self._contract(self.shadow)
        return Outcome(*self._names, "index", copied.tally, left, copied.paused, resumed)

    def _bar(self) -> None:
        """Let every application load the next key, then take no hash under another one, and fill what came meanwhile."""
        wait_for_followers(self.job.engine, self.job.keyring, lambda who: self.job.watch.note("follow", who))
        with connect(self.job.engine) as connection:
            self._make(connection, shadow_ddl(connection.dialect, self.shadow).bar())
        self._fill()

    def _spec(self, kind: str) -> Spec:
        return self.job.spec(self.shadow.table.fullname, kind, (self.shadow.index.name,), self.shadow.version)

    def _drop_untrusted(self) -> None:
        """Shadows of other versions, which a newer key has overtaken, and one that nobody kept up for a while."""
        shadow = self.shadow
        versions = [v.version for v in self.job.keyring.versions if v.kind == "index"]
        for found in shadows(shadow.table, shadow.key, shadow.index.name, versions):
            if found.version != shadow.version or self._unkept(found):
                self._contract(replace(found, groups=shadow.groups))

    def _unkept(self, shadow: Shadow) -> bool:
        """Whether its triggers have gone: a job was killed while it dropped them, or somebody else did."""
        with connect(self.job.engine) as connection:
            known = all_triggers(connection, shadow.table)
            return any(name not in known for name in shadow_ddl(connection.dialect, shadow).follow())

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
            self._make(connection, ddl.follow())
        return fresh

    def _make(self, connection: sa.Connection, wanted: Mapping[str, list[str]]) -> None:
        """Those of the triggers that are not there."""
        known = all_triggers(connection, self.shadow.table)
        missing = [made for name, made in wanted.items() if name not in known]
        try:
            run_ddl(connection, self.item.place, [statement for made in missing for statement in made])
        except JobError:  # the server went on with what a killed job had asked for
            if not set(wanted).issubset(all_triggers(connection, self.shadow.table)):
                raise

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
                    sa.select(shadow.column, *shadow.key.columns).where(
                        shadow.column.in_(hashes), *self._together()
                    )
                ).all()
            seen |= {bytes(row[0]): row[1 : 1 + width] for row in taken}
            for found, key in rows:
                if (other := seen.setdefault(found, key)) != key:
                    return [show_key(other), show_key(key)]
        return []

    def _together(self) -> list[sa.ColumnElement[bool]]:
        """The rows among which values are unique, where each UNIQUE index is of some rows only."""
        found = [group.where for group in self.shadow.groups]
        conditions = [sa.literal_column(f"({where})", sa.Boolean) for where in found if where]
        return [sa.or_(*conditions)] if conditions and len(conditions) == len(found) else []

    def _unfilled_rows(self) -> Iterator[list[tuple[bytes, Any]]]:
        """Rows without a shadow, with what it would be."""
        shadow, last = self.shadow, None
        (assignment,) = self._fill_batches().assignments
        source = Cell(self.job.engine.dialect.name, shadow.table.c[self.item.column], sealed=True).read
        while True:
            with connect(self.job.engine) as connection:
                rows = connection.execute(
                    sa.select(*shadow.key.columns, source)
                    .where(*shadow.key.between(last, None), unfilled(shadow), *self._together())
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
