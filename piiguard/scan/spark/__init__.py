"""The same scan on Apache Spark: the same tasks, parts and findings, on many machines.

Workers read tasks into parts; the driver merges and judges them with the loop of the local scanner. Counts and masked
shapes leave a worker, values never do.
"""

from __future__ import annotations

from piiguard.errors import ScanError
from piiguard.frames import emptied
from piiguard.manifest import Manifest
from piiguard.read import sources
from piiguard.scan.finding import ScanReport
from piiguard.scan.journal import Journal
from piiguard.scan.ledger import join
from piiguard.scan.options import Options
from piiguard.scan.progress import Progress
from piiguard.scan.run import run
from piiguard.scan.spark.frames import scan_dataframe
from piiguard.scan.spark.session import LOCAL, is_local, spark_session

__all__ = ["scan_dataframe", "scan_on_spark", "spark_session"]

_FILE_SYSTEMS = frozenset(
    "file hdfs s3 s3a gs abfs abfss wasbs dbfs viewfs webhdfs oss".split()  # noqa: SIM905 - a list is all it is
)


@emptied
def scan_on_spark(
    target: str,
    options: Options | None = None,
    *,
    master: str | None = None,
    manifest: Manifest | None = None,
    progress: Progress | None = None,
    journal: Journal | None = None,
) -> ScanReport:
    """Scan one target on Spark: the findings are those of the local scanner.

    Raises: :class:`MissingExtra` without pyspark, :class:`ScanError` for a target that Spark cannot read.
    """
    from piiguard.scan.spark.remote import remote_sources
    from piiguard.scan.spark.workers import on_workers
    from piiguard.scan.targets import scan_target

    options = options or Options()
    if target == sources.STDIN:
        raise ScanError("-: Spark cannot read standard input", source="-", hint="leave out --engine spark")
    if target.partition("://")[0].lower() in _FILE_SYSTEMS and "://" in target:
        spark = spark_session(master)
        reports = [
            run(source, options, manifest=manifest, progress=progress, journal=journal,
                elsewhere=source.elsewhere)
            for source in remote_sources(spark, target)
        ]  # fmt: skip
        return join(reports)
    _refuse_password(target, master)
    return scan_target(
        target, options, manifest=manifest, progress=progress, journal=journal,
        elsewhere=on_workers(spark_session(master)),
    )  # fmt: skip


def _refuse_password(target: str, master: str | None) -> None:
    """Workers of a cluster are not given our environment, and a password is no argument."""
    import sqlalchemy as sa

    from piiguard.read.table import PASSWORD

    url = sa.make_url(target) if "://" in target else None
    if url is None or url.password is None or is_local(master or LOCAL):
        return
    raise ScanError(
        f"{url.render_as_string()}: a password in the URL would be sent to Spark's workers",
        source=url.render_as_string(),
        hint=f"leave it out, and set {PASSWORD} for driver and executors (spark.executorEnv.{PASSWORD})",
    )
