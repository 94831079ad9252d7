"""Why a text gives which matches and scores."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from piiguard.recognizers.catalog import kz_recognizers
from piiguard.recognizers.enhancer import KzContextEnhancer
from piiguard.recognizers.evidence import Evidence

__all__ = ["Explained", "explain"]


@dataclass(frozen=True, slots=True)
class Explained:
    """One match: where, what, how sure, and every step that led there; ``reported`` is False if it fell."""

    entity: str
    start: int
    end: int
    score: float
    reported: bool
    steps: tuple[str, ...]


def explain(text: str, context: Sequence[str] = ()) -> list[Explained]:
    """Explain every match of a text in its order; of equal matches only the surest.

    >>> [(found.entity, found.steps) for found in explain("ИИН 050312300015")]
    [('KZ_IIN', ('pattern `twelve digits`: 0.5', 'label `иин`: +0.35'))]
    """
    recognizers = kz_recognizers(("ru",))
    found = [
        result
        for recognizer in recognizers
        for result in recognizer.analyze(text, recognizer.supported_entities, None)  # type: ignore[arg-type]
    ]
    judged = KzContextEnhancer().judge(text, found, recognizers, list(context))
    best: dict[tuple[int, int, str], Explained] = {}
    for explained in map(_explained, judged):
        place = (explained.start, explained.end, explained.entity)
        if place not in best or best[place].score < explained.score:
            best[place] = explained
    return [best[place] for place in sorted(best)]


def _explained(evidence: Evidence) -> Explained:
    result = evidence.result
    return Explained(
        result.entity_type,
        result.start,
        result.end,
        float(result.score),
        evidence.stands,
        tuple(_steps(evidence)),
    )


def _steps(evidence: Evidence) -> Iterator[str]:
    explanation = evidence.result.analysis_explanation
    yield f"pattern `{explanation.pattern_name}`: {explanation.original_score:g}"
    if explanation.validation_result:
        yield "its check leaves no doubt: 1"
    yield from evidence.notes
