"""The page, as text and in a real browser."""

from __future__ import annotations

import dataclasses
import html
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from piiguard.entities import BY_NAME
from piiguard.report import render, unread
from piiguard.report.messages import LANGUAGES, Language, catalogue
from piiguard.report.overview import overview
from piiguard.scan.baseline import Baseline
from piiguard.scan.finding import Failure, Note, ScanReport, Target
from piiguard.scan.reason import because
from tests.report.conftest import DATABASE, column, in_file
from tests.report.pages import CUT, Problems, printed, signs, violations

CLEAN = ScanReport("", "", (Target("app.log", "file", lines_read=9),))


@pytest.fixture(scope="module")
def address(report: ScanReport, tmp_path_factory: pytest.TempPathFactory) -> str:
    file = tmp_path_factory.mktemp("html") / "report.html"
    known = {finding.id for finding in report.findings[2:]} | {"0" * 16}
    file.write_text(render(report, "html", baseline=known), encoding="utf-8")
    return file.as_uri()


@pytest.fixture
def page(browser: Any, address: str, problems: Problems) -> Iterator[Any]:
    page = browser.new_page()
    problems.watch(page)
    page.goto(address)
    yield page
    page.close()
    assert problems == []


def shown(page: Any) -> list[str]:
    return [row.inner_text().split("\t")[0] for row in page.locator("#table tr[data-rank]:visible").all()]


@contextmanager
def turned(page: Any) -> Iterator[None]:
    """Wait for the page to have turned: the browser tells of a new address in a task of its own."""
    page.evaluate("turned = false, addEventListener('hashchange', () => { turned = true; }, {once: true})")
    yield
    page.wait_for_function("turned")


def follow(page: Any, link: str) -> None:
    with turned(page):
        page.click(link)


def test_findings_stand_by_table_the_worst_first(page: Any, report: ScanReport) -> None:
    places = [place.split()[0] for place in shown(page)]
    assert len(places) == len(report.findings)
    tables = list(dict.fromkeys(place.partition(".")[0] for place in places))
    assert tables[:2] == ["payments", "students"]
    assert [places.index(place) for place in places if place.startswith("students")] == [2, 3, 4, 5]
    assert places[0] == "payments.card"
    assert places[5] == "students.email"  # encrypted: the last of its table


def test_search_and_choices_filter(page: Any) -> None:
    page.fill("[name=text]", "students iin")
    assert [place.split()[0] for place in shown(page)] == ["students.iin"]
    assert page.inner_text("#shown") == "Shown: 1 of 10"
    page.click("[type=reset]")
    page.select_option("[name=category]", "phone")
    page.select_option("[name=protection]", "partial")
    assert shown(page) == ["students.phone"]
    page.fill("[name=text]", "no such table")
    assert shown(page) == []
    assert page.is_visible("#empty")


def test_search_knows_the_words_of_the_language(page: Any) -> None:
    page.click("[data-lang=ru]")
    page.fill("[name=text]", "паспорт")
    assert shown(page) == []
    page.fill("[name=text]", "удостоверение")
    assert shown(page) == ["=cmd|'!A1.құжат"]


def test_columns_sort_both_ways(page: Any) -> None:
    head = page.locator("th[data-sort=matched]")
    head.locator("button").click()
    assert head.get_attribute("aria-sort") == "descending"
    assert shown(page)[0] == "students.email"
    head.locator("button").click()
    assert head.get_attribute("aria-sort") == "ascending"
    assert shown(page)[0] == "app.log"


@pytest.mark.parametrize(
    ("lang", "title"), [("ru", "Где данные открыты"), ("kk", "Деректер қай жерде ашық тұр")]
)
def test_switch_changes_every_message(page: Any, lang: Language, title: str) -> None:
    page.click(f"[data-lang={lang}]")
    assert page.inner_text("#map") == title
    assert page.get_attribute("html", "lang") == lang
    page.pdf()  # findings change when they are shown or printed
    for name, said in page.evaluate(
        "[...document.querySelectorAll('[data-t]:not([data-v])')].map(e => [e.dataset.t, e.textContent])"
    ):
        if name in catalogue():
            assert said == catalogue()[name][lang]


