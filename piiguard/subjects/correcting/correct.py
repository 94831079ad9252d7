"""Corrects a value of one person: in all his rows, encrypted and indexed again, one transaction per database, proved by a search."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from piiguard import database
from piiguard.errors import SubjectError
from piiguard.frames import emptied
from piiguard.subjects.acting.act import writing
from piiguard.subjects.acting.lines import Lines
from piiguard.subjects.correcting.changes import Change, Correction, is_left, is_same, opened, plan, rows_of
from piiguard.subjects.correcting.wording import Wording
from piiguard.subjects.files import search_files
from piiguard.subjects.find import is_database, reading
from piiguard.subjects.identifiers import Identifier
from piiguard.subjects.live import Row, Table
from piiguard.subjects.planned.steps import update
from piiguard.subjects.rows.known import Known, Named
from piiguard.subjects.rows.reach import chunks
from piiguard.subjects.rows.search import Search
from piiguard.subjects.sought import Sought

if TYPE_CHECKING:
    from piiguard.keys import Keyring
    from piiguard.manifest import Manifest

__all__ = ["correct_subject"]


Agreed = Callable[[Sequence[Correction]], bool]


@emptied
def correct_subject(
    targets: str | Iterable[str],
    identifiers: Iterable[Identifier],
    wording: Wording,
    *,
    manifest: Manifest | None = None,
    findings: Iterable[Named] = (),
    keyring: Keyring | None = None,
    accept_unread: Iterable[str] = (),
    trail: Path | None = None,
    agreed: Agreed = lambda _: True,
) -> list[Correction]:
    """Put the new value in place of the old one in every row of the person; ``agreed`` is asked with the plan before.

    An identifier is replaced however it is spelled, also inside of texts and JSON; a ``text`` where it is all of a cell.
    Encrypted columns are encrypted and indexed again. Other people's rows keep the value: a phone may be shared.

    Raises: :class:`SubjectError` before anything is changed for a place that cannot be read, a file that holds the old value, and a
    column that is a key or a reference; and where the search after it still finds the old value, which takes it back.

    ::

        correct_subject("sqlite:///crm.db", [Identifier.of("iin", iin)], Wording("phone", old, new), manifest=manifest, keyring=keyring)
    """
    names = [targets] if isinstance(targets, str) else list(targets)
    sought, known = Sought(identifiers), Known(manifest, findings, keyring, accept_unread)
    if not sought.all or not names:
        raise SubjectError("nothing is asked for", hint="name a target and an identifier")
    for name in names:
        if not is_database(name):
            _refuse_file(name, wording)
    planned: list[tuple[str, Correction, list[tuple[str, Row, str]]]] = []
    for name in filter(is_database, names):
        with reading(name) as connection:
            changes, correction = plan(connection, known, sought, wording, locked=False)
            planned.append((name, correction, [change.mark for change in changes]))
    listed = [correction for _, correction, _ in planned]
    if not agreed(listed):
        return []
    lines, act = Lines.of(keyring, trail, names), "subject correct"
    about: dict[str, Any] = {
        "kind": wording.kind,
        "columns": sorted({f"{p.table}.{p.column}" for one in listed for p in one.places}),
    }
    if lines is not None:
        lines.begin(act, about)
    with lines.told(act, about) if lines is not None else nullcontext():
        done = [_carried_out(name, known, sought, wording, marks) for name, _, marks in planned if marks]
    if lines is not None:
        lines.end(act, {"changed": sum(place.rows for one in done for place in one.places), **about})
    return done


def _refuse_file(name: str, wording: Wording) -> None:
    if wording.old_one is None:
        raise SubjectError(f"{name}: a text is corrected in databases only", hint="leave the file out")
    places, unread = search_files(name, Sought([wording.old_one]))
    if places or unread:
        raise SubjectError(
            f"{name}: the old value stands in this file, or it cannot be searched; nothing was changed",
            hint="correct it there by hand, then leave the file out",
        )


def _carried_out(
    name: str, known: Known, sought: Sought, wording: Wording, marks: list[tuple[str, Row, str]]
) -> Correction:
    with writing(name) as connection:
        changes, correction = plan(connection, known, sought, wording, locked=True)
        if [change.mark for change in changes] != marks:
            raise SubjectError(
                f"{correction.target}: the person's rows have changed since the plan was made; nothing was changed there",
                hint="run it again: a plan is made of what is there",
            )
        schemas: tuple[str, ...] = connection.get_execution_options().get("piiguard_schemas", ())
        for change in changes:
            with database.own_path(connection, schemas):
                named = {f"k_{at}": value for at, value in enumerate(change.row)}
                bound = {f"v_{name}": value for name, value in change.values.items()}
                connection.execute(update(change.table, change.values), named | bound)
        _prove(connection, known, wording, changes, correction.target)
        connection.commit()
    return correction


def _prove(
    connection: sa.Connection, known: Known, wording: Wording, changes: Sequence[Change], target: str
) -> None:
    """Each changed cell opens to what was meant, the old value stands there no more, and the search finds the new one."""
    rows: dict[Table, dict[Row, None]] = {}
    for change in changes:
        rows.setdefault(change.table, {})[change.row] = None
    now = {table: dict(rows_of(connection, table, list(own))) for table, own in rows.items()}
    found = _found(connection, known, wording, rows)
    for change in changes:
        values = now[change.table].get(change.row)
        good = values is not None and is_same(change, opened(known, change, values))
        good = good and not is_left(known, wording, change, values or {})
        if not good or (found is not None and change.mark not in found):
            raise SubjectError(
                f"{target}: {change.table.place}.{change.column}: the search after it does not find what was meant, so it was"
                " taken back and nothing was changed there",
                hint="a trigger of the database changes it: piiguard subject find shows what is there",
            )


def _found(
    connection: sa.Connection, known: Known, wording: Wording, rows: Mapping[Table, Mapping[Row, None]]
) -> set[tuple[str, Row, str]] | None:
    """Where the new value is found now: by blind index where there is one; None for what no search looks for."""
    if wording.new_one is None:
        return None
    search = Search(connection, known, Sought([wording.new_one]), {})
    return {
        (table.place, hit.row, hit.column)
        for table, own in rows.items()
        for part in chunks(own)
        for hit in search.hits(table, part)
    }
