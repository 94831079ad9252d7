"""The answer as data: ``to_dict`` gives the document of ``docs/schema/answer.schema.json``. No repr shows a value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from piiguard.subjects.found import Unsearched

__all__ = ["SCHEMA", "Answer", "Cell", "File", "Rule", "Since", "StoredRow", "StoredTable"]

SCHEMA = "piiguard.answer/1"
State = Literal["shown", "partly", "withheld", "sealed", "binary"]


@dataclass(frozen=True, slots=True, repr=False)
class Cell:
    """One value. ``state``: ``shown`` as it is stored, ``partly`` or wholly ``withheld`` because others stand in it, ``sealed``
    where nothing opens it, ``binary`` where it is no text. ``withheld`` counts what is hidden, by entity; ``cut`` says that it goes on.
    """

    column: str
    value: str | None
    state: State = "shown"
    withheld: Mapping[str, int] = field(default_factory=dict)
    cut: bool = False


@dataclass(frozen=True, slots=True)
class Since:
    """A date of a row and the column that says so."""

    column: str
    date: str


@dataclass(frozen=True, slots=True, repr=False)
class StoredRow:
    """One row; ``until`` is when the term of its rule ends, ``restricted`` since when its use is stopped."""

    cells: tuple[Cell, ...]
    since: Since | None = None
    until: str | None = None
    restricted: str | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """What the manifest says of a table: what becomes of the rows, for how long they stay, and by which law."""

    erase: str
    term: str | None = None
    since: str | None = None
    law: str | None = None


@dataclass(frozen=True, slots=True, repr=False)
class StoredTable:
    """The person's rows of one table. ``entities`` says what columns hold, ``helpers`` are columns that are not shown."""

    database: str
    table: str
    rows: tuple[StoredRow, ...]
    entities: Mapping[str, tuple[str, ...]]
    protected: tuple[str, ...] = ()
    helpers: tuple[str, ...] = ()
    rule: Rule | None = None

    @property
    def since(self) -> Since | None:
        """The earliest date."""
        return min((row.since for row in self.rows if row.since), key=lambda one: one.date, default=None)

    def to_dict(self) -> dict[str, Any]:
        own = asdict(self)
        rule = own["rule"]
        if rule is not None:
            rule["from"] = rule.pop("since")
        return {**_listed(own), "since": asdict(self.since) if self.since else None}


def _listed(value: Any) -> Any:
    """Tuples as lists, which JSON has."""
    if isinstance(value, dict):
        return {key: _listed(inner) for key, inner in value.items()}
    return [_listed(inner) for inner in value] if isinstance(value, list | tuple) else value


@dataclass(frozen=True, slots=True)
class File:
    """A file in which the person stands; its lines hold others too and are not shown."""

    file: str
    column: str | None
    entity: str | None
    rows: int


@dataclass(frozen=True, slots=True, repr=False)
class Answer:
    """What is told to the person. ``undecided`` rows may be another person's and are left out; ``shared`` are tables
    that rows of the person refer to, ``table.column`` → table.
    """

    made: str
    tables: tuple[StoredTable, ...] = ()
    files: tuple[File, ...] = ()
    shared: tuple[tuple[str, str], ...] = ()
    unread: tuple[Unsearched, ...] = ()
    undecided: int = 0

    @property
    def complete(self) -> bool:
        """Whether everything was read and every row is told whose it is."""
        return not self.unread and not self.undecided

    @property
    def found(self) -> bool:
        return bool(self.tables or self.files)

    def to_dict(self) -> dict[str, Any]:
        """The document, ready for :func:`json.dumps`; it holds values."""
        return {
            "schema": SCHEMA,
            "made": self.made,
            "complete": self.complete,
            "found": self.found,
            "tables": [table.to_dict() for table in self.tables],
            "files": [asdict(file) for file in self.files],
            "shared": [{"place": place, "table": table} for place, table in self.shared],
            "unread": [{"place": one.place, "reason": one.reason} for one in self.unread],
            "undecided": self.undecided,
        }
