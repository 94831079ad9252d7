"""No value, key or password reaches an output, whatever command and format it is.

Thousands of values are planted in a database and a log; every command runs over them, in every format; then
everything they wrote is searched for the values, with digits normalised, and for unkeyed hashes of them:
there are so few IINs that any such hash can be reversed.
"""

from __future__ import annotations

import base64
import hashlib
import json
import logging
import os
import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from io import BytesIO, StringIO, TextIOWrapper
from pathlib import Path

import click
import pytest

from piiguard.cli.main import cli, run
from piiguard.demo import write_demo
from piiguard.entities import BY_NAME
from piiguard.recognizers import kz_recognizers
from piiguard.recognizers.checks import bin
from piiguard.recognizers.examples import EXAMPLES

IIN = "050312300015"
PASSPHRASE = "Qupiia soz: 7 tau, 7 kol"
RUN = re.compile(r"[0-9](?:[ \t\u00a0().+-]{0,3}[0-9])+")
HEX = re.compile(r"[0-9a-f]{12,}")
BASE64 = re.compile(r"[A-Za-z0-9+/_-]{12,}")
HASHES = ("md5", "sha1", "sha256", "sha512", "sha3_256", "blake2b", "blake2s")
CUT = 12  # signs: a hash cut to 48 bits still tells an IIN, and no other text agrees with one by chance


_URLSAFE = str.maketrans("+/", "-_")


@dataclass
class Planted:
    """What must not be seen: runs of digits, texts, and the beginnings of their hashes."""

    digits: set[str] = field(default_factory=set, repr=False)
    texts: set[str] = field(default_factory=set, repr=False)
    hashes: set[str] = field(default_factory=set, repr=False)

    def number(self, value: object) -> None:
        text = str(value)
        compact = re.sub(r"[^0-9]", "", text)
        # A phone is searched without its country code, so that +7, 8 and bare forms are one.
        self.digits.add(compact[-10:] if len(compact) == 11 else compact)
        self._hashes(text, compact, f"+7{compact[-10:]}", f"8{compact[-10:]}", f"7{compact[-10:]}")

    def text(self, value: object) -> None:
        self.texts.add(str(value).casefold())
        self._hashes(str(value))

    def _hashes(self, *spellings: str) -> None:
        for spelling in {*spellings, *(s.casefold() for s in spellings)}:
            for name in HASHES:
                digest = hashlib.new(name, spelling.encode()).digest()
                encoded = base64.b64encode(digest).decode().rstrip("=")
                base32 = base64.b32encode(digest).decode().rstrip("=").lower()
                for spelled in (digest.hex(), encoded, encoded.translate(_URLSAFE), base32):
                    self.hashes |= {spelled[:CUT], spelled[-CUT:]}

    def seen_in(self, data: bytes) -> list[str]:
        """What of it stands in some output: the kind only, for a failing test must not leak either."""
        text = data.decode("utf-8", "replace").casefold()
        return [
            *("number" for _ in self._digits_in(text)),
            *("text" for value in self.texts if value in text),
            *("hash" for token in HEX.findall(text) if self._hash_in(token)),
            *("hash" for token in BASE64.findall(data.decode("latin-1")) if self._hash_in(token)),
        ]

    def _hash_in(self, token: str) -> bool:
        return any(token[place : place + CUT] in self.hashes for place in range(len(token) - CUT + 1))

    def _digits_in(self, text: str) -> Iterator[str]:
        lengths = sorted({len(value) for value in self.digits})
        for found in RUN.findall(text):
            digits = re.sub(r"[^0-9]", "", found)
            for length in lengths:
                for start in range(len(digits) - length + 1):
                    if digits[start : start + length] in self.digits:
                        yield found


WATCHED: list[tuple[Path, Planted]] = []
"""Where files are watched that do not live long."""
REMOVED: list[str] = []
"""The names of those that held a value."""


def watch(event: str, arguments: tuple[object, ...]) -> None:
    """Look into a file of this process before it is removed or takes another's name."""
    if event not in ("os.remove", "os.rename") or not WATCHED:
        return
    home, planted = WATCHED[0]
    path = Path(str(arguments[0]))
    if home in path.absolute().parents and path.is_file() and planted.seen_in(path.read_bytes()):
        REMOVED.append(path.name)


sys.addaudithook(watch)


