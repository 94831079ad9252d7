"""The file of tombstones, beside the keyring: it must not be restored with the database.

A line for each identifier is written before a person is erased, and one that it has ended after it; both name the receipt.
What has not ended is told and not replayed: nobody knows whether the person was erased.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from piiguard import clock, shape
from piiguard.entities import BY_NAME
from piiguard.errors import SubjectError
from piiguard.files import new_file, read_text
from piiguard.keys import store
from piiguard.names import json_text
from piiguard.subjects.identifiers import Identifier

if TYPE_CHECKING:
    from piiguard.keys import Keyring
    from piiguard.keys.tombstone import Tombstones

__all__ = ["Book", "Grave", "book_of", "tombstone"]

_MOST = 1 << 28


@dataclass(frozen=True, slots=True)
class Grave:
    """The tombstone of one identifier: of which kind, under which key and rule, and of which erasure."""

    receipt: str
    time: str
    kind: str
    key: str
    rule: str
    tombstone: str


@dataclass(frozen=True, slots=True)
class _Ended:
    receipt: str
    ended: str


@dataclass(frozen=True, slots=True)
class Book:
    """The tombstones of a file; there need be no such file yet."""

    path: Path

    def begin(self, receipt: str, graves: Tombstones, identifiers: Iterable[Identifier]) -> int:
        """Write the tombstones of one person; how many there are."""
        rows = [
            Grave(receipt, clock.stamp(), one.kind, graves.id, rule, stone)
            for one in identifiers
            if one.entity is not None
            for rule, stone in [tombstone(graves, one)]
        ]
        self._append({name: getattr(row, name) for name in Grave.__slots__} for row in rows)
        return len(rows)

    def end(self, receipt: str) -> None:
        """Write that the person of this receipt was erased."""
        self._append([{"receipt": receipt, "ended": clock.stamp()}])

    def read(self) -> tuple[list[Grave], set[str]]:
        """The tombstones of erasures that have ended, and the receipts of those that have not."""
        graves: list[Grave] = []
        ended = set[str]()
        for number, line in enumerate(self._lines(), 1):
            try:
                row = shape.parse(line)
                if isinstance(row, dict) and "ended" in row:
                    ended.add(shape.made(_Ended, row).receipt)
                else:
                    graves.append(shape.made(Grave, row))
            except ValueError:
                raise SubjectError(
                    f"{self.path}: line {number} is damaged, or not as piiguard wrote it",
                    hint="put its backup in its place: without it nobody knows who must be erased again",
                ) from None
        return [one for one in graves if one.receipt in ended], {one.receipt for one in graves} - ended

    def _append(self, rows: Iterable[dict[str, Any]]) -> None:
        lines = [json_text(row) for row in rows]
        with store.locked(self.path), self._written() as file:
            file.write("".join(f"{line}\n" for line in [*self._lines(), *lines]).encode())

    def _written(self) -> Any:
        return new_file(self.path, 0o600, durable=True)

    def _lines(self) -> list[str]:
        try:
            return read_text(self.path, _MOST).splitlines()
        except FileNotFoundError:
            return []
        except (OSError, UnicodeDecodeError):
            raise SubjectError(
                f"{self.path}: the tombstones cannot be read",
                hint="check what lies there, and who may read it",
            ) from None


def book_of(keyring: Keyring | None, path: Path | None = None) -> Book | None:
    """The file that was named, else the one beside the keyring; None without a keyring that is a file."""
    if keyring is None or keyring.trail() is None:
        return None
    return Book(path or keyring.path.with_name(f"{keyring.path.name}.tombstones"))


def tombstone(graves: Tombstones, one: Identifier) -> tuple[str, str]:
    """The rule and the tombstone of an identifier, in hexadecimal."""
    entity = str(one.entity)
    rule = str(BY_NAME[entity].index)
    stone = graves.of(entity, rule, one.normal)
    return rule, "" if stone is None else stone.hex()
