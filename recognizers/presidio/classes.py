"""The recognizers as classes of Presidio, made of the same data."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar

from presidio_analyzer import (
    AnalysisExplanation,
    LocalRecognizer,
    Pattern,
    PatternRecognizer,
    RecognizerResult,
)
from presidio_analyzer.nlp_engine import NlpArtifacts

from piiguard.recognizers import (
    addresses,
    bic,
    bin,
    birth_date,
    card,
    document_date,
    document_issuer,
    driver_license,
    email,
    iban,
    id_card,
    iin,
    ip_address,
    mrz,
    names,
    passport,
    phone,
    russian,
    username,
    vehicle_plate,
    workplaces,
)
from piiguard.recognizers.base import Doubt, Found, Rule
from piiguard.recognizers.grammar import on_hit_lines
from piiguard.recognizers.rules import RULES

__all__ = ["RECOGNIZERS", "KzGrammarRecognizer", "KzRecognizer", "RussianPersonRecognizer", "Traits"]

_CONSTANTS = [
    "ENTITY",
    "CONTEXT",
    "HINTS",
    "AGAINST",
    "COMPANY",
    "GAIN",
    "COMPANY_GAIN",
    "NEGATABLE",
    "PREFILTER",
    "LINES",
]


class Traits:
    """What our judge asks of a recognizer: the fields of :class:`Rule`, as constants that a subclass may set."""

    RULE: ClassVar[Rule | None] = None
    ENTITY: ClassVar[str]
    CONTEXT: ClassVar[Sequence[str]] = ()
    HINTS: ClassVar[Sequence[str]] = ()
    AGAINST: ClassVar[Sequence[str]] = ()
    COMPANY: ClassVar[frozenset[str]] = frozenset()
    GAIN: ClassVar[float] = 0.35
    COMPANY_GAIN: ClassVar[float] = 0.3
    NEGATABLE: ClassVar[bool] = False
    PREFILTER: ClassVar[tuple[str, ...] | None] = None
    LINES: ClassVar[int] = 1

    def __init_subclass__(cls, rule: Rule | None = None, **given: Any) -> None:
        super().__init_subclass__(**given)
        if rule is None:
            return
        cls.RULE, cls.__doc__ = rule, rule.about
        for constant in _CONSTANTS:
            setattr(cls, constant, getattr(rule, constant.lower()))

    def doubt(self, value: str) -> Doubt | None:
        """Say what speaks against a value that passed its check, and how much of the score that costs."""
        return self.RULE.doubt(value) if self.RULE and self.RULE.doubt else None

    def misplaced(self, value: str, before: str, after: str) -> Doubt | None:
        """Say what the text around a value without a label speaks against it, and how much of the score that costs."""
        return self.RULE.misplaced(value, before, after) if self.RULE and self.RULE.misplaced else None

    def agrees(self, value: str, other: str) -> bool:
        """Say whether company with the value ``other`` speaks for a match with this value."""
        return not (self.RULE and self.RULE.agrees) or self.RULE.agrees(value, other)


class KzRecognizer(Traits, PatternRecognizer):
    """A pattern recognizer whose label words serve all three languages."""

    COUNTRY_CODE = "kz"
    PATTERNS: ClassVar[Sequence[Pattern]]
    NEGATABLE = True

    def __init_subclass__(cls, rule: Rule | None = None, **given: Any) -> None:
        super().__init_subclass__(rule=rule, **given)
        if rule is not None:
            cls.PATTERNS = tuple(Pattern(each.name, each.regex, each.score) for each in rule.patterns)

    def __init__(
        self,
        patterns: list[Pattern] | None = None,
        context: list[str] | None = None,
        supported_language: str = "ru",
        supported_entity: str | None = None,
        name: str | None = None,
    ) -> None:
        super().__init__(
            supported_entity=supported_entity or self.ENTITY,
            patterns=list(self.PATTERNS if patterns is None else patterns),
            context=list(self.CONTEXT if context is None else context),
            supported_language=supported_language,
            name=name or type(self).__name__,
        )

    def validate_result(self, pattern_text: str) -> bool | None:
        """Drop what the check refuses: False; keep the pattern's score: None; be certain: True."""
        return self.RULE.check(pattern_text) if self.RULE and self.RULE.check else None


