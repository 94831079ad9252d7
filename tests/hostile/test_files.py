"""A folder full of traps: every command that only reads leaves it as it was, ends, and names what it did not read."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import threading
from pathlib import Path
from urllib.parse import unquote

import pytest

from piiguard.cli.main import run
from piiguard.read.listing import listed
from piiguard.read.sources import opened, regular
from piiguard.scan import Options, scan_log

from .files import ROOT, corpus, iin, state_of

pytestmark = pytest.mark.skipif(os.name != "posix", reason="FIFOs, sockets and links of POSIX")

FORMATS = [
    "table",
    "json",
    "ndjson",
    "csv",
    "sarif",
    "junit",
    "html",
    "summary",
    "datahub",
    "openmetadata",
    "dbt",
]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty place to work in; beside it lies what is scanned, and what must not be."""
    for name in ("home", "folder", "outside", "tmp"):
        (tmp_path / name).mkdir()
    monkeypatch.chdir(tmp_path / "home")
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "tmp"))
    return tmp_path / "home"


@pytest.fixture
def traps(home: Path) -> dict[str, str]:
    return corpus(home.parent / "folder", home.parent / "outside")


def plain(name: str) -> str:
    """The path of a target that is a file."""
    url = name.startswith("sqlite:///")
    return unquote(name.removeprefix("sqlite:///"), errors="surrogateescape") if url else name


def told(path: Path) -> dict[str, str]:
    """What a report says was not read, by place below the folder; an object stands behind its database."""
    found = {}
    for error in json.loads(path.read_bytes())["errors"]:
        target, place = (plain(error[key]) for key in ("target", "place"))
        whole = place if place.startswith("../") or place == target else f"{target}:{place}"
        found[whole.removeprefix("../folder/")] = error["message"]
    return found


@pytest.mark.parametrize("format_", FORMATS)
@pytest.mark.parametrize("jobs", ["1", "2"])
def test_a_scan_changes_nothing_reads_the_rest_and_names_what_it_left(
    home: Path, traps: dict[str, str], format_: str, jobs: str
) -> None:
    if jobs == "2" and format_ != "json":
        pytest.skip("the format has no part in the reading")
    before = state_of(home.parent / "folder"), state_of(home.parent / "outside")
    code = run(
        ["scan", "../folder", "--format", format_, "--jobs", jobs, "--statement-timeout", "1", "-o", "report"]
    )
    assert code == 4
    assert (state_of(home.parent / "folder"), state_of(home.parent / "outside")) == before
    assert [path.name for path in home.iterdir()] == ["report"]
    assert list((home.parent / "tmp").iterdir()) == []
    report = (home / "report").read_text(encoding="utf-8")
    assert iin(900) not in report
    if format_ != "json":
        return
    left = told(home / "report")
    for place, word in traps.items():
        assert word in left.pop(place)
    # what lies beside a database that was left is no text either
    assert set(left) == {
        "x.db-journal", "hot.db-journal", "persist.db-journal", "fifo-beside.db-journal", "link-beside.db-wal"
    }  # fmt: skip
    findings = json.loads(report)["findings"]
    found = {f["file"] if f["kind"] == "file" else f"{plain(f['target'])}:{f['table']}" for f in findings}
    read = {place.removeprefix("../folder/") for place in found}
    assert read >= {
        "a.log", "sub/b.log", "plain.db:people", "odd ?#%41&mode=rwc.db:people", "log.db:people", "mode.db:people",
        "persist.db:people", "utf16.db:people", "damaged.db:b", "objects.db:people", "no-text-\udcff.db:people",
    }  # fmt: skip


def test_a_glob_follows_no_link_out_and_names_what_is_no_file(home: Path, traps: dict[str, str]) -> None:
    found = listed("../folder/*.log")
    files = {Path(path).name for path in found.files}
    assert files >= {"a.log", "-x.log"}
    assert {Path(path).name for path, _ in found.left} == {
        "fifo.log", "socket.log", "out.log", "zero.log", "loop.log", "nowhere.log"
    }  # fmt: skip
    assert len(found.files) == len(set(found.files))


def test_a_link_that_stays_inside_is_read_once(home: Path) -> None:
    folder = home.parent / "folder"
    (folder / "app-1.txt").write_text(f"ИИН {iin(1)}\n", encoding="utf-8")
    (folder / "current.log").symlink_to("app-1.txt")
    (folder / "also.log").symlink_to(folder / "app-1.txt")
    assert listed(str(folder)).files == [str(folder / "app-1.txt")]
    assert listed(f"{folder}/*.log").files == [str(folder / "app-1.txt")]
    assert listed(f"{folder}/*").left == []


