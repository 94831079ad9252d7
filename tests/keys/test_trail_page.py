"""Each claim of "The audit trail" in docs/key-management.md has the tests that hold it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/key-management.md").read_text(encoding="utf-8")
HELD = {
    "edits a line": ["test_a_trail_that_was_touched_is_noticed"],
    "puts a line in, or takes one from the middle": [
        "test_a_trail_that_was_touched_is_noticed",
        "test_a_forged_line_is_not_taken_up",
    ],
    "cuts lines off the end, those of a job as well": ["test_lines_of_jobs_that_were_cut_off_are_missed"],
    "removes the file": ["test_a_trail_moved_aside_as_evidence_is_begun_anew_and_still_covered"],
    "puts lines of another keyring, or of another copy of this one, in": [
        "test_a_line_of_another_trail_is_no_line_of_this_one",
        "test_a_line_of_another_copy_of_the_keyring_is_found",
    ],
    "writes a line that two programs read differently": [
        "test_a_line_that_is_not_as_piiguard_writes_it_is_named"
    ],
    "puts an old generation of the keyring back": [
        "test_an_old_copy_in_place_of_the_keyring_is_refused_by_the_next_command"
    ],
    "puts keyring and trail of an earlier moment back, both": [
        "test_keyring_and_trail_rolled_back_together_are_refused_by_the_database",
        "test_keyring_and_trail_rolled_back_together_are_found_by_who_knows_better",
    ],
    "changes a trail of `--trail FILE`": ["test_a_chained_trail_that_was_forged_is_refused_and_named"],
    "cuts the end off a trail of `--trail FILE`, or removes it": [
        "test_a_chained_trail_that_was_cut_is_refused_by_the_database"
    ],
}


def test_every_claim_of_the_page_is_held() -> None:
    section = PAGE.split("## The audit trail")[1].split("\n## ")[0]
    claims = re.findall(r"^\| ([^|]+?) \|", section, re.MULTILINE)
    assert set(claims) - {"somebody without a wrapping key"} == set(HELD)


@pytest.mark.parametrize("name", sorted({name for names in HELD.values() for name in names}))
def test_the_test_that_holds_it_is_there(name: str) -> None:
    files = ("keys/test_trail.py", "keys/test_change.py", "protect/test_trail.py")
    assert any(f"def {name}(" in (ROOT / "tests" / file).read_text(encoding="utf-8") for file in files)
