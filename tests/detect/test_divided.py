"""Numbers that markup divides, and messages of HL7, are read as they are shown."""

from __future__ import annotations

import re
from itertools import permutations
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from piiguard.detect.escapes import Shown, Spelled
from piiguard.scan import scan_log

DIVIDED = {
    "strong": "**{}**{}",
    "strong behind": "{}**{}**",
    "emphasis": "*{}*{}",
    "both": "***{}***{}",
    "struck": "~~{}~~{}",
    "code": "`{}`{}",
    "span": "<span>{}</span><span>{}</span>",
    "span with a class": '<span class="a b">{}</span><b>{}</b>',
    "SVG": '<tspan x="0" dy="1.2em">{}</tspan><tspan x="9">{}</tspan>',
    "a name space": "<svg:tspan>{}</svg:tspan><svg:tspan>{}</svg:tspan>",
    "a break that may be": "{}<wbr>{}",
    "a comment": "{}<!-- page 2 -->{}",
    "CDATA": "<![CDATA[{}]]><![CDATA[{}]]>",
    "a soft hyphen": "{}&shy;{}",
    "a soft hyphen itself": "{}\u00ad{}",
}
NUMBERS = {"050312300015": "KZ_IIN", "+77011234567": "KZ_PHONE", "4111111111111111": "CREDIT_CARD"}


@pytest.mark.parametrize("written", DIVIDED.values(), ids=DIVIDED)
@pytest.mark.parametrize("number", NUMBERS)
def test_a_number_is_read_over_the_markup_in_it(number: str, written: str) -> None:
    for place in range(2, len(number) - 1):
        line = f"№ {written.format(number[:place], number[place:])}."
        spelled = Spelled(line)
        start = spelled.view.index(number)
        left, right = spelled.span(start, start + len(number))
        assert (line[left : left + 2], line[right - 1]) == (number[:2], number[-1])
        assert number in Shown.of(line.encode()).data.decode()


@pytest.mark.parametrize(
    "line",
    [
        "<td>050312</td><td>300015</td>",
        "<a>050312</a><iin>300015</iin>",
        "area = 050312*300015",
        "2**16, 10**12, 3 * 4 * 5",
        "| 0503 | **12** | 300015 |",
        "* 12345678\n* 87654321",
    ],
)
def test_numbers_beside_each_other_stay_two(line: str) -> None:
    assert Spelled(line).view == line


BESIDE = ("050312300015", "87011234567", "+77011234567", "4111111111111111")
JOINTS = {
    "code": "<code>{}</code><code>{}</code>",
    "code and a blank": "<code>{}</code> <code>{}</code>",
    "code of Markdown": "`{}` `{}`",
    "strong": "**{}** **{}**",
    "a comment": "{}<!-- -->{}",
    "Oracle": "'{}'||'{}'",
    "SQL Server": "N'{}' + N'{}'",
    "concat": "concat('{}', '{}')",
    "a shell": "{}\\\n{}",
    "a path before it": "C:\\archive\\\n{} {}",
    "vCard": "BEGIN:VCARD\nNOTE:{}\n {}\nEND:VCARD",
    "quoted-printable": "Content-Transfer-Encoding: quoted-printable\n\nNOTE;QUOTED-PRINTABLE:{}=\n{}",
}


@pytest.mark.parametrize("written", JOINTS.values(), ids=JOINTS)
@pytest.mark.parametrize(("first", "second"), list(permutations(BESIDE, 2)))
def test_what_is_whole_by_itself_is_not_put_together_with_more(first: str, second: str, written: str) -> None:
    shown = Shown.of((written.format(first, second) + "\n").encode()).data.decode()
    for number in (first, second):
        assert re.search(rf"(?<!\w){re.escape(number)}(?!\w)", shown)


@given(st.permutations(BESIDE), st.data())
def test_a_number_that_is_cut_beside_a_whole_one_is_put_together_alone(
    numbers: list[str], data: st.DataObject
) -> None:
    number, whole = numbers[:2]
    cut = data.draw(st.integers(2, len(number) - 2))
    for pieces in ([whole, number[:cut], number[cut:]], [number[:cut], number[cut:], whole]):
        view = Spelled("||".join(f"'{piece}'" for piece in pieces)).view
        assert f"'{whole}'" in view
        assert f"'{number}'" in view


ESCAPED = {
    "digits in hexadecimal": r"05\X30333132\300015",
    "one after the other": r"\X30\\X35\\X30\312300015",
    "highlighted": r"0503\H\12300015\N\ ",
    "behind a break": r"\.br\050312300015\.br\b",
    "before a sign": r"050312300015\T\b",
    "before a bar": r"050312300015\F\b",
}


@pytest.mark.parametrize("end", ["\r", "\n", "\r\n"])
@pytest.mark.parametrize("value", ESCAPED.values(), ids=ESCAPED)
def test_a_message_of_hl7_is_read_without_its_escapes(tmp_path: Path, value: str, end: str) -> None:
    message = tmp_path / "adt.hl7"
    segments = ("MSH|^~\\&|A|B|||20261130||ADT^A01|1|P|2.5", f"PID|1||{value}^^^KZ", "NTE|1||")
    message.write_bytes(end.join((*segments, "")).encode())
    assert [found.entity for found in scan_log(message).findings] == ["KZ_IIN"]


@pytest.mark.parametrize("path", [r"C:\T\050312300015", r"\\host\H\0503\N\12300015"])
def test_a_path_is_no_message(path: str) -> None:
    assert Spelled(path).view == path