SOURCES = {"crm.db", "app.log", "crm.db-wal", "crm.db-shm", "crm.db-journal"}
BASELINE = ["scan", "sqlite:///crm.db", "app.log", "--write-baseline", "baseline.json"]


@contextmanager
def inside(home: Path) -> Iterator[None]:
    """The directory is the working directory, with its keyring."""
    before, environment = Path.cwd(), dict(os.environ)
    os.environ.update(
        PIIGUARD_KEYRING=str(home / "keyring.json"), PIIGUARD_PASSPHRASE=PASSPHRASE, TMPDIR=str(home / "tmp")
    )
    os.chdir(home)
    try:
        yield
    finally:
        os.chdir(before)
        os.environ.clear()
        os.environ.update(environment)


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Planted]:
    """A directory with the demo in it, before any key; tests get copies."""
    home = tmp_path_factory.mktemp("leaks")
    write_demo(home, scale=0.1)
    plant(home / "crm.db", home / "app.log")
    (home / "tmp").mkdir()
    (home / "policy.toml").write_text(
        'organisation = "Academy"\nprotection = "encrypted"\nretention = "unlimited"\n', encoding="utf-8"
    )
    with inside(home):
        assert run(BASELINE) == 3
    return home, collect(home / "crm.db", home / "app.log")


@pytest.fixture(scope="module")
def used(plain: tuple[Path, Planted], tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Planted]:
    """The same after every job; tests get copies."""
    home = tmp_path_factory.mktemp("used") / "home"
    shutil.copytree(plain[0], home)
    with inside(home):
        for command in JOBS:
            run(command)
    return home, plain[1]


def watched(made: tuple[Path, Planted], home: Path) -> Iterator[tuple[Path, Planted]]:
    """A copy, as the working directory; no file that was written, or removed again, holds a value."""
    shutil.copytree(made[0], home)
    planted = made[1]
    WATCHED.append((home, planted))
    try:
        with inside(home):
            yield home, planted
    finally:
        WATCHED.clear()
        removed = REMOVED.copy()
        REMOVED.clear()
    assert removed == [], "temporary files"
    written = [f for f in home.rglob("*") if f.is_file() and f.name not in SOURCES]
    assert written
    for file in written:
        assert planted.seen_in(file.read_bytes()) == [], file.name


@pytest.fixture
def world(plain: tuple[Path, Planted], tmp_path: Path) -> Iterator[tuple[Path, Planted]]:
    """The demo and what is planted there, before any key."""
    yield from watched(plain, tmp_path / "home")


@pytest.fixture
def world_in_use(used: tuple[Path, Planted], tmp_path: Path) -> Iterator[tuple[Path, Planted]]:
    """The demo and what is planted there, after every job."""
    yield from watched(used, tmp_path / "home")


# What the demo does not hold, or seldom: ready values and the words before them.
OTHERS = {
    "KZ_BIN": [n for serial in range(400) if bin.is_valid(n := f"8805408{serial:05}")],
    "KZ_PASSPORT": [f"N1{serial:07}" for serial in range(4_567_001, 4_567_031)],
    "KZ_DRIVER_LICENSE": [f"AB {serial}" for serial in range(123_401, 123_431)],
    "KZ_VEHICLE_PLATE": [f"{number} ABC 02" for number in range(701, 731)],
    "KZ_DOCUMENT_DATE": [f"{day:02}.07.1993" for day in range(1, 29)],
    "KZ_BIRTH_DATE": [f"{day:02}.07.1903" for day in range(1, 29)],
    "USERNAME": [f"mysal.tester{number}" for number in range(30)],
    "KZ_WORKPLACE": [f"ТОО «Үлгілік{number}»" for number in range(30)],
    "KZ_ADDRESS": [f"г. Астана, ул. Мысалдық, д. {number}, кв. 5" for number in range(10, 40)],
    "KZ_BIC": ["CASPKZKA"],
    "KZ_MRZ": ["N123456785KAZ0508263M2906173050826398546<<28"],
}


