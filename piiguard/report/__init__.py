"""Findings as people and programs read them: table, json, ndjson, csv, sarif, html."""

from piiguard.report.render import FORMATS, LANGUAGES, render

__all__ = ["FORMATS", "LANGUAGES", "render"]
