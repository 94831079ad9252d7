"""Replaces columns of a frame by their envelopes, and envelopes by what they hold."""

from __future__ import annotations

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
from piiguard.protect.cells.plain import text_reader

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import DataFrame

    Stage = Callable[[Iterator[pa.RecordBatch]], Iterator[pa.RecordBatch]]

__all__ = [
    "batch_of",
    "checked",
    "decrypt_columns",
    "encrypt_columns",
    "keyring_of",
    "opened",
    "quoted",
    "values_of",
]

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
    entries = checked(df, columns)
    kinds = {entry.column: "string" if entry.storage == "text" else "binary" for entry in entries}
    kinds |= {entry.index: "binary" for entry in entries if entry.index}
    return df.mapInArrow(_encrypting(entries, os.fspath(keyring)), _schema(df, kinds))


def decrypt_columns(
    df: DataFrame, columns: Iterable[ProtectedColumn], *, keyring: str | os.PathLike[str]
) -> DataFrame:
    """Replace envelopes by the values they hold; a value that does not open fails the job with its context."""
    entries = checked(df, columns)
    kinds = {entry.column: _SPARK_TYPES.get(entry.type, "string") for entry in entries}
    return df.mapInArrow(_decrypting(entries, os.fspath(keyring)), _schema(df, kinds))


def quoted(name: str) -> str:
    return f"`{name.replace('`', '``')}`"


def checked(df: DataFrame, columns: Iterable[ProtectedColumn]) -> tuple[ProtectedColumn, ...]:
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
    return ", ".join(f"{quoted(name)} {kind}" for name, kind in {**known, **kinds}.items())


def _encrypting(entries: Sequence[ProtectedColumn], path: str) -> Stage:
    def stage(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            columns = dict(zip(batch.schema.names, batch.columns, strict=True))
            for entry in entries:
                columns.update(_sealed(entry, values_of(columns[entry.column]), path))
            yield batch_of(columns)

    return stage


def values_of(array: pa.Array) -> list[Any]:
    """A column's values, moments in UTC: Spark labels them with the session's zone, and Java names some zones as
    Python knows none (``GMT+05:00``, where the machine's own zone has no name)."""
    import pyarrow as pa

    zoned = pa.types.is_timestamp(array.type) and array.type.tz
    values: list[Any] = (array.cast(pa.timestamp("us", "UTC")) if zoned else array).to_pylist()
    return values


def _sealed(entry: ProtectedColumn, values: list[Any], path: str) -> Iterator[tuple[str, pa.Array]]:
    import pyarrow as pa

    codec, keyring, read = codec_for(entry.type, entry.pad_to), keyring_of(path), text_reader(entry.type)
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
                columns[entry.column] = opened(entry, columns[entry.column].to_pylist(), path)
            yield batch_of(columns)

    return stage


def opened(entry: ProtectedColumn, values: list[Any], path: str) -> pa.Array:
    import pyarrow as pa

    codec = codec_for(entry.type)
    envelopes = [from_text(v) if isinstance(v, str) else v for v in values]
    plain = keyring_of(path).column(entry.context, codec.code).decrypt_many(envelopes)
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


def batch_of(columns: dict[str, pa.Array]) -> pa.RecordBatch:
    import pyarrow as pa

    return pa.RecordBatch.from_arrays(list(columns.values()), names=list(columns))


@lru_cache(maxsize=4)
def keyring_of(path: str) -> Keyring:
    return Keyring.from_file(path)
