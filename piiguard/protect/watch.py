"""What a job tells while it runs; the command line makes of it a progress bar."""

from __future__ import annotations

from collections.abc import Sequence

from piiguard.protect.outcome import Tally

__all__ = ["Watch"]


class Watch:
    """Hears of every phase and every batch; this one keeps silent."""

    def begin(self, phase: str, table: str, columns: Sequence[str], rows: int) -> None:
        """A phase begins, with about so many rows to do."""

    def step(self, tally: Tally) -> None:
        """A batch was committed."""

    def note(self, what: str, place: str) -> None:
        """Something to say once; ``what`` is a word that the command line has a sentence for."""
