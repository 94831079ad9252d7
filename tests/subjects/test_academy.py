"""Forty tables on each database: found is what the hand-written twin calls the person's, gone is what it says must go."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa

from piiguard.keys import Keyring
from piiguard.subjects import Identifier, SubjectReport, erase_subject, find_subject
from tests.subjects import academies

WHOM = [
    Identifier.of("iin", academies.IIN),
    Identifier.of("phone", academies.PHONE),
    Identifier.of("email", academies.EMAIL),
]

NULLED = 5
"""rows that stay without their values: of staff, imports, audit_log twice, reviews"""


@pytest.fixture
def url(any_database_url: str, keyring: Keyring) -> str:
    academies.build(any_database_url, keyring)
    return any_database_url


def find(url: str, keyring: Keyring) -> SubjectReport:
    return find_subject(url, WHOM, manifest=academies.manifest(dialect(url)), keyring=keyring)


def dialect(url: str) -> str:
    return sa.make_url(url).get_dialect().name


def found_keys(report: SubjectReport, name: str) -> set[str]:
    return {key for place in report.places if place.table == name for key in place.row_keys}


def test_what_the_twin_calls_his_is_found_and_what_it_says_goes_and_nothing_else(
    url: str, keyring: Keyring
) -> None:
    is_found(find(url, keyring), url)
    goes(url, keyring)
    report = find(url, keyring)
    assert report.ambiguous == ()
    assert report.places == ()


def is_found(report: SubjectReport, url: str) -> None:
    assert len(academies.SHAPES) >= 40
    for table, shape in academies.SHAPES.items():
        dated = any(shape.columns[name].startswith("date") for name in shape.key)  # dates are shown masked
        expected = [row for row in academies.rows() if row.table == table and row.his]
        keys = {",".join(str(row.values[name]) for name in shape.key) for row in expected}
        found = found_keys(report, academies.name_of(table, dialect(url)))
        assert len(found) == len(keys), table
        assert dated or found == keys, table
    assert report.complete
    # a's to b and b's to a
    assert [(one.table, set(one.row_keys)) for one in report.ambiguous] == [("messages", {"2", "4"})]


def goes(url: str, keyring: Keyring) -> None:
    before = academies.contents(url)
    rules = academies.manifest(dialect(url))
    receipt = erase_subject(url, WHOM, manifest=rules, keyring=keyring, leave_kept=True)
    after = academies.contents(url)
    for table, was in before.items():
        fates = [row for row in academies.rows() if row.table == table]
        expected = [_meant(old, fate) for old, fate in _paired(was, fates, academies.SHAPES[table].key)]
        left = [row for row in expected if row is not None]
        assert len(after[table]) == len(left), table
        for now, meant in _paired(after[table], left, academies.SHAPES[table].key):
            assert now.keys() == meant.keys()
            for name, value in meant.items():
                if isinstance(value, _Other):
                    assert now[name], f"{table}.{name}"
                    assert str(value.than) not in str(now[name]), f"{table}.{name}"
                else:
                    assert now[name] == value, f"{table}.{name}"
    assert receipt is not None
    assert receipt.erased == sum(row.his and row.after is None for row in academies.rows()) + NULLED


class _Other:
    def __init__(self, than: Any) -> None:
        self.than = than


def _paired(left: list[Any], right: list[Any], key: tuple[str, ...]) -> Iterator[tuple[Any, Any]]:
    def named(row: Any) -> tuple[str, ...]:
        values = row.values if isinstance(row, academies.Row) else row
        return tuple(str(values[name]) for name in key)

    yield from zip(sorted(left, key=named), sorted(right, key=named), strict=True)


def _meant(old: dict[str, Any], fate: academies.Row) -> dict[str, Any] | None:
    if fate.after is None:
        return None
    return old | {
        name: _Other(old[name]) if value is academies.WORD else value for name, value in fate.after.items()
    }
