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
from collections.abc import Callable, Iterable, Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from piiguard import rights
from piiguard.errors import ManifestError
from piiguard.files import new_file, read_text
from piiguard.names import shown, toml

__all__ = ["DEFAULT_NAME", "Manifest", "ProtectedColumn"]

DEFAULT_NAME = "piiguard.toml"


@dataclass(frozen=True, slots=True)
class ProtectedColumn:
    """One encrypted column.

    ``table`` is ``schema.table`` outside the default schema; ``type`` is a codec name of
    :mod:`piiguard.keys.codec`; ``index`` is the sibling column with the blind index, if there is one.
    ``index_name`` and ``index_context`` go into its key where they are not the column's name and the context.
    ``normalizer`` carries its number, as in ``digits/2``; without one it is the first edition. Two of them, the newest
    first, say that rows stand under either. ``pad_to`` fills texts and members of an enum up to so many bytes;
    ``leaks="frequency"`` says that it is known what an index of few values tells.
    """

    table: str
    column: str
    context: str
    type: str = "string"
    storage: str = "binary"
    index: str | None = None
    normalizer: str | tuple[str, ...] | None = None
    index_name: str | None = None
    index_context: str | None = None
    pad_to: int | None = None
    leaks: str | None = None

    @property
    def rules(self) -> tuple[str, ...]:
        """The normalizers, the newest first; new hashes are made under the first."""
        return (self.normalizer,) if isinstance(self.normalizer, str) else self.normalizer or ()

    @property
    def index_key(self) -> tuple[str, str, tuple[str, ...]] | None:
        """Context, name and normalizers of the blind index, as its key is derived; None without one."""
        if self.index is None or not self.rules:
            return None
        return self.index_context or self.context, self.index_name or self.index, self.rules

    @property
    def place(self) -> str:
        """``table.column``, as messages and commands spell it."""
        return f"{self.table}.{self.column}"

    def to_toml(self) -> str:
        """The entry as it stands in the file; what equals the default is left out."""
        lines = [
            f"{item.name} = {_spelled(getattr(self, item.name))}"
            for item in fields(self)
            if getattr(self, item.name) is not None
            and not (item.name == "storage" and self.storage == "binary")
        ]
        return "\n".join(["[[columns]]", *lines, ""])


def _spelled(value: str | int | tuple[str, ...]) -> str:
    if isinstance(value, tuple):
        return f"[{', '.join(map(toml, value))}]"
    return toml(value) if isinstance(value, str) else str(value)


@dataclass(frozen=True, slots=True)
class Manifest:
    """The parsed file; ``path`` is where it was read from, ``subjects`` whose rows are whose."""

    columns: tuple[ProtectedColumn, ...] = ()
    keyring: str | None = None
    path: Path | None = field(default=None, compare=False)
    subjects: tuple[rights.Subject, ...] = ()

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Manifest:
        """Read a file; a missing or malformed one is a :class:`ManifestError`."""
        try:
            text = read_text(path)
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
        except ValueError:  # of more digits than Python reads, or a date that is none
            raise ManifestError(
                f"{place}: a number or a date in it cannot be read", path=place, hint=_FORM
            ) from None
        _refuse_unknown(data, _TABLES, f"{place}: it", place)
        entries = data.get("columns", [])
        keyring = data.get("keyring", {})
        if not isinstance(entries, list) or not isinstance(keyring, dict):
            raise ManifestError(
                f"{place}: [keyring] is a table and [[columns]] a list of tables", path=place, hint=_FORM
            )
        _refuse_unknown(keyring, {"path"}, f"{place}: [keyring]", place)
        at = keyring.get("path")
        if at is not None and (not isinstance(at, str) or not at or "\0" in at):
            raise ManifestError(f"{place}: [keyring] path is not the path of a file", path=place, hint=_FORM)
        columns = tuple(_column(entry, place, number) for number, entry in enumerate(entries, 1))
        _refuse_repeats(columns, place)
        try:
            subjects = rights.read(data.get("subjects", []))
        except rights.Fault as fault:
            raise ManifestError(f"{place}: {fault}", path=place, hint=fault.hint or _SUBJECTS) from None
        return cls(columns, at, path, subjects)

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
    text = read_text(target) if target.exists() else ""
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


def shrink(path: str | os.PathLike[str], column: ProtectedColumn) -> Manifest:
    """Leave the newest normalizer alone in an entry that lists several; everything else in the file stays.

    Raises :class:`ManifestError` when the line cannot be told from the text around it; then nothing is changed.
    """
    line = f"normalizer = {toml(column.rules[0])}"
    listed = re.compile(r"^[ \t]*normalizer[ \t]*=[ \t]*\[[^\]]*\]", re.MULTILINE)
    found = _rewritten(
        Path(path),
        lambda text: (text[: one.start()] + line + text[one.end() :] for one in listed.finditer(text)),
        lambda entry: replace(entry, normalizer=entry.rules[0]) if entry == column else entry,
    )
    if found is None:
        what = f"{path}: the normalizers of {column.place} cannot be told apart"
        raise ManifestError(what, path=str(path), hint=f"write {line} there by hand")
    return found


