"""How far a scan is: of each place, and of everything that its source holds."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa

from piiguard.read import Extent
from piiguard.scan import Options, scan_database, scan_log
from piiguard.scan.journal import Journal
from piiguard.scan.targets import scan_target


class Watch:
    """Remembers what it is told."""

    def __init__(self) -> None:
        self.extents: list[Extent] = []
        self.ends: list[tuple[str, int, bool]] = []

    def __call__(self, place: str, done: int, total: int, unit: str) -> None:
        assert self.extents, "a place is read before it is known how many there are"

    def begin(self, extent: Extent) -> None:
        self.extents.append(extent)

    def ended(self, place: str, amount: int, *, fresh: bool) -> None:
        self.ends.append((place, amount, fresh))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for number in range(4):
        (tmp_path / f"{number}.log").write_text("iin=050312300015\n" * (number + 1))
    (tmp_path / ".hidden").write_text("x")
    return tmp_path


@pytest.mark.parametrize("jobs", [1, 2])
def test_all_files_and_their_bytes_are_known_before_the_first_is_read(folder: Path, jobs: int) -> None:
    watch = Watch()
    scan_target(str(folder), Options(jobs=jobs), progress=watch)
    sizes = {str(each): each.stat().st_size for each in folder.glob("*.log")}
    assert watch.extents == [Extent(5, sum(sizes.values()), "bytes")]
    assert {place: amount for place, amount, fresh in watch.ends if fresh} == {
        **sizes,
        str(folder / ".hidden"): 0,
    }
    assert len(watch.ends) == 5


def test_of_a_database_only_the_rows_count_that_will_be_read(tmp_path: Path) -> None:
    engine = sa.create_engine(f"sqlite:///{tmp_path / 'a.db'}")
    with engine.begin() as connection:
        for name, rows in (("few", 3), ("many", 50)):
            connection.exec_driver_sql(f"create table {name} (id integer primary key, iin text)")
            for number in range(rows):
                connection.exec_driver_sql(f"insert into {name} (iin) values ('{number}')")
        connection.exec_driver_sql("analyze")
    for sample, amount in ((10, 13), (None, 53)):
        watch = Watch()
        scan_database(engine, Options(sample=sample), progress=watch)
        assert watch.extents == [Extent(2, amount, "rows")]
        assert sum(rows for _, rows, _ in watch.ends) == amount


def test_what_a_checkpoint_knows_is_not_fresh(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    kept = tmp_path_factory.mktemp("kept") / "scan.json"
    scan_target(str(folder), Options(), journal=Journal(kept, Options()), progress=(first := Watch()))
    scan_target(str(folder), Options(), journal=Journal(kept, Options()), progress=(second := Watch()))
    assert {fresh for *_, fresh in first.ends} == {True}
    assert [fresh for place, _, fresh in second.ends if place.endswith(".log")] == [False] * 4


def test_a_plain_function_is_told_of_each_place_alone(folder: Path) -> None:
    told: list[str] = []
    show: Callable[..., None] = lambda place, *_: told.append(place)
    scan_log(str(folder / "0.log"), progress=show)
    assert set(told) == {str(folder / "0.log")}


@pytest.mark.parametrize("jobs", [1, 2])
def test_whoever_interrupts_the_counting_gets_a_report_that_says_so(folder: Path, jobs: int) -> None:
    class Interrupted(Watch):
        def begin(self, extent: Extent) -> None:
            raise KeyboardInterrupt

    report = scan_target(str(folder), Options(jobs=jobs), progress=Interrupted())
    assert not report.findings
    assert not report.complete
    assert [each.reason for each in report.unread] == ["interrupted before the end"]
