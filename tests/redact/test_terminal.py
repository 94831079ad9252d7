r"""Texts for a terminal: what a person reads there is found where it is written, and no part of it stays."""

from __future__ import annotations

import io
import json
import logging
import random
import re
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from piiguard.detect.escapes import Spelled
from piiguard.redact.log_filter import RedactingFilter
from piiguard.redact.redactor import Redactor
from piiguard.redact.stream import StreamRedactor
from piiguard.scan import Match, scan_log
from tests import corpora

ESC = "\x1b"
SEQUENCES = {
    "colour": f"{ESC}[32m",
    "bold colour of 256": f"{ESC}[1;38;5;208m",
    "true colour": f"{ESC}[38:2::255:0:0m",
    "reset": f"{ESC}[m",
    "two at once": f"{ESC}[0m{ESC}[1m",
    "shown cursor": f"{ESC}[?25h",
    "erased end": f"{ESC}[K",
    "title": f"{ESC}]0;app\x07",
    "link": f"{ESC}]8;;https://example.kz/{ESC}\\",
    "charset": f"{ESC}(B",
    "keypad": f"{ESC}=",
    "saved cursor": f"{ESC}7",
    "colour in one sign": "\x9b32m",
    "title in one sign": "\x9d0;app\x9c",
    "bell": "\x07",
    "zero": "\0",
    "delete": "\x7f",
    "zero width": "\u200b",
    "joiner": "\u200d",
    "word joiner": "\u2060",
    "soft hyphen": "\u00ad",
    "mark of direction": "\u200f",
    "embedding": "\u202a",
    "isolate": "\u2068",
    "Arabic mark": "\u061c",
    "variation": "\ufe0f",
    "tag": "\U000e0020",
}
SPELLINGS: dict[str, Callable[[str], str]] = {
    "bytes": str,
    "json": lambda text: json.dumps(text)[1:-1],
    "json, nested": lambda text: json.dumps(json.dumps(text)[1:-1])[1:-1],
    "x": lambda text: text.replace(ESC, r"\x1b").replace("\0", r"\x00"),
    "octal": lambda text: text.replace(ESC, r"\033").replace("\0", r"\000").replace("\7", r"\007"),
    "caret": lambda text: text.replace(ESC, "^[").replace("\0", "^@").replace("\7", "^G").replace("\x7f", "^?"),
    "letter": lambda text: text.replace(f"{ESC}[", r"\e[").replace(f"{ESC}]", r"\e]"),
    "syslog": lambda text: text.replace(f"{ESC}[", "#033[").replace(f"{ESC}]", "#033]"),
    "percent": lambda text: text.replace(ESC, "%1B").replace("\0", "%00"),
    "reference": lambda text: "".join(f"&#{ord(sign)};" if sign in (ESC, "\7", "\x7f", "\u200b", "\u2060") else sign for sign in text),
}  # fmt: skip
LABELS = {
    "KZ_IIN": "ИИН: ",
    "KZ_PHONE": "тел. ",
    "CREDIT_CARD": "карта ",
    "EMAIL_ADDRESS": "почта: ",
    "IBAN_CODE": "счёт ",
    "PERSON": "клиент ",
}
PLACES = ("before", "inside", "behind", "label", "everywhere")


def disguised(label: str, value: str, sequence: str, place: str, dice: random.Random) -> str:
    cut = dice.randrange(1, len(value))
    if place == "before":
        return f"12:00 {label}{sequence}{value} принят"
    if place == "inside":
        return f"12:00 {label}{value[:cut]}{sequence}{value[cut:]} принят"
    if place == "behind":
        return f"12:00 {label}{value}{sequence} принят"
    if place == "label":
        return f"12:00 {label.strip()}{sequence} {value} принят"
    return f"12:00 {label}{sequence}{sequence.join(value)}{sequence} принят"


def found_in(lines: list[str]) -> list[set[tuple[str, str]]]:
    """The entities of each line, each with what is written there."""
    found: list[set[tuple[str, str]]] = [set() for _ in lines]

    def take(match: Match) -> None:
        assert match.line
        found[match.line - 1].add((match.entity, lines[match.line - 1][match.start : match.end]))

    scan_log(io.BytesIO("\n".join(lines).encode()), sink=take)
    return found