def test_numbers_and_reasons_follow_the_language(page: Any, report: ScanReport) -> None:
    follow(page, f"#table a[href='#f-{report.findings[1].id}']")
    assert "99.8 % of the values pass; chance is excluded" in page.inner_text("article:visible")
    page.click("[data-lang=ru]")
    shown = page.inner_text("article:visible")
    assert "проверку проходят 99,8 % значений" in shown
    assert "998 из 1\N{NO-BREAK SPACE}000 проверенных" in shown
    follow(page, "text=Следующая")
    assert page.locator("article:visible").get_attribute("lang") == "ru"


def test_law_stands_once_and_is_linked(page: Any, report: ScanReport) -> None:
    text = "storage under cryptographic protection"
    assert page.content().split("<script")[0].count(text) == 1
    follow(page, f"#table a[href='#f-{report.findings[1].id}']")
    follow(page, "article:visible .citations a >> nth=0")
    assert page.is_visible("#law-definition")
    assert page.evaluate("document.activeElement.id") == "law-definition"


def test_way_back_leads_to_the_row_it_came_from(page: Any, report: ScanReport) -> None:
    follow(page, f"#table a[href='#f-{report.findings[4].id}']")
    follow(page, "article:visible .crumbs a >> nth=0")
    assert page.evaluate("document.activeElement.hash") == f"#f-{report.findings[4].id}"


def test_finding_has_its_own_page(page: Any, report: ScanReport) -> None:
    follow(page, f"#table a[href='#f-{report.findings[1].id}']")
    assert page.is_hidden("#overview")
    assert page.locator("article:visible").count() == 1
    assert "piiguard encrypt" in page.inner_text("article:visible")
    assert page.evaluate("document.activeElement.tagName") == "H1"
    with turned(page):
        page.go_back()
    assert page.is_visible("#overview")


def test_keyboard_reaches_search_and_sorting(page: Any) -> None:
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.focus("th[data-sort=place] button")
    page.keyboard.press("Enter")
    assert page.get_attribute("th[data-sort=place]", "aria-sort") == "descending"


def test_print_holds_every_finding_on_few_pages_and_cuts_nothing(page: Any, report: ScanReport) -> None:
    sheets = printed(page)
    said = signs("".join(sheets))
    assert all(signs(finding.place) in said for finding in report.findings)
    assert len(sheets) <= 6
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 680, "height": 900})  # of A4 without its margins
    assert page.is_hidden("#filters")
    assert page.evaluate(CUT) == []


def test_one_finding_prints_alone(page: Any, report: ScanReport) -> None:
    follow(page, f"#table a[href='#f-{report.findings[1].id}']")
    assert len(printed(page)) <= 2
    page.emulate_media(media="print")
    assert page.is_hidden("#overview")
    assert page.is_hidden("article form")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [375, 1280])
@pytest.mark.parametrize("part", ["", "#finding"])
def test_axe_finds_no_violations(
    browser: Any, address: str, report: ScanReport, problems: Problems, scheme: str, width: int, part: str
) -> None:
    # axe runs in the page, which the page's own policy forbids to anybody else
    context = browser.new_context(
        color_scheme=scheme,
        bypass_csp=True,
        viewport={"width": width, "height": 900},
        reduced_motion="reduce",
    )
    page = context.new_page()
    problems.watch(page)
    page.goto(address + (f"#f-{report.findings[1].id}" if part else ""))
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate(CUT) == []
    context.close()
    assert problems == []


def test_policy_refuses_planted_code(browser: Any, report: ScanReport, tmp_path: Path) -> None:
    planted = "<img src=x onerror=alert(1)><script>alert(1)</script>"
    finding = dataclasses.replace(
        report.findings[0],
        table=planted,
        column=planted,
        masked=planted,
        reasons=(because("cipher", tools=planted),),
    )
    file = tmp_path / "report.html"
    file.write_text(render(dataclasses.replace(report, findings=(finding,)), "html"), encoding="utf-8")
    page, problems = browser.new_page(), Problems()
    problems.watch(page)
    page.on("dialog", lambda dialog: problems.append(dialog.message))
    page.goto(f"{file.as_uri()}#f-{finding.id}")
    assert page.locator("article:visible").count() == 1
    assert page.locator("img").count() == 0
    assert planted in page.text_content("#table")
    with page.expect_console_message():  # the browser tells of it in its own time
        page.evaluate("document.body.insertAdjacentHTML('beforeend', '<p style=\"color:red\">')")
    page.close()
    assert problems, "the policy must refuse an inline style"
    assert [problem for problem in problems if "Applying inline style violates" not in problem] == []


