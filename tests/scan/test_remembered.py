"""What comes again is counted as at first, whether or not it is remembered."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import permutations
from pathlib import Path

import pytest

from piiguard.detect import Engine, Match
from piiguard.read.part import Lines
from piiguard.scan import Options, scan_log
from piiguard.scan.examine import Examiner
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


@pytest.mark.parametrize("order", [*permutations(range(3))])
def test_documents_that_share_parts_are_told_as_each_alone(tmp_path: Path, order: tuple[int, ...]) -> None:
    styles, texts = "Light Grid Accent\nTable Normal\n", ("ИИН 050312300015", "доставлено", "доставлено")
    files = [tmp_path / f"{number}.log" for number in order]
    for number, file in zip(order, files, strict=True):
        file.write_text(f"{styles}{texts[number]}\n", encoding="utf-8")
    alone = [finding for file in files for finding in scan_log(file, Options()).findings]
    together = scan_log(tmp_path, Options()).findings
    told = {(finding.file, finding.entity, finding.lines, finding.examined) for finding in together}
    assert told == {(finding.file, finding.entity, finding.lines, finding.examined) for finding in alone}
    assert [finding.file for finding in together] == [str(tmp_path / "0.log")]


def test_a_block_in_which_a_rule_gave_up_is_tried_again() -> None:
    engine = Engine(entities=("KZ_IIN",))
    examiner = Examiner(Options(), engine=engine)
    asked = []

    def late(data: bytes, seen: int, until: int) -> Iterator[tuple[int, str, list[Match]]]:
        asked.append(data)
        engine.timeouts["a rule"] += len(asked) == 1
        return iter(())

    engine.lines = late  # type: ignore[method-assign, assignment]
    for _ in range(4):
        examiner.text(Lines(0), "доставлено", 1)
    assert len(asked) == 2
