"""A full scan of exports and dumps, on one core: the rows of the table that the other benchmark scans in a database."""

from __future__ import annotations

import csv
import json
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from benchmarks.harness import Harness
from benchmarks.scan.databases import COLUMNS, rows
from piiguard.scan import Options
from piiguard.scan.targets import scan_target

Row = tuple[str, ...]
THOROUGH = "CSV, `--thorough`"
"""With names and addresses searched for in every row: nothing is settled."""


def run(harness: Harness) -> None:
    """Measure in processor time; a line of JSON is searched as a whole, so there are fewer of them."""
    made = list(rows(harness.size(200_000)))
    some = made[: len(made) // 20]
    with tempfile.TemporaryDirectory() as folder:
        inputs = {
            "CSV": (_csv(Path(folder, "customers.csv"), made), len(made)),
            THOROUGH: (_csv(Path(folder, "thorough.csv"), made[: len(made) // 4]), len(made) // 4),
            "SQL dump, `COPY`": (_copy(Path(folder, "copy.sql"), made), len(made)),
            "SQL dump, an `INSERT` for every row": (_insert(Path(folder, "insert.sql"), made), len(made)),
            "Parquet": (_parquet(Path(folder, "customers.parquet"), made), len(made)),
            "JSON lines, as a log": (_json(Path(folder, "customers.jsonl"), some), len(some)),
        }
        runs = {name: _scan(path, thorough=name == THOROUGH) for name, (path, _) in inputs.items()}
        spent = harness.interleave(runs, rounds=3)
        table = [
            (name, f"{path.stat().st_size / 1e6:.1f}", f"{count:,}", f"{t.median:.1f} s", f"{count / t.median:,.0f}")
            for (name, (path, count)), t in zip(inputs.items(), spent.values(), strict=True)
        ]  # fmt: skip
    harness.section(
        "scan.files",
        "Scan of exports with six columns of personal data, one core",
        ("file", "MB", "rows", "processor time", "rows/s"),
        table,
        packages=("presidio-analyzer", "hyperscan", "pyarrow"),
        notes=(
            "All entities, every row. Columns of names and addresses are settled while they are read "
            "([decision 41](decisions/0041-words-are-settled-by-a-sample.md)); a line of a log is not."
        ),
    )


def _scan(path: Path, *, thorough: bool) -> Callable[[], object]:
    def run() -> object:
        report = scan_target(str(path), Options(thorough=thorough))
        assert report.complete
        assert {"KZ_IIN", "PERSON", "KZ_ADDRESS"} <= {finding.entity for finding in report.findings}
        return report

    return run


def _csv(path: Path, made: Sequence[Row]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([COLUMNS, *made])
    return path


def _copy(path: Path, made: Sequence[Row]) -> Path:
    lines = ["\t".join(row) for row in made]
    path.write_text(
        "\n".join([f"COPY customers ({', '.join(COLUMNS)}) FROM stdin;", *lines, "\\.\n"]), "utf-8"
    )
    return path


def _insert(path: Path, made: Sequence[Row]) -> Path:
    values = (", ".join(f"'{value}'" for value in row) for row in made)
    names = ", ".join(COLUMNS)
    path.write_text("".join(f"INSERT INTO customers ({names}) VALUES ({row});\n" for row in values), "utf-8")
    return path


def _parquet(path: Path, made: Sequence[Row]) -> Path:
    import pyarrow as pa
    import pyarrow.parquet as pq

    pq.write_table(pa.table(dict(zip(COLUMNS, map(list, zip(*made, strict=True)), strict=True))), path)
    return path


def _json(path: Path, made: Sequence[Row]) -> Path:
    records = ({"msg": "saved", "customer": dict(zip(COLUMNS, row, strict=True))} for row in made)
    path.write_text("".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records), "utf-8")
    return path
