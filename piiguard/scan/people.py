"""How many different persons stand behind the findings of all targets: one number with its error.

A person is known by the best identifier of the place in which he stands: by IIN, else by telephone, else by e-mail. Who
stands in one place by IIN and in another by telephone alone is counted once where his telephone stands beside an IIN: of
the telephones only those count that stand in no place led by IINs, and so for addresses (docs/decisions/0142).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from piiguard.scan.sketch import IDENTIFIERS, Held, Sketch

__all__ = ["Count", "People", "leader"]

_BESIDE = 3
"""A person may have so many telephones and addresses: an identifier leads a place where no better one is that rare."""


@dataclass(frozen=True, slots=True)
class Count:
    """``at_least`` says that some were not counted: a sample, what is encrypted, what was not read again or at all."""

    estimate: int
    error: float = 0.0
    at_least: bool = False

    @property
    def ends(self) -> tuple[int, int]:
        """The least and the most that it may be, but for what was not counted."""
        return round(self.estimate * (1 - self.error)), round(self.estimate * (1 + self.error))

    def to_dict(self) -> dict[str, Any]:
        own = {"estimate": self.estimate, "error": self.error}
        return {**own, "at_least": True} if self.at_least else own


@dataclass(slots=True)
class People:
    """The sketches by the identifier that leads their places, and by their own; they merge in any order.

    A report may live as long as its process: it holds nothing of the library, and no ``repr`` shows what it holds.
    """

    led: dict[tuple[str, str], Held] = field(default_factory=dict, repr=False)
    partial: bool = False

    @classmethod
    def of(cls, sketches: Mapping[str, Sketch], *, partial: bool = False) -> People:
        """Of one place, by identifier."""
        best = leader({entity: sketch.estimate for entity, sketch in sketches.items()})
        return cls({(best, entity): sketch.held for entity, sketch in sketches.items()}, partial)

    @classmethod
    def all(cls, those: Iterable[People]) -> People:
        """Of several places."""
        places: dict[tuple[str, str], list[Held]] = defaultdict(list)
        partial = False
        for one in those:
            partial = partial or one.partial
            for place, held in one.led.items():
                places[place].append(held)
        return cls({place: _union(every).held for place, every in places.items()}, partial)

    def __reduce__(self) -> tuple[type[People], tuple[dict[tuple[str, str], Held], bool]]:
        return People, ({place: _union([held]).packed() for place, held in self.led.items()}, self.partial)

    def count(self, *, complete: bool = True) -> Count | None:
        """The number; None where nobody was counted."""
        found, error = 0.0, 0.0
        for rank, entity in enumerate(IDENTIFIERS):
            better = tuple(IDENTIFIERS)[:rank]
            known, whole = self._led(entity, better), self._led(entity, (*better, entity))
            found += max(0.0, whole.estimate - known.estimate)
            error = max(error, whole.error)
        return Count(round(found), error, self.partial or not complete) if self.led else None

    def _led(self, entity: str, leaders: tuple[str, ...]) -> Sketch:
        """The values of an identifier in all places that one of these leads."""
        return _union(held for (leads, own), held in self.led.items() if own == entity and leads in leaders)


def _union(every: Iterable[Held]) -> Sketch:
    whole = Sketch()
    for held in every:
        whole.take(held)
    return whole


def leader(counts: Mapping[str, float]) -> str:
    """The identifier that a place tells persons apart by; the best one that is not much rarer than another.

    >>> leader({"KZ_PHONE": 1900, "KZ_IIN": 1000}), leader({"KZ_PHONE": 1900, "KZ_IIN": 10})
    ('KZ_IIN', 'KZ_PHONE')
    """
    most = max(counts.values(), default=0.0)
    return next((entity for entity in IDENTIFIERS if counts.get(entity, 0.0) * _BESIDE >= most > 0.0), "")
