"""Makes the answer: the person is looked for, his rows are read and opened, and others are hidden in them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, overload

from piiguard import clock
from piiguard.errors import SubjectError
from piiguard.frames import emptied
from piiguard.subjects.answer.answer import Answer, File, Rule, Since, StoredRow, StoredTable
from piiguard.subjects.answer.cells import Cells, learn
from piiguard.subjects.answer.held import Held, Mark, Record, read_all
from piiguard.subjects.answer.own import Hidden, Own
from piiguard.subjects.dates import moment
from piiguard.subjects.files import search_files
from piiguard.subjects.find import Widen, is_database, reading, widened
from piiguard.subjects.found import Place, Unsearched
from piiguard.subjects.identifiers import Identifier
from piiguard.subjects.live import Catalogue
from piiguard.subjects.rows.known import Known, Named
from piiguard.subjects.rows.person import find_person
from piiguard.subjects.sought import Sought

if TYPE_CHECKING:
    from pathlib import Path

    from piiguard.keys import Keyring
    from piiguard.manifest import Manifest
    from piiguard.rights import TableRule

__all__ = ["answer_subject"]

_BEGINNINGS = ("created_at", "created", "created_on", "date_created", "creation_date", "registered_at", "registered_on",
    "registration_date", "inserted_at", "added_at", "signed_up_at", "since")  # fmt: skip
"""Columns that say since when a row is there, where nothing else does."""


@emptied
def answer_subject(
    targets: str | Iterable[str],
    identifiers: Iterable[Identifier],
    *,
    manifest: Manifest | None = None,
    findings: Iterable[Named] = (),
    keyring: Keyring | None = None,
    widen: Widen | None = None,
    trail: Path | None = None,
) -> Answer:
    """All that is stored of one person, with the values; nothing is changed.

    Rows are found as by :func:`find_subject`; those that may be another person's are left out and counted. Encrypted
    columns of the ``manifest`` are opened with the ``keyring``, whose audit trail (or the file ``trail``) says so before the first value
    is read. Times are ISO 8601. The values are in the answer and nowhere else.

    Raises: :class:`DatabaseError` and :class:`SubjectError` as the search does, :class:`KeyringError` where the line cannot be written.

    ::

        answer = answer_subject("sqlite:///crm.db", [Identifier.of("iin", "050312300015")], manifest=manifest, keyring=keyring)
        document = answer.to_dict()
    """
    names = [targets] if isinstance(targets, str) else list(targets)
    sought = Sought(identifiers)
    if not sought.all or not names:
        raise SubjectError("nothing is asked for", hint="name a target and an identifier")
    known = Known(manifest, findings, keyring)
    _note(keyring, trail, manifest, sought)
    if widen is not None:
        sought = widened(names, known, sought, widen)
    held: list[Held] = []
    files: list[Place] = []
    unread: list[Unsearched] = []
    shared: dict[tuple[str, str], None] = {}
    undecided = 0
    for name in names:
        if not is_database(name):
            places, missed = search_files(name, sought)
            files += places
            unread += missed
            continue
        with reading(name) as connection:
            person = find_person(connection, Catalogue.read(connection), known, sought)
            held += read_all(connection, person, known)
            shared |= {(edge.place, edge.parent.place): None for edge in person.reach.upward()}
            undecided += sum(len(doubt.rows) for doubt in person.doubts)
            unread += [Unsearched("", place, why) for place, why in person.unread.items()]
    own = Own(sought.values)
    learn(own, known, held)
    hidden = Hidden(own)
    told = _Told(hidden)
    return Answer(
        clock.stamp(),
        tuple(_tables(held, known, own, hidden)),
        tuple(File(told(str(one.file)), told(one.column), one.entity, one.rows) for one in files),
        tuple((told(place), told(table)) for place, table in shared),
        tuple(Unsearched("", told(one.place), told(one.reason)) for one in unread),
        undecided,
    )


class _Told:
    """Names as the person may see them: a table or a file may be called after somebody else."""

    def __init__(self, hidden: Hidden) -> None:
        self._hidden = hidden
        self._known: dict[str, str] = {}

    @overload
    def __call__(self, name: str) -> str: ...

    @overload
    def __call__(self, name: str | None) -> str | None: ...

    def __call__(self, name: str | None) -> str | None:
        if name is None:
            return None
        if name not in self._known:
            self._known[name] = self._hidden.shown(name, "", frozenset()).text
        return self._known[name]


def _note(keyring: Keyring | None, trail: Path | None, manifest: Manifest | None, sought: Sought) -> None:
    """Whoever decrypts for a person leaves a line first: which columns, and by what kinds the person was named."""
    lines = keyring.trail(trail) if keyring is not None else None
    if lines is not None:
        columns = [item.place for item in manifest.columns] if manifest else []
        kinds = sorted({one.kind for one in sought.all})
        lines.note("subject report", {"state": "begun", "columns": columns, "identifiers": kinds})


def _tables(held: Sequence[Held], known: Known, own: Own, hidden: Hidden) -> Iterator[StoredTable]:
    told = _Told(hidden)
    for one in held:
        place, rule = one.table.place, known.rule(one.table.place)
        cells = Cells(own, hidden, known, one)
        entities = {told(name): tuple(sorted(cells.entities(name))) for name in one.columns}
        rows = (
            StoredRow(
                tuple(replace(cell, column=told(cell.column)) for cell in cells.of(record)),
                *_dates(record, rule),
                record.restricted and record.restricted[:10],
            )
            for record in one.records
        )
        yield StoredTable(
            told(one.database),
            told(place),
            tuple(rows),
            {name: found for name, found in entities.items() if found},
            tuple(sorted(map(told, one.protected))),
            tuple(map(told, one.helpers)),
            Rule(rule.erase, rule.term.text if rule.term else None, rule.since, rule.law) if rule else None,
        )


def _dates(record: Record, rule: TableRule | None) -> tuple[Since | None, str | None]:
    """Since when the row is there, and until when it stays."""
    begins = rule.since.rpartition(".")[2] if rule and rule.since else None
    named = [name for name in record.values if name.lower() in _BEGINNINGS]
    since: Since | None = None
    for column in (*named, *([begins] if begins else [])):
        if (found := _moment(record.values.get(column))) is not None:
            since = Since(column, found.date().isoformat())
            break
    start = _moment(record.values.get(begins)) if begins else None
    if start is None or rule is None or rule.term is None:
        return since, None
    try:
        return since, rule.term.after(start).date().isoformat()
    except (ValueError, OverflowError):
        return since, None


def _moment(value: Any) -> Any:
    return None if value is None or isinstance(value, Mark) else moment(value)
