"""Columns as ``sources`` of dbt with ``config.meta``, a file for the folder of the models.

dbt runs what stands between ``{{`` and ``}}`` in such a file, in whatever value it stands (Jinja), so a text of that kind is left out.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator

from piiguard.names import yaml
from piiguard.report.catalogues.columns import Column
from piiguard.report.messages import Language

__all__ = ["holds", "write"]

_HEAD = """\
# Written by piiguard scan --format dbt. A table that is a source already takes its columns over into the file that has it.
version: 2
"""
_CHANGED = re.compile(r"\{[{%#]|[}%#]\}|[\n\r]")
"""What Jinja runs, and the line ends that it rewrites."""


def holds(column: Column) -> bool:
    """Whether dbt reads its names and its purpose as they stand."""
    return not any(map(_CHANGED.search, (column.purpose, column.service, column.place)))


def write(columns: Iterable[Column], lang: Language) -> str:
    """One source for each schema."""
    sources: dict[tuple[str, str, str], dict[str, list[Column]]] = defaultdict(lambda: defaultdict(list))
    for column in columns:
        sources[column.service, column.database, column.schema][column.table].append(column)
    lines = [line for source, tables in sources.items() for line in _source(*source, tables)]
    return _HEAD + "\n".join(["sources:", *lines] if lines else ["sources: []"]) + "\n"


def _source(service: str, database: str, schema: str, tables: dict[str, list[Column]]) -> Iterator[str]:
    yield f"  - name: {yaml(f'{service}_{schema}')}"
    if database:
        yield f"    database: {yaml(database)}"
    yield f"    schema: {yaml(schema)}"
    yield "    quoting: {database: true, schema: true, identifier: true}"
    yield "    tables:"
    for table, columns in tables.items():
        yield f"      - name: {yaml(table)}"
        yield "        columns:"
        for column in columns:
            yield from _column(column)


def _column(column: Column) -> Iterator[str]:
    yield f"          - name: {yaml(column.name)}"
    yield "            quote: true"
    yield "            config:"
    yield "              meta:"
    yield "                contains_pii: true"
    yield "                piiguard:"
    yield "                  entities:"
    for entity, confidence in column.entities:
        yield f"                    {yaml(entity)}: {confidence}"
    yield f"                  protection: {yaml(column.protection)}"
    if column.purpose:
        yield f"                  purpose: {yaml(column.purpose)}"
