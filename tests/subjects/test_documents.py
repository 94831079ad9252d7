"""Documents in cells: what lies in one is found as if it were a file, or the cell is named; no erasure ends while it is there."""

from __future__ import annotations

import gzip
import random
from collections.abc import Callable
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from piiguard.errors import SubjectError
from piiguard.keys import Keyring
from piiguard.manifest import Manifest
from piiguard.subjects import (
    Identifier,
    answer_subject,
    correct_subject,
    erase_subject,
    find_subject,
    release_subject,
    restrict_subject,
)
from piiguard.subjects.breach.find import find_breach
from piiguard.subjects.correcting.wording import Wording
from tests import documents
from tests.subjects import schools

OWN, OTHER, NEW = schools.ASAN["iin"], schools.OTHER["iin"], "010101300010"
LINE = f"ИИН {OWN}"
ME = [Identifier.of("iin", OWN)]


def letter() -> bytes:
    made = EmailMessage()
    made["From"], made["Message-ID"], made["Subject"] = "a@example.kz", "<1@example.kz>", "act"
    made.set_content(f"{LINE}\n", cte="base64")
    return made.as_bytes()


OPENED: dict[str, Callable[[], bytes]] = {
    "docx": lambda: documents.split_docx(OWN),
    "xlsx": lambda: documents.xlsx([["n", "ИИН"], *([n, OWN] for n in range(12))]),
    "pdf": lambda: documents.pdf([LINE]),
    "zip": lambda: documents.zipped({"a/app.log": f"start\n{LINE}\n"}),
    "a document in a zip": lambda: documents.zipped({"a.docx": documents.split_docx(OWN)}),
    "packed text": lambda: gzip.compress(LINE.encode() * 9),
    "letter": letter,
    "page": lambda: f"<!DOCTYPE html><html><body><p>ИИН <b>{OWN[:4]}</b>{OWN[4:]}</p></body></html>".encode(),
}
"""Takes apart whoever reads files."""
NOISE = random.Random(7).randbytes(400)
CLOSED = {
    "picture": b"\xff\xd8\xff\xe0" + NOISE,
    "damaged": b"PK\x03\x04" + NOISE,
    "database": b"SQLite format 3\0" + NOISE,
}
RULES = """
[[subjects]]
table = "students"
key = "id"
identifiers = ["iin"]
erase = "delete"
restrict = "seal"
[[subjects.tables]]
table = "papers"
erase = "WAY"
restrict = "seal"
[[subjects.tables]]
table = "inbox"
erase = "null"
restrict = "seal"
"""


class Office:
    """A person and another, a paper of each, and a mailbox in which nobody says whose a letter is."""

    def __init__(self, url: str, keyring: Keyring) -> None:
        self.url, self._keyring = url, keyring
        dialect = schools.engine_of(url).dialect.name
        blob = {"postgresql": "bytea", "sqlite": "blob"}.get(dialect, "longblob")
        schools.execute(
            url,
            "create table students (id integer primary key, iin varchar(12))",
            f"create table papers (id integer primary key, student_id integer, body {blob},"
            " foreign key (student_id) references students (id))",
            f"create table inbox (id integer primary key, body {blob})",
            f"insert into students values (1, '{OWN}'), (2, '{OTHER}')",
            "insert into papers values (1, 1, null), (2, 2, null)",
            "insert into inbox values (1, null)",
        )

    def put(self, table: str, key: int, body: bytes) -> None:
        with schools.engine_of(self.url).begin() as connection:
            connection.execute(
                sa.text(f"update {table} set body = :body where id = :id"), {"body": body, "id": key}
            )

    def bodies(self, table: str) -> dict[int, bytes | None]:
        with schools.engine_of(self.url).connect() as connection:
            rows = connection.execute(sa.text(f"select id, body from {table} order by id")).all()
        return {key: None if body is None else bytes(body) for key, body in rows}

    def told(self, way: str = "delete", **more: Any) -> dict[str, Any]:
        return {"manifest": Manifest.parse(RULES.replace("WAY", way)), "keyring": self._keyring, **more}

    def found(self, **more: Any) -> Any:
        return find_subject(self.url, ME, **self.told(**more))


@pytest.fixture
def office(any_database_url: str, keyring: Keyring) -> Office:
    return Office(any_database_url, keyring)


@pytest.fixture
def small(sqlite_url: str, keyring: Keyring) -> Office:
    return Office(sqlite_url, keyring)


def test_what_lies_in_a_document_is_found_and_goes(office: Office) -> None:
    for body in (OPENED["docx"](), OPENED["packed text"]()):
        office.put("inbox", 1, body)
        places = {(place.table, place.column) for place in office.found().places}
        assert ("inbox", "body") in places
    receipt = erase_subject(office.url, ME, **office.told())
    assert receipt is not None
    assert office.bodies("inbox") == {1: None}
    after = office.found()
    assert not after.found
    assert after.complete


