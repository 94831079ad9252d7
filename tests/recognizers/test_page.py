"""The page about recognizers: its code runs, its examples are found."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from presidio_analyzer import AnalyzerEngine

PAGE = (Path(__file__).parents[2] / "docs" / "recognizers.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
ROWS = [line.split(" | ") for line in PAGE.split("\n") if line.startswith("| `")]


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: block.split("\n")[0])
def test_the_python_of_the_page_runs(block: str) -> None:
    exec(compile(block, "recognizers.md", "exec"), {})  # noqa: S102 - our own page


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0].strip("|` "))
def test_the_first_example_of_an_entity_is_found_in_its_column(
    row: list[str], analyzer: AnalyzerEngine
) -> None:
    entity, examples = row[0].strip("|` "), re.findall("`([^`]+)`", row[1])
    whole = [example for example in examples if "…" not in example and len(example) > 2]
    results = [
        analyzer.analyze(example, language="ru", context=["документ, выдан, дата выдачи"])
        for example in whole[:2]
    ]
    for found in results:
        assert entity in {result.entity_type for result in found}
