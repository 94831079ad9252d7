"""Whose leak it is: a leaked file against a database, compared with sets that this test keeps in the clear."""

from __future__ import annotations

import csv
import gzip
import io
import json
import random
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import jsonschema
import pytest
import sqlalchemy as sa

from piiguard.cli.main import run
from piiguard.demo import numbers
from piiguard.errors import ScanError
from piiguard.keys import Keyring
from piiguard.manifest import Manifest
from piiguard.protect.seal import Seal
from piiguard.subjects.breach.find import find_breach
from piiguard.subjects.breach.report import BreachReport, Place
from tests.conftest import new_database

SCHEMA = json.loads((Path(__file__).parents[2] / "docs/schema/breach.schema.json").read_text("utf-8"))
MANIFEST = """
[[columns]]
table = "students"
column = "iin"
context = "students.iin"
index = "iin_index"
normalizer = "digits/2"

[[columns]]
table = "staff"
column = "phone"
context = "staff.phone"
index = "phone_index"
normalizer = "phone/2"

[[subjects]]
table = "students"
key = "id"
identifiers = ["iin", "phone", "email"]
"""
TABLES = """
create table students (id integer primary key, iin {blob}, iin_index {blob}, phone varchar(40), email varchar(80), created_at {time});
create table staff (id integer primary key, phone {blob}, phone_index {blob}, full_name varchar(80));
create table orders (id integer primary key, student_id integer references students (id), contact varchar(80), data {json});
create table prices (id integer primary key, what varchar(40), amount integer)
"""
TYPES = {
    "sqlite": {"blob": "blob", "time": "timestamp", "json": "json"},
    "postgresql": {"blob": "bytea", "time": "timestamp", "json": "jsonb"},
    "mysql": {"blob": "varbinary(120)", "time": "datetime", "json": "json"},
}
SPELLINGS: tuple[Callable[[str], str], ...] = (
    lambda p: p,
    lambda p: f"8{p[2:]}",
    lambda p: f"8 ({p[2:5]}) {p[5:8]}-{p[8:10]}-{p[10:]}",
    lambda p: f"+7 {p[2:5]} {p[5:8]} {p[8:10]} {p[10:]}",
)
MANY = 40


@dataclass
class Twin:
    """What the database holds, in the clear."""

    url: str
    keyring: Keyring
    keyring_file: Path
    manifest_file: Path
    iins: list[str] = field(default_factory=list)
    phones: list[str] = field(default_factory=list)
    emails: list[str] = field(default_factory=list)
    staff: list[str] = field(default_factory=list)
    strangers: list[str] = field(default_factory=list)

    @property
    def manifest(self) -> Manifest:
        return Manifest.parse(MANIFEST)

    def look(self, file: Path, **more: object) -> BreachReport:
        return find_breach(str(file), self.url, manifest=self.manifest, keyring=self.keyring, **more)  # type: ignore[arg-type]


@pytest.fixture(scope="module", params=["sqlite", "postgresql", "mariadb"])
def twin(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Twin]:
    """Forty students and ten of the staff; encrypted, plain and JSON side by side."""
    folder = tmp_path_factory.mktemp("twin")
    keyring = Keyring.create(folder / "keyring.json", [f"file:{folder / 'wrapping.key'}"]).open()
    (folder / "piiguard.toml").write_text(MANIFEST, "utf-8")
    with ExitStack() as stack:
        if request.param == "sqlite":
            (folder / "crm.db").touch()
            url = f"sqlite:///{folder / 'crm.db'}"
        else:
            url = new_database(request.getfixturevalue(f"{request.param}_server"), stack)
        found = Twin(url, keyring, folder / "keyring.json", folder / "piiguard.toml")
        _fill(found)
        yield found


