"""Whoever reads a report in Russian or Kazakh reads in it why a place was not searched.

The oracle is the source itself: the sentences that its readers hand on, found in its syntax tree.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from string import Formatter

import pytest

from piiguard.report import render
from piiguard.report.messages import Language
from piiguard.report.render import Format
from piiguard.report.unread import said, sentences
from piiguard.scan.finding import Failure, ScanReport

SOURCE = Path(__file__).parents[2] / "piiguard"
READERS = ("read", "scan/outcome.py", "scan/run.py", "scan/pool.py", "scan/ledger.py", "scan/definitions.py", "database/reasons.py", "database/sqlite.py")  # fmt: skip
LANGUAGES: tuple[Language, ...] = ("ru", "kk")
CUT = "a journal lies beside it that names another file, which SQLite would delete; find out who put it there"
VALUE = "\N{BLACK SQUARE}"
"""Stands for whatever varies in a sentence."""
# a sentence begins small, and has two words of letters alone; what a database is asked has signs that no sentence has
SENTENCE = re.compile(rf"(?:[a-z1]|{VALUE})[\w{VALUE} ,;:'()…/.-]* [\w{VALUE}][\w{VALUE} ,;:'()…/.-]*")
NO_SENTENCE = re.compile(
    r"\b(?:select|join|from pg_|set|insert|is not null|in \(|import|pragma|concat|array_to)", re.IGNORECASE
)

OCR = {f"a page without text, {VALUE}", f"pictures in it, {VALUE}: {VALUE}"}
"""Two that hold another one in their middle."""
ENDING = {
    f"{VALUE}: there is no such file, directory or database",
    "name a file, a directory, a glob in quotes, - for standard input, or a database URL",
    "database URL",
    f"{VALUE}: its tables cannot be listed: {VALUE}",
    "check the host in the URL",
    "check the path and its permissions",
    "check the path; file FILE says what it is",
    "check the last part of the URL, and the user",
    "check host and port, and that the server runs and may be reached from here",
    "check host and port: another program may answer there",
    "try again when it is done",
    "docs/key-management.md and docs/rights.md list the grants that each command needs",
    "convert what is not UTF-8 first; scan reads it as it is",
    "use an account or a file that may be written",
    "pictures cannot be read: tesseract is not installed",
    "no Git repository: there is no folder .git in it",
    "no Git repository: its folder .git has no objects",
    "its history lies in another folder (.git is no folder here): name the repository that it belongs to",
    "git is not installed, and the history of a repository is read by it",
    "the history cannot be read: links cannot be made in the folder of temporary files",
    "install git, or scan without --history",
    "scan it without --history",
    "scan without --history",
    f"pictures cannot be read: tesseract has none of the languages {VALUE}",
    "apt-get install tesseract-ocr tesseract-ocr-kaz tesseract-ocr-rus, or as your system has it",
    f"{VALUE}: no bucket is called so, and no user or password stands in its address",
    f"name it as s3://bucket/prefix; {VALUE}",
    f"leave out what follows the ?; {VALUE}",
    "credentials come from AWS_PROFILE, AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or a role of the machine",
    f"{VALUE}: a presigned address is no key",
    "scan again",
    "try again",
    "try again later",
    "restore it",
    "fetch it with its key",
    "set the clock",
    "s3:ListBucket on the bucket and s3:GetObject on its objects are enough: docs/scanning.md",
    "set AWS_DEFAULT_REGION to the region of the bucket",
    "log in again, or renew AWS_SESSION_TOKEN",
    "log in again, or set AWS_PROFILE or AWS_ACCESS_KEY_ID",
    "check AWS_PROFILE or AWS_ACCESS_KEY_ID, and AWS_ENDPOINT_URL_S3",
    "check the network, the region and AWS_ENDPOINT_URL_S3",
    "check its name, and AWS_ENDPOINT_URL_S3 where it is not at AWS",
    "check the policy of the bucket, and AWS_ENDPOINT_URL_S3",
    "check the credentials, the endpoint and the network",
    "check AWS_SECRET_ACCESS_KEY",
    "check AWS_ENDPOINT_URL_S3",
    "check HTTPS_PROXY",
    "check ~/.aws/config and ~/.aws/credentials",
    "allow kms:Decrypt on that key",
    "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, both",
}
"""Said when the command ends with no report."""
WORDS = {
    "database is locked", "table is locked", "string or blob too big", "server closed", "eof detected",
    "no such table", "no such column", "foreign table", "partition bound", "does not exist", "unknown database",
    "password authentication failed", "access denied for user", "no password supplied", "could not translate host",
    "name or service not known", "failed to resolve", "name resolution", "connection refused", "unsafe use of",
    "unable to open database file", "not a database", "image is malformed", "malformed database", "due to lock timeout",
    "lock wait timeout", "command denied", "denied to user", "invalid byte sequence for encoding", "can't connect",
    "files and streams", "folders elsewhere", "names elsewhere", "streams of other things", "it ends too early",
    "no picture", "which scan --ocr reads",
    "given up: the server sends more", "timed out", "no frame", "no route", "create virtual", "pg_get_expr(c.relpartbound, c.oid)",
    f"{VALUE}: a journal lies beside it that names another file, which SQLite would delete",
    "freed pages", "bytes behind its end", "embedded " + VALUE, "page " + VALUE, "version " + VALUE,
    "attachment " + VALUE, "table " + VALUE, "definitions " + VALUE, f"bytes {VALUE}-",
}  # fmt: skip
"""What other programs say, and names of places."""


@cache
def handed_on() -> frozenset[str]:
    """Every sentence in the source of the readers, with ``VALUE`` for what varies in it."""
    files = [
        path
        for each in READERS
        for path in ([SOURCE / each] if each.endswith(".py") else sorted((SOURCE / each).rglob("*.py")))
    ]
    found = {text for path in files for text in written(ast.parse(path.read_text("utf-8")))}
    return frozenset(
        text
        for text in found
        if SENTENCE.fullmatch(text)
        and not NO_SENTENCE.search(text)
        and text.replace(VALUE, "").strip(" ;:.,")
    )


def written(tree: ast.Module) -> Iterator[str]:
    inside = {
        id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in ast.walk(node)
    } - {id(node) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr)}
    alone = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if id(node) in inside | alone:
            continue
        if isinstance(node, ast.JoinedStr):
            yield "".join(
                str(part.value) if isinstance(part, ast.Constant) else VALUE for part in node.values
            )
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value.replace("{}", VALUE)


def reasons() -> list[str]:
    told = handed_on() - ENDING - WORDS | {"hidden", CUT}
    return sorted(
        each.replace(f", {VALUE}", ", which scan --ocr reads") if each in OCR else each for each in told
    )


def test_the_source_is_read_by_this_test() -> None:
    assert "encrypted with a password" in reasons()
    assert f"cells longer than {VALUE} {VALUE} were read up to there" in reasons()
    assert len(reasons()) > 80


@pytest.mark.parametrize("reason", reasons())
def test_a_reason_is_said_in_both_languages(reason: str) -> None:
    for lang in LANGUAGES:
        assert said(lang, reason) != reason
        assert said(lang, reason).count(VALUE) == reason.count(VALUE)


def test_no_sentence_is_left_over() -> None:
    shapes = {re.sub(r"\{\w+\}", VALUE, english) for english in sentences()}
    whole = "\n".join(path.read_text("utf-8") for path in sorted(SOURCE.rglob("*.py")))
    pieces = {
        piece
        for shape in shapes - handed_on() - set(reasons())
        for piece in shape.split(VALUE)
        if len(piece) > 8
    }
    assert {piece for piece in pieces if piece not in whole} <= SYSTEM


SYSTEM = {
    ", which scan --ocr reads",
    "permission denied for ",
    "no such file or directory",
    "input/output error",
}
"""What the operating system says, and what is put together."""


def test_what_varies_is_the_same_in_every_language() -> None:
    def values(text: str) -> set[str]:
        return {name for _, name, _, _ in Formatter().parse(text) if name}

    for english, texts in sentences().items():
        assert set(texts) == set(LANGUAGES)
        assert all(values(text) == values(english) for text in texts.values()), english


@pytest.mark.parametrize("format", ["html", "table", "junit", "sarif"])
@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_report_says_it_in_its_language(report: ScanReport, format: Format, lang: Language) -> None:
    given = "a PDF document; pip install 'piiguard[documents]' reads it", "encrypted with a password"
    errors = tuple(Failure("share", f"share/{number}", reason) for number, reason in enumerate(given))
    text = render(replace(report, errors=errors), format, lang=lang)
    shown = (
        re.sub(r"<[^>]*>", "", text.partition('<script type="application/json"')[0])
        if format == "html"
        else text
    )
    assert "encrypted with" not in shown
    assert said(lang, given[1]) in text


def test_the_words_of_others_stay_and_say_their_language(report: ScanReport) -> None:
    odd = "ORA-00942 <b>"
    page = render(replace(report, errors=(Failure("db", "db", odd),)), "html", lang="kk")
    assert '<span lang="en">ORA-00942 &lt;b&gt;</span>' in page
    assert said("ru", odd) == odd
