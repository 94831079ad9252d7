"""Compares a report with a policy: what is not declared, not where it should be, not protected, kept too long."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from fnmatch import fnmatchcase
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from piiguard import clock
from piiguard.database import explain, home, inspect, shown
from piiguard.entities import CATEGORIES
from piiguard.errors import DatabaseError
from piiguard.read import session
from piiguard.read.relation import Relation
from piiguard.scan.finding import Failure, Finding, Gap, PolicyCheck, ScanReport
from piiguard.scan.options import Limits
from piiguard.scan.policy import ActivityDate, Policy, Term

__all__ = ["check"]

# A firm's number is no personal data, so no privacy policy has to list it.


def check(
    report: ScanReport,
    policy: Policy,
    databases: Mapping[str, sa.Engine] | None = None,
    *,
    now: datetime | None = None,
) -> ScanReport:
    """Add the policy's verdict to a report; ``databases``, by target, are asked for rows past their term."""
    gaps: list[Gap] = [*_unlimited(policy)]
    errors: list[Failure] = []
    for finding in report.findings:
        gaps += _of_finding(finding, policy)
    for target, table, term in _terms(report, policy):
        try:
            gaps += _kept(target, table, term, policy, databases or {}, now or clock.now())
        except DatabaseError as error:
            errors.append(Failure(target, table, str(error)))
    verdict = PolicyCheck(policy.organisation, policy.source, tuple(gaps))
    return dataclasses.replace(report, policy=verdict, errors=(*report.errors, *errors))


def _unlimited(policy: Policy) -> Iterator[Gap]:
    if policy.retention and policy.retention.unlimited:
        yield Gap("unlimited", clause=policy.retention_clause)
    for declared in policy.declared.values():
        if declared.retention and declared.retention.unlimited:
            yield Gap("unlimited", category=declared.category, clause=declared.clause)


def _of_finding(finding: Finding, policy: Policy) -> Iterator[Gap]:
    # A guess is no ground to say that somebody breaks his own policy.
    if finding.confidence == "low" or not CATEGORIES[finding.category].personal:
        return
    declared = policy.declared.get(finding.category)
    common: dict[str, Any] = {
        "category": finding.category,
        "target": finding.target,
        "place": finding.place,
        "rows": finding.matched,
        "finding": finding.id,
    }
    if declared is None:
        yield Gap("undeclared", **common)
        return
    if declared.where and not any(_fits(finding, pattern) for pattern in declared.where):
        yield Gap("misplaced", **common, clause=declared.clause)
    promised = declared.protection or policy.protection
    if promised != "none" and finding.protection != "encrypted":
        clause = declared.clause if declared.protection else policy.protection_clause
        yield Gap("unprotected", **common, clause=clause)


def _fits(finding: Finding, pattern: str) -> bool:
    place = (
        f"{finding.table}.{finding.column}" if finding.kind == "column" else finding.file or finding.target
    )
    return fnmatchcase(place, pattern)


def _terms(report: ScanReport, policy: Policy) -> Iterator[tuple[str, str, Term]]:
    """The shortest limited term of what each table holds."""
    shortest: dict[tuple[str, str], Term] = {}
    for finding in report.findings:
        term = policy.term(finding.category)
        if (
            finding.table is None
            or not CATEGORIES[finding.category].personal
            or term is None
            or term.unlimited
        ):
            continue
        key = finding.target, finding.table
        shortest[key] = min(shortest.get(key, term), term, key=lambda one: one.days)
    for (target, table), term in sorted(shortest.items(), key=lambda item: item[0]):
        yield target, table, term


def _kept(
    target: str, table: str, term: Term, policy: Policy, engines: Mapping[str, sa.Engine], now: datetime
) -> Iterator[Gap]:
    dated = next((entry for entry in policy.dates if entry.table == table), None)
    if dated is None or target not in engines:
        yield Gap("undated", target=target, place=table, term=term.text)
        return
    before = term.before(now)
    if rows := _count(engines[target], dated, before):
        yield Gap(
            "overdue",
            target=target,
            place=f"{table}.{dated.column}",
            rows=rows,
            term=term.text,
            before=before.date().isoformat(),
            clause=policy.retention_clause,
        )


def _count(engine: sa.Engine, dated: ActivityDate, before: datetime) -> int:
    schema, _, name = dated.table.rpartition(".")
    # Whether a view may be read was decided when its values were found.
    with session.reader(engine, Limits(), Relation(None, name, "view", -1)) as connection:
        try:
            found = inspect(connection).get_columns(name, schema or None)
            kind = next((column["type"] for column in found if column["name"] == dated.column), None)
            if kind is None:
                raise DatabaseError(
                    f"{dated.table}.{dated.column}: there is no such column for the retention term",
                    source=shown(engine.url),
                )
            table = sa.table(name, sa.column(dated.column), schema=home(connection, schema or None))
            limit = sa.literal(_limit(before, kind), type_=kind)
            query = sa.select(sa.func.count()).select_from(table).where(table.c[dated.column] < limit)
            return int(connection.scalar(query) or 0)
        except SQLAlchemyError as error:
            raise explain(error, engine.url) from None


def _limit(before: datetime, kind: sa.types.TypeEngine[object]) -> datetime | date | str | float:
    """The limit as the column's type spells moments: text as ISO 8601, numbers as Unix time."""
    if isinstance(kind, sa.DateTime):
        return before if kind.timezone else before.replace(tzinfo=None)
    if isinstance(kind, sa.Date):
        return before.date()
    return before.timestamp() if isinstance(kind, sa.Numeric | sa.Integer) else before.date().isoformat()
