"""What a job did to one table."""

from __future__ import annotations

from dataclasses import dataclass

from piiguard.protect.batches.checkpoint import Tally

__all__ = ["Outcome"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """``kind`` is what was done, ``nothing`` or ``kept``; ``left`` rows still are as they were."""

    table: str
    columns: tuple[str, ...]
    kind: str
    tally: Tally
    left: int = 0
    paused: bool = False
    resumed: bool = False
