"""JSON stays JSON."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from piiguard.keys import Keyring
from piiguard.redact.choices import OPERATORS, Operator
from piiguard.redact.json_safe import JsonLine, begins_document
from piiguard.redact.redactor import Redactor
from piiguard.redact.stream import StreamRedactor

IIN = 50312300015


def through(redactor: Redactor, text: str) -> str:
    stream = StreamRedactor(redactor)
    return (stream.feed(text.encode("utf-8", "surrogatepass")) + stream.finish()).decode(
        "utf-8", "surrogatepass"
    )


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ('{"iin": 50312300015}', '{"iin": "50*********"}'),
        ('{"iin":50312300015,"a":1}', '{"iin":"50*********","a":1}'),
        ('{"iin": "050312300015"}', '{"iin": "05**********"}'),
        ('{"a": "iin: 050312300015, 7"}', '{"a": "iin: 05**********, 7"}'),
        (r'{"a": "\"iin\": 050312300015, 7"}', r'{"a": "\"iin\": 05**********, 7"}'),
        ('2026 INFO {"iin": 50312300015, "b": 2}', '2026 INFO {"iin": "50*********", "b": 2}'),
        ("iin: 050312300015, next", "iin: 05**********, next"),
        ("iin=050312300015", "iin=05**********"),
    ],
)
def test_bare_numbers_become_strings_and_nothing_else_does(redactor: Redactor, text: str, clean: str) -> None:
    assert redactor.text(text) == clean


@pytest.mark.parametrize("indent", [None, 1])
@pytest.mark.parametrize("operator", ["mask", "tag"])
def test_document_over_many_lines_stays_json(indent: int | None, operator: Any) -> None:
    document = {"iin": [IIN, {"iin": IIN, "x": f"ИИН 0{IIN}"}], "phone": "+7 701 123 45 67", "n": 12}
    text = through(Redactor(operator), json.dumps(document, ensure_ascii=False, indent=indent))
    clean = json.loads(text)
    assert clean["n"] == 12
    assert str(IIN) not in text


values = st.recursive(
    st.one_of(
        st.text(max_size=20),
        st.integers(),
        st.booleans(),
        st.floats(allow_nan=False, allow_infinity=False),
        st.sampled_from([IIN, f"0{IIN}", 'a "0503 12 300015" b', "ИИН\n050312300015\\", "\\050312300015", '"050312300015"',
                         "Сынақов\tҮлгі", "+7 701\n123 45 67", "8 (701)\\u0031 123-45-67", "O\"Synaq@mail.example.kz"]),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(st.sampled_from(["iin", "ИИН", "phone", 'q"', "0503123000\\15"]), inner)
    ),
    max_leaves=12,
)  # fmt: skip


def shape(value: Any) -> Any:
    """What redaction keeps: keys may be masked, numbers may become strings."""
    if isinstance(value, dict):
        return [shape(item) for item in value.values()]
    if isinstance(value, list):
        return [shape(item) for item in value]
    return "scalar" if isinstance(value, str | int | float) and not isinstance(value, bool) else value


@pytest.mark.parametrize("ascii_only", [True, False])
@pytest.mark.parametrize("operator", OPERATORS)
def test_any_json_line_stays_json(keyring: Keyring, operator: Operator, ascii_only: bool) -> None:
    redactor = Redactor(operator, keyring=keyring)

    @settings(max_examples=60)
    @given(
        st.dictionaries(st.sampled_from(["iin", "msg", "tel"]), values, min_size=1),
        st.sampled_from(["", "2026-11-21 INFO app: ", "\ufeff"]),
        st.sampled_from([None, 1]),
    )
    def stays(document: dict[str, Any], before: str, indent: int | None) -> None:
        line = json.dumps(document, ensure_ascii=ascii_only)
        assert shape(json.loads(redactor.text(before + line).removeprefix(before))) == shape(document)
        assert shape(json.loads(through(redactor, before + line + "\n").removeprefix(before))) == shape(
            document
        )
        whole = json.dumps(document, ensure_ascii=ascii_only, indent=indent)
        assert shape(json.loads(through(redactor, whole))) == shape(document)

    stays()


@pytest.mark.parametrize("operator", OPERATORS)
@pytest.mark.parametrize("ascii_only", [True, False])
@pytest.mark.parametrize("nested", [False, True])
def test_escapes_hide_no_value(keyring: Keyring, operator: Operator, ascii_only: bool, nested: bool) -> None:
    document = {"msg": "ИИН\n050312300015\tдалее", "fio": "Сынақов Үлгі Мысалұлы", "q": '"050312300015"'}
    inner = json.dumps(document, ensure_ascii=ascii_only)
    line = json.dumps({"payload": inner}, ensure_ascii=ascii_only) if nested else inner
    clean = json.loads(through(Redactor(operator, keyring=keyring), line + "\n"))
    clean = json.loads(clean["payload"]) if nested else clean
    assert clean["msg"].startswith("ИИН\n")
    assert clean["msg"].endswith("\tдалее")
    said = json.dumps(clean, ensure_ascii=False)
    assert "300015" not in said
    assert "ынақов" not in said


def test_value_that_goes_over_several_strings_leaves_the_marks_between_them() -> None:
    line = JsonLine('{"a": "xx", "b": -12.5}', document=False)
    parts = list(line.fit(8, 20, lambda start, end: "*" * (end - start)))
    assert parts == [(8, 9, "*"), (13, 14, "*"), (17, 22, '"***.5"')]


def test_log_in_brackets_is_no_document() -> None:
    assert not begins_document(b"[12] started")
    assert begins_document(b'  {"a": 1}')
    assert begins_document(b"[\n")
