"""The lines that an act leaves in the audit trail, the newest of them pinned in every database that it changes.

The last line holds the receipt's digest. So whoever takes the trail and the keyring back to a state without it is told by the next
job, act, ``subject replay`` or ``keys verify --database`` there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from piiguard import database
from piiguard.errors import PiiguardError, SubjectError
from piiguard.protect.batches.trail import pin_line, refuse_older
from piiguard.protect.state import state
from piiguard.subjects.find import RIGHTS, is_database, reading, url_of

if TYPE_CHECKING:
    from piiguard.keys import Keyring
    from piiguard.keys.chain import Mark
    from piiguard.keys.trail import Trail

__all__ = ["Lines", "refuse_lost"]


@dataclass(frozen=True, slots=True)
class Lines:
    """The lines of one act on these databases; in those of ``changing`` they are pinned, and nothing is written in others."""

    keyring: Keyring
    trail: Trail
    targets: tuple[str, ...]
    changing: tuple[str, ...]

    @classmethod
    def of(
        cls,
        keyring: Keyring | None,
        file: Path | None,
        names: Sequence[str],
        changing: Sequence[str] | None = None,
    ) -> Lines | None:
        """``changing`` are those that change, all of ``names`` if not given. None without a keyring, or with one that has no file."""
        trail = keyring.trail(file) if keyring is not None else None
        if keyring is None or trail is None:
            return None
        targets = tuple(filter(is_database, names))
        return cls(keyring, trail, targets, targets if changing is None else tuple(changing))

    def begin(self, action: str, details: Mapping[str, Any]) -> int:
        """The line without which nothing is changed, and its number. Raises :class:`JobError` where a database has seen a newer one."""
        self.refuse_lost()
        for target in self.changing:
            with _writing(target) as connection:
                state.create(connection, checkfirst=True)
                connection.commit()
        newest = self.trail.note(action, {"state": "begun", **details})
        self._pin(newest)
        return newest.number

    def end(self, action: str, details: Mapping[str, Any]) -> None:
        """The line that says what was done; done it is, whether a database takes the pin or not."""
        newest = self.trail.note(action, {"state": "ended", **details})
        with suppress(PiiguardError):
            self._pin(newest)

    @contextmanager
    def told(self, action: str, details: Mapping[str, Any]) -> Iterator[None]:
        """What fails in here leaves a line that says so, by the name of the error alone."""
        try:
            yield
        except BaseException as error:
            with suppress(PiiguardError):  # the error that ends it is the one to tell
                self.trail.note(action, {"state": "failed", "error": type(error).__name__, **details})
            raise

    def refuse_lost(self) -> None:
        """Refuse a trail that lacks lines which one of the databases has seen; nothing is written."""
        for target in self.targets:
            with reading(target) as connection:
                if database.has_own(connection, state.name):
                    refuse_older(connection, self.trail, str(self.keyring.id), self.keyring.generation)

    def _pin(self, newest: Mark) -> None:
        for target in self.changing:
            with _writing(target) as connection:
                pin_line(connection, self.trail, self.keyring, newest)


@contextmanager
def _writing(target: str) -> Iterator[sa.Connection]:
    engine = database.open_engine(url_of(target))
    try:
        with database.connect(engine) as connection:
            try:
                yield connection
            except SQLAlchemyError as error:
                told = database.explain(error, engine.url)
                raise SubjectError(
                    f"{told}: the line of the audit trail is not pinned, and nothing was changed there",
                    hint=RIGHTS,
                ) from None
    finally:
        engine.dispose()


def refuse_lost(names: Sequence[str], keyring: Keyring, file: Path | None) -> None:
    """Refuse a trail that lacks lines which one of these databases has seen; nothing is written."""
    if (lines := Lines.of(keyring, file, names)) is not None:
        lines.refuse_lost()
