"""The law: every engine finds what a stock analyzer finds with the same recognizers, span for span, score for score."""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest
import regex
from presidio_analyzer import AnalyzerEngine, EntityRecognizer, Pattern, PatternRecognizer, RecognizerRegistry
from presidio_analyzer.nlp_engine import NlpArtifacts, NoOpNlpEngine

from piiguard.detect import Engine, Match
from piiguard.detect.beside import with_beside
from piiguard.detect.engine import Backend
from piiguard.detect.overlaps import resolve
from piiguard.detect.plan import RARE
from piiguard.detect.prefilter import Hit, Prefilter
from piiguard.recognizers import KzContextEnhancer, kz_recognizers
from piiguard.recognizers.base import Rule
from piiguard.recognizers.examples import EXAMPLES
from piiguard.recognizers.rules import RULES

BACKENDS: tuple[Backend, ...] = ("hyperscan", "re2", "presidio")
LINES = int(os.environ.get("PIIGUARD_FUZZED_LINES", "600"))
SEED = int(os.environ.get("PIIGUARD_FUZZ_SEED", "7"))
CONTROLS = 600  # lines are enough to miss any recognizer
# Seldom so in real text: what grammars read past and a prefilter may not.
ODD_BLANKS = (
    "\r",
    "\r\u00a0\u00a0",
    "\x0b",
    "\x0c",
    "\x85",
    "\u2028",
    "\u2029",
    "\u202f ",
    "   ",
    "\u00a0\u00a0\u00a0",
    "\u200b",
)
ODD_SIGNS = ("'  —", '"\u00a0\u2013', "‑", "'", "»", " — ", "…", "=>", "\u0301", "\u0306", "K", "к", "Қ", "x")
ODD_TEXTS = (
    "MR.{0}Сынақов Үлгі",
    "MR{0}СЫНАҚОВ",
    "СЕРИЯ{0}KҚАУЫМДАСТЫРЫЛҒАН профессор",
    "директор{0}Сынақов Үлгі",
    "Сынақов Үлгі,{0}доцент",
    "Сынақов{0}Үлгі",
    "Сына{0}қов Үлгі",
    "Айгүл Cынақова{0}",
    "IVANO{0}V Petr",
    "тегі{0}: Сынақов",
    "surname: {0}Ivanov",
    "к.{0}т.н.",
    "д.ф{0}м.н.",
    "ТОО{0}«Үлгі»",
    "«Үлгі»{0}ЖШС",
    "должность{0}: инженер",
    "г. Алматы, ул.{0}Абая, д. 10",
    "Абай көшесі,{0}12-үй",
    "050000,{0}г. Алматы",
    "МВД{0}РК",
    "ҚР{0}ІІМ",
)
# What a prefilter once skipped, of 100,000 fuzzed lines.
ONCE_MISSED = (
    "/0MR.\r\u00a0\u00a0_<, IIC {N12345678#\u2009",
    ".\u200b1997/10/22\u2028\u00a0СЕРИЯ\u00a0KҚАУЫМДАСТЫРЫЛҒАН}_",
    "\x85№директор'  —😀\x850\u00a0Сынақов Үлгі Мысалұлы\u200b",
)
Fuzzed = Callable[[Sequence[EntityRecognizer], int, int], Iterator[str]]


class OddOrderRecognizer(PatternRecognizer):
    """A user's own, with everything that a byte engine cannot say."""

    def __init__(self) -> None:
        patterns = [
            Pattern("words", r"\b(?:order|заказ)\b\s*№?\s*(?P<digits>\d{4,6})(?!\d|\w)", 0.4),
            Pattern("twice", r"(?<=\s)(\w)\1{3,}(?=\W|$)", 0.2),
            Pattern("named", r"^[^\W\d_]{2,}:\d+$", 0.3),
            Pattern("unicode", r"\p{Lu}{3}-[0-9]{2}", 0.5),
        ]
        super().__init__("ODD_ORDER", supported_language="ru", patterns=patterns, context=["order", "заказ"])

    def validate_result(self, pattern_text: str) -> bool | None:
        return False if pattern_text.endswith("13") else None

    def invalidate_result(self, pattern_text: str) -> bool:
        return pattern_text.endswith("7")


class ShoutRecognizer(EntityRecognizer):
    """A user's own, without any pattern."""

    def __init__(self) -> None:
        super().__init__(["SHOUT"], supported_language="ru", context=["крик"])
        self.score_thresholds = {"SHOUT": 0.35}

    def load(self) -> None: ...

    def analyze(self, text: str, entities: list[str], nlp_artifacts: NlpArtifacts) -> list[Any]:
        found = regex.finditer(r"[A-Z]{4,}!?", text)
        return [self._result(match.start(), match.end()) for match in found]

    def _result(self, start: int, end: int) -> Any:
        from presidio_analyzer import RecognizerResult

        return RecognizerResult("SHOUT", start, end, 0.3 + (end - start) / 100)