@pytest.mark.parametrize("kind", OPENED)
def test_every_kind_is_taken_apart(small: Office, kind: str) -> None:
    small.put("inbox", 1, OPENED[kind]())
    small.put("papers", 2, OPENED[kind]())
    report = small.found()
    assert [(p.table, p.column, p.rows) for p in report.places if p.table == "inbox"] == [
        ("inbox", "body", 1)
    ]
    assert [(one.table, one.rows) for one in report.ambiguous] == [("papers", 1)]  # a paper of the other
    assert report.complete


@pytest.mark.parametrize("kind", CLOSED)
def test_what_cannot_be_taken_apart_is_named_and_stops_an_erasure_unless_it_is_accepted(
    small: Office, kind: str
) -> None:
    small.put("papers", 2, CLOSED[kind])
    report = small.found()
    assert [(one.place, one.reason.partition(":")[0]) for one in report.unread] == [
        ("papers.body", "values that are not taken apart, in 1 row")
    ]
    for act in (erase_subject, restrict_subject):
        with pytest.raises(SubjectError, match=r"papers\.body: not searched"):
            act(small.url, ME, **small.told())
    receipt = erase_subject(small.url, ME, **small.told(accept_unread=["papers.*"]))
    assert receipt is not None
    assert [one.unsearched for one in receipt.databases] == [("papers.body",)]
    assert small.bodies("papers") == {2: CLOSED[kind]}


@pytest.mark.parametrize("way", ["delete", "null", "pseudonym"])
@pytest.mark.parametrize("kind", ["picture", "zip"])
def test_the_persons_own_document_goes_with_its_row_or_its_column(small: Office, way: str, kind: str) -> None:
    small.put("papers", 1, CLOSED.get(kind) or documents.zipped({"a.txt": f"ИИН {OTHER}"}))
    assert small.found().complete
    erase_subject(small.url, ME, **small.told(way))
    assert small.bodies("papers") == ({2: None} if way == "delete" else {1: None, 2: None})


def test_a_document_is_sealed_whole_and_comes_back_as_it_was(office: Office) -> None:
    body = OPENED["packed text"]()
    office.put("papers", 1, body)
    office.put("inbox", 1, CLOSED["picture"] + body)
    restrict_subject(office.url, ME, **office.told(accept_unread=["inbox.body"]))
    assert office.bodies("papers") == {1: None, 2: None}
    release_subject(office.url, ME, **office.told(accept_unread=["inbox.body"]))
    assert office.bodies("papers") == {1: body, 2: None}


@pytest.mark.parametrize("kind", ["pdf", "letter"])
def test_a_correction_leaves_a_document_and_names_it(small: Office, kind: str) -> None:
    body = OPENED[kind]()
    small.put("papers", 1, body)
    (done,) = correct_subject(small.url, ME, Wording("iin", OWN, NEW), **small.told())
    assert [(place.table, place.column) for place in done.left] == [("papers", "body")]
    assert small.bodies("papers")[1] == body


def test_a_correction_does_not_pass_over_what_nobody_can_read(small: Office) -> None:
    small.put("papers", 1, CLOSED["picture"])
    with pytest.raises(SubjectError, match=r"papers\.body: not searched"):
        correct_subject(small.url, ME, Wording("iin", OWN, NEW), **small.told())


def test_an_answer_says_that_there_is_a_document_and_shows_no_byte_of_it(small: Office) -> None:
    small.put("papers", 1, letter())
    answer = answer_subject(small.url, ME, **small.told())
    (table,) = [one for one in answer.tables if one.table == "papers"]
    states = {cell.column: (cell.value, cell.state) for row in table.rows for cell in row.cells}
    assert states["body"] == (None, "binary")


def test_a_leak_is_compared_with_documents_and_what_is_closed_is_named(small: Office, tmp_path: Path) -> None:
    small.put("papers", 1, OPENED["zip"]())
    small.put("papers", 2, CLOSED["damaged"])
    leak = tmp_path / "leak.csv"
    leak.write_text(f"iin\n{OWN}\n", encoding="utf-8")
    report = find_breach(str(leak), small.url, **small.told())
    assert {(one.table, one.column) for one in report.places} == {("students", "iin"), ("papers", "body")}
    assert [one.place for one in report.unread] == ["papers.body"]


JSON = {
    "a line break in a value": f'{{"note": "first\nsecond", "iin": "{OWN}"}}',
    "a name twice": f'{{"iin": "{OWN}", "iin": "x"}}',
    "a number without its zero": f'{{"iin": {OWN[1:]}.0}}',
}


@pytest.mark.parametrize("kind", JSON)
def test_json_is_read_as_a_scan_reads_it(small: Office, kind: str) -> None:
    small.put("inbox", 1, JSON[kind].encode())
    places = [(p.table, p.column, p.path) for p in small.found().places if p.table == "inbox"]
    assert places == [("inbox", "body", "$.iin")]
