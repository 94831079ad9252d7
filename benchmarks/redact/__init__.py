"""Redaction: a log against stock Presidio, and what a logging filter costs a record."""

from __future__ import annotations

import io
import logging
from collections.abc import Callable
from typing import Any

from benchmarks.harness import Harness, Timing
from benchmarks.scan.logs import log

SIZE = 600_000  # bytes of log that stock Presidio can be waited for
SHARES = (0.1, 0.01)  # of lines with personal data: a log that leaks much, and one that leaks as most do
RECORDS = 5000
CLEAN = (
    "request handled for the course list, nothing unusual; template rendered from the cache and sent to the client "
    "without delay, all steps are done and the connection is kept alive for the next one"
).ljust(200, ".")
LEAKING = "заявка принята, ИИН 050312300015, тел. +7 701 123 45 67; ответ отправлен".ljust(200, ".")


def run(harness: Harness) -> None:
    """Write both sections."""
    _streams(harness)
    _records(harness)


def _streams(harness: Harness) -> None:
    ours, stock = _ours(), _stock()
    rows = [_compared(harness, share, ours, stock) for share in SHARES]
    harness.section(
        "redact",
        "Redaction of a log",
        ["lines with personal data", "stock, line by line", "`piiguard redact`", "ratio", "goal"],
        rows,
        packages=["presidio-analyzer", "presidio-anonymizer", "hyperscan"],
        notes=f"{harness.size(SIZE) / 1e6:.1f} MB of log, names among the data. Stock is `AnalyzerEngine` and "
        "`AnonymizerEngine` with the same recognizers; both write the same bytes, which is asserted. Processor "
        "time of one core.",
    )


def _compared(
    harness: Harness, share: float, ours: Callable[[bytes], bytes], stock: Callable[[bytes], bytes]
) -> tuple[str, ...]:
    data = log(harness.size(SIZE), personal=share, names=True)
    assert ours(data) == stock(data), "the two must write the same bytes"
    timings = harness.interleave({"ours": lambda: ours(data), "stock": lambda: stock(data)}, rounds=3)

    def speed(timing: Timing) -> str:
        return f"{len(data) / 1e6 / timing.median:.2f} MB/s"

    ratio = timings["stock"].ratio(timings["ours"])
    return f"{share:.0%}", speed(timings["stock"]), speed(timings["ours"]), f"{ratio:.1f}x", "≥ 20x"


def _ours() -> Callable[[bytes], bytes]:
    from piiguard.redact import Redactor, StreamRedactor

    redactor = Redactor("tag")

    def redact(data: bytes) -> bytes:
        stream = StreamRedactor(redactor)
        return stream.feed(data) + stream.finish()

    return redact


def _stock() -> Callable[[bytes], bytes]:
    """What one writes with Presidio alone; overlaps are resolved our way, so that the outputs can be compared."""
    from presidio_analyzer import RecognizerResult
    from presidio_anonymizer import AnonymizerEngine

    from piiguard.detect.match import Match
    from piiguard.detect.overlaps import resolve
    from piiguard.recognizers import kz_analyzer

    analyzer = kz_analyzer(languages=("ru",))
    anonymizer: Any = AnonymizerEngine()  # type: ignore[no-untyped-call,unused-ignore]

    def one(line: str) -> str:
        found = analyzer.analyze(line, language="ru")
        kept = resolve(Match(hit.entity_type, hit.start, hit.end, hit.score) for hit in found)
        results = [RecognizerResult(match.entity, match.start, match.end, match.score) for match in kept]
        text: str = anonymizer.anonymize(line, results, merge_entities_with_spaces=False).text
        return text

    return lambda data: "\n".join(one(line) for line in data.decode().split("\n")).encode()


def _records(harness: Harness) -> None:
    from piiguard.redact import RedactingFilter

    redacting, count = RedactingFilter(), harness.size(RECORDS)

    def through(message: str, *filters: logging.Filter) -> Callable[[], None]:
        handler = logging.StreamHandler(io.StringIO())
        handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
        for one in filters:
            handler.addFilter(one)

        def work() -> None:
            for _ in range(count):
                handler.handle(logging.LogRecord("app", logging.INFO, "app.py", 1, message, None, None))

        return work

    timings = harness.interleave(
        {
            "no filter": through(CLEAN),
            "a clean record": through(CLEAN, redacting),
            "a record with two values": through(LEAKING, redacting),
        }
    )
    bare = timings["no filter"]
    rows = []
    for name, timing in timings.items():
        own = (timing.median - bare.median) / count * 1e6
        told = f"{own:.1f} µs" if timing is not bare else ""
        goal = "≤ 20 µs" if name == "a clean record" else ""
        rows.append((name, f"{timing.median / count * 1e6:.1f} µs", told, f"{timing.ratio(bare):.1f}x", goal))
    harness.section(
        "redact.logging",
        "RedactingFilter",
        ["", "record", "of which the filter", "ratio to the handler alone", "goal"],
        rows,
        packages=["presidio-analyzer", "hyperscan"],
        notes="Records of 200 characters through a `StreamHandler` that writes to memory.",
    )
