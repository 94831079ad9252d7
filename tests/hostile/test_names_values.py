"""A name that is itself a value is shown by nobody: table, column, database, file, folder, table of a dump."""

from __future__ import annotations

import json
import re
import sqlite3
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest

from piiguard.cli.main import run
from piiguard.manifest import ProtectedColumn, append
from piiguard.names import HIDDEN
from piiguard.report import FORMATS, LANGUAGES, render
from piiguard.report.remedy import next_step, remedies
from piiguard.report.render import Format
from piiguard.scan import Options
from piiguard.scan.baseline import Baseline
from piiguard.scan.discretion import Discretion
from piiguard.scan.finding import Finding, ScanReport
from piiguard.scan.targets import scan_target

from .files import iin
from .growth import fill, too_fast_growing

IIN = iin(7)
PHONE, MAIL, CARD, ACCOUNT = (
    "77011234567",
    "synaq.ulgi@mail.example.kz",
    "4111111111111111",
    "KZ86125KZT5004100100",
)
PERSON = "Сынақов Үлгі Мысалұлы"
SECRET = [IIN, PHONE, "synaq", CARD, ACCOUNT, "Үлгі", "Мысалұлы"]
VALUES = [IIN, f"t_{IIN}", f"t{IIN}", f"people-{IIN}-old", PHONE, f"user_{PHONE}", MAIL, f"u_{CARD}", ACCOUNT, PERSON,
          "Сынақов_Үлгі_Мысалұлы"]  # fmt: skip
INNOCENT = ["people", "t_2026_11_21", "backup-20241231235959", "events_202411211200", "app-2024-01-02.log", "iin",
            "ТОО Ромашка", "v1.2.3", "050312300016", "a@b", "@SUM(A1)", "50% off", "улица_Абая", "crm.public.students",
            "sqlite:///data/crm.db", "postgresql+psycopg://crm:***@db.example.kz/crm", "/var/log/app.log.1.gz"]  # fmt: skip


def held(text: str) -> list[str]:
    """What of the values stands there, also with something between the digits."""
    return [value for value in SECRET if value in text or value in re.sub(r"[-+ ()]", "", text)]


@pytest.mark.parametrize("name", VALUES)
def test_a_name_that_is_a_value_is_hidden(name: str) -> None:
    shown = Discretion().name(name)
    assert HIDDEN in shown
    assert held(shown) == []
    assert Discretion().name(shown) == shown


@pytest.mark.parametrize("name", INNOCENT)
def test_a_name_that_is_none_is_shown(name: str) -> None:
    assert Discretion().name(name) == name


@pytest.mark.parametrize("before", [0, 1_985, 5_000, 32_760, 100_000])
def test_a_value_is_hidden_however_long_the_name_around_it_is(before: int) -> None:
    name = f"{'x' * before} {IIN} {'y' * 3_000}"
    shown = Discretion().name(name)
    assert held(shown) == []
    assert IIN[:6] not in shown  # the day of birth


UNITS = ["x", "'", "- ", "1 ", "1-", ".a", "a.b@", "ab_", "ab ", "\u202e", f"{IIN} ", "Сынақов Үлгі "]


def test_a_name_costs_in_proportion_to_its_length() -> None:
    inputs = {unit: partial(fill, unit) for unit in UNITS}
    assert too_fast_growing(lambda name: Discretion().name(name), inputs, 4 << 10, 32 << 10) == {}


def test_names_that_look_alike_are_told_apart() -> None:
    discretion = Discretion()
    first, second = discretion.name(f"t_{iin(1)}"), discretion.name(f"t_{iin(2)}")
    assert first != second
    assert discretion.name(f"t_{iin(1)}") == first


