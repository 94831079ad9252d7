"""The tables of a database and what refers to what, as its catalogue says now."""

from __future__ import annotations

from piiguard.subjects.live.broken import BrokenText, lenient, readable
from piiguard.subjects.live.catalogue import Catalogue
from piiguard.subjects.live.tables import Edge, Row, Table, any_of
from piiguard.subjects.live.undeclared import undeclared

__all__ = ["BrokenText", "Catalogue", "Edge", "Row", "Table", "any_of", "lenient", "readable", "undeclared"]
