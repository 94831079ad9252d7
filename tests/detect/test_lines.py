from __future__ import annotations

import io
from collections.abc import Iterator

import pytest
from presidio_analyzer import Pattern, PatternRecognizer

from piiguard.detect import BlockReader, Engine, Match
from piiguard.detect.engine import Backend
from piiguard.recognizers import kz_recognizers

IIN = "050312300015"


class VerseRecognizer(PatternRecognizer):
    """A value of two lines."""

    LINES = 2
    PREFILTER = None

    def __init__(self) -> None:
        pattern = Pattern("verse", r"<<[a-z]{3}\n[a-z]{3}>>", 0.9)
        super().__init__("VERSE", name="Verse", supported_language="ru", patterns=[pattern])


@pytest.fixture(scope="module", params=["hyperscan", "re2", "presidio"])
def engine(request: pytest.FixtureRequest) -> Engine:
    backend: Backend = request.param
    pytest.importorskip("re2" if backend == "re2" else "presidio_analyzer")
    numbers = [
        one
        for one in kz_recognizers(languages=("ru",))
        if one.supported_entities[0] in ("KZ_IIN", "KZ_PHONE", "EMAIL_ADDRESS", "KZ_PASSPORT")
    ]
    return Engine([*numbers, VerseRecognizer()], backend=backend)


def _streamed(engine: Engine, data: bytes, size: int) -> Iterator[tuple[int, str, int, int]]:
    """Report as a scanner does: line from 0, entity, start and end in the line."""
    for block in BlockReader(io.BytesIO(data), size=size):
        for number, _, matches in engine.lines(block.data, block.seen, block.until):
            column = 0 if number else block.column
            for match in matches:
                yield block.line + number, match.entity, match.start + column, match.end + column


def test_a_line_is_given_without_its_line_break(engine: Engine) -> None:
    found = list(engine.lines(f"none\r\nИИН {IIN}\r\n\r\n".encode()))
    assert found == [(1, f"ИИН {IIN}", [Match("KZ_IIN", 4, 16, 0.85)])]


def test_only_a_line_feed_ends_a_line(engine: Engine) -> None:
    text = f"a\u2028b\x85c\x0bd\x0ce\x1cf\rg ИИН {IIN}"
    assert [(number, line) for number, line, _ in engine.lines(f"x\n{text}\n".encode())] == [(1, text)]


def test_a_label_on_the_line_above_counts_if_nothing_precedes_the_value(engine: Engine) -> None:
    def scores(text: str) -> list[tuple[str, float]]:
        return [(match.entity, match.score) for _, _, found in engine.lines(text.encode()) for match in found]

    assert scores(f"ИИН:\n  «{IIN}»") == [("KZ_IIN", 0.85)]
    assert scores(f"ИИН:\nитого {IIN}") == scores(f"итого {IIN}")
    assert [entity for entity, _ in scores("Паспорт:\n12345678")] == ["KZ_PASSPORT"]
    assert scores("Паспорт:\nитого 12345678") == []


def test_a_match_outside_the_reported_part_is_context_only(engine: Engine) -> None:
    block = f"ИИН {IIN}\nИИН {IIN}\nИИН {IIN}\n".encode()
    third = len(block) // 3
    assert [number for number, _, _ in engine.lines(block, third, 2 * third)] == [1]


def test_a_value_of_two_lines_is_given_with_both(engine: Engine) -> None:
    found = list(engine.lines(f"above\n x <<abc\r\ndef>> ИИН {IIN}\nbelow {IIN}\n".encode()))
    assert [(number, text) for number, text, _ in found[:2]] == [
        (1, f" x <<abc\ndef>> ИИН {IIN}"),
        (2, f"def>> ИИН {IIN}"),
    ]
    assert found[0][2] == [Match("VERSE", 3, 14, 0.9)]
    assert [match.entity for match in found[1][2]] == ["KZ_IIN"]
    assert found[2][0] == 3


@pytest.mark.parametrize("size", [50, 97, 400, 1 << 20])
def test_blocks_of_any_size_give_the_same(engine: Engine, size: int) -> None:
    lines = [f"{number} ИИН {IIN}; тел. +7 701 123 45 67 Үлгі" if number % 3 else "—" for number in range(60)]
    lines[20:20] = ["<<abc", "def>>", "ИИН:", IIN, "", "user@mail.example.kz"]
    data = "\n".join(lines).encode()
    found = list(_streamed(engine, data, size))
    assert found == list(_streamed(engine, data, 1 << 20))
    assert len(found) == 83
    assert found == sorted(set(found))


def test_a_line_longer_than_any_block_gives_each_match_once_with_its_column(engine: Engine) -> None:
    filler = '{"text": "мәтін, текст"}, '
    data = ("x\n" + "".join(f'{{"iin": "{IIN}"}}, {filler * 7}' for _ in range(200))).encode()
    found = list(_streamed(engine, data, 8192))
    line = data.decode().split("\n")[1]
    assert found == [(1, "KZ_IIN", at, at + 12) for at in range(len(line)) if line.startswith(IIN, at)]


def test_bytes_that_are_no_text_do_not_stop_it(engine: Engine) -> None:
    found = list(engine.lines(b"\xff\xfe\n\xd0 " + f"ИИН {IIN}".encode() + b" \xd0\n\x00\n"))
    assert [(number, matches[0].entity) for number, _, matches in found] == [(1, "KZ_IIN")]


def test_no_lines_hold_nothing(engine: Engine) -> None:
    assert list(engine.lines(b"")) == []
