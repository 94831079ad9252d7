"""A sheet has no sample to begin with: what its words are is settled while it is read."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from piiguard.scan import Finding, scan_log, settle

NAMES = (
    "Сынақов Үлгі Мысалұлы",
    "Мысалова Дана Үлгіқызы",
    "Примеров Олжас Тестович",
    "Үлгіева Сымбат Сынаққызы",
)


@pytest.fixture(autouse=True)
def short_rhythm(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first 1,000 rows, then one stretch of 1,000 in four."""
    monkeypatch.setattr(settle, "HEAD", 1000)
    monkeypatch.setattr(settle, "EVERY", 4)


def found(path: Path, cells: list[str]) -> dict[tuple[str | None, str], Finding]:
    rows = "".join(f'{number},"{cell}"\n' for number, cell in enumerate(cells))
    path.write_text(f"id,fio\n{rows}", encoding="utf-8")
    report = scan_log(str(path))
    assert report.complete
    assert report.targets[0].lines_read == len(cells) + 1
    return {(finding.path, finding.entity): finding for finding in report.findings}


def test_other_rows_of_a_column_of_names_are_searched_for_numbers_only(
    tmp_path: Path, iin: Callable[[], str]
) -> None:
    cells = [NAMES[number % 4] for number in range(6000)]
    cells[2500] = f"{NAMES[0]}, ИИН {iin()}"
    seen = found(tmp_path / "people.csv", cells)
    person = seen["$.fio", "PERSON"]
    assert (person.matched, person.examined, person.records) == (2000, 2000, 6000)
    assert person.to_dict()["records"] == 6000
    assert seen["$.fio", "KZ_IIN"].lines == (2502,)


def test_a_column_that_turns_into_something_else_is_searched_again(tmp_path: Path) -> None:
    cells = [NAMES[number % 4] for number in range(2000)]
    cells += [f"г. Алматы, ул. Үлгілік, д. {number % 90}, кв. 5" for number in range(2000, 7000)]
    seen = found(tmp_path / "people.csv", cells)
    # rows 0 to 999 and 4,000 to 4,999 tell that it is no column of names; from there on every row is searched
    assert seen["$.fio", "KZ_ADDRESS"].examined == 1000 + 1000 + 2000
    assert seen["$.fio", "KZ_ADDRESS"].matched == 3000


def test_lines_of_a_rare_value_are_known_however_late_it_comes(
    tmp_path: Path, iin: Callable[[], str]
) -> None:
    cells = [f"заметка {number % 7}" for number in range(5000)]
    late = (1100, 2200, 2201, 3300, 4999)
    for place in late:
        cells[place] = f"ИИН {iin()}"
    assert found(tmp_path / "notes.csv", cells)["$.fio", "KZ_IIN"].lines == tuple(place + 2 for place in late)
