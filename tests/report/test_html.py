"""The page, as text and in a real browser."""

from __future__ import annotations

import dataclasses
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from piiguard.report import render
from piiguard.report.messages import LANGUAGES, Language, catalogue
from piiguard.scan.finding import ScanReport, Target
from piiguard.scan.reason import because

CLEAN = ScanReport("", "", (Target("app.log", "file", lines_read=9),))

AXE = Path(__file__).with_name("axe") / "axe.min.js"
PATIENCE = 180_000.0  # milliseconds that a busy machine may take
CI = os.environ.get("CI") in ("1", "true")


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    playwright = pytest.importorskip("playwright.sync_api", reason="NO playwright: pip install playwright")
    path = shutil.which("chromium") or shutil.which("google-chrome")
    if path is None:
        (pytest.fail if CI else pytest.skip)("NO chromium: apt-get install chromium")
    with playwright.sync_playwright() as started:
        # --no-sandbox: Chromium refuses a sandbox to root, which containers run as
        chromium = started.chromium.launch(executable_path=path, args=["--no-sandbox"], timeout=PATIENCE)
        yield chromium
        chromium.close()


@pytest.fixture(scope="module")
def address(report: ScanReport, tmp_path_factory: pytest.TempPathFactory) -> str:
    file = tmp_path_factory.mktemp("html") / "report.html"
    known = {finding.id for finding in report.findings[2:]} | {"0" * 16}
    file.write_text(render(report, "html", baseline=known), encoding="utf-8")
    return file.as_uri()


class Problems(list[str]):
    def watch(self, page: Any) -> None:
        page.set_default_timeout(PATIENCE)
        page.on("pageerror", lambda error: self.append(str(error)))
        page.on("console", lambda line: self.append(line.text))
        page.on(
            "request", lambda asked: self.extend([asked.url] * (not asked.url.startswith(("file:", "data:"))))
        )


@pytest.fixture
def problems() -> Problems:
    return Problems()


@pytest.fixture
def page(browser: Any, address: str, problems: Problems) -> Iterator[Any]:
    page = browser.new_page()
    problems.watch(page)
    page.goto(address)
    yield page
    page.close()
    assert problems == []


def shown(page: Any) -> list[str]:
    return [row.inner_text().split("\t")[0] for row in page.locator("#table tbody tr:visible").all()]


@contextmanager
def turned(page: Any) -> Iterator[None]:
    """Wait for the page to have turned: the browser tells of a new address in a task of its own."""
    page.evaluate("turned = false, addEventListener('hashchange', () => { turned = true; }, {once: true})")
    yield
    page.wait_for_function("turned")


def follow(page: Any, link: str) -> None:
    with turned(page):
        page.click(link)


def test_findings_are_listed_worst_first(page: Any, report: ScanReport) -> None:
    places = shown(page)
    assert len(places) == len(report.findings)
    assert places[0].startswith("payments.card")
    assert places[-1].startswith("students.email")


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


def test_print_holds_every_finding(page: Any, report: ScanReport) -> None:
    page.emulate_media(media="print")
    assert page.locator("article:visible").count() == len(report.findings)
    assert page.is_hidden("#filters")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
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
    page.evaluate(AXE.read_text(encoding="utf-8") + "; null")
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    told = [(v["id"], [node["html"] for node in v["nodes"]][:6]) for v in found["violations"]]
    assert told == []
    assert len(found["passes"]) > 20
    assert page.evaluate("document.documentElement.scrollWidth") <= width
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
    page.goto(file.as_uri())
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
