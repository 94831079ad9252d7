"""The Spark session: the one that runs, or a new one with defaults that a laptop and a cluster both like."""

from __future__ import annotations

import importlib.util
import os
import shutil
import sys
from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

from piiguard.errors import MissingExtra, ScanError

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

__all__ = ["LOCAL", "is_local", "spark_session"]

LOCAL = "local[*,4]"
"""All cores of this machine; a task whose worker dies is tried four times, as on a cluster."""

_LOOPBACK = {
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.host": "127.0.0.1",
    "spark.ui.enabled": "false",
}
_ALWAYS = {
    "spark.log.level": "ERROR",
    "spark.ui.showConsoleProgress": "false",
    "spark.python.daemon.module": "piiguard.scan.spark.daemon",
    # A traceback of Python code in an executor could show a value; only its type is wanted.
    "spark.sql.execution.pyspark.udf.simplifiedTraceback.enabled": "true",
}


def spark_session(
    master: str | None = None, settings: Mapping[str, str] = MappingProxyType({})
) -> SparkSession:
    """Return the active session, or start one on ``master`` (default: this machine) with more settings.

    Raises: :class:`MissingExtra` without pyspark, :class:`ScanError` without Java.
    """
    if importlib.util.find_spec("pyspark") is None:
        raise MissingExtra("spark", "pyspark")
    from pyspark.sql import SparkSession

    if master is None and (active := SparkSession.getActiveSession()) is not None:
        return active
    _refuse_without_java()
    # Otherwise workers run the system's python3, which has no pyarrow.
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    chosen = dict(_ALWAYS)
    if is_local(master := master or LOCAL):
        os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
        chosen |= _LOOPBACK
    builder = SparkSession.builder.appName("piiguard").master(master)
    for name, value in (chosen | dict(settings)).items():
        builder = builder.config(name, value)
    return builder.getOrCreate()


def is_local(master: str) -> bool:
    """Whether the executors are on this machine.

    >>> is_local("local[2]"), is_local("spark://host:7077")
    (True, False)
    """
    return master == "local" or master.startswith("local[")


def _refuse_without_java() -> None:
    home = os.environ.get("JAVA_HOME")
    if shutil.which("java") is None and not (home and shutil.which("java", path=os.path.join(home, "bin"))):
        raise ScanError(
            "spark: Java is not installed", source="spark", hint="install Java 17, or set JAVA_HOME"
        )
