"""The answer to a person, written for him: a page that can be printed, or JSON."""

from __future__ import annotations

from piiguard.report.person.declared import declared
from piiguard.report.person.page import to_html

__all__ = ["declared", "to_html"]
