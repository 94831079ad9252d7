"""Lets the tests run before the folder lies in Presidio's tree."""

from __future__ import annotations

from pathlib import Path

from presidio_analyzer.predefined_recognizers import country_specific

country_specific.__path__.append(
    str(Path(__file__).parent / "presidio_analyzer/predefined_recognizers/country_specific")
)
