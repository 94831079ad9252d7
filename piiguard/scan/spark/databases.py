"""Reads databases that have no JDBC driver on the cluster: a Spark data source over SQLAlchemy.

A table is cut into ranges of its key; each range is a partition that one worker reads in a read-only
transaction. The password is not an option of the source, for options stand in Spark's plans and event log:
workers take it from the environment variable ``PIIGUARD_DATABASE_PASSWORD``.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from pyspark.sql.datasource import DataSource, DataSourceReader, InputPartition
from pyspark.sql.types import BinaryType, StringType, StructField, StructType
from sqlalchemy.exc import SQLAlchemyError

from piiguard import clock, database
from piiguard.detect import encodings
from piiguard.errors import DatabaseError
from piiguard.manifest import Manifest
from piiguard.scan import catalog, cells, reading, sampling, session, tables
from piiguard.scan.databases import judged
from piiguard.scan.engines import make_observer
from piiguard.scan.finding import ScanReport
from piiguard.scan.options import Limits, Options
from piiguard.scan.outcome import Outcome, report_of
from piiguard.scan.relation import Relation
from piiguard.scan.spark import frames
from piiguard.scan.tables import Part, Span

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import SparkSession

__all__ = ["PASSWORD", "PiiguardDataSource", "scan_database_on_spark"]

PASSWORD = "PIIGUARD_DATABASE_PASSWORD"  # noqa: S105 - the name of the variable
_ROWS_PER_PARTITION = 100_000


def scan_database_on_spark(
    spark: SparkSession, url: str, options: Options, manifest: Manifest | None = None
) -> ScanReport:
    """Scan a database with Spark's workers; the findings are those of the local scanner."""
    started, outcomes = clock.stamp(), list[Outcome]()
    spark.dataSource.register(PiiguardDataSource)
    target = database.shown(url)
    engine = database.open_reader(url)
    try:
        with session.reader(engine, Limits()) as connection:
            found = catalog.relations(connection, options.tables, options.exclude, options.views)
        for relation in found:
            part = _read(spark, engine, relation, options)
            outcomes.append(judged(target, relation, part, options, manifest))
    finally:
        engine.dispose()
    return report_of(target, "database", started, outcomes)


def _read(spark: SparkSession, engine: sa.Engine, relation: Relation, options: Options) -> Part:
    """Settle what a first look settles, as the local scanner does, and let the workers read the rows."""
    part, observer = Part(), make_observer(options)
    if tables.left(relation, part) or not relation.columns:
        return part
    observer.name_every = tables.name_every(relation.rows, options.sample)
    bare = engine.url.set(password=None).render_as_string(hide_password=False)
    source = spark.read.format(PiiguardDataSource.name()).option("url", bare).option("table", relation.place)
    source = source.option("views", json.dumps(options.views))
    if options.sample is not None:
        source = source.option("sample", options.sample)
    try:
        with session.reader(engine, options.limits, relation) as connection:
            settled = tables.settled(connection, relation, observer, options, part)
        part.merge(frames.part_of(source.load(), options, observer.name_every, settled))
    except Exception as error:  # noqa: BLE001 - Spark wraps what happened in a worker into its own errors
        part.errors.append(_reason(str(error)))
    return part


def _reason(message: str) -> str:
    """Our own sentence out of Spark's traceback; anything else in it may hold a value."""
    mark = f"{DatabaseError.__name__}: "
    line = next((line for line in message.splitlines() if mark in line), "")
    return line.partition(mark)[2].strip() or "the table cannot be read on Spark's workers"


@dataclass
class _Range(InputPartition):
    span: Span | None


class PiiguardDataSource(DataSource):
    """``spark.read.format("piiguard").option("url", …).option("table", …)``; all columns are text or bytes."""

    @classmethod
    def name(cls) -> str:
        return "piiguard"

    def schema(self) -> StructType:
        relation = _relation(self.options)
        kinds = {"bytes": BinaryType()}
        return StructType([StructField(c.name, kinds.get(c.reading, StringType())) for c in relation.columns])

    def reader(self, schema: StructType) -> DataSourceReader:
        return _Reader(dict(self.options), schema)


class _Reader(DataSourceReader):
    def __init__(self, options: dict[str, str], schema: StructType) -> None:
        self._options = options
        self._binary = [isinstance(field.dataType, BinaryType) for field in schema.fields]

    def partitions(self) -> Sequence[InputPartition]:
        relation = _relation(self._options)
        if "sample" in self._options:
            return [_Range(None)]
        engine = _engine(self._options)
        with session.reader(engine, Limits(), relation) as connection:
            parts = max(1, relation.rows // _ROWS_PER_PARTITION)
            spans = sampling.key_ranges(connection, relation, parts)
        engine.dispose()
        return [_Range(span) for span in spans] or [_Range(None)]

    def read(self, partition: InputPartition) -> Iterator[pa.RecordBatch]:
        assert isinstance(partition, _Range)  # noqa: S101 - the type Spark promises is the base class
        engine, relation = _engine(self._options), _relation(self._options)
        selected = [column.expression() for column in relation.columns]
        sample = int(self._options["sample"]) if "sample" in self._options else None
        try:
            with session.reader(engine, Limits(statement=0), relation) as connection:
                if partition.span is not None:
                    queries = [sampling.between(relation, selected, partition.span)]
                else:
                    queries = list(sampling.statements(connection, relation, selected, sample))
                for query in queries:
                    for page in reading.pages(connection, query):
                        yield self._batch(relation, page)
        except (SQLAlchemyError, engine.dialect.loaded_dbapi.Error) as error:
            raise DatabaseError(session.explain(error), source=relation.place) from None
        finally:
            engine.dispose()

    def _batch(self, relation: Relation, page: Sequence[Sequence[Any]]) -> pa.RecordBatch:
        import pyarrow as pa

        columns = [
            pa.array(map(_bytes if binary else _text, values), pa.binary() if binary else pa.string())
            for binary, values in zip(self._binary, zip(*page, strict=True), strict=True)
        ]
        return pa.RecordBatch.from_arrays(columns, names=[c.name for c in relation.columns])


def _engine(options: dict[str, str]) -> sa.Engine:
    url = sa.make_url(options["url"])
    if password := os.environ.get(PASSWORD):
        url = url.set(password=password)
    return database.open_reader(url.render_as_string(hide_password=False))


def _relation(options: Any) -> Relation:
    engine = _engine(options)
    try:
        with session.reader(engine, Limits()) as connection:
            views = json.loads(options["views"]) if "views" in options else ()
            found = catalog.relations(connection, [options["table"]], views=views)
    finally:
        engine.dispose()
    relation = next((r for r in found if r.place == options["table"]), None)
    if relation is None:
        raise DatabaseError(f"{options['table']}: there is no such table", source=options["table"])
    if relation.unread:
        raise DatabaseError(f"{relation.place}: {relation.unread}", source=relation.place)
    return relation


def _text(value: object) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bytes | bytearray | memoryview):
        return encodings.text_of(bytes(value))
    if isinstance(value, dict | list | tuple | set):
        return json.dumps(list(value) if isinstance(value, set) else value, ensure_ascii=False, default=str)
    return cells.as_text(value)


def _bytes(value: object) -> bytes | None:
    if value is None or isinstance(value, bytes):
        return value
    return value.encode() if isinstance(value, str) else bytes(value)  # type: ignore[call-overload]
