"""The manifest ``piiguard.toml``: which columns are protected, and how.

The jobs of a DBA and the scanner read it, so that neither needs the application's code. The ORM types
carry the same facts; ``piiguard manifest --check`` compares the two.

>>> manifest = Manifest.parse('''
... [keyring]
... path = "keyring.json"
...
... [[columns]]
... table = "students"
... column = "iin"
... context = "students.iin"
... type = "string"
... index = "iin_index"
... normalizer = "digits"
... ''')
>>> manifest.find("students", "iin").index
'iin_index'
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from piiguard.errors import ManifestError
from piiguard.files import new_file
from piiguard.names import toml

__all__ = ["DEFAULT_NAME", "Manifest", "ProtectedColumn"]

DEFAULT_NAME = "piiguard.toml"


@dataclass(frozen=True, slots=True)
class ProtectedColumn:
    """One encrypted column.

    ``table`` is ``schema.table`` outside the default schema; ``type`` is a codec name of
    :mod:`piiguard.keys.codec`; ``index`` is the sibling column with the blind index, if there is one.
    ``index_name`` and ``index_context`` go into its key where they are not the column's name and the context.
    """

    table: str
    column: str
    context: str
    type: str = "string"
    storage: str = "binary"
    index: str | None = None
    normalizer: str | None = None
    index_name: str | None = None
    index_context: str | None = None

    @property
    def index_key(self) -> tuple[str, str, str] | None:
        """Context, name and normalizer of the blind index, as its key is derived; None without one."""
        if self.index is None or self.normalizer is None:
            return None
        return self.index_context or self.context, self.index_name or self.index, self.normalizer

    @property
    def place(self) -> str:
        """``table.column``, as messages and commands spell it."""
        return f"{self.table}.{self.column}"

    def to_toml(self) -> str:
        """The entry as it stands in the file; what equals the default is left out."""
        lines = [
            f"{item.name} = {toml(getattr(self, item.name))}"
            for item in fields(self)
            if getattr(self, item.name) is not None
            and not (item.name == "storage" and self.storage == "binary")
        ]
        return "\n".join(["[[columns]]", *lines, ""])


@dataclass(frozen=True, slots=True)
class Manifest:
    """The parsed file; ``path`` is where it was read from."""

    columns: tuple[ProtectedColumn, ...] = ()
    keyring: str | None = None
    path: Path | None = field(default=None, compare=False)

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Manifest:
        """Read a file; a missing or malformed one is a :class:`ManifestError`."""
        try:
            text = Path(path).read_text(encoding="utf-8")
        except OSError as error:
            raise ManifestError(
                f"{path}: the manifest cannot be read: {(error.strerror or 'error').lower()}",
                path=str(path),
                hint="name it with --manifest FILE or PIIGUARD_MANIFEST",
            ) from None
        except UnicodeDecodeError:
            raise ManifestError(
                f"{path}: the manifest is not UTF-8", path=str(path), hint="save it as UTF-8"
            ) from None
        return cls.parse(text, Path(path))

    @classmethod
    def parse(cls, text: str, path: Path | None = None) -> Manifest:
        """Read the text of a manifest."""
        place = str(path or DEFAULT_NAME)
        try:
            data = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            raise ManifestError(f"{place}: not valid TOML: {error}", path=place, hint=_FORM) from None
        except RecursionError:
            raise ManifestError(f"{place}: nested too deeply", path=place, hint=_FORM) from None
        entries = data.get("columns", [])
        keyring = data.get("keyring", {})
        if not isinstance(entries, list) or not isinstance(keyring, dict):
            raise ManifestError(
                f"{place}: [keyring] is a table and [[columns]] a list of tables", path=place, hint=_FORM
            )
        columns = tuple(_column(entry, place, number) for number, entry in enumerate(entries, 1))
        _refuse_repeats(columns, place)
        return cls(columns, keyring.get("path"), path)

    def find(self, table: str, column: str) -> ProtectedColumn | None:
        """The entry of a column, or None."""
        return next((c for c in self.columns if (c.table, c.column) == (table, column)), None)

    def select(self, places: Iterable[str] = ()) -> tuple[ProtectedColumn, ...]:
        """The entries named ``table.column``, in that order; all of them when no place is named."""
        wanted = tuple(places)
        if not wanted:
            return self.columns
        by_place = {c.place: c for c in self.columns}
        for place in wanted:
            if place not in by_place:
                raise ManifestError(
                    f"{place}: not in the manifest {self.path or DEFAULT_NAME}",
                    path=str(self.path or DEFAULT_NAME),
                    hint=f"it names {', '.join(by_place) or 'no column'}; piiguard encrypt adds a column",
                )
        return tuple(by_place[place] for place in wanted)


def append(path: str | os.PathLike[str], column: ProtectedColumn, *, keyring: str | None = None) -> Manifest:
    """Add one entry at the end of the file, which is made when missing; comments in it stay.

    The file is replaced in one step, so that a reader never sees half of it.
    """
    target = Path(path)
    text = target.read_text(encoding="utf-8") if target.exists() else ""
    try:
        if not text and keyring:
            text = f"[keyring]\npath = {toml(keyring)}\n"
        joint = "\n" if text and not text.endswith("\n\n") else ""
        text = f"{text}{joint}{column.to_toml()}"
    except UnicodeEncodeError:
        raise ManifestError(
            f"{path}: {column.place} and its keyring cannot be written here: a name is no text",
            path=str(path),
            hint="rename it: a manifest holds names of Unicode characters alone",
        ) from None
    manifest = Manifest.parse(text, target)
    _replace(target, text)
    return manifest


def remove(path: str | os.PathLike[str], column: ProtectedColumn) -> Manifest:
    """Take one entry out of the file; comments outside of it stay.

    The file is replaced in one step. Raises :class:`ManifestError` when the entry cannot be told from the text
    around it; then nothing is changed.
    """
    target = Path(path)
    text = target.read_text(encoding="utf-8")
    before = Manifest.parse(text, target)
    wanted = tuple(entry for entry in before.columns if entry != column)
    for start, end in _entries(text):
        rest = text[:start] + text[end:]
        try:
            found = Manifest.parse(rest, target)
        except ManifestError:
            continue
        if (found.columns, found.keyring) == (wanted, before.keyring):
            _replace(target, rest)
            return found
    raise ManifestError(
        f"{path}: the entry {column.place} cannot be taken out", path=str(path), hint="remove it by hand"
    )


def _entries(text: str) -> Iterator[tuple[int, int]]:
    """Where each ``[[columns]]`` begins and its last line ends."""
    for found in re.finditer(
        r"^[ \t]*\[\[[ \t]*columns[ \t]*\]\].*\n(?:[ \t]*[\w\"'-].*\n?)*", text, re.MULTILINE
    ):
        end = found.end()
        yield found.start(), end + (text[end : end + 1] == "\n")


def _replace(target: Path, text: str) -> None:
    with new_file(target, 0o644, durable=True) as file:  # names of columns, which applications read
        file.write(text.encode())


_FORM = "piiguard encrypt and piiguard manifest write entries of the right form"
_KNOWN = {item.name for item in fields(ProtectedColumn)}


def _column(entry: Any, place: str, number: int) -> ProtectedColumn:
    where = f"{place}: [[columns]] number {number}"
    if not isinstance(entry, dict):
        raise ManifestError(f"{where} is not a table", path=place, hint=_FORM)
    if unknown := sorted(set(entry) - _KNOWN):
        raise ManifestError(
            f"{where} has an unknown member {unknown[0]}",
            path=place,
            hint=f"known members are {', '.join(sorted(_KNOWN))}",
        )
    if wrong := sorted(name for name, value in entry.items() if not isinstance(value, str)):
        raise ManifestError(f"{where}: {wrong[0]} is not a string", path=place, hint=_FORM)
    if missing := sorted({"table", "column", "context"} - set(entry)):
        raise ManifestError(f"{where} lacks {missing[0]}", path=place, hint=_FORM)
    if ("index" in entry) != ("normalizer" in entry):
        raise ManifestError(f"{where}: index and normalizer come together", path=place, hint=_FORM)
    if "index" not in entry and {"index_name", "index_context"} & set(entry):
        raise ManifestError(
            f"{where}: index_name and index_context belong to an index", path=place, hint=_FORM
        )
    if entry.get("storage", "binary") not in ("binary", "text"):
        raise ManifestError(f"{where}: storage is binary or text", path=place, hint=_FORM)
    return ProtectedColumn(**entry)


def _refuse_repeats(columns: tuple[ProtectedColumn, ...], place: str) -> None:
    seen: set[str] = set()
    for column in columns:
        if column.place in seen:
            raise ManifestError(f"{place}: {column.place} stands twice", path=place, hint="leave one entry")
        seen.add(column.place)
