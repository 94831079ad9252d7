"""Names from outside are data wherever they are printed: each output is read by a parser that knows nothing of ours."""

from __future__ import annotations

import csv
import dataclasses
import json
import os
import sqlite3
import subprocess
import sys
import tomllib
import unicodedata
from contextlib import closing
from functools import cache
from html.parser import HTMLParser
from io import StringIO
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from piiguard import names
from piiguard.cli.main import run
from piiguard.cli.say import fail
from piiguard.errors import PiiguardError
from piiguard.manifest import Manifest, ProtectedColumn, append
from piiguard.recognizers.checks import iin
from piiguard.report import FORMATS, LANGUAGES, render
from piiguard.report.messages import Language
from piiguard.report.render import Format
from piiguard.scan.finding import Failure, Finding, Gap, Match, Note, PolicyCheck, ScanReport, Target

from .names import CONTROLS, NAMES

NUMBERS = [n for serial in range(600) if iin.is_valid(n := f"0503123{serial:05}")][:40]
UNSEEN = {"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"}


def unseen(text: str) -> set[str]:
    """What a reader cannot see, but for the line break that ends a line."""
    return {hex(ord(sign)) for sign in set(text) if sign != "\n" and unicodedata.category(sign) in UNSEEN}


def report_about(name: str) -> ScanReport:
    """A report in which every name that comes from outside is this one."""
    database = f"postgresql://{name}@h/{name}"
    column = Finding(
        database,
        "column",
        "KZ_IIN",
        "high",
        0.98,
        9,
        9,
        "none",
        name,
        name,
        name,
        f"$.{name}",
        base=("public", name),
    )
    file = Finding(
        name, "file", "KZ_IIN", "high", 0.98, 9, 9, "none", name, file=name, lines=(1, 2), path=name
    )
    gap = Gap("undeclared", "iin", database, name, clause=name, rows=7)
    return ScanReport(
        "2026-11-21T06:00:00Z",
        "2026-11-21T06:01:30Z",
        (Target(database, "database", 1, 9), Target(name, "file", lines_read=9)),
        (column, file, dataclasses.replace(column, entity=f"OWN_{name}", path=None)),
        (Failure(database, name, name),),
        PolicyCheck(name, name, (gap, Gap("overdue", None, database, name, name, 3, "3y", "2023-11-21"))),
        (Note(database, name, name),),
    )


def written(name: str, format: Format, lang: Language) -> str:
    match = Match(
        name, "KZ_IIN", 0.9, 0, 12, name, file=name, line=1, table=name, column=name, path=name, row=name
    )
    return render(report_about(name), format, lang=lang, matches=[match], baseline=set())


