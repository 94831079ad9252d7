"""Names put together from what terminals, shells, parsers and spreadsheets obey: each output is still well formed, and a
command that is pasted has the words that were meant, no more and no other."""

from __future__ import annotations

import csv
import json
import shlex
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache, partial
from html.parser import HTMLParser
from io import StringIO
from xml.etree import ElementTree as Tree

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from piiguard.report import FORMATS, LANGUAGES, render
from piiguard.report.catalogues import CATALOGUES, Catalogue
from piiguard.report.messages import Language
from piiguard.report.remedy import next_step, remedies
from piiguard.report.render import Format
from piiguard.scan.finding import Failure, Finding, Match, Note, ScanReport, Target
from tests.report.catalogues import READERS

PIECES = [
    "people", "iin", " ", "  ", "a", "ә", "😀", "\u05d0", "select", "class", "None", "from", "table",
    "--manifest=evil.toml", "--", "-o", "-", "-e", "--yes", "=", "@", "+", "~", "#", "!", "!!", "*", "?", "%s", "%",
    "'", '"', "`", "\\", "$(id)", "${IFS}", "$'\\n'", ";", "&", "&&", "|", ">", "<", "(", ")", "{}", "[b]", "[/b]", "[/foo]",
    "{{ 7 }}", "{% x %}", "</script>", "<img src=x onerror=alert(1)>", "<!--", "-->", "]]>", "&amp;", "&#10;", "a.b", ".",
    "..", "/", "//", ":", "://", "?host=evil", ",", "\uff1d1", "\u202e", "\u2066", "\u200b", "\x1b[2J", "\x1b]0;x\x07", "\x9b",
    "\n", "\r", "\r\n", "\t", "\x00", "\x7f", "\x85", "\u2028", "\ufeff", "\udcff", "\U000e0041", "\u0378", "$.a", "[*]", ".gz",
    ".csv", ".sql.gz", ".log", "..gz", "x" * 200, "x" * 10_000, "\u202e" * 3_000, "'" * 600,
]  # fmt: skip
NAME = st.lists(st.sampled_from(PIECES), min_size=1, max_size=5).map("".join)
URLS = [
    ("sqlite:///crm.db", ""),
    ("postgresql+psycopg://crm@h/crm", "host=/run/pg&sslmode=require"),
    ("mysql+pymysql://crm@h:3306/crm", "ssl_ca=/a%20b.pem"),
]
FUZZ = settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
UNPACKED = {".gz": "gzip", ".bz2": "bzip2", ".xz": "xz", ".zst": "zstd"}
UNSEEN = {"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"}


def unseen(text: str) -> set[str]:
    return {hex(ord(sign)) for sign in set(text) if sign != "\n" and unicodedata.category(sign) in UNSEEN}


def column(url: str, query: str, table: str, name: str, path: str | None = None) -> Finding:
    found = Finding(url, "column", "KZ_IIN", "high", 0.98, 9, 9, "none", "05*", table, name, path)
    return replace(found, query=query, base=("public", table))


def file(name: str, path: str | None = None) -> Finding:
    return Finding(
        name, "file", "KZ_IIN", "high", 0.98, 9, 9, "none", "05*", file=name, path=path, lines=(1,)
    )


def told(table: str, name: str, key: str, path: str) -> tuple[ScanReport, Match]:
    url, query = URLS[1]
    findings = (column(url, query, table, name), column(url, query, table, name, f"$.{key}"), file(path, key))
    report = ScanReport(
        "2026-11-21T06:00:00Z",
        "2026-11-21T06:01:30Z",
        (Target(url, "database", 1, 9), Target(path, "file", lines_read=9)),
        findings,
        (Failure(url, table, name),),
        None,
        (Note(path, key, name),),
    )
    return report, Match(url, "KZ_IIN", 0.9, 0, 12, "05*", table=table, column=name, path=key, row=path)


