"""After a restored backup: who was erased and is there again, found by tombstones and erased again.

The values are the database's own: each number in a column that is known to hold some is compared with the tombstones. Only an IIN
names one person for good. A phone may be another's by now, so an erasure that has no IIN among its tombstones is told, and left.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Unpack

import sqlalchemy as sa

from piiguard.errors import SubjectError, ValueRestricted
from piiguard.frames import emptied
from piiguard.protect.batches.batch import UNREADABLE
from piiguard.subjects.acting.lines import refuse_lost
from piiguard.subjects.acting.options import EraseOptions, refuse_unknown
from piiguard.subjects.erase import erase_subject
from piiguard.subjects.find import is_database, reading
from piiguard.subjects.graves.book import Grave, book_of, tombstone
from piiguard.subjects.identifiers import Identifier, normal
from piiguard.subjects.live import Catalogue, Table
from piiguard.subjects.receipt import Receipt
from piiguard.subjects.restricted.rows import RestrictedRows
from piiguard.subjects.rows.known import Known
from piiguard.subjects.rows.search import away, seal_of

if TYPE_CHECKING:
    from piiguard.keys import Keyring
    from piiguard.keys.tombstone import Tombstones
    from piiguard.manifest import Manifest

__all__ = ["Replayed", "replay_subjects"]

_PAGE = 500


@dataclass(slots=True)
class Replayed:
    """What came of it.

    ``graves`` are the people with a tombstone; ``receipts`` those who were there again and are erased; ``unsure`` erasures without
    an IIN, whose phone or address is there; ``unfinished`` erasures that have not ended; ``foreign`` tombstones of another key.
    """

    graves: int = 0
    receipts: list[Receipt] = field(default_factory=list)
    declined: int = 0
    unsure: int = 0
    unfinished: int = 0
    foreign: int = 0


@emptied
def replay_subjects(
    targets: str | Iterable[str],
    *,
    manifest: Manifest,
    keyring: Keyring,
    **options: Unpack[EraseOptions],
) -> Replayed:
    """Erase again who was erased before, in databases that were restored.

    Raises: :class:`SubjectError` where there are no tombstones, and whatever :func:`erase_subject` raises; whoever was erased by then stays so, and
    it can be run again.
    """
    refuse_unknown(options, EraseOptions)
    book = book_of(keyring, options.get("tombstones"))
    graves, unfinished = book.read() if book else ([], set[str]())
    names = [targets] if isinstance(targets, str) else list(targets)
    if not graves:
        raise SubjectError(
            "there are no tombstones: nobody was erased with this keyring",
            hint="they lie beside the keyring; --tombstones FILE names another place",
        )
    refuse_lost(names, keyring, options.get("trail"))
    options["findings"] = listed = list(options.get("findings", ()))
    maker = keyring.tombstones()
    own = [one for one in graves if one.key == maker.id]
    found = _Found(own)
    for name in filter(is_database, names):
        with reading(name) as connection:
            _look(connection, Known(manifest, listed, keyring), maker, found)
    done = Replayed(
        len({one.receipt for one in own}), unfinished=len(unfinished), foreign=len(graves) - len(own)
    )
    for people in found.people():
        if not any(one.kind == "iin" for one in people):
            done.unsure += 1
            continue
        receipt = erase_subject(names, people, manifest=manifest, keyring=keyring, **options)
        if receipt is None:
            done.declined += 1
        else:
            done.receipts.append(receipt)
    return done


class _Found:
    """Values of the database that have a tombstone, by the person who was erased."""

    def __init__(self, graves: Iterable[Grave]) -> None:
        self._people: dict[str, set[str]] = {}
        for grave in graves:
            self._people.setdefault(grave.tombstone, set()).add(grave.receipt)
        self._values: dict[str, dict[Identifier, None]] = {}

    def add(self, stone: str, one: Identifier) -> None:
        for receipt in self._people.get(stone, ()):
            self._values.setdefault(receipt, {})[one] = None

    def people(self) -> Iterator[list[Identifier]]:
        """The identifiers of each, once: one who was erased twice has two receipts."""
        seen = set[frozenset[Identifier]]()
        for values in self._values.values():
            if frozenset(values) not in seen:
                seen.add(frozenset(values))
                yield list(values)


def _look(connection: sa.Connection, known: Known, graves: Tombstones, found: _Found) -> None:
    held = RestrictedRows(connection, known.keyring)
    for table in Catalogue.read(connection).tables.values():
        names = [
            c.name
            for c in table.columns
            if (table.place, c.name) not in known.helpers and known.kinds(table.place, c.name)
        ]
        for name, value in _values(connection, known, held, table, names):
            for kind in known.kinds(table.place, name):
                spelled = normal(kind, value)
                if spelled is not None:
                    one = Identifier(kind, spelled)
                    found.add(tombstone(graves, one)[1], one)


def _values(
    connection: sa.Connection, known: Known, held: RestrictedRows, table: Table, names: list[str]
) -> Iterator[tuple[str, Any]]:
    """What stands in these columns, and what was moved away of restricted rows."""
    for row in _rows(connection, table, names):
        yield from (
            (name, _opened(known, table, name, value)) for name, value in zip(names, row, strict=True)
        )
    for one in held.all(table):
        for name in set(names) & one.values.keys():
            yield name, away(seal_of(known, table, name), one, name, one.values[name])


def _rows(connection: sa.Connection, table: Table, names: list[str]) -> Iterator[Any]:
    if names:
        columns: list[sa.ColumnElement[Any]] = [sa.column(name) for name in names]
        query = sa.select(*columns).select_from(table.source)
        yield from connection.execute(query, execution_options={"yield_per": _PAGE})


def _opened(known: Known, table: Table, name: str, value: Any) -> Any:
    item = known.protected(table.place, name)
    seal = known.seal(item) if item else None
    if isinstance(value, memoryview):
        value = bytes(value)
    if seal is None:
        return None if isinstance(value, bytes) else value
    try:
        return seal.value(value) if value is not None else None
    except ValueRestricted:
        return None
    except UNREADABLE:
        raise SubjectError(
            f"{table.place}.{name}: values do not open, so nobody knows whose they are",
            hint="piiguard verify names the rows; the backup may be older than a key that was destroyed",
        ) from None
