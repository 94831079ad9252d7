"""Lists every single match behind the findings of a database, for ``--format ndjson``.

Columns are judged first; a second reading then shows only what was reported, so that a column of order numbers
yields no line because one of them passes a check.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import sqlalchemy as sa

from piiguard.detect.mask import mask
from piiguard.scan import reading, sampling, session
from piiguard.scan.finding import Finding, Match
from piiguard.scan.observe import Hit, Observer
from piiguard.scan.options import Options
from piiguard.scan.relation import Relation

__all__ = ["list_matches"]

Wanted = dict[tuple[str, str | None], dict[str, Finding]]


def list_matches(
    engine: sa.Engine,
    relation: Relation,
    findings: Sequence[Finding],
    options: Options,
    observer: Observer,
    sink: Callable[[Match], None],
) -> None:
    """Send each match of the relation's findings to ``sink``, in the order of its rows."""
    wanted: Wanted = {}
    for finding in findings:
        if finding.matched and finding.column and finding.protection != "encrypted":
            wanted.setdefault((finding.column, finding.path), {})[finding.entity] = finding
    names = {column for column, _ in wanted}
    columns = [column for column in relation.columns if column.name in names]
    if not columns:
        return
    keys: list[sa.ColumnElement[Any]] = [sa.column(name) for name in _row_key(relation)]
    selected = [*keys, *(column.expression() for column in columns)]
    observer.settled = ()
    masked_keys = _masked_keys(relation, findings)
    with session.reader(engine, options.limits, relation) as connection:
        for query in sampling.statements(connection, relation, selected, options.sample):
            for page in reading.pages(connection, query):
                lists = list(zip(*page, strict=True))
                rows = _rows(lists[: len(keys)], masked_keys, len(page))
                for column, values in zip(columns, lists[len(keys) :], strict=True):
                    _list(observer, column.name, column.comment, values, rows, wanted, sink)


def _list(
    observer: Observer,
    column: str,
    comment: str,
    values: Sequence[object],
    rows: list[str | None],
    wanted: Wanted,
    sink: Callable[[Match], None],
) -> None:
    def take(hit: Hit) -> None:
        entity = hit.claim.partition(" ")[0]
        finding = wanted.get((column, hit.path), {}).get(entity)
        if finding is not None:
            sink(
                Match(
                    target=finding.target, entity=entity, score=round(max(hit.score, finding.score), 2),
                    start=hit.start, end=hit.end, masked=hit.masked, table=finding.table, column=column,
                    path=hit.path, row=rows[hit.cell],
                )
            )  # fmt: skip

    observer.observe(column, values, label=comment, sink=take)


def _row_key(relation: Relation) -> tuple[str, ...]:
    """The primary key; SQLite's rowid where a table declares none."""
    return relation.primary or ((relation.key,) if relation.key else ())


def _masked_keys(relation: Relation, findings: Sequence[Finding]) -> dict[int, str]:
    """Key columns that are personal data themselves, by position: their values are masked like any other."""
    entities = {f.column: f.entity for f in findings if f.path is None and f.protection != "encrypted"}
    return {at: entities[name] for at, name in enumerate(_row_key(relation)) if name in entities}


def _rows(keys: Sequence[Sequence[object]], masked: dict[int, str], count: int) -> list[str | None]:
    if not keys:
        return [None] * count
    shown = [
        [mask(masked[at], str(value)) if at in masked else str(value) for value in values]
        for at, values in enumerate(keys)
    ]
    return [",".join(parts) for parts in zip(*shown, strict=True)]
