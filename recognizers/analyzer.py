"""A ready analyzer engine, without any model and without network access."""

from __future__ import annotations

from collections.abc import Sequence

from presidio_analyzer import AnalyzerEngine, RecognizerRegistry
from presidio_analyzer.nlp_engine import NoOpNlpEngine

from piiguard.recognizers.catalog import LANGUAGES, kz_recognizers
from piiguard.recognizers.enhancer import KzContextEnhancer

__all__ = ["kz_analyzer"]


def kz_analyzer(languages: Sequence[str] = LANGUAGES, *, ner: bool = False) -> AnalyzerEngine:
    """Build Presidio's engine with our recognizers and context enhancer; ``ner`` as in :func:`kz_recognizers`."""
    codes = list(languages)
    registry = RecognizerRegistry(recognizers=kz_recognizers(codes, ner=ner), supported_languages=codes)
    nlp = NoOpNlpEngine([{"lang_code": code, "model_name": "none"} for code in codes])
    return AnalyzerEngine(
        registry=registry,
        nlp_engine=nlp,
        supported_languages=codes,
        context_aware_enhancer=KzContextEnhancer(),
    )
