"""A job on a table with restricted rows either leaves, after the release, what it leaves of rows that never were restricted; or it is refused
in words before anything is written."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from piiguard.cli.main import run
from piiguard.keys import Keyring
from piiguard.manifest import Manifest
from piiguard.protect.seal import Seal
from piiguard.subjects import Identifier, find_subject, release_subject, restrict_subject
from tests.subjects import schools
from tests.subjects.test_restrict import operate

PEOPLE: dict[int, dict[str, Any]] = {
    1: {"iin": "050312300015", "phone": "8 701 123-45-67", "email": "ulgi@example.kz"},
    2: {"iin": "040728400011", "phone": "+77021234567", "email": "mysal@example.kz"},
    3: {"iin": "010101300010", "phone": None, "email": None},
}
WHOM = [Identifier.of("iin", PEOPLE[1]["iin"])]
NORMALIZERS = {"iin": "digits/2", "phone": "phone/2", "email": "email/2"}
SUBJECTS = """
[[subjects]]
table = "clients"
key = "id"
identifiers = ["iin", "phone", "email"]
erase = "delete"
restrict = "seal"
"""


def protected(*names: str) -> str:
    return "".join(
        f'[[columns]]\ntable = "clients"\ncolumn = "{name}"\ncontext = "clients.{name}"\n'
        f'index = "{name}_index"\nnormalizer = "{NORMALIZERS[name]}"\n'
        for name in names
    )


class Clients:
    """A table of people with some columns encrypted, its manifest, and the commands on it."""

    def __init__(
        self,
        url: str,
        keyring: Keyring,
        folder: Path,
        *encrypted: str,
        numbers: bool = False,
        required: str = "",
    ) -> None:
        self.url, self.path, self.manifest_file = url, keyring.path, folder / "piiguard.toml"
        self.manifest_file.write_text(protected(*encrypted) + SUBJECTS, encoding="utf-8")
        self.people: dict[int, dict[str, Any]] = {key: {**one} for key, one in PEOPLE.items()}
        engine = schools.engine_of(url)
        blob = schools.TYPES[engine.dialect.name]["blob"]
        kinds: dict[str, str] = dict.fromkeys(NORMALIZERS, "varchar(80)")
        if numbers:
            kinds["phone"] = "bigint"
            self.people = {key: {**one, "phone": int(f"8701123456{key}")} for key, one in self.people.items()}
        if required:
            kinds[required] += " not null"
            self.people = {key: {**one, required: one[required] or "-"} for key, one in self.people.items()}
        columns = [
            f"{n} {blob}, {n}_index {blob}" if n in encrypted else f"{n} {kinds[n]}" for n in NORMALIZERS
        ]
        seals = {item.column: Seal(keyring, item) for item in self.manifest.columns}
        with engine.begin() as connection:
            connection.execute(
                sa.text(f"create table clients (id integer primary key, {', '.join(columns)}, age integer)")
            )
            for key, values in self.people.items():
                row: dict[str, Any] = {"id": key, **values, "age": 20 + key}
                for name, seal in seals.items():
                    row |= {name: seal.encrypt(values[name]), f"{name}_index": seal.index(values[name])}
                marks = ", ".join(f":{name}" for name in row)
                connection.execute(sa.text(f"insert into clients ({', '.join(row)}) values ({marks})"), row)

    @property
    def manifest(self) -> Manifest:
        return Manifest.load(self.manifest_file)

    @property
    def keyring(self) -> Keyring:
        return Keyring.from_file(self.path).open()

    def job(self, command: str, *arguments: str) -> int:
        own = ["--manifest", str(self.manifest_file), "--keyring", str(self.path)]
        return run([command, self.url, *arguments, *own])

    def move(self, act: Any) -> None:
        assert act(self.url, WHOM, manifest=self.manifest, keyring=self.keyring) is not None

    def rows(self) -> dict[int, dict[str, Any]]:
        with schools.engine_of(self.url).connect() as connection:
            found = connection.execute(sa.text("select * from clients")).mappings()
            return {
                row["id"]: {n: bytes(v) if isinstance(v, memoryview) else v for n, v in row.items()}
                for row in found
            }

    def is_as_if_never_restricted(self) -> None:
        """Every cell opens to what it was, and every index and twin is that of the value."""
        seals = {item.column: Seal(self.keyring, item) for item in self.manifest.columns}
        rows = self.rows()
        assert rows.keys() == self.people.keys()
        for key, row in rows.items():
            for name, value in self.people[key].items():
                seal, twin = seals.get(name), f"{name}_enc"
                stored = row[name] if seal is None or twin in row else seal.decrypt(row[name])
                assert stored == value, (key, name)
                if seal is not None and seal.item.index:
                    assert row[f"{name}_index"] in (seal.indexes(value) if value else [None])
                if seal is not None and twin in row:
                    assert seal.decrypt(row[twin]) == value
            assert row["age"] == 20 + key
        with schools.engine_of(self.url).connect() as connection:
            assert connection.scalar(sa.text("select count(*) from piiguard_restricted")) == 0


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


def encrypt(name: str) -> list[str]:
    return [f"clients.{name}", "--index", f"{name}_index", "--normalizer", NORMALIZERS[name], "--yes"]


@pytest.mark.parametrize("kept", [(), ("--keep-plaintext",)], ids=["whole", "kept"])
def test_a_column_that_was_encrypted_meanwhile_gets_him_back_encrypted(
    any_database_url: str, keyring: Keyring, folder: Path, kept: tuple[str, ...]
) -> None:
    clients = Clients(any_database_url, keyring, folder, "iin")
    clients.move(restrict_subject)
    assert clients.job("encrypt", *encrypt("phone"), *kept) == 0
    report = find_subject(clients.url, WHOM, manifest=clients.manifest, keyring=clients.keyring)
    assert {one.via for one in report.places} == {"restricted"}
    clients.move(release_subject)
    clients.is_as_if_never_restricted()
    assert clients.job("verify") == (3 if kept else 0)  # plaintext is there, as for everybody


def test_restricted_between_two_steps_of_a_job_he_comes_back_into_the_column_that_is_left(
    any_database_url: str, keyring: Keyring, folder: Path
) -> None:
    clients = Clients(any_database_url, keyring, folder, "iin")
    assert clients.job("encrypt", *encrypt("phone"), "--keep-plaintext") == 0
    clients.move(restrict_subject)
    assert clients.job("encrypt", *encrypt("phone")) == 0
    clients.move(release_subject)
    clients.is_as_if_never_restricted()
    assert clients.job("verify") == 0


@pytest.mark.parametrize("kind", ["data", "index"])
def test_rotated_meanwhile_he_is_as_the_others(
    any_database_url: str, keyring: Keyring, folder: Path, kind: str
) -> None:
    clients = Clients(any_database_url, keyring, folder, "iin", "email")
    clients.move(restrict_subject)
    operate(clients.path, "add", kind=kind)
    operate(clients.path, "promote", 2, kind=kind)
    assert clients.job("rotate", "--yes") == 0
    clients.move(release_subject)
    clients.is_as_if_never_restricted()
    assert clients.job("verify") == 0


def test_a_column_with_a_restricted_value_is_not_decrypted_and_says_so(
    any_database_url: str, keyring: Keyring, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    clients = Clients(any_database_url, keyring, folder, "iin", "phone")
    clients.move(restrict_subject)
    before = clients.rows()
    for more in (["--yes"], ["--plan"]):
        assert clients.job("decrypt", "clients.iin", *more) == 1
        told = capsys.readouterr().err
        assert "clients.iin: values are restricted, in 1 row: 1" in told
        assert "subject release" in told
        assert clients.rows() == before
    clients.move(release_subject)
    clients.is_as_if_never_restricted()
    assert clients.job("decrypt", "clients.iin", "--yes", "--type", "varchar(80)") == 0


def test_a_number_that_was_encrypted_meanwhile_comes_back_as_a_number(
    any_database_url: str, keyring: Keyring, folder: Path
) -> None:
    clients = Clients(any_database_url, keyring, folder, "iin", numbers=True)
    clients.move(restrict_subject)
    assert clients.job("encrypt", "clients.phone", "--yes") == 0
    clients.move(release_subject)
    clients.is_as_if_never_restricted()


def test_a_word_that_stood_for_a_value_and_was_encrypted_gives_way(
    sqlite_url: str, keyring: Keyring, folder: Path
) -> None:
    clients = Clients(sqlite_url, keyring, folder, "iin", required="phone")
    clients.move(restrict_subject)
    assert (
        clients.job("encrypt", "clients.phone", "--index", "phone_index", "--normalizer", "exact/2", "--yes")
        == 0
    )
    clients.move(restrict_subject)
    clients.move(release_subject)
    clients.is_as_if_never_restricted()


def test_a_scan_reads_the_others_and_nothing_that_stands_for_him(
    sqlite_url: str, keyring: Keyring, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    clients = Clients(sqlite_url, keyring, folder, "iin", required="phone")

    def found(code: int = 3) -> set[tuple[str, str, str]]:
        assert (
            run(["scan", clients.url, "--full", "--format", "json", "--manifest", str(clients.manifest_file)])
            == code
        )
        return {
            (f["column"], f["entity"], f["protection"])
            for f in json.loads(capsys.readouterr().out)["findings"]
        }

    before = found()
    clients.move(restrict_subject)
    assert found() == before
    with schools.engine_of(clients.url).begin() as connection:
        connection.execute(sa.text("delete from clients where id <> 1"))
    assert found(0) == {one for one in before if one[2] == "encrypted"}
