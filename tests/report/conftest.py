from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from piiguard.scan.finding import Failure, Finding, Gap, PolicyCheck, ScanReport, Target, Unread
from piiguard.scan.reason import because
from tests.report.pages import CI, PATIENCE, Problems

DATABASE = "postgresql://reader:***@db/crm"


def column(table: str, name: str, entity: str, **more: Any) -> Finding:
    given: dict[str, Any] = {
        "confidence": "high",
        "score": 0.98,
        "matched": 998,
        "examined": 1000,
        "protection": "none",
        "base": ("public", table),
    }
    return Finding(target=DATABASE, kind="column", table=table, column=name, entity=entity, **given | more)


def in_file(name: str, entity: str, **more: Any) -> Finding:
    given: dict[str, Any] = {
        "confidence": "medium",
        "score": 0.6,
        "matched": 31,
        "examined": 88141,
        "protection": "none",
    }
    return Finding(target=name, kind="file", file=name, entity=entity, **given | more)


@pytest.fixture(scope="module", autouse=True)
def _almaty() -> Iterator[None]:
    """Reports tell the time of the place where they are made."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TZ", "ALM-5")
        time.tzset()
        yield
    time.tzset()


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


@pytest.fixture
def problems() -> Problems:
    return Problems()


@pytest.fixture
def page(browser: Any, problems: Problems) -> Iterator[Any]:
    """A page at the width of a desk; what it must not do fails the test."""
    context = browser.new_context(bypass_csp=True, viewport={"width": 1280, "height": 900})
    page = context.new_page()
    problems.watch(page)
    yield page
    context.close()
    assert problems == []


@pytest.fixture(scope="session")
def report() -> ScanReport:
    """A report with every kind of finding in it."""
    students = DATABASE, "students"
    iin, phone = column("students", "iin", "KZ_IIN", masked=""), in_file("app.log", "KZ_PHONE", masked="")
    return ScanReport(
        policy=PolicyCheck(
            "НАО «Үлгі»",
            "Политика конфиденциальности",
            (
                Gap("undated", target=DATABASE, place="payments", term="3y"),
                Gap("unlimited", category="name", clause="4.1"),
                Gap("overdue", None, *students, clause="4.5", rows=1200, term="3y", before="2023-11-21"),
                Gap("undeclared", "document", DATABASE, "docs.number", rows=7, finding="0" * 16),
                Gap("misplaced", "phone", "app.log", "app.log", clause="2.1.2", rows=31, finding=phone.id),
                Gap("unprotected", "iin", DATABASE, "students.iin", "2.1.4", 998, finding=iin.id),
            ),
        ),
        started="2026-11-21T06:00:00Z",
        finished="2026-11-21T06:01:30Z",
        targets=(
            Target(
                DATABASE,
                "database",
                tables=6,
                rows_read=41200,
                bytes_read=9120331,
                complete=False,
                rows_total=1_234_000,
                unread=(
                    Unread("audit.events", "permission denied"),
                    Unread("far", "a foreign table", accepted=True),
                ),
            ),
            Target("app.log", "file", lines_read=88141, bytes_read=20000000),
            Target("empty.log", "file", lines_read=0),
        ),
        findings=(
            column("students", "full_name", "PERSON", masked="С****** Ү***", matched=950, score=0.81),
            column(
                "students",
                "iin",
                "KZ_IIN",
                masked="05**********",
                reasons=(because("share", share=99.8), because("excluded"), because("named")),
            ),
            column(
                "students",
                "phone",
                "KZ_PHONE",
                masked="+7 7** *** ** **",
                protection="partial",
                plain_rows=40,
            ),
            column(
                "students", "email", "EMAIL_ADDRESS", masked="…@***", protection="encrypted", matched=1000
            ),
            column(
                "payments",
                "card",
                "CREDIT_CARD",
                masked="4***************",
                matched=120,
                examined=120,
                records=48000,
                distinct=97,
            ),
            column(
                "payments", "details", "IBAN_CODE", path="$.accounts[*].iban", masked="KZ******************"
            ),
            column(
                "hr.staff",
                "post",
                "KZ_WORKPLACE",
                base=("hr", "staff"),
                confidence="low",
                score=0.45,
                masked="д*******",
                reasons=(because("only_named", entity="KZ_WORKPLACE"),),
            ),
            column("=cmd|'!A1", "құжат", "KZ_ID_CARD", confidence="medium", masked="0********", matched=7),
            in_file("app.log", "KZ_PHONE", masked="+7 7** *** ** **", lines=(12, 47, 88, 90, 101, 205)),
            in_file("app.log", "KZ_IIN", masked="05**********", lines=(3,), matched=1, confidence="high"),
        ),
        errors=(Failure(DATABASE, "audit.events", "permission denied"),),
        exit=4,
    )


@pytest.fixture
def paste() -> Callable[[str], int]:
    """Runs a command as a person would who pastes it: in a shell, on a terminal, with yes to every question."""
    if os.name != "posix":
        pytest.skip("the command is for a POSIX shell")

    def run(text: str) -> int:
        import pty

        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        person, terminal = pty.openpty()
        try:
            os.write(person, b"y\n")
            ran = subprocess.run(
                ["sh", "-c", text],
                stdin=terminal,
                capture_output=True,
                env={**os.environ, "PATH": path},
                timeout=600,  # what never ends must end
                check=False,
            )
        finally:
            os.close(person)
            os.close(terminal)
        sys.stderr.write(ran.stderr.decode(errors="replace"))
        return ran.returncode

    return run
