r"""Values in base64 that says what it is, in words of mail, in Cyrillic of one byte: found, and removed."""

from __future__ import annotations

import base64
import gzip
import io
import json
from collections.abc import Callable
from email.header import Header
from functools import partial
from pathlib import Path
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from piiguard.detect.escapes import Shown, Spelled, is_spelled
from piiguard.redact.redactor import Redactor
from piiguard.redact.stream import StreamRedactor
from piiguard.scan import scan_log
from tests import corpora
from tests.hostile.growth import fill, too_fast_growing

Packed = Callable[[str, str], str]
"""A line that holds a value under a label in one form."""


def b64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def url_safe(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def octets(text: str, codec: str = "utf-8", mark: str = "\\x") -> str:
    return "".join(f"{mark}{byte:02X}" for byte in text.encode(codec))


JOSE = url_safe(json.dumps({"alg": "HS256"}))
FORMS: dict[str, Packed] = {
    "JWT": lambda label, value: f"GET /me Bearer {JOSE}.{url_safe(json.dumps({label: value}))}.c2lnbmF0dXJlLi4u 200",
    "JWT, all of Unicode": lambda label, value: (
        f"token={JOSE}.{url_safe(json.dumps({'iat': 1, label: value}, ensure_ascii=False))}.c2ln ok"
    ),
    "member of JSON": lambda label, value: json.dumps({"a": 1, "data": b64(json.dumps({label: value})), "n": [1]}),
    "list of JSON": lambda label, value: json.dumps({"data": b64(json.dumps([{label: value}]))}),
    "indented JSON": lambda label, value: f"cookie s={b64(json.dumps({label: value}, indent=2))}; path=/",
    "twice": lambda label, value: f"s={b64(json.dumps({'inner': b64(json.dumps({label: value}))}))} ok",
    "data URI": lambda label, value: f"<a href='data:text/plain;charset=utf-8;base64,{b64(f'{label}: {value}')}'> x",
    "Basic": lambda label, value: f"authorization: Basic {b64(f'{label} {value}:secret')} ok",
    "word of mail, base64": lambda label, value: f"Subject: =?UTF-8?B?{b64(f'{label}: {value}')}?= ok",
    "words of mail": lambda label, value: (
        "Subject: " + Header(f"{label}: {value}", "utf-8").encode().replace("\n", "") + " ok"
    ),
    "word of mail, quoted": lambda label, value: (
        f"To: =?utf-8?q?{octets(f'{label}:', mark='=')}_{octets(value, mark='=')}?= ok"
    ),
}  # fmt: skip
# Letters of Kazakh are in neither encoding, and what is ASCII is no matter of this.
OF_ONE_BYTE: dict[str, Callable[[str, str, str], str]] = {
    "query": lambda codec, label, value: f"GET /s?a=1&fio={quote(value, encoding=codec)}&b=2 HTTP/1.1",
    "form": lambda codec, label, value: f"POST fio={quote_plus(value, encoding=codec)}&b=2 ok",
    "twice": lambda codec, label, value: f"GET /s?fio={quote(quote(value, encoding=codec))}&b=2 HTTP/1.1",
    "label": lambda codec, label, value: f"GET /s?q={quote(f'{label}: {value}', encoding=codec)}&b=2 HTTP/1.1",
    "hex": lambda codec, label, value: f"body {octets(f'{label}: {value}', codec)} 200",
    "repr": lambda codec, label, value: f"body {f'{label}: {value}'.encode(codec)!r} 200",
    "word": lambda codec, label, value: f"To: =?{codec}?Q?{octets(f'{label}: {value}', codec, '=')}?= ok",
}  # fmt: skip
ENTITIES = ("KZ_IIN", "KZ_PHONE", "EMAIL_ADDRESS", "IBAN_CODE", "CREDIT_CARD", "PERSON")
SURNAMES = ("Сынаков", "Мысалов", "Тестов", "Образцов")


@pytest.fixture(scope="module")
def tagging() -> Redactor:
    return Redactor("tag")


def removed(tagging: Redactor, lines: list[str]) -> list[str]:
    """The same lines clean, of which nothing is found any more, and which keep what stands around."""
    stream = StreamRedactor(tagging)
    clean = (stream.feed("\n".join(lines).encode()) + stream.finish()).decode().split("\n")
    assert clean == list(map(tagging.text, lines))
    for before, after in zip(lines, clean, strict=True):
        assert "<" in after.removeprefix("<a"), before
        assert after[:2] == before[:2]
        if before.startswith("{"):
            assert list(json.loads(after)) == list(json.loads(before))
        else:
            assert after.rpartition(" ")[2] == before.rpartition(" ")[2]
    assert not scan_log(io.BytesIO("\n".join(clean).encode())).findings
    return clean


@pytest.mark.parametrize("form", FORMS)
def test_what_is_packed_is_found_and_removed_and_the_rest_stays(tagging: Redactor, form: str) -> None:
    values = {entity: corpora.values(entity, 4) for entity in ENTITIES}
    lines = [
        FORMS[form](corpora.KINDS[entity].label, value) for entity, own in values.items() for value in own
    ]
    found = scan_log(io.BytesIO("\n".join(lines).encode())).findings
    assert {each.entity for each in found} >= set(ENTITIES)
    meant = "\n".join(Spelled(line).view for line in removed(tagging, lines))
    assert not any(value in meant for own in values.values() for value in own)


@pytest.mark.parametrize("codec", ["cp1251", "koi8-r"])
@pytest.mark.parametrize("form", OF_ONE_BYTE)
def test_names_in_one_byte_letters_are_found_and_removed(tagging: Redactor, form: str, codec: str) -> None:
    names = [f"{surname} {name} Мысалович" for surname in SURNAMES for name in ("Асан", "Ержан", "Нурлан")]
    lines = [OF_ONE_BYTE[form](codec, "ФИО", name) for name in names]
    assert {each.entity for each in scan_log(io.BytesIO("\n".join(lines).encode())).findings} >= {"PERSON"}
    meant = "\n".join(Spelled(line).view for line in removed(tagging, lines))
    assert not any(part in meant for name in names for part in name.split())


@pytest.mark.parametrize(
    "text",
    [
        "eyJ/////w== eyJhI ewo",  # no text, cut, and too short
        f"{JOSE}..c2VhbGVkIHNlYWxlZA.c2VhbGVk.c2VhbGVk",  # sealed
        "Basic information about base64, and a=?b?c?=",
        "basic c2VjcmV0c2VjcmV0 ok",  # no login
        f"data:image/png;base64,{base64.b64encode(bytes(range(120, 250))).decode()}",
        "=?utf-8?B?////?= =?unknown?Q?=D0?= =?utf-8?X?a?=",
        r"caf\xE9 r\xE9sum\xE9 %E9t%E9 %FF%D8%FF%E0 \xff\xd8\xff\xe0",
        "/%D0%98%D0%98%D0?x=%C8",
        "Make file.pdf 100 % of ewo and W3si",
    ],
)
def test_what_only_seems_packed_stays(redactor: Redactor, text: str) -> None:
    view = Spelled(text).view
    for part in text.split():
        if "D0" not in part and "xE9" not in part and "xff" not in part:
            assert part in view
    assert not any(0x400 <= ord(sign) < 0x500 for sign in view.replace("И", ""))
    assert redactor.text(text) == text


@given(st.lists(st.sampled_from(["a", "И ", "eyJ", b64('{"a": "Иван"}'), " ", ".", "=?utf-8?B?0JjQvA==?=", "%C8%E2%E0%ED", r"\xe2\xe0\xed", "%D0%98", "050,312,300,015"]), max_size=8).map("".join))  # fmt: skip
def test_the_way_back_takes_all_that_is_packed_together(text: str) -> None:
    spelled = Spelled(text, once=True)
    for at in range(len(spelled.view)):
        start, end = spelled.span(at, at + 1)
        assert 0 <= start < end <= len(text)
        # a byte alone tells no encoding
        assert text[start] in "%\\" or spelled.view[at] in Spelled(text[start:end], once=True).view
        assert spelled.place(at) == start
    whole = Shown.of(f"x\n{text}".encode())
    assert whole.data.decode() == f"x\n{Spelled(text).view if is_spelled(text) else text}"


def test_a_word_of_mail_keeps_its_charset(tagging: Redactor) -> None:
    name = octets("Сынақов Үлгі Мысалұлы", mark="=")
    line = f"From: =?utf-8?Q?{name}?= <x>, =?utf-8?Q?{name[:51]}?= =?utf-8?Q?{name[51:]}?= <y>"
    assert tagging.text(line) == "From: =?utf-8?Q?<PERSON>?= <x>, =?utf-8?Q?<PERSON>?= <y>"


def test_packed_texts_are_read_in_linear_time() -> None:
    units = ("eyJ", "=?utf-8?B?", "=?utf-8?Q?=D0", "%C8%E2", "Basic eyJ ", ";base64,eyJ", "ewo=", "\\\\xC8", "%25", "eyJ.a.", b64('{"a": 1}') + ".")  # fmt: skip
    deep = '{"a": "x"}'
    for _ in range(12):
        deep = json.dumps({"a": b64(deep)})
    inputs = {unit: partial(fill, unit) for unit in (*units, deep)}
    assert not too_fast_growing(lambda text: Spelled(text).view, inputs)


IIN, NAME = "050312300015", "Сынаков Асан Мысалович"
UNREAD = {
    "base64 of Latin words alone": f"so it was {b64('Aspan Synaqov of Almaty').rstrip('=')} again",
    "longer than 64 KiB": f"s={b64(json.dumps({'iin': IIN, 'x': 'x' * 50_000}))} ok",
    "compressed": f"data:text/plain;base64,{base64.b64encode(gzip.compress(f'ИИН {IIN}'.encode(), mtime=0)).decode()} ok",
    "hexadecimal digits in groups": f"data={f'ИИН {IIN}'.encode().hex(' ', 2)} ok",
    "`\\u{418}`": "fio=" + "".join(f"\\u{{{ord(sign):x}}}" for sign in NAME),
    "`\\U00000418`": "fio=" + "".join(f"\\U{ord(sign):08X}" for sign in NAME),
    "an exponent outside of JSON": "iin 5.0312300015e10 ok",
    "one-byte Cyrillic of two letters": f"fio={quote('Ли', encoding='cp1251')} ok",
    "letters of mathematics": "fio=" + "".join(chr(0x1D400 + ord(sign) - 65) for sign in "SYNAQOV"),
    "superscripts": "ИИН " + IIN.translate(str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")),
    "parted by `\\1`": f"ИИН {chr(1).join(IIN)}",
    "up and down": f"ИИН {IIN[:6]}\n\x1b[A\x1b[10C{IIN[6:]}",
}


@pytest.mark.parametrize("kind", UNREAD)
def test_what_is_not_read_is_told(redactor: Redactor, kind: str) -> None:
    """Who reads more of it has to take it out of the page."""
    assert redactor.text(UNREAD[kind]) == UNREAD[kind]
    limits = (
        (Path(__file__).parents[2] / "docs" / "redaction.md").read_text("utf-8").partition("## Limits")[2]
    )
    assert kind in " ".join(limits.split())


def test_a_line_that_never_ends_is_cut_between_runs(tagging: Redactor) -> None:
    run = url_safe(json.dumps({"iin": IIN, "x": ["ok"] * 400}))
    line = f"{run} ok " * ((5 << 18) // len(run))
    stream = StreamRedactor(tagging)
    parts = [stream.feed(line[at : at + (1 << 16)].encode()) for at in range(0, len(line), 1 << 16)]
    assert b"".join([*parts, stream.finish()]).decode() == line.replace(run, "<KZ_IIN>")