class KzGrammarRecognizer(Traits, LocalRecognizer):
    """A recognizer whose grammar and label words serve all three languages.

    A subclass sets ``ENTITY``, ``CONTEXT`` and ``PREFILTER`` and gives :meth:`find`.
    """

    COUNTRY_CODE = "kz"
    PREFILTER: ClassVar[tuple[str, ...] | None] = ()
    name: str

    def __init__(
        self,
        context: list[str] | None = None,
        supported_language: str = "ru",
        supported_entity: str | None = None,
        name: str | None = None,
    ) -> None:
        super().__init__(
            supported_entities=[supported_entity or self.ENTITY],
            context=list(self.CONTEXT if context is None else context),
            supported_language=supported_language,
            name=name or type(self).__name__,
        )

    def find(self, text: str) -> Iterable[Found]:
        """Find all matches of a text."""
        if self.RULE is None or self.RULE.find is None:
            raise NotImplementedError
        return self.RULE.find(text)

    def load(self) -> None:
        """Load nothing: word lists are read when first used."""

    def analyze(
        self, text: str, entities: list[str], nlp_artifacts: NlpArtifacts | None = None
    ) -> list[RecognizerResult]:
        """Return the matches as Presidio wants them."""
        entity = self.supported_entities[0]
        if entity not in entities:
            return []
        return [self._result(entity, found) for found in on_hit_lines(self.find(text), self.PREFILTER, text)]

    def _result(self, entity: str, found: Found) -> RecognizerResult:
        return RecognizerResult(
            entity,
            found.start,
            found.end,
            found.score,
            analysis_explanation=AnalysisExplanation(
                recognizer=self.name,
                original_score=found.score,
                pattern_name=found.rule,
                textual_explanation=f"{found.rule}: {found.score}",
            ),
            recognition_metadata={
                RecognizerResult.RECOGNIZER_NAME_KEY: self.name,
                RecognizerResult.RECOGNIZER_IDENTIFIER_KEY: self.id,
            },
        )


class KzIinRecognizer(KzRecognizer, rule=iin.RULE): ...


class KzBinRecognizer(KzRecognizer, rule=bin.RULE): ...


class KzPhoneRecognizer(KzRecognizer, rule=phone.RULE): ...


class KzEmailRecognizer(KzRecognizer, rule=email.RULE): ...


class KzCreditCardRecognizer(KzRecognizer, rule=card.RULE): ...


class KzIbanRecognizer(KzRecognizer, rule=iban.RULE): ...


class KzIdCardRecognizer(KzRecognizer, rule=id_card.RULE): ...


class KzPassportRecognizer(KzRecognizer, rule=passport.RULE): ...


class KzDriverLicenseRecognizer(KzRecognizer, rule=driver_license.RULE): ...


class KzMrzRecognizer(KzRecognizer, rule=mrz.RULE): ...


class KzDocumentDateRecognizer(KzRecognizer, rule=document_date.RULE): ...


class KzDocumentIssuerRecognizer(KzRecognizer, rule=document_issuer.RULE): ...


class KzBirthDateRecognizer(KzRecognizer, rule=birth_date.RULE): ...


class KzBicRecognizer(KzRecognizer, rule=bic.RULE): ...


class KzVehiclePlateRecognizer(KzRecognizer, rule=vehicle_plate.RULE): ...


class KzIpAddressRecognizer(KzRecognizer, rule=ip_address.RULE): ...


class KzUsernameRecognizer(KzGrammarRecognizer, rule=username.RULE): ...


class KzPersonRecognizer(KzGrammarRecognizer, rule=names.RULE): ...


class KzAddressRecognizer(KzGrammarRecognizer, rule=addresses.RULE): ...


class KzWorkplaceRecognizer(KzGrammarRecognizer, rule=workplaces.RULE): ...


class RussianPersonRecognizer(KzPersonRecognizer, rule=russian.RULE):
    def load(self) -> None:
        """Load the network, once in a process; raise :class:`MissingExtra` if it is not installed."""
        russian.network()


RECOGNIZERS: tuple[type[KzRecognizer | KzGrammarRecognizer], ...] = tuple(
    globals()[rule.name] for rule in RULES
)
