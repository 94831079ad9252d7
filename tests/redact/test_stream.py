"""Streams: byte for byte outside the matches, however the bytes come in."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from piiguard.demo.log import write_log
from piiguard.demo.people import People
from piiguard.keys import Keyring
from piiguard.redact.choices import OPERATORS, Operator
from piiguard.redact.json_safe import JsonLine
from piiguard.redact.redactor import Redactor
from piiguard.redact.settled import written
from piiguard.redact.stream import LONGEST, WITHHELD, StreamRedactor

IIN = "050312300015"
ZONE = (  # the specimen of ICAO 9303, of a country that is none
    "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<",
    "L898902C36UTO7408122F1204159ZE184226B<<<<<10",
)


def through(redactor: Redactor, data: bytes, size: int = 1 << 20, encoding: str = "auto") -> bytes:
    stream = StreamRedactor(redactor, encoding)
    parts = [stream.feed(data[place : place + size]) for place in range(0, len(data), size)]
    return b"".join(parts) + stream.finish()


def log(lines: int, seed: int = 1) -> str:
    chance = random.Random(seed)
    kinds = [
        "ИИН {0}",
        "Телефон:\n+7 701 123 45 67",
        "clean line {0:.3}",
        '{{"iin": {0}}}',
        "Сынақов Үлгі",
        "",
    ]
    return "".join(f"{n} {chance.choice(kinds).format(IIN)}\n" for n in range(lines))


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "cp1251", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "koi8-r"]
)
def test_encoding_and_lines_are_kept(redactor: Redactor, encoding: str, ending: str) -> None:
    text = (
        f"начало журнала{ending}принят ИИН {IIN} в работу{ending}конец, ещё строка{ending}{ending}без конца"
    )
    clean = through(redactor, text.encode(encoding))
    assert clean == text.replace(IIN, "05**********").encode(encoding)


def test_stream_equals_the_engine_on_the_whole(redactor: Redactor) -> None:
    text = log(400)
    lines = text.split("\n")
    for number, line, matches in redactor.engine.lines(text.encode()):
        assert "\n" not in line
        fitted = JsonLine(line, document=False)
        lines[number] = written(line, redactor.edits(line, matches, fitted))
    assert through(redactor, text.encode()).decode() == "\n".join(lines)


@pytest.mark.parametrize("size", [1, 7, 64, 1000])
def test_pieces_do_not_matter(redactor: Redactor, size: int) -> None:
    data = (log(60) + "\n".join(ZONE) + "\n" + log(20, seed=2)).encode()
    assert through(redactor, data, size) == through(redactor, data)


def test_any_bytes_outside_matches_come_out_as_they_were(redactor: Redactor) -> None:
    @settings(max_examples=60)
    @given(
        st.lists(st.binary(max_size=30).filter(lambda part: b"\n" not in part), max_size=8),
        st.integers(1, 50),
    )
    def kept(parts: list[bytes], size: int) -> None:
        data = b"\n".join([*parts, "ИИН 050312300015".encode(), *parts])
        clean = through(redactor, b"log\n" + data, size)
        assert clean.count(b"\n") == data.count(b"\n") + 1
        assert IIN.encode() not in clean

    kept()


def test_broken_bytes_in_utf8_do_not_hide_a_value(redactor: Redactor) -> None:
    line = "Пользователь с номером ИИН ".encode() + IIN.encode() + " принят".encode()[:-1] + b"\xff\x00"
    clean = through(redactor, line + b"\n")
    assert clean == line.replace(IIN.encode(), b"05**********") + b"\n"


def test_lines_of_several_encodings_in_one_file(redactor: Redactor) -> None:
    lines = [f"принят ИИН {IIN} в работу".encode(name) for name in ("utf-8", "cp1251", "utf-8", "cp1251")]
    clean = through(redactor, b"\n".join(lines))
    assert clean == b"\n".join(lines).replace(IIN.encode(), b"05**********")


def test_line_goes_out_as_soon_as_it_is_whole(redactor: Redactor) -> None:
    stream = StreamRedactor(redactor)
    assert stream.feed(b"clean\nnot yet") == b"clean\n"
    assert stream.feed(f" {IIN}\n".encode()) == b"not yet 05**********\n"
    assert stream.feed(b"end") == b""
    assert stream.finish() == b"end"


def test_label_on_the_line_before_counts_across_pieces(redactor: Redactor) -> None:
    stream = StreamRedactor(redactor)
    out = stream.feed("Телефон:\n".encode()) + stream.feed(b"7011234567\n") + stream.finish()
    assert out == "Телефон:\n70********\n".encode()


def test_zone_over_lines_is_held_back_until_it_is_whole(redactor: Redactor) -> None:
    stream = StreamRedactor(redactor)
    first, second = (line.encode() for line in ZONE)
    assert stream.feed(b"a\n" + first + b"\n") == b"a\n"
    assert stream.feed(second + b"\n") == b""
    out = stream.feed(b"b\n") + stream.finish()
    assert out.count(b"\n") == 3
    assert out.endswith(b"\nb\n")


@pytest.mark.parametrize("cut", range(-60, 20, 7))
def test_line_longer_than_memory_is_cut_nowhere_inside_a_value(redactor: Redactor, cut: int) -> None:
    filler = "ж lorem "
    head = filler * ((LONGEST + cut) // len(filler.encode()))
    text = head + f"ИИН {IIN} " + filler * 1000
    stream = StreamRedactor(redactor)
    data = text.encode()
    out = b"".join(stream.feed(data[i : i + 70_001]) for i in range(0, len(data), 70_001)) + stream.finish()
    assert out == text.replace(IIN, "05**********").encode()


def test_long_json_line_stays_json(redactor: Redactor) -> None:
    import json

    document = [{"iin": 50312300015, "note": 'text, "quoted": 050312300015, ' * 3}] * 12000
    out = through(redactor, json.dumps(document).encode(), 1 << 16)
    assert len(json.loads(out)) == len(document)
    assert b"300015" not in out


class Failing:
    """An engine that fails on some lines."""

    def __init__(self, engine: Any) -> None:
        self._engine = engine
        self.timeouts: dict[str, int] = {}

    def lines(self, block: bytes, seen: int = 0) -> Any:
        if b"poison" in block:
            raise RuntimeError(IIN)
        return self._engine.lines(block, seen)

    def find(self, text: str, context: Any = ()) -> Any:
        if "poison" in text:
            raise RuntimeError(IIN)
        return self._engine.find(text, context)


def test_failure_withholds_one_line_and_no_other(redactor: Redactor) -> None:
    stream = StreamRedactor(Redactor(engine=Failing(redactor.engine)))  # type: ignore[arg-type]
    out = stream.feed(f"a {IIN}\npoison {IIN}\nb\n".encode()) + stream.finish()
    assert out.decode() == f"a 05**********\n{WITHHELD}\nb\n"
    assert stream.withheld == 1


def test_counts_are_kept_by_entity(redactor: Redactor) -> None:
    stream = StreamRedactor(redactor)
    stream.feed(f"ИИН {IIN}\nИИН {IIN}, тел. +7 701 123 45 67\n".encode())
    assert stream.replaced == {"KZ_IIN": 2, "KZ_PHONE": 1}


@pytest.mark.parametrize("operator", OPERATORS)
def test_redacted_log_of_the_demo_holds_nothing_more(
    tmp_path: Path, keyring: Keyring, operator: Operator
) -> None:
    write_log(tmp_path / "app.log", People(random.Random(7)), scale=0.05)
    redactor = Redactor(operator, keyring=keyring)
    data = (tmp_path / "app.log").read_bytes()
    stream = StreamRedactor(redactor)
    clean = stream.feed(data) + stream.finish()
    assert stream.replaced.total() > 40
    assert clean.count(b"\n") == data.count(b"\n")
    assert list(redactor.engine.lines(clean)) == []
