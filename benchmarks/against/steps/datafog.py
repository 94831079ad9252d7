"""DataFog: its patterns for addresses of mail, phones and cards."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import datafog

TYPES = ["EMAIL", "PHONE", "CREDIT_CARD"]


def steps(folder: Path) -> dict[str, Callable[[], object]]:
    """Each step by its name."""
    lines = (folder / "peers.log").read_text("utf-8").split("\n")
    return {
        "datafog": lambda: sum(
            len(datafog.scan(line, engine="regex", entity_types=TYPES).entities) for line in lines
        )
    }
