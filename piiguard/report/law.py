"""The facts of law that a report cites: data with an edition date and a certainty, not code and no advice."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Literal

from piiguard.scan.finding import Finding, Gap, ScanReport

__all__ = ["Certainty", "Fact", "checked", "facts", "facts_for", "facts_for_gaps", "facts_of"]

Certainty = Literal["read", "secondary", "unsure"]


@dataclass(frozen=True, slots=True)
class Fact:
    """``edition`` is the date of the wording that is meant; ``title``, ``source`` and ``text`` are in three languages."""

    id: str
    when: tuple[str, ...]
    edition: str
    certainty: Certainty
    title: Mapping[str, str]
    source: Mapping[str, str]
    text: Mapping[str, str]


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads(files("piiguard.report").joinpath("law.toml").read_text(encoding="utf-8"))


def checked() -> str:
    """When the facts were last compared with their sources."""
    return str(_table()["checked"])


@cache
def facts(*topics: str) -> tuple[Fact, ...]:
    """The facts of any of the topics, in the order of the file; all of them without a topic."""
    every = (Fact(**{**fact, "when": tuple(fact["when"])}) for fact in _table()["facts"])
    return tuple(fact for fact in every if not topics or set(topics) & set(fact.when))


def facts_of(report: ScanReport) -> tuple[Fact, ...]:
    """What a whole report cites, each fact once: of its findings, its policy check and the number of people."""
    cited = {fact.id for finding in report.findings for fact in facts_for(finding)}
    cited |= {fact.id for fact in facts_for_gaps(report.policy.gaps if report.policy else ())}
    return tuple(fact for fact in facts() if fact.id in cited or "size" in fact.when)


def facts_for_gaps(gaps: Iterable[Gap]) -> tuple[Fact, ...]:
    """What stands behind differences from the policy."""
    kinds = {gap.kind for gap in gaps}
    topics = ["undeclared"] * bool(kinds & {"undeclared", "misplaced"})
    topics += ["retention"] * bool(kinds & {"overdue", "undated", "unlimited"})
    return facts(*topics) if topics else ()


def facts_for(finding: Finding) -> tuple[Fact, ...]:
    """What applies to one finding."""
    state = "encrypted" if finding.protection == "encrypted" else "exposed"
    return facts(state, finding.category, *(["log"] if finding.kind == "file" else []))