@pytest.fixture(scope="module")
def tagging() -> Redactor:
    return Redactor("tag")


@pytest.mark.parametrize(
    ("kind", "spelling"),
    [
        (kind, spelling)
        for kind, sequence in SEQUENCES.items()
        for spelling, spelled in SPELLINGS.items()
        if spelling == "bytes" or spelled(sequence) != sequence
    ],
)
def test_what_nobody_sees_hides_no_value(tagging: Redactor, kind: str, spelling: str) -> None:
    sequence = SPELLINGS[spelling](SEQUENCES[kind])
    dice = random.Random(f"{kind} {spelling}")
    lines, plain = [], []
    for entity, label in LABELS.items():
        for place in PLACES:
            if place == "everywhere" and sequence == "\0":
                continue  # that is UTF-16
            value = dice.choice(corpora.values(entity, 20))
            lines.append(disguised(label, value, sequence, place, dice))
            plain.append(disguised(label, value, "", place, dice))
    stream = StreamRedactor(tagging)
    clean = (stream.feed("\n".join(lines).encode()) + stream.finish()).decode().split("\n")
    assert [line.replace(sequence, "") for line in clean] == list(map(tagging.text, plain))
    assert clean == list(map(tagging.text, lines))
    for line, bare, found in zip(lines, found_in(plain), found_in(lines), strict=True):
        assert bare <= {(entity, text.replace(sequence, "")) for entity, text in found}, line
    assert not any(found_in(clean))


IIN, OTHER = "050312300015", "060702483768"


@pytest.mark.parametrize(
    ("line", "clean"),
    [
        ("ИИН: 05031230001X\b5 ok", "ИИН: <KZ_IIN> ok"),
        ("ИИН: 050399\b\b12300015 ok", "ИИН: <KZ_IIN> ok"),
        (f"ИИН: 050399{ESC}[2D12300015 ok", "ИИН: <KZ_IIN> ok"),
        (f"ИИН: 050399\b\b{ESC}[K12300015 ok", "ИИН: <KZ_IIN> ok"),
        ("ИИН: " + "".join(f"{sign}\b{sign}" for sign in IIN) + " ok", "ИИН: <KZ_IIN> ok"),
        ("ИИН: " + "".join(f"_\b{sign}" for sign in IIN) + " ok", "ИИН: <KZ_IIN> ok"),
        (f"wait...\rИИН: {IIN} ok", "wait...\rИИН: <KZ_IIN> ok"),
        (f"ИИН: ............ ok\r{ESC}[5C{IIN}", f"ИИН: ............ ok\r{ESC}[5C<KZ_IIN>"),
        ("............0015 ok\rИИН 05031230", "............<KZ_IIN>"),
        (f"ИИН {IIN}{chr(8) * 12}************", "ИИН <KZ_IIN>" + chr(8) * 12 + "************"),
        (f"ИИН:{ESC}[40G{IIN}{ESC}[60GСынақов{ESC}[CҮлгі{ESC}[CМысалұлы", f"ИИН:{ESC}[40G<KZ_IIN>{ESC}[60G<PERSON>"),
        (f"см. {ESC}]8;;https://example.kz/?iin={IIN}{ESC}\\тут", f"см. {ESC}]8;;https://example.kz/?iin=<KZ_IIN>{ESC}\\тут"),
        (f"{ESC}]0;ИИН {IIN}\x07$", f"{ESC}]0;ИИН <KZ_IIN>\x07$"),
        (f"{IIN}\0{OTHER}", "<KZ_IIN>\0<KZ_IIN>"),
        (f"{IIN}{ESC}[0m{OTHER}", f"<KZ_IIN>{ESC}[0m<KZ_IIN>"),
        (f"{IIN}\x01{OTHER}\x1f{IIN}", "<KZ_IIN>\x01<KZ_IIN>\x1f<KZ_IIN>"),
        (f"ИИН {ESC}[{IIN}", f"ИИН {ESC}[<KZ_IIN>"),
        (f"ИИН {ESC}{IIN}", f"ИИН {ESC}<KZ_IIN>"),
        (f"ИИН {ESC}]{IIN}", f"ИИН {ESC}]<KZ_IIN>"),
        (f"тел. {ESC}77010007838", f"тел. {ESC}<KZ_PHONE>"),
        (f"тел. {ESC}+77010007838", f"тел. {ESC}<KZ_PHONE>"),
        (f"{ESC}KZ86125KZT5004100100", f"{ESC}<IBAN_CODE>"),
        (f"{ESC}[KZ86125KZT5004100100", f"{ESC}[<IBAN_CODE>"),
        (f"тел. +7\u2003701\u30000007838, ИИН\u2003{IIN}", "тел. <KZ_PHONE>, ИИН\u2003<KZ_IIN>"),
    ],
)  # fmt: skip
def test_nothing_is_lost_by_what_a_terminal_shows(tagging: Redactor, line: str, clean: str) -> None:
    assert tagging.text(line) == clean
    stream = StreamRedactor(tagging)
    assert (stream.feed(f"{line}\n".encode()) + stream.finish()).decode() == f"{clean}\n"
    [found] = found_in([line])
    assert {f"<{entity}>" for entity, _ in found} == set(re.findall("<[A-Z_]+>", clean))
    assert not any(found_in([clean]))


