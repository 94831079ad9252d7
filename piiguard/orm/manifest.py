"""The manifest as the models have it, and where a manifest file has drifted from them."""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Sequence
from dataclasses import fields
from typing import Any

from sqlalchemy import MetaData

from piiguard.errors import ManifestError
from piiguard.manifest import Manifest, ProtectedColumn
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
    known = {entry.place: entry for entry in declared}
    for entry in declared:
        listed = manifest.find(entry.table, entry.column)
        if listed is None:
            yield f"{entry.place}: encrypted in the models, not in the manifest"
            continue
        for item in fields(entry):
            ours, theirs = getattr(entry, item.name), getattr(listed, item.name)
            if ours != theirs:
                yield f"{entry.place}: {item.name} is {ours or 'unset'} in the models, {theirs or 'unset'} here"
    tables = {table.fullname for table in metadata.sorted_tables}
    for listed in manifest.columns:
        if listed.table in tables and listed.place not in known:
            yield f"{listed.place}: in the manifest, not encrypted in the models"


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
        normalizer=None if index is None else index.key.normalizer.name,
        index_name=None if index is None else _unless(index.key.name, index.column.name),
        index_context=None if index is None else _unless(index.key.context, kind.context),
    )


def _unless(value: str, usual: str) -> str | None:
    return None if value == usual else value


def _named(found: Protected, key: str) -> BoundIndex | None:
    """The one index that an entry has room for: that of equality, else the first of a part."""
    alone = [index for index in found.indexes if index.sources == (key,) and index.cut is None]
    return next((index for index in alone if index.exact), next(iter(alone), None))
