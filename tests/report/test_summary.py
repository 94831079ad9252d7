"""Two pages of paper for management: at any size of result, in one language, with nothing cut off."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path
from typing import Any

import pytest

from piiguard.entities import BY_NAME
from piiguard.report import law, render
from piiguard.report.messages import LANGUAGES, Language, number
from piiguard.report.moment import day
from piiguard.scan.difference import Gap, Gone, PolicyCheck
from piiguard.scan.finding import Failure, Finding, Note, ScanReport, Target
from piiguard.scan.people import People
from piiguard.scan.sketch import Sketch
from tests.report.pages import CUT, Problems, plain, printed, signs, violations

TARGET = "postgresql+psycopg://auditor:***@10.0.0.7/" + "ЩЩЩЩШШШШЖЖЖЖ" * 5
LONG = "сведения_о_сотрудниках_и_их_близких_родственниках_за_все_годы"
WIDE = "ЩЩЩЩШШШШЖЖЖЖЮЮЮЮ"


def people(count: int) -> People:
    sketch = Sketch()
    sketch.add("KZ_IIN", [str(each) for each in range(count)], b"key")
    return People.of({"KZ_IIN": sketch}, partial=True)


def found(n: int, entity: str, **more: Any) -> Finding:
    given: dict[str, Any] = {"target": TARGET, "kind": "column", "table": f"{LONG}_{WIDE * 2}_{n:04}",
                             "column": f"{WIDE * 3}_{n}", "confidence": "high", "score": 0.98, "matched": 999_999_999,
                             "examined": 1_000_000_000, "protection": "none", "masked": "0****", "records": 10**12 + n}  # fmt: skip
    return Finding(entity=entity, **given | more)


def enormous() -> ScanReport:
    """A thousand tables and four hundred files with every entity, as many places unread, and a policy broken in every way."""
    entities = [*BY_NAME, *(f"СВОЙ_{n}" for n in range(20))]
    tables = [found(n, entity) for n in range(1_000) for entity in entities[n % 40 :: 13]]
    files = [
        found(n, "KZ_PHONE", target=f"{WIDE * 4}/{LONG}{n}.log", kind="file", file=f"{WIDE * 4}/{LONG}{n}.log",
              table=None, column=None, hindrance=("", "packed", "name", "mixed")[n % 4])
        for n in range(400)
    ]  # fmt: skip
    views = [found(n, "KZ_IIN", hindrance=("view", "foreign", "dots")[n % 3]) for n in range(3_000, 3_030)]
    gaps = tuple(
        Gap(kind, "iin", TARGET, f"{LONG}_{n}", "4.5", rows=10**11, term="3y", before="2023-11-21")
        for n in range(300)
        for kind in ("undeclared", "misplaced", "unprotected", "overdue", "undated", "unlimited")
    )
    targets = [Target(each.target, "file", lines_read=10**10) for each in files]
    targets += [
        Target(f"{TARGET}_{n}", "database", 10**6, 10**12, complete=False, rows_total=10**13)
        for n in range(40)
    ]
    return ScanReport(
        "2026-11-28T18:40:00Z",
        "2026-11-28T18:41:14Z",
        (*targets, Target(TARGET, "database", 10**6, 10**12, complete=False, rows_total=10**13)),
        (*tables, *files, *views),
        tuple(
            Failure(TARGET, f"{WIDE * 4}_{n}", "permission denied for relation of a schema")
            for n in range(900)
        ),
        PolicyCheck(f"ТОО «{WIDE * 20} {LONG}»", "Политика", gaps),
        notes=tuple(
            Note(TARGET, f"{WIDE}_{n}", "read then", f"2026-10-{day:02}")
            for day in range(1, 29)
            for n in range(40)
        ),
        exit=4,
        gone=tuple(Gone("postgresql/кадры", f"{LONG}_{n}.иин", "KZ_IIN") for n in range(700)),
        people=people(60_000),
    )


SMALLEST = ScanReport("2026-11-28T18:40:00Z", "2026-11-28T18:41:14Z")
RESULTS = {"enormous": enormous(), "smallest": SMALLEST}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every result in every language, once."""
    where = tmp_path_factory.mktemp("summary")
    for name, result in RESULTS.items():
        for lang in LANGUAGES:
            known = {f.id for f in result.findings[: len(result.findings) // 2]}
            text = render(result, "summary", lang=lang, baseline=known if result.findings else None)
            (where / f"{name}.{lang}.html").write_text(text, encoding="utf-8")
    return where


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("result", RESULTS)
def test_two_pages_of_paper_hold_all_of_it_whatever_was_found(
    page: Any, folder: Path, result: str, lang: Language
) -> None:
    page.goto((folder / f"{result}.{lang}.html").as_uri())
    said = page.evaluate("document.body.innerText")
    sheets = printed(page)
    assert len(sheets) <= 2
    on_paper = signs("".join(sheets)).casefold()
    assert [word for word in said.split() if signs(word).casefold() not in on_paper] == []
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 688, "height": 900})  # of A4 without its margins
    assert page.evaluate(CUT) == []


