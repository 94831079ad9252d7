"""Past the term data may also be restricted, or give way to a pseudonym: what was done is not done again, and what came since is."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa

from piiguard.cli.main import run
from piiguard.keys import Keyring
from piiguard.manifest import Manifest
from piiguard.protect.seal import Seal
from piiguard.subjects import Identifier, find_subject, release_subject
from tests.subjects.benches import NEW, OLD, Bench

IINS = ("010305300119", "020305300219", "030305300310")
WHOM = [Identifier.of("iin", IINS[0])]
RULES = """
[[subjects]]
table = "students"
key = "id"
identifiers = ["iin"]
erase = "{erase}"
restrict = "{restrict}"
last_activity = "students.last_login"

[[subjects.tables]]
table = "notes"
erase = "delete"
columns = ["body"]
restrict = "seal"
"""


def people(bench: Bench, erase: str = "delete", restrict: str = "seal") -> None:
    """Two people are past their term, one is not; each has a note."""
    bench.manifest.write_text(RULES.format(erase=erase, restrict=restrict), "utf-8")
    for key, (iin, seen) in enumerate(zip(IINS, (OLD, OLD, NEW), strict=True), 1):
        bench.put("students", id=key, iin=iin, last_login=seen.replace(tzinfo=None))
        bench.put("notes", id=key, student_id=key, body="note")


def counted(bench: Bench, **more: Any) -> tuple[int, int, int]:
    return bench.counts(bench.retain(**more))["students"]


def test_what_is_past_its_term_is_restricted_once_and_comes_back(bench: Bench, keyring: Keyring) -> None:
    people(bench)
    ways: dict[str, Any] = {"how": "restrict", "keyring": keyring}
    report = bench.erase(**ways)
    assert bench.counts(report)["students"] == (2, 2, 0)
    assert report.receipt is not None
    assert (report.receipt.kind, report.receipt.restricted, report.receipt.erased) == ("restrict", 4, 0)
    assert (bench.rows("students", "iin"), bench.rows("notes", "body")) == (
        [None, None, IINS[2]],
        [None, None, "note"],
    )
    assert counted(bench, **ways) == (0, 0, 0)
    assert counted(bench, keyring=keyring)[0] == 2  # it is still stored, past its term
    told: dict[str, Any] = {"manifest": Manifest.load(bench.manifest), "keyring": keyring}
    assert [p.via for p in find_subject(bench.url, WHOM, **told).places if p.table == "students"] == [
        "restricted"
    ]
    release_subject(bench.url, WHOM, **told)
    assert (bench.rows("students", "iin"), bench.rows("notes", "body")) == (
        [IINS[0], None, IINS[2]],
        ["note", None, "note"],
    )
    assert counted(bench, **ways)[0] == 1
    assert bench.counts(bench.erase(keyring=keyring))["students"] == (2, 2, 0)
    assert bench.rows("students") == [3]


def test_a_flag_is_set_past_the_term(plain: Bench, keyring: Keyring) -> None:
    with plain.engine.begin() as connection:
        connection.execute(sa.text("alter table students add column blocked boolean not null default false"))
    people(plain, restrict="blocked")
    plain.erase(how="restrict", keyring=keyring)
    assert list(map(bool, plain.rows("students", "blocked"))) == [True, True, False]
    assert counted(plain, how="restrict", keyring=keyring) == (0, 0, 0)


def test_what_says_nothing_of_restricting_is_counted_and_left(plain: Bench, keyring: Keyring) -> None:
    people(plain)
    plain.manifest.write_text(plain.manifest.read_text().replace('restrict = "seal"\nlast', "last"), "utf-8")
    report = plain.erase(how="restrict", keyring=keyring)
    assert bench_reason(report) == "no rule says how their use stops"
    assert plain.rows("students", "iin") == list(IINS)


KEPT = """
[[subjects.tables]]
table = "orders"
erase = "keep"
restrict = "seal"
term = "5y"
from = "orders.paid_at"
law = "Tax Code, art. 48"
"""


def test_what_a_law_keeps_is_restricted_and_the_receipt_says_by_which_and_until_when(
    bench: Bench, keyring: Keyring
) -> None:
    people(bench)
    bench.manifest.write_text(bench.manifest.read_text("utf-8") + KEPT, "utf-8")
    for key, paid in enumerate((date(2024, 5, 1), date(2025, 2, 28)), 1):
        bench.put("orders", id=key, student_id=1, paid_at=paid, what=f"ИИН {IINS[0]}")
    report = bench.erase(how="restrict", keyring=keyring)
    assert bench.counts(report)["students"] == (2, 2, 0)
    assert report.receipt is not None
    (done,) = [one for one in report.receipt.databases[0].places if one.table == "orders"]
    assert (done.action, done.rows, done.law, done.until) == ("seal", 2, "Tax Code, art. 48", "2030-02-28")
    assert bench.rows("orders", "what") == [None, None]
    assert bench.rows("orders", "student_id") == [1, 1]


def bench_reason(report: Any) -> str:
    return str(next(one.reason for one in report.tables if one.table == "students")).partition(":")[0]


def test_a_pseudonym_stands_for_each_and_is_known_again(bench: Bench, keyring: Keyring) -> None:
    with bench.engine.begin() as connection:
        longer = {"postgresql": "alter column iin type varchar(40)", "mysql": "modify iin varchar(40)"}
        if way := longer.get(bench.engine.dialect.name):
            connection.execute(sa.text(f"alter table students {way}"))
        else:
            connection.execute(sa.text("alter table students drop column iin"))
            connection.execute(sa.text("alter table students add column iin varchar(40)"))
    people(bench, erase="pseudonym")
    report = bench.erase(keyring=keyring)
    assert bench.counts(report)["students"] == (2, 2, 0)
    first, second, other = bench.rows("students", "iin")
    assert (first[:7], second[:7], other) == ("erased-", "erased-", IINS[2])
    assert first != second
    assert counted(bench, keyring=keyring) == (0, 0, 0)
    assert bench.erase(keyring=keyring).receipt is None
    with bench.engine.begin() as connection:
        connection.execute(sa.text(f"update students set iin = '{IINS[0]}' where id = 1"))
    assert bench.counts(bench.erase(keyring=keyring))["students"] == (1, 1, 0)
    assert bench.rows("students", "iin")[1] == second


def test_an_encrypted_pseudonym_is_known_again(plain: Bench, keyring: Keyring) -> None:
    column = '[[columns]]\ntable = "students"\ncolumn = "iin"\ncontext = "students.iin"\n'
    with plain.engine.begin() as connection:
        connection.execute(sa.text("alter table students drop column iin"))
        connection.execute(sa.text("alter table students add column iin blob"))
    people(plain, erase="pseudonym")
    plain.manifest.write_text(column + plain.manifest.read_text(), "utf-8")
    seal = Seal(keyring, Manifest.load(plain.manifest).columns[0])
    with plain.engine.begin() as connection:
        for key, iin in enumerate(IINS, 1):
            connection.execute(
                sa.text("update students set iin = :iin where id = :id"),
                {"iin": seal.encrypt(iin), "id": key},
            )
    assert plain.counts(plain.erase(keyring=keyring))["students"] == (2, 2, 0)
    assert [seal.decrypt(cell)[:7] for cell in plain.rows("students", "iin")] == [
        "erased-",
        "erased-",
        IINS[2][:7],
    ]
    assert counted(plain, keyring=keyring) == (0, 0, 0)


def test_a_pseudonym_without_room_for_a_sign_is_named(plain: Bench, keyring: Keyring) -> None:
    people(plain, erase="pseudonym")
    report = plain.erase(keyring=keyring)
    assert bench_reason(report) == "students.iin"
    assert plain.rows("students", "iin") == list(IINS)


def test_the_command_restricts_and_does_not_do_both(
    plain: Bench,
    keyring: Keyring,
    capsys: pytest.CaptureFixture[str],
) -> None:
    people(plain)
    command = ["retention", plain.url, "--policy", str(plain.policy), "--manifest", str(plain.manifest)]
    command += ["--keyring", str(keyring.path)]
    assert run([*command, "--restrict", "--erase", "--yes"]) == 2
    assert run([*command, "--restrict"]) == 2
    assert run([*command, "--restrict", "--plan"]) == 3
    assert "UPDATE students SET iin=?" in capsys.readouterr().out
    assert plain.rows("students", "iin") == list(IINS)
    assert run([*command, "--restrict", "--yes"]) == 0
    assert plain.rows("students", "iin") == [None, None, IINS[2]]
