"""Presidio: with piiguard's recognizers, with its own of the same kinds, and its anonymizer."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from presidio_analyzer import AnalyzerEngine, RecognizerRegistry
from presidio_analyzer.nlp_engine import NoOpNlpEngine
from presidio_analyzer.predefined_recognizers import (
    CreditCardRecognizer,
    EmailRecognizer,
    IbanRecognizer,
    PhoneRecognizer,
)
from presidio_anonymizer import AnonymizerEngine

from piiguard.recognizers import kz_analyzer


def steps(folder: Path) -> dict[str, Callable[[], object]]:
    """Each step by its name."""
    lines = (folder / "peers.log").read_text("utf-8").split("\n")
    stock, own, anonymizer = kz_analyzer(languages=("ru",)), _own(), AnonymizerEngine()  # type: ignore[no-untyped-call,unused-ignore]

    def redact() -> None:
        for line in lines:
            found: Any = stock.analyze(line, language="ru")
            anonymizer.anonymize(line, found)

    return {
        "stock": lambda: sum(len(stock.analyze(line, language="ru")) for line in lines),
        "presidio": lambda: sum(len(own.analyze(line, language="en")) for line in lines),
        "redact.peers": redact,
    }


def _own() -> AnalyzerEngine:
    recognizers = [
        EmailRecognizer(),
        CreditCardRecognizer(),
        IbanRecognizer(),
        PhoneRecognizer(supported_regions=["KZ"]),
    ]
    return AnalyzerEngine(
        registry=RecognizerRegistry(recognizers=recognizers, supported_languages=["en"]),
        nlp_engine=NoOpNlpEngine([{"lang_code": "en", "model_name": "none"}]),
        supported_languages=["en"],
    )
