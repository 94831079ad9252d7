"""What all are given to read, made once and written into a folder."""

from __future__ import annotations

import csv
import json
import random
from collections.abc import Iterable, Sequence
from pathlib import Path

from benchmarks.harness import Harness
from benchmarks.scan.databases import COLUMNS, rows
from benchmarks.scan.logs import FIELDS, PLAIN, Fields, log

__all__ = ["SIZES", "TABLE", "prepare"]

SIZES = {"numbers.log": 3_000_000, "clean.log": 4_000_000, "all.log": 2_000_000, "orders.log": 1_000_000, "long.log": 16_000_000, "peers.log": 300_000}  # fmt: skip
SHAPE = 500_000
FEW, MANY, CSV = 4_000, 200_000, 200_000
TABLE = 100_000  # rows; 0.1.0 needs minutes for the million of the plan
START = "2026-01-05 client called, ИИН 050312300015\n2026-01-05 перезвонить: 8 (701) 123-45-67\n"


def prepare(folder: Path, harness: Harness) -> None:
    """Write every input; none holds anything but invented values."""
    size = {name: harness.size(each) for name, each in SIZES.items()}
    (folder / "numbers.log").write_bytes(log(size["numbers.log"], personal=0.1))
    (folder / "all.log").write_bytes(log(size["all.log"], personal=0.1, names=True))
    (folder / "peers.log").write_bytes(log(size["peers.log"], personal=0.1, names=True))
    (folder / "clean.log").write_bytes(log(size["clean.log"], personal=0))
    (folder / "long.log").write_bytes(log(size["long.log"], personal=0))
    (folder / "one-line.log").write_text("started\n")
    (folder / "two-lines.log").write_text(START, "utf-8")
    _ordered(folder / "orders.log", log(size["orders.log"], personal=0).decode().splitlines())
    (folder / "shapes").mkdir()
    for number, shape in enumerate(PLAIN):
        _shaped(folder / "shapes" / f"{number}.log", shape, harness.size(SHAPE))
    made = list(rows(max(harness.size(MANY), harness.size(CSV))))
    _json(folder / "few.jsonl", made[: harness.size(FEW)])
    _json(folder / "many.jsonl", made[: harness.size(MANY)])
    with (folder / "customers.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([COLUMNS, *made[: harness.size(CSV)]])


def _ordered(path: Path, lines: Iterable[str]) -> None:
    dice = random.Random(2)
    path.write_text("".join(f"{line} order_id={FIELDS['order'](dice)}\n" for line in lines), "utf-8")


def _shaped(path: Path, shape: str, size: int) -> None:
    """Write a log of lines of one kind."""
    dice = random.Random(3)
    with path.open("w", encoding="utf-8") as file:
        while file.tell() < size:
            file.write(shape.format_map(Fields(dice)) + "\n")


def _json(path: Path, made: Sequence[tuple[str, ...]]) -> None:
    records = ({"msg": "saved", "customer": dict(zip(COLUMNS, row, strict=True))} for row in made)
    path.write_text("".join(json.dumps(each, ensure_ascii=False) + "\n" for each in records), "utf-8")