def plant(database: Path, log: Path) -> None:
    """Add a table and lines that hold every entity of which the demo has none."""
    labels = {entity: EXAMPLES[entity].rpartition(" ")[0] for entity in OTHERS}
    labels |= {"KZ_ADDRESS": "адрес:", "KZ_DRIVER_LICENSE": "водительское удостоверение", "KZ_VEHICLE_PLATE": "госномер",
               "KZ_WORKPLACE": "место работы:", "KZ_MRZ": ""}  # fmt: skip
    lines = [
        f"{labels[entity]} {value}".strip()
        for entity, values in OTHERS.items()
        for value in values
        if entity != "KZ_MRZ"
    ]
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("create table extras (id integer primary key, body text, passport varchar(9))")
        connection.executemany("insert into extras (body, passport) values (?, ?)",
                               zip(lines, OTHERS["KZ_PASSPORT"] * 20, strict=False))  # fmt: skip
        connection.commit()
    with log.open("a", encoding="utf-8", newline="\n") as file:
        file.writelines(f"2025-09-30T00:00:00Z INFO {line}\n" for line in lines)
        file.write(EXAMPLES["KZ_MRZ"].replace("|", "\n") + "\n")
        document = {"msg": "ЖСН\n" + IIN, "fullName": "Сынақов Үлгі Мысалұлы", "issued": "выдано МВД РК"}
        file.write(json.dumps(document) + "\n")  # with the escapes that Python writes


def collect(database: Path, log: Path) -> Planted:
    planted = Planted()
    planted.texts.add(PASSPHRASE.casefold())
    planted.number(IIN)
    with closing(sqlite3.connect(database)) as connection:
        for column in (
            "iin from students", "phone from students", "mobile from guardians", "iin from staff",
            "card_number from payments", "doc_number from documents", "'0' || iin from staff",
        ):  # fmt: skip
            for (value,) in connection.execute(f"select {column}"):
                planted.number(value)
        for column in (
            "full_name from students", "fio from guardians", "email from students", "iban from payments",
            "residential_address from staff", "email from staff", "workplace from guardians",
        ):  # fmt: skip
            for (value,) in connection.execute(f"select {column}"):
                planted.text(value)
        for (payload,) in connection.execute("select payload from applications"):
            client = json.loads(payload)["client"]
            planted.number(client["iin"])
            planted.text(client["fullName"])
        for (body,) in connection.execute("select body from notes"):
            for number in re.findall(r"(?<![0-9])[0-9]{12}(?![0-9])", body):
                planted.number(number)
    for entity, values in OTHERS.items():
        for value in values:
            (planted.number if entity in ("KZ_BIN", "KZ_DOCUMENT_DATE") else planted.text)(value)
    for value in re.findall(r"(?:ИИН|ЖСН|\"iin\": \"|card) ?([0-9]{12,16})", log.read_text(encoding="utf-8")):
        planted.number(value)
    for value in re.findall(r"[a-z.0-9]+@example\.kz", log.read_text(encoding="utf-8")):
        planted.text(value)
    return planted


FORMATS = ("table", "json", "ndjson", "csv", "sarif", "junit", "html")
CATALOGUES = ("datahub", "openmetadata", "dbt")

SCANS = [
    *(["scan", "sqlite:///crm.db", "app.log", "--full", "--format", name] for name in FORMATS),
    *(["scan", "sqlite:///crm.db", "app.log", "--format", name, "-o", f"report.{name}"] for name in FORMATS),
    ["scan", "sqlite:///crm.db", "app.log", "--lang", "kk"],
    ["scan", "sqlite:///crm.db", "app.log", "--lang", "ru", "--format", "html", "-o", "report-ru.html"],
    BASELINE,
    ["scan", "sqlite:///crm.db", "app.log", "--baseline", "baseline.json"],
    ["scan", "sqlite:///crm.db", "app.log", "--papers", "papers", "--policy", "policy.toml"],
    ["scan", "sqlite:///crm.db", "--jobs", "2"],
    ["scan", "sqlite:///missing.db", "nowhere.log", "app.log"],
    *(["scan", "sqlite:///crm.db", "app.log", "--min-confidence", "low", "--policy", "policy.toml", "--format", name]
      for name in (*FORMATS, *CATALOGUES)),
    ["scan", "sqlite:///crm.db", "--resume", "checkpoint.json"],
    ["scan", "crm.db", "--raw", "--full"],
    ["scan", ".", "--format", "json"],
]  # fmt: skip

