"""The audit trail: covered by the keyring's header, read strictly, and what cutting, rolling back and splicing shows."""

from __future__ import annotations

import json
import shutil
import socket
import stat
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from piiguard.errors import KeyringError, KeyringFormatError
from piiguard.keys import Keyring, audit, change
from piiguard.keys.document import Contents
from piiguard.keys.trail import Trail

Operate = Callable[..., Contents]


def lines(path: Path) -> list[bytes]:
    return audit.trail_path(path).read_bytes().split(b"\n")[:-1]


def put(path: Path, raw: list[bytes]) -> None:
    audit.trail_path(path).write_bytes(b"".join(line + b"\n" for line in raw))


def header(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(path.read_bytes())
    return found


def own(keyring: Keyring, file: Path | None = None) -> Trail:
    found = keyring.trail(file)
    assert found is not None
    return found


def test_a_job_s_line_is_covered_by_the_header_without_a_new_generation(
    keyring: Keyring, operate: Operate
) -> None:
    operate("add")
    before = header(keyring.path)
    keyring.record("decrypt", table="students", rows=48_000)
    after, newest = header(keyring.path), audit.read(keyring.path)[-1]
    assert after["trail"] == {"number": 3, "mac": newest["mac"]}
    assert (after["generation"], after["change"]) == (before["generation"], before["change"])
    assert after["body"] != before["body"]
    assert change.verify(keyring.path, None)[1] == 3


def test_the_line_of_a_change_is_covered_as_well(keyring: Keyring, operate: Operate) -> None:
    keyring.record("rotate", table="students")
    operate("add")
    found = header(keyring.path)
    assert found["trail"] == {name: found["change"][name] for name in ("number", "mac")}
    assert found["trail"]["number"] == 3


@pytest.mark.parametrize("cut", [1, 2])
def test_lines_of_jobs_that_were_cut_off_are_missed(keyring: Keyring, cut: int) -> None:
    keyring.record("decrypt", table="students")
    keyring.record("decrypt", table="teachers")
    put(keyring.path, lines(keyring.path)[:-cut])
    with pytest.raises(
        KeyringFormatError, match=f"ends with line {3 - cut}, but the keyring knows of 3: "
    ) as caught:
        change.verify(keyring.path, None)
    assert "were cut off" in str(caught.value)
    assert "--from-line 4" in caught.value.hint


def test_what_was_cut_off_is_missed_after_the_next_command_too(keyring: Keyring, operate: Operate) -> None:
    keyring.record("decrypt", table="students")
    put(keyring.path, lines(keyring.path)[:-1])
    operate("add")
    with pytest.raises(KeyringFormatError, match="line 2 is missing: line 3 comes after line 1"):
        change.verify(keyring.path, None)


def test_a_trail_that_was_settled_is_checked_from_a_line_on(keyring: Keyring, operate: Operate) -> None:
    keyring.record("decrypt", table="students")
    put(keyring.path, lines(keyring.path)[:-1])
    operate("add")
    keyring.record("rotate", table="students")
    assert change.verify(keyring.path, None, from_line=3)[1] == 2
    put(keyring.path, lines(keyring.path)[:-1])
    with pytest.raises(KeyringFormatError, match="ends with line 3, but the keyring knows of 4"):
        change.verify(keyring.path, None, from_line=3)


def test_a_trail_moved_aside_as_evidence_is_begun_anew_and_still_covered(
    keyring: Keyring, operate: Operate
) -> None:
    keyring.record("rotate", table="students")
    audit.trail_path(keyring.path).rename(keyring.path.with_name("evidence"))
    with pytest.raises(KeyringFormatError, match="is not there, but the keyring knows of 2 lines"):
        change.verify(keyring.path, None)
    operate("add")
    with pytest.raises(KeyringFormatError, match="lines 1 to 2 are missing: it begins with line 3"):
        change.verify(keyring.path, None)
    assert change.verify(keyring.path, None, from_line=3)[1] == 1


def test_a_line_of_another_trail_is_no_line_of_this_one(keyring: Keyring, other_keyring: Keyring) -> None:
    keyring.record("decrypt", table="students")
    other_keyring.record("rotate", table="students")
    put(keyring.path, [lines(keyring.path)[0], lines(other_keyring.path)[1]])
    with pytest.raises(KeyringFormatError, match="line 2 does not follow the one before"):
        change.verify(keyring.path, None)


def test_a_line_of_another_copy_of_the_keyring_is_found(keyring: Keyring, tmp_path: Path) -> None:
    """Both copies have the same key: only the header tells their trails apart."""
    copy = tmp_path / "copy" / keyring.path.name
    copy.parent.mkdir()
    for file in (keyring.path, audit.trail_path(keyring.path)):
        shutil.copy(file, copy.parent)
    keyring.record("decrypt", table="students")
    Keyring.from_file(copy).record("rotate", table="students")
    shutil.copy(audit.trail_path(copy), audit.trail_path(keyring.path))
    with pytest.raises(KeyringFormatError, match="line 2 is another one than the keyring knows of") as caught:
        change.verify(keyring.path, None)
    assert "two copies" in caught.value.hint


def test_keyring_and_trail_rolled_back_together_are_found_by_who_knows_better(
    keyring: Keyring, tmp_path: Path
) -> None:
    kept = [shutil.copy(file, tmp_path / "old") for file in (keyring.path,)]
    keyring.record("decrypt", table="students")
    shutil.copy(kept[0], keyring.path)
    put(keyring.path, lines(keyring.path)[:1])
    change.verify(keyring.path, None)  # alone they agree: the documents say so
    with pytest.raises(KeyringFormatError, match="the audit trail has 1 line, at least 2 were asked for"):
        change.verify(keyring.path, None, least_line=2)


def test_a_line_that_a_killed_command_left_is_taken_up_by_the_next(
    keyring: Keyring, operate: Operate
) -> None:
    old = keyring.path.read_bytes()
    keyring.record("decrypt", table="students")
    keyring.path.write_bytes(old)  # killed between the line and the header
    assert change.verify(keyring.path, None)[1] == 2
    keyring.record("rotate", table="students")
    assert header(keyring.path)["trail"]["number"] == 3
    assert change.verify(keyring.path, None)[1] == 3


def test_a_forged_line_is_not_taken_up(keyring: Keyring) -> None:
    forged = {**audit.read(keyring.path)[0], "number": 2, "action": "rotate", "mac": "0" * 64}
    put(keyring.path, [*lines(keyring.path), json.dumps(forged).encode()])
    with pytest.raises(KeyringFormatError, match="line 2 does not follow"):
        change.verify(keyring.path, None)
    keyring.record("rotate", table="students")
    assert header(keyring.path)["trail"]["number"] == 2
    with pytest.raises(KeyringFormatError, match="line 2 does not follow"):
        change.verify(keyring.path, None)


def test_a_line_half_written_is_told_and_removed_by_the_next_command(keyring: Keyring) -> None:
    with audit.trail_path(keyring.path).open("ab") as file:
        file.write(b'{"number": 2, "ti')
    with pytest.raises(KeyringFormatError, match="behind line 1 stands an unfinished one"):
        change.verify(keyring.path, None)
    keyring.record("rotate", table="students")
    assert change.verify(keyring.path, None)[1] == 2


FIRST: list[tuple[str, Callable[[bytes], bytes]]] = [
    ("a repeated member", lambda line: b'{"by": "somebody.else", ' + line[1:]),
    ("a repeated member at the end", lambda line: line[:-1] + b', "by": "somebody.else"}'),
    ("a blank more", lambda line: line.replace(b'": ', b'":  ', 1)),
    ("a letter spelled otherwise", lambda line: line.replace(b'"init"', b'"\\u0069nit"')),
    ("something behind it", lambda line: line + b" {}"),
    ("a carriage return", lambda line: line + b"\r"),
    ("another separator of lines", lambda line: line + "\u2028".encode() + b"{}"),
    ("a mark of byte order", lambda line: b"\xef\xbb\xbf" + line),
    ("an empty line", lambda line: line + b"\n"),
    ("bytes that are no UTF-8", lambda line: line.replace(b"init", b"in\xff")),
    ("a list", lambda line: b"[" + line + b"]"),
    ("deep nesting", lambda line: b"[" * 100_000),
    (
        "nesting as deep as it can be read",
        lambda line: line[:-1] + b', "x": ' + b"[" * 990 + b"]" * 990 + b"}",
    ),
    ("a huge number", lambda line: line.replace(b'"number": 1', b'"number": ' + b"1" * 5000)),
    ("a number that is no whole one", lambda line: line.replace(b'"number": 1', b'"number": 1.0')),
    ("true for a number", lambda line: line.replace(b'"number": 1', b'"number": true')),
    ("NaN", lambda line: line.replace(b'"generation": 1', b'"generation": NaN')),
    ("a MAC that is no text", lambda line: line[: line.index(b'"mac"')] + b'"mac": 1}'),
    ("a member that is missing", lambda line: line.replace(b'"action": "init", ', b"")),
]


@pytest.mark.parametrize(("change_it"), [pytest.param(one, id=name) for name, one in FIRST])
def test_a_line_that_is_not_as_piiguard_writes_it_is_named(
    keyring: Keyring, change_it: Callable[[bytes], bytes]
) -> None:
    keyring.record("rotate", table="students")
    first, second = lines(keyring.path)
    assert change_it(first) != first
    put(keyring.path, [change_it(first), second])
    with pytest.raises(KeyringFormatError, match=r"keyring\.json\.audit: line [12] is damaged") as caught:
        change.verify(keyring.path, None)
    assert caught.value.hint
    assert caught.value.__cause__ is caught.value.__context__ is None or caught.value.__suppress_context__


@pytest.mark.parametrize(
    "sign", ["\u2028", "\u2029", "\x85", "\x1c", "\x0b", "\x0c", "\r", "\n", "\x9b", "\u202e", "\ud800"]
)
def test_no_sign_in_a_line_breaks_it(keyring: Keyring, operate: Operate, sign: str) -> None:
    keyring.record("job", note=f"a{sign}b")
    operate("add")
    assert change.verify(keyring.path, None)[1] == 3
    assert audit.read(keyring.path)[1]["note"] == f"a{sign}b"
    assert audit.trail_path(keyring.path).read_bytes().isascii()


@pytest.mark.parametrize("name", ["number", "time", "generation", "action", "by", "previous", "mac"])
def test_a_detail_takes_no_member_of_the_line_itself(keyring: Keyring, name: str) -> None:
    with pytest.raises(TypeError, match="is a member of every line"):
        own(keyring).note("job", {name: 7})
    assert change.verify(keyring.path, None)[1] == 1


def test_a_keyring_from_before_the_member_gains_it(keyring: Keyring, operate: Operate) -> None:
    """Its lines of jobs are not covered; the next line covers them."""
    from piiguard.keys import recipients, store
    from piiguard.keys.document import Document

    keyring.record("rotate", table="students")
    document = Document.parse(keyring.path.read_bytes(), "it")
    file_key = recipients.unwrap(document, "it", None)
    held = document.open(file_key)
    bare = {name: value for name, value in held.header.items() if name != "trail"}
    store.overwrite(keyring.path, Contents(bare, held.secrets).seal(file_key).to_bytes())
    assert change.verify(keyring.path, None)[1] == 2
    keyring.record("rotate", table="students")
    assert header(keyring.path)["trail"]["number"] == 3
    assert change.verify(keyring.path, None)[1] == 3


def test_a_link_in_the_place_of_the_trail_is_not_followed(keyring: Keyring, tmp_path: Path) -> None:
    target = tmp_path / "somebody's"
    target.write_bytes(b"")
    audit.trail_path(keyring.path).unlink()
    audit.trail_path(keyring.path).symlink_to(target)
    with pytest.raises(KeyringError, match=r"keyring\.json\.audit: cannot be"):
        keyring.record("rotate", table="students")
    assert target.read_bytes() == b""


def test_a_trail_that_cannot_be_written_stops_a_job_before_it_begins(
    keyring: Keyring, monkeypatch: pytest.MonkeyPatch
) -> None:
    audit.trail_path(keyring.path).unlink()
    audit.trail_path(keyring.path).mkdir()
    with pytest.raises(KeyringError, match="cannot be") as caught:
        keyring.record("decrypt", table="students")
    assert caught.value.hint


def test_a_chained_trail_is_for_keyrings_that_cannot_be_written(keyring: Keyring, tmp_path: Path) -> None:
    before, file = keyring.path.read_bytes(), tmp_path / "jobs.audit"
    trail = own(keyring, file)
    trail.note("decrypt", {"table": "students"})
    trail.note("decrypt", {"table": "students", "rows": 5})
    assert keyring.path.read_bytes() == before
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [(one["number"], one["action"]) for one in audit.lines_of(file)] == [
        (1, "decrypt"),
        (2, "decrypt"),
    ]
    assert own(keyring, file).newest().number == 2
    assert change.verify(keyring.path, None)[1] == 1


@pytest.mark.parametrize(
    ("forge", "message"),
    [
        (lambda raw: [raw[1], raw[0]], "line 1 is missing: it begins with line 2"),
        (lambda raw: [raw[0].replace(b"decrypt", b"encrypt"), raw[1]], "line 1 was changed"),
        (lambda raw: [b"{}", raw[1]], "line 1 is damaged"),
        (lambda raw: [raw[0], raw[0]], "line 2 does not follow"),
    ],
)
def test_a_chained_trail_that_was_touched_takes_no_more_lines(
    keyring: Keyring, tmp_path: Path, forge: Callable[[list[bytes]], list[bytes]], message: str
) -> None:
    file = tmp_path / "jobs.audit"
    for _ in range(2):
        own(keyring, file).note("decrypt", {"table": "students"})
    file.write_bytes(b"".join(line + b"\n" for line in forge(file.read_bytes().split(b"\n")[:-1])))
    with pytest.raises(KeyringFormatError, match=message):
        own(keyring, file).note("decrypt", {"table": "students"})


def test_a_keyring_s_own_trail_is_no_chained_one(keyring: Keyring, tmp_path: Path) -> None:
    copy = tmp_path / "jobs.audit"
    shutil.copy(audit.trail_path(keyring.path), copy)
    with pytest.raises(KeyringFormatError, match="line 1 was changed"):
        own(keyring, copy).note("decrypt", {})


class Collector:
    """A syslog daemon of this test."""

    def __init__(self, place: Path) -> None:
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(str(place))
        self.socket.settimeout(10)

    def next(self) -> bytes:
        return self.socket.recv(1 << 16)


@pytest.fixture
def daemon(monkeypatch: pytest.MonkeyPatch) -> Iterator[Collector]:
    folder = tempfile.mkdtemp(dir="/tmp")
    place = Path(folder) / "log"
    found = Collector(place)
    monkeypatch.setattr("piiguard.keys.elsewhere.SYSLOG", str(place))
    yield found
    found.socket.close()
    shutil.rmtree(folder)


@pytest.mark.skipif(not hasattr(socket, "AF_UNIX"), reason="syslog is a matter of POSIX")
def test_every_line_goes_to_syslog_as_well(
    keyring: Keyring, operate: Operate, daemon: Collector, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIIGUARD_TRAIL_ALSO", "syslog")
    operate("add")
    keyring.record("decrypt", table="students")
    for line in audit.read(keyring.path)[1:]:
        head, _, body = daemon.next().partition(b" ")
        assert head == b"<85>piiguard:"  # authpriv, notice
        assert json.loads(body) == {**line, "keyring": str(keyring.id)}


def test_every_line_goes_to_standard_output_as_well(
    keyring: Keyring, operate: Operate, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PIIGUARD_TRAIL_ALSO", "stdout")
    operate("add")
    keyring.record("decrypt", table="students", note="a\nb\u2028")
    sent = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert sent == [{**line, "keyring": str(keyring.id)} for line in audit.read(keyring.path)[1:]]


def test_a_line_of_a_chained_trail_goes_there_as_well(
    keyring: Keyring, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PIIGUARD_TRAIL_ALSO", "stdout")
    own(keyring, tmp_path / "jobs.audit").note("decrypt", {"table": "students"})
    assert json.loads(capsys.readouterr().out)["action"] == "decrypt"


def test_a_line_that_syslog_does_not_take_stops_the_job(
    keyring: Keyring, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIIGUARD_TRAIL_ALSO", "syslog")
    monkeypatch.setattr("piiguard.keys.elsewhere.SYSLOG", str(tmp_path / "nobody"))
    with pytest.raises(KeyringError, match="syslog does not take the line") as caught:
        keyring.record("decrypt", table="students")
    assert "PIIGUARD_TRAIL_ALSO" in caught.value.hint


def test_a_place_that_is_unknown_is_told_before_anything_is_changed(
    keyring: Keyring, operate: Operate, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = keyring.path.read_bytes()
    monkeypatch.setenv("PIIGUARD_TRAIL_ALSO", "carrier pigeon")
    new = keyring.path.with_name("new.json")
    for act in (
        lambda: operate("add"),
        lambda: keyring.record("decrypt", table="students"),
        lambda: change.create(new, ["file:" + str(keyring.path.with_name("wrapping.key"))], None),
    ):
        with pytest.raises(KeyringError, match="PIIGUARD_TRAIL_ALSO: not understood"):
            act()
    assert not new.exists()
    assert keyring.path.read_bytes() == before
    assert len(audit.read(keyring.path)) == 1
