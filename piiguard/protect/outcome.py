"""What a job did: rows counted, and the outcome for one table."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Outcome", "Tally"]


@dataclass(frozen=True, slots=True)
class Tally:
    """Rows so far: changed, missed because somebody else was faster, failed to convert."""

    changed: int = 0
    missed: int = 0
    failed: int = 0

    def __add__(self, other: Tally) -> Tally:
        return Tally(self.changed + other.changed, self.missed + other.missed, self.failed + other.failed)

    def __sub__(self, other: Tally) -> Tally:
        return Tally(self.changed - other.changed, self.missed - other.missed, self.failed - other.failed)


@dataclass(frozen=True, slots=True)
class Outcome:
    """``kind`` is what was done, ``nothing`` or ``kept``; ``left`` rows still are as they were.

    In place ``ready`` or ``both``: prepared, and the column holds plaintext only, or some ciphertext of applications too.
    ``paused`` with nothing ``left``: the rows are ready, and the step that they were made ready for was not taken.
    ``residues`` are words for where its plaintext may lie besides: see :mod:`piiguard.protect.schema.residue`.
    """

    table: str
    columns: tuple[str, ...]
    kind: str
    tally: Tally
    left: int = 0
    paused: bool = False
    resumed: bool = False
    residues: tuple[str, ...] = ()

    @property
    def done(self) -> bool:
        """Whether the job came to its end; what was only made ready is not done, though no row is left."""
        return not self.paused and not self.left