@pytest.mark.parametrize("lang", LANGUAGES)
def test_page_opens_in_its_language_without_a_script(report: ScanReport, lang: Language) -> None:
    text = render(report, "html", lang=lang)
    assert f'<html lang="{lang}">' in text
    assert catalogue()["html.map"][lang] in text
    assert text.index("Content-Security-Policy") < text.index("<style>")


def test_page_names_nothing_outside_itself(report: ScanReport) -> None:
    text = render(report, "html")
    assert re.findall(r"(?:src|href|action)=[\"'](?!#|data:)", text) == []
    assert "http" not in re.sub(r"http-equiv", "", text)
    assert not re.search(r"\son\w+=|\sstyle=", text)


def test_clean_report_is_a_page_too(browser: Any, tmp_path: Path) -> None:
    file = tmp_path / "report.html"
    file.write_text(render(CLEAN, "html"), encoding="utf-8")
    page, problems = browser.new_page(), Problems()
    problems.watch(page)
    page.goto(file.as_uri())
    assert page.inner_text("h1") == "No unprotected personal data was found."
    page.close()
    assert problems == []


HOW = (
    Note("old.csv", "old.csv", "read as cp1251"),
    Note("<b>.json", "<b>.json", "what is no JSON in it was read as text"),
    *(
        Note("crm", f"view_{n}", "only its first 10 rows were read, not a sample: this view offers none")
        for n in range(12)
    ),
    Note("crm", "visits", "has not changed", "2026-10-28"),
)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_page_tells_how_places_were_read_in_its_language(lang: Language) -> None:
    text = render(dataclasses.replace(CLEAN, notes=HOW), "html", lang=lang)
    told = text[text.index('<details class="how">') :].partition("</details>")[0]
    shown = re.sub("<[^>]*>", "", told)
    assert catalogue()["html.read_how"][lang].format(count=4) in shown
    for message in {note.message for note in HOW if not note.since}:
        assert unread.said(lang, message) in html.unescape(shown)
    assert "2026-10-28" in shown
    assert "view_0" in shown
    assert "view_11" not in shown
    assert catalogue()["html.read_more"][lang].format(count=2) in shown
    assert "<b>.json" not in told
    assert "has not changed" not in shown


def lots() -> ScanReport:
    """Three thousand findings in five hundred tables, as many places unread, and every category at once."""
    entities = [*BY_NAME]
    findings = tuple(
        column(f"schema_{n % 7}.table_{n // 6:04}", f"column_{n % 6}", entities[n * 7 % len(entities)],
               masked="0*****", records=n * 7919 % 10**7, protection=("none", "partial", "encrypted")[n % 3])
        for n in range(3_000)
    )  # fmt: skip
    logs = tuple(in_file(f"logs/app.log.{n}", "KZ_PHONE", masked="+7*") for n in range(40))
    views = tuple(dataclasses.replace(f, table=f"v_{f.table}", hindrance="view") for f in findings[:60])
    errors = tuple(Failure(DATABASE, f"closed_{n}", "permission denied") for n in range(500))
    return ScanReport("", "", (Target(DATABASE, "database", 9),), findings + logs + views, errors)


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> str:
    file = tmp_path_factory.mktemp("many") / "report.html"
    file.write_text(render(lots(), "html", lang="ru"), encoding="utf-8")
    assert file.stat().st_size < 9_000_000
    return file.as_uri()


@pytest.mark.parametrize("width", [375, 1280])
def test_thousands_of_findings_come_a_few_at_a_time_and_fit(
    browser: Any, many: str, problems: Problems, width: int
) -> None:
    page = browser.new_page(viewport={"width": width, "height": 900})
    problems.watch(page)
    page.goto(many)
    rows = page.locator("#table tr[data-rank]:visible")
    assert rows.count() == 200
    page.click("#more")
    assert rows.count() == 400
    page.fill("[name=text]", "table_0499")
    assert 0 < rows.count() <= 6
    assert page.locator("#table .group:visible").count() == len(set(page.evaluate(
        "[...document.querySelectorAll('#table tr[data-rank]:not([hidden])')].map(r => r.dataset.text.split('.column')[0])"
    )))  # fmt: skip
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate(CUT) == []
    page.close()
    assert problems == []


