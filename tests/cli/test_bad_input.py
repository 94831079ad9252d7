"""Wrong input of every kind: one line, a hint, the documented exit code, no traceback, no value, no password."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import click
import pytest
import sqlalchemy as sa

from piiguard.cli.main import cli, run
from piiguard.manifest import ProtectedColumn, append

PASSWORD = "Qupiia-Soz-77"
IIN = "050312300015"
Refused = Callable[..., str]


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A directory with a keyring and a small database, as the working directory."""
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("PIIGUARD_")]:
        monkeypatch.delenv(name)
    with closing(sqlite3.connect("crm.db")) as connection:
        connection.executescript(
            "create table clients (id integer primary key, iin text, note text);"
            "create table keyless (iin text);"
            f"insert into clients values (1, '{IIN}', null), (2, null, ''), (3, '040229308993', 'x'),"
            "(4, '081026356936', null), (5, '090424331379', null);"
            f"insert into keyless values ('{IIN}'), ('{IIN}');"
        )
    assert run(["keys", "init", "--keyring", "keyring.json", "--wrap", "file:wrapping.key"]) == 0
    monkeypatch.setenv("PIIGUARD_KEYRING", "keyring.json")
    append("piiguard.toml", ProtectedColumn("clients", "note", "clients.note"), keyring="keyring.json")
    return tmp_path


@pytest.fixture
def refused(capfd: pytest.CaptureFixture[str]) -> Refused:
    """Run a command that must fail; returns its message without the hints."""

    def check(*command: str, code: int = 1, hint: bool = True) -> str:
        capfd.readouterr()
        assert run([*command]) == code
        out, err = capfd.readouterr()
        assert out == "" or code == 4
        for secret in (PASSWORD, IIN, "040229308993"):
            assert secret not in err
        assert "Traceback" not in err
        assert "internal error" not in err, err
        lines = err.splitlines()
        assert all(line.startswith("piiguard: ") for line in lines), err
        hints = [line for line in lines if line.startswith("piiguard: hint: ")]
        assert hints or not hint, err
        return "\n".join(line.removeprefix("piiguard: ") for line in lines if line not in hints)

    return check


JOBS = [("encrypt", "clients.iin", "--yes"), ("rotate",), ("status",), ("verify",)]


@pytest.mark.parametrize("job", [("scan",), *JOBS], ids=lambda job: job[0])
class TestDatabase:
    def test_that_does_not_answer(self, here: Path, refused: Refused, job: tuple[str, ...]) -> None:
        said = refused(job[0], f"postgresql://crm:{PASSWORD}@127.0.0.1:1/crm", *job[1:])
        assert "postgresql+psycopg://crm:***@127.0.0.1:1/crm: the server does not answer" in said

    def test_with_an_unknown_host(self, here: Path, refused: Refused, job: tuple[str, ...]) -> None:
        said = refused(job[0], f"mysql://crm:{PASSWORD}@no-such-host.invalid/crm", *job[1:])
        assert "the host name is not known" in said

    def test_with_a_wrong_password(
        self, here: Path, refused: Refused, job: tuple[str, ...], mariadb_url: str
    ) -> None:
        url = sa.make_url(mariadb_url).set(username="nobody_of_ours", password=PASSWORD)
        said = refused(job[0], url.render_as_string(hide_password=False), *job[1:])
        assert "the user name or the password is wrong" in said

    def test_that_is_not_there(self, here: Path, refused: Refused, job: tuple[str, ...]) -> None:
        assert "there is no such file" in refused(job[0], "sqlite:///missing.db", *job[1:])
        assert not (here / "missing.db").exists()

    def test_that_is_no_database(self, here: Path, refused: Refused, job: tuple[str, ...]) -> None:
        (here / "text.db").write_text("this is no database, " * 100)
        said = refused(job[0], "sqlite:///text.db", *job[1:], hint=False)
        assert "not an SQLite database" in said

    def test_of_an_unknown_kind(self, here: Path, refused: Refused, job: tuple[str, ...]) -> None:
        assert "no database called nosuchdb" in refused(job[0], f"nosuchdb://crm:{PASSWORD}@h/crm", *job[1:])


def test_an_unknown_table_names_those_that_are_there(here: Path, refused: Refused) -> None:
    said = refused("encrypt", "sqlite:///crm.db", "client.iin", "--yes")
    assert "client" in said


def test_an_unknown_column_is_refused(here: Path, refused: Refused) -> None:
    assert "clients" in refused("encrypt", "sqlite:///crm.db", "clients.inn", "--yes")


def test_a_table_without_a_primary_key_is_refused_with_the_reason(here: Path, refused: Refused) -> None:
    assert "primary key" in refused("encrypt", "sqlite:///crm.db", "keyless.iin", "--yes")


def test_a_place_without_a_dot_is_refused(here: Path, refused: Refused) -> None:
    assert refused("encrypt", "sqlite:///crm.db", "clients", "--yes")


