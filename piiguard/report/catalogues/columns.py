"""What a catalogue is told: each column of a base table that holds personal data, and what it cannot be told."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePath
from urllib.parse import unquote

from piiguard.confidence import Confidence, rank
from piiguard.entities import CATEGORIES
from piiguard.names import HIDDEN
from piiguard.scan.finding import Finding, Protection, ScanReport
from piiguard.scan.policy import Policy

__all__ = ["Column", "Left", "columns_of"]

IN_A_FILE = "it has columns of tables alone"
NO_TABLE = "no column of a base table"
NO_WORD = "an entity whose name is no word"
MASKED = "a name that holds a value, or bears its mask"
_URL = re.compile(r"(\w+)(?:\+\w+)?://(?:([^:@/]*)(?::[^@/]*)?@)?[^/]*/?(.*)", re.DOTALL)
_WORD = re.compile(r"[A-Za-z0-9_]+")
_MYSQL = ("mysql", "mariadb")
_WORST: tuple[Protection, ...] = ("encrypted", "partial", "none")


@dataclass(frozen=True, slots=True)
class Column:
    """A column, by the names that its server knows.

    ``server`` is the kind that its URL says; ``service`` what the database is called, by ``--name`` where there is one;
    ``database`` is empty where a server has nothing above its schemas. ``entities`` are in the order of their names.
    """

    server: str
    service: str
    database: str
    schema: str
    table: str
    name: str
    entities: tuple[tuple[str, Confidence], ...] = ()
    sensitive: bool = False
    """whether one value of it does more than little harm"""
    protection: Protection = "none"
    purpose: str = ""

    @property
    def place(self) -> str:
        return ".".join(filter(None, (self.database, self.schema, self.table, self.name)))


@dataclass(frozen=True, slots=True)
class Left:
    """A place that a catalogue is not told of, and why."""

    place: str
    why: str


def columns_of(report: ScanReport, policy: Policy | None = None) -> tuple[list[Column], list[Left]]:
    """Every column, in the order of names, and what is no column or cannot be named; an entity of a JSON path is its column's.

    ``purpose`` is what the ``policy`` says of the kinds of data. What belongs to organisations is no personal data.
    """
    groups: dict[Column, list[Finding]] = defaultdict(list)
    left: dict[Left, None] = {}
    for finding in report.findings:
        if not CATEGORIES[finding.category].personal:
            continue
        if why := _hindered(finding):
            left[Left(finding.place, why)] = None
        else:
            groups[_bare(finding)].append(finding)
    columns = [_whole(column, findings, policy) for column, findings in groups.items()]
    return sorted(columns, key=lambda column: (column.service, column.place)), list(left)


def _hindered(finding: Finding) -> str:
    if finding.kind == "file":
        return IN_A_FILE
    if any(HIDDEN in name for name in (_address(finding), finding.table or "", finding.column or "")):
        return MASKED
    if not _WORD.fullmatch(finding.entity):  # of a user's own recognizer: it becomes a part of a tag's name
        return NO_WORD
    return "" if finding.base and _URL.match(_address(finding)) else NO_TABLE


def _address(finding: Finding) -> str:
    return finding.address or finding.target


def _bare(finding: Finding) -> Column:
    """The column alone. Where no database is named, that of PostgreSQL has the name of the user."""
    schema, table = finding.base
    found = _URL.match(_address(finding))
    server, user, named = (unquote(part or "") for part in found.groups()) if found else ("", "", "")
    database = named or user
    called = PurePath(database).stem if server == "sqlite" else database
    service = finding.target if finding.address else called
    if server == "sqlite":
        return Column(server, service, "", schema or "main", table, finding.column or "")
    if server in _MYSQL:
        return Column(server, service, "", schema or database, table, finding.column or "")
    return Column(server, service, database, schema, table, finding.column or "")


def _whole(column: Column, findings: Sequence[Finding], policy: Policy | None) -> Column:
    best: dict[str, Confidence] = {}
    for finding in sorted(findings, key=lambda finding: (finding.entity, rank(finding.confidence))):
        best[finding.entity] = finding.confidence
    return Column(
        column.server,
        column.service,
        column.database,
        column.schema,
        column.table,
        column.name,
        tuple(best.items()),
        any(CATEGORIES[finding.category].weight > 1 for finding in findings),
        max((finding.protection for finding in findings), key=_WORST.index),
        "; ".join(_purposes(findings, policy)),
    )


def _purposes(findings: Iterable[Finding], policy: Policy | None) -> Iterator[str]:
    categories = {finding.category for finding in findings}
    told = (policy.purpose_of(category) for category in CATEGORIES if policy and category in categories)
    yield from dict.fromkeys(filter(None, told))