def remove(path: str | os.PathLike[str], column: ProtectedColumn) -> Manifest:
    """Take one entry out of the file; comments outside of it stay.

    The file is replaced in one step. Raises :class:`ManifestError` when the entry cannot be told from the text
    around it; then nothing is changed.
    """
    found = _rewritten(
        Path(path),
        lambda text: (text[:start] + text[end:] for start, end in _entries(text)),
        lambda entry: None if entry == column else entry,
    )
    if found is None:
        what = f"{path}: the entry {column.place} cannot be taken out"
        raise ManifestError(what, path=str(path), hint="remove it by hand")
    return found


def _rewritten(
    target: Path,
    candidates: Callable[[str], Iterator[str]],
    change: Callable[[ProtectedColumn], ProtectedColumn | None],
) -> Manifest | None:
    """Write the first candidate that says what the file said, but for the change; None without one."""
    text = read_text(target)
    before = Manifest.parse(text, target)
    wanted = tuple(entry for entry in map(change, before.columns) if entry is not None)
    for candidate in candidates(text):
        try:
            found = Manifest.parse(candidate, target)
        except ManifestError:
            continue
        if (found.columns, found.keyring, found.subjects) == (wanted, before.keyring, before.subjects):
            _replace(target, candidate)
            return found
    return None


def _entries(text: str) -> Iterator[tuple[int, int]]:
    """Where each ``[[columns]]`` begins and its last line ends."""
    for found in re.finditer(
        r"^[ \t]*\[\[[ \t]*columns[ \t]*\]\].*\n(?:[ \t]*[\w\"'\]-].*\n?)*", text, re.MULTILINE
    ):
        end = found.end()
        yield found.start(), end + (text[end : end + 1] == "\n")


def _replace(target: Path, text: str) -> None:
    with new_file(target, 0o644, durable=True) as file:  # names of columns, which applications read
        file.write(text.encode())


_FORM = "piiguard encrypt and piiguard manifest write entries of the right form"
_SUBJECTS = "docs/rights.md shows entries of the right form"
_OTHER = ("normalizer", "pad_to")  # what else than a text may be
_PADDED = ("string", "enum")
_MOST = 1 << 20
_KNOWN = {item.name for item in fields(ProtectedColumn)}
_TABLES = {"keyring", "columns", "subjects"}


def _refuse_unknown(found: dict[str, Any], known: AbstractSet[str], where: str, place: str) -> None:
    """What is passed over in silence protects nothing: ``[[column]]`` would be an empty manifest."""
    if unknown := sorted(set(found) - known):
        raise ManifestError(
            f"{where} has an unknown member {shown(unknown[0])}",
            path=place,
            hint=f"known are {', '.join(sorted(known))}",
        )


def _column(entry: Any, place: str, number: int) -> ProtectedColumn:
    where = f"{place}: [[columns]] number {number}"
    if not isinstance(entry, dict):
        raise ManifestError(f"{where} is not a table", path=place, hint=_FORM)
    _refuse_unknown(entry, _KNOWN, where, place)
    if fault := next(_faults(entry), None):
        raise ManifestError(f"{where}{fault}", path=place, hint=_FORM)
    listed = entry.get("normalizer")
    if isinstance(listed, list):
        entry = {**entry, "normalizer": tuple(listed) if len(listed) > 1 else listed[0]}
    return ProtectedColumn(**entry)


def _faults(entry: dict[str, Any]) -> Iterator[str]:
    """What is wrong with an entry, in the order of importance."""
    if wrong := sorted(n for n, value in entry.items() if not isinstance(value, str) and n not in _OTHER):
        yield f": {wrong[0]} is not a string"
    if missing := sorted({"table", "column", "context"} - set(entry)):
        yield f" lacks {missing[0]}"
    if ("index" in entry) != ("normalizer" in entry):
        yield ": index and normalizer come together"
    if "index" not in entry and {"index_name", "index_context"} & set(entry):
        yield ": index_name and index_context belong to an index"
    if entry.get("storage", "binary") not in ("binary", "text"):
        yield ": storage is binary or text"
    if entry.get("leaks", "frequency") != "frequency":
        yield ": leaks is frequency or left out"
    listed = entry.get("normalizer", "")
    names = listed if isinstance(listed, list) else [listed]
    if not names or not all(isinstance(name, str) for name in names) or len(set(names)) < len(names):
        yield ": normalizer is a name, or a list of different names"
    size = entry.get("pad_to", 1)
    if type(size) is not int or not 0 < size <= _MOST:
        yield f": pad_to is a number of bytes, at most {_MOST}"
    if "pad_to" in entry and entry.get("type", "string") not in _PADDED:
        yield f": pad_to is for the types {' and '.join(_PADDED)}"


def _refuse_repeats(columns: tuple[ProtectedColumn, ...], place: str) -> None:
    seen: set[str] = set()
    for column in columns:
        if column.place in seen:
            raise ManifestError(f"{place}: {column.place} stands twice", path=place, hint="leave one entry")
        seen.add(column.place)