@pytest.mark.parametrize("width", [375, 1280])
@pytest.mark.parametrize("lang", LANGUAGES)
def test_it_reads_on_a_phone_and_axe_finds_nothing(
    page: Any, folder: Path, lang: Language, width: int
) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    page.goto((folder / f"enormous.{lang}.html").as_uri())
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate(CUT) == []
    assert violations(page) == []


@pytest.mark.parametrize("lang", ["ru", "kk"])
@pytest.mark.parametrize("result", RESULTS)
def test_no_english_word_stands_in_it(result: str, lang: Language) -> None:
    text = plain(render(RESULTS[result], "summary", lang=lang, baseline={"0"}))
    names = {"piiguard", "postgresql", "log", "UTC"}
    assert set(re.findall(r"[A-Za-z]{2,}", re.sub(r"\b[IVX]+\b", "", text))) - names == set()


@pytest.mark.parametrize("lang", LANGUAGES)
def test_it_says_what_was_looked_at_what_not_how_many_and_what_changed(
    report: ScanReport, lang: Language
) -> None:
    counted = dataclasses.replace(report, people=people(12_000), gone=(Gone("crm", "old.iin", "KZ_IIN"),) * 4)
    known = {finding.id for finding in report.findings[2:]}
    text = plain(render(counted, "summary", lang=lang, baseline=known))
    people_told = counted.persons
    assert people_told is not None
    for told in (
        "НАО «Үлгі»", "postgresql/crm", "app.log", number(41_200), number(1_234_000), number(people_told.estimate),
        "audit.events", "payments", number(48_000), "students.iin",
    ):  # fmt: skip
        assert told in text
    changes = {"en": "New: 2. Gone: 4. As before: 7.", "ru": "Новых: 2. Устранено: 4. Без изменений: 7.",
               "kk": "Жаңасы: 2. Жойылғаны: 4. Өзгеріссіз: 7."}  # fmt: skip
    assert changes[lang] in text
    assert "reader" not in text  # the account is nothing for management


@pytest.mark.parametrize("lang", LANGUAGES)
def test_it_tells_the_time_of_the_place_and_its_zone(report: ScanReport, lang: Language) -> None:
    late = dataclasses.replace(report, finished="2026-11-28T19:41:14Z")
    text = render(late, "summary", lang=lang)
    assert {"en": "2026-11-29 00:41 (UTC+5)"}.get(lang, "29.11.2026, 00:41 (UTC+5)") in text


@pytest.mark.parametrize("lang", LANGUAGES)
def test_what_the_law_asks_has_article_edition_and_certainty(report: ScanReport, lang: Language) -> None:
    text = plain(render(report, "summary", lang=lang))
    cited = law.facts("summary")
    assert {"protection", "breach", "term", "size", "fine", "excess"} <= {fact.id for fact in cited}
    for fact in cited:
        assert fact.source[lang].replace("–", "") in text.replace("–", "")
        assert fact.text[lang] in text
    assert day(law.checked(), lang) in text


def test_the_first_thing_to_do_is_about_the_worst_place(report: ScanReport) -> None:
    steps = [
        plain(step) for step in re.findall(r"(?s)<li><span class=.step.*?</li>", render(report, "summary"))
    ]
    assert len(steps) == 5
    assert "payments.card" in steps[0]


def test_a_clean_result_asks_for_nothing_but_to_look_again() -> None:
    clean = ScanReport("", "", (Target("app.log", "file", lines_read=9),), exit=0)
    text = plain(render(clean, "summary"))
    assert "No unprotected personal data was found." in text
    assert "Repeat this check" in text
    assert "Encrypt" not in text


def test_a_planted_name_is_text_and_runs_nothing(browser: Any, report: ScanReport, tmp_path: Path) -> None:
    planted = "<img src=x onerror=alert(1)><script>alert(1)</script>"
    finding = dataclasses.replace(report.findings[0], table=planted, column=planted)
    file = tmp_path / "summary.html"
    changed = dataclasses.replace(report, findings=(finding,), policy=PolicyCheck(planted))
    file.write_text(render(changed, "summary"), encoding="utf-8")
    page, problems = browser.new_page(), Problems()
    problems.watch(page)
    page.goto(file.as_uri())
    assert page.locator("img, script").count() == 0
    assert "<img src=x" in page.inner_text("body")
    page.close()
    assert problems == []
