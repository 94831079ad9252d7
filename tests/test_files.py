"""Files of our own: whole or not at all, for their owner alone, and never through what somebody else has put there."""

from __future__ import annotations

import errno
import os
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

import piiguard
from piiguard.cli.main import run
from piiguard.errors import ScanError
from piiguard.files import append, growing, new_file
from piiguard.recognizers.checks import iin
from piiguard.scan import scan_log
from piiguard.scan.baseline import Baseline
from piiguard.scan.journal import Journal
from piiguard.scan.options import Options

pytestmark = pytest.mark.skipif(os.name != "posix", reason="modes and links of POSIX")
NUMBER = next(n for serial in range(99) if iin.is_valid(n := f"0503123{serial:05}"))


def mode(path: Path) -> int:
    return stat.S_IMODE(path.lstat().st_mode)


@pytest.fixture(params=[0o000, 0o022, 0o077], ids=oct)
def umask(request: pytest.FixtureRequest) -> Iterator[int]:
    before = os.umask(request.param)
    yield int(request.param)
    os.umask(before)


@pytest.fixture
def log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "app.log"
    path.write_text(f"принят ИИН {NUMBER}\n" * 3, encoding="utf-8")
    path.chmod(0o644)
    return path


WRITERS = {
    "report": ["scan", "app.log", "--format", "json", "-o", "out"],
    "page": ["scan", "app.log", "--format", "html", "-o", "out"],
    "matches": ["scan", "app.log", "--format", "ndjson", "-o", "out"],
    "baseline": ["scan", "app.log", "--write-baseline", "out"],
    "checkpoint": ["scan", "app.log", "--resume", "out"],
    "renewed": ["scan", "app.log", "--since", "out"],
    "metrics": ["scan", "app.log", "--metrics", "out"],
    "counts": ["redact", "app.log", "--counts", "out"],
    "redacted": ["redact", "app.log", "-o", "out"],
}
READ_FIRST = {"baseline", "renewed"}  # what is there is read first, and that is none
SHARED = {"redacted", "metrics"}  # a text without values may be read by whoever reads the text


@pytest.mark.parametrize("writer", WRITERS)
def test_new_file_is_for_its_owner_alone(writer: str, log: Path, umask: int) -> None:
    run(WRITERS[writer])
    assert mode(Path("out")) == (0o644 if writer in SHARED else 0o600) & ~umask


@pytest.mark.parametrize("writer", WRITERS)
def test_planted_link_is_never_followed(writer: str, log: Path) -> None:
    victim = Path("victim")
    victim.write_text("precious", encoding="utf-8")
    Path("out.new").symlink_to(victim)  # no name but the last one can be guessed
    if writer not in READ_FIRST:
        Path("out").symlink_to(victim)
    run(WRITERS[writer])
    assert victim.read_text(encoding="utf-8") == "precious"
    assert writer == "checkpoint" or not Path("out").is_symlink()


def test_revealed_text_is_private_whatever_was_shared(
    log: Path, monkeypatch: pytest.MonkeyPatch, umask: int
) -> None:
    monkeypatch.setenv("PIIGUARD_KEYRING", "keyring.json")
    assert run(["keys", "init", "--wrap", "file:wrapping.key"]) == 0
    assert run(["redact", "app.log", "--operator", "pseudonym", "-o", "shared.log"]) == 0
    Path("shared.log").chmod(0o644)
    assert run(["reveal", "shared.log", "-o", "revealed.log"]) == 0
    assert NUMBER in Path("revealed.log").read_text(encoding="utf-8")
    assert mode(Path("revealed.log")) == 0o600
    assert run(["reveal", "shared.log", "-o", "shared.log"]) == 0
    assert mode(Path("shared.log")) == 0o600


@pytest.mark.parametrize("own", [0o600, 0o640, 0o664])
def test_file_that_is_there_keeps_its_mode(own: int, log: Path, umask: int) -> None:
    Path("out").touch()
    Path("out").chmod(own)
    run(WRITERS["report"])
    assert mode(Path("out")) == own


def test_nothing_is_left_where_the_writing_fails(tmp_path: Path) -> None:
    path = tmp_path / "out"
    path.write_text("before", encoding="utf-8")
    with pytest.raises(TypeError), new_file(path) as file:
        file.writelines([b"half", None])  # type: ignore[list-item]
    assert [entry.name for entry in tmp_path.iterdir()] == ["out"]
    assert path.read_text(encoding="utf-8") == "before"


END_OF = """
import os, signal, sys
from pathlib import Path
from piiguard.files import new_file
way = getattr(signal, sys.argv[1])
signal.signal(way, {"default": signal.SIG_DFL, "ignored": signal.SIG_IGN, "own": lambda *_: print("own")}[sys.argv[2]])
before = signal.getsignal(way)
try:
    with new_file(Path("out")) as outer, new_file(Path("out.counts")) as file:
        file.write(b"half")
        file.flush()
        signal.raise_signal(way)
except KeyboardInterrupt:
    print("stopped")
assert signal.getsignal(way) is before
"""


