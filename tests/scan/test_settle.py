"""A sheet has no sample to begin with: what its words are is settled while it is read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa

from piiguard.scan import Finding, Options, scan_database, scan_log, settle

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


def found(
    path: Path, cells: list[str], options: Options | None = None
) -> dict[tuple[str | None, str], Finding]:
    rows = "".join(f'{number},"{cell}"\n' for number, cell in enumerate(cells))
    path.write_text(f"id,fio\n{rows}", encoding="utf-8")
    report = scan_log(str(path), options)
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


ALL = Options(sample=None, min_confidence="low")
THOROUGH = replace(ALL, thorough=True)
LATE = 2500
"""A row that no stretch searched for words has: there lies an address in the column of names."""


def late_address() -> list[str]:
    cells = [NAMES[number % 4] for number in range(6000)]
    cells[LATE] = "г. Алматы, ул. Үлгілік, д. 7, кв. 5"
    return cells


def test_a_place_says_what_was_settled_by_which_of_its_rows(tmp_path: Path) -> None:
    seen = found(tmp_path / "people.csv", late_address(), ALL)
    assert ("$.fio", "KZ_ADDRESS") not in seen
    told = seen["$.fio", "PERSON"].to_dict()
    assert {"PERSON", "KZ_ADDRESS"} <= set(told["settled"])
    assert (told["rows_searched"], told["rows_total"]) == (2000, 6000)
    assert "2,000 of 6,000" in told["reason"]


def test_a_thorough_scan_searches_every_row_for_words(tmp_path: Path) -> None:
    seen = found(tmp_path / "people.csv", late_address(), THOROUGH)
    assert seen["$.fio", "KZ_ADDRESS"].lines == (LATE + 2,)
    person = seen["$.fio", "PERSON"]
    assert (person.matched, person.examined) == (5999, 6000)
    assert "settled" not in person.to_dict()


def test_so_it_does_in_a_table_of_a_database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settle, "LARGE", 5000)
    engine = sa.create_engine(f"sqlite:///{tmp_path}/crm.db")
    with engine.begin() as connection:
        connection.exec_driver_sql("create table people (id integer primary key, fio text)")
        connection.exec_driver_sql(
            "insert into people (fio) values (?)", [(cell,) for cell in late_address()]
        )
    for jobs in (1, 2):
        settled, thorough = (
            {each.entity: each.to_dict() for each in scan_database(engine, options).findings}
            for options in (replace(ALL, jobs=jobs), replace(THOROUGH, jobs=jobs))
        )
        assert "KZ_ADDRESS" not in settled
        assert "PERSON" in settled["PERSON"]["settled"]
        assert (settled["PERSON"]["rows_searched"], settled["PERSON"]["rows_total"]) == (2000, 6000)
        assert "KZ_ADDRESS" in thorough
        assert not any("settled" in each for each in thorough.values())
    engine.dispose()


def test_nothing_is_settled_where_no_words_are_looked_for(tmp_path: Path, iin: Callable[[], str]) -> None:
    seen = found(tmp_path / "people.csv", [iin() for _ in range(3000)], Options(entities=("KZ_IIN",)))
    assert "settled" not in seen["$.fio", "KZ_IIN"].to_dict()
