"""What docs/key-management.md and docs/threat-model.md say of trust, compared with the code or with the test that holds it."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import pytest

from piiguard.keys import following, reports
from piiguard.keys.trust import LOCAL, Accepts, Trust, variable
from piiguard.keys.wrapping import vault

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/key-management.md").read_text(encoding="utf-8")
THREATS = (ROOT / "docs/threat-model.md").read_text(encoding="utf-8")


def table(text: str, heading: str) -> list[list[str]]:
    section = re.split(r"\n##+ ", text.split(f"## {heading}\n")[1])[0]
    lines = [line for line in section.splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[1:]]


def test_what_configures_an_application_is_all_there_is_and_so_are_the_defaults() -> None:
    rows = {row[0].strip("`"): row[1:] for row in table(PAGE, "What an application accepts")}
    assert set(rows) == {variable(field.name) for field in fields(Trust)}
    for field in fields(Trust):
        parameter, without = rows[variable(field.name)]
        assert parameter == f"`{field.name}=`"
        assert field.name in Accepts.__annotations__
        if field.name.startswith("max_"):
            assert without == str(field.default)
    (suite,) = Trust().allowed_suites
    assert rows["PIIGUARD_ALLOWED_SUITES"][1].startswith(f"`{suite:02x}`")
    assert LOCAL | {"pkcs11"} == set(re.findall(r"`([\w-]+)`", rows["PIIGUARD_PROVIDERS"][1]))


@pytest.mark.parametrize(
    ("sentence", "seconds"),
    [
        (r"start for at most (\d+) seconds", reports.ANSWER_SECONDS),
        (r"asks again every (\d+) s ", following.RETRY_SECONDS),
        (r"waits for it, (\d+) s at most", following.PATIENCE),
        (r"seconds to connect and 5 to answer, Vault (\d+)", vault._SECONDS),
    ],
)
def test_a_time_is_the_one_that_is_kept(sentence: str, seconds: float) -> None:
    found = re.search(sentence.replace(" ", r"\s+"), PAGE)
    assert found is not None
    assert float(found[1]) == seconds


HELD = {
    "write access to the database as well": [
        "keys/test_keyring.py::test_every_cause_of_a_failed_tag_has_one_message",
        "keys/test_fuzz.py::test_a_changed_byte_is_an_error_of_the_table",
    ],
    "the keyring file alone": ["keys/test_worked_examples.py::test_a_keyring_file_holds_no_key"],
    "the keyring file and its wrapping key": [
        "keys/test_change.py::test_a_rewrap_changes_who_opens_it_and_no_key"
    ],
    "write access to the keyring's folder, no wrapping key": [
        "keys/test_planted.py::test_nothing_beside_the_keyring_leads_a_command_elsewhere",
        "keys/test_store.py::test_nobody_who_can_write_there_gains_by_a_keyring_of_his_own",
        "keys/test_trail.py::test_a_forged_line_is_not_taken_up",
        "protect/test_trail.py::test_keyring_and_trail_rolled_back_together_are_refused_by_the_database",
    ],
    "a wrapping key and write access to the folder": [
        "keys/test_trail.py::test_every_line_goes_to_syslog_as_well"
    ],
}


def test_who_has_a_keyring_is_a_row_that_is_held() -> None:
    rows = {row[0] for row in table(THREATS, "Who gets what")}
    assert rows >= set(HELD)
    assert {row for row in rows if "keyring" in row and "without" not in row} <= set(HELD)


@pytest.mark.parametrize("named", sorted({name for names in HELD.values() for name in names}))
def test_the_test_that_holds_it_is_there(named: str) -> None:
    file, _, name = named.partition("::")
    assert f"def {name}(" in (ROOT / "tests" / file).read_text(encoding="utf-8")
