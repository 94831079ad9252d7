"""Redacts columns of Spark DataFrames with the same operators as logs.

A worker makes its redactor once. For ``hash`` and ``pseudonym`` it opens the keyring from the path it is given:
the plan, the logs and the event history hold that path and no key.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterable, Iterator
from functools import lru_cache
from typing import TYPE_CHECKING

from piiguard.errors import ManifestError
from piiguard.keys import Keyring
from piiguard.redact.choices import Operator
from piiguard.redact.redactor import Redactor

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import DataFrame

__all__ = ["redact_columns"]


def redact_columns(
    df: DataFrame,
    columns: Iterable[str],
    *,
    operator: Operator = "mask",
    keyring: str | os.PathLike[str] | None = None,
    entities: Collection[str] | None = None,
) -> DataFrame:
    """Redact text columns; the column's name labels what stands in it. NULL stays NULL.

    Raises: :class:`ManifestError` for a column that the frame does not have or that holds no text.
    """
    names = tuple(columns)
    kinds = {field.name: field.dataType.simpleString() for field in df.schema.fields}
    for name in names:
        if kinds.get(name) != "string":
            what = "is not of type string" if name in kinds else "is not in the frame"
            raise ManifestError(f"{name}: the column {what}", hint=f"it has {', '.join(kinds)}")
    path = None if keyring is None else os.fspath(keyring)
    found = None if entities is None else tuple(sorted(entities))
    return df.mapInArrow(_redacting(names, operator, path, found), df.schema)


def _redacting(
    names: tuple[str, ...], operator: Operator, keyring: str | None, entities: tuple[str, ...] | None
) -> Callable[[Iterator[pa.RecordBatch]], Iterator[pa.RecordBatch]]:
    def stage(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        import pyarrow as pa

        redactor = _redactor(operator, keyring, entities)
        for batch in batches:
            for name in names:
                place = batch.schema.get_field_index(name)
                clean = [
                    None if text is None else redactor.text(text, (name,))
                    for text in batch.column(place).to_pylist()
                ]
                batch = batch.set_column(place, batch.schema.field(place), pa.array(clean, pa.string()))
            yield batch

    return stage


@lru_cache(maxsize=4)
def _redactor(operator: Operator, keyring: str | None, entities: tuple[str, ...] | None) -> Redactor:
    opened = None if keyring is None else Keyring.from_file(keyring)
    return Redactor(operator, keyring=opened, entities=entities)
