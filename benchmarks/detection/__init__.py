"""How well personal data is found: precision, recall and F1 per entity and language."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from dataclasses import replace

from benchmarks.detection.corpus import Line, Span, generate
from benchmarks.detection.prose import prose
from benchmarks.detection.score import Score, Scores
from benchmarks.detection.second import HALVES, texts
from benchmarks.harness import Harness
from piiguard.detect.beside import with_beside
from piiguard.detect.engine import Engine
from piiguard.detect.match import Match
from piiguard.detect.overlaps import resolve
from piiguard.errors import MissingExtra
from piiguard.recognizers import kz_analyzer, kz_recognizers

SEED = 20261121
LINES = 1000  # with values, for each language; as many without
MEDIUM = 0.5
HEADER = ["entity", "language", "values", "precision", "recall", "F1", "covered ≥ 80 %"]


def run(harness: Harness) -> None:
    """Score the generated corpus and the hand-written prose; count false alarms; compare engines."""
    engine = Engine()
    corpus = list(generate(SEED, harness.size(LINES)))
    generated = judge(engine, corpus)
    harness.section(
        "detection.generated", "Detection: generated corpus", HEADER, rows(generated),
        packages=["presidio-analyzer"], notes=notes(corpus, generated),
    )  # fmt: skip
    written = judge(engine, prose())
    harness.section(
        "detection.prose",
        "Detection: prose written by hand",
        HEADER,
        rows(written),
        notes=notes(prose(), written),
    )
    second_corpus(harness, engine)
    with_extra(harness, corpus)
    everything = [*corpus, *prose(), *(line for half in HALVES for line in texts(SEED, half))]
    different = list(differences(everything))
    harness.section(
        "detection.engines", "Detection: piiguard's engine and Presidio's", ["lines", "lines that differ"],
        [(len(everything), len(different))],
        notes="The same recognizers in `AnalyzerEngine.analyze`, overlaps resolved alike and what stands beside a match looked at again, must report the same spans and scores.",
    )  # fmt: skip
    harness.section("detection.speed", "Detection: speed of single recognizers", SPEED, list(speeds(corpus)))


SECOND = {
    "read": "Written without looking at the recognizers; its mistakes were then read to mend them.",
    "held_out": "Written at the same time by the same author; nobody read its mistakes, so they are not listed.",
}


def second_corpus(harness: Harness, engine: Engine) -> None:
    """Score the corpus of another author, each half by itself."""
    for half, told in SECOND.items():
        lines = list(texts(SEED, half))
        scores = judge(engine, lines)
        if half == "held_out":
            scores.examples.clear()
        harness.section(
            f"detection.second.{half}",
            f"Detection: second corpus, {half.replace('_', ' ')}",
            HEADER,
            rows(scores),
            notes=notes(lines, scores, told),
        )


def with_extra(harness: Harness, corpus: Iterable[Line]) -> None:
    """Score names in Russian once more with the extra ``ru``, if it is installed."""
    try:
        engine = Engine(kz_recognizers(("ru",), ner=True), entities=["PERSON"])
    except MissingExtra:
        return
    found = []
    for name, lines in (("generated", corpus), ("by hand", prose())):
        russian = [persons_only(line) for line in lines if line.language == "ru"]
        score = judge(engine, russian).of("PERSON", "ru")
        found.append((name, score.right + score.missed, *(f"{x:.3f}" for x in figures(score))))
    header = ["text", *HEADER[2:]]
    harness.section(
        "detection.extra", "Detection: Russian names with the extra `ru`", header, found, packages=["slovnet"]
    )


def persons_only(line: Line) -> Line:
    """Leave the other labels of a line out."""
    return replace(line, spans=tuple(span for span in line.spans if span.entity == "PERSON"))


def judge(engine: Engine, lines: Iterable[Line]) -> Scores:
    """Run the engine over lines and score what it reports at medium confidence and above."""
    scores = Scores()
    for line in lines:
        found = [Span(m.entity, m.start, m.end) for m in engine.find(line.text) if m.score >= MEDIUM]
        scores.add(line, found)
    return scores


def differences(lines: Iterable[Line]) -> Iterator[Line]:
    """Give the lines for which Presidio's own engine reports something else, with every entity asked for."""
    engine = Engine(kz_recognizers(("ru",)))
    stock = kz_analyzer(("ru",))

    def look(text: str) -> list[Match]:
        return resolve(
            Match(r.entity_type, r.start, r.end, r.score) for r in stock.analyze(text, language="ru")
        )

    for line in lines:
        if with_beside(line.text, look(line.text), look) != engine.find(line.text):
            yield line


def rows(scores: Scores) -> list[tuple[object, ...]]:
    """Lay out the scores by entity and language."""
    return [
        (entity, language, score.right + score.missed, *(f"{x:.3f}" for x in figures(score)))
        for (entity, language), score in sorted(scores.by_place.items())
    ]


def figures(score: Score) -> tuple[float, float, float, float]:
    """Give the four figures of a row."""
    return score.precision, score.recall, score.f1, score.coverage


FIRST = "The recognizers' authors wrote this text: a smoke test, not a promise for other people's data."


def notes(corpus: Iterable[Line], scores: Scores, told: str = FIRST) -> str:
    """Say how large the corpus is and list the most frequent mistakes; all values are invented."""
    lines = list(corpus)
    size = sum(len(line.text.encode()) + 1 for line in lines)
    empty = sum(not line.spans for line in lines)
    head = f"{told} {len(lines)} lines, {size / 1e6:.2f} MB, {empty} of them without values; confidence medium and above."
    worst = [f"- {e} {kind}: `{text}` ({n}×)" for (e, kind, text), n in scores.examples.most_common(25)]
    return "\n".join([head, "", "Most frequent mistakes:", "", *worst]) if worst else head


SPEED = ["recognizer", "characters/s on cells", "MB/s on text"]


def speeds(corpus: Iterable[Line]) -> Iterator[tuple[object, ...]]:
    """Measure each grammar recognizer alone, cell by cell and on one long text, in processor time."""
    from piiguard.recognizers.addresses import KzAddressRecognizer
    from piiguard.recognizers.names import KzPersonRecognizer
    from piiguard.recognizers.workplaces import KzWorkplaceRecognizer

    cells = [line.text for line in corpus]
    text = "\n".join(cells)
    for recognizer in (KzPersonRecognizer(), KzAddressRecognizer(), KzWorkplaceRecognizer()):
        list(recognizer.find(text))
        started = time.process_time()
        for cell in cells:
            list(recognizer.find(cell))
        middle = time.process_time()
        list(recognizer.find(text))
        ended = time.process_time()
        cellwise = f"{len(text) / (middle - started):,.0f}"
        yield type(recognizer).__name__, cellwise, f"{len(text.encode()) / 1e6 / (ended - middle):.2f}"
