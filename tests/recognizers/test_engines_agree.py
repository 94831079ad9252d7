"""The stock engine and piiguard's own find the same in every case of the tables."""

from __future__ import annotations

import pytest
from presidio_analyzer import AnalyzerEngine

from piiguard.detect import Engine, Match
from piiguard.detect.overlaps import resolve

from .test_corpus import CASES


@pytest.fixture(scope="module")
def engine() -> Engine:
    return Engine()


def test_both_engines_find_the_same(analyzer: AnalyzerEngine, engine: Engine) -> None:
    differing = []
    for case in CASES:
        results = analyzer.analyze(case.text, language="ru")
        stock = resolve([Match(r.entity_type, r.start, r.end, r.score) for r in results])
        if stock != engine.find(case.text):
            differing.append((case.entity, stock, engine.find(case.text)))
    assert differing == []
