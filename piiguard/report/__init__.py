"""Findings as people and programs read them: table, json, ndjson, csv, sarif, junit, html, summary, and files for catalogues."""

from piiguard.report.render import FORMATS, LANGUAGES, render

__all__ = ["FORMATS", "LANGUAGES", "render"]
