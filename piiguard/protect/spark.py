"""Encrypts and decrypts columns of Spark DataFrames: the same envelopes, keyring and manifest entries.

A worker opens the keyring once, from the path it is given; the plan, the logs and the event history hold that
path and no key. So every executor needs the file and what opens it: a key file, ``PIIGUARD_PASSPHRASE``
(``spark.executorEnv.PIIGUARD_PASSPHRASE``), or access to the key service.
"""

from __future__ import annotations

import datetime
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from piiguard.errors import ManifestError
from piiguard.keys import Keyring
from piiguard.keys.codec import Codec, codec_for
from piiguard.keys.envelope import from_text, to_text
from piiguard.keys.indexable import indexer
from piiguard.manifest import ProtectedColumn
from piiguard.protect import refusal
from piiguard.protect.batches.batch import UNREADABLE
from piiguard.protect.cells.plain import text_reader

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import DataFrame

    Stage = Callable[[Iterator[pa.RecordBatch]], Iterator[pa.RecordBatch]]

__all__ = ["decrypt_columns", "encrypt_columns", "prove_columns"]

_SPARK_TYPES = {
    "string": "string",
    "bytes": "binary",
    "integer": "long",
    "boolean": "boolean",
    "float": "double",
    "date": "date",
    "datetime": "timestamp_ntz",
    "datetime_tz": "timestamp",
}


def encrypt_columns(
    df: DataFrame, columns: Iterable[ProtectedColumn], *, keyring: str | os.PathLike[str]
) -> DataFrame:
    """Replace columns by their envelopes, and fill the blind indexes that the entries name.

    ``columns`` are entries of the manifest, such as ``Manifest.load("piiguard.toml").columns``; their
    ``column`` names one of the frame. Raises: :class:`ManifestError` for a column that the frame does not have.
    """
    entries = _checked(df, columns)
    kinds = {entry.column: "string" if entry.storage == "text" else "binary" for entry in entries}
    kinds |= {entry.index: "binary" for entry in entries if entry.index}
    return df.mapInArrow(_encrypting(entries, os.fspath(keyring)), _schema(df, kinds))