# Files that are not what the option asks for, types that the values have not, keys that are not there.
MISTAKES = [
    ["scan", "app.log", "--policy", "app.log"],
    ["scan", "app.log", "--baseline", "app.log"],
    ["scan", "app.log", "--resume", "app.log"],
    ["scan", "sqlite:///crm.db", "--manifest", "app.log"],
    ["scan", "sqlite:///app.log"],
    ["scan", "app.log", "--encoding", "utf-16"],
    ["redact", "app.log", "-o", "nowhere/clean.log"],
    ["redact", "app.log", "--operator", "hash", "--keyring", "app.log"],
    ["reveal", "app.log", "--keyring", "app.log"],
    ["keys", "list", "--keyring", "app.log"],
    ["status", "sqlite:///crm.db", "--manifest", "app.log"],
    ["verify", "sqlite:///app.log"],
    ["manifest", "--models", "app.log:Base"],
    ["subject", "correct", "sqlite:///crm.db", "--what", "iin", "--manifest", "app.log"],
    ["subject", "report", "sqlite:///crm.db", "-o", "answer.html", "--manifest", "app.log"],
    ["encrypt", "sqlite:///crm.db", "extras.passport", "--type", "integer", "--yes"],
    ["encrypt", "sqlite:///crm.db", "extras.body", "--type", "date", "--yes"],
    ["encrypt", "sqlite:///crm.db", "extras.body", "--type", "json", "--yes"],
    [
        "encrypt",
        "sqlite:///crm.db",
        "extras.passport",
        "--index",
        "p_index",
        "--normalizer",
        "phone",
        "--yes",
    ],
    ["decrypt", "sqlite:///crm.db", "students.iin", "--type", "integer", "--plan"],
]

JOBS = [
    ["keys", "init", "--wrap", "passphrase", "--wrap", "file:wrapping.key"],
    ["keys", "list"],
    [
        "encrypt",
        "sqlite:///crm.db",
        "students.iin",
        "--index",
        "iin_index",
        "--normalizer",
        "digits",
        "--plan",
    ],
    [
        "encrypt",
        "sqlite:///crm.db",
        "students.iin",
        "--index",
        "iin_index",
        "--normalizer",
        "digits",
        "--yes",
    ],
    [
        "encrypt",
        "sqlite:///crm.db",
        "students.phone",
        "--index",
        "phone_index",
        "--normalizer",
        "phone",
        "--yes",
    ],
    ["encrypt", "sqlite:///crm.db", "payments.card_number", "--storage", "text", "--yes"],
    ["encrypt", "sqlite:///crm.db", "payments.no_such_column", "--yes"],
    ["status", "sqlite:///crm.db"],
    ["keys", "add"],
    ["keys", "promote", "2", "--yes"],
    ["rotate", "sqlite:///crm.db", "--dry-run"],
    ["rotate", "sqlite:///crm.db"],
    ["status", "sqlite:///crm.db", "--format", "json"],
    ["verify", "sqlite:///crm.db"],
    ["keys", "verify"],
    ["keys", "check", "--database", "sqlite:///crm.db"],
    ["keys", "list", "--format", "json"],
    ["keys", "recipient", "-o", "safe.key"],
    ["decrypt", "sqlite:///crm.db", "payments.card_number", "--yes"],
    ["keys", "rewrap", "--wrap", "file:second.key", "--yes"],
    ["keys", "retire", "1", "--database", "sqlite:///crm.db", "--yes"],
    ["keys", "destroy", "1", "--database", "sqlite:///crm.db", "--wait-days", "0", "--early", "--yes"],
    ["keys", "restore", "keyring.json", "--yes"],
    ["manifest", "--models", "models:Base", "--check"],
    ["recognizers"],
    ["demo", "."],
]
# The rules of the tour, which are written for the same school.
TOUR = (Path(__file__).parents[1] / "examples/tour.sh").read_text(encoding="utf-8")
RIGHTS = TOUR.partition("<<'TOML'\n")[2].partition("TOML\n")[0]
PEOPLE = [
    ["subject", "find", "sqlite:///crm.db", "app.log"],
    ["subject", "find", "sqlite:///crm.db", "app.log", "--format", "json"],
    ["subject", "restrict", "sqlite:///crm.db", "--plan"],
    ["subject", "restrict", "sqlite:///crm.db", "--yes"],
    ["subject", "find", "sqlite:///crm.db"],
    ["subject", "release", "sqlite:///crm.db", "--plan"],
    ["subject", "release", "sqlite:///crm.db", "--yes", "--format", "json"],
    ["subject", "restrict", "sqlite:///crm.db", "--yes", "--receipt", "act.json"],
    ["subject", "map", "sqlite:///crm.db"],
    ["subject", "erase", "sqlite:///crm.db", "--plan"],
    ["subject", "erase", "sqlite:///crm.db", "--yes"],
    ["subject", "replay", "sqlite:///crm.db", "--yes"],
    ["subject", "canary", "sqlite:///crm.db", "students", "--plan"],
    ["breach", "app.log", "sqlite:///crm.db", "--notice", "notice.txt"],
    ["breach", "app.log", "sqlite:///crm.db", "--format", "json"],
    ["retention", "sqlite:///crm.db", "--policy", "policy.toml"],
    ["keys", "end-replay", "--yes"],
]
EVERY = ["--entities", ",".join(BY_NAME)]  # those too that are replaced only where they are named
LENIENT = {"destroy", "restore", "retire", "manifest", "demo"}  # may refuse, but may not tell


