"""One analyzer for the whole run, and tables of cases from files."""

from __future__ import annotations

import csv
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from presidio_analyzer import AnalyzerEngine

from piiguard.recognizers import kz_analyzer

HERE = Path(__file__).parent
Find = Callable[..., list[tuple[str, str]]]


@pytest.fixture(scope="session")
def analyzer() -> AnalyzerEngine:
    return kz_analyzer()


@pytest.fixture
def find(analyzer: AnalyzerEngine) -> Find:
    """Return what is found in a text as (entity, characters), in the order of the text."""

    def found(
        text: str,
        *,
        entity: str | None = None,
        least: float = 0.0,
        language: str = "ru",
        context: Sequence[str] = (),
    ) -> list[tuple[str, str]]:
        results = analyzer.analyze(
            text, language=language, entities=[entity] if entity else None, context=list(context) or None
        )
        ordered = sorted(results, key=lambda result: (result.start, result.end))
        return [
            (result.entity_type, text[result.start : result.end])
            for result in ordered
            if result.score >= least
        ]

    return found


def vectors(name: str) -> list[dict[str, str]]:
    """Read a table of published test numbers."""
    with (HERE / "vectors" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def policy(name: str) -> str:
    """Read one of the privacy policies that name what organisations store."""
    return (HERE / "policies" / f"{name}.txt").read_text(encoding="utf-8")


def marked(text: str) -> tuple[str, list[tuple[int, int]]]:
    """Take the brackets out and return the spans that they marked."""
    plain, spans, opened = "", [], 0
    for sign in text:
        if sign == "[":
            opened = len(plain)
        elif sign == "]":
            spans.append((opened, len(plain)))
        else:
            plain += sign
    return plain, spans
