"""Write recognizers of Kazakhstan as Presidio's own tree has them: its layout, its style, nothing of piiguard in them.

python examples/presidio/upstream/generate.py [--check]

Patterns, labels and scores come from `piiguard.recognizers`; a check is spelled anew below, since theirs may import nothing of
ours, and `tests/recognizers/test_examples_for_presidio.py` holds that both say the same of every value. Only what a pattern, a label and
a check can tell is here: names, addresses and workplaces are grammars.
"""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from piiguard.recognizers import bin, iin, passport, vehicle_plate
from piiguard.recognizers.base import Rule
from piiguard.recognizers.examples import EXAMPLES

HERE = Path(__file__).parent
KAZAKHSTAN = HERE / "presidio_analyzer/predefined_recognizers/country_specific/kazakhstan"
CHECK_DIGIT = '''
    @staticmethod
    def _check_digit(body: str) -> Optional[int]:
        """Compute the twelfth digit; numbers that have none are not issued."""
        digits = [int(digit) for digit in body]
        for weights in (range(1, 12), (3, 4, 5, 6, 7, 8, 9, 10, 11, 1, 2)):
            rest = sum(digit * weight for digit, weight in zip(digits, weights)) % 11
            if rest < 10:
                return rest
        return None
'''


@dataclass(frozen=True)
class Offer:
    """One recognizer to offer: what it is made of, and what only prose and Python can say."""

    rule: Rule
    title: str
    patterns: tuple[str, ...]
    about: str
    check: str
    wrong: tuple[str, ...]
    imports: str = ""


OFFERS = (
    Offer(
        iin.RULE,
        "individual identification number (ИИН / ЖСН) of Kazakhstan",
        ("twelve digits", "grouped by meaning", "in threes", "in fours"),
        """
    Twelve digits, YYMMDD C SSSS K: date of birth, century and sex (1-6), serial
    number, check digit with two rows of weights.
    Source: Law of the Republic of Kazakhstan No. 223 of 12.01.2007 on national
    registers of identification numbers.

    One random number of twelve digits in 460 passes, so a passed check keeps the
    score of the pattern and does not raise it to 1.""",
        """
        number = re.sub("[^0-9]", "", pattern_text)
        if len(number) != 12 or number[6] not in "123456":
            return False
        try:
            date(2000, int(number[2:4]), int(number[4:6]))
            century = 1800 + 100 * ((int(number[6]) - 1) // 2)
            date(century + int(number[:2]), int(number[2:4]), int(number[4:6]))
        except ValueError:
            return False
        return None if self._check_digit(number[:11]) == int(number[11]) else False
"""
        + CHECK_DIGIT,
        ("050312300016", "051312300015", "050230300014", "заказ 123456789012", "1050312300015"),
        "import re\nfrom datetime import date\n",
    ),
    Offer(
        bin.RULE,
        "business identification number (БИН / БСН) of Kazakhstan",
        ("twelve digits", "grouped by meaning", "in threes", "in fours"),
        """
    Twelve digits, YYMM T A SSSSS K: month of registration, type (4-6), attribute
    (0-3), serial number, check digit as in the number of a person. The fifth digit
    tells the two apart.
    Source: Law of the Republic of Kazakhstan No. 223 of 12.01.2007 on national
    registers of identification numbers.

    One random number of twelve digits in 700 passes, so a passed check keeps the
    score of the pattern and does not raise it to 1.""",
        """
        number = re.sub("[^0-9]", "", pattern_text)
        if len(number) != 12 or not 1 <= int(number[2:4]) <= 12:
            return False
        if number[4] not in "456" or number[5] not in "0123":
            return False
        return None if self._check_digit(number[:11]) == int(number[11]) else False
"""
        + CHECK_DIGIT,
        ("880540830885", "881340830884", "880570830884", "договор 880540830889"),
        "import re\n",
    ),
    Offer(
        passport.RULE,
        "number of the passport of Kazakhstan",
        ("N and eight digits",),
        """
    The letter N, often typed in Cyrillic, and eight digits. There is no check digit
    outside of the machine-readable zone: without a word for a passport it is weak.""",
        """
        digits = re.sub("[^0-9]", "", pattern_text)
        return None if len(set(digits)) > 1 else False
""",
        ("N11111111", "N1234567", "N123456789", "XN12345678"),
        "import re\n",
    ),
    Offer(
        vehicle_plate.RULE,
        "vehicle plate of Kazakhstan",
        ("standard of 2012", "country before it", "of a legal entity"),
        """
    Three digits, three letters (two of legal entities) and the region, 01-20; Latin
    letters and the Cyrillic ones that look like them.
    Source: ST RK 986 (2012, 2022).""",
        "",
        ("123 ABC 21", "123 ABC 00", "12 ABC 0", "1123 ABC 02", "123 ЖЩЫ 02"),
    ),
)

