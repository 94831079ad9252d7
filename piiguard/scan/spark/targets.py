"""Sends a target to where Spark can read it: a database, or files of any file system."""

from __future__ import annotations

import os

import sqlalchemy as sa

from piiguard.errors import ScanError
from piiguard.manifest import Manifest
from piiguard.scan import sources
from piiguard.scan.finding import ScanReport
from piiguard.scan.options import Options
from piiguard.scan.spark.files import scan_files
from piiguard.scan.spark.session import LOCAL, is_local, spark_session

__all__ = ["scan_on_spark"]


def scan_on_spark(
    target: str,
    options: Options | None = None,
    *,
    master: str | None = None,
    manifest: Manifest | None = None,
) -> ScanReport:
    """Scan one target on Spark: the findings are those of the local scanner.

    Raises: :class:`MissingExtra` without pyspark, :class:`ScanError` for a target that Spark cannot read.
    """
    options = options or Options()
    if target == sources.STDIN:
        raise ScanError("-: Spark cannot read standard input", source="-", hint="leave out --engine spark")
    url = _database_url(target)
    if url is None:
        return scan_files(spark_session(master), target, options)
    _hand_over_password(url, master)
    spark = spark_session(master)
    from piiguard.scan.spark.databases import scan_database_on_spark

    return scan_database_on_spark(spark, target if "://" in target else str(url), options, manifest)


_FILE_SYSTEMS = (
    "file",
    "hdfs",
    "s3",
    "s3a",
    "gs",
    "abfs",
    "abfss",
    "wasbs",
    "dbfs",
    "viewfs",
    "webhdfs",
    "oss",
)


def _database_url(target: str) -> sa.URL | None:
    if os.path.isfile(target) and sources.is_sqlite(target, named=True):
        return sa.URL.create("sqlite", database=target)
    scheme, mark, _ = target.partition("://")
    if not mark or scheme.lower() in _FILE_SYSTEMS:
        return None
    return sa.make_url(target)


def _hand_over_password(url: sa.URL, master: str | None) -> None:
    """Local workers inherit the environment of this process; those of a cluster must be given it."""
    from piiguard.scan.spark.databases import PASSWORD

    if url.password is None:
        return
    if not is_local(master or LOCAL):
        raise ScanError(
            f"{url.render_as_string()}: a password in the URL would stand in Spark's plans",
            source=url.render_as_string(),
            hint=f"leave it out, and set {PASSWORD} for driver and executors (spark.executorEnv.{PASSWORD})",
        )
    os.environ[PASSWORD] = str(url.password)
