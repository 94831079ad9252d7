"""The operator's papers: all that was found stands on the list, what nobody stated stays open, and the list is a check by itself."""

from __future__ import annotations

import dataclasses
import json
import re
import sqlite3
import tomllib
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from piiguard.cli.main import run
from piiguard.entities import BY_NAME, CATEGORIES, category
from piiguard.names import HIDDEN
from piiguard.report import messages
from piiguard.report.messages import LANGUAGES, Language, catalogue, say
from piiguard.report.papers.draft import draft
from piiguard.report.papers.holdings import kinds
from piiguard.report.papers.pages import PAPERS, Paper
from piiguard.report.papers.pages import page as paper_page
from piiguard.scan.conformity import check
from piiguard.scan.finding import Finding, ScanReport
from piiguard.scan.policy import Policy
from tests.report.conftest import column, in_file
from tests.report.pages import CUT, plain, printed, signs, violations
from tests.report.test_summary import RESULTS

POLICY = Policy.parse("""
organisation = "ТОО «Үлгі»"
contact = "Мысалова А."
retention = "3y"
purpose = "договор"

[[categories]]
category = "iin"
clause = "2.1"
origin = "субъект"

[[categories]]
category = "vehicle"
retention = "unlimited"

[[recipients]]
name = "Банк"
country = "KZ"
categories = ["iin"]
""")


def row(text: str, name: str) -> str:
    """The row of a kind in the first table."""
    return next(plain(one) for one in re.findall(r"(?s)<tr>.*?</tr>", text) if name in one)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_kind_and_every_place_that_was_found_for_certain_is_listed(
    report: ScanReport, lang: Language
) -> None:
    text = plain(paper_page("list", report, None, lang=lang))
    for finding in report.findings:
        if finding.confidence != "low" and CATEGORIES[finding.category].personal:
            assert say(lang, f"category.{finding.category}") in text
            assert (f"{finding.table}.{finding.column}" if finding.table else str(finding.file)) in text


@pytest.mark.parametrize("lang", LANGUAGES)
def test_what_the_policy_states_is_filled_in_and_nothing_else_is(report: ScanReport, lang: Language) -> None:
    text = paper_page("list", report, POLICY, lang=lang)
    told = row(text, say(lang, "category.iin"))
    for one in ("договор", "субъект", "Банк (KZ)", "2.1", say(lang, "answer.term_y", count=3)):
        assert one in told
    other = row(text, say(lang, "category.phone"))
    assert "договор" not in other
    assert say(lang, "papers.new") in other
    absent = row(text, say(lang, "category.vehicle"))
    assert say(lang, "papers.absent") in absent
    assert say(lang, "answer.unlimited") in absent
    assert "ТОО «Үлгі»" in plain(paper_page("notice", report, POLICY, lang=lang))


def test_a_guess_and_a_firm_are_on_no_list() -> None:
    found = (
        column("t", "a", "PERSON", confidence="low", masked=""),
        column("t", "b", "KZ_BIN", masked=""),
    )
    assert kinds(ScanReport("", "", findings=found), None) == []


