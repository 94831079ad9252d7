"""One clock: what a test stops, stands still everywhere."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import piiguard

HOME = Path(piiguard.__file__).parent
SOURCES = [
    path
    for folder in (
        HOME,
        HOME / "keys",
        HOME / "recognizers",
    )  # the last two may be links, which rglob does not follow
    for path in folder.rglob("*.py")
    if path != HOME / "clock.py"
]
ELSEWHERE = {"monotonic", "time", "perf_counter", "now", "utcnow", "today"}


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.relative_to(HOME).as_posix())
def test_no_module_asks_another_clock(path: Path) -> None:
    asked = [
        f"line {node.lineno}"
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if (
            isinstance(node, ast.Attribute)
            and node.attr in ELSEWHERE
            and isinstance(node.value, ast.Name | ast.Attribute)
            and ast.unparse(node.value) in {"time", "datetime", "datetime.datetime", "date", "datetime.date"}
            and not (ast.unparse(node.value) == "datetime" and node.attr == "time")
        )
        or (
            isinstance(node, ast.ImportFrom)
            and node.module in {"time", "piiguard.clock"}
            and any(alias.name in ELSEWHERE for alias in node.names)
        )
    ]
    assert not asked