def test_json_with_colours_stays_json(tagging: Redactor) -> None:
    line = json.dumps(
        {"a": f"ИИН {ESC}[1m{IIN}{ESC}[0m", "b": f"{ESC}[32m{OTHER[:6]}{ESC}[0m{OTHER[6:]}", "c": [1]}
    )
    clean = {"a": f"ИИН {ESC}[1m<KZ_IIN>{ESC}[0m", "b": f"{ESC}[32m<KZ_IIN>", "c": [1]}
    assert json.loads(tagging.text(line)) == clean


@pytest.mark.parametrize(
    "sign",
    ["\x1b]", "\x1b[", "\x1b[9C", "\b", "\rx", "\x1b]8;;\x07", "\x1bA7", "\x9d", "\0", "\x1b[2K", "\x1b7"],
)
def test_a_line_of_such_signs_is_read_in_linear_size(sign: str) -> None:
    assert len(Spelled(f"a{sign}b" * 2000).view) < 40 * len(f"a{sign}b") * 2000


@given(st.text(st.sampled_from("09aИ \x1b[]m;8\\\b\r\n\0\x07K(B\x9b\u200b"), max_size=60))
def test_the_way_back_is_never_lost(text: str) -> None:
    spelled = Spelled(text)
    for at in range(len(spelled.view)):
        start, end = spelled.span(at, at + 1)
        assert 0 <= start <= end <= len(text)
        if (sign := spelled.view[at]) in "09aИ":
            assert text[end - 1] == sign
    once = Spelled(text, once=True).view
    assert spelled.view.startswith(once)


def test_a_log_record_is_redacted_whatever_hides_a_value(tagging: Redactor) -> None:
    said = io.StringIO()
    handler = logging.StreamHandler(said)
    handler.addFilter(RedactingFilter(tagging))
    logger = logging.getLogger("piiguard.test.terminal")
    logger.setLevel("INFO")
    logger.addHandler(handler)
    logger.info("%sИИН%s: %s%s", f"{ESC}[32m", f"{ESC}[0m", f"{ESC}[1m", IIN)
    logger.info("ИИН %s%s", f"{IIN[:6]}{ESC}[0m", IIN[6:])
    logger.info("ИИН \0%d", int(IIN))
    logger.info("of %s", {"iin": f"\u200b{IIN}"})
    logger.info("of %(iin)s, %(iin)s", {"iin": int(IIN)})
    assert said.getvalue() == (
        f"{ESC}[32mИИН{ESC}[0m: {ESC}[1m<KZ_IIN>\nИИН <KZ_IIN>\nИИН \0<KZ_IIN>\n"
        "of {'iin': '\\u200b<KZ_IIN>'}\nof <KZ_IIN>, <KZ_IIN>\n"
    )
