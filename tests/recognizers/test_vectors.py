"""The published test numbers, through the checks and through the engine."""

from __future__ import annotations

from types import ModuleType

import pytest

from piiguard.recognizers.checks import InvalidNumber, iin, mrz, phone
from piiguard.recognizers.checks import bin as bin_check

from .conftest import Find, vectors

IDENTIFIERS = vectors("iin_bin")
PHONES = vectors("phones")
ZONES = vectors("mrz")
CHECKS: dict[str, ModuleType] = {"IIN": iin, "BIN": bin_check}


def test_the_tables_are_complete() -> None:
    assert (len(IDENTIFIERS), len(PHONES), len(ZONES)) == (215, 80, 69)


@pytest.mark.parametrize(
    "row", IDENTIFIERS, ids=[f"{index}-{row['kind']}" for index, row in enumerate(IDENTIFIERS)]
)
def test_check_agrees_with_the_published_verdict(row: dict[str, str]) -> None:
    check = CHECKS[row["kind"]]
    assert check.is_valid(row["number"]) == (row["valid"] == "true")
    if row["valid"] == "false":
        with pytest.raises(InvalidNumber) as refused:
            check.validate(row["number"])
        assert refused.value.reason == row["reason"].split(":")[0]
        assert row["number"] not in str(refused.value)


@pytest.mark.parametrize("row", PHONES, ids=[f"{index}" for index in range(len(PHONES))])
def test_telephones_are_found_as_published(row: dict[str, str], find: Find) -> None:
    context = ["phone"] if "phone column needed" in row["reason"] else []
    found = find(row["raw"], entity="KZ_PHONE", context=context)
    assert " ".join(phone.validate(text) for _, text in found) == row["e164"]


@pytest.mark.parametrize("row", [row for row in PHONES if "phone column needed" in row["reason"]])
def test_short_forms_need_a_label(row: dict[str, str], find: Find) -> None:
    assert find(row["raw"], entity="KZ_PHONE") == []


@pytest.mark.parametrize("row", ZONES, ids=[f"{index}-{row['format']}" for index, row in enumerate(ZONES)])
def test_zone_agrees_with_the_published_verdict(row: dict[str, str]) -> None:
    assert mrz.is_valid(row["mrz"]) == (row["valid"] == "true")
    if row["valid"] == "false":
        with pytest.raises(InvalidNumber) as refused:
            mrz.validate(row["mrz"])
        assert refused.value.reason == row["reason"].split(":")[0]


@pytest.mark.parametrize("separator", ["\n", "\r\n", "|", "\\n", " ", "\n    ", ""])
@pytest.mark.parametrize("row", ZONES, ids=[f"{index}-{row['format']}" for index, row in enumerate(ZONES)])
def test_whole_zones_are_found_across_lines(row: dict[str, str], separator: str, find: Find) -> None:
    zone = row["mrz"].replace("|", separator)
    found = find(f"скан: {zone}.", entity="KZ_MRZ", least=0.75)
    assert found == ([("KZ_MRZ", zone)] if row["valid"] == "true" else [])


@pytest.mark.parametrize("row", [row for row in ZONES if row["valid"] == "true"])
def test_the_iin_inside_a_zone_is_found_if_its_own_check_passes(row: dict[str, str], find: Find) -> None:
    inside = mrz.parse(row["mrz"]).iin
    expected = [("KZ_IIN", inside)] if inside and iin.is_valid(inside) else []
    assert find(row["mrz"].replace("|", "\n"), entity="KZ_IIN") == expected
