"""Which applications still write under the index key of before, although another one has been promoted."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

import sqlalchemy as sa

from piiguard import clock
from piiguard.errors import JobError, KeyringError
from piiguard.keys.heartbeat import ALIVE_SECONDS, Beat, FileHeartbeat, behind, shown
from piiguard.keys.keyring import POLL_SECONDS
from piiguard.protect.heartbeat import TableHeartbeat

if TYPE_CHECKING:
    from piiguard.keys import Keyring

__all__ = ["wait_for_followers"]

_PAUSE = 0.2
# Times of a keyring are whole seconds; one that polls may have looked just before the promotion.
_NOTICED = 1.0 + POLL_SECONDS + 0.5
_SHOWN = 5


def wait_for_followers(engine: sa.Engine, keyring: Keyring, notice: Callable[[str], None]) -> None:
    """Wait until every application has loaded the keyring with the index key that is primary now.

    An application that says nothing for five minutes is idle, and looks at the file before it writes again: so nobody
    is waited for longer than that. ``notice`` is told once whom it waits for. Raises JobError with the applications
    that go on with an older file.
    """
    promoted = datetime.fromisoformat(keyring.primary("index").changed)
    passed = (clock.now() - promoted).total_seconds()
    time.sleep(min(max(0.0, _NOTICED - passed), _NOTICED))
    late, deadline = _late(engine, keyring), clock.monotonic() + ALIVE_SECONDS
    if late:
        notice(_named(late))
    while late:
        if clock.monotonic() >= deadline:
            raise JobError(
                f"{_named(late)} may still write under the index key of before;"
                f" the newest generation of the keyring is {keyring.generation}",
                hint="deploy the newest keyring file there, or stop the application; then run the same command again",
            )
        time.sleep(_PAUSE)
        late = _late(engine, keyring)


def _late(engine: sa.Engine, keyring: Keyring) -> list[Beat]:
    beats = TableHeartbeat(engine).beats()
    try:
        beats += FileHeartbeat(keyring.path).beats()
    except KeyringError:  # one in memory is of this process alone
        return []
    return behind(beats, keyring.id, keyring.generation)


def _named(late: list[Beat]) -> str:
    names = sorted({shown(beat.instance) for beat in late})
    return ", ".join(names[:_SHOWN]) + (f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else "")