class Page(HTMLParser):
    """The elements and attributes of a page, and its text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.shape: list[tuple[str, tuple[str, ...]]] = []
        self.texts: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.shape.append((tag, tuple(name for name, _ in attrs)))
        self.texts += [value or "" for _, value in attrs]

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


@cache
def innocent_page(lang: Language) -> Page:
    return Page(written("people", "html", lang))


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("called", NAMES)
def test_no_output_holds_what_cannot_be_seen(called: str, format: Format, lang: Language) -> None:
    text = written(NAMES[called], format, lang).removeprefix("\ufeff").replace("\r\n", "\n")
    assert unseen(text) == set()
    text.encode()


@pytest.mark.parametrize("called", NAMES)
def test_json_gives_the_name_back(called: str) -> None:
    name = NAMES[called]
    document = json.loads(written(name, "json", "en"))
    assert document == json.loads(json.dumps(report_about(name).to_dict()))
    assert document["findings"][0]["table"] == name


@pytest.mark.parametrize("called", NAMES)
def test_ndjson_is_one_line_to_every_reader(called: str) -> None:
    text = written(NAMES[called], "ndjson", "en")
    assert text.splitlines() == [text[:-1]]
    assert json.loads(text)["column"] == NAMES[called]


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("called", NAMES)
def test_sarif_is_one_run_of_the_same_results(called: str, lang: Language) -> None:
    [run] = json.loads(written(NAMES[called], "sarif", lang))["runs"]
    assert len(run["results"]) == 5


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("called", NAMES)
def test_spreadsheet_has_the_same_cells_and_no_formula(called: str, lang: Language) -> None:
    text = written(NAMES[called], "csv", lang).removeprefix("\ufeff")
    rows = list(csv.reader(StringIO(text), delimiter="," if lang == "en" else ";", strict=True))
    assert {len(row) for row in rows} == {21}
    assert len(rows) == 6
    for other in ",;|":  # as a program of another country cuts it
        for line in text.splitlines():
            begins = {unicodedata.normalize("NFKC", part.strip(' "\u00a0'))[:1] for part in line.split(other)}
            assert begins.isdisjoint("=@+-")


def test_every_sign_that_may_be_folded_to_that_of_a_formula_is_known() -> None:
    folded = {
        c for c in map(chr, range(sys.maxunicode + 1)) if unicodedata.normalize("NFKC", c)[:1] in {*"=+-@|"}
    }
    assert folded <= set(names.FORMULA)


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("called", NAMES)
def test_page_has_the_same_elements_whatever_the_names_are(called: str, lang: Language) -> None:
    name = NAMES[called]
    page, innocent = Page(written(name, "html", lang)), innocent_page(lang)
    drop = {"pre", "p", "li", "ol"}  # a name that cannot be pasted has a sentence for a command
    assert [e for e in page.shape if e[0] not in drop] == [e for e in innocent.shape if e[0] not in drop]
    assert not any(attribute.startswith("on") for _, attributes in page.shape for attribute in attributes)
    assert unseen("".join(page.texts)) == set()


@pytest.mark.parametrize("color", [False, True])
@pytest.mark.parametrize("called", NAMES)
def test_table_shows_markup_as_it_is_and_no_name_without_end(called: str, color: bool) -> None:
    name = NAMES[called]
    text = render(report_about(name), "table", color=color, width=10_000)
    if "[" in name and called not in CONTROLS:
        assert names.shown(name) in text
    assert max(map(len, text.splitlines())) < 12_000


@pytest.mark.parametrize("called", NAMES)
def test_message_is_one_line_and_forges_no_other(called: str, capsys: pytest.CaptureFixture[str]) -> None:
    fail(PiiguardError(f"{NAMES[called]}: is odd", hint=f"rename {NAMES[called]}"))
    said = capsys.readouterr().err
    assert [line[:15] for line in said.splitlines()][1:] == ["piiguard: hint:"]
    assert len(said.splitlines()) == 2
    assert unseen(said) == set()


def can_be_typed(name: str) -> bool:
    """Whether bytes of a command line can be read as this name."""
    try:
        return os.fsdecode(os.fsencode(name)) == name
    except UnicodeEncodeError:
        return False


@pytest.mark.parametrize("called", NAMES)
@pytest.mark.parametrize(
    "command", [["scan"], ["redact"], ["reveal"], ["scan", "--format"], ["keys", "list", "--keyring"]]
)
def test_command_says_a_name_of_its_line_in_one_line(
    called: str,
    command: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PIIGUARD_KEYRING", "missing.json")
    name = NAMES[called]
    if name == "-" or "\0" in name or not can_be_typed(name):
        pytest.skip("standard input, or no command line can hold it")
    run([*command, name if command[-1].startswith("--") else f"./{name}"])
    said = capsys.readouterr().err
    assert all(line.startswith("piiguard: ") for line in said.splitlines())
    assert "internal error" not in said
    assert unseen(said) == set()


@pytest.mark.parametrize("called", NAMES)
def test_manifest_gives_the_entry_back(called: str, tmp_path: Path) -> None:
    name = NAMES[called]
    entry = ProtectedColumn(name, name, f"{name}.{name}", index=f"{name}_index", normalizer="digits")
    path = tmp_path / "piiguard.toml"
    if called == "surrogate":
        with pytest.raises(PiiguardError):
            append(path, entry)
        return
    append(path, entry, keyring=name)
    assert Manifest.load(path).columns == (entry,)
    assert unseen(path.read_text(encoding="utf-8")) == set()


@given(st.text())
def test_toml_and_python_strings_are_what_they_say(text: str) -> None:
    assert tomllib.loads(f"a = {names.toml(text)}")["a"] == text
    assert eval(names.python(text), {}) == text  # noqa: S307 - the spelling is what is tested
    assert names.attribute(text).isidentifier()


@given(st.text(st.characters(exclude_categories=[])))
def test_every_destination_is_free_of_what_cannot_be_seen(text: str) -> None:
    cell = str(names.cell(text))
    for spelled in (
        names.shown(text),
        names.message(text),
        names.json_text(text),
        cell,
        names.word(text) or "",
    ):
        assert unseen(spelled) == set()
        assert "\n" not in spelled
    assert json.loads(names.json_text(text)) == json.loads(json.dumps(text))
    assert len(names.shown(text * 100)) <= 200


@given(st.text(st.characters(categories=["L", "N", "P", "S", "Zs"])))
def test_shell_gives_the_word_back(text: str) -> None:
    word = names.word(text)
    if word is None or os.name != "posix":
        return
    import shlex

    assert shlex.split(word) == [text]


@pytest.fixture
def crm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A database in which every table has a hostile name, and a column and a JSON key of that name."""
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "crm.db"
    with closing(sqlite3.connect(path)) as connection:
        for name in NAMES.values():
            if "\0" in name or "\ud800" in name:
                continue
            quoted = '"' + name.replace('"', '""') + '"'
            connection.execute(f"create table {quoted} ({quoted} text, doc text)")
            rows = [(number, json.dumps({name: number})) for number in NUMBERS]
            connection.executemany(f"insert into {quoted} values (?, ?)", rows)
        connection.commit()
    return path


