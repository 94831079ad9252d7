"""The engine against other tools, each on the entities that it knows."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from benchmarks.against.goals import at_least, speed, times
from benchmarks.against.others import Missing, installed, kingfisher, version
from benchmarks.against.workers import Failed, Spent, Worker, children, interleaved, started
from benchmarks.harness import Harness

__all__ = ["compare"]

Row = tuple[str, str, str, str, str]
STEPS = (
    # step, file of steps, package, what is compared, goal
    ("stock", "presidio", None, "Presidio with piiguard's recognizers", 20),
    ("redact.peers", "presidio", None, "the same and `AnonymizerEngine`, against `redact`", 20),
    ("presidio", "presidio", None, "Presidio's own: mail, cards, IBAN, phones", 1),
    ("datafog", "datafog", "datafog", "mail, phones, cards", 1),
    ("airlock", "airlock", "airlock-pii", "IIN, BIN, IBAN, cards, phones, mail, names", 1),
)


def compare(harness: Harness, folder: Path, here: Worker) -> None:
    """Write one section."""
    rows = [*_lines(harness, folder, here), *_logs(harness, folder, here)]
    size = (folder / "peers.log").stat().st_size / 1e6
    harness.section(
        "against.peers",
        "The engine against other tools, on their own entities",
        ["tool, and what it looks for", "its speed", "piiguard, the same entities", "piiguard to it", "goal"],
        rows,
        packages=["presidio-analyzer", "presidio-anonymizer", "hyperscan"],
        notes=f"{size:.1f} MB of log, 10 % of the lines with personal data, given to the others line by line; counts are what each found. "
        "Kingfisher looks for secrets, not for personal data: it reads a clean log, its start on one line taken off, piiguard looks for "
        "numbers. The plan asks to be ahead of each, and 20 times ahead of Presidio where that runs the same recognizers.",
    )  # fmt: skip


def _lines(harness: Harness, folder: Path, here: Worker) -> Iterator[Row]:
    size = (folder / "peers.log").stat().st_size
    for step, file, package, about, goal in STEPS:
        name = version(package) if package else "Presidio"
        try:
            paths = [installed(package)] if package else []
            name = version(package) if package else name
            with started(file, folder, *paths) as other:
                own = step if step.startswith("redact") else f"peers.log {step}"
                theirs, ours = interleaved(harness.rounds, (other, step), (here, own))
        except (Missing, Failed) as reason:
            yield f"{name}: {about}", "-", "-", "-", f"not measured: {reason}"
            continue
        ratio = theirs.median / ours.median
        told = about if about.startswith(("Presidio", "the same")) else f"{name}: {about}"
        yield told, _counted(size, theirs), _counted(size, ours), times(ratio), at_least(goal, ratio)


def _counted(size: int, each: Spent) -> str:
    return speed(size, each.median, "MB/s") + (f", {each.found:,} found" if each.found else "")


def _logs(harness: Harness, folder: Path, here: Worker) -> Iterator[Row]:
    size = (folder / "long.log").stat().st_size
    try:
        whole, start = kingfisher(folder / "long.log"), kingfisher(folder / "one-line.log")
        turns = [
            (_child(whole) - _child(start), here.run("kingfisher")[0]) for _ in range(harness.rounds + 1)
        ]
    except (Missing, Failed) as reason:
        yield "Kingfisher: secrets", "-", "-", "-", f"not measured: {reason}"
        return
    theirs, ours = (Spent(one) for one in zip(*turns[1:], strict=True))
    ratio = theirs.median / ours.median
    shown = speed(size, theirs.median, "MB/s"), speed(size, ours.median, "MB/s")
    yield f"{version('kingfisher-bin')}: secrets, nothing in it", *shown, times(ratio), at_least(1, ratio)


def _child(command: list[str]) -> float:
    return children(command, expected=(0, 200, 205))