def decrypt_columns(
    df: DataFrame, columns: Iterable[ProtectedColumn], *, keyring: str | os.PathLike[str]
) -> DataFrame:
    """Replace envelopes by the values they hold; a value that does not open fails the job with its context."""
    entries = _checked(df, columns)
    kinds = {entry.column: _SPARK_TYPES.get(entry.type, "string") for entry in entries}
    return df.mapInArrow(_decrypting(entries, os.fspath(keyring)), _schema(df, kinds))


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

    entries, keys = _checked(sealed, columns), (key,) if isinstance(key, str) else tuple(key)
    _checked(source, entries)
    indexes = [entry.index for entry in entries if entry.index]
    plain = _renamed(source, keys, [entry.column for entry in entries], "plain")
    stored = _renamed(sealed, keys, [entry.column for entry in entries] + indexes, "sealed")
    pairs = plain.join(stored, list(keys), "full_outer")
    kinds = {field.name: field.dataType.simpleString() for field in pairs.schema.fields if field.name in keys}
    schema = (
        ", ".join(f"{_quoted(k)} {kinds[k]}" for k in keys) + ", piiguard_place string, piiguard_rows long"
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
    renamed = [sql.col(_quoted(name)).alias(f"{prefix}_{name}") for name in names]
    return df.select(
        *(sql.col(_quoted(k)) for k in keys), *renamed, sql.lit(True).alias(f"piiguard_{prefix}")
    )


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
            yield _batch(told)

    return stage


def _agreeing(entry: ProtectedColumn, columns: dict[str, pa.Array], path: str) -> Iterator[bool]:
    keyring, codec, read = (
        _keyring(path),
        codec_for(entry.type),
        text_reader(entry.type) or (lambda value: value),
    )
    plain = [None if v is None else read(v) for v in columns[f"plain_{entry.column}"].to_pylist()]
    stored = columns[f"sealed_{entry.column}"].to_pylist()
    held = columns[f"sealed_{entry.index}"].to_pylist() if entry.index else [None] * len(plain)
    index, form = keyring.index(*entry.index_key) if entry.index_key else None, indexer(codec)
    for value, envelope, found in zip(plain, stored, held, strict=True):
        if value is None or envelope is None:
            yield value is None and envelope is None and found is None
            continue
        try:
            opened = read(_opened(entry, [envelope], path)[0].as_py())
        except UNREADABLE:
            yield False
            continue
        accepted: Sequence[bytes | None] = () if index is None else index.candidates(form(value))
        yield _same(value, opened) and found in (accepted or (None,))


def _same(value: Any, opened: Any) -> bool:
    """Equal to the digit; one moment may be told in two zones."""
    zoned = isinstance(value, datetime.datetime) and value.tzinfo is not None
    return repr(value) == repr(opened) or (zoned and value == opened)


def _quoted(name: str) -> str:
    return f"`{name.replace('`', '``')}`"


def _checked(df: DataFrame, columns: Iterable[ProtectedColumn]) -> tuple[ProtectedColumn, ...]:
    entries = tuple(columns)
    for entry in entries:
        codec_for(entry.type)
        if entry.column not in df.columns:
            raise ManifestError(
                f"{entry.place}: the frame has no column {entry.column}",
                hint=f"it has {', '.join(df.columns)}",
            )
    return entries


def _schema(df: DataFrame, kinds: dict[str, str]) -> str:
    """The frame's columns with some types changed, new ones at the end."""
    known = {field.name: kinds.get(field.name, field.dataType.simpleString()) for field in df.schema.fields}
    return ", ".join(f"{_quoted(name)} {kind}" for name, kind in {**known, **kinds}.items())


def _encrypting(entries: Sequence[ProtectedColumn], path: str) -> Stage:
    def stage(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            columns = dict(zip(batch.schema.names, batch.columns, strict=True))
            for entry in entries:
                columns.update(_sealed(entry, columns[entry.column].to_pylist(), path))
            yield _batch(columns)

    return stage


def _sealed(entry: ProtectedColumn, values: list[Any], path: str) -> Iterator[tuple[str, pa.Array]]:
    import pyarrow as pa

    codec, keyring, read = codec_for(entry.type, entry.pad_to), _keyring(path), text_reader(entry.type)
    if read is not None:
        values = [None if value is None else read(value) for value in values]
    plain = [None if value is None else codec.encode(value) for value in values]
    envelopes = keyring.column(entry.context, codec.code).encrypt_many(plain)
    if entry.storage == "text":
        yield entry.column, pa.array([e and to_text(e) for e in envelopes], pa.string())
    else:
        yield entry.column, pa.array(envelopes, pa.binary())
    if entry.index and entry.index_key:
        index, form = keyring.index(*entry.index_key), indexer(codec)
        hashed = [None if v is None else index.compute(form(v)) for v in values]
        yield entry.index, pa.array(hashed, pa.binary())


def _decrypting(entries: Sequence[ProtectedColumn], path: str) -> Stage:
    def stage(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            columns = dict(zip(batch.schema.names, batch.columns, strict=True))
            for entry in entries:
                columns[entry.column] = _opened(entry, columns[entry.column].to_pylist(), path)
            yield _batch(columns)

    return stage


def _opened(entry: ProtectedColumn, values: list[Any], path: str) -> pa.Array:
    import pyarrow as pa

    codec = codec_for(entry.type)
    envelopes = [from_text(v) if isinstance(v, str) else v for v in values]
    plain = _keyring(path).column(entry.context, codec.code).decrypt_many(envelopes)
    decode = codec.decode if entry.type in _SPARK_TYPES else _as_text(codec)
    decoded = [None if value is None else decode(value) for value in plain]
    return pa.array(decoded, _ARROW[_SPARK_TYPES.get(entry.type, "string")]())


def _as_text(codec: Codec) -> Callable[[bytes], str]:
    """For types that Spark lacks: an exact decimal, a JSON value or a UUID becomes its text."""
    return bytes.decode if codec.name == "json" else lambda data: str(codec.decode(data))


def _arrow(name: str, *arguments: Any) -> Callable[[], Any]:
    def make() -> Any:
        import pyarrow as pa

        return getattr(pa, name)(*arguments)

    return make


_ARROW = {
    "string": _arrow("string"),
    "binary": _arrow("binary"),
    "long": _arrow("int64"),
    "boolean": _arrow("bool_"),
    "double": _arrow("float64"),
    "date": _arrow("date32"),
    "timestamp_ntz": _arrow("timestamp", "us"),
    "timestamp": _arrow("timestamp", "us", "UTC"),
}


def _batch(columns: dict[str, pa.Array]) -> pa.RecordBatch:
    import pyarrow as pa

    return pa.RecordBatch.from_arrays(list(columns.values()), names=list(columns))


@lru_cache(maxsize=4)
def _keyring(path: str) -> Keyring:
    return Keyring.from_file(path)
