"""The papers beside the report: every message of theirs is said, and each says what its document holds."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from piiguard.report import messages
from piiguard.report.messages import LANGUAGES, Language, catalogue
from piiguard.report.notice import notice
from piiguard.report.person.receipt import receipt_text
from piiguard.subjects.planned.steps import Action, Done
from piiguard.subjects.receipt import Changed, Receipt


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """The messages that are asked for."""
    names: set[str] = set()

    class Told(dict[str, Any]):
        def __getitem__(self, name: str) -> Any:
            names.add(name)
            return super().__getitem__(name)

    told = Told(catalogue())
    monkeypatch.setattr(messages, "catalogue", lambda: told)
    return names


ACTIONS: tuple[Action, ...] = (
    "delete",
    "null",
    "pseudonym",
    "unlink",
    "keep",
    "seal",
    "flag",
    "release",
    "forget",
    "leave",
)
DONE = tuple(
    Done(f"table_{action}", action, rows, ("phone",), "Tax Code, art. 1", "2031-01-01")
    for rows, action in enumerate(ACTIONS, 11)
)
WHOLE = Receipt("0001", "begun", "ended", "officer", ("iin", "phone", "email", "key"),
                (Changed("sqlite:///crm.db", "then", DONE, 0, 3), Changed("sqlite:///old.db", "then", (), 2, 0, ("t.photo",))), trail=7)  # fmt: skip
BARE = Receipt("0002", "begun", "ended", "officer", ("iin",), ())
OTHERS = [replace(WHOLE, kind="restrict"), replace(WHOLE, kind="release")]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_receipt_says_all_that_its_document_does_and_leaves_no_message_over(
    lang: Language, asked: set[str]
) -> None:
    text = receipt_text(WHOLE.to_dict(), lang) + receipt_text(BARE.to_dict(), lang)
    restricted, released = (receipt_text(one.to_dict(), lang) for one in OTHERS)
    assert restricted.splitlines()[0] != released.splitlines()[0] != text.splitlines()[0]
    assert (": 33" in restricted, ": 18" in released) == (True, True)
    assert {name for name in catalogue() if name.startswith("receipt.")} <= asked
    for one in DONE:
        (line,) = (line for line in text.splitlines() if one.table in line)
        assert all(part in line for part in (str(one.rows), "phone", "Tax Code, art. 1", "2031-01-01"))
    for part in (
        "0001",
        "begun",
        "ended",
        "officer",
        "sqlite:///crm.db",
        "sqlite:///old.db",
        ": 7",
        ": 36",
        ": 15",
    ):
        assert part in text


FOUND: dict[str, Any] = {
    "finished": "2026-11-28T09:00:00Z",
    "people": {"count": 41, "at_least": True},
    "holds": [{"entity": "KZ_IIN", "ours": 40, "values": 50}, {"entity": "KZ_PHONE", "ours": 0, "values": 9}],
    "places": [{"newest": {"at": "2026-11-02T00:00:00Z"}}, {"newest": None}],
    "complete": False,
}


def test_a_notice_leaves_no_message_over_and_says_when_how_many_and_what(asked: set[str]) -> None:
    text = notice(FOUND) + notice(
        {**FOUND, "people": {"count": 40, "at_least": False}, "complete": True, "places": []}
    )
    assert {name for name in catalogue() if name.startswith("notice.")} - asked == set()
    for part in ("2026-11-28", "2026-11-02", "41", "40"):
        assert part in text
