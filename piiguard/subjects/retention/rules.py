"""Which rows of which table are past their term: from the policy's terms and dates, and the manifest's own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

from piiguard.detect.headers import hints
from piiguard.entities import CATEGORIES, category
from piiguard.rights import TableRule
from piiguard.subjects.erasing.order import ordered
from piiguard.subjects.identifiers import ENTITIES
from piiguard.subjects.live import Catalogue, Table
from piiguard.subjects.rows.known import Known, Named
from piiguard.terms import Term

if TYPE_CHECKING:
    from piiguard.keys import Keyring
    from piiguard.manifest import Manifest

__all__ = ["Expiry", "Promised", "Rules", "expiries"]

UNDATED = "a term holds for it, and nothing says from which date: name it under [[dates]] of the policy"
ELSEWHERE = "the date from which its term runs stands in another table"
NO_COLUMN = "there is no such column"


class Promised(Protocol):
    """A policy, as far as it is needed."""

    @property
    def dates(self) -> Iterable[Dated]: ...

    def term(self, category: str) -> Term | None: ...


class Dated(Protocol):
    """The column that says when a row was last of use."""

    @property
    def table(self) -> str: ...

    @property
    def column(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Expiry:
    """Rows of a table are past their term when ``column`` is older than that; ``law`` kept them until then."""

    table: Table
    column: str
    term: Term
    law: str | None = None


class Rules(Known):
    """What is known, for rows that are past their term: what a law has kept until then goes as well."""

    def __init__(
        self, manifest: Manifest | None, findings: Iterable[Named], keyring: Keyring | None, expired: str = "",
        dates: Iterable[Dated] = (),
    ) -> None:  # fmt: skip
        self._listed, self._dated = list(findings), list(dates)
        super().__init__(manifest, self._listed, keyring)
        self._expired = expired

    def of(self, table: str) -> Rules:
        """The rules for rows of this table that are past their term."""
        return Rules(self.manifest, self._listed, self.keyring, table, self._dated)

    def dates(self) -> frozenset[str]:
        return super().dates() | {f"{one.table}.{one.column}" for one in self._dated}

    def rule(self, table: str) -> TableRule | None:
        own = super().rule(table)
        return replace(own, erase="delete") if own and table == self._expired and own.erase == "keep" else own


def expiries(
    catalogue: Catalogue, known: Known, policy: Promised, unread: dict[str, str]
) -> tuple[list[Expiry], dict[str, str]]:
    """The expiries, children first, and the tables that a law keeps without an end; ``unread`` grows by what cannot be told."""
    found: dict[Table, Expiry] = {}
    kept: dict[str, str] = {}
    dates = _dates(known, policy)
    for table in catalogue.tables.values():
        rule = known.rule(table.place)
        if rule is not None and rule.erase == "keep" and rule.term is None:
            kept[table.place] = rule.law or ""
            continue
        if rule is not None and rule.term is not None and rule.since is not None:
            term, date, law = rule.term, rule.since, rule.law
        else:
            shortest = _term(known, table, policy)
            if shortest is None:
                continue
            term, date, law = shortest, dates.get(table.place, ""), None
        if (column := _column(table, date, unread)) is not None:
            found[table] = Expiry(table, column, term, law)
        elif date == "":
            unread.setdefault(table.place, UNDATED)
    _forget_children(catalogue, found, unread)
    order, _ = ordered(
        found, [e for e in catalogue.edges if e.child in found and e.parent in found and e.loose]
    )
    return [found[table] for table in order], kept


def _dates(known: Known, policy: Promised) -> dict[str, str]:
    own = {s.table: s.last_activity for s in known.subjects if s.last_activity}
    return own | {dated.table: f"{dated.table}.{dated.column}" for dated in policy.dates}


def _column(table: Table, date: str, unread: dict[str, str]) -> str | None:
    place, _, column = date.rpartition(".")
    if not date:
        return None
    if place != table.place:
        unread[table.place] = ELSEWHERE
    elif column not in table.types:
        unread[date] = NO_COLUMN
    else:
        return column
    return None


def _term(known: Known, table: Table, policy: Promised) -> Term | None:
    """The shortest limited term of what the table holds."""
    terms = [term for name in known.personal(table) for term in _terms(known, table, name, policy)]
    return min((term for term in terms if not term.unlimited), key=lambda term: term.days, default=None)


def _terms(known: Known, table: Table, column: str, policy: Promised) -> Iterator[Term]:
    entities = {*hints(column)} or {ENTITIES[kind] for kind in known.kinds(table.place, column)}
    for name in {category(entity) for entity in entities} or {"other"}:
        term = policy.term(name)
        if CATEGORIES[name].personal and term is not None:
            yield term


def _forget_children(catalogue: Catalogue, found: Mapping[Table, Expiry], unread: dict[str, str]) -> None:
    """A table without a date of its own goes with the rows that its rows hang on."""
    below, waiting = set[Table](), list(found)
    while waiting:
        for edge in catalogue.below(waiting.pop()):
            if edge.child not in below:
                below.add(edge.child)
                waiting.append(edge.child)
    for table in below - found.keys():
        if unread.get(table.place) == UNDATED:
            del unread[table.place]
