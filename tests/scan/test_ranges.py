"""A large file read in ranges gives what it gives in one piece."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from piiguard.read import ranges
from piiguard.read.log import LogTask, RangeTask
from piiguard.read.part import Part
from piiguard.scan import Finding, Options, scan_log
from piiguard.scan.outcome import judged
from piiguard.scan.run import read_there

OPTIONS = Options(entities=("KZ_IIN", "KZ_PHONE", "KZ_MRZ", "EMAIL_ADDRESS"), jobs=2, min_confidence="low")
LINES = [
    "ИИН 050312300015 принят",
    "ИИН:",
    "050312300015",
    "тел.",
    "  +7 701 123 45 67",
    '{"client": {"mail": "user@example.kz", "iin": "050312300015"}}',
    "IDKAZ0123456789050312300015<<<",
    "0503121M3001017KAZ<<<<<<<<<<<8",
    "SYNAQOV<<ULGI<<<<<<<<<<<<<<<<<",
    "пусто",
    "",
    "x" * 3000,
    "GET /health 200",
]


def text(seed: int, count: int = 400) -> str:
    dice = random.Random(seed)
    return dice.choice(["\n", "\r\n"]).join(dice.choice(LINES) for _ in range(count))


def in_ranges(path: Path, options: Options = OPTIONS) -> tuple[list[RangeTask], list[Part]]:
    task = LogTask(str(path), options=options)
    cut = [each for each in task.cut(None, Part(), 2) if isinstance(each, RangeTask)]  # type: ignore[arg-type]
    return cut, [read_there((each, options)) for each in cut]


def whole(parts: list[Part]) -> Part:
    added = Part()
    for part in reversed(parts):  # processes end in any order
        added.merge(part)
    return added


def findings(path: Path, part: Part) -> tuple[Finding, ...]:
    return judged(str(path), "file", str(path), part, OPTIONS).findings


def in_one_piece(path: Path) -> tuple[Finding, ...]:
    return scan_log(str(path), Options(entities=OPTIONS.entities, min_confidence="low")).findings


@pytest.fixture
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ranges, "LEAST", 700)
    monkeypatch.setattr(ranges, "_PER_JOB", 1000)


@pytest.mark.parametrize("encoding", ["utf-8", "cp1251", "utf-8-sig"])
@pytest.mark.parametrize("seed", range(4))
def test_ranges_add_up_to_the_whole(tmp_path: Path, short: None, seed: int, encoding: str) -> None:
    log = tmp_path / "app.log"
    log.write_bytes((text(seed) + ("\n" if seed % 2 else "")).encode(encoding))
    cut, parts = in_ranges(log)
    assert len(cut) > 10
    added = whole(parts)
    assert findings(log, added) == in_one_piece(log)
    assert len(findings(log, added)) >= 4
    one = scan_log(str(log), Options(entities=OPTIONS.entities)).targets[0]
    assert (added.line_count, added.bytes) == (one.lines_read, one.bytes_read)
    assert len(added.lines) == 1


def test_lines_that_are_not_utf_8_are_guessed_once_for_the_file(tmp_path: Path, short: None) -> None:
    log = tmp_path / "app.log"
    mixed = [line.encode("cp1251" if number % 7 else "utf-8") for number, line in enumerate(LINES * 20)]
    log.write_bytes(b"\n".join(mixed))
    cut, parts = in_ranges(log)
    assert len({(task.range.encoding, task.range.guess) for task in cut}) == 1
    assert findings(log, whole(parts)) == in_one_piece(log)


def test_a_line_longer_than_a_range_is_not_cut(tmp_path: Path, short: None) -> None:
    log = tmp_path / "app.log"
    log.write_text("старт\n" + "y" * 20_000 + " ИИН 050312300015\n" + text(1), encoding="utf-8")
    cut, parts = in_ranges(log)
    data = log.read_bytes()
    starts = [task.range.start for task in cut]
    assert all(start == 0 or data[start - 1 : start] == b"\n" for start in starts)
    assert findings(log, whole(parts)) == in_one_piece(log)


def test_behind_a_range_that_was_not_read_no_line_has_a_number(tmp_path: Path, short: None) -> None:
    log = tmp_path / "app.log"
    log.write_text("ИИН 050312300015\n" * 400, encoding="utf-8")
    _, parts = in_ranges(log)
    (finding,) = findings(log, whole([parts[0], *parts[2:]]))
    assert max(finding.lines) <= parts[0].line_count
    assert finding.matched == 400 - parts[1].line_count


@pytest.mark.parametrize("name", ["app.log.gz", "wide.log"])
def test_what_cannot_be_cut_at_line_breaks_stays_whole(tmp_path: Path, short: None, name: str) -> None:
    import gzip

    data = text(2).encode("utf-16" if name == "wide.log" else "utf-8")
    path = tmp_path / name
    path.write_bytes(gzip.compress(data, 0) if name.endswith(".gz") else data)
    assert ranges.cut(str(path), OPTIONS, 2) == []


@pytest.mark.slow
def test_two_processes_read_one_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ranges, "LEAST", 10_000)
    log = tmp_path / "app.log"
    log.write_text(text(3), encoding="utf-8")
    seen: list[int] = []
    two = scan_log(str(log), OPTIONS, progress=lambda place, done, total, unit: seen.append(done))
    one = scan_log(str(log), Options(entities=OPTIONS.entities, min_confidence="low"))
    assert (two.findings, two.targets, two.errors) == (one.findings, one.targets, one.errors)
    assert len(seen) > 5
    assert seen == sorted(seen)
    assert seen[-1] == log.stat().st_size