def silent(planted: Planted, command: list[str], capfd: pytest.CaptureFixture[str]) -> int:
    """Run a command with all logging on; nothing that it says or logs may hold a value."""
    logged, root = StringIO(), logging.getLogger()
    handler, level = logging.StreamHandler(logged), root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    logging.getLogger("sqlalchemy.engine").setLevel(logging.DEBUG)
    try:
        code = run(command)
    finally:
        root.removeHandler(handler)
        root.setLevel(level)
        logging.getLogger("sqlalchemy.engine").setLevel(logging.NOTSET)
    out, err = capfd.readouterr()
    assert planted.seen_in(logged.getvalue().encode("utf-8", "replace")) == [], (
        f"{' '.join(command)}: logging"
    )
    shown = " ".join(command)
    if command[0] != "recognizers":  # shows examples of its own, which are planted here as well
        assert planted.seen_in(out.encode()) == [], f"{shown}: standard output"
    assert planted.seen_in(err.encode()) == [], f"{shown}: standard error"
    assert "internal error" not in err, f"{shown}: {err}"
    return code


def test_the_search_itself_finds_what_is_planted(world: tuple[Path, Planted]) -> None:
    home, planted = world
    with closing(sqlite3.connect(home / "crm.db")) as connection:
        iin, phone, email = connection.execute("select iin, phone, email from students").fetchone()
    spaced = " ".join(iin[i : i + 3] for i in range(0, 12, 3))
    for shown in (iin, spaced, f"x{phone}y", email.upper(), hashlib.sha256(iin.encode()).hexdigest()):
        assert planted.seen_in(shown.encode()), "the search is blind"
    assert planted.seen_in(base64.b64encode(hashlib.md5(iin.encode()).digest())), "the search is blind"  # noqa: S324
    digest = hashlib.sha256(iin.encode())
    for cut in (
        digest.hexdigest()[:12],
        digest.hexdigest()[-12:],
        base64.urlsafe_b64encode(digest.digest())[:16].decode(),
    ):
        assert planted.seen_in(f"id:{cut}.".encode()), "the search is blind"
    assert planted.seen_in(b"3 of 2025-01-02 12:34:56, 1,000 rows, id 0123456789abcdef") == []


@pytest.mark.parametrize("command", SCANS, ids=lambda command: "-".join(command[1:]).replace("/", ""))
def test_a_scan_shows_no_value(
    world: tuple[Path, Planted], command: list[str], capfd: pytest.CaptureFixture[str]
) -> None:
    assert silent(world[1], command, capfd) in (0, 3, 4)


@pytest.mark.slow
def test_keys_and_jobs_show_no_value(world: tuple[Path, Planted], capfd: pytest.CaptureFixture[str]) -> None:
    home, planted = world
    for command in JOBS:
        expected = 1 if "payments.no_such_column" in command else 0
        code = silent(planted, command, capfd)
        assert code == expected or LENIENT & set(command), " ".join(command)
    key = (home / "wrapping.key").read_bytes().strip()
    for file in ("keyring.json", "piiguard.toml"):
        assert key not in (home / file).read_bytes()


