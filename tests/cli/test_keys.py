"""``piiguard keys`` as an operator types it, and what it says about every bad input."""

from __future__ import annotations

import datetime
import json
import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest
import sqlalchemy as sa

from piiguard import clock
from piiguard.cli.main import run
from piiguard.keys import Keyring, change, heartbeat, store
from piiguard.keys.heartbeat import Beat, FileHeartbeat

Type = Callable[..., tuple[int, str, str]]


@pytest.fixture
def type_(keyring_file: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Type:
    """Type a ``keys`` command for that keyring; give back its exit code and both outputs."""
    monkeypatch.setenv("PIIGUARD_KEYRING", str(keyring_file))
    monkeypatch.delenv("PIIGUARD_PASSPHRASE", raising=False)
    monkeypatch.chdir(keyring_file.parent)

    def run_it(*words: str) -> tuple[int, str, str]:
        code = run(["keys", *words])
        out, err = capsys.readouterr()
        assert "Traceback" not in err
        assert "internal error" not in err
        return code, out, err

    return run_it


def days_pass(monkeypatch: pytest.MonkeyPatch, days: int) -> None:
    """Move the clock of the whole program."""
    monkeypatch.setattr(clock, "seconds", lambda: time.time() + days * 86_400)


def refused(result: tuple[int, str, str], message: str, hint: str, code: int = 1) -> None:
    """One line that says what, one that says what to do, and nothing on standard output."""
    assert result[0] == code, result
    assert result[1] == ""
    lines = result[2].splitlines()
    assert len(lines) == 2, lines
    assert message in lines[0]
    assert lines[0].startswith("piiguard: ")
    assert lines[1].startswith("piiguard: hint: ")
    assert hint in lines[1]
    assert not any(line.endswith(".") for line in lines)


class Census(ModuleType):
    """Stands in for the count in databases, whose own tests are elsewhere: rows left at each call."""

    def __init__(self, *rows: int) -> None:
        super().__init__("piiguard.protect.census.counts")
        self.rows = list(rows)
        self.asked: list[tuple[str, int]] = []

    def count_rows(self, engine: object, columns: object, key_id: int) -> int:
        self.asked.append(("data", key_id))
        return self.rows.pop(0)

    def count_index_rows(self, engine: object, columns: object, version: int) -> int:
        self.asked.append(("index", version))
        return self.rows.pop(0)


@pytest.fixture
def census(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Census]:
    def put(*rows: int) -> Census:
        import piiguard.protect.census

        stand_in = Census(*rows)
        monkeypatch.setitem(__import__("sys").modules, stand_in.__name__, stand_in)
        monkeypatch.setattr(piiguard.protect.census, "counts", stand_in, raising=False)
        monkeypatch.setattr(time, "sleep", lambda seconds: None)
        return stand_in

    return put


MANIFEST = '[[columns]]\ntable = "students"\ncolumn = "iin"\ncontext = "students.iin"\n'


def test_a_key_from_add_to_destroy(
    type_: Type, census: Callable[..., Census], sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("piiguard.toml").write_text(MANIFEST)
    code, out, err = type_("add")
    assert (code, out) == (0, "")
    assert "data key version 2 added, generation 2" in err
    assert "hint: when every application has loaded it: piiguard keys promote 2" in err
    code, _, err = type_("promote", "2")
    assert code == 0
    assert "data key version 2 is primary, generation 3" in err
    counted = census(0, 0, 0, 0)
    code, _, err = type_("retire", "1", "--database", sqlite_url)
    assert code == 0, err
    assert "data key version 1 is retired" in err
    assert len(counted.asked) == 2
    assert type_("retire", "1", "--undo")[0] == 0
    counted.rows = [0, 0, 0, 0]
    assert type_("retire", "1", "--database", sqlite_url)[0] == 0
    code, _, err = type_("destroy", "1", "--database", sqlite_url)
    assert code == 2
    assert "no terminal to ask on; add --yes" in err
    counted.rows = [0, 0]
    code, _, err = type_("destroy", "1", "--database", sqlite_url, "--yes")
    assert code == 1
    assert "it can be destroyed from" in err
    refused(
        type_("destroy", "1", "--database", sqlite_url, "--yes", "--wait-days", "0"),
        "less than 24 hours ago",
        "--help",
        code=2,
    )
    counted.rows = [0, 0]
    days_pass(monkeypatch, 31)
    code, _, err = type_("destroy", "1", "--database", sqlite_url, "--yes")
    assert code == 0
    assert "cannot be read any more" in err
    assert "keyring.json.1.bak: removed, it held the key" in err
    code, out, _ = type_("list")
    assert [line.split()[:3] for line in out.splitlines()] == [
        ["KIND", "VERSION", "STATE"],
        ["data", "1", "destroyed"],
        ["index", "1", "primary"],
        ["data", "2", "primary"],
    ]
    assert type_("verify")[0] == 0


def test_a_version_that_rows_need_is_neither_retired_nor_destroyed(
    type_: Type, census: Callable[..., Census], sqlite_url: str
) -> None:
    Path("piiguard.toml").write_text(MANIFEST)
    type_("add")
    type_("promote", "2")
    census(1200)
    refused(
        type_("retire", "1", "--database", sqlite_url), "is still needed by 1,200 rows", "piiguard rotate"
    )
    census(0, 1)  # a process that had not reloaded wrote one more
    refused(type_("retire", "1", "--database", sqlite_url), "is still needed by 1 row", "piiguard rotate")
    census(0, 0)
    assert type_("retire", "1", "--database", sqlite_url)[0] == 0
    census(3)
    refused(
        type_("destroy", "1", "--database", sqlite_url, "--yes"),
        "is still needed by 3",
        "rotate",
    )


def test_an_index_key_is_counted_by_its_version(
    type_: Type, census: Callable[..., Census], sqlite_url: str
) -> None:
    Path("piiguard.toml").write_text(MANIFEST)
    assert "promote --kind index 2" in type_("add", "--kind", "index")[2]
    type_("promote", "2", "--kind", "index")
    counted = census(0, 0)
    assert type_("retire", "1", "--kind", "index", "--database", sqlite_url)[0] == 0
    assert counted.asked == [("index", 1), ("index", 1)]


def test_retiring_without_a_count_is_a_usage_error(type_: Type) -> None:
    type_("add")
    type_("promote", "2")
    refused(type_("retire", "1"), "must be counted first; add --database URL", "keys retire --help", 2)
    refused(type_("retire", "1", "--database", "sqlite://"), "add --manifest FILE", "keys retire --help", 2)


def test_a_key_that_never_wrote_is_retired_without_a_count(type_: Type) -> None:
    type_("add")
    assert type_("retire", "2")[0] == 0


def test_a_promotion_waits_for_a_running_application(type_: Type, keyring_file: Path) -> None:
    FileHeartbeat(keyring_file).report(Beat("web-1:7", 1, time.time()))
    type_("add")
    refused(type_("promote", "2"), "not loaded by web-1:7 (generation 1)", "--deployed")
    assert type_("promote", "2", "--deployed")[0] == 0


def test_nothing_is_counted_while_an_application_may_write_with_the_version(
    type_: Type, census: Callable[..., Census], keyring_file: Path, sqlite_url: str
) -> None:
    Path("piiguard.toml").write_text(MANIFEST)
    type_("add")
    type_("promote", "2", "--deployed")
    FileHeartbeat(keyring_file).report(Beat("web-1:7", 2, time.time()))
    counted = census()
    refused(
        type_("retire", "1", "--database", sqlite_url),
        "may still be written with by web-1:7 (generation 2); the newest generation is 3",
        "--deployed",
    )
    assert counted.asked == []


def test_list_as_json_shows_who_opens_it_but_nothing_wrapped(type_: Type, keyring_file: Path) -> None:
    code, out, err = type_("list", "--format", "json")
    shown = json.loads(out)
    assert (code, err) == (0, "")
    assert shown["generation"] == 1
    assert [key["state"] for key in shown["keys"]] == ["primary", "primary"]
    assert shown["recipients"] == [f"file:{keyring_file.with_name('wrapping.key')}"]
    assert json.loads(keyring_file.read_text())["recipients"][0]["wrapped"] not in out


def test_init_rewrap_and_verify(type_: Type, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    new = str(tmp_path / "new.json")
    monkeypatch.setenv("PIIGUARD_PASSPHRASE", "long enough, and of five words")
    code, out, err = type_("init", "--keyring", new, "--wrap", "passphrase")
    assert (code, out) == (0, "")
    assert "made, with data key version 1 and index key version 1" in err
    monkeypatch.setenv("PIIGUARD_NEW_PASSPHRASE", "even longer, of six words or so")
    code, _, err = type_(
        "rewrap", "--keyring", new, "--wrap", "passphrase", "--wrap", f"file:{tmp_path / 'w'}"
    )
    assert code == 0
    assert f"rewrapped for passphrase, file:{tmp_path / 'w'}, generation 2" in err
    code, out, err = type_("verify", "--keyring", new)
    assert code == 0
    assert out.splitlines() == ["passphrase: wrong passphrase", f"file:{tmp_path / 'w'}: opens"]
    assert "generation 2, 2 audit lines: in order" in err
    refused(
        type_("verify", "--keyring", new, "--min-generation", "3"), "generation 2 is older than 3", "deploy"
    )


def test_verify_tells_a_trail_that_is_short_and_checks_one_of_jobs(
    type_: Type, keyring_file: Path, tmp_path: Path
) -> None:
    type_("add")
    refused(
        type_("verify", "--min-line", "3"), "the audit trail has 2 lines, at least 3 were asked for", "older"
    )
    code, _, err = type_("verify", "--from-line", "2")
    assert (code, "1 audit lines: in order" in err) == (0, True)
    file = tmp_path / "jobs.audit"
    refused(type_("verify", "--trail", str(file)), "jobs.audit: no audit trail there", "check the path")
    trail = Keyring.from_file(keyring_file).trail(file)
    assert trail is not None
    trail.note("rotate", {"table": "people"})
    code, _, err = type_("verify", "--trail", str(file))
    assert code == 0
    assert "jobs.audit: 1 audit line: in order" in err
    assert "chained, not covered" in err
    with file.open("ab") as out:
        out.write(b"{")
    refused(type_("verify", "--trail", str(file)), "behind line 1 stands an unfinished one", "killed")


def test_restore_after_a_loss(type_: Type, keyring_file: Path) -> None:
    type_("add")
    keyring_file.unlink()
    code, _, err = type_("restore", str(store.backup_path(keyring_file, 1)))
    assert code == 0
    assert "as generation 3" in err
    assert Keyring.from_file(keyring_file).generation == 3


def test_destroy_runs_again_and_restore_keeps_the_dead(
    type_: Type, keyring_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("piiguard.keys.keyring.POLL_SECONDS", 0.0)
    type_("add")
    type_("retire", "2")  # nothing was ever written with it
    copy = tmp_path / "copy"
    copy.write_bytes(keyring_file.read_bytes())
    copy.chmod(0o600)
    change.destroy(keyring_file, None, "data", 2, datetime.timedelta(0))
    code, _, err = type_("destroy", "2")
    assert code == 0
    assert "data key version 2 was destroyed before" in err
    assert "nothing beside it holds the key" in err
    store.backup_path(keyring_file, 3).write_bytes(copy.read_bytes())
    code, _, err = type_("destroy", "2")
    assert (code, f"{store.backup_path(keyring_file, 3)}: removed" in err) == (0, True)
    keyring_file.unlink()
    refused(type_("restore", str(copy), "--revive", "data/1"), "data/1: cannot be revived", "data/2")
    code, _, err = type_("restore", str(copy))
    assert (code, "data/2 was destroyed after the backup was made, and stays so" in err) == (0, True)
    keyring_file.unlink()
    code, _, err = type_("restore", str(copy), "--revive", "data/2")
    assert (code, "data/2 was destroyed, and is back" in err) == (0, True)
    keyring_file.unlink()
    keyring_file.with_name("keyring.json.audit").unlink()
    code, _, err = type_("restore", str(copy))
    assert (code, "its audit trail is not there" in err) == (0, True)


def damage(path: Path, how: str) -> None:
    if how == "missing":
        path.unlink()
    elif how == "a folder":
        path.unlink()
        path.mkdir()
    elif how == "empty":
        path.write_text("")
    elif how == "truncated":
        path.write_bytes(path.read_bytes()[:-40])
    elif how == "binary":
        path.write_bytes(b"\xff\xfe\x00" * 10)
    elif how == "no keyring":
        path.write_text('{"name": "something else"}')
    elif how == "a list":
        path.write_text("[]")
    elif how == "another format":
        path.write_text('{"format": "tink/1"}')
    elif how == "huge":
        path.write_bytes(b" " * (2 << 20))
    else:
        document = json.loads(path.read_text())
        DAMAGE[how](document)
        path.write_text(json.dumps(document))


DAMAGE: dict[str, Callable[[dict[str, object]], object]] = {
    "newer format": lambda d: d.update(format="piiguard.keyring/2"),
    "no body": lambda d: d.pop("body"),
    "no keys": lambda d: d.update(keys=[]),
    "generation zero": lambda d: d.update(generation=0),
    "generation text": lambda d: d.update(generation="7"),
    "odd id": lambda d: d.update(id="x"),
    "odd state": lambda d: d["keys"][0].update(state="lost"),  # type: ignore[index]
    "id zero": lambda d: d["keys"][0].update(id=0),  # type: ignore[index]
    "key twice": lambda d: d["keys"].append(d["keys"][0]),  # type: ignore[attr-defined, index]
    "two primaries": lambda d: d["keys"].append({**d["keys"][0], "version": 2, "id": 5}),  # type: ignore[attr-defined, index]
    "header edited": lambda d: d.update(generation=9),
    "promoted by hand": lambda d: d["keys"][0].update(created="1999-01-01T00:00:00Z"),  # type: ignore[index]
    "no recipient": lambda d: d.update(recipients=[]),
    "unknown provider": lambda d: d["recipients"][0].update(provider="smartcard"),  # type: ignore[index]
    "wrapped key damaged": lambda d: d["recipients"][0].update(wrapped="%%"),  # type: ignore[index]
    "wrapped key gone": lambda d: d["recipients"][0].pop("wrapped"),  # type: ignore[index]
    "body changed": lambda d: d.update(
        body="A" + str(d["body"])[1:] if str(d["body"])[0] != "A" else "B" + str(d["body"])[1:]
    ),
    "body short": lambda d: d.update(body="AAAA"),
}


@pytest.mark.parametrize(
    ("how", "message", "hint"),
    [
        ("missing", "no keyring there", "piiguard keys restore"),
        ("a folder", "the keyring cannot be read", ""),
        ("empty", "truncated or damaged", "keys restore"),
        ("truncated", "truncated or damaged", "keys restore"),
        ("binary", "truncated or damaged", "keys restore"),
        ("no keyring", "not a keyring", "keys init"),
        ("a list", "not a keyring", "keys init"),
        ("another format", "the format is 'tink/1'", "keys init"),
        ("huge", "too large", ""),
        ("newer format", "this piiguard reads piiguard.keyring/1", "install a newer piiguard"),
        ("no body", "the member body is missing", "keys restore"),
        ("no keys", "truncated or damaged", "keys restore"),
        ("generation zero", "truncated or damaged", "keys restore"),
        ("generation text", "truncated or damaged", "keys restore"),
        ("odd id", "truncated or damaged", "keys restore"),
        ("odd state", "truncated or damaged", "keys restore"),
        ("id zero", "truncated or damaged", "keys restore"),
        ("key twice", "truncated or damaged", "keys restore"),
        ("two primaries", "truncated or damaged", "keys restore"),
        ("header edited", "the header and the body do not belong together", "keys restore"),
        ("promoted by hand", "the header and the body do not belong together", "keys restore"),
        ("no recipient", "the keyring has no recipient", ""),
        ("unknown provider", "unknown wrapping key provider 'smartcard'", "providers are"),
        ("wrapped key damaged", "the recipient is damaged", ""),
        ("wrapped key gone", "the recipient is damaged", ""),
        ("body changed", "the header and the body do not belong together", "keys restore"),
        ("body short", "the header and the body do not belong together", "keys restore"),
    ],
)
def test_a_bad_keyring_is_one_line_and_a_hint(
    type_: Type, keyring_file: Path, how: str, message: str, hint: str
) -> None:
    damage(keyring_file, how)
    code, out, err = type_("verify")
    assert (code, out) == (1, "")
    lines = err.splitlines()
    assert message in lines[0]
    assert str(keyring_file) in lines[0]
    assert len(lines) == 2
    assert hint in lines[1]


@pytest.mark.skipif(os.name != "posix", reason="modes are a matter of POSIX")
@pytest.mark.parametrize("mode", [0o644, 0o604, 0o602, 0o666])
def test_a_keyring_that_others_can_read_is_refused(type_: Type, keyring_file: Path, mode: int) -> None:
    keyring_file.chmod(mode)
    refused(type_("verify"), f"others can read or change it (mode {mode:04o})", f"chmod 600 {keyring_file}")


@pytest.mark.skipif(os.name != "posix", reason="modes are a matter of POSIX")
def test_a_keyring_that_its_group_can_read_works_with_a_warning(
    type_: Type, keyring_file: Path, caplog: pytest.LogCaptureFixture
) -> None:
    keyring_file.chmod(0o640)
    assert type_("verify")[0] == 0
    assert "its group can read or change it (mode 0640)" in caplog.text


def test_a_wrong_passphrase_is_said_and_not_shown(
    type_: Type, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = str(tmp_path / "k.json")
    monkeypatch.setenv("PIIGUARD_PASSPHRASE", "the right one of seven words, say")
    type_("init", "--keyring", path, "--wrap", "passphrase")
    monkeypatch.setenv("PIIGUARD_PASSPHRASE", "a wrong one")
    result = type_("add", "--keyring", path)
    refused(result, "wrong passphrase", "try again")
    assert "a wrong one" not in result[2]


def test_an_old_copy_and_a_foreign_one_are_refused(type_: Type, keyring_file: Path, tmp_path: Path) -> None:
    type_("add")
    newest = keyring_file.read_bytes()
    shutil.copy(store.backup_path(keyring_file, 1), keyring_file)
    refused(type_("add"), "generation 1, but the audit trail goes up to 2", "keys restore")
    refused(type_("verify"), "an older copy was put in place", "keys restore")
    keyring_file.write_bytes(newest)
    assert type_("verify")[0] == 0


@pytest.mark.parametrize("words", [("promote", "9"), ("retire", "9", "--undo")])
def test_an_unknown_version_is_said(type_: Type, words: tuple[str, ...]) -> None:
    refused(type_(*words), "data key version 9 is not in the keyring (it has 1)", "piiguard keys list")


def test_no_keyring_at_all_is_said(type_: Type, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PIIGUARD_KEYRING")
    refused(type_("list"), "no keyring is named", "--keyring FILE")


def test_dead_instances_do_not_stop_a_promotion(type_: Type, keyring_file: Path) -> None:
    heartbeat.folder(keyring_file).mkdir(exist_ok=True)
    (heartbeat.folder(keyring_file) / "broken.json").write_text("{")
    dead = Beat(f"{heartbeat.this_instance().rpartition(':')[0]}:4194303", 1, time.time())
    FileHeartbeat(keyring_file).report(dead)
    type_("add")
    assert type_("promote", "2")[0] == 0


def test_check_says_what_would_be_accepted_and_why_not(
    type_: Type, keyring_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    code, out, err = type_("check")
    assert code == 0
    assert "PIIGUARD_KEYRING_ID: not named" in out
    assert f"file:{keyring_file.with_name('wrapping.key')}: would be asked" in out
    assert err.endswith("keyring.json: accepted\n")
    header = json.loads(keyring_file.read_text())
    header["recipients"].append({"provider": "aws-kms", "arn": "arn:x", "wrapped": "AAAA"})
    keyring_file.write_text(json.dumps(header))
    code, out, err = type_("check")
    assert code == 1
    assert "recipient: aws-kms:arn:x: this provider is not accepted here" in out
    assert "not accepted: " in err
    monkeypatch.setenv("PIIGUARD_MIN_GENERATION", "9")
    code, out, err = type_("check")
    assert code == 1
    assert "generation 1 is older than 9" in out
    assert "generation 1 is older than 9" in err


def test_check_never_shows_a_wrapping_key(
    type_: Type, keyring_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = keyring_file.with_name("wrapping.key").read_text().strip()
    monkeypatch.setenv("PIIGUARD_WRAPPING_KEY", key)
    code, out, err = type_("check")
    assert code == 0
    assert key not in out + err
    assert "PIIGUARD_WRAPPING_KEY: named" in out


def test_check_asks_the_database_what_it_has_seen(type_: Type, keyring_file: Path, sqlite_url: str) -> None:
    from piiguard.protect import state

    engine = sa.create_engine(sqlite_url, poolclass=sa.NullPool)
    with engine.connect() as connection:
        state.ensure(connection)
        state.pin(connection, Keyring.from_file(keyring_file))
    assert "database: has seen generation 1" in type_("check", "--database", sqlite_url)[1]
    with engine.connect() as connection:
        connection.execute(state.state.update().values(generation=7))
        connection.commit()
    code, _, err = type_("check", "--database", sqlite_url)
    assert code == 1
    assert "generation 7 was used on its database" in err
