"""A log that grows is read by the reader of logs: what is found since is what a scan of the whole finds."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from piiguard.scan import Match, Options, ScanReport, scan_log

LINE = "ИИН 050312300015 принят\n"
ZONE = (
    "P<KAZSYNAQOV<<ULGI<<<<<<<<<<<<<<<<<<<<<<<<<<\n",
    "N012345674KAZ0503121M3001017050312300015<<14\n",
)
OPTIONS = Options(entities=("KZ_IIN", "KZ_PHONE", "KZ_MRZ"))


def followed(log: Path, *steps: Callable[[], object]) -> tuple[list[Match], ScanReport]:
    """The matches and the report, when each step is taken as soon as nothing is new."""
    left: Iterator[Callable[[], object]] = iter(steps)
    found: list[Match] = []

    def waiting() -> None:
        step = next(left, None)
        if step is None:
            raise KeyboardInterrupt
        step()

    return found, scan_log(log, OPTIONS, sink=found.append, waiting=waiting)


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "app.log"
    path.write_text("первая\n" + LINE, encoding="utf-8")
    return path


@pytest.fixture
def append(log: Path) -> Callable[[str], Callable[[], object]]:
    def later(text: str) -> Callable[[], object]:
        def act() -> None:
            with log.open("a", encoding="utf-8") as file:
                file.write(text)

        return act

    return later


def test_what_is_appended_counts_as_soon_as_its_line_ends(
    log: Path, append: Callable[[str], Callable[[], object]]
) -> None:
    found, report = followed(
        log, append("тел. +7 701 123 45 67\nбез конца строки тел. +7 705 000 00 01"), append("\n")
    )
    assert [(m.line, m.entity) for m in found] == [(2, "KZ_IIN"), (3, "KZ_PHONE"), (4, "KZ_PHONE")]
    assert {f.entity: f.lines for f in report.findings} == {"KZ_IIN": (2,), "KZ_PHONE": (3, 4)}
    assert report.complete
    assert report.targets[0].lines_read == 4


@pytest.mark.parametrize(
    "text",
    [
        "тел. +7 701 123 45 67, тел. +7 705 000 00 01\n",
        "".join(ZONE),
        "ИИН:\n050312300015\n",
        '{"user": {"iin": "050312300015"}}\n',
    ],
)
def test_what_is_appended_gives_what_a_scan_of_the_whole_gives(
    log: Path, append: Callable[[str], Callable[[], object]], text: str
) -> None:
    found, report = followed(log, *(append(line) for line in text.splitlines(keepends=True)))
    matches: list[Match] = []
    whole = scan_log(log, OPTIONS, sink=matches.append)
    assert report.findings == whole.findings
    assert len(found) > 1
    assert found == matches


def test_a_log_that_is_rotated_or_cut_is_begun_anew(
    log: Path, append: Callable[[str], Callable[[], object]]
) -> None:
    def rotate() -> None:
        log.rename(log.with_suffix(".1"))
        log.write_text("новый\n" + LINE, encoding="utf-8")

    def cut() -> None:
        log.write_text(LINE, encoding="utf-8")

    found, report = followed(log, rotate, append(LINE), cut, append(""))
    assert [m.line for m in found] == [2, 2, 3, 1]
    (finding,) = report.findings
    assert finding.matched == 4


def test_a_last_line_that_nothing_ends_is_searched_in_the_end(
    log: Path, append: Callable[[str], Callable[[], object]]
) -> None:
    found, report = followed(log, append("тел. +7 701 123 45 67"))
    assert [(m.line, m.entity) for m in found] == [(2, "KZ_IIN"), (3, "KZ_PHONE")]
    assert report.complete


def test_an_interrupt_before_all_was_read_cuts_the_scan_short(log: Path) -> None:
    def stop(match: Match) -> None:
        raise KeyboardInterrupt

    report = scan_log(log, OPTIONS, sink=stop, waiting=lambda: None)
    assert [error.message for error in report.errors] == ["interrupted before the end"]


@pytest.mark.parametrize(
    "data",
    [gzip.compress(LINE.encode()), b"%PDF-1.7\n" + LINE.encode(), bytes(range(256)) * 40],
    ids=["gzip", "pdf", "binary"],
)
def test_what_takes_the_place_of_a_log_and_is_no_text_is_named(log: Path, data: bytes) -> None:
    """As a scan of the file names it; and the log that comes after it is read."""

    def replaced(by: bytes) -> Callable[[], object]:
        def act() -> None:
            (new := log.with_name("new")).write_bytes(by)
            new.replace(log)

        return act

    found, report = followed(log, replaced(data), replaced(LINE.encode()))
    assert [match.entity for match in found] == ["KZ_IIN", "KZ_IIN"]
    assert not report.complete
    [unread] = report.unread
    assert unread.place == str(log)
