"""What was replaced in a file, and what could not be looked at."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

__all__ = ["Tally"]


@dataclass(slots=True)
class Tally:
    """``replaced`` counts values by entity; ``withheld`` are lines and cells on which the redactor itself failed."""

    replaced: Counter[str] = field(default_factory=Counter)
    withheld: int = 0