CLASS = '''{imports}from typing import List, Optional

from presidio_analyzer import Pattern, PatternRecognizer


class {name}(PatternRecognizer):
    """
    Recognize the {title}.

{about}

    :param patterns: List of patterns to be used by this recognizer
    :param context: List of context words to increase confidence in detection
    :param supported_language: Language this recognizer supports
    :param supported_entity: The entity this recognizer can detect
    :param name: Name of this recognizer
    """

    COUNTRY_CODE = "kz"

    PATTERNS = [
{patterns}
    ]

    CONTEXT = [
{context}
    ]

    def __init__(
        self,
        patterns: Optional[List[Pattern]] = None,
        context: Optional[List[str]] = None,
        supported_language: str = "kk",
        supported_entity: str = "{entity}",
        name: Optional[str] = None,
    ) -> None:
        super().__init__(
            supported_entity=supported_entity,
            patterns=patterns if patterns else self.PATTERNS,
            context=context if context else self.CONTEXT,
            supported_language=supported_language,
            name=name,
        )
'''
CHECK = '''
    def validate_result(self, pattern_text: str) -> Optional[bool]:
        """
        Drop what cannot be such a number.

        :param pattern_text: the text that a pattern matched
        :return: False to drop it, None to keep the score of the pattern
        """{body}'''
TEST = """import pytest

from presidio_analyzer.predefined_recognizers.country_specific.kazakhstan import (
    {name},
)


@pytest.fixture(scope="module")
def recognizer():
    return {name}()


@pytest.mark.parametrize(
    "text, start, end, score",
    [
{right}
    ],
)
def test_when_a_value_stands_there_then_it_is_found(
    text, start, end, score, recognizer
):
    results = recognizer.analyze(text, ["{entity}"])
    assert [(found.start, found.end, found.score) for found in results] == [
        (start, end, score)
    ]


@pytest.mark.parametrize(
    "text",
    [
{wrong}
    ],
)
def test_when_a_value_cannot_be_one_then_nothing_is_found(text, recognizer):
    assert recognizer.analyze(text, ["{entity}"]) == []
"""


def module(offer: Offer) -> str:
    """The name of the file: ``kz_iin_recognizer``."""
    return f"{offer.rule.entity.lower()}_recognizer"


def recognizer(offer: Offer) -> str:
    """The file of one recognizer."""
    rule = offer.rule
    patterns = [pattern for pattern in rule.patterns if pattern.name in offer.patterns]
    told = "\n".join(
        f'        Pattern(\n            "{one.name}",\n            {literal(one.regex)},  # noqa: E501\n            {one.score},\n        ),'
        for one in patterns
    )
    # their enhancer compares single words
    words = "\n".join(f'        "{word}",' for word in rule.context if " " not in word)
    text = CLASS.format(
        imports=offer.imports, name=rule.name, title=offer.title, about=offer.about.strip("\n"), patterns=told,
        context=words, entity=rule.entity,
    )  # fmt: skip
    return text + (CHECK.format(body=offer.check) if offer.check else "")


def literal(regex: str) -> str:
    """A pattern as a raw string in which every blank and invisible sign can be seen."""
    shown = "".join(sign if 32 <= ord(sign) < 127 else f"\\u{ord(sign):04x}" for sign in regex)
    return f"r'{shown}'" if '"' in shown else f'r"{shown}"'


