"""A line a minute where no terminal shows a bar: in the log of cron hours of silence look like a job that hangs."""

from __future__ import annotations

from piiguard import clock

__all__ = ["Minutes", "far"]

_EVERY = 60.0


class Minutes:
    """Tells when another minute has passed since it was made."""

    def __init__(self) -> None:
        self._began = self._told = clock.monotonic()

    @property
    def seconds(self) -> float:
        return clock.monotonic() - self._began

    def passed(self) -> bool:
        """Whether it is time for a line; it then is not for another minute."""
        now = clock.monotonic()
        if now - self._told < _EVERY:
            return False
        self._told = now
        return True


def far(what: str, done: int, total: int, unit: str, seconds: float) -> str:
    """How far something is.

    >>> far("encrypt students.iin", 120_000, 500_000, "rows", 60)
    'encrypt students.iin: 120,000 of 500,000 rows, 2,000 rows/s, 3 minutes to go'
    >>> far("app.log", 120_000, -1, "bytes", 60)
    'app.log: 120,000 bytes, 2,000 bytes/s'
    """
    speed = done / max(seconds, 1e-9)
    of = f" of {total:,}" if total > 0 else ""
    left = max(1, round((total - done) / speed / 60)) if total > done > 0 else 0
    to_go = f", {left:,} minute{'s' if left > 1 else ''} to go" if left else ""
    return f"{what}: {done:,}{of} {unit}, {speed:,.{int(0 < speed < 10)}f} {unit}/s{to_go}"