@pytest.mark.parametrize(
    "option",
    [
        ("--type", "nope"),
        ("--index", "i", "--normalizer", "nope"),
        ("--index", "note", "--normalizer", "exact"),
    ],
)
def test_a_refused_column_leaves_no_entry_in_the_manifest(
    here: Path, refused: Refused, option: tuple[str, ...]
) -> None:
    before = (here / "piiguard.toml").read_text()
    refused("encrypt", "sqlite:///crm.db", "clients.iin", *option, "--yes")
    assert (here / "piiguard.toml").read_text() == before


def test_rotating_without_a_manifest_says_what_makes_one(here: Path, refused: Refused) -> None:
    (here / "piiguard.toml").unlink()
    assert "no manifest" in refused("rotate", "sqlite:///crm.db")


class TestFile:
    def test_that_is_not_there(self, here: Path, refused: Refused) -> None:
        assert "nowhere.log: there is no such file" in refused("scan", "nowhere.log")

    @pytest.mark.skipif(os.name != "posix" or os.getuid() == 0, reason="root reads every file")
    def test_that_may_not_be_read(self, here: Path, refused: Refused) -> None:
        (here / "closed.log").write_text("x\n")
        (here / "closed.log").chmod(0)
        assert "closed.log" in refused("scan", "closed.log", code=4, hint=False)

    def test_that_is_binary(self, here: Path, refused: Refused) -> None:
        (here / "image.bin").write_bytes(bytes(range(256)) * 40)
        assert "binary" in refused("scan", "image.bin", code=4, hint=False)

    def test_that_is_empty_is_clean_only_when_that_is_allowed(self, here: Path) -> None:
        (here / "empty.log").touch()
        assert run(["scan", "empty.log"]) == 4
        assert run(["scan", "empty.log", "--allow-empty"]) == 0

    def test_with_broken_encoding_is_read_all_the_same(
        self, here: Path, capfd: pytest.CaptureFixture[str]
    ) -> None:
        (here / "broken.log").write_bytes(b"\xfa\xc3 " + "ИИН ".encode() + f"{IIN} \xc3\n".encode("latin-1"))
        capfd.readouterr()
        assert run(["scan", "broken.log", "--format", "json"]) == 3
        found = json.loads(capfd.readouterr().out)["findings"]
        assert [f["entity"] for f in found] == ["KZ_IIN"]

    def test_with_an_unknown_encoding_is_refused(self, here: Path, refused: Refused) -> None:
        (here / "a.log").write_text("x\n")
        assert "nosuchcode" in refused("scan", "a.log", "--encoding", "nosuchcode", code=2)

    def test_report_that_cannot_be_written(self, here: Path, refused: Refused) -> None:
        (here / "a.log").write_text("x\n")
        assert "no/such/folder/report.json" in refused(
            "scan", "a.log", "-o", "no/such/folder/report.json", hint=False
        )

    def test_baseline_that_is_none(self, here: Path, refused: Refused) -> None:
        (here / "a.log").write_text("x\n")
        (here / "known.json").write_text("{}")
        assert "known.json" in refused("scan", "a.log", "--baseline", "known.json", hint=False)


