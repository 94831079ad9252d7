"""Where one person's data lies, in databases and files."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from piiguard import clock, database
from piiguard.errors import SubjectError
from piiguard.frames import emptied
from piiguard.read import session, sources
from piiguard.read.options import Limits
from piiguard.subjects.files import search_files
from piiguard.subjects.found import Ambiguous, Place, Restricted, SubjectReport, Unsearched, shown_keys
from piiguard.subjects.identifiers import Identifier
from piiguard.subjects.live import Catalogue, Row, Table, lenient, undeclared
from piiguard.subjects.restricted.rows import RestrictedRow
from piiguard.subjects.rows.known import Known, Named
from piiguard.subjects.rows.person import Doubt, Person, find_person, wider
from piiguard.subjects.rows.search import Via
from piiguard.subjects.sought import Sought

if TYPE_CHECKING:
    from piiguard.keys import Keyring
    from piiguard.manifest import Manifest

__all__ = ["RIGHTS", "Widen", "find_subject", "is_database", "places_of", "reading", "url_of", "widened"]

Widen = Callable[[Sequence[Identifier]], bool]
"""Is shown the identifiers that were found, and says whether they are used."""
_LIMITS = Limits(statement=0, lock=5.0)
_ROUNDS = 4
_WHY = {
    "shared": "several persons have it: name the person by IIN, or by --by key",
    "another": "the row is another person's by its foreign keys",
    "both": "by its foreign keys the row is another person's as much",
    "contradicted": "who has it, has another IIN or key than was asked for",
}


@emptied
def find_subject(
    targets: str | Iterable[str],
    identifiers: Iterable[Identifier],
    *,
    manifest: Manifest | None = None,
    findings: Iterable[Named] = (),
    keyring: Keyring | None = None,
    widen: Widen | None = None,
) -> SubjectReport:
    """Find one person in databases (URLs, SQLite files) and other files; nothing is changed.

    ``identifiers`` are of one person. Encrypted columns of the ``manifest`` are searched by their blind index, which needs the
    ``keyring``; all other columns by value, those that the manifest, their names or ``findings`` tell to hold identifiers also
    where no label stands beside a number. Rows that hang on the person are reached along the foreign keys of the database.
    ``widen`` is asked before identifiers that stand in the person's rows are used as well.

    Raises: :class:`DatabaseError` for a database that cannot be reached, :class:`SubjectError` where nothing is asked for.

    ::

        report = find_subject("sqlite:///crm.db", [Identifier.of("phone", "+77011234567")])
        for place in report.places:
            print(place.table, place.column, place.rows)
    """
    names = [targets] if isinstance(targets, str) else list(targets)
    sought = Sought(identifiers)
    if not sought.all or not names:
        raise SubjectError("nothing is asked for", hint="name a target and an identifier")
    known, started = Known(manifest, findings, keyring), clock.stamp()
    if widen is not None:
        sought = widened(names, known, sought, widen)
    parts = [_look(name, known, sought) for name in names]
    return SubjectReport(
        started,
        clock.stamp(),
        tuple(place for part in parts for place in part.places),
        tuple(place for part in parts for place in part.unread),
        tuple(one for part in parts for one in part.ambiguous),
        tuple(one for part in parts for one in part.shared),
        tuple(one for part in parts for one in part.undeclared),
        tuple(one for part in parts for one in part.restricted),
    )


def is_database(target: str) -> bool:
    """Whether a target is a URL, or a file of SQLite."""
    return "://" in target or sources.is_sqlite(target, named=True)


def url_of(target: str) -> str | sa.URL:
    """The URL of a target that is a database."""
    return target if "://" in target else sa.URL.create("sqlite", database=target)


def _look(target: str, known: Known, sought: Sought) -> SubjectReport:
    if not is_database(target):
        places, unread = search_files(target, sought)
        return SubjectReport("", "", tuple(places), tuple(unread))
    with reading(target) as connection:
        catalogue, target = Catalogue.read(connection), database.shown(connection.engine.url)
        person = find_person(connection, catalogue, known, sought)
        loose = tuple((target, *pair) for pair in undeclared(catalogue, person.rows))
        return replace(report_of(target, person, known), undeclared=loose)


@contextmanager
def reading(target: str) -> Iterator[sa.Connection]:
    """A database that is only read. Raises :class:`SubjectError` where it cannot be."""
    engine = database.open_reader(url_of(target))
    try:
        with session.reader(engine, _LIMITS) as connection:
            lenient(connection)
            yield connection
    except (SQLAlchemyError, UnicodeError) as error:
        source = database.shown(engine.url)
        raise SubjectError(
            f"{source}: it cannot be searched: {session.explain(error)}", hint=RIGHTS
        ) from None
    finally:
        engine.dispose()


RIGHTS = "the account needs what docs/rights.md lists; run it again when the cause is gone"


def widened(names: Sequence[str], known: Known, sought: Sought, widen: Widen) -> Sought:
    """The identifiers with those that were found and accepted, until there are no more."""
    for _ in range(_ROUNDS):
        fresh: dict[Identifier, None] = {}
        for name in filter(is_database, names):
            with reading(name) as connection:
                person = find_person(connection, Catalogue.read(connection), known, sought)
                fresh |= dict.fromkeys(wider(connection, known, person, sought))
        if not fresh or not widen(list(fresh)):
            break
        sought = Sought([*sought.all, *fresh])
    return sought


def report_of(target: str, person: Person, known: Known) -> SubjectReport:
    """What was found in one database, as a report."""
    unread = tuple(Unsearched(target, place, why) for place, why in person.unread.items())
    ambiguous = tuple(_ambiguous(target, doubt) for doubt in person.doubts)
    up = tuple(
        (target, edge.place, edge.parent.place, count) for edge, count in person.reach.upward().items()
    )
    away = tuple(_restricted(target, table, rows) for table, rows in person.restricted.items())
    return SubjectReport("", "", tuple(places_of(target, person)), unread, ambiguous, up, restricted=away)


def _restricted(target: str, table: Table, rows: Mapping[Row, RestrictedRow]) -> Restricted:
    since = min(one.since for one in rows.values())
    return Restricted(target, table.place, len(rows), shown_keys(table.key, rows), since)


def places_of(target: str, person: Person) -> Iterator[Place]:
    """The places of a person's rows: where an identifier stands, and by which foreign keys rows hang on him."""
    spots: dict[tuple[Table, str, str | None, str | None, Via], dict[Row, None]] = {}
    for hit in person.hits:
        spot = (hit.table, hit.column, hit.path, hit.identifier.entity, hit.via)
        spots.setdefault(spot, {})[hit.row] = None
    for (table, column, path, entity, via), rows in sorted(spots.items(), key=lambda item: _order(item[0])):
        keys = shown_keys(table.key, rows)
        yield Place(
            target,
            len(rows),
            keys,
            via,
            table.place,
            None,
            column,
            path,
            entity,
        )
    for edge, rows in sorted(person.reach.along.items(), key=lambda item: item[0].place):
        if rows:
            column = ",".join(edge.columns)
            yield Place(
                target,
                len(rows),
                shown_keys(edge.child.key, rows),
                "foreign key",
                edge.child.place,
                None,
                column,
            )
    hit_rows = {(hit.table, hit.row) for hit in person.hits}
    hit_rows |= {(edge.child, row) for edge, rows in person.reach.along.items() for row in rows}
    for table, rows in person.rows.items():  # asked for by key
        if rest := [row for row in rows if (table, row) not in hit_rows]:
            yield Place(
                target,
                len(rest),
                shown_keys(table.key, rest),
                "value",
                table.place,
                None,
                ",".join(table.key),
            )


def _order(spot: tuple[Table, str, str | None, str | None, Via]) -> tuple[str, ...]:
    table, *rest = spot
    return (table.place, *(part or "" for part in rest))


def _ambiguous(target: str, doubt: Doubt) -> Ambiguous:
    keys = shown_keys(doubt.table.key, doubt.rows)
    return Ambiguous(target, doubt.table.place, len(doubt.rows), keys, doubt.kinds, _WHY[doubt.why])
