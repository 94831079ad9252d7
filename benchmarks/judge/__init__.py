"""What others say of detection: the third corpus, ordinary material of this machine, word lists of another project.

Figures at medium confidence. No value is printed: not of the unread half, whose misses nobody reads, and not of files
that happen to lie on a machine.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from benchmarks.detection.corpus import Span
from benchmarks.detection.third import HALVES, Document, documents
from benchmarks.harness import Harness
from benchmarks.judge import ordinary, words
from benchmarks.judge.tally import Tally, meets
from piiguard.detect.engine import Engine
from piiguard.entities import UNASKED

MEDIUM = 0.5
HEADER = [
    "entity",
    "values",
    *(f"{figure}, {how}" for how in ("exact", "overlap") for figure in ("P", "R", "F1")),
]
TOLD = {
    "read": "Its misses may be read to mend recognizers.",
    "unread": "Nobody reads its misses: figures only.",
}

ASKED = f"{' and '.join(f'`{entity}`' for entity in sorted(UNASKED))} are searched as `--entities` does that names them."


def run(harness: Harness) -> None:
    """Judge both halves of the third corpus, then what lies about, then the word lists."""
    engine = Engine()
    for half in HALVES:
        third(harness, [engine, Engine(entities=UNASKED)], half)
    harness.section(
        "judge.ordinary",
        "Judge: ordinary material",
        ordinary.HEADER,
        list(ordinary.rows(engine, harness.size(ordinary.MOST))),
        notes=ordinary.NOTES,
    )
    harness.section(
        "judge.words",
        "Judge: names and words of another project",
        words.HEADER,
        list(words.rows(engine)),
        notes=words.NOTES,
    )


def third(harness: Harness, engines: Sequence[Engine], half: str) -> None:
    """Write the section of one half, of what any of the engines finds."""
    kept = documents(half)
    with_values = [document for document in kept if not document.negative]
    negatives = [document for document in kept if document.negative]
    tally = Tally()
    for document in with_values:
        tally.add(document.spans, found(engines, document))
    alarms = Counter(
        span.entity for document in negatives for span in false(document, found(engines, document))
    )
    harness.section(
        f"judge.third.{half}",
        f"Judge: third corpus, {half} half",
        HEADER,
        list(figures(tally)),
        notes=f"{TOLD[half]} {ASKED} {len(with_values)} documents, {size(with_values):.0f} KB. {told(alarms, negatives)}"
        + (f"\n\nMistakes:\n\n{mistakes(engines, kept)}" if half == "read" else ""),
    )


def mistakes(engines: Sequence[Engine], kept: Iterable[Document]) -> str:
    """List the values that no finding of their entity touches, and the findings that touch nothing; all are invented."""
    lines: list[str] = []
    for document in kept:
        got, where = found(engines, document), f"{document.genre}, {document.language}"
        missed = [v for v in document.spans if v.entity and not any(meets(v, finding) for finding in got)]
        for kind, spans in (("missed", missed), ("wrong", false(document, got))):
            lines += [f"- {s.entity} {kind} ({where}): `{document.text[s.start : s.end]!r}`" for s in spans]
    return "\n".join(sorted(lines))


def found(engines: Sequence[Engine], document: Document) -> list[Span]:
    """Give what the engines report at medium and above in a document."""
    matches = (match for engine in engines for match in engine.find(document.text))
    return [Span(m.entity, m.start, m.end) for m in matches if m.score >= MEDIUM]


def false(document: Document, spans: Iterable[Span]) -> Iterator[Span]:
    """Give the findings that touch nothing which may be found either way."""
    return (s for s in spans if not any(s.start < o.end and o.start < s.end for o in document.spans))


def figures(tally: Tally) -> Iterator[tuple[object, ...]]:
    """Lay out the figures of each entity, and of all."""
    for entity in [*sorted(tally.entities), "all"]:
        score = tally.of(entity)
        numbers = (*score.exact, *score.overlap)
        yield (entity, score.values, *("-" if n is None else f"{n:.3f}" for n in numbers))


def told(alarms: Counter[str], negatives: list[Document]) -> str:
    """Say in a sentence what was found where nothing is."""
    kinds = ", ".join(f"{entity} {n}" for entity, n in sorted(alarms.items())) or "none"
    return (
        f"False alarms in {len(negatives)} negatives ({size(negatives):.0f} KB): {alarms.total()} ({kinds})."
    )


def size(kept: Iterable[Document]) -> float:
    """Add up the kilobytes of documents."""
    return sum(len(document.text.encode()) for document in kept) / 1e3
