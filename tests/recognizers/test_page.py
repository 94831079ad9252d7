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
    for example in whole[:2]:
        # what needs a document beside it has one, and what no document has stands alone
        found = [
            result.entity_type
            for context in (["документ, выдан, дата выдачи"], [])
            for result in analyzer.analyze(example, language="ru", context=context)
        ]
        assert entity in found
