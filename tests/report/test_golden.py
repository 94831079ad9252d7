"""What every format writes, kept as files: a change of the output shows as a change of a file.

``PIIGUARD_GOLDEN=write pytest tests/report/test_golden.py`` writes them anew.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from piiguard import __version__
from piiguard.report import render
from piiguard.report.messages import Language
from piiguard.report.render import FORMATS, Format
from piiguard.scan.finding import Match, ScanReport

GOLDEN = Path(__file__).with_name("golden")
CASES: list[tuple[Format, Language]] = [
    *((format, "en") for format in FORMATS),
    ("table", "ru"),
    ("table", "kk"),
    ("csv", "ru"),
    ("sarif", "kk"),
]
MATCHES = [
    Match("app.log", "KZ_IIN", 0.9, 4, 16, "05**********", file="app.log", line=3),
    Match("sqlite:///a.db", "KZ_PHONE", 0.85, 0, 18, "+7 7** *** ** **", table="t", column="c", row="7"),
]


def stable(text: str) -> str:
    """Without what changes by itself: the version; styles and scripts stand in files of their own."""
    text = re.sub(r"(?s)(<style>|<script[^>]*>).*?(?=</)", r"\1", text)
    text = re.sub(r"sha256-[A-Za-z0-9+/=]+", "sha256-", text)
    return text.replace(__version__, "VERSION").replace("\r\n", "\n")


@pytest.mark.parametrize(("format", "lang"), CASES)
def test_output_is_the_golden_file(report: ScanReport, format: Format, lang: Language) -> None:
    file = GOLDEN / f"{format}.{lang}.txt"
    text = stable(render(report, format, lang=lang, matches=MATCHES, baseline={report.findings[0].id}))
    if os.environ.get("PIIGUARD_GOLDEN") == "write":
        file.parent.mkdir(exist_ok=True)
        file.write_text(text, encoding="utf-8", newline="\n")
    assert text == file.read_text(encoding="utf-8")


def test_no_golden_file_is_left_over() -> None:
    assert sorted(file.name for file in GOLDEN.iterdir()) == sorted(f"{f}.{lang}.txt" for f, lang in CASES)
