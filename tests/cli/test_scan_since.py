"""``--since`` reads what is new, and forgets nothing; ``--name`` is what a target is called, wherever it lies."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from piiguard.cli import main
from piiguard.cli.main import run
from tests.corpora import scan, values

FIRST, SECOND, THIRD = values("KZ_IIN", 3)


@pytest.fixture
def logs(tmp_path: Path) -> Path:
    folder = tmp_path / "logs"
    folder.mkdir()
    for name, value in (("a.log", FIRST), ("b.log", SECOND)):
        (folder / name).write_text(f"ИИН {value}\n", "utf-8")
    return folder


def found(document: dict[str, Any]) -> dict[str, int]:
    return {Path(each["file"]).name: each["matched"] for each in document["findings"]}


def read_again(document: dict[str, Any]) -> set[str]:
    """The files that were looked into, of a and b."""
    unchanged = {
        Path(note["place"]).name for note in document.get("notes", ()) if "not changed" in note["message"]
    }
    return {"a.log", "b.log"} - unchanged


def test_what_has_not_changed_is_not_read_and_its_findings_stand(logs: Path, tmp_path: Path) -> None:
    since = str(tmp_path / "since")
    code, plain = scan(logs, "--since", since, out=tmp_path / "o")
    assert (code, read_again(plain), found(plain)) == (3, {"a.log", "b.log"}, {"a.log": 1, "b.log": 1})
    with (logs / "b.log").open("a", encoding="utf-8") as file:
        file.write(f"ИИН {THIRD}\n")
    code, second = scan(logs, "--since", since, out=tmp_path / "o")
    assert (code, read_again(second), found(second)) == (3, {"b.log"}, {"a.log": 1, "b.log": 2})
    assert [each["id"] for each in second["findings"]] == [each["id"] for each in plain["findings"]]
    assert read_again(scan(logs, "--since", since, out=tmp_path / "o")[1]) == set()


def test_a_scan_that_left_something_unread_renews_no_checkpoint(logs: Path, tmp_path: Path) -> None:
    since = tmp_path / "since"
    (logs / "a.zip").write_bytes(b"PK\x03\x04" + bytes(40))
    assert scan(logs, "--since", str(since), out=tmp_path / "o")[0] == 4
    assert not since.exists()
    (logs / "a.zip").unlink()
    assert scan(logs, "--since", str(since), out=tmp_path / "o")[0] == 3
    before = since.read_bytes()
    (logs / "a.zip").write_bytes(b"PK\x03\x04" + bytes(40))
    assert scan(logs, "--since", str(since), out=tmp_path / "o")[0] == 4
    assert since.read_bytes() == before


def test_a_file_of_the_same_size_and_time_is_read_when_it_was_written(logs: Path, tmp_path: Path) -> None:
    import os

    since = str(tmp_path / "since")
    scan(logs, "--since", since, out=tmp_path / "o")
    was = (logs / "a.log").stat()
    (logs / "a.log").write_text(f"ИИН {THIRD}\n", "utf-8")
    os.utime(logs / "a.log", ns=(was.st_atime_ns, was.st_mtime_ns))
    assert read_again(scan(logs, "--since", since, out=tmp_path / "o")[1]) == {"a.log"}


def test_no_value_stands_in_a_checkpoint(logs: Path, tmp_path: Path) -> None:
    scan(logs, "--since", str(tmp_path / "since"), out=tmp_path / "o")
    text = (tmp_path / "since").read_text("utf-8")
    assert FIRST not in text
    assert SECOND not in text


@pytest.mark.parametrize("options", [("--resume", "r"), ("--follow",), ("--entities", "KZ_IIN")])
def test_a_checkpoint_of_something_else_is_refused(
    options: tuple[str, ...], logs: Path, tmp_path: Path
) -> None:
    since = tmp_path / "since"
    scan(logs, "--since", str(since), out=tmp_path / "o")
    assert run(["scan", str(logs / "a.log"), "--since", str(since), *options]) in (1, 2)


def test_a_name_stands_for_the_address_in_every_place_of_the_document(logs: Path, tmp_path: Path) -> None:
    code, document = scan(logs / "a.log", "--name", "crm", out=tmp_path / "o")
    assert code == 3
    told = [*document["targets"], *document["findings"]]
    assert {each["target"] for each in told} == {"crm"}
    assert "address" not in json.dumps(document)


def test_a_baseline_holds_where_the_target_has_another_address(tmp_path: Path) -> None:
    from tests.tables import fill_table

    for name in ("one", "two"):
        fill_table(f"sqlite:///{tmp_path / name}.db")
    known = str(tmp_path / "known.json")
    urls = [f"sqlite:///{tmp_path / name}.db" for name in ("one", "two")]
    assert scan(urls[0], "--name", "crm", "--write-baseline", known, out=tmp_path / "o")[0] == 3
    assert scan(urls[1], "--name", "crm", "--baseline", known, out=tmp_path / "o")[0] == 0
    assert scan(urls[1], "--baseline", known, out=tmp_path / "o")[0] == 3


def test_what_is_advised_still_names_the_address(tmp_path: Path) -> None:
    from tests.tables import fill_table

    url = f"sqlite:///{tmp_path / 'one'}.db"
    fill_table(url)
    page = tmp_path / "o.html"
    assert main.run(["scan", url, "--name", "crm", "--format", "html", "-o", str(page)]) == 3
    assert f"-- {url} people.iin" in page.read_text("utf-8")


def test_a_name_is_of_one_target(logs: Path) -> None:
    assert run(["scan", str(logs / "a.log"), str(logs / "b.log"), "--name", "crm"]) == 2


def notes(document: dict[str, Any]) -> dict[str, str]:
    return {Path(note["place"]).name: note["message"] for note in document.get("notes", ())}


@pytest.mark.parametrize("option", ["--since", "--resume"])
def test_what_is_not_read_again_is_named_with_the_day_of_its_reading(
    option: str,
    logs: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    from piiguard import clock
    from piiguard.scan.journal import Journal

    file = str(tmp_path / "kept")
    with monkeypatch.context() as earlier:
        earlier.setattr(clock, "stamp", lambda: "2026-10-28T03:00:00Z")
        if option == "--resume":
            earlier.setattr(Journal, "end", lambda self: None)  # killed before its end
        scan(logs, option, file, out=tmp_path / "o")
    (tmp_path / "copy").write_bytes((tmp_path / "kept").read_bytes())
    capsys.readouterr()
    told = notes(scan(logs, option, file, out=tmp_path / "o")[1])
    assert set(told) == {"a.log", "b.log"}
    assert all("2026-10-28" in message for message in told.values())
    assert "2026-10-28" in capsys.readouterr().err
    run(["scan", str(logs), option, str(tmp_path / "copy")])
    assert "taken over from a scan of 2026-10-28: 2 tables or files" in capsys.readouterr().out


def test_a_scan_that_came_to_its_end_stands_in_for_no_other(
    logs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Next month's scan with last month's --resume reads everything, and says so."""
    file = str(tmp_path / "resume")
    first = scan(logs, "--resume", file, out=tmp_path / "o")[1]
    capsys.readouterr()
    second = scan(logs, "--resume", file, out=tmp_path / "o")[1]
    assert "everything is read again" in capsys.readouterr().err
    assert (notes(second), found(second)) == ({}, found(first))


