"""What is past its term, and what was done: counts, never a value or a key. ``docs/schema/retention.schema.json``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from piiguard.subjects.found import Unsearched
from piiguard.subjects.receipt import Receipt

__all__ = ["SCHEMA", "RetentionReport", "TableOverdue"]

SCHEMA = "piiguard.retention/1"


@dataclass(frozen=True, slots=True)
class TableOverdue:
    """One table: ``overdue`` rows are past their term, ``undated`` ones have no date that can be read.

    ``done`` went, ``held`` stay because of what hangs on them, for the ``reason``; ``erase`` is the rule, None where
    none is written.
    """

    table: str
    column: str
    term: str
    before: str
    overdue: int
    undated: int
    erase: str | None = None
    law: str | None = None
    done: int = 0
    held: int = 0
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class RetentionReport:
    """All that a run has to say; times are ISO 8601 in UTC. ``kept`` are tables that a law keeps without an end, and the law."""

    target: str
    organisation: str
    started: str
    finished: str
    tables: tuple[TableOverdue, ...] = ()
    kept: Mapping[str, str] | None = None
    unread: tuple[Unsearched, ...] = ()
    receipt: Receipt | None = None

    @property
    def overdue(self) -> int:
        """Rows that are past their term and still there."""
        return sum(one.overdue - one.done for one in self.tables)

    @property
    def complete(self) -> bool:
        """Whether of every row was told whether it is past its term."""
        return not self.unread and not any(one.undated for one in self.tables)

    def to_dict(self) -> dict[str, Any]:
        """The document, ready for :func:`json.dumps`."""
        return {
            "schema": SCHEMA,
            "target": self.target,
            "organisation": self.organisation,
            "started": self.started,
            "finished": self.finished,
            "complete": self.complete,
            "overdue": self.overdue,
            "tables": [asdict(one) for one in self.tables],
            "kept": [{"table": table, "law": law} for table, law in (self.kept or {}).items()],
            "unread": [asdict(one) for one in self.unread],
            "receipt": None if self.receipt is None else self.receipt.to_dict(),
        }
