"""What a scan finds, redact removes, and nothing comes to light when it is gone: values right beside one another."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from functools import cache

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from piiguard.confidence import Confidence
from piiguard.detect import Engine
from piiguard.keys import Keyring
from piiguard.read.sources import unpacked
from piiguard.redact import Redactor
from piiguard.redact.choices import OPERATORS, Operator
from piiguard.redact.files.copy import Cleaner
from piiguard.scan import Options, scan_log
from tests import corpora

VALUES = {
    **{entity: corpora.values(entity, 1)[0] for entity in corpora.KINDS if entity != "KZ_MRZ"},
    "IIN apart": "050312 300015",
    "phone apart": "8 (701) 123-45-67",
    "phone bare": "87011234567",
    "name in Latin": "Akhmetov Yerlan",
}
SEPARATORS = (
    "",
    "+",
    ",",
    "/",
    "-",
    "|",
    "=",
    ":",
    ";",
    "_",
    ".",
    "@",
    "#",
    "~",
    "'",
    "><",
    "&",
    "%20",
    r"\n",
    "№",
    " ",
    "\t",
    ", ",
)
LABELS = ("", "ИИН ", "тел. ", "client ", "user=")
LINES = st.lists(
    st.builds(
        lambda label, values, parts: label + "".join(a + b for a, b in zip(values, parts, strict=True)),
        st.sampled_from(LABELS),
        st.lists(st.sampled_from(sorted(VALUES)).map(VALUES.__getitem__), min_size=3, max_size=3),
        st.tuples(st.sampled_from(SEPARATORS), st.sampled_from(SEPARATORS), st.just(" принят")),
    ),
    min_size=12,
    max_size=12,
)  # fmt: skip


@cache
def redactor(operator: Operator, least: Confidence) -> Redactor:
    return Redactor(operator, keyring=Keyring.in_memory(), min_confidence=least, engine=Engine())


def as_csv(lines: list[str]) -> str:
    out = io.StringIO()
    csv.writer(out).writerows([("id", "note", "state"), *((at, line, "ok") for at, line in enumerate(lines))])
    return out.getvalue()


FORMS: dict[str, Callable[[list[str]], str]] = {
    "a.log": lambda lines: "".join(f"12:00 INFO {line}\n" for line in lines),
    "a.csv": as_csv,
    "a.jsonl": lambda lines: "".join(
        f"{json.dumps({'at': 1, 'note': line}, ensure_ascii=False)}\n" for line in lines
    ),
    "a.json": lambda lines: json.dumps({"notes": lines}),
}


def left(data: bytes, name: str) -> set[tuple[str, str]]:
    report = scan_log(io.BytesIO(data), Options(sample=None, form=name.partition(".")[2]), name=name)
    return {(each.entity, each.confidence) for each in report.findings if each.confidence != "low"}


@pytest.mark.parametrize("operator", OPERATORS)
@pytest.mark.parametrize("name", FORMS)
@settings(
    max_examples=4,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)
@given(LINES, st.sampled_from(("low", "medium")))
def test_nothing_is_left_of_values_that_are_written_together(
    name: str, operator: Operator, lines: list[str], least: Confidence
) -> None:
    if name != "a.log":
        least = "low"  # a scan judges a column, and may raise what each of its cells alone is not
    clean = io.BytesIO()
    with unpacked(io.BytesIO(FORMS[name](lines).encode())) as source:
        Cleaner(redactor(operator, least)).copy(name, source, clean)
    assert not left(clean.getvalue(), name), (lines, clean.getvalue().decode())


@pytest.mark.parametrize(
    "second", ["+77011234567", "87011234567", "synaq@mail.example.kz", "Akhmetov Yerlan"]
)
@pytest.mark.parametrize("first", ["050312300015", "KZ86125KZT5004100100", "+77021234567"])
@pytest.mark.parametrize("parted", ["+", "&", "/", "'", ""])
def test_a_scan_tells_what_redact_removes(first: str, parted: str, second: str) -> None:
    text = f"данные {first}{parted}{second} принят"
    found = redactor("mask", "low").engine.find(text)
    changed = redactor("mask", "low").changes(text)
    assert {text[each.start : each.end] for each in found} == {text[start:end] for start, end, _ in changed}


def test_a_chain_of_values_takes_no_longer_than_its_length() -> None:
    for text in ("+77011234567" * 2000, "87011234567/" * 2000):
        assert "011234567" not in redactor("tag", "low").text(text)


@pytest.mark.parametrize(
    "behind", [" null", " done ok", " issued=x", " status=7", "; level=info", " (см. выше)"]
)
@pytest.mark.parametrize("written", ["{}={}", "{}: {}", '"{}": "{}"'])
@pytest.mark.parametrize("entity", [entity for entity in corpora.KINDS if entity != "KZ_MRZ"])
def test_a_mask_has_the_size_of_its_value_and_what_stands_behind_stays(
    entity: str, written: str, behind: str
) -> None:
    own = redactor("mask", "low")
    for value in corpora.values(entity, 5):
        line = f"{written.format(corpora.KINDS[entity].column, value)}{behind}"
        clean = io.BytesIO()
        with unpacked(io.BytesIO(line.encode())) as source:
            Cleaner(own).copy("a.log", source, clean)
        for text in clean.getvalue().decode(), own.text(line):
            assert (len(text), text.endswith(behind)) == (len(line), True), text