BROKEN = """[...document.querySelectorAll('.shares .count, .findings thead th, .findings .count')].filter(e => {
  const range = document.createRange(); range.selectNodeContents(e);
  const boxes = [...range.getClientRects()].filter(b => b.width > 1);
  const lines = new Set(boxes.map(b => Math.round(b.bottom / 8)));
  return boxes.length && (e.scrollWidth > e.clientWidth || (e.closest('.shares') && lines.size > 1));
}).map(e => e.textContent)"""


@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_number_or_heading_is_broken_on_a_phone_or_runs_into_the_next_on_paper(
    browser: Any, tmp_path: Path, lang: Language
) -> None:
    file = tmp_path / "report.html"
    findings = tuple(dataclasses.replace(f, records=12_667_000) for f in lots().findings[:40])
    file.write_text(
        render(dataclasses.replace(lots(), findings=findings), "html", lang=lang), encoding="utf-8"
    )
    page = browser.new_page(viewport={"width": 375, "height": 900})
    page.goto(file.as_uri())
    assert page.evaluate(BROKEN) == []
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 688, "height": 900})  # A4 without its margins
    assert page.evaluate(BROKEN) == []
    page.close()


def test_a_rotated_log_is_one_row_and_a_view_is_counted_once() -> None:
    seen = overview(lots())
    assert [row.records for row in seen.rows if row.name == "logs/app.log"] == [40 * 31]
    assert not any(row.name.startswith("v_") for row in seen.rows)
    assert seen.views > 0
    bare = dataclasses.replace(lots(), findings=tuple(f for f in lots().findings if f.hindrance != "view"))
    for number in ("records", "tables_exposed", "columns_exposed"):
        assert getattr(seen, number) == getattr(overview(bare), number)


def test_what_is_marked_in_the_page_is_known_to_the_next_scan(
    browser: Any, address: str, report: ScanReport, problems: Problems, tmp_path: Path
) -> None:
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    problems.watch(page)
    odd = next(f for f in report.findings if f.path)  # $.accounts[*].iban: signs that are globs
    page.goto(f"{address}#f-{odd.id}")
    page.fill("article [name=reason]", "счёт школы, опубликован")
    page.fill("article [name=expires]", "2031-12-31")
    page.keyboard.press("Enter")
    follow(page, "article:visible .crumbs a >> nth=0")
    assert page.inner_text("#marked span") == "Marked: 1."
    with page.expect_download() as saving:
        page.click("#save")
    file = tmp_path / "triage.json"
    saving.value.save_as(file)
    known = Baseline.load(file)
    assert known.accepted(report.findings, date(2031, 12, 31)) == {odd.id}
    assert known.accepted(report.findings, date(2032, 1, 1)) == frozenset()
    assert known.suppressions[0].reason == "no personal data: счёт школы, опубликован"
    assert known.suppressions[0].verdict == "false"
    near = dataclasses.replace(odd, path="$.accountsX.iban")
    assert known.accepted([near], date(2031, 1, 1)) == frozenset()
    page.close()
    assert problems == []


def test_a_mark_is_kept_while_one_looks_at_others_and_can_be_taken_back(
    page: Any, report: ScanReport
) -> None:
    first, other = (f for f in report.findings[1:3])
    follow(page, f"#table a[href='#f-{first.id}']")
    page.select_option("article [name=as]", "accepted")
    page.fill("article [name=reason]", "by contract")
    page.fill("article [name=expires]", "2031-12-31")
    page.click("article [type=submit]")
    for back in (other, first):
        with turned(page):
            page.evaluate(f"location.hash = '#f-{back.id}'")
    assert page.input_value("article [name=reason]") == "by contract"
    page.click("article [type=reset]")
    follow(page, "article:visible .crumbs a >> nth=0")
    assert page.is_hidden("#marked")


def test_keyboard_alone_marks_a_finding_and_reaches_every_control(page: Any, report: ScanReport) -> None:
    follow(page, f"#table a[href='#f-{report.findings[1].id}']")
    wanted = page.locator("a:visible, button:visible, input:visible, select:visible").count()
    reached = set()
    for _ in range(3 * wanted):
        page.keyboard.press("Tab")
        reached.add(page.evaluate(
            "[...document.querySelectorAll('a, button, input, select')].indexOf(document.activeElement)"
        ))  # fmt: skip
    assert len(reached - {-1}) >= wanted