def number(n: int) -> str:
    return iin(n + 100)


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A database and files with such names, and innocent values in them that a scan finds."""
    monkeypatch.chdir(tmp_path)
    with closing(sqlite3.connect(f"{IIN}.db")) as connection:
        for name in VALUES:
            connection.execute(f'create table "{name}" (id integer primary key, "{name}" text, doc text)')
            rows = [(number(n), json.dumps({IIN: number(n)})) for n in range(30)]
            connection.executemany(f'insert into "{name}" ("{name}", doc) values (?, ?)', rows)
        connection.execute(f'create view "v_{IIN}" as select * from gone')
        connection.commit()
    (tmp_path / f"logs {IIN}").mkdir()
    for name in VALUES:
        text = f"принят ИИН {number(1)}\n" * 3
        (tmp_path / f"logs {IIN}" / f"{name}.log").write_text(text, encoding="utf-8")
    (tmp_path / f"logs {IIN}" / f".hidden {IIN}").write_text("x", encoding="utf-8")
    values = ",".join(f"({n}, '{number(n)}')" for n in range(30))
    dump = f"create table `t_{IIN}` (`id` int, `u_{PHONE}` varchar(12));\ninsert into `t_{IIN}` values {values};\n"
    (tmp_path / "dump.sql").write_text(dump, encoding="utf-8")
    sheet = [f"id;u_{PHONE};{MAIL}", *(f"{n};{number(n)};x" for n in range(30))]
    (tmp_path / "sheet.csv").write_text("\n".join(sheet) + "\n", encoding="utf-8")
    lines = [json.dumps({f"u_{PHONE}": {MAIL: f"ИИН {number(n)}"}}, ensure_ascii=False) for n in range(30)]
    (tmp_path / "app.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return tmp_path


TARGETS = [
    f"{IIN}.db",
    f"sqlite:///{IIN}.db",
    f"logs {IIN}",
    "dump.sql",
    "sheet.csv",
    "app.jsonl",
    f"nothing {IIN}",
]


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("target", TARGETS, ids=["file", "url", "folder", "dump", "sheet", "json", "missing"])
def test_no_format_and_no_message_shows_one(
    world: Path, format: Format, target: str, capfd: pytest.CaptureFixture[str]
) -> None:
    code = run(["scan", target, "--format", format, "--entities", "KZ_IIN"])
    said = capfd.readouterr()
    assert code in ((1,) if target.startswith("nothing") else (3, 4))
    assert held(said.out) == []
    assert held(said.err) == []


@pytest.mark.parametrize("target", TARGETS[:-1], ids=["file", "url", "folder", "dump", "sheet", "json"])
def test_what_programs_of_others_make_of_a_report_shows_none(world: Path, target: str) -> None:
    report = scan_target(target, Options(entities=("KZ_IIN",)))
    for format in FORMATS:
        for lang in LANGUAGES:
            assert held(render(report, format, lang=lang)) == []
    Baseline().write("known.json", report.findings)
    assert held(Path("known.json").read_text(encoding="utf-8")) == []
    assert Baseline.load("known.json").accepted(report.findings) >= {
        finding.id for finding in report.findings
    }


def test_a_baseline_knows_such_places_again(world: Path) -> None:
    words = ["scan", f"{IIN}.db", f"logs {IIN}", "dump.sql", "--exclude", "v_*", "--entities", "KZ_IIN"]
    run([*words, "--write-baseline", "known.json"])
    assert held(Path("known.json").read_text(encoding="utf-8")) == []
    assert (
        run([*words, "--baseline", "known.json", "--format", "json", "-o", "report"]) == 4
    )  # a hidden file is left
    (world / f"logs {IIN}" / f".hidden {IIN}").unlink()
    assert run([*words, "--baseline", "known.json", "--format", "json", "-o", "report"]) == 0


def test_findings_of_different_places_stay_different(world: Path) -> None:
    assert run(["scan", f"{IIN}.db", "--format", "json", "--entities", "KZ_IIN", "-o", "report"]) == 4
    findings = json.loads(Path("report").read_text(encoding="utf-8"))["findings"]
    assert len({finding["id"] for finding in findings}) == len(findings) >= 2 * len(VALUES)


@pytest.mark.parametrize("name", VALUES)
def test_what_is_hidden_has_no_remedy_that_could_be_pasted(name: str) -> None:
    column = Finding("sqlite:///crm.db", "column", "KZ_IIN", "high", 0.98, 9, 9, "none", "0*", name, "iin")
    file = Finding(name, "file", "KZ_IIN", "high", 0.98, 9, 9, "none", "0*", file=name)
    report = Discretion().report(ScanReport("", "", (), (column, file)))
    for finding in report.findings:
        assert "rename it" in next_step(finding)
        assert "piiguard encrypt" not in next_step(finding)
        assert [r.name for r in remedies(finding) if r.name in ("encrypt", "redact")] == []


def test_jobs_and_counts_show_none(world: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert run(["keys", "init", "--keyring", "keyring.json", "--wrap", "file:wrapping.key"]) == 0
    table, url = f"t_{IIN}", f"sqlite:///{IIN}.db"
    append("piiguard.toml", ProtectedColumn(table, table, f"{table}.{table}"), keyring="keyring.json")
    commands = [
        ["status", url], ["status", url, "--format", "json"], ["verify", url], ["verify", url, "--format", "json"],
        ["encrypt", url, f"{table}.{table}", "--plan"], ["encrypt", url, f"{table}.{table}", "--dry-run"],
        ["encrypt", url, f"{table}.{table}", "--yes"], ["encrypt", url, f"{table}.nothing", "--yes"],
        ["status", url], ["verify", url], ["rotate", url, "--plan"], ["rotate", url, "--yes"],
        ["decrypt", url, f"{table}.{table}", "--plan"], ["decrypt", url, f"{table}.{table}", "--yes"],
        ["keys", "retire", "1", "--database", url],
        ["redact", f"logs {IIN}/{IIN}.log", "-o", f"clean {IIN}.log"], ["redact", f"none {IIN}.log"],
        ["keys", "list", "--keyring", f"{IIN}.json"], ["demo", f"logs {IIN}"],
        ["scan", f"{IIN}.db", "--policy", f"{IIN}.toml"], ["scan", f"{IIN}.db", "--baseline", f"{IIN}.json"],
    ]  # fmt: skip
    for command in commands:
        run(command)
        said = capfd.readouterr()
        assert held(said.out) == [], command[:1]
        assert held(said.err) == [], command[:1]