def _recognizers() -> list[EntityRecognizer]:
    denied = PatternRecognizer("CODE_NAME", supported_language="ru", deny_list=["Тұлпар", "kiwi"])
    return [*kz_recognizers(languages=("ru",)), OddOrderRecognizer(), ShoutRecognizer(), denied]


def _stock(recognizers: list[EntityRecognizer]) -> AnalyzerEngine:
    registry = RecognizerRegistry(recognizers=recognizers, supported_languages=["ru"])
    nlp = NoOpNlpEngine([{"lang_code": "ru", "model_name": "none"}])
    return AnalyzerEngine(
        registry=registry,
        nlp_engine=nlp,
        supported_languages=["ru"],
        context_aware_enhancer=KzContextEnhancer(),
    )


def _expected(stock: AnalyzerEngine, text: str, context: list[str] | None = None) -> list[Match]:
    """What a stock analyzer finds, and beside that what it finds with that covered: docs/decisions/0197."""

    def look(part: str) -> list[Match]:
        results = stock.analyze(part, language="ru", context=context)
        return resolve(Match(found.entity_type, found.start, found.end, found.score) for found in results)

    return with_beside(text, look(text), look)


@pytest.fixture(scope="module")
def recognizers() -> list[EntityRecognizer]:
    return _recognizers()


@pytest.fixture(scope="module")
def stock(recognizers: list[EntityRecognizer]) -> AnalyzerEngine:
    return _stock(recognizers)


@pytest.fixture(scope="module", params=BACKENDS)
def engine(request: pytest.FixtureRequest, recognizers: list[EntityRecognizer]) -> Engine:
    pytest.importorskip("re2" if request.param == "re2" else "presidio_analyzer")
    return Engine(recognizers, backend=request.param)


@pytest.fixture(scope="module")
def lines(recognizers: list[EntityRecognizer], fuzzed: Fuzzed) -> list[str]:
    return list(fuzzed(recognizers, SEED, LINES))


@pytest.fixture(scope="module")
def expected(stock: AnalyzerEngine, lines: list[str]) -> list[list[Match]]:
    return [_expected(stock, line) for line in lines]


def _differences(
    lines: Sequence[str], found: Sequence[list[Match]], wanted: Sequence[list[Match]]
) -> list[str]:
    return [
        f"{line!a}: {set(wanted[number]) ^ set(found[number])}"
        for number, line in enumerate(lines)
        if found[number] != wanted[number]
    ]


def test_every_text_alone_gives_what_stock_gives(
    engine: Engine, lines: list[str], expected: list[list[Match]]
) -> None:
    assert not _differences(lines, [engine.find(line) for line in lines], expected)[:5]


def test_many_texts_at_once_give_what_stock_gives(
    engine: Engine, lines: list[str], expected: list[list[Match]]
) -> None:
    found = dict(engine.find_many(lines))
    assert not _differences(lines, [found.get(number, []) for number in range(len(lines))], expected)[:5]


def test_odd_blanks_signs_and_mixed_scripts_are_read_as_in_stock(
    engine: Engine, stock: AnalyzerEngine
) -> None:
    odd = ("", " ", *ODD_BLANKS, *ODD_SIGNS)
    texts = [*ONCE_MISSED, *(text.format(each) for text in ODD_TEXTS for each in odd)]
    wanted = [_expected(stock, text) for text in texts]
    assert any(wanted)
    found = dict(engine.find_many(texts))
    assert not _differences(texts, [found.get(number, []) for number in range(len(texts))], wanted)[:5]


def test_a_column_name_counts_as_in_stock(engine: Engine, stock: AnalyzerEngine, lines: list[str]) -> None:
    some = lines[:200]
    wanted = [_expected(stock, line, ["client_iin", "телефон"]) for line in some]
    found = dict(engine.find_many(some, ["client_iin", "телефон"]))
    assert not _differences(some, [found.get(number, []) for number in range(len(some))], wanted)[:5]


@pytest.fixture(scope="module")
def blocks(lines: list[str]) -> list[tuple[list[str], list[Match]]]:
    """Twenty lines, some of which end as on Windows, and what a stock analyzer finds in them as one text."""
    whole = _stock(kz_recognizers(languages=("ru",)))
    dice = random.Random(SEED)
    ended = [line + dice.choice(("", "", "\r")) for line in lines]
    parts = [ended[first : first + 20] for first in range(0, LINES, 20)]
    return [(part, _expected(whole, "\n".join(part))) for part in parts]


