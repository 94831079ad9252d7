"""The catalogue: nothing missing, nothing left over."""

from __future__ import annotations

import dataclasses
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from string import Formatter
from typing import Any, get_args

import pytest

from piiguard.confidence import Confidence
from piiguard.entities import BY_NAME, CATEGORIES
from piiguard.report import FORMATS, html, law, messages, render
from piiguard.report.law import Certainty, Fact
from piiguard.report.messages import LANGUAGES, catalogue
from piiguard.report.notification import to_notification
from piiguard.report.people import Size
from piiguard.report.steps import Kind
from piiguard.scan.difference import Gone
from piiguard.scan.finding import Failure, Finding, Note, PolicyCheck, Protection, ScanReport, Target
from piiguard.scan.people import People
from piiguard.scan.reason import wording
from piiguard.scan.sketch import Sketch

CLEAN = ScanReport("", "", (Target("app.log", "file", lines_read=9),))
MUCH = ScanReport("", "", CLEAN.targets, errors=tuple(Failure("a", str(n), "locked") for n in range(30)))


def people(number: int, **more: Any) -> ScanReport:
    sketch = Sketch()
    sketch.add("KZ_IIN", [str(each) for each in range(number)], b"key")
    return dataclasses.replace(CLEAN, people=People.of({"KZ_IIN": sketch}, **more))


PEOPLE = (people(1), people(12_000), people(1, partial=True))
AGAIN = dataclasses.replace(
    CLEAN,
    notes=(
        Note("app.log", "app.log", "read on 2026-10-28", "2026-10-28"),
        *(Note("crm", f"view_{n}", "read as cp1251") for n in range(20)),
    ),
)
LESS = dataclasses.replace(CLEAN, gone=(Gone("crm", "t.c", "PERSON"),))

PAPERS = ("papers.", "answer.", "notice.", "receipt.")
FOLDER = Path(messages.__file__).parent


@pytest.mark.parametrize("name", catalogue())
def test_message_stands_in_every_language_with_the_same_values(name: str) -> None:
    texts = catalogue()[name]
    assert sorted(texts) == sorted(LANGUAGES)
    values = [
        sorted(field or "" for _, field, _, _ in Formatter().parse(texts[lang]) if field)
        for lang in LANGUAGES
    ]
    assert values[0] == values[1] == values[2]
    assert all(text.strip() == text != "" for text in texts.values())


def test_no_message_stands_twice() -> None:
    text = (FOLDER / "messages.toml").read_text(encoding="utf-8")
    assert tomllib.loads(text)
    sections = {name.split(".")[0] for name in catalogue()} - {"reason"}
    assert len(re.findall(r"^\[", text, re.MULTILINE)) == len(sections)


class Watched(dict[str, Any]):
    """Notes which messages are asked for."""

    def __init__(self, given: Any) -> None:
        super().__init__(given)
        self.asked: set[str] = set()

    def __getitem__(self, name: str) -> Any:
        self.asked.add(name)
        return super().__getitem__(name)

    def get(self, name: str, default: Any = None) -> Any:
        self.asked.add(name)
        return super().get(name, default)


@pytest.fixture
def watched(monkeypatch: pytest.MonkeyPatch) -> Watched:
    told = Watched(catalogue())
    for module in (messages, html):
        monkeypatch.setattr(module, "catalogue", lambda: told)
    return told


def many(finding: Finding) -> Iterator[Finding]:
    for n in range(9):
        yield dataclasses.replace(finding, table=f"t{n}", entity=[*BY_NAME][n])


def test_no_message_is_left_over(report: ScanReport, watched: Watched) -> None:
    for given in (
        report,
        ScanReport("", ""),
        CLEAN,
        MUCH,
        LESS,
        AGAIN,
        *PEOPLE,
        ScanReport("", "", policy=PolicyCheck("Үлгі")),
    ):
        for format in FORMATS:
            render(given, format, baseline=set())
        to_notification(given)
    much = dataclasses.replace(report, targets=report.targets * 9, findings=tuple(many(report.findings[0])))
    render(much, "summary")
    # whatever an entity, a category or a certainty can be is said with a name put together
    computed = {f"entity.{entity}" for entity in BY_NAME}
    computed |= {f"category.{category}" for category in CATEGORIES}
    computed |= {f"certainty.{certainty}" for certainty in get_args(Certainty)}
    computed |= {f"protection.{state}" for state in get_args(Protection)}
    computed |= {f"confidence.{level}" for level in get_args(Confidence)}
    computed |= {
        name for name in watched if name.startswith(PAPERS)
    }  # papers of their own, with their own tests
    computed |= {f"reason.{code}" for code in wording()} | {"entity.UNKNOWN"}
    # one report has people enough for one size
    computed |= {f"size.{size}" for size in get_args(Size)} | {f"html.class_{n}" for n in ("one", "two")}
    computed |= {
        "sarif.cut",  # of more than can be uploaded
        "remedy.frame",
        "remedy.dots",
        "remedy.definition",
        "remedy.foreign",
        "remedy.history",
        "remedy.mixed",
        "remedy.object",
        "remedy.packed",
        "remedy.rename",
        "remedy.stream",
        "remedy.view",
        "remedy.unsafe_name",
        "html.views",
        "html.pages",  # of more than a thousand findings
        "html.map_more",
    }  # the report is of a database and a log
    computed |= {f"step.{kind}" for kind in get_args(Kind)}
    assert computed <= set(watched)
    assert set(watched) - watched.asked - computed == set()


def test_missing_message_is_a_defect() -> None:
    with pytest.raises(KeyError):
        html.Wording("en").element("html.nonsense")


@pytest.mark.parametrize("fact", law.facts(), ids=lambda fact: fact.id)
def test_fact_of_law_has_edition_certainty_and_three_languages(fact: Fact) -> None:
    assert re.fullmatch(r"20[0-9]{2}(-[0-9]{2}-[0-9]{2})?", fact.edition)
    assert fact.certainty in get_args(Certainty)
    assert sorted(fact.title) == sorted(fact.source) == sorted(fact.text) == sorted(LANGUAGES)


def test_every_fact_can_be_reached(report: ScanReport) -> None:
    topics = {topic for fact in law.facts() for topic in fact.when}
    assert topics <= {
        "exposed",
        "encrypted",
        "log",
        "undeclared",
        "retention",
        "size",
        "person",
        "summary",
        "list",
        "processing",
        *CATEGORIES,
    }


def test_facts_fit_the_finding(report: ScanReport) -> None:
    def told(**changed: Any) -> set[str]:
        return {fact.id for fact in law.facts_for(dataclasses.replace(report.findings[1], **changed))}

    assert "order179" in told()
    assert "order179" not in told(protection="encrypted")
    assert "masking" in told(protection="encrypted")
    assert "document" in told(entity="KZ_ID_CARD")
    assert "breach" in told(kind="file")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_page_prints_the_date_of_the_law_and_that_it_is_no_advice(report: ScanReport, lang: Any) -> None:
    text = render(report, "html", lang=lang)
    assert law.checked() in text
    assert {"en": "no legal advice", "ru": "не юридическая консультация", "kk": "заң кеңесі емес"}[
        lang
    ] in text
