"""A ready analyzer engine, without any model and without network access."""

from __future__ import annotations

from collections.abc import Sequence

from presidio_analyzer import AnalyzerEngine, EntityRecognizer, RecognizerRegistry
from presidio_analyzer.nlp_engine import NoOpNlpEngine

from piiguard.recognizers.presidio.classes import RECOGNIZERS, KzPersonRecognizer, RussianPersonRecognizer
from piiguard.recognizers.presidio.enhancer import KzContextEnhancer

__all__ = ["LANGUAGES", "kz_analyzer", "kz_recognizers"]

LANGUAGES = ("kk", "ru", "en")


def kz_recognizers(languages: Sequence[str] = LANGUAGES, *, ner: bool = False) -> list[EntityRecognizer]:
    """Make one recognizer per class and language; each knows the label words of all three languages.

    ``ner`` reads Russian prose with a network as well; it needs the extra ``ru`` and is slow.
    """
    classes = list(RECOGNIZERS)
    if ner:
        classes[classes.index(KzPersonRecognizer)] = RussianPersonRecognizer
    return [recognizer(supported_language=language) for language in languages for recognizer in classes]


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