@pytest.mark.slow
def test_what_is_done_for_a_person_shows_no_value(
    plain: tuple[Path, Planted],
    world_in_use: tuple[Path, Planted],
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    home, planted = world_in_use
    with closing(sqlite3.connect(plain[0] / "crm.db")) as connection:
        (whose,) = connection.execute("select iin from students where id = 1").fetchone()
    with (home / "piiguard.toml").open("a", encoding="utf-8") as manifest:
        manifest.write(RIGHTS.replace('erase = "delete"', 'erase = "delete"\nrestrict = "seal"'))
    codes = []
    for command in PEOPLE:
        monkeypatch.setattr("sys.stdin", TextIOWrapper(BytesIO(f"iin={whose}\n".encode())))
        codes.append((" ".join(command), silent(planted, command, capfd)))
    assert [told for told in codes if told[1] in (1, 2)] == []


@pytest.mark.parametrize("command", MISTAKES, ids=lambda command: "-".join(command).replace("/", ""))
def test_a_mistake_is_told_without_what_stands_in_the_file(
    world_in_use: tuple[Path, Planted], command: list[str], capfd: pytest.CaptureFixture[str]
) -> None:
    assert silent(world_in_use[1], command, capfd) in (1, 2, 3, 4, 0)


def test_every_entity_is_planted(world: tuple[Path, Planted], capfd: pytest.CaptureFixture[str]) -> None:
    run(["scan", "sqlite:///crm.db", "app.log", "--min-confidence", "low", "--format", "json"])
    found = {finding["entity"] for finding in json.loads(capfd.readouterr().out)["findings"]}
    assert {entity for one in kz_recognizers() for entity in one.supported_entities} <= found


def test_every_command_is_run() -> None:
    def leaves(group: click.Group, before: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
        for name, command in group.commands.items():
            if isinstance(command, click.Group):
                yield from leaves(command, (*before, name))
            else:
                yield (*before, name)

    run_here = [*SCANS, *JOBS, *MISTAKES, *PEOPLE]
    assert [leaf for leaf in leaves(cli) if not any(tuple(c[: len(leaf)]) == leaf for c in run_here)] == []


def test_without_the_key_a_pseudonym_tells_nothing(
    world_in_use: tuple[Path, Planted], capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run(["redact", "app.log", "-o", "hidden.log", "--operator", "pseudonym", *EVERY]) == 0
    capfd.readouterr()
    monkeypatch.setenv("PIIGUARD_KEYRING", str(world_in_use[0] / "other.json"))
    assert silent(world_in_use[1], ["keys", "init", "--wrap", "file:other.key"], capfd) == 0
    assert silent(world_in_use[1], ["reveal", "hidden.log"], capfd) == 4
    monkeypatch.delenv("PIIGUARD_KEYRING")
    assert silent(world_in_use[1], ["reveal", "hidden.log", "--manifest", "missing.toml"], capfd) == 1


def test_a_damaged_row_is_reported_without_its_value(
    world_in_use: tuple[Path, Planted], capfd: pytest.CaptureFixture[str]
) -> None:
    home, planted = world_in_use
    with closing(sqlite3.connect(home / "crm.db")) as connection:
        [whole] = connection.execute("select iin from students where id = 3").fetchone()
        connection.execute("update students set iin = ? where id = 3", (whole[:-1] + bytes([whole[-1] ^ 1]),))
        connection.commit()
    for command in (["verify", "sqlite:///crm.db"], ["status", "sqlite:///crm.db"]):
        assert silent(planted, command, capfd) in (0, 1, 3, 4)


@pytest.mark.parametrize("operator", ["mask", "tag", "hash", "pseudonym"])
def test_a_redacted_log_holds_no_number_and_no_address(
    world_in_use: tuple[Path, Planted], operator: str, capfd: pytest.CaptureFixture[str]
) -> None:
    home, planted = world_in_use
    assert run(["redact", "app.log", "-o", f"clean-{operator}.log", "--operator", operator, *EVERY]) == 0
    assert planted.seen_in(capfd.readouterr().err.encode()) == []
    clean = (home / f"clean-{operator}.log").read_bytes()
    assert planted.seen_in(clean) == []
    assert clean.count(b"\n") == (home / "app.log").read_bytes().count(b"\n")


def test_command_lines_show_no_secret() -> None:
    """A passphrase is never an argument: no option takes one."""
    help_text = subprocess.run(
        [sys.executable, "-m", "piiguard", "keys", "init", "--help"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert not re.search(r"--pass(word|phrase)\b", help_text)