def test_a_link_that_was_asked_for_by_name_is_read(home: Path) -> None:
    (home / "real.log").write_text(f"ИИН {iin(1)}\n", encoding="utf-8")
    (home / "app.log").symlink_to("real.log")
    assert [finding.entity for finding in scan_log("app.log", Options(entities=("KZ_IIN",))).findings] == [
        "KZ_IIN"
    ]


def test_what_takes_the_place_of_a_file_after_it_was_listed_is_not_opened(home: Path) -> None:
    os.mkfifo("fifo")
    Path("secret").write_text("x", encoding="utf-8")
    Path("link").symlink_to("secret")
    for name in ("fifo", "link", "/dev/null"):
        with pytest.raises(OSError, match="no regular file"):
            regular(name)
        with pytest.raises(OSError, match="no regular file"), opened(name, named=False):
            pass


@pytest.mark.skipif(ROOT, reason="root reads every folder")
def test_a_folder_that_may_not_be_listed_is_named(home: Path) -> None:
    (home / "closed").mkdir(0)
    assert listed("closed").left == [("closed", "permission denied")]


@pytest.mark.parametrize("jobs", [1, 2])
@pytest.mark.parametrize("bits", [1, 7, 100_000])
def test_a_fifo_that_was_asked_for_is_opened_once_and_read_to_its_end(
    home: Path, jobs: int, bits: int
) -> None:
    """However little the writer gives at a time, no byte of its head is lost to a look at it."""
    os.mkfifo("pipe")
    data = f"ИИН {iin(1)}\n".encode() * 3

    def write() -> None:
        with open("pipe", "wb", buffering=0) as pipe:
            pipe.writelines(data[start : start + bits] for start in range(0, len(data), bits))

    writer = threading.Thread(target=write)
    writer.start()
    report = scan_log("pipe", Options(entities=("KZ_IIN",), jobs=jobs))
    writer.join()
    assert [(finding.matched, finding.lines) for finding in report.findings] == [(3, (1, 2, 3))]
    assert report.targets[0].bytes_read == len(data)


@pytest.mark.parametrize("name", ["/dev/stdin", "/dev/fd/0", "-"])
def test_standard_input_is_read_under_each_of_its_names(home: Path, name: str) -> None:
    if not os.path.exists("/dev/fd/0"):
        pytest.skip("no /dev/fd here")
    ran = subprocess.run(
        [sys.executable, "-m", "piiguard", "scan", name, "--format", "json", "--resume", "done.json"],
        input=f"ИИН {iin(1)}\n".encode(),
        capture_output=True,
        check=False,
    )
    assert ran.returncode == 3, ran.stderr
    assert json.loads(ran.stdout)["targets"][0]["lines_read"] == 1
    # another stream may have the name next time: nothing is noted between the beginning and the end
    assert [set(json.loads(line)) for line in (home / "done.json").read_bytes().splitlines()] == [
        {"schema", "search", "began"},
        {"ended"},
    ]


def test_a_compressed_stream_and_a_binary_one_are_told_by_their_heads(home: Path) -> None:
    import gzip

    for name, data in (
        ("pressed", gzip.compress(f"ИИН {iin(1)}\n".encode())),
        ("binary", bytes(range(256)) * 99),
    ):
        Path(name).write_bytes(data)
        with opened(name, named=True) as source:
            assert bool(source.unknown) == (name == "binary")
            assert source.size == (-1 if name == "pressed" else len(data))
            whole = io.BytesIO(source.stream.read()).getvalue()
        assert whole == (gzip.decompress(data) if name == "pressed" else data)


def test_a_log_that_is_replaced_by_a_fifo_ends_the_following_of_it(home: Path) -> None:
    log = Path("app.log")
    log.write_text("x\n", encoding="utf-8")

    def replaced() -> None:
        if log.is_file():
            log.unlink()
            os.mkfifo(log)

    report = scan_log("app.log", Options(entities=("KZ_IIN",)), waiting=replaced)
    assert [error.message for error in report.errors] == ["no regular file"]


def test_a_hidden_file_makes_a_scan_incomplete(home: Path) -> None:
    (home / "a.log").write_text("GET /health 200\n", encoding="utf-8")
    assert run(["scan", "."]) == 0
    (home / ".env").write_text(f"ИИН {iin(1)}\n", encoding="utf-8")
    assert run(["scan", "."]) == 4
    assert run(["scan", "a.log", ".env"]) == 3
