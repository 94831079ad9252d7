"""Whose data is in a leaked file: how many of our people, from which columns, how new, and what was never ours."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from piiguard import clock, database
from piiguard.errors import SubjectError
from piiguard.frames import emptied
from piiguard.read import session
from piiguard.read.options import Limits
from piiguard.subjects.breach.compare import Comparison, Spots
from piiguard.subjects.breach.leaked import read_leaked
from piiguard.subjects.breach.ledger import Ledger
from piiguard.subjects.breach.ours import Spot
from piiguard.subjects.breach.report import BreachReport, Canary, Held, People, Place, Recent
from piiguard.subjects.breach.values import JOINED, Finder, Value
from piiguard.subjects.find import RIGHTS, url_of
from piiguard.subjects.found import Unsearched
from piiguard.subjects.rows.known import Known, Named

if TYPE_CHECKING:
    from piiguard.keys import Keyring
    from piiguard.manifest import Manifest

__all__ = ["find_breach"]

Planted = Callable[[str, str], tuple[str, str] | None]
"""Of an entity and its normal form: the name and the time of the canary that it is, if it is one."""
_MANY = 500
_LIMITS = Limits(statement=0, lock=5.0)


@emptied
def find_breach(
    file: str,
    targets: str | Iterable[str],
    *,
    manifest: Manifest | None = None,
    findings: Iterable[Named] = (),
    keyring: Keyring | None = None,
    canaries: Planted | None = None,
    form: str = "",
) -> BreachReport:
    """Compare a leaked file with databases (URLs, SQLite files); nothing is written and no column is decrypted;
    what lies sealed of restricted rows is opened.

    The file is read as a scan reads it; ``form`` says what it is where its name does not. Values of encrypted columns are
    compared by blind index, which needs the ``keyring``; those of all other columns in their normal form. Memory does not
    grow with either side.

    Raises: :class:`SubjectError` for a database that cannot be read, :class:`ScanError` for a file that is not there.

    ::

        report = find_breach("leaked.csv", "sqlite:///crm.db", manifest=manifest, keyring=keyring)
        print(report.people.count, report.source)
    """
    names = [targets] if isinstance(targets, str) else list(targets)
    if not names:
        raise SubjectError("nothing to compare with", hint="name a database")
    started, known, finder = clock.stamp(), Known(manifest, findings, keyring), Finder()
    with ExitStack() as stack:
        ledger = stack.enter_context(Ledger())
        spots = Spots(ledger)
        sides = {name: stack.enter_context(_reading(name, known, spots)) for name in names}
        met = _Met(ledger, list(sides.values()), canaries)
        unread = [Unsearched(file, place, why) for place, why in read_leaked(file, finder, met.take, form)]
        met.flush()
        for side in sides.values():
            side.read_plain(finder)
            side.read_restricted(finder)
        unread += [Unsearched(_shown(name), *one) for name, side in sides.items() for one in side.unread]
        held = tuple(_held(ledger, met.others))
        values = {one.entity: one.values for one in held}
        owners = {_shown(name): side for name, side in sides.items()}
        places = tuple(_place(ledger, spot, owners, values) for spot in spots.found.values())
        return BreachReport(
            file,
            started,
            clock.stamp(),
            _people(ledger, list(spots.found.values())),
            tuple(sorted(places, key=lambda one: (-one.of_file, one.target, one.table, one.column))),
            held,
            tuple(
                Canary(*where, max(map(len, found.values()))) for where, found in sorted(met.canaries.items())
            ),
            tuple(dict.fromkeys(unread)),
        )


class _Met:
    """Takes what the file holds; what is new is asked for in the blind indexes, a few hundred at a time."""

    def __init__(self, ledger: Ledger, sides: Sequence[Comparison], canaries: Planted | None) -> None:
        self._ledger, self._sides, self._planted = ledger, sides, canaries
        self._waiting: dict[str, list[str]] = {}
        self.others: set[str] = set()
        self.canaries: dict[tuple[str, str], dict[str, set[str]]] = {}

    def take(self, values: Iterable[Value]) -> None:
        """One page or block of the file."""
        page: dict[str, dict[str, bool]] = {}
        for value in values:
            own = page.setdefault(value.entity, {})
            own[value.normal] = own.get(value.normal, False) or value.sure
        for entity, found in page.items():
            self._note_canaries(entity, found)
            fresh = self._ledger.add(entity, found)
            if entity not in JOINED:
                self.others.add(entity)
                continue
            self._waiting.setdefault(entity, []).extend(fresh)
            if len(self._waiting[entity]) >= _MANY:
                self._ask(entity)

    def _note_canaries(self, entity: str, found: dict[str, bool]) -> None:
        """An invented person is nobody of ours: he is told apart and not compared."""
        for value in list(found) if self._planted else ():
            if self._planted and (where := self._planted(entity, value)):
                del found[value]
                self.canaries.setdefault(where, {}).setdefault(entity, set()).add(value)

    def flush(self) -> None:
        """Ask for what is left."""
        for entity in list(self._waiting):
            self._ask(entity)

    def _ask(self, entity: str) -> None:
        values = self._waiting.pop(entity)
        for side in self._sides if values else ():
            side.look_up(entity, values)


@contextmanager
def _reading(target: str, known: Known, spots: Spots) -> Iterator[Comparison]:
    engine = database.open_reader(url_of(target))
    try:
        with session.reader(engine, _LIMITS) as connection:
            yield Comparison(connection, _shown(target), known, spots)
    except (SQLAlchemyError, UnicodeError) as error:
        raise SubjectError(
            f"{database.shown(engine.url)}: it cannot be compared: {session.explain(error)}", hint=RIGHTS
        ) from None
    finally:
        engine.dispose()


def _shown(target: str) -> str:
    return database.shown(sa.engine.make_url(url_of(target)))


def _held(ledger: Ledger, others: set[str]) -> Iterator[Held]:
    for entity, values, ours in ledger.held():
        yield Held(entity, values, ours, None if entity in others else values - ours)


def _place(ledger: Ledger, spot: Spot, sides: dict[str, Comparison], values: dict[str, int]) -> Place:
    side = sides[spot.ours.target]
    count, size = ledger.values_at(spot.number), side.size(spot)
    newest = None
    if spot.ours.clock is not None and spot.newest.raw is not None:
        at = None if spot.newest.at is None else spot.newest.at.isoformat(timespec="seconds")
        newest = Recent(spot.ours.clock, at, side.newer(spot))
    return Place(
        spot.ours.target,
        spot.ours.table.place,
        spot.column,
        spot.path,
        spot.entity,
        spot.via,
        count,
        spot.rows,
        ledger.persons_at(spot.number) if spot.ours.owner else 0,
        _share(count, values.get(spot.entity, 0)),
        _share(spot.rows, size),
        newest,
    )


def _share(part: int, whole: int) -> float:
    return round(min(1.0, part / whole), 4) if whole else 0.0


def _people(ledger: Ledger, spots: list[Spot]) -> People:
    """Different persons over all places; where none names a person, the fullest place says how many there are at least."""
    told = [spot.number for spot in spots if spot.ours.owner]
    if told:
        return People(ledger.persons_at(*told), at_least=len(told) < len(spots))
    most = max((ledger.values_at(spot.number) for spot in spots), default=0)
    return People(most, at_least=bool(spots))
