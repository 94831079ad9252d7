"""Opens values and recomputes blind indexes; tells places and keys of rows, never a value."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from piiguard.database import connect
from piiguard.errors import DecryptionError, NotEncrypted, ValueRestricted
from piiguard.frames import emptied_iterator
from piiguard.protect.batches.batch import UNREADABLE
from piiguard.protect.cells.cell import Cell
from piiguard.protect.jobs.job import Job
from piiguard.protect.outcome import Tally
from piiguard.protect.schema.tables import Key, column_of, key_of, reflect
from piiguard.protect.seal import Seal
from piiguard.protect.show import show_key
from piiguard.protect.transient import in_words
from piiguard.protect.watch import Watch

if TYPE_CHECKING:
    from piiguard.manifest import ProtectedColumn

__all__ = ["Verified", "verify"]

_SHOWN = 10
_BATCH = 5000


@dataclass(slots=True)
class Problem:
    """Rows with one problem; the keys of the first of them."""

    rows: int = 0
    keys: list[str] = field(default_factory=list)

    def add(self, key: Sequence[Any]) -> None:
        """One more row."""
        self.rows += 1
        if len(self.keys) < _SHOWN:
            self.keys.append(show_key(key))


@dataclass(slots=True)
class Verified:
    """What was found in one column.

    ``unreadable`` do not open; ``misplaced`` open as another column of the manifest; ``stale`` have a blind
    index that is not that of their value. ``restricted`` say that their value lies elsewhere.
    """

    item: ProtectedColumn
    opened: int = 0
    null: int = 0
    restricted: int = 0
    plain: Problem = field(default_factory=Problem)
    unreadable: Problem = field(default_factory=Problem)
    misplaced: dict[str, Problem] = field(default_factory=dict)
    stale: Problem = field(default_factory=Problem)

    @property
    def sound(self) -> bool:
        """Whether every row that is encrypted opens and is found."""
        return not (self.unreadable.rows or self.misplaced or self.stale.rows)


@emptied_iterator
def verify(
    job: Job,
    items: Iterable[ProtectedColumn],
    *,
    others: Iterable[ProtectedColumn] = (),
    sample: int | None = None,
) -> Iterator[Verified]:
    """Check each column, all rows or a random sample; ``others`` are tried for values that were moved."""
    seals = [Seal(job.keyring, other) for other in others]
    for item in items:
        with connect(job.engine) as connection, in_words(item.place):
            found = Verified(item)
            seal = Seal(job.keyring, item)
            strangers = [other for other in seals if other.item.place != item.place]
            for rows in _batches(connection, item, sample, job.watch):
                for key, stored, index in rows:
                    _look(found, seal, strangers, key, stored, index)
                job.watch.step(Tally(len(rows)))
            yield found


_Row = tuple[Sequence[Any], Any, Any]


def _batches(
    connection: sa.Connection, item: ProtectedColumn, sample: int | None, watch: Watch
) -> Iterator[list[_Row]]:
    table = reflect(connection, item.table)
    cell = Cell(connection.dialect.name, column_of(table, item.column), sealed=True)
    key = key_of(connection, table)
    index = [column_of(table, item.index)] if item.index else []
    rows = int(connection.scalar(sa.select(sa.func.count()).select_from(table)) or 0)
    watch.begin("verify", item.table, (item.column,), min(rows, sample or rows))
    select = sa.select(*key.columns, cell.read, *index)
    if sample is not None:
        random = sa.func.rand() if connection.dialect.name == "mysql" else sa.func.random()
        yield _cut(connection.execute(select.order_by(random).limit(sample)).all(), key)
        return
    last: Sequence[Any] | None = None
    while found := connection.execute(
        select.where(*key.between(last, None)).order_by(*key.order).limit(_BATCH)
    ).all():
        last = found[-1][: len(key.columns)]
        yield _cut(found, key)
        connection.rollback()  # no snapshot is held open over a long table


def _cut(rows: Sequence[Any], key: Key) -> list[_Row]:
    width = len(key.columns)
    return [(row[:width], row[width], row[width + 1] if len(row) > width + 1 else None) for row in rows]


def _look(
    found: Verified, seal: Seal, others: Sequence[Seal], key: Sequence[Any], stored: Any, index: Any
) -> None:
    if stored is None:
        found.null += 1
        if index is not None:
            found.stale.add(key)
        return
    try:
        value = seal.decrypt(stored)
    except NotEncrypted:
        found.plain.add(key)
    except ValueRestricted:
        found.restricted += 1
        if index is not None:
            found.stale.add(key)
    except DecryptionError:
        owner = next((other.item.place for other in others if _opens(other, stored)), None)
        problem = found.unreadable if owner is None else found.misplaced.setdefault(owner, Problem())
        problem.add(key)
    except UNREADABLE:
        found.unreadable.add(key)
    else:
        found.opened += 1
        if found.item.index and index not in (seal.indexes(value) or _NOTHING):
            found.stale.add(key)


_NOTHING: list[bytes | None] = [None]  # a value with nothing left to index has no index


def _opens(seal: Seal, stored: Any) -> bool:
    try:
        seal.decrypt(stored)
    except UNREADABLE:
        return False
    return True
