"""How the differences between data and policy are said."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from piiguard.report.messages import Language, say
from piiguard.scan.finding import Gap

__all__ = ["Group", "grouped", "identify", "sentence", "values"]

# What breaks the law comes before what breaks one's own word, and both before what is only unknown.
_ORDER = ("unlimited", "overdue", "undeclared", "unprotected", "misplaced", "undated")


@dataclass(frozen=True, slots=True)
class Group:
    """Differences that one sentence explains; they differ in their places alone."""

    first: Gap
    gaps: tuple[Gap, ...]


def grouped(gaps: Iterable[Gap]) -> list[Group]:
    """Put like with like, the heaviest kind first."""
    groups: dict[tuple[object, ...], list[Gap]] = defaultdict(list)
    for gap in sorted(gaps, key=lambda gap: (_ORDER.index(gap.kind), -(gap.rows or 0), gap.place or "")):
        # the number of overdue rows is part of the sentence
        own = gap.place if gap.kind == "overdue" else None
        groups[gap.kind, gap.category, gap.clause, own].append(gap)
    return [
        Group(members[0], tuple({gap.place: gap for gap in members}.values())) for members in groups.values()
    ]


def values(gap: Gap) -> dict[str, object]:
    """What the message ``policy.<kind>_text`` is filled with."""
    told = {"clause": gap.clause or "—", "rows": gap.rows, "before": gap.before}
    return {name: value for name, value in told.items() if value is not None}


def sentence(gap: Gap, lang: Language) -> str:
    """What differs, without the place."""
    title = say(lang, f"policy.{gap.kind}")
    if gap.category:
        title += f" ({say(lang, f'category.{gap.category}')})"
    return f"{title}: {say(lang, f'policy.{gap.kind}_text', **values(gap))}"


def identify(gap: Gap) -> str:
    """A name for a difference that is stable between scans, like the id of a finding."""
    parts = (gap.kind, gap.category, gap.target, gap.place)
    return hashlib.sha256(
        "\x1f".join(part or "" for part in parts).encode("utf-8", "surrogatepass")
    ).hexdigest()[:16]
