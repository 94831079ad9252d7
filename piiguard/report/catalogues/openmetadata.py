"""Columns as what the API of OpenMetadata takes, which ``examples/catalogues/openmetadata.py`` sends: tags, and which column has which.

Not as the CSV of its bulk import: that replaces the description, the type and the order of a column by what the file says, and
empties what it leaves out (``EntityCsv`` of OpenMetadata, read in November 2026). ``PUT /v1/columns/name/{fqn}`` changes tags alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from piiguard.names import json_text
from piiguard.report.catalogues.columns import Column
from piiguard.report.messages import Language, entity

__all__ = ["holds", "write"]

_CLASSIFICATION = "piiguard"
_ENCRYPTED = "encrypted"
_WITHOUT_DATABASE = "default"
"""What OpenMetadata calls the level above the schemas of a server that has none."""
_RESERVED = {"::": "__reserved__colon__", ">": "__reserved__arrow__", '"': "__reserved__quote__"}
"""How its own readers spell what no name may hold there, from the first to the last."""
_LINE_END = re.compile("[\n\r\x85\u2028\u2029]")


def holds(column: Column) -> bool:
    """Whether its names are told from all others; none has a line end (``FullyQualifiedName`` refuses them)."""
    return all(_reverted(_spelled(name)) == name and not _LINE_END.search(name) for name in _parts(column))


def write(columns: Iterable[Column], lang: Language) -> str:
    """The classification, its tags, and the columns by their full names."""
    columns = list(columns)
    found = sorted({name for column in columns for name, _ in column.entities})
    titles = {name: entity(lang, name) for name in found} | {_ENCRYPTED: "piiguard encrypt"}
    document = {
        "classification": {"name": _CLASSIFICATION, "description": "piiguard scan"},
        "tags": [
            {"classification": _CLASSIFICATION, "name": name, "description": title}
            for name, title in titles.items()
        ],
        "columns": [_column(column) for column in columns],
    }
    return json_text(document, indent=2) + "\n"


def _column(column: Column) -> dict[str, Any]:
    about = {"purpose": column.purpose} if column.purpose else {}
    parts = [_quoted(_spelled(name)) for name in _parts(column)]
    return {
        "table": ".".join(parts[:-1]),
        "fullyQualifiedName": ".".join(parts),
        "tags": list(_tags(column)),
        "confidence": dict(column.entities),
        "protection": column.protection,
        **about,
    }


def _tags(column: Column) -> Iterator[dict[str, str]]:
    sure = any(confidence == "high" for _, confidence in column.entities)
    yield _label(f"PII.{'Sensitive' if column.sensitive else 'NonSensitive'}", sure)
    for name, confidence in column.entities:
        yield _label(f"{_CLASSIFICATION}.{name}", confidence == "high")
    if column.protection == "encrypted":
        yield _label(f"{_CLASSIFICATION}.{_ENCRYPTED}", True)


def _label(name: str, sure: bool) -> dict[str, str]:
    """What is not certain is suggested: the owner of the table confirms it there."""
    state = "Confirmed" if sure else "Suggested"
    return {"tagFQN": name, "source": "Classification", "labelType": "Automated", "state": state}


def _parts(column: Column) -> tuple[str, ...]:
    return column.service, column.database or _WITHOUT_DATABASE, column.schema, column.table, column.name


def _spelled(name: str) -> str:
    for sign, word in _RESERVED.items():
        name = name.replace(sign, word)
    return name


def _reverted(name: str) -> str:
    for sign, word in _RESERVED.items():
        name = name.replace(word, sign)
    return name


def _quoted(name: str) -> str:
    """A part of a full name: dots stand between the others."""
    return f'"{name}"' if "." in name else name