def test_lines_of_a_block_give_what_stock_gives_for_the_whole_text(
    engine: Engine, blocks: list[tuple[list[str], list[Match]]]
) -> None:
    """Only with recognizers that keep to their line, which a user's need not."""
    by_line = Engine(kz_recognizers(languages=("ru",)), backend=engine.backend)
    different = [(part, _placed(by_line, part), wanted) for part, wanted in blocks]
    assert not [
        f"{part!a}: {set(wanted) ^ set(found)}" for part, found, wanted in different if found != wanted
    ][:5]


@pytest.mark.parametrize("text", [*EXAMPLES.values(), *(text.format("") for text in ODD_TEXTS)])
def test_the_line_break_of_windows_belongs_to_no_value(stock: AnalyzerEngine, text: str) -> None:
    assert _expected(stock, f"{text}\r\n{text}\r") == _expected(stock, f"{text} \n{text} ")


def test_a_label_above_counts_as_far_as_in_the_whole_text(engine: Engine, stock: AnalyzerEngine) -> None:
    """The line break of Windows is two signs of the sixty before a value in which its label may stand."""
    blocks = [["владелец почты" + " " * gap + "\r", "dana@mail.kz"] for gap in range(50, 62)]
    wanted = [_expected(stock, "\n".join(lines)) for lines in blocks]
    assert len({match.score for matches in wanted for match in matches}) == 2
    assert [_placed(engine, lines) for lines in blocks] == wanted


def test_the_label_above_is_heard_by_what_stands_beside_a_value() -> None:
    """Whoever looks at lines one by one has to look above again where a match is covered."""
    rules = kz_recognizers(languages=("ru",))
    stock, engine = _stock(rules), Engine(rules)
    parted = [example.rpartition(" ")[::2] for example in EXAMPLES.values()]
    blocks = [[label, *f"{value}\u2013{value}".split("|")] for label, value in parted]
    wanted = [_expected(stock, "\n".join(block)) for block in blocks]
    assert sum(map(bool, wanted)) > len(parted) / 2
    assert [_placed(engine, block) for block in blocks] == wanted


def _placed(engine: Engine, lines: list[str]) -> list[Match]:
    starts = [sum(len(line) + 1 for line in lines[:number]) for number in range(len(lines))]
    return [
        Match(match.entity, match.start + starts[number], match.end + starts[number], match.score)
        for number, _, matches in engine.lines("\n".join(lines).encode())
        for match in matches
    ]


class Blinkered:
    """A prefilter that no longer sees some of its patterns."""

    exact = True

    def __init__(self, prefilter: Prefilter) -> None:
        self._prefilter = prefilter
        self.refused = prefilter.refused
        self.unseen: frozenset[int] = frozenset()

    def in_block(self, data: bytes) -> list[Hit]:
        return [hit for hit in self._prefilter.in_block(data) if hit[1] not in self.unseen]

    def in_texts(self, texts: Sequence[bytes]) -> Iterator[tuple[int, list[Hit]]]:
        for position, hits in self._prefilter.in_texts(texts):
            yield position, [hit for hit in hits if hit[1] not in self.unseen]


@pytest.fixture(scope="module")
def blinkered() -> tuple[Engine, Blinkered]:
    pytest.importorskip("hyperscan")
    engine = Engine(RULES, backend="hyperscan")
    assert engine._prefilter is not None
    engine._prefilter = blinkers = Blinkered(engine._prefilter)
    return engine, blinkers


@pytest.fixture(scope="module")
def single(fuzzed: Fuzzed) -> list[str]:
    """Lines with one value, for beside another value its anchor is not missed; some are the examples, made odd."""
    dice = random.Random(11)
    ours = list(fuzzed(kz_recognizers(languages=("ru",)), 11, CONTROLS))
    shown = [
        dice.choice(list(EXAMPLES.values())) + dice.choice(("", ".", " ", "\t")) for _ in range(CONTROLS)
    ]
    return ours + shown


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.entity)
def test_the_fuzz_notices_when_a_recognizer_loses_its_anchors(
    rule: Rule, blinkered: tuple[Engine, Blinkered], single: list[str]
) -> None:
    """The control: without it, equality could hold because no line asks for what the prefilter misses."""
    engine, blinkers = blinkered
    blinkers.unseen = frozenset()
    whole = dict(engine.find_many(single))
    blinkers.unseen = engine._plan.numbers([RULES.index(rule)]) - {RARE}
    assert dict(engine.find_many(single)) != whole
