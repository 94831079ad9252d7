"""The manifest as the models have it, and where a manifest file has drifted from them."""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Sequence
from dataclasses import fields
from typing import Any

from sqlalchemy import MetaData

from piiguard.errors import ManifestError
from piiguard.keys.normalizers import names
from piiguard.manifest import Manifest, ProtectedColumn
from piiguard.orm.search.index import BlindIndex
from piiguard.orm.tables import BoundIndex, Protected, protected
from piiguard.orm.types.encrypted import Encrypted

__all__ = ["drift", "load_metadata", "protected_columns", "unlisted_indexes"]


def load_metadata(models: str) -> MetaData:
    """The tables behind ``package.module:Base``: a declarative base, SQLModel, or a MetaData."""
    module, colon, name = models.partition(":")
    if not (module and colon and name):
        raise ManifestError(
            f"{models}: not of the form package.module:Base", hint="as in --models app.models:Base"
        )
    try:
        found: Any = importlib.import_module(module)
    except ModuleNotFoundError as error:
        raise ManifestError(
            f"{models}: there is no module {error.name}", hint="run it in the folder of the application"
        ) from None
    for part in name.split("."):
        found = getattr(found, part, None)
    metadata = getattr(found, "metadata", found)
    if not isinstance(metadata, MetaData):
        raise ManifestError(
            f"{models}: no declarative base and no MetaData", hint="name what the models inherit"
        )
    return metadata


def protected_columns(metadata: MetaData) -> tuple[ProtectedColumn, ...]:
    """One entry for each encrypted column, in the order of tables and columns."""
    return tuple(
        _entry(table.fullname, key, found)
        for table in metadata.sorted_tables
        if (found := protected(table)) is not None
        for key in found.columns
    )


def unlisted_indexes(metadata: MetaData) -> tuple[str, ...]:
    """Blind indexes that a manifest cannot name: the application fills them, the jobs do not."""
    return tuple(
        f"{table.fullname}.{index.column.name}"
        for table in metadata.sorted_tables
        if (found := protected(table)) is not None
        for index in found.indexes
        if len(index.sources) > 1 or index is not _named(found, index.sources[0])
    )


def drift(declared: Sequence[ProtectedColumn], metadata: MetaData, manifest: Manifest) -> Iterator[str]:
    """A sentence for each place where the manifest says something else than the models."""
    known, asked = {entry.place: entry for entry in declared}, _asked(metadata)
    for entry in declared:
        listed = manifest.find(entry.table, entry.column)
        if listed is None:
            yield f"{entry.place}: encrypted in the models, not in the manifest"
            continue
        for item in fields(entry):
            ours, theirs = getattr(entry, item.name), getattr(listed, item.name)
            if item.name == "leaks" or (item.name == "normalizer" and _finds(asked, entry, listed)):
                continue  # the one is said to jobs, of the other the models ask for all that stands there
            if ours != theirs:
                yield f"{entry.place}: {item.name} is {_told(ours)} in the models, {_told(theirs)} here"
    tables = {table.fullname for table in metadata.sorted_tables}
    for listed in manifest.columns:
        if listed.table in tables and listed.place not in known:
            yield f"{listed.place}: in the manifest, not encrypted in the models"


def _asked(metadata: MetaData) -> dict[str, tuple[str, ...]]:
    """By encrypted column, the rules of the index that serves it."""
    return {
        f"{table.fullname}.{found.columns[key].name}": tuple(rule.label for rule in index.key.rules)
        for table in metadata.sorted_tables
        if (found := protected(table)) is not None
        for key in found.columns
        if (index := _named(found, key)) is not None
    }


def _finds(asked: dict[str, tuple[str, ...]], entry: ProtectedColumn, listed: ProtectedColumn) -> bool:
    """Whether the models look for every rule under which the manifest has rows."""
    labels = asked.get(entry.place, ())
    mine = {label.partition("/")[0] for label in labels} - set(names())
    return bool(listed.rules) and all(
        rule in labels or f"{rule}/1" in labels or rule in mine for rule in listed.rules
    )


def _told(value: object) -> object:
    return ", ".join(map(str, value)) if isinstance(value, tuple) else value or "unset"


def _entry(table: str, key: str, found: Protected) -> ProtectedColumn:
    column = found.columns[key]
    kind: Encrypted = column.type  # type: ignore[assignment]
    index = _named(found, key)
    return ProtectedColumn(
        table=table,
        column=column.name,
        context=kind.context,
        type=kind.values.codec.name,
        storage=kind.storage,
        index=None if index is None else index.column.name,
        normalizer=None if index is None else _rules(index),
        index_name=None if index is None else _unless(index.key.name, index.column.name),
        index_context=None if index is None else _unless(index.key.context, kind.context),
        pad_to=kind.values.pad_to,
        leaks=None if index is None else _kind(index).leaks,
    )


def _rules(index: BoundIndex) -> str | tuple[str, ...]:
    """Two rules only where the model names two: a new entry of a bare name has the newest edition."""
    labels = tuple(rule.label for rule in index.key.rules)
    return labels if isinstance(_kind(index).rules[0], tuple) and len(labels) > 1 else labels[0]


def _kind(index: BoundIndex) -> BlindIndex:
    kind: BlindIndex = index.column.type  # type: ignore[assignment]
    return kind


def _unless(value: str, usual: str) -> str | None:
    return None if value == usual else value


def _named(found: Protected, key: str) -> BoundIndex | None:
    """The one index that an entry has room for: that of equality, else the first of a part."""
    alone = [index for index in found.indexes if index.sources == (key,) and index.cut is None]
    return next((index for index in alone if index.exact), next(iter(alone), None))