def _fill(twin: Twin) -> None:
    rng = random.Random(7)
    iins = list(dict.fromkeys(numbers.iin(rng, female=bool(n % 2)) for n in range(2 * MANY)))
    twin.iins, twin.strangers = iins[:MANY], iins[MANY:]
    twin.phones = [f"+7701{n:07d}" for n in range(1, MANY + 1)]
    twin.emails = [f"person{n}@example.kz" for n in range(1, MANY + 1)]
    twin.staff = [f"+7702{n:07d}" for n in range(1, 11)]
    iin, phone = (Seal(twin.keyring, item) for item in twin.manifest.columns)
    engine = sa.create_engine(twin.url, poolclass=sa.NullPool)
    with engine.begin() as connection:
        for statement in TABLES.format(**TYPES[engine.dialect.name]).split(";"):
            connection.execute(sa.text(statement))

        def put(table: str, **values: object) -> None:
            names, marks = ", ".join(values), ", ".join(f":{name}" for name in values)
            connection.execute(sa.text(f"insert into {table} ({names}) values ({marks})"), values)

        for n, (one, called, mail) in enumerate(zip(twin.iins, twin.phones, twin.emails, strict=True), 1):
            put(
                "students", id=n, iin=iin.encrypt(one), iin_index=iin.index(one),
                phone=SPELLINGS[n % 4](called), email=mail.upper() if n % 2 else mail,
                created_at=f"2026-0{1 + n // 10}-{1 + n % 10:02d} 10:00:00",
            )  # fmt: skip
            put(
                "orders",
                id=n,
                student_id=n,
                contact=f"звонить {SPELLINGS[n % 4](called)}",
                data=json.dumps({"to": {"iin": one}}),
            )
            put("prices", id=n, what="книга", amount=1000 + n)
        for n, called in enumerate(twin.staff, 1):
            put("staff", id=n, phone=phone.encrypt(called), phone_index=phone.index(called), full_name="-")


