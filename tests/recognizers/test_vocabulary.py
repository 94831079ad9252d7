"""One vocabulary for each entity: every word of it labels a value in a text, as a key, an element, a header and a column."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from piiguard.confidence import at_least
from piiguard.detect import Engine
from piiguard.entities import BY_NAME, KZ_BIC, KZ_MRZ, UNASKED
from piiguard.recognizers.evidence import vocabulary
from piiguard.recognizers.rules import RULES
from piiguard.scan.engines import make_observer
from piiguard.scan.judge import judge
from piiguard.scan.options import Options
from tests.corpora import scan, values

WORDS = {
    rule.entity: tuple(dict.fromkeys((*vocabulary(rule), *BY_NAME[rule.entity].words)))
    for rule in RULES
    if BY_NAME[rule.entity].told_by != "words" and rule.entity not in UNASKED
}
LABELLED = [entity for entity in WORDS if BY_NAME[entity].told_by == "label" and entity != KZ_BIC]
"""What a value alone does not tell at medium."""
ROWS = 30
PLAIN = ("field", "colour", "поле", "түсі")
"""Words that promise nothing."""


def key_of(word: str) -> str:
    """How a program spells it; what is abbreviated by dots or a stroke stays as it is."""
    return word if re.search(r"[./]", word) else re.sub(r"[ -]", "_", word)


def camel(word: str) -> str:
    """The same in camel case, where no part is a single letter."""
    first, *rest = word.split(" ")
    return key_of(word) if any(len(part) < 2 for part in rest) else first + "".join(map(str.capitalize, rest))


TEXTS: dict[str, Callable[[str, str], str]] = {
    "text": lambda word, value: f"{word}: {value}",
    "capitals": lambda word, value: f"{word.upper()}: {value}",
    "leaf": lambda word, value: f'{{"{key_of(word)}": "{value}"}}',
    "camel leaf": lambda word, value: f'{{"{camel(word)}": "{value}"}}',
    "element": lambda word, value: f"<{key_of(word)}>{value}</{key_of(word)}>",
}


@pytest.fixture(scope="module")
def engine() -> Engine:
    return Engine(entities=list(WORDS))


@pytest.mark.parametrize("carrier", TEXTS)
@pytest.mark.parametrize("entity", WORDS)
def test_every_word_labels_a_value_in_a_text(entity: str, carrier: str, engine: Engine) -> None:
    if entity == KZ_MRZ and carrier == "element":
        pytest.skip("a zone is made of the sign that begins an element")
    value = values(entity)[0]

    def told(word: str) -> bool:
        found = engine.find(TEXTS[carrier](word, value))
        return any(each.entity == entity and each.score >= 0.5 for each in found)

    assert [word for word in WORDS[entity] if not told(word)] == []
    assert entity not in LABELLED or not any(map(told, PLAIN))


@pytest.mark.parametrize("entity", WORDS)
def test_every_word_is_the_name_of_a_column(entity: str) -> None:
    observer, cells = make_observer(Options()), values(entity, ROWS)

    def told(word: str) -> bool:
        found = judge(word, None, observer.observe(word, cells)[word, None])
        return any(each.entity == entity and at_least(each.confidence, "medium") for each in found)

    names = [name for word in WORDS[entity] for name in (key_of(word), camel(word))]
    assert [name for name in names if not told(name)] == []
    assert entity not in LABELLED or not any(map(told, PLAIN))


@pytest.mark.parametrize("entity", LABELLED)
def test_every_word_is_a_header(entity: str, tmp_path: Path) -> None:
    names = list(dict.fromkeys(map(key_of, (*WORDS[entity], *PLAIN))))
    table = tmp_path / "t.csv"
    with table.open("w", encoding="utf-8", newline="") as out:
        csv.writer(out).writerows([names, *([value] * len(names) for value in values(entity, ROWS))])
    document = scan(table, "--entities", entity, out=tmp_path / "o.json")[1]
    found = {each["path"] for each in document["findings"]}
    told = [name for name in names if any(name in path for path in found)]
    assert [name for name in names if name not in told and name not in PLAIN and "." not in name] == []
    assert not {f"$.{name}" for name in PLAIN} & found
