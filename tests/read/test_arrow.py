"""Parquet files as pandas, Spark and Java write them: no kind of moment hides a column, or the file around it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

pa = pytest.importorskip("pyarrow")
pq = pytest.importorskip("pyarrow.parquet")

from piiguard.read.parquet import UNREADABLE

IIN = "050312300015"
NS, ZONED = pa.timestamp("ns"), pa.timestamp("us", "GMT+05:00")
COLUMNS = {
    "nanoseconds": pa.array([1_500], NS),
    "a zone of Java's": pa.array([0], ZONED),
    "a zone of nobody's": pa.array([0], pa.timestamp("us", "Almaty time")),
    "durations": pa.array([1_500], pa.duration("ns")),
    "times": pa.array([1_500], pa.time64("ns")),
    "a date beyond": pa.array([2**31 - 1], pa.date32()),
    "a date before": pa.array([-(2**31)], pa.date32()),
    "a moment beyond": pa.array([2**62], pa.timestamp("us")),
    "in lists": pa.array([[1, None]], pa.list_(NS)),
    "in lists of two": pa.array([[1, 2]], pa.list_(NS, 2)),
    "in records": pa.array([{"at": 1, "on": 2**31 - 1}], pa.struct([("at", NS), ("on", pa.date32())])),
    "in maps": pa.array([[("at", 1)]], pa.map_(pa.string(), ZONED)),
    "repeated": pa.array([1], NS).dictionary_encode(),
}


def scanned(folder: Path) -> Any:
    """In a process of its own: what pandas takes counts where it is not yet loaded."""
    done = subprocess.run(
        [sys.executable, "-m", "piiguard", "scan", str(folder), "--format", "json"],
        check=False,
        capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    return json.loads(done.stdout)


def test_a_file_is_read_whole_whatever_its_moments_are(tmp_path: Path) -> None:
    for number, (name, column) in enumerate(COLUMNS.items()):
        pq.write_table(pa.table({"iin": [IIN], name: column}), tmp_path / f"{number}.parquet")
    pq.write_table(
        pa.table({"iin": [IIN], "at": pa.array([1], NS)}),
        tmp_path / "96.parquet",
        use_deprecated_int96_timestamps=True,
    )
    (told,) = scanned(tmp_path)["targets"]
    assert told["unread"] == []
    assert told["rows_read"] == len(COLUMNS) + 1


@pytest.mark.parametrize("kind", [pa.date32(), pa.timestamp("ns"), pa.timestamp("us", "GMT+05:00")])
def test_moments_are_those_that_arrow_itself_writes(kind: Any) -> None:
    from piiguard.read.arrow import values_of

    days = pa.array([-25_000, 0, None, 18_000], pa.date32())
    for value, day in zip(
        values_of(days.cast(kind) if kind != days.type else days), days.to_pylist(), strict=True
    ):
        assert (value is None and day is None) or str(value).startswith(str(day))


def test_a_file_that_is_damaged_anywhere_is_said_to_be_damaged_and_not_to_be_large(tmp_path: Path) -> None:
    pq.write_table(pa.table({"iin": [IIN] * 50}), tmp_path / "whole")
    whole = (tmp_path / "whole").read_bytes()
    (tmp_path / "whole").unlink()
    tails = {
        "noise": bytes(range(1, 250)) * 9,
        "only its mark": whole[:4] + bytes(range(1, 250)) + whole[-4:],
        "cut": whole[:-20],
        "without its head and tail": whole[200:-3],
        "a list longer than the file": whole[:-8] + b"\xff\xff\xff\x7f" + whole[-4:],
        "a list of nothing": whole[:-8] + bytes(4) + whole[-4:],
    }
    for name, data in tails.items():
        (tmp_path / f"{name}.parquet").write_bytes(data)
    said = [one["reason"] for told in scanned(tmp_path)["targets"] for one in told["unread"]]
    assert said == [UNREADABLE] * len(tails)
