"""No text costs more than in proportion to its length, wherever it is searched, redacted, logged or scanned.

Texts are a label, a unit repeated, and an end. Units are what grammars, patterns, escapes and readers stop at. The
sample here is the same every time; ``PIIGUARD_FUZZ=1000`` tries as many others on each surface, of units joined at
random.
"""

from __future__ import annotations

import io
import json
import logging
import os
import random
from collections.abc import Callable, Iterator
from functools import cache, partial

import pytest

from piiguard.detect import BlockReader, Engine
from piiguard.read.dump import DumpTask
from piiguard.read.part import Part
from piiguard.read.sheet import SheetTask
from piiguard.redact import RedactingFilter, Redactor, StreamRedactor, redact_text
from piiguard.redact.pseudonym import PSEUDONYM
from piiguard.redact.stream import LONGEST
from piiguard.scan import jsonpath
from piiguard.scan.examine import Examiner
from piiguard.scan.options import Options

from .growth import fill, too_fast_growing

LABELS = (
    *("", "ИИН: ", "тел. ", "+7 ", '"', "адрес: ", "паспорт ", '{"iin": "', "карта ", "email: ", "ФИО: "),
    *("ТОО «", "от ", "уд. личности № ", "IDKAZ", "должность: "),
)
UNITS = (
    # what escapes begin with
    *("\\", "\\u", "\\u0", "\\u0418", "\\ud83d", "\\x4", "\\n", '\\"', "%", "%4", "%40", "%2B"),
    *("&", "&#", "&#49;", "&nbsp;", "\x1b[31m"),
    # brackets, quotes, separators
    *("<", "<<<", ">", "(", ")", "[", "]", "{", "}", '"', "'", "«", "»", "“", "„", '""', "{[", '{"a":', '",'),
    *(
        ",",
        ";",
        ":",
        ".",
        "-",
        "–",
        "_",
        "/",
        "|",
        "#",
        "@",
        "=",
        "+",
        "~",
        "№",
        " ",
        "\t",
        "\r",
        "\n",
        " \n",
    ),
    *("\u00a0", "\u2028", "\u200b", "\u00ad", "\u0301", "e\u0301", "\0"),
    # digits of several scripts, and numbers
    *("0", "1", "7", "8", "05", "0503", "050312300015", "050312300015 ", "٠", "０", "９１", "१", "1.", "1-"),
    *("1/", "1 2 ", "+7", "+77011234567", "8(701) ", "8-7-", "4111", "4111-", "KZ86", "KZ", "200. "),
    *("12.03.2015", "03.2015 ", "2015-03-", "12марта", "N1234567", "012345678", "AB12", "123ABC02 "),
    # parts of e-mail addresses
    *("a@", "a@b.", "a@b.kz", "a.", ".a", "@a", "＠", "．", "(at)", "[собака]", "(точка)", "mailto:", "a://"),
    # machine-readable zones
    *("IDKAZ", "P<KAZ", "A<", "PKAZ", "KAZ050312"),
    # letters and words
    *(
        "a",
        "A",
        "ж",
        "Ж",
        "қ",
        "МВД",
        "МВД РК ",
        "ҚР ІІМ ",
        "министерство ",
        "ТОО ",
        "ТОО «",
        "«А» ",
        "АО А ",
    ),
    *("ул. ", "ул. А, ", "г. А, ", "д.1, ", "кв 1 ", "Астана ", "Алматы, ", "көшесі ", "050000, ", "мкр "),
    *("Сынақов", "Сынақов ", "Үлгі ", "А.", "А. Б. ", "Сынақов А. ", "ұлы ", "OV ", "Ivan ", "ivan ", "-А"),
    *("директор ", "доцент ", "работает ", "к.т.н. ", "доктор наук ", "А. Б. доцент "),
    *("имя :", "name:", "ИИН ", "иин:", "тел ", "телефон: ", "удостоверение ", "выдан ", "документ № "),
)
ENDS = ("", "1", "!", '"', "050312300015", " А", ")", "\\")
SMALL, LARGE = 4 << 10, 32 << 10


@cache
def examiner() -> Examiner:
    return Examiner(Options(), engine=redactor().engine)


@cache
def redactor() -> Redactor:
    return Redactor()


@cache
def log_filter() -> RedactingFilter:
    return RedactingFilter(redactor())


