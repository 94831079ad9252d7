"""All recognizers as Presidio's classes: importing it makes their names known to Presidio's YAML registry."""

from piiguard.recognizers.presidio import LANGUAGES, RECOGNIZERS, kz_recognizers

__all__ = ["LANGUAGES", "RECOGNIZERS", "kz_recognizers"]
