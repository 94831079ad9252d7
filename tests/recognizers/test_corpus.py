"""Positive and near-miss cases of every entity, in three languages, with exact offsets.

A case marks what must be found with ⟦ ⟧; without marks nothing of the entity may be found. ⏎ stands for a line
break. A third field names the column the text stands in.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest
from presidio_analyzer import AnalyzerEngine

CORPUS = Path(__file__).parent / "corpus"
FILES = sorted(CORPUS.glob("*.tsv"))


@dataclass(frozen=True)
class Case:
    entity: str
    language: str
    text: str
    spans: tuple[tuple[int, int], ...]
    context: str


def read(path: Path) -> list[Case]:
    lines = path.read_text(encoding="utf-8").split("\n")
    return [parse(path.stem, line) for line in lines if line]


def parse(entity: str, line: str) -> Case:
    language, marked, *context = line.replace("⏎", "\n").split("\t")
    text, spans = "", []
    for number, piece in enumerate(marked.replace("⟧", "⟦").split("⟦")):
        if number % 2:
            spans.append((len(text), len(text) + len(piece)))
        text += piece
    return Case(entity, language, text, tuple(spans), "".join(context))


CASES = [case for path in FILES for case in read(path)]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.entity}-{case.language}")
def test_exactly_the_marked_characters_are_found(case: Case, analyzer: AnalyzerEngine) -> None:
    context = [case.context] if case.context else None
    results = analyzer.analyze(case.text, language=case.language, entities=[case.entity], context=context)
    # a date or an issuer is judged in the company of other documents, so all recognizers run
    everything = analyzer.analyze(case.text, language=case.language, context=context)
    spans = {(r.start, r.end) for r in everything if r.entity_type == case.entity}
    assert spans == set(case.spans), [(r.start, r.end, r.score) for r in results]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_tables_are_large_enough(path: Path) -> None:
    cases = read(path)
    assert sum(bool(case.spans) for case in cases) >= 30
    assert sum(not case.spans for case in cases) >= 30
    assert {case.language for case in cases} == {"kk", "ru", "en"}


@pytest.mark.parametrize("before", ["🙂 ", "e\u0301 ", "\u00a0", "تجربة ", "𝟘 "])
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_offsets_count_characters_of_the_original(path: Path, before: str, analyzer: AnalyzerEngine) -> None:
    case = next(case for case in read(path) if case.spans and not case.context and "\n" not in case.text)
    results = analyzer.analyze(before + case.text, language=case.language)
    spans = {(r.start - len(before), r.end - len(before)) for r in results if r.entity_type == case.entity}
    assert spans == set(case.spans)