NAMES = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12) | st.sampled_from(
    [
        "a[b]c",
        "a*b",
        "what?",
        f"t_{HIDDEN * 12}",
        f"t_{HIDDEN * 3} (2)",
        'quo"te',
        "back\\slash",
        "app.log.7",
        "x\n[[categories]]",
    ]
)
FOUND = st.lists(
    st.builds(
        lambda file, table, name, entity: in_file(name, entity, masked="")
        if file
        else column(table, name, entity, masked=""),
        st.booleans(), NAMES, NAMES, st.sampled_from([name for name in BY_NAME if CATEGORIES[category(name)].personal]),
    ),
    max_size=6,
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(findings=FOUND, declared=st.sampled_from([None, POLICY]))
def test_the_draft_is_a_policy_that_what_was_found_keeps(
    findings: list[Finding], declared: Policy | None
) -> None:
    """Whatever names it has; a place of which a value is hidden is known by the rest of its name."""
    report = ScanReport("2026-11-28T18:40:00Z", "2026-11-28T18:41:14Z", findings=tuple(findings))
    policy = Policy.parse(draft(kinds(report, declared), declared))
    gaps = check(report, policy).policy
    assert gaps is not None
    assert {gap.kind for gap in gaps.gaps} <= {"unprotected", "undated", "unlimited"}
    assert declared is None or set(declared.declared) <= set(policy.declared)


def test_every_message_of_the_papers_is_said(report: ScanReport, monkeypatch: pytest.MonkeyPatch) -> None:
    said: set[str] = set()

    class Told(dict[str, Any]):
        def __getitem__(self, name: str) -> Any:
            said.add(name)
            return super().__getitem__(name)

    told = Told(catalogue())
    monkeypatch.setattr(messages, "catalogue", lambda: told)
    sealed = (column("t", "iin", "KZ_IIN", protection="encrypted", masked=""),)
    for found in (
        report,
        ScanReport("2026-11-28T18:40:00Z", "2026-11-28T18:41:14Z", findings=sealed),
        RESULTS["smallest"],
    ):
        for policy in (None, POLICY):
            for paper in PAPERS:
                paper_page(paper, found, policy, lang="en")
    assert {name for name in told if name.startswith("papers.")} == {
        name for name in said if name.startswith("papers.")
    }


@pytest.fixture
def crm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    with closing(sqlite3.connect("crm.db")) as database:
        database.execute("create table clients (id integer primary key, iin text, phone text)")
        database.executemany("insert into clients (iin) values (?)", [("050312300015",), ("040229308993",)])
        database.commit()
    return tmp_path


def test_a_database_that_outgrew_its_list_fails_the_check_in_ci(
    crm: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["scan", "crm.db", "--papers", "papers", "--write-baseline", "known.json"]) == 3
    assert "papers/list.toml: fill in" in capsys.readouterr().err
    gate = ["scan", "crm.db", "--policy", "papers/list.toml", "--baseline", "known.json"]
    assert run(gate) == 0
    with closing(sqlite3.connect("crm.db")) as database:
        database.execute("update clients set phone = '+7701123456' || id")
        database.commit()
    assert run(gate) == 3
    assert "clients.phone" in capsys.readouterr().out


def test_what_people_filled_in_is_kept_and_stands_on_the_paper(crm: Path) -> None:
    run(["scan", "crm.db", "--papers", "papers"])
    listed = crm / "papers" / "list.toml"
    filled = listed.read_text(encoding="utf-8").replace('purpose = ""', 'purpose = "Учёт слушателей"')
    listed.write_text(filled, encoding="utf-8")
    run(["scan", "crm.db", "--policy", "papers/list.toml", "--papers", "papers"])
    assert listed.read_text(encoding="utf-8") == filled
    assert tomllib.loads(filled)["categories"][0]["where"] == ["clients.iin"]
    for paper in PAPERS:
        for lang in LANGUAGES:
            written = crm / "papers" / f"{paper}.{lang}.html"
            assert "Учёт слушателей" in written.read_text(encoding="utf-8")
            assert written.stat().st_mode & 0o077 == 0


def test_a_folder_that_cannot_be_made_is_an_error_with_a_place(
    crm: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["scan", "crm.db", "--papers", "crm.db/papers"]) == 1
    assert "crm.db/papers: the papers cannot be written" in capsys.readouterr().err
    assert run(["scan", "crm.db", "--follow", "--papers", "papers"]) == 2


@pytest.mark.parametrize("paper", PAPERS)
@pytest.mark.parametrize("lang", ["ru", "kk"])
@pytest.mark.parametrize("result", RESULTS)
def test_no_english_word_stands_in_it(result: str, paper: Paper, lang: Language) -> None:
    text = plain(paper_page(paper, RESULTS[result], None, lang=lang))
    names = {"piiguard", "postgresql", "log", "UTC"}
    assert set(re.findall(r"[A-Za-z]{2,}", re.sub(r"\b[IVX]+\b", "", text))) - names == set()


@pytest.mark.parametrize("paper", PAPERS)
def test_it_reads_on_a_phone_and_on_paper_and_axe_finds_nothing(
    page: Any, report: ScanReport, tmp_path: Path, paper: Paper
) -> None:
    lang: Language = "kk" if paper == "list" else "ru"
    file = tmp_path / "paper.html"
    file.write_text(
        paper_page(paper, dataclasses.replace(report, errors=()), POLICY, lang=lang), encoding="utf-8"
    )
    page.goto(file.as_uri())
    assert violations(page) == []
    sheets = signs("".join(printed(page))).casefold()
    assert signs(say(lang, "papers.approver")).casefold() in sheets
    assert signs(say(lang, "html.law")).casefold() not in sheets  # for whoever prepares it, not for who signs
    for width in (375, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.evaluate(CUT) == []


@pytest.mark.parametrize("verdict", ["false", "accepted"])
def test_what_is_said_to_be_no_personal_data_is_in_no_catalogue_and_on_no_list(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, verdict: str
) -> None:
    monkeypatch.chdir(tmp_path)
    with closing(sqlite3.connect("crm.db")) as database:
        database.execute("create table people (id integer primary key, iin varchar(12), email varchar(40))")
        rows = [(f"05031230{n:04}", f"a{n}@example.kz") for n in range(200)]
        database.executemany("insert into people (iin, email) values (?, ?)", rows)
        database.commit()
    said = {"place": "people.email", "entity": "EMAIL_ADDRESS", "reason": "desks", "expires": "2999-12-31"}
    known = {"schema": "piiguard.baseline/1", "findings": [], "suppressions": [{**said, "verdict": verdict}]}
    Path("known.json").write_text(json.dumps(known), encoding="utf-8")
    run(["scan", "crm.db", "--baseline", "known.json", "--format", "dbt", "--papers", "papers"])
    out, err = capsys.readouterr()
    listed = Path("papers/list.toml").read_text(encoding="utf-8")
    assert ("EMAIL_ADDRESS" in out) == ('category = "email"' in listed) == (verdict == "accepted")
    assert ("no personal data: 1 finding" in err) == (verdict == "false")
