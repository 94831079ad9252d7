"""The least that an account needs for each command, as docs/rights.md lists it: with exactly this it works; with one grant fewer
it says so in words, and nothing has changed."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from piiguard.errors import SubjectError
from piiguard.keys import Keyring
from piiguard.manifest import Manifest
from piiguard.protect import state
from piiguard.scan.policy import Policy
from piiguard.subjects import (
    Identifier,
    answer_subject,
    correct_subject,
    erase_subject,
    find_subject,
    release_subject,
    replay_subjects,
    restrict_subject,
)
from piiguard.subjects.breach.find import find_breach
from piiguard.subjects.correcting.wording import Wording
from piiguard.subjects.fides.dataset import map_subjects
from piiguard.subjects.restricted.rows import PLACE, ensure
from piiguard.subjects.retention.carry import retain
from tests.subjects import schools

HIS = ("students", "orders", "items", "posts", "threads", "calls", "letters")
"""Where the person has rows, and what refers to those."""
ALL = (*HIS, "faculties")
DELETED = HIS[:-1]
EMPTIED = ("students", "posts", "letters")
"""Where values or references are emptied."""
KEYS = {"orders": "tenant", "items": "tenant"}
OLD = ("orders", "items")
"""What is past its term."""
WRITING = {"correct", "erase", "replay", "retention --erase", "retention --restrict", "restrict", "release"}
PINNING = ("select", "insert", "update")
"""For the newest line of the audit trail."""
SEALED = ("students", "calls", "letters")
"""Where values are moved away."""
OWN = {"restrict": ("insert",), "release": ("delete",), "retention --restrict": ("insert",)}
"""On the table in which they lie, beside SELECT; UPDATE when a person is restricted again, of whom more has come."""


def grants(command: str, server: str) -> list[tuple[str, str]]:
    """Which privilege on which table; PostgreSQL locks no row without UPDATE on some column."""
    changed, deleted = {
        "correct": (("students", "calls"), ()),
        "erase": (EMPTIED, DELETED),
        "replay": (EMPTIED, DELETED),
        "retention --erase": ((), OLD),
        "retention --restrict": (OLD[:1], ()),
        "restrict": (SEALED, ()),
        "release": (SEALED, ()),
    }.get(command, ((), ()))
    locked = (OLD if command.startswith("retention") else HIS) if changed or deleted else ()
    return [
        *(
            ("select", table)
            for table in (("*",) if server == "mariadb" else (*ALL, *([PLACE] if command in OWN else [])))
        ),
        *(
            (privilege, "piiguard_state")
            for privilege in PINNING[server == "mariadb" :]
            if command in WRITING
        ),
        *((privilege, PLACE) for privilege in OWN.get(command, ())),
        *(
            (f"update ({KEYS.get(table, 'id')})", table)
            for table in locked
            if table not in changed and server == "postgresql"
        ),
        *(("update", table) for table in changed),
        *(("delete", table) for table in deleted),
    ]


WHOM = [Identifier.of("iin", schools.ASAN["iin"])]
NEW = "+7 702 765 43 21"
Given = dict[str, Any]


def _breach(url: str, given: Given) -> bool:
    return find_breach(given["leak"], [url], manifest=given["manifest"], keyring=given["keyring"]).complete


def _retention(url: str, given: Given, how: Any = None) -> bool:
    told = _sealing(given, 'columns = ["comment"]') if how == "restrict" else common(given)
    report = retain(
        url, Policy.load(given["policy"]), **told, how=how or "erase", agreed=lambda *_: how is not None
    )
    done = {one.done for one in report.tables if one.table == "orders"} if how else {2}
    return {one.place for one in report.unread} == UNDATED and done == {2}


PAID = 'from = "orders.paid_at"'
UNDATED = {"students"}
"""The table with personal data for which nothing says from when a term runs."""


def common(given: Given) -> Given:
    return {"manifest": given["manifest"], "keyring": given["keyring"]}


def _sealing(given: Given, more: str = "") -> Given:
    rules = schools.sealing(given["rules"]).replace(PAID, f"{PAID}\n{more}")
    return {"manifest": Manifest.parse(rules), "keyring": given["keyring"]}


def restrict(url: str, given: Given) -> Any:
    return restrict_subject(url, WHOM, **_sealing(given))


RUN: dict[str, Callable[[str, Given], Any]] = {
    "find": lambda url, given: find_subject(url, WHOM, **common(given)).complete,
    "report": lambda url, given: answer_subject(url, WHOM, **common(given)).complete,
    "map": lambda url, given: not map_subjects(url, manifest=given["manifest"])[1],
    "restrict": restrict,
    "release": lambda url, given: release_subject(url, WHOM, **_sealing(given)),
    "breach": _breach,
    "retention": _retention,
    "correct": lambda url, given: correct_subject(
        url, WHOM, Wording("phone", schools.ASAN["phone"], NEW), **common(given)
    ),
    "erase": lambda url, given: erase_subject(url, WHOM, **common(given)),
    "replay": lambda url, given: replay_subjects(url, **common(given)).receipts,
    "retention --erase": lambda url, given: _retention(url, given, "erase"),
    "retention --restrict": lambda url, given: _retention(url, given, "restrict"),
}


@pytest.fixture
def given(tmp_path: Path, keyring: Keyring) -> Given:
    """What the commands are told."""
    leak, policy = tmp_path / "leak.csv", tmp_path / "policy.toml"
    leak.write_text(f"iin\n{schools.ASAN['iin']}\n", encoding="utf-8")
    policy.write_text('organisation = "School"\nretention = "1y"\n', encoding="utf-8")
    term = f'table = "orders"\nerase = "delete"\nterm = "1y"\n{PAID}'
    rules = schools.MANIFEST.replace('table = "orders"\nerase = "delete"', term)
    return {
        "manifest": Manifest.parse(rules), "rules": rules, "keyring": keyring, "leak": str(leak), "policy": policy,
    }  # fmt: skip


class Account:
    """A new account without any grant."""

    def __init__(self, url: str) -> None:
        self._admin = sa.create_engine(url, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
        name = f"piiguard_r_{uuid.uuid4().hex[:8]}"
        self.server = "postgresql" if self._admin.dialect.name == "postgresql" else "mariadb"
        postgresql = self.server == "postgresql"
        self._name = name if postgresql else f"'{name}'@'%'"
        self._run(
            f"create role {name} login" if postgresql else f"create user {self._name} identified by 'x'"
        )
        own = self._admin.url.set(username=name, password=None if postgresql else "x")
        self.url = own.render_as_string(hide_password=False)

    def grant(self, privilege: str, table: str) -> None:
        self._run(f"grant {privilege} on {table} to {self._name}")

    def revoke(self, privilege: str, table: str) -> None:
        self._run(f"revoke {privilege} on {table} from {self._name}")

    def drop(self) -> None:
        postgresql = self.server == "postgresql"
        for statement in ("drop owned by", "drop role") if postgresql else ("drop user",):
            self._run(f"{statement} {self._name}")

    def _run(self, statement: str) -> None:
        with self._admin.connect() as connection:
            connection.execute(sa.text(statement))


@pytest.fixture
def account(database_url: str, keyring: Keyring) -> Iterator[Account]:
    """An account of the school."""
    schools.build(database_url, keyring)
    made = Account(database_url)
    yield made
    made.drop()


ALIKE = [
    ("find", "report", "breach", "retention", "map"),
    ("correct",),
    ("erase", "replay"),
    ("retention --erase",),
    ("retention --restrict",),
    ("restrict",),
    ("release",),
]
"""Commands with the same grants, in an order in which they can be run; a replay comes after an erasure."""


@pytest.mark.parametrize("commands", ALIKE, ids=" ".join)
def test_exactly_these_grants_are_enough_and_each_is_needed(
    commands: tuple[str, ...], database_url: str, account: Account, given: Given
) -> None:
    listed = grants(commands[0], account.server)
    assert all(grants(command, account.server) == listed for command in commands)
    with schools.engine_of(database_url).connect() as connection:
        if commands[0] in WRITING:
            state.state.create(connection)
            connection.commit()
        if commands[0] in OWN:
            ensure(connection)
    if commands[0] == "release":
        restrict(database_url, given)
    for one in listed:
        account.grant(*one)
    before = schools.rows(database_url)
    for command in commands:
        for privilege in dict.fromkeys(privilege for privilege, _ in listed):
            if privilege == "select" and command.startswith("retention --"):
                continue  # it goes on with what it could tell
            one = next(one for one in reversed(listed) if one[0] == privilege)
            if one == ("update", "piiguard_state"):
                continue  # what is done is done, whether its last line is pinned or not
            if command in WRITING:
                with schools.engine_of(database_url).begin() as connection:
                    connection.execute(sa.text("delete from piiguard_state"))
            account.revoke(*one)
            shown = ALL[:-1] if one == ("select", "*") else ()  # MariaDB does not show the others then
            for table in shown:
                account.grant("select", table)
            is_told(command, account.url, given)
            assert schools.rows(database_url) == before
            for table in shown:
                account.revoke("select", table)
            account.grant(*one)
        assert RUN[command](account.url, given), command
        assert (schools.rows(database_url) != before) == (command in WRITING)
        schools.restore(database_url, before)


def test_every_command_is_run() -> None:
    assert {command for alike in ALIKE for command in alike} == RUN.keys()


def is_told(command: str, url: str, given: Given) -> None:
    """Refused in words, or said to be incomplete."""
    words = "permission, docs/rights.md"
    try:
        complete = RUN[command](url, given)
    except SubjectError as error:
        complete, words = False, f"{error}, {error.hint}"
    assert complete is False
    assert re.search(r"permission.*docs/rights\.md|not searched.*permission", words)
