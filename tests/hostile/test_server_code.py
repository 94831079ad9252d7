"""No code of ours goes around the one place that makes connections and names tables."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[2] / "piiguard"
# The application's own statements run on its own connections; the demo writes SQLite.
ELSEWHERE = ("orm", "demo")
AROUND = {
    r"engine\.(connect|begin)\(": ("database/opening.py",),
    r"\bcreate_engine\(": ("database/opening.py", "database/sqlite.py", "database/sqlite_reading.py"),
    r"\bsa\.inspect\(": ("database/servers.py", "read/catalog.py"),
    r"\bhas_table\(": ("database/own.py",),
    r"\bformat_table\(": (),
    r"\bdefault_schema_name\b": ("protect/census/finder.py", "subjects/live/catalogue.py"),
}


@pytest.mark.parametrize("pattern", AROUND)
def test_only_one_place_connects_and_names(pattern: str) -> None:
    found = {
        path.relative_to(PACKAGE).as_posix()
        for path in PACKAGE.rglob("*.py")
        if path.relative_to(PACKAGE).parts[0] not in ELSEWHERE
        and re.search(pattern, path.read_text(encoding="utf-8"))
    }
    assert found <= set(AROUND[pattern])
