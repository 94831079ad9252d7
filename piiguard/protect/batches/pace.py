"""How fast a job may go: batch size, throttle, replica lag, time window, and a polite stop."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

import sqlalchemy as sa

from piiguard import clock
from piiguard.protect.batches.lag import replica_lag

__all__ = ["Limits", "Pace"]

_LEAST, _FIRST, _MOST = 50, 2000, 10_000
_QUICK, _SLOW = 0.1, 0.5  # seconds a batch may hold its row locks


@dataclass(frozen=True, slots=True)
class Limits:
    """What the DBA asked for; None is no limit."""

    rows_per_second: float | None = None
    max_lag: float | None = None
    max_minutes: float | None = None


@dataclass(slots=True)
class Pace:
    """Keeps one run within the limits; ``stop`` ends it after the batch at hand."""

    limits: Limits = field(default_factory=Limits)
    lag: Callable[[sa.Connection], float | None] = replica_lag
    stop: Callable[[], bool] = lambda: False
    started: float = field(default_factory=clock.monotonic)
    size: int = _FIRST
    _rows: int = 0

    def __post_init__(self) -> None:
        if self.limits.rows_per_second:
            self.size = max(1, min(_FIRST, int(self.limits.rows_per_second)))

    def over(self) -> bool:
        """Whether no further batch may begin."""
        minutes = self.limits.max_minutes
        return self.stop() or (minutes is not None and clock.monotonic() - self.started >= minutes * 60)

    def smaller(self) -> None:
        """Somebody else wanted the same rows: hold fewer of them."""
        self.size = max(_LEAST, self.size // 2)

    def after(self, connection: sa.Connection, rows: int, seconds: float) -> None:
        """Fit the batch size to the time a batch took, and wait as long as the limits ask."""
        self._rows += rows
        if self.limits.rows_per_second:
            self._wait_for(self.started + self._rows / self.limits.rows_per_second)
        elif seconds < _QUICK:
            self.size = min(_MOST, self.size * 2)
        elif seconds > _SLOW:
            self.smaller()
        self._wait_for_replicas(connection)

    def _wait_for(self, moment: float) -> None:
        while (rest := moment - clock.monotonic()) > 0 and not self.over():
            time.sleep(min(rest, 0.2))

    def _wait_for_replicas(self, connection: sa.Connection) -> None:
        if self.limits.max_lag is None:
            return
        while not self.over():
            lag = self.lag(connection)
            connection.rollback()
            if lag is None or lag <= self.limits.max_lag:
                return
            time.sleep(0.5)
