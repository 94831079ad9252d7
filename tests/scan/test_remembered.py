"""What comes again is counted as at first, whether or not it is remembered."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

import pytest

from piiguard.detect import Engine, Match
from piiguard.scan.observe import Observer
from piiguard.scan.remembered import Memory
from piiguard.scan.statistics import Partials, merge_partials

KEY = b"one key for a whole scan"
ENGINE = Engine(entities=("KZ_IIN", "KZ_PHONE", "KZ_ADDRESS", "PERSON"))
TEXTS = (
    "г. Алматы, ул. Абая, д. 5, кв. 7",
    "ИИН 050312300015 уточнён",
    "доставлено",
    "звонить 8 (701) 123-45-67 после шести",
    "Абай көшесі, 3",
)


class Counting:
    """An engine that counts what it is asked."""

    def __init__(self, late: Sequence[str] = ()) -> None:
        self.asked: Counter[str] = Counter()
        self.timeouts: Counter[str] = Counter()
        self._late = late

    def find_many(self, texts: Sequence[str], context: Sequence[str]) -> Iterator[tuple[int, list[Match]]]:
        for place, text in enumerate(texts):
            self.asked[text] += 1
            if text in self._late:
                self.timeouts["a rule"] += 1
            elif text.startswith("hit"):
                yield place, [Match("KZ_IIN", 0, 3, 0.5)]


def observed(pages: Sequence[Sequence[str]], *, forget: bool) -> Partials:
    observer, parts = Observer(ENGINE, key=KEY), []
    for page in pages:
        observer = Observer(ENGINE, key=KEY) if forget else observer
        parts.append(observer.observe("note", page))
    return merge_partials(parts)


@pytest.mark.parametrize("each", [1, 700])
def test_pages_that_repeat_each_other_are_counted_as_by_one_who_forgets(each: int) -> None:
    pages = [
        [f"{text} {number % each}" for number in range(300) for text in TEXTS[shift:]]
        for shift in (0, 1, 2, 0)
    ]
    assert observed(pages, forget=False) == observed(pages, forget=True)


def test_a_text_that_comes_again_is_not_searched_again() -> None:
    memory, engine = Memory(), Counting()
    for _ in range(5):
        found = list(memory.find_many(engine, ["hit", "miss"], ("note",)))  # type: ignore[arg-type]
        assert [place for place, _ in found] == [0]
    assert engine.asked == {"hit": 1, "miss": 1}
    list(memory.find_many(engine, ["hit"], ("iin",)))  # type: ignore[arg-type]
    assert engine.asked["hit"] == 2, "the words of another column may change what is found"


def test_what_took_too_long_is_tried_again() -> None:
    memory, engine = Memory(), Counting(late=["hit slow"])
    for _ in range(3):
        list(memory.find_many(engine, ["hit slow"], ()))  # type: ignore[arg-type]
    assert engine.asked["hit slow"] == engine.timeouts["a rule"] == 3


def test_a_column_of_ever_new_texts_is_not_kept() -> None:
    memory, engine = Memory(), Counting()
    for page in range(6):
        list(memory.find_many(engine, [f"hit {page} {number}" for number in range(1_000)], ()))  # type: ignore[arg-type]
    assert len(engine.asked) == 6_000
    assert not any(column._known for column in memory._columns.values())