def data(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def stream(text: str, size: int = 1 << 16) -> None:
    passing, raw = StreamRedactor(redactor()), data(text)
    for place in range(0, len(raw), size):
        passing.feed(raw[place : place + size])
    passing.finish()


def log(text: str) -> None:
    record = logging.LogRecord("app", logging.INFO, "app.py", 1, "%s", (text,), None)
    assert log_filter().filter(record)


def lines(text: str) -> None:
    reader = BlockReader(io.BytesIO(data(text)))
    examiner().lines(Part(), reader, "", sink=lambda match: None)


def json_lines(text: str) -> None:
    lines(
        f'{{"tel": "+77011234567", "deep": {{"iin": {json.dumps(text)}}}, "raw": "{text}", "iin": "{VALUE}"}}'
    )


def paths(text: str) -> None:
    jsonpath.paths(f'{{"{text}}}', range(0, len(text), 40))


def sheet(text: str) -> None:
    quoted = text.replace('"', '""')
    raw = data(f'name,note\n1,"{quoted}"\n{text[:2000]}')
    SheetTask("", options=Options()).search(examiner(), io.BytesIO(raw), Part(), None)


def dump(text: str) -> None:
    raw = data(f"INSERT INTO a VALUES ('{text}');\nINSERT INTO b VALUES (1, {text[:2000]}\n{text}")
    DumpTask("", options=Options()).search(examiner(), io.BytesIO(raw), Part(), None)


VALUE = "050312300015"
SURFACES: dict[str, tuple[Callable[[str], object], int]] = {  # and of how many units one is tried
    "find": (lambda text: redactor().engine.find(text), 1),
    "text": (lambda text: redactor().text(text), 1),
    "stream": (stream, 2),
    "stream in small pieces": (partial(stream, size=64), 8),
    "log record": (log, 4),
    "lines": (lines, 2),
    "JSON lines": (json_lines, 6),
    "JSON paths": (paths, 1),
    "sheet": (sheet, 4),
    "dump": (dump, 6),
    "pseudonyms": (lambda text: PSEUDONYM.sub("", text), 1),
}


def sample(every: int) -> Iterator[tuple[str, str, str]]:
    """Some units, each behind another label and before another end; all surfaces together try all of them."""
    for number, unit in enumerate(UNITS):
        if number % every == 0:
            yield LABELS[number * 7 % len(LABELS)], unit, ENDS[number * 5 % len(ENDS)]


def at_random(count: int) -> Iterator[tuple[str, str, str]]:
    chance = random.Random(count)
    for _ in range(count):
        unit = "".join(chance.sample(UNITS, chance.choice([1, 2, 2, 3])))
        yield chance.choice(LABELS), unit, chance.choice(ENDS)


def made(label: str, unit: str, end: str, size: int) -> str:
    return label + fill(unit, size) + end


@pytest.mark.parametrize("surface", SURFACES)
def test_a_text_costs_in_proportion_to_its_length(surface: str) -> None:
    search, every = SURFACES[surface]
    more = int(os.environ.get("PIIGUARD_FUZZ", "0"))
    texts = at_random(more) if more else sample(every)
    inputs = {repr(parts): partial(made, *parts) for parts in texts}
    assert too_fast_growing(search, inputs, SMALL, LARGE) == {}


@pytest.mark.parametrize("backend", ["re2", "presidio"])
def test_other_engines_take_no_longer(backend: str) -> None:
    if backend == "re2":
        pytest.importorskip("re2")
    engine = Engine(backend=backend)  # type: ignore[arg-type]
    inputs = {repr(parts): partial(made, *parts) for parts in sample(9)}
    assert too_fast_growing(engine.find, inputs, SMALL, LARGE) == {}


def test_a_line_that_never_ends_goes_through_while_it_is_read() -> None:
    """Lines that may begin a zone wait for the next one, but not for one that is longer than all that is held."""
    passing = StreamRedactor(redactor())
    out = passing.feed(b"ID" + b"<" * 28 + b"\n")
    fed = 31
    for _ in range(6):
        out += passing.feed(b"a " * (LONGEST // 2))
        fed += LONGEST
        assert fed - len(out) <= 2 * LONGEST
    assert len(out + passing.finish()) == fed


def test_a_value_at_the_cut_of_such_a_line_is_replaced_whole() -> None:
    text = "a " * (LONGEST // 2 - 530) + f"ИИН {VALUE} " * 100
    passing = StreamRedactor(redactor())
    out = b"".join(passing.feed(data(text)[place : place + 999]) for place in range(0, len(data(text)), 999))
    assert VALUE.encode() not in out + passing.finish()
    assert passing.replaced["KZ_IIN"] == 100


def test_escapes_are_read_wherever_a_run_of_backslashes_stands() -> None:
    for run in (1, 2, 7, 5000):
        written = "\\" * run
        assert VALUE not in redact_text(f"ИИН{written}n{VALUE}{written}")
        assert VALUE not in redact_text(f"{written} {written}u0418ИН {VALUE}")
