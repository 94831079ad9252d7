"""What is known of columns beforehand: by their names, the manifest, and the findings of a scan."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase
from functools import cached_property
from typing import TYPE_CHECKING, Protocol

from piiguard.detect.headers import hints
from piiguard.entities import BY_NAME
from piiguard.protect.seal import Seal
from piiguard.rights import restricts
from piiguard.subjects.identifiers import ENTITIES
from piiguard.subjects.live import Edge, Table

if TYPE_CHECKING:
    from piiguard.keys import Keyring
    from piiguard.manifest import Manifest, ProtectedColumn
    from piiguard.rights import Subject, TableRule

__all__ = ["Known", "Named"]


class Named(Protocol):
    """A finding, as far as it is needed: a :class:`piiguard.scan.Finding`, or one of a document."""

    @property
    def entity(self) -> str: ...

    @property
    def table(self) -> str | None: ...

    @property
    def column(self) -> str | None: ...


def _by_child(edges: Iterable[Edge]) -> Iterator[tuple[Edge, frozenset[str]]]:
    """Each foreign key with all columns of its table that are of one."""
    listed, columns = list(edges), dict[Table, set[str]]()
    for edge in listed:
        columns.setdefault(edge.child, set()).update(edge.columns)
    return ((edge, frozenset(columns[edge.child])) for edge in listed)


_TWINS = ("enc", "plain")
"""How ``piiguard encrypt`` and ``decrypt`` call the column beside the one that they move."""


class Known:
    """The manifest, the findings and the keyring; any of them may be missing."""

    def __init__(
        self,
        manifest: Manifest | None = None,
        findings: Iterable[Named] = (),
        keyring: Keyring | None = None,
        accept_unread: Iterable[str] = (),
    ) -> None:
        self.manifest, self.keyring = manifest, keyring
        self._accepts = tuple(accept_unread)
        self._found: dict[tuple[str, str], set[str]] = {}
        for finding in findings:
            if finding.table is not None and finding.column is not None:
                self._found.setdefault((finding.table, finding.column), set()).add(finding.entity)
        self._seals: dict[str, Seal] = {}

    @property
    def subjects(self) -> tuple[Subject, ...]:
        return self.manifest.subjects if self.manifest else ()

    def accepts(self, place: str) -> bool:
        """Whether documents in a column need not be searched where they cannot be."""
        return any(fnmatchcase(place, glob) for glob in self._accepts)

    @property
    def restricts(self) -> bool:
        """Whether any rule says how rows are restricted."""
        return restricts(self.subjects)

    def rule(self, table: str) -> TableRule | None:
        """What becomes of a person's rows in a table."""
        return next((rule for s in self.subjects if (rule := s.rule(table)) is not None), None)

    def let_go(self, edges: Iterable[Edge]) -> frozenset[Edge]:
        """The references that a ``null`` rule names and nothing else: their rows are nobody's, and go on without them."""
        return frozenset(edge for edge, of_table in _by_child(edges) if self._lets_go(edge, of_table))

    def _lets_go(self, edge: Edge, of_table: frozenset[str]) -> bool:
        rule = self.rule(edge.child.place)
        named = set(rule.columns) if rule is not None and rule.erase == "null" else set()
        return named <= of_table and not named.isdisjoint(edge.loose)

    def protected(self, table: str, column: str) -> ProtectedColumn | None:
        return self.manifest.find(table, column) if self.manifest else None

    def seal(self, item: ProtectedColumn) -> Seal | None:
        """What opens a column; None without a keyring."""
        if self.keyring is None:
            return None
        if item.place not in self._seals:
            self._seals[item.place] = Seal(self.keyring, item)
        return self._seals[item.place]

    def kinds(self, table: str, column: str) -> frozenset[str]:
        """Which identifiers a column is known to hold."""
        entities = self._told(table, column)
        kinds = {kind for kind, entity in ENTITIES.items() if entity in entities}
        item = self.protected(table, column)
        rules = {rule.partition("/")[0] for rule in item.rules} if item else set()
        kinds |= {
            kind for kind, entity in ENTITIES.items() if str(BY_NAME[entity].index).partition("/")[0] in rules
        }
        if self._identifies(table, column):
            kinds |= set(ENTITIES) if not kinds else set()
        return frozenset(kinds)

    def entities(self, table: str, column: str) -> frozenset[str]:
        """What a column is known to hold."""
        return self._told(table, column) | {ENTITIES[kind] for kind in self.kinds(table, column)}

    def _told(self, table: str, column: str) -> frozenset[str]:
        return frozenset({*hints(column), *self._found.get((table, column), ())})

    def personal(self, table: Table) -> tuple[str, ...]:
        """The columns of a table whose values are a person's, by all that is known."""
        rule = self.rule(table.place)
        return tuple(
            name
            for name in table.types
            if self._is_personal(table.place, name) or (rule is not None and name in rule.columns)
        )

    def beside(self, table: Table, columns: Iterable[str]) -> dict[str, str]:
        """What goes with the values of columns: blind indexes, their shadows, twins of a migration; and of which it is."""
        found: dict[str, str] = {}
        for column in columns:
            twins = {f"{column}_{end}" for end in _TWINS}
            item = self.protected(table.place, column)
            for name in table.types:
                ours = item is not None and (
                    name in twins
                    or (item.index and (name == item.index or name.startswith(f"piiguard_{item.index}_v")))
                )
                if ours:
                    found[name] = column
        return found

    @cached_property
    def helpers(self) -> frozenset[tuple[str, str]]:
        """Indexes and twins, which say nothing of their own."""
        items = self.manifest.columns if self.manifest else ()
        indexes = {(item.table, item.index) for item in items if item.index}
        return frozenset(indexes | {(item.table, f"{item.column}_{end}") for item in items for end in _TWINS})

    def dates(self) -> frozenset[str]:
        """The columns from which terms run: they stay as long as the row, or nobody could tell when it is to go."""
        rules = (rule for s in self.subjects for rule in (self.rule(s.table), *s.tables) if rule is not None)
        return frozenset(
            date for date in (*(s.last_activity for s in self.subjects), *(r.since for r in rules)) if date
        )

    def _is_personal(self, table: str, column: str) -> bool:
        told_by_name = hints(column) and (table, column) not in self.helpers
        return bool(
            self.protected(table, column)
            or self._found.get((table, column))
            or self._identifies(table, column)
            or (told_by_name and f"{table}.{column}" not in self.dates())
        )

    def _identifies(self, table: str, column: str) -> bool:
        return any(s.table == table and column in s.identifiers for s in self.subjects)
