"""What every job has at hand, and the loop that all of them share: pass after pass, until nothing is left."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa

from piiguard.database import connect
from piiguard.protect.batches.batch import Batches
from piiguard.protect.batches.checkpoint import Spec, finish
from piiguard.protect.batches.lag import watched_lag
from piiguard.protect.batches.pace import Pace
from piiguard.protect.batches.parallel import run_parts
from piiguard.protect.outcome import Tally
from piiguard.protect.watch import Watch

if TYPE_CHECKING:
    from piiguard.keys import Keyring

__all__ = ["Job", "Passed"]

# A pass that went on from a checkpoint has not seen the rows before it, and what was counted may have been done
# by the application itself: one idle pass proves nothing.
_IDLE_PASSES = 3
# An application that still writes with an old key would keep a rotation busy for ever.
_MOST_PASSES = 20


@dataclass(frozen=True, slots=True)
class Passed:
    """What the passes of one job came to; ``left`` rows still are as they were.

    ``stuck``: the last pass found them and could not move one.
    """

    tally: Tally
    left: int
    paused: bool
    resumed: bool
    stuck: bool = False


@dataclass(slots=True)
class Job:
    """A database, a keyring, and how to go about it; ``workers`` processes share each table.

    ``trail`` is a file for the lines of the audit trail, where the keyring's own cannot be written.
    """

    engine: sa.Engine
    keyring: Keyring
    pace: Pace = field(default_factory=Pace)
    watch: Watch = field(default_factory=Watch)
    workers: int = 1
    trail: Path | None = None

    def __post_init__(self) -> None:
        if self.pace.limits.max_lag is not None:
            watched_lag(self.engine)

    def spec(self, table: str, kind: str, columns: tuple[str, ...], target: int) -> Spec:
        """What is noted of a job, so that the same one can go on."""
        return Spec(table, kind, columns, str(self.keyring.id), self.keyring.generation, target)

    def passes(
        self,
        phase: str,
        spec: Callable[[], Spec],
        plan: Callable[[], Batches],
        left: Callable[[], int],
        *,
        enough: int = 0,
    ) -> Passed:
        """Go over the table until not more than ``enough`` rows are left, or passes achieve nothing any more.

        What a pass misses was changed by somebody else meanwhile. The next pass finds it if it still needs
        doing; plan and spec are made anew for it, as a key may have been promoted.
        """
        total, resumed, idle, rest = Tally(), False, 0, left()
        for _ in range(_MOST_PASSES):
            if not rest or self.pace.over() or idle == _IDLE_PASSES:
                break
            noted = spec()
            self.watch.begin(phase, noted.table, noted.columns, rest)
            made, again = run_parts(self.engine, plan(), noted, self.pace, self.watch, self.workers)
            total, resumed = total + made, resumed or again
            rest = left()
            if self.pace.over():
                break
            with connect(self.engine) as connection:
                finish(connection, noted.table)
            if not again and rest <= enough:
                break
            idle = 0 if made.changed or made.missed else idle + 1
        return Passed(total, rest, rest > enough and self.pace.over(), resumed, idle > 0)
