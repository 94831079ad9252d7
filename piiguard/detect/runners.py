"""One recognizer at work: what it finds in a text, before any context.

A plain pattern recognizer is run here pattern by pattern, which is what makes verifying cheap: no explanation is
built, and of several patterns only those that the prefilter hit are tried. The results are those of
``PatternRecognizer.analyze``. A recognizer with an ``analyze`` of its own is called through it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Protocol

import regex
from presidio_analyzer import EntityRecognizer, Pattern, PatternRecognizer, RecognizerResult
from presidio_analyzer.nlp_engine import NlpArtifacts, NoOpNlpEngine
from presidio_analyzer.pattern_recognizer import REGEX_TIMEOUT_SECONDS

from piiguard.detect.relax import reach
from piiguard.recognizers.base import Traits

Places = Mapping[int, Sequence[int]]  # pattern → where it may end
LANGUAGE = "ru"
SHORT = 48  # characters: less is searched as fast as looked up

OnTimeout = Callable[[str], None]


class Runner(Protocol):
    def find(self, text: str, places: Places | None) -> list[RecognizerResult]:
        """Return what the recognizer finds by these of its patterns near these places, or all it finds."""
        ...


def runner(recognizer: EntityRecognizer, entities: Sequence[str], on_timeout: OnTimeout) -> Runner:
    """Choose how to run a recognizer."""
    if isinstance(recognizer, PatternRecognizer) and is_plain(recognizer):
        return PatternRunner(recognizer, on_timeout)
    return WholeRunner(recognizer, entities)


def is_plain(recognizer: EntityRecognizer) -> bool:
    """Tell whether all that the recognizer finds is found by its patterns."""
    return isinstance(recognizer, PatternRecognizer) and type(recognizer).analyze is PatternRecognizer.analyze


class WholeRunner:
    """Calls ``analyze``, as the analyzer engine does."""

    def __init__(self, recognizer: EntityRecognizer, entities: Sequence[str]) -> None:
        self.recognizer = recognizer
        self._entities = list(entities)
        self._artifacts = no_artifacts()

    def find(self, text: str, places: Places | None) -> list[RecognizerResult]:
        found = self.recognizer.analyze(text, self._entities, self._artifacts) or []
        for result in found:
            result.recognition_metadata = _metadata(self.recognizer) | (result.recognition_metadata or {})
        return found


class PatternRunner:
    """Runs the compiled patterns, the validation and the invalidation, and nothing else."""

    def __init__(self, recognizer: PatternRecognizer, on_timeout: OnTimeout) -> None:
        self._on_timeout = on_timeout
        self._name = name_of(recognizer)
        self._entity: str = recognizer.supported_entities[0]
        self._metadata = _metadata(recognizer)
        flags = recognizer.global_regex_flags or 0
        patterns: list[Pattern] = recognizer.patterns  # type: ignore[has-type]
        # ours are tested to be linear, and the clock costs as much as a search
        timeout = {} if isinstance(recognizer, Traits) else {"timeout": REGEX_TIMEOUT_SECONDS}
        self._searches = [Search(each.regex, flags, each.score, timeout) for each in patterns]
        kind = type(recognizer)
        self._validate = _overridden(recognizer, kind.validate_result, PatternRecognizer.validate_result)
        self._invalidate = _overridden(
            recognizer, kind.invalidate_result, PatternRecognizer.invalidate_result
        )

    def find(self, text: str, places: Places | None) -> list[RecognizerResult]:
        found: list[RecognizerResult] = []
        for number in range(len(self._searches)) if places is None else places:
            search = self._searches[number]
            try:
                for start, end in search.spans(text, places[number] if places else ()):
                    certainty = self._certainty(text[start:end], search.score)
                    if certainty > 0:
                        found.append(self._result(start, end, certainty))
            except TimeoutError:
                self._on_timeout(self._name)
        return distinct(found)

    def _result(self, start: int, end: int, score: float) -> RecognizerResult:
        return RecognizerResult(self._entity, start, end, score, recognition_metadata=self._metadata.copy())

    def _certainty(self, value: str, score: float) -> float:
        if not value:
            return 0
        verdict = self._validate(value) if self._validate else None
        if verdict is not None:
            score = 1.0 if verdict else 0
        return 0 if score and self._invalidate and self._invalidate(value) else score


class Search:
    """One pattern, searched for in a whole text or near the places where the prefilter saw it end."""

    def __init__(self, pattern: str, flags: int, score: float, timeout: Mapping[str, int]) -> None:
        self.score = score
        self._finditer = regex.compile(pattern, flags).finditer
        self._timeout = timeout
        self._reach = reach(pattern, flags)

    def spans(self, text: str, places: Sequence[int]) -> Iterator[tuple[int, int]]:
        """Yield what ``finditer`` finds in the whole text; ``places`` come in order, and none means anywhere."""
        if not places or self._reach is None or len(text) < SHORT:
            for match in self._finditer(text, **self._timeout):
                yield match.span()
            return
        done = 0
        for low, high in _windows(places, self._reach):
            for match in self._finditer(text, max(low, done), high + self._reach + 2, **self._timeout):
                start, end = match.span()
                if start > high:
                    break  # the end of the window may have cut this one; it has a place of its own
                yield start, end
                done = end


def _windows(places: Sequence[int], width: int) -> Iterator[tuple[int, int]]:
    """Merge the stretches in which a match with one of these ends must begin."""
    low, high = max(places[0] - width - 1, 0), places[0]
    for place in places:
        if place - width - 1 > high:
            yield low, high
            low = place - width - 1
        high = place
    yield low, high


def distinct(found: list[RecognizerResult]) -> list[RecognizerResult]:
    """Remove duplicates as Presidio does, some versions of it in square time; mostly there are none."""
    if len(found) < 2:
        return found
    if len(found) == 2:
        one, other = found
        if one.entity_type == other.entity_type and one.start == other.start and one.end == other.end:
            return [one if one.score >= other.score else other]
    if len({result.entity_type for result in found}) == len(found):
        return found
    return list(_uncontained(found))


def _uncontained(found: list[RecognizerResult]) -> Iterator[RecognizerResult]:
    """Leave out what a result of the same entity holds that is as sure; only those that still reach here are asked."""
    entity, reaching = "", list[RecognizerResult]()
    for result in sorted(found, key=lambda each: (each.entity_type, each.start, -each.end, -each.score)):
        if result.entity_type != entity:
            entity, reaching = result.entity_type, []
        reaching = [other for other in reaching if other.end > result.start]
        if result.score and not any(
            other.end >= result.end and other.score >= result.score for other in reaching
        ):
            reaching.append(result)
            yield result


def name_of(recognizer: EntityRecognizer) -> str:
    """Return the name that results carry; Presidio leaves its type open."""
    return str(recognizer.name)  # type: ignore[has-type]


def no_artifacts() -> NlpArtifacts:
    """Return what the no-op NLP engine says of any text."""
    engine = NoOpNlpEngine([{"lang_code": LANGUAGE, "model_name": "none"}])
    engine.load()
    return engine.process_text("", LANGUAGE)


def one_per_language(recognizers: Iterable[EntityRecognizer]) -> Iterator[EntityRecognizer]:
    """Leave out the copies of a recognizer for other languages: ours know the labels of all of them."""
    languages: dict[tuple[object, ...], str] = {}
    for recognizer in recognizers:
        kind = (type(recognizer), name_of(recognizer), *recognizer.supported_entities)
        language = languages.setdefault(kind, recognizer.supported_language)
        if language == recognizer.supported_language:
            yield recognizer


def _metadata(recognizer: EntityRecognizer) -> dict[str, str]:
    return {
        RecognizerResult.RECOGNIZER_NAME_KEY: name_of(recognizer),
        RecognizerResult.RECOGNIZER_IDENTIFIER_KEY: recognizer.id,
    }


def _overridden(recognizer: PatternRecognizer, own: Any, stock: Any) -> Callable[[str], bool | None] | None:
    method: Callable[[str], bool | None] = getattr(recognizer, stock.__name__)
    return None if own is stock else method
