"""Spark's Python daemon with the engine's libraries imported before it forks.

Importing Presidio takes seconds. The daemon does it once, and every worker it forks begins with it; so
``spark.python.daemon.module`` names this module in sessions that piiguard starts.
"""

from pyspark.daemon import manager

from piiguard.scan.engines import make_engine

if __name__ == "__main__":
    make_engine(None)
    manager()
