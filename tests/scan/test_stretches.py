"""A large file read in stretches gives what it gives in one piece."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from piiguard.scan import Options, scan_log, stretches
from piiguard.scan.engines import make_engine
from piiguard.scan.files import scan_stretch
from piiguard.scan.stretches import Assembly, Stretch, StretchPart

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


def in_stretches(path: Path, options: Options = OPTIONS) -> tuple[list[Stretch], Assembly, list[StretchPart]]:
    engine, cut = make_engine(options.entities), stretches.cut(str(path), options)
    parts = [StretchPart(stretch) for stretch in cut]
    for part in parts:
        scan_stretch(engine, options, part, lambda _: None)
    return cut, Assembly(str(path), cut, options), parts


@pytest.fixture
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stretches, "LEAST", 700)
    monkeypatch.setattr(stretches, "_PER_JOB", 1000)


@pytest.mark.parametrize("encoding", ["utf-8", "cp1251", "utf-8-sig"])
@pytest.mark.parametrize("seed", range(4))
def test_stretches_add_up_to_the_whole(tmp_path: Path, short: None, seed: int, encoding: str) -> None:
    log = tmp_path / "app.log"
    log.write_bytes((text(seed) + ("\n" if seed % 2 else "")).encode(encoding))
    cut, assembly, parts = in_stretches(log)
    assert len(cut) > 10
    outcomes = [assembly.add(part) for part in reversed(parts)]  # processes end in any order
    assert outcomes[:-1] == [None] * (len(parts) - 1)
    whole = outcomes[-1]
    one = scan_log(str(log), Options(entities=OPTIONS.entities, min_confidence="low"))
    assert whole is not None
    assert whole.findings == one.findings
    assert len(whole.findings) >= 4
    assert (whole.units, whole.bytes) == (one.targets[0].lines_read, one.targets[0].bytes_read)
    assert whole.complete


def test_lines_that_are_not_utf_8_are_guessed_once_for_the_file(tmp_path: Path, short: None) -> None:
    log = tmp_path / "app.log"
    mixed = [line.encode("cp1251" if number % 7 else "utf-8") for number, line in enumerate(LINES * 20)]
    log.write_bytes(b"\n".join(mixed))
    cut, assembly, parts = in_stretches(log)
    assert len({(stretch.encoding, stretch.guess) for stretch in cut}) == 1
    for part in parts:
        whole = assembly.add(part)
    assert whole is not None
    one = scan_log(str(log), Options(entities=OPTIONS.entities, min_confidence="low"))
    assert whole.findings == one.findings


def test_a_line_longer_than_a_stretch_is_not_cut(tmp_path: Path, short: None) -> None:
    log = tmp_path / "app.log"
    log.write_text("старт\n" + "y" * 20_000 + " ИИН 050312300015\n" + text(1), encoding="utf-8")
    cut, assembly, parts = in_stretches(log)
    data = log.read_bytes()
    assert all(stretch.start == 0 or data[stretch.start - 1 : stretch.start] == b"\n" for stretch in cut)
    for part in parts:
        whole = assembly.add(part)
    assert whole is not None
    assert (
        whole.findings
        == scan_log(str(log), Options(entities=OPTIONS.entities, min_confidence="low")).findings
    )


def test_behind_a_stretch_that_was_not_read_no_line_has_a_number(tmp_path: Path, short: None) -> None:
    log = tmp_path / "app.log"
    log.write_text("ИИН 050312300015\n" * 400, encoding="utf-8")
    cut, assembly, parts = in_stretches(log)
    for part in parts:
        if part.stretch.start != cut[1].start:
            assert assembly.add(part) is None
    (half,) = assembly.rest()
    (finding,) = half.findings
    assert not half.complete
    assert max(finding.lines) <= parts[0].statistics.lines
    assert finding.matched == 400 - parts[1].statistics.lines


@pytest.mark.parametrize("name", ["app.csv", "app.log.gz", "wide.log"])
def test_what_cannot_be_cut_at_line_breaks_stays_whole(tmp_path: Path, short: None, name: str) -> None:
    import gzip

    data = text(2).encode("utf-16" if name == "wide.log" else "utf-8")
    path = tmp_path / name
    path.write_bytes(gzip.compress(data, 0) if name.endswith(".gz") else data)
    assert stretches.cut(str(path), OPTIONS) == []


@pytest.mark.slow
def test_two_processes_read_one_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stretches, "LEAST", 10_000)
    log = tmp_path / "app.log"
    log.write_text(text(3), encoding="utf-8")
    seen: list[int] = []
    two = scan_log(str(log), OPTIONS, progress=lambda place, done, total, unit: seen.append(done))
    one = scan_log(str(log), Options(entities=OPTIONS.entities, min_confidence="low"))
    assert (two.findings, two.targets, two.errors) == (one.findings, one.targets, one.errors)
    assert len(seen) > 5
    assert seen == sorted(seen)
    assert seen[-1] == log.stat().st_size
