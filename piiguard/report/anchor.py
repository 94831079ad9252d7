"""Where a finding is shown in a repository: a file at its line, a column where a file of the repository names it.

Code hosts show nothing that has no line. What lies in a database is shown at the entry of the manifest, or in whatever
defines its table: models, a schema, a migration.
"""

from __future__ import annotations

import os
import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from piiguard.errors import ScanError
from piiguard.files import read
from piiguard.scan.finding import Finding

__all__ = ["NOWHERE", "Anchors", "Spot"]

NOWHERE = "piiguard.toml"
"""The file that a column would be entered in, where the repository has none that names it."""
_MOST = 16 << 20  # bytes of a file that defines tables
_WORD = re.compile(r"\w+")
_DEFINES = re.compile(
    r"\b(?:create|alter)\s+table\b|__tablename__|\bdb_table\b|\btable\b\s*[=(:]|^\s*(?:class|model|entity)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Spot:
    """Characters of a line, as SARIF counts: from 1, and ``end`` stands behind the last."""

    file: str
    line: int = 1
    start: int = 1
    end: int = 2


@dataclass(frozen=True)
class _Text:
    """A file, by its words."""

    path: str
    lines: Sequence[str] = field(repr=False)

    @cached_property
    def _words(self) -> dict[str, list[tuple[int, int, int]]]:
        found: dict[str, list[tuple[int, int, int]]] = defaultdict(list)
        for number, line in enumerate(self.lines):
            for word in _WORD.finditer(line):
                found[word[0].casefold()].append((number, *word.span()))
        return found

    @cached_property
    def _definitions(self) -> list[int]:
        return [number for number, line in enumerate(self.lines) if _DEFINES.search(line)]

    def _defines(self, line: int) -> bool:
        at = bisect_left(self._definitions, line)
        return self._definitions[at : at + 1] == [line]

    def find(self, table: str, column: str) -> Spot | None:
        """Where the column of the table is defined, or the table, or where it is named at all."""
        named = self._words.get(table.rpartition(".")[2].casefold(), ())
        defined = [place for place in named if self._defines(place[0])]
        for number, _, end in defined:
            at = bisect_right(self._definitions, number)
            last = self._definitions[at] if at < len(self._definitions) else len(self.lines)
            for place in self._words.get(column.casefold(), ()):
                if (number, end) <= place[:2] and place[0] < last:
                    return self._spot(place)
        return self._spot((defined or named)[0]) if named else None

    def _spot(self, place: tuple[int, int, int]) -> Spot:
        number, start, end = place
        return Spot(self.path, number + 1, start + 1, end + 1)


class Anchors:
    """``files`` define the tables, the best first; of a finding that none of them names it is the first line of the first.

    Raises: :class:`ScanError` when one cannot be read.
    """

    def __init__(self, files: Sequence[Path] = ()) -> None:
        self._texts = [_Text(os.fspath(path), _lines(path)) for path in files]

    def of(self, table: str = "", column: str = "") -> Spot:
        """Where a column, a table or, without either, a whole database is shown."""
        found = (spot for text in self._texts if (spot := text.find(table, column)))
        return next(found, Spot(self._texts[0].path if self._texts else NOWHERE))

    def spots(self, finding: Finding) -> Iterator[Spot]:
        """Every place of a finding, in the order of its lines."""
        name = finding.file or ""
        if finding.kind == "column" or "://" in name or name in ("", "-"):
            yield self.of(finding.table or name, finding.column or "")
        else:
            yield from (Spot(name, line) for line in finding.lines or (1,))


def _lines(path: Path) -> Sequence[str]:
    try:
        return read(path, _MOST).decode("utf-8", "replace").split("\n")
    except OSError as error:
        wrong = (error.strerror or "error").lower()
        raise ScanError(
            f"{path}: the source cannot be read: {wrong}", source=str(path), hint="--source FILE names one"
        ) from None
