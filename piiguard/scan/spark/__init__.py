"""The same scan on Apache Spark: the same engine, statistics and findings, on many machines.

Workers turn batches into mergeable statistics; the driver merges them with the code of the local scanner and
judges. Counts and masked shapes leave a worker, values never do.
"""

from __future__ import annotations

from piiguard.scan.spark.frames import scan_dataframe
from piiguard.scan.spark.session import spark_session
from piiguard.scan.spark.targets import scan_on_spark

__all__ = ["scan_dataframe", "scan_on_spark", "spark_session"]
