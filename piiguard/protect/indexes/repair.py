"""Makes blind indexes what their values say: stale ones, and those under a rule that another has taken the place of.

Under which rule a hash was made, and whether it is that of its row, no database can tell: every value is opened (one that
is still plain is read), and only the rows that are wrong are written, while they still hold what was read. A run that was killed is run again.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

import sqlalchemy as sa

from piiguard.database import connect
from piiguard.protect import refusal
from piiguard.protect.batches.batch import UNREADABLE, Assignment, Batches
from piiguard.protect.indexes.rows import Accepts, Rows
from piiguard.protect.outcome import Outcome
from piiguard.protect.schema.groups import groups_of
from piiguard.protect.schema.tables import Key
from piiguard.protect.seal import Seal
from piiguard.protect.show import show_key
from piiguard.protect.transient import NotUnique

if TYPE_CHECKING:
    from piiguard.keys import Keyring
    from piiguard.manifest import ProtectedColumn
    from piiguard.protect.batches.checkpoint import Spec
    from piiguard.protect.outcome import Tally

__all__ = [
    "Repair",
    "Runner",
    "count_older",
    "count_stale",
    "fill",
    "renew",
    "repair",
]


class _Passed(Protocol):
    tally: Tally
    left: int
    paused: bool
    resumed: bool
    stuck: bool


class Runner(Protocol):
    """What a job is here: a database, a keyring, and passes over a table."""

    engine: sa.Engine
    keyring: Keyring

    def spec(self, table: str, kind: str, columns: tuple[str, ...], target: int) -> Spec: ...

    def passes(
        self, phase: str, spec: Callable[[], Spec], plan: Callable[[], Batches], left: Callable[[], int]
    ) -> Any: ...


def repair(job: Runner, table: sa.Table, key: Key, item: ProtectedColumn) -> Repair:
    """Every index that is not that of its value becomes it; those under an older key or rule of the entry stay.

    A UNIQUE index is emptied first where it is wrong: two rows may hold one another's hash.
    """
    seal = Seal(job.keyring, item)
    return Repair(job, table, key, item, seal, seal.indexes, "reindex")


def fill(job: Runner, table: sa.Table, key: Key, item: ProtectedColumn) -> Repair:
    """Every row gets its index, or the right one, while its value is still plain or is ciphertext already."""
    seal = Seal(job.keyring, item)
    return Repair(job, table, key, item, seal, seal.indexes, "fill", seal.value)


def renew(job: Runner, table: sa.Table, key: Key, item: ProtectedColumn) -> Repair:
    """Every index goes under the newest rule of an entry that lists several."""
    seal = Seal(job.keyring, item)
    return Repair(job, table, key, item, seal, seal.newest_indexes, "edition")


def count_stale(engine: sa.Engine, table: sa.Table, key: Key, item: ProtectedColumn, keyring: Keyring) -> int:
    """How many rows :func:`repair` would write."""
    seal = Seal(keyring, item)
    return Rows(engine, table, key, item, seal, seal.indexes).count()


def count_older(engine: sa.Engine, table: sa.Table, key: Key, item: ProtectedColumn, keyring: Keyring) -> int:
    """How many rows :func:`renew` would write."""
    seal = Seal(keyring, item)
    return Rows(engine, table, key, item, seal, seal.newest_indexes).count()


class Repair:
    """One index on its way to what its values say: ``run`` writes, ``written`` is what would be."""

    def __init__(
        self,
        job: Runner,
        table: sa.Table,
        key: Key,
        item: ProtectedColumn,
        seal: Seal,
        accepts: Accepts,
        kind: str,
        opens: Callable[[Any], Any] | None = None,
    ) -> None:
        self.job, self.item, self.seal, self.kind = job, item, seal, kind
        self.rows = Rows(job.engine, table, key, item, seal, accepts, opens)

    def run(self) -> Outcome:
        """Empty what stands in the way, then write; refuses with rows named what no rule or no UNIQUE takes."""
        if self.kind != "edition" and self._unique():
            self._pass(f"{self.kind} empty", self._emptied(), _once(self.rows.count))
        try:
            passed: _Passed = self._pass(self.kind, self.written(), self._left())
        except NotUnique as error:
            refused = error
        else:
            if passed.left and not passed.paused:
                self._refuse_kept(stuck=passed.stuck)
            names = (str(self.item.index),)
            return Outcome(
                self.rows.table.fullname,
                names,
                self.kind,
                passed.tally,
                passed.left,
                passed.paused,
                passed.resumed,
            )
        if twins := self._twins():
            raise refusal.Refusal(
                f"{self.item.table}.{self.item.index}: the rows {' and '.join(twins)} are equal after the"
                f" normalizer {self.item.rules[0]}, and the index is unique",
                hint="correct one of them, then run the same command again",
            )
        raise refused

    def _left(self) -> Callable[[], int]:
        """How many are wrong. A fill goes over all rows once: who knows of no index makes new ones all the time."""
        return _once(self.rows.all) if self.kind == "fill" else self.rows.count

    def _unique(self) -> bool:
        with connect(self.job.engine) as connection:
            return bool(groups_of(connection, self.rows.index))

    def _pass(self, kind: str, plan: Batches, left: Callable[[], int]) -> Any:
        version = self.job.keyring.primary("index").version
        spec = partial(self.job.spec, self.rows.table.fullname, kind, (self.rows.index.name,), version)
        return self.job.passes("index", spec, lambda: plan, left)

    def written(self) -> Batches:
        """Every wrong index as its value says."""
        return self._batches(lambda stored: self.seal.index(self.rows.opens(stored)))

    def _emptied(self) -> Batches:
        """Without a hash; of a column that must have one, a hash that no value has."""
        version = self.job.keyring.primary("index").version.to_bytes(2, "big")
        free = None if self.rows.index.nullable else version
        plan = self._batches(lambda stored: None if free is None else free + os.urandom(14))
        return replace(plan, needs=lambda cells: cells[1] is not None and self.rows.is_wrong(cells))

    def _batches(self, change: Callable[[Any], Any]) -> Batches:
        rows = self.rows
        assignment = Assignment(rows.index, 0, change, lambda values: [change(one) for one in values])
        return Batches(
            rows.table, rows.key, rows.cells, (assignment,), rows.where, checked=True, needs=rows.is_wrong
        )

    def _refuse_kept(self, *, stuck: bool) -> None:
        wrong = [
            (key, stored is None or self._fresh(stored) is not None) for key, stored in self.rows.wrong()
        ]
        if refused := [key for key, has in wrong if not has]:
            raise refusal.rows(
                self.item.place,
                refused,
                len(refused),
                f"their values have no index under {self.item.rules[0]}",
                "correct these rows, or keep the older normalizer; the other rows are done",
            )
        if stuck and wrong:
            raise refusal.rows(
                self.item.place,
                [key for key, _ in wrong],
                len(wrong),
                f"what is written into {self.item.index} does not arrive",
                "a trigger or a rule of the table keeps it: switch it off for the job, and run it again",
            )

    def _fresh(self, stored: Any) -> bytes | None:
        try:
            return self.seal.index(self.rows.opens(stored))
        except UNREADABLE:
            return None

    def _twins(self) -> list[str]:
        """Two rows of one value, by their keys: the first row that is wrong and whose hash is taken."""
        rows, seen = self.rows, dict[bytes, tuple[Any, ...]]()
        for key, stored in rows.wrong():
            if stored is None or (fresh := self._fresh(stored)) is None:
                continue
            with connect(self.job.engine) as connection:
                same = rows.index == sa.literal(fresh, sa.LargeBinary())
                held = connection.execute(sa.select(*rows.key.columns).where(same).limit(1)).first()
            other = seen.setdefault(fresh, key) if held is None else tuple(held)
            if other != key:
                return [show_key(other), show_key(key)]
        return []


def _once(count: Callable[[], int]) -> Callable[[], int]:
    """How many there are when it is first asked, and none after one pass."""
    answers = iter((count,))

    def left() -> int:
        asked = next(answers, None)
        return 0 if asked is None else asked()

    return left
