"""The page for a person: everything that a database holds is text there, and the page asks nobody for anything."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Any

import pytest

from piiguard.report import messages
from piiguard.report.messages import LANGUAGES, catalogue
from piiguard.report.person import declared, to_html
from piiguard.scan.policy import Policy

HOSTILE = [
    "<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "</td></table><h1>x", "{{ 7*7 }}{% raw %}", "javascript:alert(1)",
    "<!--", "]]>", "&lt;b&gt;", "\x1b[2J\u202eabc", "<style>*{background:url(//x)}</style>", "' onmouseover='x", "<svg/onload=x>", "a\x00b",
    "<a href=//evil.example>x</a>", "\ud800", "𐀀" * 3,
]  # fmt: skip


def cell(value: str | None, state: str = "shown", **more: Any) -> dict[str, Any]:
    return {"column": "c", "value": value, "state": state, "withheld": {}, "cut": False, **more}


def table(*cells: dict[str, Any], **more: Any) -> dict[str, Any]:
    row = {
        "cells": list(cells),
        "since": {"column": "at", "date": "2021-09-01"},
        "until": "2029-02-28",
        "restricted": "2026-11-29",
    }
    given = {"database": "d", "table": "t", "rows": [row], "entities": {"c": ["KZ_IIN"]}, "protected": ["c"]}
    return {**given, "helpers": ["c_index"], "rule": None, "since": row["since"], **more}


def document(*tables: dict[str, Any], **more: Any) -> dict[str, Any]:
    given = {"schema": "piiguard.answer/1", "made": "2026-11-29T12:00:00Z", "complete": True}
    rest = {
        "found": bool(tables),
        "tables": list(tables),
        "files": [],
        "shared": [],
        "unread": [],
        "undecided": 0,
    }
    return {**given, **rest, **more}


class Elements(HTMLParser):
    """The elements of a page, their attributes, and its text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, tuple[str, ...]]] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, tuple(sorted(name for name, _ in attrs))))

    def handle_data(self, data: str) -> None:
        self.text += data


def full(word: str) -> dict[str, Any]:
    """A document in which every text that comes from outside is this one."""
    rule = {"erase": "keep", "term": "5y", "from": word, "law": word}
    since = {"column": word, "date": "2021-09-01"}
    one = table(
        cell(word, column=word), cell(word, "partly", withheld={word: 1}), database=word, table=word, rule=rule, since=since,
        entities={word: [word]}, protected=[word], helpers=[word],
    )  # fmt: skip
    return document(
        one,
        files=[{"file": word, "column": word, "entity": None, "rows": 1}],
        shared=[{"place": word, "table": word}],
        unread=[{"place": word, "reason": word}],
    )


def policy(word: str) -> Policy:
    text = word.encode("utf-8", "replace").decode().replace("\x00", "").replace("\x1b", "")
    spelled = "'''" + text.replace("'''", "") + " '''"
    return Policy.parse(
        f"organisation = {spelled}\ncontact = {spelled}\nsource = {spelled}\npurpose = {spelled}\n[[categories]]\ncategory = 'iin'\n"
        f"clause = {spelled}\n[[recipients]]\nname = {spelled}\npurpose = {spelled}\ncountry = {spelled}\nclause = {spelled}\n"
    )


@pytest.mark.parametrize("word", HOSTILE, ids=range(len(HOSTILE)))
def test_what_a_database_holds_is_text_and_never_markup(word: str) -> None:
    harmless = Elements(to_html(declared(full("harmless"), policy("harmless")), "ru"))
    page = to_html(declared(full(word), policy(word)), "ru")
    hostile = Elements(page)
    assert hostile.found == harmless.found
    assert not re.search("[\x00\x1b\u202e\ud800]", page)
    assert "script" not in {tag for tag, _ in hostile.found}
    page.encode()


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_page_asks_no_network_and_says_so_to_the_browser(lang: Any) -> None:
    page = to_html(declared(full("x"), None), lang)
    assert "default-src 'none'" in page
    assert not re.search(r"(?:src|href)=\"(?!data:)", page)
    assert "url(" not in page
    assert "A4" in page
    assert f'<html lang="{lang}">' in page


def test_every_message_of_the_answer_is_used_and_none_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: set[str] = set()

    class Watched(dict[str, Any]):
        def __getitem__(self, name: str) -> Any:
            asked.add(name)
            return super().__getitem__(name)

    told = Watched(catalogue())
    monkeypatch.setattr(messages, "catalogue", lambda: told)
    odd = [cell(None, "sealed"), cell(None, "binary"), cell(None, "withheld"), cell("a", cut=True)]
    rules = [{"erase": erase, "term": term, "from": "t.c", "law": "Закон"} for erase, term in
             (("delete", "1d"), ("null", "2m"), ("pseudonym", None), ("keep", "5y"))]  # fmt: skip
    tables = [table(*odd, rule=rule) for rule in rules] + [table(entities={"c": ["KZ_PHONE"]}, since=None)]
    files = [{"file": "app.log", "column": None, "entity": "KZ_IIN", "rows": 2}]
    shared, unread = [{"place": "a.b", "table": "c"}], [{"place": "a", "reason": "b"}]
    whole = document(*tables, complete=False, undecided=2, files=files, shared=shared, unread=unread)
    for terms in ("", 'retention = "unlimited"\n', 'retention = "3y"\n', 'source = "s"\npurpose = "p"\n'):
        given = f"organisation = 'A'\n{terms}[[categories]]\ncategory = 'iin'\nclause = '1'\n"
        to_html(declared(whole, Policy.parse(given)), "kk")
    to_html(declared(document(), None), "en")
    assert {name for name in told if name.startswith("answer.")} - asked == set()


def test_an_option_names_who_answers_before_the_policy_does() -> None:
    assert declared(document(), policy("x"), "Академия")["operator"]["organisation"] == "Академия"
