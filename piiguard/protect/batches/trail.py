"""What a job leaves in the audit trail: a line before its first batch, and one for each thing that it has done.

The newest line is pinned in the database, so that a keyring and a trail that are put back together are refused there.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from piiguard.database import connect
from piiguard.errors import JobError, PiiguardError
from piiguard.keys.chain import Mark
from piiguard.protect.outcome import Outcome
from piiguard.protect.state import now, state

if TYPE_CHECKING:
    from pathlib import Path

    from piiguard.keys import Keyring
    from piiguard.keys.trail import Trail
    from piiguard.protect.watch import Watch

__all__ = ["JobLines", "pin_line", "refuse_older"]


class Noted(Protocol):
    """What a job has that is noted."""

    engine: sa.Engine
    keyring: Keyring
    watch: Watch
    trail: Path | None


@dataclass(frozen=True, slots=True)
class JobLines:
    """The lines of one job on one table; a keyring in memory has none."""

    job: Noted
    action: str
    table: str
    columns: tuple[str, ...]
    _trail: Trail | None = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_trail", self.job.keyring.trail(self.job.trail))

    def begin(self, connection: sa.Connection) -> None:
        """Write the line without which nothing is changed; refuse a trail of which the database knows more."""
        if self._trail is None:
            return
        keyring = self.job.keyring
        refuse_older(connection, self._trail, str(keyring.id), keyring.generation)
        newest = self._note(self.action, "begun", self.columns)
        self._pin(connection, newest)

    @contextmanager
    def until_ended(self) -> Iterator[None]:
        """What fails in here leaves a line that says so, by the name of the error alone."""
        try:
            yield
        except BaseException as error:
            with suppress(PiiguardError):  # the error that ends the job is the one to tell
                self._note(self.action, "failed", self.columns, error=type(error).__name__)
            raise

    def end(self, outcome: Outcome) -> Outcome:
        """Write what was done; when that cannot be written, the work is done all the same and the first line stands."""
        if self._trail is None or outcome.kind == "nothing":
            return outcome
        action = "rotate index" if outcome.kind == "index" else outcome.kind
        tally = outcome.tally
        counts = {"changed": tally.changed, "missed": tally.missed, "left": outcome.left}
        state = "stopped" if outcome.paused else "ended"
        try:
            newest = self._note(action, state, outcome.columns, **counts)
            with suppress(SQLAlchemyError), connect(self.job.engine) as connection:
                self._pin(connection, newest)
        except PiiguardError as error:
            self.job.watch.note("not-noted", str(error))
        return outcome

    def _note(self, action: str, step: str, columns: tuple[str, ...], **more: Any) -> Mark | None:
        if self._trail is None:
            return None
        details = {"state": step, "table": self.table, "columns": list(columns), **more}
        return self._trail.note(action, details)

    def _pin(self, connection: sa.Connection, newest: Mark | None) -> None:
        if self._trail is not None and newest is not None:
            pin_line(connection, self._trail, self.job.keyring, newest)


def pin_line(connection: sa.Connection, trail: Trail, keyring: Keyring, newest: Mark) -> None:
    """Note in this database which line of the trail it has seen, and commit."""
    kind, before = trail.kind, _pinned(connection, trail.kind, str(keyring.id))
    row = {
        "name": f"{kind}:{keyring.generation}:{newest.mac}",
        "generation": newest.number,
        "updated": now(),
    }
    if before is None:
        connection.execute(state.insert().values(keyring_id=str(keyring.id), **row))
    elif (before.generation, before.mark.number) < (keyring.generation, newest.number):
        connection.execute(state.update().where(state.c.name == before.name).values(**row))
    connection.commit()


@dataclass(frozen=True, slots=True)
class _Pinned:
    """The newest line that the database has seen, and the generation of the keyring then."""

    name: str
    generation: int
    mark: Mark


def _pinned(connection: sa.Connection, kind: str, keyring: str) -> _Pinned | None:
    """Jobs that run at one moment may leave a row each: the newest counts."""
    where = state.c.name.like(f"{kind}:%"), state.c.keyring_id == keyring
    rows = connection.execute(sa.select(state.c.name, state.c.generation).where(*where)).all()
    found = [
        _Pinned(name, int(parts[1]), Mark(number, parts[2]))
        for name, number in rows
        if len(parts := name.split(":")) == 3 and parts[1].isdecimal()
    ]
    return max(found, key=lambda one: (one.generation, one.mark.number), default=None)


def refuse_older(connection: sa.Connection, trail: Trail, keyring: str, generation: int) -> None:
    """Refuse a trail that lacks what the database has seen of it.

    After a restore without its trail, which is a generation of its own, the trail begins anew.
    """
    pinned = _pinned(connection, trail.kind, keyring)
    if pinned is None or (trail.kind == "trail" and pinned.generation < generation):
        return
    newest, wanted = trail.newest(), pinned.mark
    if newest.number < wanted.number:
        raise JobError(
            f"{trail.place}: the audit trail goes up to line {newest.number}, but line {wanted.number} was pinned in "
            "this database: lines were cut off, or an older copy was put in place",
            hint=_ROLLED_BACK,
        )
    there = newest if newest.number == wanted.number else trail.find(wanted.number)
    if there is not None and there != wanted:
        raise JobError(
            f"{trail.place}: line {wanted.number} of the audit trail is another one than the one pinned in this database",
            hint=_ANOTHER,
        )


_ROLLED_BACK = (
    "bring the newest keyring and its trail back, and find out who put the old ones there; a copy that was deployed "
    "to this host writes into a file of its own: --trail FILE"
)
_ANOTHER = (
    "the keyring was worked with in two copies: run jobs where it is changed, elsewhere with --trail FILE, "
    "always the same one for a database"
)
