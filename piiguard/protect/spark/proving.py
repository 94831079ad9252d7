"""Proves, row by row, that what was sealed is what the source holds, before the plaintext goes."""

from __future__ import annotations

import datetime
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from piiguard.errors import ManifestError
from piiguard.keys.codec import codec_for
from piiguard.keys.indexable import indexer
from piiguard.manifest import ProtectedColumn
from piiguard.protect import refusal
from piiguard.protect.batches.batch import UNREADABLE
from piiguard.protect.cells.plain import text_reader
from piiguard.protect.spark.columns import batch_of, checked, keyring_of, opened, quoted, values_of

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import DataFrame

    Stage = Callable[[Iterator[pa.RecordBatch]], Iterator[pa.RecordBatch]]

__all__ = ["prove_columns"]


def prove_columns(
    source: DataFrame,
    sealed: DataFrame,
    columns: Iterable[ProtectedColumn],
    *,
    key: str | Sequence[str],
    keyring: str | os.PathLike[str],
) -> int:
    """Open every value of ``sealed``, compare it with ``source``, row by row, and say how many rows that were.

    ``sealed`` is what was saved, read back; only after this may the plaintext go. ``key`` names the columns that tell
    rows apart. Blind indexes are compared, too. Raises: :class:`JobError`, which names rows by their keys and holds no
    value, where one differs, is missing or is there twice; :class:`ManifestError` for a column that a frame does not have.

    >>> prove_columns(df, spark.read.parquet("sealed"), columns, key="id", keyring=path)  # doctest: +SKIP
    12000
    """
    from pyspark.sql import functions as sql

    entries, keys = checked(sealed, columns), (key,) if isinstance(key, str) else tuple(key)
    checked(source, entries)
    indexes = [entry.index for entry in entries if entry.index]
    plain = _renamed(source, keys, [entry.column for entry in entries], "plain")
    stored = _renamed(sealed, keys, [entry.column for entry in entries] + indexes, "sealed")
    pairs = plain.join(stored, list(keys), "full_outer")
    kinds = {field.name: field.dataType.simpleString() for field in pairs.schema.fields if field.name in keys}
    schema = (
        ", ".join(f"{quoted(k)} {kinds[k]}" for k in keys) + ", piiguard_place string, piiguard_rows long"
    )
    found = pairs.mapInArrow(_comparing(entries, keys, os.fspath(keyring)), schema)
    totals = found.agg(sql.sum("piiguard_rows"), sql.count("piiguard_place")).collect()[0]
    if totals[1]:
        place = found.where("piiguard_place is not null").take(1)[0]["piiguard_place"]
        wrong = found.where(sql.col("piiguard_place") == place)
        raise refusal.rows(
            place,
            [tuple(row[k] for k in keys) for row in wrong.take(refusal.SHOWN)],
            wrong.count(),
            "what is sealed is not what the source holds",
            "keep the source; encrypt these rows again",
        )
    rows = totals[0] or 0
    if not rows == source.count() == sealed.count():
        raise refusal.Refusal(
            f"{', '.join(keys)}: rows of one key are there twice, or came in meanwhile",
            hint="name a key that tells all rows apart, and compare frames that nobody changes",
        )
    return int(rows)


def _renamed(df: DataFrame, keys: Sequence[str], names: Sequence[str], prefix: str) -> DataFrame:
    from pyspark.sql import functions as sql

    if missing := [name for name in (*keys, *names) if name not in df.columns]:
        raise ManifestError(f"the frame has no column {missing[0]}", hint=f"it has {', '.join(df.columns)}")
    renamed = [sql.col(quoted(name)).alias(f"{prefix}_{name}") for name in names]
    return df.select(*(sql.col(quoted(k)) for k in keys), *renamed, sql.lit(True).alias(f"piiguard_{prefix}"))


def _comparing(entries: Sequence[ProtectedColumn], keys: Sequence[str], path: str) -> Stage:
    """One line for each batch with its rows, and one for each value that is wrong, with its key."""

    def stage(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        import pyarrow as pa

        for batch in batches:
            columns = dict(zip(batch.schema.names, batch.columns, strict=True))
            whole = [
                a and b
                for a, b in zip(
                    columns["piiguard_plain"].to_pylist(), columns["piiguard_sealed"].to_pylist(), strict=True
                )
            ]
            wrong = [
                (row, entry.place)
                for entry in entries
                for row, agrees in enumerate(_agreeing(entry, columns, path))
                if not (agrees and whole[row])
            ]
            rows = pa.array([None, *(row for row, _ in wrong)], pa.int64())
            told = {name: columns[name].take(rows) for name in keys}
            told["piiguard_place"] = pa.array([None, *(place for _, place in wrong)], pa.string())
            told["piiguard_rows"] = pa.array([batch.num_rows, *(0 for _ in wrong)], pa.int64())
            yield batch_of(told)

    return stage


def _agreeing(entry: ProtectedColumn, columns: dict[str, pa.Array], path: str) -> Iterator[bool]:
    keyring, codec, read = (
        keyring_of(path),
        codec_for(entry.type),
        text_reader(entry.type) or (lambda value: value),
    )
    plain = [None if v is None else read(v) for v in values_of(columns[f"plain_{entry.column}"])]
    stored = columns[f"sealed_{entry.column}"].to_pylist()
    held = columns[f"sealed_{entry.index}"].to_pylist() if entry.index else [None] * len(plain)
    index, form = keyring.index(*entry.index_key) if entry.index_key else None, indexer(codec)
    for value, envelope, found in zip(plain, stored, held, strict=True):
        if value is None or envelope is None:
            yield value is None and envelope is None and found is None
            continue
        try:
            again = read(opened(entry, [envelope], path)[0].as_py())
        except UNREADABLE:
            yield False
            continue
        accepted: Sequence[bytes | None] = () if index is None else index.candidates(form(value))
        yield _same(value, again) and found in (accepted or (None,))


def _same(value: Any, again: Any) -> bool:
    """Equal to the digit; one moment may be told in two zones."""
    zoned = isinstance(value, datetime.datetime) and value.tzinfo is not None
    return repr(value) == repr(again) or (zoned and value == again)
