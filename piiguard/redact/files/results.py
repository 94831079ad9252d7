"""What became of each file, and the document about all of them: places and counts, never a value."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

__all__ = ["SCHEMA", "Left", "Result", "document"]

SCHEMA = "piiguard.redaction/1"

State = Literal["redacted", "earlier", "refused", "left", "unread"]


@dataclass(frozen=True, slots=True)
class Left:
    """What a scan of the copy found all the same; ``named`` in the name of the file or a folder."""

    entity: str
    confidence: str
    count: int
    named: bool = False


@dataclass(frozen=True, slots=True)
class Result:
    """One file: ``redacted`` now or ``earlier``; ``refused`` or ``unread`` for a ``reason``; or, with values ``left``
    in the copy, no copy at all.

    ``withheld`` are lines and cells that the redactor failed on, ``timeouts`` patterns that gave up.
    """

    file: str
    state: State
    copy: str = ""
    reason: str = ""
    replaced: Mapping[str, int] = field(default_factory=dict)
    withheld: int = 0
    timeouts: int = 0
    left: Sequence[Left] = ()

    @property
    def whole(self) -> bool:
        """Whether a copy was written of which nothing is in doubt."""
        return self.state in ("redacted", "earlier") and not self.withheld and not self.timeouts


def document(results: Sequence[Result], operator: str, *, checked: bool, code: int) -> dict[str, Any]:
    """The counts by entity, file and operator, as ``docs/schema/redaction.schema.json`` has them."""
    total: Counter[str] = Counter()
    for result in results:
        total.update(result.replaced)
    return {
        "schema": SCHEMA,
        "operator": operator,
        "checked": checked,
        "complete": all(result.whole for result in results),
        "exit": code,
        "replaced": dict(sorted(total.items())),
        "files": [_file(result) for result in results],
    }


def _file(result: Result) -> dict[str, Any]:
    return {
        "file": result.file,
        "copy": result.copy or None,
        "state": result.state,
        "reason": result.reason or None,
        "replaced": dict(sorted(result.replaced.items())),
        "withheld": result.withheld,
        "timeouts": result.timeouts,
        "left": [
            {"entity": each.entity, "confidence": each.confidence, "count": each.count}
            for each in result.left
        ],
    }
