"""Text that is hard on an engine: values of every recognizer, glued to whatever may stand beside them."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from re import _constants as op  # type: ignore[attr-defined]
from re import _parser as sre  # type: ignore[attr-defined]
from typing import Any

import pytest
from presidio_analyzer import EntityRecognizer

VALUES = (
    "050312300015",
    "4400 2094 5967 9200",
    "4400209459679200",
    "+7 701 123 45 67",
    "87011234567",
    "8 (701) 123-45-67",
    "KZ599486775371978414",
    "KZ59 9486 7753 7197 8414",
    "N12345678",
    "№ 012345678",
    "a.b@mail.kz",
    "почта@пример.қаз",
    "dana@пошта.kz",
    "Сынақов Үлгі Мысалұлы",
    "СЫНАҚОВА ҮЛГІ МЫСАЛҚЫЗЫ",
    "Үлгіев О. М.",
    "г. Алматы, ул. Абая, д. 10, кв. 5",
    "Астана қаласы, Абай көшесі, 12-үй",
    "директор ТОО «Үлгі»",
    "12.03.2015",
    "123 ABC 02",
)
GLUE = (
    *(
        "",
        "",
        "",
        "",
        " ",
        " ",
        " ",
        ": ",
        "; ",
        ", ",
        '"',
        "'",
        "«",
        "»",
        "(",
        ")",
        "[",
        "]",
        "{",
        "}",
        "=",
        "<",
        ">",
    ),
    *("_", "-", ".", "/", "\\", "#", "№", "+", "*", "&", "%", "|", "0", "9", "07", "x", "x", "A", "k"),
    *("ә", "х", "ё", "Ұ", "і", "ИИН", "ı", "ſ", "\u212a", "\u1c80", "é", "中", "א"),
    *(
        "\u00a0",
        "\u202f",
        "\u2009",
        "\u2011",
        "\u200b",
        "\u2028",
        "\x85",
        "\r",
        "\t",
        "\x00",
        "\x0b",
        "\x0c",
        "\x1c",
    ),
    *("😀", "\u0661", "\uff11", "\u0967", "\U0001d7d8", "e\u0301", "\ufeff", "\ufffd"),
)


@pytest.fixture(scope="session")
def fuzzed() -> Callable[[Sequence[EntityRecognizer], int, int], Iterator[str]]:
    """Return a generator of lines, the same for the same seed."""
    return _fuzzed


def _fuzzed(recognizers: Sequence[EntityRecognizer], seed: int, count: int) -> Iterator[str]:
    dice = random.Random(seed)
    labels = [word for recognizer in recognizers for word in recognizer.context or ()]
    trees = [tree for recognizer in recognizers for tree in _trees(recognizer)]
    for _ in range(count):
        line = "".join(_piece(dice, labels, trees) for _ in range(dice.randint(1, 5)))
        yield _cased(dice, line).replace("\n", " ")


def _piece(dice: random.Random, labels: Sequence[str], trees: Sequence[Any]) -> str:
    value = dice.choice(VALUES) if dice.random() < 0.5 else _sample(dice, dice.choice(trees))
    label = dice.choice(labels) + dice.choice((" ", ": ", "=", "", "\u00a0")) if dice.random() < 0.4 else ""
    if dice.random() < 0.1:
        cut = dice.randrange(len(value) + 1)
        value = value[:cut] + dice.choice(GLUE) + value[cut:]
    return dice.choice(GLUE) + label + dice.choice(GLUE) + value + dice.choice(GLUE) + dice.choice(GLUE)


def _cased(dice: random.Random, line: str) -> str:
    return dice.choice((line, line, line, line.upper(), line.lower(), line.swapcase()))


def _trees(recognizer: EntityRecognizer) -> Iterator[Any]:
    written = [pattern.regex for pattern in getattr(recognizer, "patterns", ())]
    for pattern in (*written, *(getattr(recognizer, "PREFILTER", None) or ())):
        try:
            yield sre.parse(pattern, re.IGNORECASE)
        except re.error:
            continue  # syntax of the regex module alone


def _sample(dice: random.Random, tokens: Iterable[Any]) -> str:
    """Make a string that the pattern matches, if its guards and look-aheads allow."""
    return "".join(_sampled(dice, kind, value) for kind, value in tokens)


def _sampled(dice: random.Random, kind: Any, value: Any) -> str:
    if kind is op.LITERAL:
        return chr(value)
    if kind is op.IN:
        return _member(dice, value)
    if kind is op.BRANCH:
        return _sample(dice, dice.choice(value[1]))
    if kind is op.SUBPATTERN:
        return _sample(dice, value[3])
    if kind is op.ATOMIC_GROUP:
        return _sample(dice, value)
    if kind in (op.MAX_REPEAT, op.MIN_REPEAT, op.POSSESSIVE_REPEAT):
        low, high, body = value
        return "".join(_sample(dice, body) for _ in range(dice.randint(low, min(high, low + 4))))
    return "x" if kind in (op.ANY, op.NOT_LITERAL) else ""


def _member(dice: random.Random, members: Sequence[Any]) -> str:
    kind, value = dice.choice(members)
    if kind is op.LITERAL:
        return chr(value)
    if kind is op.RANGE:
        return chr(dice.randint(*value))
    named = {
        op.CATEGORY_DIGIT: "0123456789\u0663",
        op.CATEGORY_SPACE: " \t\u00a0\u3000",
        op.CATEGORY_WORD: "aЖ_7қ",
    }
    return dice.choice(named.get(value, "#~"))
