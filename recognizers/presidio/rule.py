"""A recognizer of Presidio as a rule."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

from presidio_analyzer import EntityRecognizer, PatternRecognizer, RecognizerResult, pattern_recognizer
from presidio_analyzer.nlp_engine import NlpArtifacts, NoOpNlpEngine

from piiguard.recognizers.base import FLAGS, Pattern, Result, Rule
from piiguard.recognizers.evidence import OWN
from piiguard.recognizers.presidio.classes import Traits

__all__ = ["metadata", "no_artifacts", "rule_of"]

_LANGUAGE = "ru"


def rule_of(recognizer: EntityRecognizer) -> Rule:
    """Return the rule of a recognizer: ours as it stands, where nothing of it was changed."""
    rule = type(recognizer).__dict__.get("RULE")
    if rule is not None and _is_unchanged(recognizer, rule):
        return rule  # type: ignore[no-any-return]
    return _made(recognizer)


def _is_unchanged(recognizer: Any, rule: Rule) -> bool:
    patterns = getattr(recognizer, "PATTERNS", ())
    return (
        recognizer.supported_entities == [rule.entity]
        and recognizer.name == rule.name
        and tuple(recognizer.context or ()) == rule.context
        and tuple(getattr(recognizer, "patterns", ())) == patterns
        and getattr(recognizer, "global_regex_flags", FLAGS) == FLAGS
        and not recognizer.score_thresholds
    )


def _made(recognizer: Any) -> Rule:
    entity, *others = recognizer.supported_entities or [""]
    traits = recognizer if isinstance(recognizer, Traits) else None
    plain = isinstance(recognizer, PatternRecognizer) and (
        type(recognizer).analyze is PatternRecognizer.analyze
    )
    # what the patterns of an analyze of its own leave out only a PREFILTER tells
    told = plain or hasattr(recognizer, "PREFILTER")
    return Rule(
        entity=entity,
        others=tuple(others),
        name=str(recognizer.name),
        patterns=tuple(map(_pattern, getattr(recognizer, "patterns", ()) if told else ())),
        prefilter=getattr(recognizer, "PREFILTER", None),
        lines=getattr(recognizer, "LINES", 1),
        check=_check_of(recognizer) if plain else None,
        run=None if plain else partial(_analyzed, recognizer),
        flags=getattr(recognizer, "global_regex_flags", 0) or 0,
        timeout=None if traits else pattern_recognizer.REGEX_TIMEOUT_SECONDS,
        context=tuple(recognizer.context or ()),
        keeps_weak=traits is None,
        thresholds=dict(recognizer.score_thresholds or {}),
        **(_traits(traits, recognizer) if traits else {"owner": OWN}),
    )


def _traits(traits: Traits, recognizer: Any) -> dict[str, Any]:
    shared = list(recognizer.context or ()) == list(traits.CONTEXT)
    return {
        "owner": traits.ENTITY if shared else OWN,
        "hints": tuple(traits.HINTS),
        "against": tuple(traits.AGAINST),
        "company": frozenset(traits.COMPANY),
        "gain": traits.GAIN,
        "company_gain": traits.COMPANY_GAIN,
        "negatable": traits.NEGATABLE,
        "doubt": traits.doubt,
        "misplaced": traits.misplaced,
        "agrees": traits.agrees if traits.RULE and traits.RULE.agrees else None,
    }


def _pattern(pattern: Any) -> Pattern:
    return Pattern(pattern.name, pattern.regex, pattern.score)


def _check_of(recognizer: PatternRecognizer) -> Callable[[str], bool | None]:
    def check(value: str) -> bool | None:
        verdict = recognizer.validate_result(value)
        return False if verdict is False or recognizer.invalidate_result(value) else verdict

    return check


def _analyzed(recognizer: EntityRecognizer, text: str, entities: Sequence[str]) -> Iterator[Result]:
    for result in recognizer.analyze(text, list(entities), no_artifacts()) or ():
        result.recognition_metadata = metadata(recognizer) | (result.recognition_metadata or {})
        yield result.entity_type, result.start, result.end, result.score, result


def metadata(recognizer: EntityRecognizer) -> dict[str, str]:
    """Which recognizer found a result, as Presidio notes it."""
    return {
        RecognizerResult.RECOGNIZER_NAME_KEY: str(recognizer.name),  # type: ignore[has-type]
        RecognizerResult.RECOGNIZER_IDENTIFIER_KEY: recognizer.id,
    }


_ENGINE = NoOpNlpEngine([{"lang_code": _LANGUAGE, "model_name": "none"}])


def no_artifacts() -> NlpArtifacts:
    """What the no-op NLP engine says of any text."""
    if not _ENGINE.is_loaded():
        _ENGINE.load()
    return _ENGINE.process_text("", _LANGUAGE)
