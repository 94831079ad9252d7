"""Policy files."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from piiguard.errors import ScanError
from piiguard.scan.policy import Policy, Term

EXAMPLES = Path(__file__).parents[2] / "examples" / "policies"


def test_first_example_declares_what_the_platform_declares() -> None:
    policy = Policy.load(EXAMPLES / "talap.toml")
    assert sorted(policy.declared) == ["email", "iin", "name", "payment", "phone"]
    assert policy.retention == Term("3y")
    assert policy.term("iin") == Term("3y")
    assert policy.declared["iin"].clause == "2.1.4"
    assert (policy.protection, policy.protection_clause) == ("measures", "4.4")


def test_second_example_keeps_data_without_limit() -> None:
    policy = Policy.load(EXAMPLES / "orleu.toml")
    assert {"document", "address", "workplace"} <= set(policy.declared)
    assert "vehicle" not in policy.declared
    assert policy.retention is not None
    assert policy.retention.unlimited


@pytest.mark.parametrize(
    ("term", "now", "before"),
    [
        ("3y", "2026-11-21", "2023-11-21"),
        ("3y", "2028-02-29", "2025-02-28"),
        ("1m", "2026-03-31", "2026-02-28"),
        ("14m", "2026-01-15", "2024-11-15"),
        ("90d", "2026-03-31", "2025-12-31"),
    ],
)
def test_term_counts_by_the_calendar(term: str, now: str, before: str) -> None:
    moment = datetime.fromisoformat(now).replace(tzinfo=UTC)
    assert Term(term).before(moment).date().isoformat() == before


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "lacks organisation"),
        ("organisation = 1", "organisation is not a string"),
        ('organisation = "A"\ncolour = "red"', "unknown member colour"),
        ('organisation = "A"\nretention = "for ever"', "a retention term is not understood"),
        ('organisation = "A"\nretention = "0y"', "a retention term is not understood"),
        ('organisation = "A"\n[[categories]]\nclause = "1"', "lacks category"),
        ('organisation = "A"\n[[categories]]\ncategory = "shoes"', "there is no category shoes"),
        ('organisation = "A"\n[[categories]]\ncategory = "iin"\nwhere = "a.b"', "where is a list"),
        (
            'organisation = "A"\n[[categories]]\ncategory = "iin"\nprotection = "some"',
            "protection is none, measures, encrypted",
        ),
        (
            'organisation = "A"\n[[categories]]\ncategory = "iin"\n[[categories]]\ncategory = "iin"',
            "stands twice",
        ),
        ('organisation = "A"\n[[dates]]\ntable = "t"', "lacks column"),
        ('organisation = "A"\ncategories = "iin"', "is a list of tables"),
        ("organisation = ", "not valid TOML"),
    ],
)
def test_mistake_is_named_with_its_place(text: str, said: str) -> None:
    with pytest.raises(ScanError, match=said) as caught:
        Policy.parse(text, "my.toml")
    assert str(caught.value).startswith("my.toml: ")


def test_missing_and_unreadable_files_are_errors(tmp_path: Path) -> None:
    with pytest.raises(ScanError, match="cannot be read"):
        Policy.load(tmp_path / "none.toml")
    (tmp_path / "bad.toml").write_bytes(b"\xff")
    with pytest.raises(ScanError, match="not UTF-8"):
        Policy.load(tmp_path / "bad.toml")