def tests(offer: Offer) -> str:
    """The file of its tests: what we find in our examples with the same patterns."""
    rule, known = offer.rule, EXAMPLES[offer.rule.entity]
    value = known.rpartition(" ")[2] if rule.entity != "KZ_VEHICLE_PLATE" else "123 ABC 02"
    texts = [known, value, f"{value}, {known}"[: len(value) + 2] + "x"]
    if value.isdigit():
        texts += [f"{value[:6]} {value[6:]}", " ".join(value[i : i + 3] for i in range(0, 12, 3))]
    right = []
    for text in dict.fromkeys(texts):
        (start, end, score), *rest = found(offer, text)
        assert not rest, text
        right.append(f'        ("{text}", {start}, {end}, {score}),')
    wrong = [f'        "{text}",' for text in offer.wrong]
    return TEST.format(name=rule.name, entity=rule.entity, right="\n".join(right), wrong="\n".join(wrong))


def found(offer: Offer, text: str) -> list[tuple[int, int, float]]:
    """What our own data finds, by the patterns that are offered."""
    from presidio_analyzer import EntityRecognizer, Pattern, PatternRecognizer, RecognizerResult

    class Ours(PatternRecognizer):
        def validate_result(self, pattern_text: str) -> bool | None:
            return offer.rule.check(pattern_text) if offer.rule.check else None

    patterns = [
        Pattern(one.name, one.regex, one.score) for one in offer.rule.patterns if one.name in offer.patterns
    ]
    results: list[RecognizerResult] = Ours(
        offer.rule.entity, patterns=patterns, supported_language="kk"
    ).analyze(text, [offer.rule.entity])
    return [(one.start, one.end, one.score) for one in EntityRecognizer.remove_duplicates(results)]


def files() -> dict[Path, str]:
    """Every file of the offer, and what stands in it."""
    made = {KAZAKHSTAN / f"{module(offer)}.py": recognizer(offer) for offer in OFFERS}
    made |= {HERE / "tests" / f"test_{module(offer)}.py": tests(offer) for offer in OFFERS}
    names = sorted((module(offer), offer.rule.name) for offer in OFFERS)
    imports = "\n".join(f"from .{file} import {name}" for file, name in names)
    listed = "\n".join(f'    "{name}",' for _, name in names)
    made[KAZAKHSTAN / "__init__.py"] = (
        f'"""Kazakhstan-specific recognizers."""\n\n{imports}\n\n__all__ = [\n{listed}\n]\n'
    )
    made[HERE / "README.md"] = readme(names)
    return {path: formatted(text) if path.suffix == ".py" else text for path, text in made.items()}


def readme(names: list[tuple[str, str]]) -> str:
    """What goes where in their tree, and what is added to files that they have."""
    lines = "\n".join(
        f"  - name: {name}\n    supported_languages: [kk, ru, en]\n    type: predefined\n    enabled: false"
        for _, name in names
    )
    rows = "\n".join(
        f"| {offer.rule.entity} | {offer.title[0].upper()}{offer.title[1:]} | Pattern match, context{' and check' if offer.check else ''} |"
        for offer in OFFERS
    )
    return f"""# Recognizers of Kazakhstan for Presidio

Written by `generate.py` from piiguard's own; offered under the licence of Presidio (MIT). In a checkout of Presidio:

- `presidio_analyzer/…/country_specific/kazakhstan` goes to the same place under `presidio-analyzer/`;
- `tests/` goes to `presidio-analyzer/tests/`;
- `predefined_recognizers/__init__.py` imports the classes and names them in `__all__`;
- `conf/default_recognizers.yaml` gains

```yaml
{lines}
```

- `docs/supported_entities.md` gains

| Entity type | Description | Detection method |
| --- | --- | --- |
{rows}
"""


def formatted(text: str) -> str:
    """As the formatter of their tree leaves it: lines of 88 signs."""
    command = [sys.executable, "-m", "ruff", "format", "--isolated", "--line-length", "88", "-"]
    return subprocess.run(command, input=text, capture_output=True, text=True, check=True).stdout  # noqa: S603


def main() -> int:
    """Write what is not as it should be, or name it."""
    stale = {
        path: text for path, text in files().items() if not path.exists() or path.read_text("utf-8") != text
    }
    for path, text in stale.items():
        if "--check" in sys.argv[1:]:
            print(path.relative_to(HERE))
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return 1 if stale and "--check" in sys.argv[1:] else 0


if __name__ == "__main__":
    sys.exit(main())