def test_what_is_gone_is_told_in_each_report(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    log, known = tmp_path / "app.log", str(tmp_path / "known.json")
    log.write_text(f"ИИН {FIRST}\nпочта a.b@example.kz\n", "utf-8")
    scan(log, "--write-baseline", known, out=tmp_path / "o")
    log.write_text("почта a.b@example.kz\n", "utf-8")
    capsys.readouterr()
    code, document = scan(log, "--baseline", known, out=tmp_path / "o")
    assert (code, document["gone"]) == (0, [{"target": str(log), "place": str(log), "entity": "KZ_IIN"}])
    assert "1 known place is gone" in capsys.readouterr().err
    assert "gone" not in scan(log, "--baseline", known, "--entities", "EMAIL_ADDRESS", out=tmp_path / "o")[1]
    run(["scan", str(log), "--baseline", known])
    assert "Known places that are gone: 1." in capsys.readouterr().out


def _database(request: pytest.FixtureRequest, kind: str, tmp_path: Path) -> str:
    return (
        f"sqlite:///{tmp_path / 'own.db'}"
        if kind == "sqlite"
        else str(request.getfixturevalue(f"{kind}_url"))
    )


def _filled(url: str, *tables: str) -> Any:
    import sqlalchemy as sa

    engine = sa.create_engine(url, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    with engine.connect() as connection:
        for table in tables:
            connection.exec_driver_sql(f"create table {table} (id integer primary key, iin varchar(12))")
            connection.exec_driver_sql(f"insert into {table} values (1, '{FIRST}'), (2, '{SECOND}')")
    return engine


def _places(document: dict[str, Any]) -> dict[str, Any]:
    return {
        each["table"]: (each["entity"], each["matched"], each["examined"]) for each in document["findings"]
    }


@pytest.mark.parametrize("kind", ["sqlite", "postgresql", "mariadb"])
def test_tables_are_read_again_when_they_have_changed_and_their_findings_are_those_of_a_whole_scan(
    kind: str, request: pytest.FixtureRequest, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    url, since = _database(request, kind, tmp_path), str(tmp_path / "since")
    with _filled(url, "old", "new", "dropped").connect() as connection:
        first = scan(url, "--full", "--since", since, out=tmp_path / "o")[1]
        again = scan(url, "--full", "--since", since, out=tmp_path / "o")[1]
        assert _places(again) == _places(first)
        unchanged = (
            {} if kind == "mariadb" else {"old", "new", "dropped"}
        )  # its last seconds are nobody's proof
        assert set(notes(again)) == set(unchanged)
        connection.exec_driver_sql(f"insert into new values (3, '{THIRD}')")
        connection.exec_driver_sql("drop table dropped")
    capsys.readouterr()
    second = scan(url, "--full", "--since", since, out=tmp_path / "o")[1]
    assert _places(second) == _places(scan(url, "--full", out=tmp_path / "p")[1]) != _places(first)
    assert {name: "not changed" in told for name, told in notes(second).items()} == {
        "dropped": False,
        **({"old": True} if kind == "postgresql" else {}),  # of SQLite it is the file that has changed
    }
    assert "and is gone" in capsys.readouterr().err
    assert "dropped" not in notes(scan(url, "--full", "--since", since, out=tmp_path / "o")[1])


def test_files_that_are_gone_are_told_once(logs: Path, tmp_path: Path) -> None:
    since = str(tmp_path / "since")
    scan(logs, "--since", since, out=tmp_path / "o")
    (logs / "a.log").unlink()
    assert "is gone" not in str(
        scan(logs, "--since", since, "--exclude", "c*", out=tmp_path / "o")[1].get("notes")
    )
    scan(logs, "--since", str(tmp_path / "other"), out=tmp_path / "o")
    (logs / "b.log").rename(logs / "c.log")
    told = notes(scan(logs, "--since", str(tmp_path / "other"), out=tmp_path / "o")[1])
    assert {name for name, message in told.items() if "is gone" in message} == {"b.log"}
    assert not notes(scan(logs, "--since", str(tmp_path / "other"), out=tmp_path / "o")[1]).get("b.log")


@pytest.mark.parametrize("kinds", [("sqlite", "sqlite"), ("file", "file"), ("file", "sqlite")])
def test_a_checkpoint_of_another_target_is_refused_and_kept(kinds: tuple[str, str], tmp_path: Path) -> None:
    targets = []
    for number, kind in enumerate(kinds):
        path = tmp_path / f"{number}.{kind}"
        if kind == "file":
            path.write_text(f"ИИН {FIRST}\n", "utf-8")
        else:
            _filled(f"sqlite:///{path}", "people")
        targets.append(str(path) if kind == "file" else f"sqlite:///{path}")
    since = tmp_path / "since"
    assert scan(targets[0], "--since", str(since), out=tmp_path / "o")[0] == 3
    before = since.read_bytes()
    assert run(["scan", targets[1], "--since", str(since)]) == 1
    assert since.read_bytes() == before