@pytest.mark.parametrize("way", ["SIGTERM", "SIGHUP"])
@pytest.mark.parametrize(
    ("handled", "said", "left"),
    [
        ("default", "stopped\n", set()),
        ("ignored", "", {"out", "out.counts"}),
        ("own", "own\n", {"out", "out.counts"}),
    ],
)
def test_a_process_that_is_ended_leaves_no_half_of_a_file(
    way: str, handled: str, said: str, left: set[str], tmp_path: Path
) -> None:
    words = [sys.executable, "-c", END_OF, way, handled]
    ran = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=60)
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, said, "")
    assert {entry.name for entry in tmp_path.iterdir()} == left


def test_no_other_module_writes_under_a_name_of_the_moment() -> None:
    """So that what is ended is cleared away everywhere."""
    package = Path(piiguard.__file__).parent
    made = [
        path.name
        for path in package.rglob("*.py")
        if ".piiguard-{secrets" in path.read_text(encoding="utf-8")
    ]
    assert made == ["files.py"]


@pytest.mark.parametrize(("number", "named"), [(errno.ENOSPC, True), (errno.EROFS, True), (errno.EIO, False)])
def test_a_full_disk_is_told_of_the_file_that_is_written(number: int, named: bool, tmp_path: Path) -> None:
    path = tmp_path / "out"
    with pytest.raises(OSError) as told, new_file(path):  # noqa: PT011 - its members are asked below
        raise OSError(number, os.strerror(number))
    assert told.value.filename == (str(path) if named else None)
    assert list(tmp_path.iterdir()) == []


def test_longest_name_that_a_folder_takes_is_written(tmp_path: Path) -> None:
    with new_file(tmp_path / ("n" * 255)) as file:
        file.write(b"x")
    assert (tmp_path / ("n" * 255)).read_bytes() == b"x"


def test_what_grows_or_is_added_to_is_no_link(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "victim")
    with pytest.raises(OSError, match="link"):
        append(tmp_path / "link", b"x")
    with pytest.raises(OSError, match="link"), growing(tmp_path / "link"):
        pass
    assert not (tmp_path / "victim").exists()


@pytest.mark.parametrize("writer", WRITERS)
@pytest.mark.parametrize("place", ["missing/out", "folder", "/dev/full", "/dev/nowhere"])
def test_place_that_cannot_be_written_is_an_error_with_a_hint(
    writer: str, place: str, log: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("folder").mkdir()
    assert run([*WRITERS[writer][:-1], place]) in (1, 2)
    said = capsys.readouterr().err
    assert "piiguard: hint: " in said
    assert "internal error" not in said
    assert not Path("/dev/nowhere").exists()


@pytest.mark.parametrize("redirected", [False, True])
@pytest.mark.parametrize("place", ["/dev/stdout", "/dev/fd/1"])
def test_standard_output_has_a_name_and_keeps_it(place: str, redirected: bool, log: Path) -> None:
    before = os.lstat("/dev/stdout")
    words = [sys.executable, "-m", "piiguard", "redact", "app.log", "-o", place]
    with Path("to").open("wb") as to:
        ran = subprocess.run(words, stdout=to if redirected else subprocess.PIPE, check=False)
    said = Path("to").read_text(encoding="utf-8") if redirected else ran.stdout.decode()
    assert (ran.returncode, said) == (0, "принят ИИН 05**********\n" * 3)
    assert os.path.samestat(before, os.lstat("/dev/stdout"))


def test_pipe_is_written_as_it_is(log: Path) -> None:
    os.mkfifo("out")
    read: list[bytes] = []
    reader = threading.Thread(target=lambda: read.append(Path("out").read_bytes()))
    reader.start()
    assert run(WRITERS["redacted"]) == 0
    reader.join()
    assert read == [("принят ИИН 05**********\n" * 3).encode()]
    assert stat.S_ISFIFO(os.lstat("out").st_mode)


def test_baseline_of_a_link_becomes_a_file_of_its_own(log: Path) -> None:
    Path("others.json").write_text('{"schema": "piiguard.baseline/1"}', encoding="utf-8")
    Path("known.json").symlink_to("others.json")
    Baseline().write("known.json", scan_log("app.log").findings)
    assert len(Baseline.load("known.json").ids) == 1
    assert Baseline.load("others.json").ids == frozenset()


@pytest.mark.parametrize("planted", ["writable", "link", "folder"])
def test_checkpoint_that_another_may_have_written_is_refused(planted: str, log: Path) -> None:
    path = Path("done.jsonl")
    if planted == "folder":
        path.mkdir()
    else:
        Journal("real.jsonl", Options())
        Path("real.jsonl").rename(path) if planted == "writable" else path.symlink_to("real.jsonl")
        path.chmod(0o666 if planted == "writable" else 0o600)
    with pytest.raises(ScanError, match="somebody else"):
        Journal(path, Options())
