"""What a recognizer is: plain data, and functions that check a value.

>>> from piiguard.recognizers.iin import RULE
>>> RULE.entity, RULE.check("050312300015"), RULE.check("050312300016")
('KZ_IIN', None, False)

Presidio's classes are made of the same data in :mod:`piiguard.recognizers.presidio`, and nowhere else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any, Protocol

__all__ = ["FLAGS", "NEEDS_LABEL", "Doubt", "Found", "Pattern", "Result", "Rule", "moved"]

NEEDS_LABEL = 0.3
"""A match whose score stays below this is not reported: its shape needs a label or other evidence beside it."""

FLAGS = 26
"""How patterns are read: IGNORECASE, MULTILINE and DOTALL, as the module regex numbers them; so does Presidio."""

Doubt = tuple[float, str]
"""What something costs of the score, and what it is."""

Result = tuple[str, int, int, float, Any]
"""What a borrowed recognizer finds: entity, start, end, score, and its own object."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """One way to write a value: a regular expression, and the score of what it matches."""

    name: str
    regex: str
    score: float


class Found(Protocol):
    """What a grammar finds: characters from ``start`` to ``end``, and which rule of it found them."""

    @property
    def start(self) -> int: ...

    @property
    def end(self) -> int: ...

    @property
    def score(self) -> float: ...

    @property
    def rule(self) -> str: ...


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Rule:
    """All that is known of one entity's values.

    What they look like: ``patterns``, or a grammar, ``find``. ``prefilter`` are regular expressions of which at least
    one hits every line with a possible match; None means they can be derived from the patterns, an empty tuple that
    every line must be looked at. A match spans at most ``lines`` lines.

    Whether a value can be one: ``check`` says False to drop it, None to keep its score, True to be certain. ``doubt``
    says what speaks against a value that passed, ``misplaced`` what the text around a value without a label says.

    Which words count: ``gain`` is what a label of ``context`` adds to the score. ``company`` are entities of which a
    sure hit within 60 characters adds ``company_gain``; only in such company, or beside a label of it, are ``hints``
    labels too. Without label or hint the company must stand within 20 characters. Words that mean an order, a
    contract, a request or an amount cost a ``negatable`` match most of its score, and so do words ``against`` it.
    """

    entity: str
    name: str
    about: str = ""
    patterns: tuple[Pattern, ...] = ()
    find: Callable[[str], Iterable[Found]] | None = None
    prefilter: tuple[str, ...] | None = None
    lines: int = 1

    check: Callable[[str], bool | None] | None = None
    doubt: Callable[[str], Doubt | None] | None = None
    misplaced: Callable[[str, str, str], Doubt | None] | None = None

    context: tuple[str, ...] = ()
    hints: tuple[str, ...] = ()
    against: tuple[str, ...] = ()
    company: frozenset[str] = frozenset()
    gain: float = 0.35
    company_gain: float = 0.3
    negatable: bool = False
    proven: float = 1.0
    """The score of a form from which on an everyday word beside it, such as "request", says nothing against it."""
    sure: float = 1.0
    """The score of a form from which on no word says anything against it, unless a number sign stands between."""
    parts: frozenset[str] = frozenset()
    """Entities with whose label something else begins: no label from before it counts that has its value already."""
    close: Mapping[str, float] = field(default_factory=dict)
    """What company right before the match adds in place of ``company_gain``; elsewhere it must be in ``company`` to count."""
    trusted: frozenset[str] = frozenset()
    """Company that need not be sure: two things that are weak alone, and seldom stand beside each other by chance."""
    agrees: Callable[[str, str], bool] | None = None
    """Whether the value of the company proves that of the match; where it does not, the company says nothing."""

    # What only a recognizer borrowed from Presidio needs.
    owner: str | None = None
    """Whose words of the common vocabulary are its labels: None is the entity's, ``OWN`` its ``context`` alone."""
    others: tuple[str, ...] = ()
    """More entities that it finds."""
    run: Callable[[str, Sequence[str]], Iterable[Result]] | None = None
    """Finds all of the given entities in a text; its patterns are not tried then."""
    flags: int = FLAGS
    timeout: float | None = None
    """Seconds that one pattern may take on one text; ours are tested to be linear."""
    keeps_weak: bool = False
    """Whether what needs a label is reported without one."""
    thresholds: Mapping[str, float] = field(default_factory=dict)
    """The least score of an entity, or of any as ``default``."""

    @property
    def entities(self) -> tuple[str, ...]:
        """All entities that it finds."""
        return (self.entity, *self.others)

    @property
    def plain(self) -> bool:
        """Whether all that it finds is found by its patterns, each by itself."""
        return self.run is None and self.find is None


def moved(*names: str) -> Callable[[str], Any]:
    """Make a module's ``__getattr__``, by which Presidio's classes are imported from where they always were."""

    def get(name: str) -> Any:
        if name not in names:
            raise AttributeError(f"there is no {name} here")
        return getattr(import_module("piiguard.recognizers.presidio"), name)

    return get


__getattr__ = moved("KzRecognizer", "Traits")
