"""What is known of columns beforehand: by their names, the manifest, and the findings of a scan."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import TYPE_CHECKING, Protocol

from piiguard.detect.headers import hints
from piiguard.entities import BY_NAME
from piiguard.protect.seal import Seal
from piiguard.subjects.identifiers import ENTITIES
from piiguard.subjects.live import Table

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


_TWINS = ("enc", "plain")
"""How ``piiguard encrypt`` and ``decrypt`` call the column beside the one that they move."""


class Known:
    """The manifest, the findings and the keyring; any of them may be missing."""

    def __init__(
        self,
        manifest: Manifest | None = None,
        findings: Iterable[Named] = (),
        keyring: Keyring | None = None,
    ) -> None:
        self.manifest, self.keyring = manifest, keyring
        self._found: dict[tuple[str, str], set[str]] = {}
        for finding in findings:
            if finding.table is not None and finding.column is not None:
                self._found.setdefault((finding.table, finding.column), set()).add(finding.entity)
        self._seals: dict[str, Seal] = {}

    @property
    def subjects(self) -> tuple[Subject, ...]:
        return self.manifest.subjects if self.manifest else ()

    def rule(self, table: str) -> TableRule | None:
        """What becomes of a person's rows in a table."""
        return next((rule for s in self.subjects if (rule := s.rule(table)) is not None), None)

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
        entities = {*hints(column), *self._found.get((table, column), ())}
        kinds = {kind for kind, entity in ENTITIES.items() if entity in entities}
        item = self.protected(table, column)
        rules = {rule.partition("/")[0] for rule in item.rules} if item else set()
        kinds |= {
            kind for kind, entity in ENTITIES.items() if str(BY_NAME[entity].index).partition("/")[0] in rules
        }
        if self._identifies(table, column):
            kinds |= set(ENTITIES) if not kinds else set()
        return frozenset(kinds)

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

    def _is_personal(self, table: str, column: str) -> bool:
        return bool(
            self.protected(table, column)
            or self._found.get((table, column))
            or self._identifies(table, column)
            or (hints(column) and (table, column) not in self.helpers)
        )

    def _identifies(self, table: str, column: str) -> bool:
        return any(s.table == table and column in s.identifiers for s in self.subjects)