class Shape(HTMLParser):
    """The elements of a page that no names add to or take from, and whether all were closed."""

    FREE = frozenset({"pre", "p", "li", "ol"})  # a name that cannot be pasted has a sentence for a command
    STEP = "step."  # and it is another group of the first steps
    VOID = frozenset({"meta", "link", "input", "br", "hr", "img"})

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, tuple[str, ...]]] = []
        self.open: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs).get("data-t") or ""
        if tag not in self.FREE and not told.startswith(self.STEP):
            self.found.append((tag, tuple(name for name, _ in attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        while self.open and self.open.pop() != tag:
            pass


PLAIN = told("people", "iin", "key", "app.log")


@cache
def plain_page() -> Shape:
    return Shape(render(PLAIN[0], "html"))


def check_json(text: str, report: ScanReport) -> None:
    assert json.loads(text) == json.loads(json.dumps(report.to_dict()))


def check_ndjson(text: str, report: ScanReport) -> None:
    assert text.splitlines() == [text[:-1]]
    assert json.loads(text)["column"] == report.findings[0].column


def check_sarif(text: str, report: ScanReport) -> None:
    [run] = json.loads(text)["runs"]
    assert [result["ruleId"] for result in run["results"]] == ["KZ_IIN"] * 3


def check_junit(text: str, report: ScanReport) -> None:
    root = Tree.fromstring(text)  # noqa: S314 - our own
    assert {each.tag for each in root.iter()} <= {"testsuites", "testsuite", "testcase", "failure", "error"}
    told = "".join(each.text or "" for tag in ("failure", "error") for each in root.iter(tag))
    assert told.count("Individual identification number") + told.count("ИИН") + told.count("ЖСН") >= 3


def check_csv(text: str, report: ScanReport) -> None:
    delimiter = max(",;", key=text.splitlines()[0].count)
    head, *rows = csv.reader(StringIO(text.removeprefix("\ufeff")), delimiter=delimiter, strict=True)
    assert [len(row) for row in rows] == [len(head)] * 3
    for cell in (cell for row in rows for cell in row):
        assert unicodedata.normalize("NFKC", cell.strip())[:1] not in tuple("=+-@|")


def check_html(text: str, report: ScanReport) -> None:
    page = Shape(text)
    assert Counter(page.found) == Counter(plain_page().found)
    assert page.open == []


def check_summary(text: str, report: ScanReport) -> None:
    page = Shape(text)
    assert {tag for tag, _ in page.found}.isdisjoint({"script", "img", "a", "iframe", "object", "form"})
    assert not any(attribute.startswith("on") for _, attributes in page.found for attribute in attributes)
    assert page.open == []


def check_table(text: str, report: ScanReport) -> None:
    """A line is no longer than what a terminal takes when it is pasted."""
    assert max(len(line.encode()) for line in text.splitlines()) < 4_096


def check_catalogue(format: Catalogue, text: str, report: ScanReport) -> None:
    """Names that it cannot hold are left out; :mod:`tests.report.test_catalogues` says which."""
    assert {names[-1] for names in READERS[format](text)} <= {report.findings[0].column}


CHECKS: dict[str, Callable[[str, ScanReport], None]] = {
    "json": check_json, "ndjson": check_ndjson, "sarif": check_sarif, "junit": check_junit, "csv": check_csv,
    "html": check_html, "summary": check_summary, "table": check_table,
    **{name: partial(check_catalogue, name) for name in CATALOGUES},
}  # fmt: skip


def test_every_format_has_its_check() -> None:
    assert set(CHECKS) == set(FORMATS)


@pytest.mark.parametrize("format", FORMATS)
@FUZZ
@given(table=NAME, name=NAME, key=NAME, path=NAME, lang=st.sampled_from(LANGUAGES))
def test_every_output_is_well_formed_whatever_the_names_are(
    format: Format, table: str, name: str, key: str, path: str, lang: Language
) -> None:
    report, match = told(table, name, key, path)
    text = render(report, format, lang="en" if format == "html" else lang, matches=[match])
    assert unseen(text.removeprefix("\ufeff").replace("\r\n", "\n")) == set()
    text.encode()
    CHECKS[format](text, report)


def commands(finding: Finding) -> Iterator[list[list[str]]]:
    """Each command that is printed for it, as the words of the programs that a shell would start."""
    for text in {next_step(finding), *(r.text for r in remedies(finding) if r.language == "sh")}:
        if not text.startswith(("piiguard ", *(f"{program} -dc" for program in UNPACKED.values()))):
            continue
        bare = shlex.shlex(
            text, posix=False, punctuation_chars=True
        )  # which leaves quoted ones in their quotes
        assert [token for token in bare if set(token) <= set("();<>|&")] in ([], ["|"])
        words = shlex.split(text)
        end = 0 if words[0] == "piiguard" else 5
        assert end == 0 or words[4] == "|"
        yield [*([words[:4]] if end else []), words[end:]]


def can_be_seen(*names: str) -> bool:
    return not any(unicodedata.category(sign) in UNSEEN for name in names for sign in name)


@FUZZ
@given(table=NAME, name=NAME, at=st.sampled_from(URLS), document=st.booleans())
def test_a_command_for_a_column_has_the_words_that_were_meant(
    table: str, name: str, at: tuple[str, str], document: bool
) -> None:
    url, query = at
    finding = column(url, query, table, name, "$.iin" if document else None)
    options = (
        ["--type", "json"] if document else ["--index", f"{name[:57]}_index", "--normalizer", "digits/2"]
    )
    address = f"{url}?{query}" if query else url
    meant = ["piiguard", "encrypt", *options, "--", address, f"{table}.{name}"]
    found = list(commands(finding))
    for programs in found:
        [words] = programs
        if name.isascii():
            assert words == meant
        else:  # an index has as many bytes of the name as a database takes
            assert (words[:2], words[-3:]) == (meant[:2], meant[-3:])
    short = len(f"{table}.{name}") < 300 and f"{table}{name}".count("'") < 9
    given = can_be_seen(table, name) and "." not in name and short
    refused = not can_be_seen(table, name) or "." in name or len(f"{table}.{name}") > 2_000
    assert bool(found) or not given
    assert not found or not refused


@FUZZ
@given(name=NAME)
def test_a_command_for_a_file_has_the_words_that_were_meant(name: str) -> None:
    for programs in commands(file(name)):
        words = programs[-1]
        assert words[:3] == ["piiguard", "redact", "-o"]
        assert len(words) == 6
        clean, end, source = words[3:]
        assert end == "--"
        assert not clean.startswith("-")
        assert "clean" in clean
        meant = f"./{name}" if name.startswith("-") and name != "-" else name
        if len(programs) == 2:
            assert programs[0][1:] == ["-dc", "--", meant]
            assert programs[0][0] in UNPACKED.values()
            assert source == "-"
        else:
            assert len(programs) == 1
            assert source == meant
    if not can_be_seen(name):
        assert list(commands(file(name))) == []