@pytest.mark.parametrize("format", FORMATS)
def test_scan_of_hostile_tables_ends_like_one_of_innocent_tables(
    crm: Path, format: Format, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    assert run(["scan", "crm.db", "--format", format]) == 3
    said = capfdbinary.readouterr()
    out, err = said.out.decode().removeprefix("\ufeff").replace("\r\n", "\n"), said.err.decode()
    assert unseen(out) == unseen(err) == set()
    assert all(line.startswith("piiguard: ") for line in err.splitlines())
    if format == "json":
        found = {(f["table"], f["column"]) for f in json.loads(out)["findings"]}
        left = {name for called, name in NAMES.items() if called != "surrogate"} - {
            table for table, _ in found
        }
        assert left == set()


@pytest.mark.skipif(os.name != "posix", reason="file names are bytes on POSIX alone")
@pytest.mark.parametrize("format", FORMATS)
def test_scan_of_a_folder_of_hostile_files_ends_like_one_of_innocent_files(
    format: Format, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "logs"
    folder.mkdir()
    made = 0
    for name in [*NAMES.values(), os.fsdecode(b"caf\xe9\xff.log")]:
        if "/" in name or len(name) > 80 or name == "-" or "\ud800" in name:
            continue
        (folder / name).write_text(f"принят ИИН {NUMBERS[0]}\n" * 3, encoding="utf-8")
        made += 1
    assert run(["scan", "logs", "--format", format]) == 3
    said = capfdbinary.readouterr()
    out, err = said.out.decode().removeprefix("\ufeff").replace("\r\n", "\n"), said.err.decode()
    assert unseen(out) == unseen(err) == set()
    assert all(line.startswith("piiguard: ") for line in err.splitlines())
    if format == "json":
        assert len({f["file"] for f in json.loads(out)["findings"]}) == made


def _typed(person: int) -> str:
    try:
        return os.read(person, 1 << 16).decode(errors="replace")
    except OSError:  # the other end is closed
        return ""


@pytest.mark.skipif(os.name != "posix", reason="needs a terminal of POSIX")
@pytest.mark.parametrize("command", ["scan", "encrypt"])
def test_bar_on_a_terminal_takes_no_markup(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import pty

    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PIIGUARD_KEYRING", str(tmp_path / "keyring.json"))
    assert run(["keys", "init", "--wrap", f"file:{tmp_path / 'wrapping.key'}"]) == 0
    table = "a[/foo]\x1b]0;x\x07"
    with closing(sqlite3.connect("crm.db")) as connection:
        connection.execute(f'create table "{table}" (id integer primary key, iin text)')
        connection.executemany(f'insert into "{table}" (iin) values (?)', [(number,) for number in NUMBERS])
        connection.commit()
    words = (
        ["scan", "crm.db"] if command == "scan" else ["encrypt", "--yes", "sqlite:///crm.db", f"{table}.iin"]
    )
    person, terminal = pty.openpty()
    program = [sys.executable, "-m", "piiguard", *words]
    with subprocess.Popen(program, stdin=terminal, stdout=subprocess.DEVNULL, stderr=terminal) as ran:
        os.close(terminal)
        said = "".join(iter(lambda: _typed(person), ""))
    os.close(person)
    assert ran.returncode == (3 if command == "scan" else 0), said
    assert "\x1b]0;" not in said
    assert "\x07" not in said


def test_sheet_without_a_header_calls_no_place_by_a_value(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    rows = ["Сынақов Үлгі Мысалұлы;г. Астана ул. Сынақ д. 12 кв. 5;ТОО Үлгі"] * 25
    rows += ["Тестов Образец Примерович;г. Астана ул. Сынақ д. 12 кв. 5;ТОО Үлгі"] * 25
    Path("people.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    for format in FORMATS:
        run(["scan", "people.csv", "--format", format])
        said = capfd.readouterr()
        assert "Мысалұлы" not in said.out + said.err
        assert "Сынақ" not in said.out + said.err
    run(["scan", "people.csv", "--format", "json"])
    found = {(f["entity"], f["path"], f["matched"]) for f in json.loads(capfd.readouterr().out)["findings"]}
    assert {("PERSON", "$.1", 50), ("KZ_ADDRESS", "$.2", 50)} <= found


@pytest.mark.parametrize(
    "header",
    ["Фамилия Имя Отчество;Адрес регистрации", "Тегі Аты Әкесінің аты;Мекенжайы", "Full Name;Street"],
)
def test_header_of_several_words_stays_a_header(
    header: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    rows = ["Сынақов Үлгі Мысалұлы;г. Астана ул. Сынақ д. 12 кв. 5"] * 50
    Path("people.csv").write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    run(["scan", "people.csv", "--format", "json"])
    found = {f["path"] for f in json.loads(capfd.readouterr().out)["findings"]}
    assert f"$.{header.partition(';')[0]}" in found
