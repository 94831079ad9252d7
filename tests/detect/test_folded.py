"""Lines that go on over the next ones: what stands over a break is found, and told where it begins."""

from __future__ import annotations

import base64
import io
import quopri
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from piiguard.detect import BlockReader
from piiguard.detect.escapes import Shown, Spelled
from piiguard.scan import Match, scan_log

FORMS = {
    "vCard": "BEGIN:VCARD\n{}\nEND:VCARD\n",
    "iCalendar": "BEGIN:VCALENDAR\nBEGIN:VEVENT\n{}\nEND:VEVENT\nEND:VCALENDAR\n",
    "LDIF": "version: 1\ndn: uid=a,dc=example\n{}\n\n",
    "manifest": "Manifest-Version: 1.0\n{}\n",
}
BREAKS = ("\n ", "\n\t", "\r\n ", "\r\n\t")
LINE = "NOTE:ИИН 050312300015, тел. +7 701 123 45 67"


@settings(max_examples=50)
@given(
    st.sampled_from(sorted(FORMS)),
    st.sampled_from(BREAKS),
    st.sets(st.integers(1, len(LINE) - 1), min_size=1, max_size=6),
)
def test_a_line_broken_anywhere_is_read_whole_and_every_sign_of_it_has_its_place(
    form: str, line_break: str, places: set[int]
) -> None:
    ends = [0, *sorted(places), len(LINE)]
    folded = line_break.join(LINE[start:end] for start, end in pairwise(ends))
    written = FORMS[form].format(folded)
    if "\r" in line_break:
        written = written.replace("\r\n", "\n").replace("\n", "\r\n")
    shown = Shown.of(written.encode())
    lines = shown.data.decode().split("\n")
    assert len(lines) == written.count("\n") + 1
    number = next(number for number, line in enumerate(lines) if line.rstrip("\r") == LINE)
    physical = written.split("\n")
    for position, sign in enumerate(LINE):
        line, column = shown.at(number, position)
        assert physical[line][column] == sign
    spelled = Spelled(written)
    start = spelled.view.index("050312300015")
    left, right = spelled.span(start, start + 12)
    assert "".join(written[left:right].split()) == "050312300015"


def _base64(key: str) -> Callable[[str], str]:
    return lambda text: f"{key}{base64.b64encode(text.encode()).decode()}"


def _printable(text: str) -> str:
    quoted = quopri.encodestring(text.encode(), quotetabs=True).decode().replace("=\n", "")
    return f"NOTE;ENCODING=QUOTED-PRINTABLE;CHARSET=UTF-8:{quoted}"


WRITTEN: dict[str, tuple[str, Callable[[str], str], tuple[str, ...]]] = {
    "vCard 2.1": ("vCard", _printable, ("=\n", "=\r\n")),
    "vCard 3": ("vCard", _base64("NOTE;ENCODING=b:"), BREAKS),
    "vCard 2.1 base64": ("vCard", _base64("NOTE;ENCODING=BASE64:"), BREAKS),
    "LDIF": ("LDIF", _base64("description:: "), BREAKS),
}


@pytest.mark.parametrize(("form", "write", "breaks"), WRITTEN.values(), ids=WRITTEN)
@pytest.mark.parametrize("saying", ["ИИН 050312300015", "phone +77011234567", "Сынақов Ерлан Болатұлы"])
def test_what_is_encoded_is_read_over_its_breaks(
    form: str, write: Callable[[str], str], breaks: tuple[str, ...], saying: str
) -> None:
    line = write(saying)
    begin = line.index(":") + 2
    for line_break in breaks:
        for place in range(begin + 1, len(line), 5):
            if "=" in line_break and "=" in line[place - 2 : place]:
                continue  # no soft break parts the digits of a sign
            folded = line[:place] + line_break + line[place:]
            shown = Shown.of(FORMS[form].format(folded).encode()).data.decode()
            assert saying in shown, folded


CONTINUED = {
    "properties": "phone=+7701\\\n    1234567\n",
    "shell": "export PHONE=+7701\\\n1234567\n",
    "a field of mail": "X-Phone: +7 701\n 123 45 67\n",
    "a field over three lines": "X-Phone: +7\r\n 701 123\r\n 45 67\r\n",
    "registry": '"phone"=hex:2b,37,37,30,31,\\\r\n  31,32,33,34,35,36,37\r\n',
}


@pytest.mark.parametrize("written", CONTINUED.values(), ids=CONTINUED)
def test_a_value_over_several_lines_is_found_on_the_first_of_them(tmp_path: Path, written: str) -> None:
    file = tmp_path / "settings.txt"
    file.write_bytes(b"INFO started\n" + written.encode())
    matches: list[Match] = []
    report = scan_log(file, sink=matches.append)
    assert [found.entity for found in report.findings] == ["KZ_PHONE"]
    assert [(each.line, each.end_line) for each in matches] == [(2, 2 + written.count("\n") - 1)]


@pytest.mark.parametrize("size", [200, 256, 1000, 4096])
def test_no_block_cuts_a_line_that_goes_on(size: int) -> None:
    cards = "".join(
        f"BEGIN:VCARD\r\nFN:a{number}\r\nTEL:+7701\r\n 123\r\n {number:04}\r\nEND:VCARD\r\n"
        for number in range(100)
    )
    found: list[str] = []
    for block in BlockReader(io.BytesIO(cards.encode()), "utf-8", size):
        shown = Shown.of(block.data, block.seen, block.until)
        found += [
            line
            for line in shown.data[shown.seen : shown.until].decode().split("\r\n")
            if line.startswith("TEL")
        ]
    assert found == [f"TEL:+7701123{number:04}" for number in range(100)]


@pytest.mark.parametrize(
    "clean",
    [
        "java.lang.IllegalStateException: 0503\n\tat com.example.A(A.java:12)\n\tat com.example.B(B.java:300015)\n",
        "total:\n  0503\n  12300015\n",
        "a = 0503 \\ 12300015\n",
        "ids: 0503,\n  12300015\n",
        "key: 0503=\n12300015\n",
    ],
)
def test_lines_that_are_only_indented_stay_apart(clean: str) -> None:
    assert Shown.of(clean.encode()).data == clean.encode()
    assert Spelled(clean).view == clean