def write(path: Path, rows: list[dict[str, str]], kind: str) -> Path:
    """The same rows in one of the forms that leak."""
    if kind == "csv":
        out = io.StringIO()
        writer = csv.DictWriter(out, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
        text = out.getvalue()
    elif kind == "json":
        text = json.dumps(rows, ensure_ascii=False)
    else:
        text = "".join(f"INFO saved {' '.join(f'{k}={v}' for k, v in row.items())} ok\n" for row in rows)
    file = path / f"leak.{kind}{'.gz' if kind == 'log' else ''}"
    file.write_bytes(gzip.compress(text.encode()) if kind == "log" else text.encode())
    return file


def place(report: BreachReport, name: str, entity: str) -> Place:
    (found,) = [p for p in report.places if f"{p.table}.{p.column}" == name and p.entity == entity]
    return found


def held(report: BreachReport) -> dict[str, tuple[int, int]]:
    return {one.entity: (one.values, one.ours) for one in report.holds}


@pytest.mark.parametrize("kind", ["csv", "json", "log"])
def test_who_is_ours_is_what_the_twin_says(twin: Twin, tmp_path: Path, kind: str) -> None:
    """Thirty of ours by IIN, seven strangers; spelled as exports spell them."""
    rows = [{"iin": one} for one in [*twin.iins[:30], *twin.strangers[:7], *twin.iins[:5]]]
    report = twin.look(write(tmp_path, rows, kind))
    assert (report.unread, report.ours) == ((), True)
    assert (report.people.count, report.people.at_least) == (30, False)
    assert held(report)["KZ_IIN"] == (37, 30)
    found = place(report, "students.iin", "KZ_IIN")
    assert (found.via, found.values, found.rows, found.people) == ("index", 30, 30, 30)
    assert (found.of_file, found.of_table) == (round(30 / 37, 4), 0.75)
    document = place(report, "orders.data", "KZ_IIN")
    assert (document.via, document.path, document.people) == ("value", "$.to.iin", 30)
    assert report.source is not None
    assert report.source.entity == "KZ_IIN"


def test_phones_and_mails_meet_however_they_are_spelled(twin: Twin, tmp_path: Path) -> None:
    rows = [
        {"телефон": SPELLINGS[(n + 1) % 4](twin.phones[n]), "почта": twin.emails[n].title()}
        for n in range(12)
    ]
    rows += [{"телефон": SPELLINGS[n % 4](twin.staff[n]), "почта": f"nobody{n}@example.kz"} for n in range(4)]
    report = twin.look(write(tmp_path, rows, "csv"))
    assert held(report) | {"KZ_PHONE": (16, 16), "EMAIL_ADDRESS": (16, 12)} == held(report)
    assert place(report, "students.phone", "KZ_PHONE").values == 12
    assert place(report, "orders.contact", "KZ_PHONE").people == 12
    assert place(report, "staff.phone", "KZ_PHONE").via == "index"
    assert place(report, "staff.phone", "KZ_PHONE").values == 4
    assert report.people.at_least  # of the staff nothing says who is who
    assert report.people.count == 12


def test_how_new_the_copy_is(twin: Twin, tmp_path: Path) -> None:
    """A copy is no older than the newest row that it has; what came later is counted."""
    report = twin.look(write(tmp_path, [{"iin": one} for one in twin.iins[:25]], "csv"))
    newest = place(report, "students.iin", "KZ_IIN").newest
    assert newest is not None
    assert (newest.by, (newest.at or "")[:10], newest.newer_rows) == ("created_at", "2026-03-06", MANY - 25)
    by_key = place(report, "orders.data", "KZ_IIN").newest  # no date there: the running number says it
    assert by_key is not None
    assert (by_key.by, by_key.at, by_key.newer_rows) == ("id", None, MANY - 25)


@pytest.mark.parametrize("kind", ["csv", "json", "log"])
def test_strangers_are_nobody_of_ours(twin: Twin, tmp_path: Path, kind: str) -> None:
    report = twin.look(write(tmp_path, [{"iin": one} for one in twin.strangers], kind))
    assert (report.ours, report.complete, report.people.count) == (False, True, 0)
    assert held(report)["KZ_IIN"] == (len(twin.strangers), 0)
    assert report.source is None


def test_what_else_the_file_holds_is_counted(twin: Twin, tmp_path: Path) -> None:
    rng = random.Random(3)
    rows = [
        {"ИИН": one, "ФИО": "Ахметов Серик Болатович", "карта": numbers.card(rng)} for one in twin.iins[:9]
    ]
    report = twin.look(write(tmp_path, rows, "csv"))
    own = {one.entity: one for one in report.holds}
    assert (own["CREDIT_CARD"].values, own["CREDIT_CARD"].never_ours) == (9, 9)
    assert (own["PERSON"].values, own["PERSON"].never_ours) == (1, None)


def test_nothing_is_said_to_be_nobody_s_where_it_cannot_be_compared(twin: Twin, tmp_path: Path) -> None:
    file = write(tmp_path, [{"iin": one} for one in twin.strangers], "csv")
    report = find_breach(str(file), twin.url, manifest=twin.manifest)  # without the keyring
    assert not report.complete
    assert {one.place for one in report.unread} == {"students.iin", "staff.phone"}
    with pytest.raises(ScanError):
        find_breach(str(tmp_path / "absent.csv"), twin.url, manifest=twin.manifest, keyring=twin.keyring)


@pytest.mark.parametrize("word", ["erased-qwertyuiopas", "---", "нет"])
def test_a_row_of_which_no_index_can_be_made_is_compared_whole(tmp_path: Path, word: str) -> None:
    """A pseudonym of somebody who was erased has no digits: nothing can fill its index, and nobody is missed by it."""
    keyring, item = Keyring.in_memory(), Manifest.parse(MANIFEST).columns[0]
    seal, iin = Seal(keyring, item), "050312300015"
    url = f"sqlite:///{tmp_path / 'erased.db'}"
    with sa.create_engine(url).begin() as connection:
        connection.execute(
            sa.text("create table students (id integer primary key, iin blob, iin_index blob)")
        )
        for n, value in enumerate((iin, word)):
            row = {"n": n, "cell": seal.encrypt(value), "index": seal.index(value)}
            connection.execute(sa.text("insert into students values (:n, :cell, :index)"), row)
    file = write(tmp_path, [{"iin": iin}], "csv")
    report = find_breach(str(file), url, manifest=Manifest((item,)), keyring=keyring)
    assert held(report)["KZ_IIN"] == (1, 1)
    assert not report.unread


def test_rows_without_an_index_are_named_and_plain_ones_are_compared(tmp_path: Path) -> None:
    """Half a migration: ten indexed, ten plain in the column, one encrypted and not indexed."""
    keyring = Keyring.in_memory()
    item = Manifest.parse(MANIFEST).columns[0]
    seal, rng = Seal(keyring, item), random.Random(1)
    iins = [numbers.iin(rng, female=False) for _ in range(21)]
    url = f"sqlite:///{tmp_path / 'half.db'}"
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        connection.execute(
            sa.text("create table students (id integer primary key, iin blob, iin_index blob)")
        )
        for n, one in enumerate(iins):
            cell = seal.encrypt(one) if n < 10 or n == 20 else one
            index = seal.index(one) if n < 10 else None
            connection.execute(
                sa.text("insert into students values (:n, :cell, :index)"),
                {"n": n, "cell": cell, "index": index},
            )
    manifest = Manifest((item,))
    file = write(tmp_path, [{"iin": one} for one in iins], "csv")
    report = find_breach(str(file), url, manifest=manifest, keyring=keyring)
    assert held(report)["KZ_IIN"] == (21, 20)
    assert [one.place for one in report.unread] == ["students.iin"]
    assert "no blind index yet" in report.unread[0].reason
    assert report.people.at_least


def test_a_hostile_file_and_a_hostile_table_cost_one_line_each(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'odd.db'}"
    with sa.create_engine(url).begin() as connection:
        connection.execute(sa.text("create table people (id integer primary key, iin text)"))
        connection.execute(sa.text("insert into people values (1, '050312300015')"))
        connection.execute(sa.text("create table bad (id integer primary key, iin text)"))
        connection.execute(sa.text("insert into bad values (1, cast(x'ff00fe' as text))"))
    folder = tmp_path / "leak"
    folder.mkdir()
    (folder / "a.csv").write_text("iin\n050312300015\n", "utf-8")
    (folder / "b.csv.gz").write_bytes(b"\x1f\x8b\x08" + bytes(40))
    report = find_breach(str(folder), url)
    assert report.people.count == 1
    assert [one.place for one in report.unread if one.target == str(folder)] == [str(folder / "b.csv.gz")]


def test_a_copy_of_another_table_is_not_called_the_source(twin: Twin, tmp_path: Path) -> None:
    """Twenty strangers, five of ours: no table accounts for the file."""
    rows = [{"iin": one} for one in [*twin.strangers[:20], *twin.iins[:5]]]
    report = twin.look(write(tmp_path, rows, "csv"))
    assert report.ours
    assert report.source is None


def command(twin: Twin, *words: str) -> int:
    options = ("--keyring", str(twin.keyring_file), "--manifest", str(twin.manifest_file))
    return run(["breach", *words, *options])


def test_the_command_its_document_and_its_notice_hold_no_value(
    twin: Twin, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [{"iin": one, "phone": twin.phones[n]} for n, one in enumerate(twin.iins[:30])]
    file, notice = write(tmp_path, rows, "csv"), tmp_path / "notice.txt"
    assert command(twin, str(file), twin.url, "--format", "json", "--notice", str(notice)) == 3
    out, err = capsys.readouterr()
    document = json.loads(out)
    jsonschema.validate(document, SCHEMA)
    assert (document["schema"], document["people"]["count"]) == ("piiguard.breach/1", 30)
    assert command(twin, str(file), twin.url) == 3
    table = "".join(capsys.readouterr())
    draft = notice.read_text("utf-8")
    assert "30" in draft
    assert "ЖСН" in draft
    assert "ИИН" in draft
    if notice.stat().st_mode & 0o077:
        pytest.fail("the draft can be read by others")
    for text in (out, err, table, draft):
        for value in (*twin.iins, *twin.phones, *(p[2:] for p in twin.phones), *twin.emails):
            assert value not in text


def test_the_exit_code_says_whose_it_is(twin: Twin, tmp_path: Path) -> None:
    ours = write(tmp_path, [{"iin": twin.iins[0]}, {"iin": twin.iins[1]}], "csv")
    assert command(twin, str(ours), twin.url) == 3
    theirs = write(tmp_path, [{"iin": one} for one in twin.strangers], "csv")
    assert command(twin, str(theirs), twin.url) == 0
    (tmp_path / "cut.csv.gz").write_bytes(gzip.compress(b"iin\n" + twin.iins[0].encode() * 50)[:20])
    assert command(twin, str(tmp_path / "cut.csv.gz"), twin.url) == 4


def test_nothing_is_written_to_what_is_compared(tmp_path: Path) -> None:
    path = tmp_path / "crm.db"
    with sa.create_engine(f"sqlite:///{path}").begin() as connection:
        connection.execute(sa.text("create table people (id integer primary key, iin text)"))
        connection.execute(sa.text("insert into people values (1, '050312300015')"))
    before = path.read_bytes()
    file = write(tmp_path, [{"iin": "050312300015"}], "csv")
    listing = sorted(one.name for one in tmp_path.iterdir())
    assert find_breach(str(file), f"sqlite:///{path}").people.count == 1
    assert path.read_bytes() == before
    assert sorted(one.name for one in tmp_path.iterdir()) == listing
