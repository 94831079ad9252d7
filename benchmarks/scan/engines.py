"""The engine on logs, one core: against stock Presidio, DataFog and ripgrep, in findings as well as in time."""

from __future__ import annotations

import importlib.util
import io
import os
import resource
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from presidio_analyzer import AnalyzerEngine, PatternRecognizer, RecognizerRegistry
from presidio_analyzer.nlp_engine import NoOpNlpEngine

from benchmarks.harness import Harness, Timing
from benchmarks.scan.logs import log
from piiguard.detect import BlockReader, Engine
from piiguard.detect.engine import Backend
from piiguard.detect.relax import relaxed
from piiguard.recognizers import KzContextEnhancer, kz_recognizers

NUMERIC = [
    "KZ_IIN",
    "KZ_BIN",
    "KZ_PHONE",
    "EMAIL_ADDRESS",
    "CREDIT_CARD",
    "IBAN_CODE",
    "KZ_BIC",
    "KZ_ID_CARD",
    "KZ_PASSPORT",
    "KZ_DRIVER_LICENSE",
    "KZ_VEHICLE_PLATE",
    "KZ_MRZ",
    "KZ_DOCUMENT_DATE",
]
NEWLINE = b"\n"
Count = Callable[[bytes], int]


def run(harness: Harness) -> None:
    """Write two tables: the engine against stock Presidio, and against other tools."""
    _against_stock(harness)
    _against_others(harness)


def _against_stock(harness: Harness) -> None:
    inputs = {
        "numbers, 10 % of lines hit": (NUMERIC, log(harness.size(4_000_000), personal=0.1), "≥ 25x stock, ≥ 100 MB/s"),
        "numbers, nothing in it": (NUMERIC, log(harness.size(4_000_000), personal=0), "≥ 400 MB/s"),
        "all entities, 10 % of lines hit": (None, log(harness.size(2_000_000), personal=0.1, names=True), "≥ 25 MB/s"),
    }  # fmt: skip
    rows = []
    for name, (entities, data, goal) in inputs.items():
        part = data[: data.find(b"\n", len(data) // 20) + 1]  # stock is slow: it reads a twentieth
        counts: dict[str, tuple[Count, bytes]] = {
            "stock": (stock(entities), part),
            "hyperscan": (fast(entities, "hyperscan"), data),
            "re2": (fast(entities, "re2"), data),
        }
        runs = {engine: _once(count, read) for engine, (count, read) in counts.items()}
        timings = harness.interleave(runs, rounds=3)
        slow = timings["stock"].median / len(part)
        for engine, (count, read) in counts.items():
            spent = timings[engine].median / len(read)
            per_line = f"{count(read) / read.count(NEWLINE):.3f}"
            rows.append((name, engine, f"{1e-6 / spent:.2f}", f"{slow / spent:.1f}", per_line, goal))
    harness.section(
        "scan.engine",
        "The engine on logs, one core",
        ("log", "engine", "MB/s", "times stock", "findings per line", "goal for hyperscan"),
        rows,
        packages=("presidio-analyzer", "hyperscan"),
        notes=(
            "`stock` is `AnalyzerEngine.analyze` line by line with the same recognizers and context enhancer; it is "
            "given a twentieth of the log. Its findings are counted before overlaps are resolved. Seconds are those "
            f"of the processor. Memory at the end: {_peak()} MB resident."
        ),
    )


def _against_others(harness: Harness) -> None:
    data = log(harness.size(2_000_000), personal=0.1)
    counts: dict[str, Count] = {"piiguard, numbers": fast(NUMERIC, "hyperscan")}
    if importlib.util.find_spec("datafog"):
        counts["DataFog, its own patterns"] = datafog
    timings = harness.interleave({name: _once(count, data) for name, count in counts.items()}, rounds=3)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "app.log")
        path.write_bytes(data)
        patterns = Path(folder, "patterns")
        patterns.write_text("\n".join(simple_patterns()))
        if shutil.which("rg"):
            counts["ripgrep, the same patterns without checks"] = lambda _: ripgrep(path, patterns)
            timings |= harness.interleave(
                {"ripgrep, the same patterns without checks": lambda: ripgrep(path, patterns)},
                rounds=3,
                clock=_children,
            )
        own = timings["piiguard, numbers"]
        rows = [_row(name, timings[name], own, counts[name](data), len(data)) for name in counts]
    harness.section(
        "scan.others",
        "The engine against other tools, one core",
        ("tool", "MB/s", "times piiguard", "findings"),
        rows,
        packages=("datafog",) if importlib.util.find_spec("datafog") else (),
        notes=(
            "10 % of the lines hold personal data. ripgrep runs `-c -j1 --no-unicode` with the byte patterns that the "
            "engine derives from the recognizers, since it has no look-around, and counts lines: it has no check "
            "digits and no context, so most of what it finds is order numbers. The goal is ≥ 0.3x ripgrep."
        ),
    )


def _row(name: str, timing: Timing, own: Timing, found: int, size: int) -> tuple[object, ...]:
    return name, f"{size / timing.median / 1e6:.2f}", f"{own.median / timing.median:.2f}", found


def _once(count: Count, data: bytes) -> Callable[[], object]:
    return lambda: count(data)


def fast(entities: list[str] | None, backend: Backend) -> Count:
    """Count what the engine finds in a stream."""
    engine = Engine(entities=entities, backend=backend)

    def count(data: bytes) -> int:
        found = 0
        for block in BlockReader(io.BytesIO(data)):
            found += sum(len(matches) for _, _, matches in engine.lines(block.data, block.seen, block.until))
        return found

    return count


def stock(entities: list[str] | None) -> Count:
    """Count what a stock analyzer finds, line by line."""
    recognizers = [
        recognizer
        for recognizer in kz_recognizers(languages=("ru",))
        if entities is None or set(entities) & set(recognizer.supported_entities)
    ]
    analyzer = AnalyzerEngine(
        registry=RecognizerRegistry(recognizers=recognizers, supported_languages=["ru"]),
        nlp_engine=NoOpNlpEngine([{"lang_code": "ru", "model_name": "none"}]),
        supported_languages=["ru"],
        context_aware_enhancer=KzContextEnhancer(),
    )
    return lambda data: sum(len(analyzer.analyze(line, language="ru")) for line in data.decode().split("\n"))


def datafog(data: bytes) -> int:
    """Count what DataFog's regex engine finds, line by line."""
    import datafog as library

    return sum(len(library.scan(line, engine="regex").entities) for line in data.decode().split("\n"))


def simple_patterns() -> Iterator[str]:
    """The patterns that the engine itself searches for first: those of the recognizers, as bytes."""
    for recognizer in kz_recognizers(languages=("ru",)):
        if getattr(recognizer, "LINES", 1) > 1:
            continue  # ripgrep sees one line at a time
        if set(NUMERIC) & set(recognizer.supported_entities) and isinstance(recognizer, PatternRecognizer):
            for pattern in recognizer.patterns:  # type: ignore[has-type]
                yield relaxed(pattern.regex, recognizer.global_regex_flags or 0).decode("ascii")


def ripgrep(path: Path, patterns: Path) -> int:
    """Count the lines that ripgrep finds."""
    command = ["rg", "-c", "-j1", "--no-unicode", "-f", str(patterns), str(path)]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    if ran.returncode not in (0, 1):
        raise RuntimeError(ran.stderr[:300])
    return int(ran.stdout or 0)


def _children() -> float:
    times = os.times()
    return times.children_user + times.children_system


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
