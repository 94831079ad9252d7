"""Files that a scan and ``keys promote`` read back, each member changed to anything, absent, twice, huge and deep.

Checkpoint, baseline, heartbeats, kept patterns: a refusal names file and member, and nothing is done on their behalf.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from piiguard.cli.main import run
from piiguard.errors import ScanError
from piiguard.keys.heartbeat import Beat, FileHeartbeat
from piiguard.scan.baseline import Baseline
from piiguard.scan.journal import Journal
from piiguard.scan.options import Options
from tests.test_hostile_files import ODD, Where, absent, changed, members, nothing_happens, repeated

from .files import iin

__all__ = ["nothing_happens"]
MORE_ODD = {**ODD, "not finite": float("inf"), "no number": float("nan"), "a glob": "*[*[a-*]?" * 50}
DAMAGED = [b"[" * 500_000, b'{"a":' * 200_000, b"9" * 100_000, b"\xff\xfe", b"\0" * 1000, b"", b"[]", b"null"]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("app.log").write_text(f"ИИН {iin(1)}\n", encoding="utf-8")
    return tmp_path


def scanned(*options: str) -> int:
    return run(["scan", "app.log", "--format", "json", "-o", "report.json", *options])


@pytest.fixture
def baseline(home: Path) -> tuple[Path, Any]:
    path = home / "known.json"
    assert scanned("--write-baseline", str(path)) in (0, 3)
    document = json.loads(path.read_text())
    document["suppressions"] = [
        {"place": "shop.*", "entity": "*", "reason": "branches", "expires": "2099-12-31", "target": "*"}
    ]
    path.write_text(json.dumps(document))
    return path, document


@pytest.fixture
def checkpoint(home: Path) -> tuple[Path, Any]:
    path = home / "done.jsonl"
    assert scanned("--resume", str(path)) == 3
    head, done, ended = path.read_text().splitlines(keepends=True)
    assert "ended" in ended
    path.write_text(head + done)  # as a scan leaves it that was killed
    return path, [json.loads(head), json.loads(done)]


Read = Callable[[Path], object]


def refusal(path: Path, read: Read) -> ScanError | None:
    try:
        read(path)
    except ScanError as error:
        return error
    return None


def names_file_and_member(path: Path, read: Read, where: Where) -> bool:
    """Whether the file was refused; then it was told what is wrong and where."""
    error = refusal(path, read)
    if error is None:
        return False
    assert str(error).startswith(f"{path}: ")
    assert len(f"{error}{error.hint}") < 1000, "a file must not be able to fill a log"
    name = next((step for step in reversed(where) if isinstance(step, str)), "")
    known = ("of this version", "other options", "not UTF-8", "is not JSON")
    assert name in str(error) or any(word in str(error) for word in known), (where, str(error))
    return True


def test_every_member_of_a_baseline_changed_to_anything_is_named_or_means_the_same(
    baseline: tuple[Path, Any], nothing_happens: None
) -> None:
    path, document = baseline
    taken = set()
    for where in members(document):
        for kind, value in MORE_ODD.items():
            path.write_text(json.dumps(changed(document, where, value)))
            if not names_file_and_member(path, Baseline.load, where):
                taken.add((where[-1], kind))
        path.write_text(json.dumps(absent(document, where)))
        names_file_and_member(path, Baseline.load, where)
        if isinstance(where[-1], str):
            path.write_text(repeated(document, where))
            assert names_file_and_member(path, Baseline.load, where)
    whole = {("findings", "no list"), ("suppressions", "no list")}
    assert all(isinstance(ODD.get(kind, ""), str) for name, kind in taken - whole), taken - whole


@pytest.mark.parametrize("data", DAMAGED, ids=range(len(DAMAGED)))
def test_a_baseline_that_is_none_ends_the_command_in_two_lines(
    baseline: tuple[Path, Any], data: bytes, nothing_happens: None, capsys: pytest.CaptureFixture[str]
) -> None:
    path, _ = baseline
    path.write_bytes(data)
    capsys.readouterr()
    assert scanned("--baseline", str(path)) == 1
    lines = capsys.readouterr().err.splitlines()
    assert lines[-2].startswith(f"piiguard: {path}: ")
    assert "internal error" not in "".join(lines)


def read_checkpoint(path: Path) -> object:
    return Journal(path, Options(entities=None))


def test_every_member_of_a_checkpoint_changed_to_anything_is_named_or_reported_as_what_it_is(
    checkpoint: tuple[Path, Any], nothing_happens: None, capsys: pytest.CaptureFixture[str]
) -> None:
    path, (head, done) = checkpoint
    options = _options_of(head)

    def read(file: Path) -> object:
        return Journal(file, options)

    taken: list[Any] = []
    for where in members(done):
        for text in _spoiled(done, where):
            path.write_text(f"{json.dumps(head)}\n{text}\n")
            if not names_file_and_member(path, read, where):
                taken.append((where, text))
    assert taken
    for where, text in _one_of_each(taken):
        path.write_text(f"{json.dumps(head)}\n{text}\n")
        for layout in ("json", "table", "html", "sarif"):
            code = run(["scan", "app.log", "--format", layout, "-o", "report", "--resume", str(path)])
            err = capsys.readouterr().err
            assert code in (0, 1, 3, 4), (where, err)
            assert "internal error" not in err, (where, text[:200], err)


def _options_of(head: dict[str, Any]) -> Options:
    search = head["search"]
    return Options(
        entities=tuple(search["entities"]) or None,
        sample=search["sample"],
        min_confidence=search["min_confidence"],
        encoding=search["encoding"],
        raw=search["raw"],
    )


def _spoiled(document: Any, where: Where) -> Iterator[str]:
    for value in MORE_ODD.values():
        yield json.dumps(changed(document, where, value))
    yield json.dumps(absent(document, where))
    if isinstance(where[-1], str):
        yield repeated(document, where)


def _one_of_each(taken: list[Any]) -> Iterator[tuple[Where, str]]:
    """Two texts for each member: the report has many layouts, and each takes its time."""
    seen: dict[Where, int] = {}
    for where, text in taken:
        seen[where] = seen.get(where, 0) + 1
        if seen[where] <= 2 or "\\ud800" in text or "u001b" in text:
            yield where, text


@pytest.mark.parametrize("data", DAMAGED, ids=range(len(DAMAGED)))
def test_a_checkpoint_that_is_none_ends_the_command_in_two_lines(
    checkpoint: tuple[Path, Any], data: bytes, nothing_happens: None, capsys: pytest.CaptureFixture[str]
) -> None:
    path, _ = checkpoint
    path.write_bytes(data)
    capsys.readouterr()
    assert scanned("--resume", str(path)) == 1
    lines = capsys.readouterr().err.splitlines()
    assert lines[-2].startswith(f"piiguard: {path}: ")
    assert path.read_bytes() == data


BEAT = {"instance": "web:1", "generation": 1, "seen": 1.0, "keyring": "x"}


def test_a_heartbeat_of_any_kind_beside_the_keyring_is_one_or_none(
    tmp_path: Path, nothing_happens: None
) -> None:
    keyring = tmp_path / "keyring.json"
    folder = tmp_path / "keyring.json.instances"
    folder.mkdir()
    file = folder / "web-1.json"
    for where in members(BEAT):
        for text in _spoiled(BEAT, where):
            file.write_text(text)
            for beat in FileHeartbeat(keyring).beats():
                assert isinstance(beat, Beat)
                assert type(beat.generation) is int
                assert 0 <= beat.generation < 1 << 63
                assert 0 <= beat.seen < float("inf")
                assert isinstance(beat.instance, str)
    for data in DAMAGED:
        file.write_bytes(data)
        assert FileHeartbeat(keyring).beats() == []
