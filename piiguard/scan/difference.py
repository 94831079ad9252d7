"""How the data differs from what was said of it: by the organisation's policy, by an earlier baseline."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, Literal

__all__ = ["Gap", "Gone", "PolicyCheck", "plain"]


def plain(record: Any) -> dict[str, Any]:
    """The members of a record, as JSON has them."""
    values = {item.name: getattr(record, item.name) for item in fields(record)}
    return {name: list(value) if isinstance(value, tuple) else value for name, value in values.items()}


@dataclass(frozen=True, slots=True)
class Gone:
    """A place that the baseline knows, and where the scan found nothing unprotected of that kind any more."""

    target: str
    place: str
    entity: str

    def to_dict(self) -> dict[str, Any]:
        return plain(self)


@dataclass(frozen=True, slots=True)
class Gap:
    """One way in which the data and the organisation's own policy differ.

    ``undeclared``, ``misplaced`` and ``unprotected`` concern a finding; ``overdue`` the rows of a table that are
    older than ``before``; ``undated`` a table whose term cannot be checked; ``unlimited`` the policy itself.
    """

    kind: Literal["undeclared", "misplaced", "unprotected", "overdue", "undated", "unlimited"]
    category: str | None = None
    target: str | None = None
    place: str | None = None
    clause: str = ""
    rows: int | None = None
    term: str | None = None
    before: str | None = None
    finding: str | None = None

    def to_dict(self) -> dict[str, Any]:
        return {name: value for name, value in plain(self).items() if value not in (None, "")}


@dataclass(frozen=True, slots=True)
class PolicyCheck:
    """What came of ``--policy``."""

    organisation: str
    source: str = ""
    gaps: tuple[Gap, ...] = ()

    @property
    def broken(self) -> tuple[Gap, ...]:
        """What is known to differ; a term that could not be checked is not."""
        return tuple(gap for gap in self.gaps if gap.kind != "undated")

    def to_dict(self) -> dict[str, Any]:
        told = {"organisation": self.organisation, "source": self.source}
        return {**told, "gaps": [gap.to_dict() for gap in self.gaps]}
