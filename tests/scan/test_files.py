"""Logs and files, as they lie around."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
from pathlib import Path

import pytest

from piiguard.errors import ScanError
from piiguard.scan import Options, ScanReport, scan_log
from piiguard.scan.finding import Match

LOG = "старт\nИИН 050312300015 принят\nпусто\nтел. +7 701 123 45 67, ИИН 050312300015\n"
CONTACTS = """\
6.3. По всем вопросам пользователи могут обращаться по следующим контактным данным:
Адрес: Республика Казахстан, г.Астана, ул.Д.Конаева, д.12/1, ВП 11
Контактный телефон: +7(7172) 64 86 86
Электронная почта: info@talap.edu.kz
в соответствии с Законом Республики Казахстан от 21 мая 2013 года № 94-V, п 4.5.1
телефон +7 (7172) 574-600 немесе kuzhat@orleu-edu.kz, 30 (тридцати) күн
"""


def entities(report: ScanReport) -> dict[str, tuple[int, ...]]:
    return {f.entity: f.lines for f in report.findings}


def test_lines_are_counted_from_one(tmp_path: Path) -> None:
    log = tmp_path / "app.log"
    log.write_text(LOG, encoding="utf-8")
    report = scan_log(str(log))
    assert entities(report) == {"KZ_IIN": (2, 4), "KZ_PHONE": (4,)}
    assert (report.targets[0].lines_read, report.targets[0].bytes_read) == (4, len(LOG.encode()))
    assert {f.matched for f in report.findings if f.entity == "KZ_IIN"} == {2}
    assert all("0312300015" not in repr(f) for f in report.findings)


def test_a_path_object_and_an_open_file_are_read_like_a_name(tmp_path: Path) -> None:
    log = tmp_path / "app.log"
    log.write_text(LOG, encoding="utf-8")
    expected = {"KZ_IIN": (2, 4), "KZ_PHONE": (4,)}
    assert entities(scan_log(log)) == expected
    with log.open("rb") as stream:
        assert entities(scan_log(stream)) == expected
    with log.open(encoding="utf-8") as lines:
        assert entities(scan_log(lines)) == expected
    assert entities(scan_log(io.StringIO(LOG), Options(encoding="cp1251"))) == expected


def test_a_policy_holds_its_contacts_and_nothing_else(tmp_path: Path) -> None:
    policy = tmp_path / "policy.txt"
    policy.write_text(CONTACTS, encoding="utf-8")
    found = {f.entity: (f.matched, f.confidence) for f in scan_log(str(policy)).findings}
    assert found.pop("KZ_PHONE")[0] == 2
    assert found.pop("EMAIL_ADDRESS")[0] == 2
    assert not found.keys() & {"KZ_IIN", "CREDIT_CARD", "IBAN_CODE", "KZ_ID_CARD", "KZ_PASSPORT", "PERSON"}


@pytest.mark.parametrize("press", [gzip.compress, bz2.compress, lzma.compress])
def test_compressed_logs_are_read_as_they_are(tmp_path: Path, press: type) -> None:
    log = tmp_path / "app.log.1"
    log.write_bytes(press(LOG.encode()))
    assert entities(scan_log(str(log)))["KZ_IIN"] == (2, 4)


def test_zstd_logs_are_read_where_the_library_is_there(tmp_path: Path) -> None:
    zstandard = pytest.importorskip("zstandard")
    log = tmp_path / "app.log.zst"
    log.write_bytes(zstandard.compress(LOG.encode()))
    assert entities(scan_log(str(log)))["KZ_IIN"] == (2, 4)


@pytest.mark.parametrize("encoding", ["cp1251", "utf-16", "utf-16-le", "koi8-r", "utf-8-sig"])
def test_encodings_are_recognized_and_said(tmp_path: Path, encoding: str) -> None:
    log = tmp_path / "app.log"
    log.write_text(LOG * 20, encoding=encoding)
    report = scan_log(str(log))
    assert entities(report)["KZ_IIN"][:2] == (2, 4)
    assert all(encoding in note.message for note in report.notes)
    assert [note.place for note in report.notes] == ([] if encoding == "utf-8-sig" else [str(log)])


def test_a_directory_is_read_file_by_file(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "a.log").write_text("ИИН 050312300015", encoding="utf-8")
    (tmp_path / "deep" / "b.log").write_text("тел. +7 701 123 45 67", encoding="utf-8")
    report = scan_log(str(tmp_path))
    assert [(Path(f.file or "").name, f.entity) for f in report.findings] == [
        ("a.log", "KZ_IIN"),
        ("b.log", "KZ_PHONE"),
    ]


def test_a_glob_names_files(tmp_path: Path) -> None:
    for name in ("a.log", "b.txt"):
        (tmp_path / name).write_text("ИИН 050312300015", encoding="utf-8")
    assert len(scan_log(str(tmp_path / "*.log")).findings) == 1


def test_a_target_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ScanError, match="there is no such file"):
        scan_log(str(tmp_path / "none.log"))


def test_a_broken_archive_makes_the_report_incomplete(tmp_path: Path) -> None:
    log = tmp_path / "app.log.gz"
    log.write_bytes(gzip.compress(LOG.encode() * 1000)[:-20])
    report = scan_log(str(log))
    assert [e.message for e in report.errors] == ["the compressed data is damaged or ends too early"]
    assert not report.complete


def test_a_binary_file_is_listed_and_raw_mode_reads_it(tmp_path: Path) -> None:
    dump = tmp_path / "core"
    dump.write_bytes(bytes(range(256)) * 40 + b"\x00\x07IIN 050312300015\x00\xff" + bytes(5000))
    assert "binary file" in scan_log(str(dump)).errors[0].message
    report = scan_log(str(dump), Options(raw=True))
    assert report.complete
    assert [f.entity for f in report.findings] == ["KZ_IIN"]


def test_an_empty_file_holds_nothing(tmp_path: Path) -> None:
    (tmp_path / "empty.log").touch()
    report = scan_log(str(tmp_path / "empty.log"))
    assert (report.findings, report.complete, report.targets[0].lines_read) == ((), True, 0)


def test_each_match_is_sent_with_its_span() -> None:
    matches: list[Match] = []
    scan_log(io.BytesIO(LOG.encode()), name="app.log", sink=matches.append)
    spans = [(m.line, m.entity, LOG.splitlines()[(m.line or 1) - 1][m.start : m.end]) for m in matches]
    assert spans == [
        (2, "KZ_IIN", "050312300015"),
        (4, "KZ_PHONE", "+7 701 123 45 67"),
        (4, "KZ_IIN", "050312300015"),
    ]


def test_json_lines_have_paths() -> None:
    lines = b'{"user": {"iin": "050312300015"}, "n": 1}\n{"user": {"phones": ["+77011234567"]}}\n'
    report = scan_log(io.BytesIO(lines))
    assert [(f.entity, f.path, f.lines) for f in report.findings] == [
        ("KZ_IIN", "$.user.iin", (1,)),
        ("KZ_PHONE", "$.user.phones[*]", (2,)),
    ]


def test_a_growing_file_ends_where_it_was(tmp_path: Path) -> None:
    log = tmp_path / "app.log"
    log.write_text(LOG, encoding="utf-8")

    def grow(*_: object) -> None:
        with log.open("a", encoding="utf-8") as file:
            file.write(LOG)

    assert scan_log(str(log), progress=grow).targets[0].lines_read == 4


def test_an_interrupt_leaves_a_valid_report(tmp_path: Path) -> None:
    for name in ("a.log", "b.log"):
        (tmp_path / name).write_text(LOG, encoding="utf-8")

    def stop(match: Match) -> None:
        raise KeyboardInterrupt

    report = scan_log(str(tmp_path), sink=stop)
    assert [e.message for e in report.errors] == ["interrupted before the end"]
    assert not report.complete


def sheet(path: Path, delimiter: str, encoding: str = "utf-8") -> Path:
    rows = [delimiter.join(["order_number", "тел", "note"])]
    rows += [
        delimiter.join([f"26010{n:07}", f"701{n:07}", "ИИН 050312300015" if n == 7 else "ok"])
        for n in range(40)
    ]
    path.write_text("\n".join(rows), encoding=encoding)
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1251", "utf-16"])
def test_a_sheet_is_judged_by_column(tmp_path: Path, encoding: str) -> None:
    report = scan_log(str(sheet(tmp_path / "clients.csv", ";", encoding)))
    found = {(f.path, f.entity): (f.matched, f.examined, f.lines[:2]) for f in report.findings}
    assert found == {("$.тел", "KZ_PHONE"): (40, 40, (2, 3)), ("$.note", "KZ_IIN"): (1, 40, (9,))}
    assert report.targets[0].lines_read == 41
    assert {f.file for f in report.findings} == {str(tmp_path / "clients.csv")}


def test_a_sheet_may_be_compressed_and_have_no_header(tmp_path: Path) -> None:
    path = tmp_path / "export.tsv.gz"
    path.write_bytes(gzip.compress("".join(f"{n}\t+7 701 000 00 {n:02}\n" for n in range(30)).encode()))
    (finding,) = scan_log(str(path)).findings
    assert (finding.path, finding.matched) == ("$.2", 30)


def test_a_sheet_gives_single_matches_by_line(tmp_path: Path) -> None:
    matches: list[Match] = []
    scan_log(str(sheet(tmp_path / "clients.csv", ",")), sink=matches.append)
    assert [(m.line, m.entity) for m in matches if m.entity == "KZ_IIN"] == [(9, "KZ_IIN")]


def test_an_unknown_encoding_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "a.log").write_text(LOG, encoding="utf-8")
    with pytest.raises(ScanError, match="there is no such encoding"):
        scan_log(str(tmp_path / "a.log"), Options(encoding="cp12510"))


def test_values_behind_escapes_are_found_where_they_are_written() -> None:
    """Python's JSON writes no letter outside ASCII as it is, and a line break as two signs before a number."""
    note = json.dumps({"user": {"full_name": "Сынақов Үлгі Мысалұлы", "note": "ИИН\n050312300015"}})
    lines = [note, "INFO payload=" + json.dumps(note), "ничего"]
    matches: list[Match] = []
    report = scan_log(io.BytesIO("\n".join(lines).encode()), name="app.log", sink=matches.append)
    found = {f.entity: (f.lines, f.path) for f in report.findings if f.path}
    assert found == {"PERSON": ((1,), "$.user.full_name"), "KZ_IIN": ((1,), "$.user.note")}
    written = [lines[(m.line or 1) - 1][m.start : m.end] for m in matches]
    assert [json.loads(f'"{text}"') for text in written[:2]] == ["Сынақов Үлгі Мысалұлы", "050312300015"]
    assert [(m.line, m.entity) for m in matches] == [
        (1, "PERSON"),
        (1, "KZ_IIN"),
        (2, "PERSON"),
        (2, "KZ_IIN"),
    ]
    assert report.targets[0].lines_read == 3
