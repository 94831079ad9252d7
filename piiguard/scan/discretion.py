"""Names that are themselves values: a table ``t_050312300015`` or a file ``Сынақов Үлгі Мысалұлы.pdf`` is shown masked.

Whoever calls a table, a column, a file or a database by a person's number has put the number where every report
would repeat it. The same masked name stands wherever the name does, two names that look alike when they are masked are
numbered, and what is masked cannot be pasted, so there is no remedy with it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields, replace
from functools import lru_cache
from typing import Any, TypeVar

from piiguard.entities import (
    CREDIT_CARD,
    EMAIL_ADDRESS,
    IBAN_CODE,
    KZ_ADDRESS,
    KZ_BIN,
    KZ_IIN,
    KZ_MRZ,
    KZ_PHONE,
    PERSON,
)
from piiguard.names import HIDDEN
from piiguard.scan.engines import make_engine
from piiguard.scan.finding import Failure, Finding, Gap, Match, Note, ScanReport, Target, Unread
from piiguard.scan.reason import Reason

__all__ = ["Discretion", "Value", "values_in"]

# What words alone tell must be certain: a street, a firm and a date are what files are called by.
_LEAST = {PERSON: 0.8, KZ_ADDRESS: 0.8, KZ_MRZ: 0.5}
_NUMBERS = frozenset({KZ_IIN, KZ_BIN, KZ_PHONE, EMAIL_ADDRESS, CREDIT_CARD, IBAN_CODE})
_LONGEST = 1 << 15  # characters of a name that are looked at; what is behind them is hidden
_OVER = 256  # and so many more, so that a value is not cut in two there
_NO_NUMBER = re.compile(r"[^\W\d]|_")
_ENDING = re.compile(r"\.[A-Za-z]\w{0,6}(?=$|[\s:/])")
_WORTH = re.compile(r"\d(?:[ ._()+-]*\d){6}|@|(?<![^\W\d_])[^\W\d_]{2,}+[\W_]++[^\W\d_]{2}")

Record = TypeVar("Record", Finding, Failure, Note, Gap, Match, Target, Unread)
_NAMES = (
    "target",
    "place",
    "table",
    "column",
    "path",
    "file",
    "message",
    "reason",
    "row",
    "query",
    "address",
)


@dataclass(frozen=True, slots=True)
class Value:
    """A value in a name, and where."""

    start: int
    end: int
    entity: str
    score: float


class Discretion:
    """Masks names, each always in the same way; what is masked twice stays as it is."""

    def __init__(self) -> None:
        self._masked: dict[str, str] = {}
        self._taken: dict[str, int] = {}

    def name(self, name: str) -> str:
        """The name, with every value in it masked."""
        if name not in self._masked:
            masked = _masked(name)
            if masked != name:
                again = self._taken[masked] = self._taken.get(masked, 0) + 1
                masked += f" ({again})" if again > 1 else ""
            self._masked[name] = masked
        return self._masked[name]

    def report(self, report: ScanReport) -> ScanReport:
        """The report without a name that is a value; the ids of its findings are made of what is shown."""
        self._number(_names_of(report))
        findings = self.findings(report.findings)
        ids = {old.id: new.id for old, new in zip(report.findings, findings, strict=True)}
        policy = report.policy
        if policy is not None:
            gaps = (self._record(gap) for gap in policy.gaps)
            told = tuple(replace(gap, finding=ids.get(gap.finding or "", gap.finding)) for gap in gaps)
            policy = replace(policy, gaps=told)
        return replace(
            report,
            targets=tuple(map(self._record, report.targets)),
            findings=findings,
            errors=tuple(map(self._record, report.errors)),
            notes=tuple(map(self._record, report.notes)),
            policy=policy,
        )

    def findings(self, findings: Iterable[Finding]) -> tuple[Finding, ...]:
        """Findings alone, likewise."""
        findings = list(findings)
        self._number(name for finding in findings for _, name in _names(finding))
        return tuple(map(self._finding, findings))

    def _number(self, names: Iterable[str]) -> None:
        """In the order of names, so that another scan numbers them alike."""
        for name in sorted(names):
            self.name(name)

    def match(self, match: Match) -> Match:
        """A single match, likewise."""
        return self._record(match)

    def _finding(self, finding: Finding) -> Finding:
        reasons = tuple(
            Reason(
                reason.code, tuple((k, self.name(v) if isinstance(v, str) else v) for k, v in reason.values)
            )
            for reason in finding.reasons
        )
        told = self._record(finding)
        base = finding.base if told.table == finding.table else ()
        return replace(told, reasons=reasons, base=base)

    def _record(self, record: Record) -> Record:
        changed: dict[str, Any] = {}
        for field, value in _names(record):
            if (masked := self.name(value)) != value:
                changed[field] = masked
        if isinstance(record, Target):
            changed["unread"] = tuple(map(self._record, record.unread))
        return replace(record, **changed) if changed else record


def _names_of(report: ScanReport) -> Iterator[str]:
    gaps: Iterable[Gap] = report.policy.gaps if report.policy else ()
    for record in (
        *report.targets, *report.unread, *report.findings, *report.errors, *report.notes, *gaps
    ):  # fmt: skip
        yield from (name for _, name in _names(record))  # type: ignore[type-var]


def _names(record: Record) -> Iterator[tuple[str, str]]:
    """Fields of a record that hold what somebody else called something, and what."""
    for field in fields(record):
        if field.name in _NAMES and (value := getattr(record, field.name)):
            yield field.name, value


def _masked(name: str) -> str:
    if HIDDEN in name or not (len(name) > _LONGEST or _WORTH.search(name)):
        return name
    text, end = name[: _LONGEST + _OVER], 0
    parts: list[str] = []
    for value in _values(text):
        if value.start < _LONGEST:
            parts += [text[end : value.start], _hidden(value.entity, text[value.start : value.end])]
            end = value.end
    return "".join([*parts, text[end:_LONGEST], HIDDEN if len(name) > _LONGEST else ""])


def values_in(name: str) -> list[Value]:
    """The values in a name, of which no two overlap."""
    return _values(name[:_LONGEST]) if _WORTH.search(name) else []


def _values(text: str) -> list[Value]:
    """The values in a name that do not overlap; names join by underscores what a text would join by blanks."""
    bare = _without_ending(text)
    spelled = [text, text.replace("_", " "), _NO_NUMBER.sub(";", text), bare, _without_ending(bare)]
    spellings = dict.fromkeys(spelled)
    found = sorted({v for spelling in spellings for v in _found(spelling)}, key=lambda v: (v.start, -v.end))
    kept: list[Value] = []
    for value in found:
        if kept and value.start < kept[-1].end:
            last = kept.pop()
            value = Value(last.start, max(last.end, value.end), last.entity, max(last.score, value.score))
        kept.append(value)
    return kept


def _without_ending(text: str) -> str:
    """An address in front of ``.log`` ends before it."""
    return _ENDING.sub(lambda found: " " * len(found[0]), text)


@lru_cache(maxsize=4096)
def _found(text: str) -> tuple[Value, ...]:
    return tuple(
        Value(match.start, match.end, match.entity, match.score)
        for match in make_engine(None).find(text)
        if match.entity in _NUMBERS or match.score >= _LEAST.get(match.entity, 2)
    )


def _hidden(entity: str, value: str) -> str:
    from piiguard.detect.mask import mask

    return mask(entity, value).replace("*", HIDDEN)