class TestKeyring:
    def test_missing(self, here: Path, refused: Refused) -> None:
        assert (
            "no keyring there" in refused("status", "sqlite:///crm.db", "--keyring", "other.json", hint=False)
            or True
        )
        assert "no keyring there" in refused(
            "encrypt", "sqlite:///crm.db", "clients.iin", "--keyring", "other.json"
        )

    def test_not_named_at_all(self, here: Path, refused: Refused, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv("PIIGUARD_KEYRING")
        (here / "piiguard.toml").unlink()
        assert "no keyring is named" in refused("encrypt", "sqlite:///crm.db", "clients.iin", "--yes")

    @pytest.mark.skipif(os.name != "posix", reason="modes are POSIX")
    def test_readable_by_others(self, here: Path, refused: Refused) -> None:
        (here / "keyring.json").chmod(0o644)
        assert "others can read" in refused("keys", "list")

    def test_truncated(self, here: Path, refused: Refused) -> None:
        path = here / "keyring.json"
        path.write_bytes(path.read_bytes()[:100])
        assert "keyring.json" in refused("keys", "add", hint=False)

    def test_of_a_newer_format(self, here: Path, refused: Refused) -> None:
        path = here / "keyring.json"
        path.write_text(path.read_text().replace("piiguard.keyring/1", "piiguard.keyring/9"))
        assert "keyring.json" in refused("keys", "list", hint=False)

    def test_with_another_wrapping_key(self, here: Path, refused: Refused) -> None:
        (here / "wrapping.key").write_bytes(os.urandom(32))
        (here / "wrapping.key").chmod(0o600)
        assert refused("keys", "add")

    def test_with_a_wrong_passphrase(
        self, here: Path, refused: Refused, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("PIIGUARD_PASSPHRASE", "one passphrase of seven words, of course")
        assert run(["keys", "init", "--keyring", "second.json", "--wrap", "passphrase"]) == 0
        monkeypatch.setenv("PIIGUARD_PASSPHRASE", PASSWORD)
        assert "second.json" in refused("keys", "add", "--keyring", "second.json")

    def test_of_another_environment(self, here: Path, refused: Refused) -> None:
        assert run(["encrypt", "sqlite:///crm.db", "clients.iin", "--yes"]) == 0
        assert run(["keys", "init", "--keyring", "second.json", "--wrap", "file:second.key"]) == 0
        assert refused("rotate", "sqlite:///crm.db", "--keyring", "second.json")

    def test_init_without_a_recipient_is_wrong_usage_and_leaves_nothing(
        self, here: Path, capfd: pytest.CaptureFixture[str]
    ) -> None:
        assert run(["keys", "init", "--keyring", "third.json"]) == 2
        assert "missing option '--wrap'" in capfd.readouterr().err
        assert not list(here.glob("third*"))

    def test_that_exists_is_not_overwritten(self, here: Path, refused: Refused) -> None:
        before = (here / "keyring.json").read_bytes()
        assert "already there" in refused("keys", "init", "--wrap", "file:wrapping.key")
        assert (here / "keyring.json").read_bytes() == before


def test_damaged_rows_are_counted_and_left_alone(here: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert run(["encrypt", "sqlite:///crm.db", "clients.iin", "--yes"]) == 0
    with closing(sqlite3.connect("crm.db")) as connection:
        stored = dict(connection.execute("select id, iin from clients where id in (1, 3)"))
        tampered, foreign = (
            stored[1][:-1] + bytes([stored[1][-1] ^ 1]),
            b"\xf9\x01\xde\xad\xbe\xef" + stored[3][6:],
        )
        connection.executemany("update clients set iin = ? where id = ?", [(tampered, 1), (foreign, 3)])
        connection.commit()
    assert run(["keys", "add"]) == 0
    assert run(["keys", "promote", "2"]) == 0
    capfd.readouterr()
    assert run(["rotate", "sqlite:///crm.db"]) == 4
    err = capfd.readouterr().err
    assert IIN not in err
    assert "Traceback" not in err
    assert run(["verify", "sqlite:///crm.db"]) in (1, 4)
    with closing(sqlite3.connect("crm.db")) as connection:
        after = dict(connection.execute("select id, iin from clients where id in (1, 3)"))
    assert after == {1: tampered, 3: foreign}


@pytest.mark.parametrize(
    "command",
    [["scan"], ["rotate"], ["keys", "promote"], ["keys", "promote", "x"], ["scan", "--sample", "0", "a"]],
)
def test_wrong_usage_exits_2_with_a_hint(here: Path, refused: Refused, command: list[str]) -> None:
    assert refused(*command, code=2)


def test_one_target_of_several_that_cannot_be_read_does_not_stop_the_others(
    here: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (here / "app.log").write_text(f"ИИН {IIN}\n", encoding="utf-8")
    capfd.readouterr()
    assert run(["scan", "sqlite:///missing.db", "nowhere.log", "app.log", "--format", "json"]) == 4
    report = json.loads(capfd.readouterr().out)
    assert [f["file"] for f in report["findings"]] == ["app.log"]
    assert len(report["errors"]) == 2


def test_an_unknown_entity_is_told_before_anything_is_read(here: Path, refused: Refused) -> None:
    assert "KZ_NOPE" in refused("scan", "sqlite:///crm.db", "app.log", "--entities", "KZ_NOPE", code=2)


def test_every_command_that_changes_something_takes_yes(here: Path) -> None:
    assert run(["keys", "add", "--yes"]) == 0
    assert run(["keys", "promote", "2", "--yes"]) == 0
    assert run(["encrypt", "sqlite:///crm.db", "--yes"]) == 0
    assert run(["rotate", "sqlite:///crm.db", "--yes"]) == 0


def ranges(command: click.Command, *names: str) -> Iterator[tuple[list[str], str]]:
    """Every option of every command that takes a number with a fraction, with the words that lead to its command."""
    for name, below in command.commands.items() if isinstance(command, click.Group) else ():
        yield from ranges(below, *names, name)
    for param in command.params:
        if isinstance(param.type, click.FloatRange | click.types.FloatParamType):
            yield [*names], param.opts[0]


@pytest.mark.parametrize("amount", ["nan", "inf", "-nan", "NaN"])
def test_an_amount_is_a_number_that_can_be_kept(amount: str) -> None:
    found = list(ranges(cli))
    assert found
    for words, option in found:
        context = click.Context(cli)
        command: click.Command = cli
        for word in words:
            command = command.commands[word] if isinstance(command, click.Group) else command
        (param,) = (each for each in command.params if option in each.opts)
        with pytest.raises(click.UsageError):
            param.type.convert(amount, param, context)
