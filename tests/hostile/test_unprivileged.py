"""A run as somebody who may read no more than others: what he may not read is named, and nothing ends the rest."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from . import files
from .files import ROOT, iin, state_of

pytestmark = pytest.mark.skipif(
    not ROOT or shutil.which("setpriv") is None, reason="only root can become somebody else, by setpriv"
)

NOBODY = 65534
# Root without the power to pass over modes: Python's own files may be root's, so nobody could not even start it.
DROPPED = "-dac_override,-dac_read_search"
AS_OTHERS = ["setpriv", f"--bounding-set={DROPPED}", f"--inh-caps={DROPPED}"]


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder of somebody else, of which others may read a part; pytest's own folders are closed to others."""
    with tempfile.TemporaryDirectory(prefix="others-") as made:
        root = Path(made)
        root.chmod(0o755)
        for name in ("open", "out"):
            (root / name).mkdir(0o755)
        (root / "out").chmod(0o777)
        scanned = root / "open"
        (scanned / "read.log").write_text(f"ИИН {iin(1)}\n", encoding="utf-8")
        (scanned / "closed.log").write_text(f"ИИН {iin(2)}\n", encoding="utf-8")
        (scanned / "closed").mkdir()
        (scanned / "closed" / "in.log").write_text(f"ИИН {iin(3)}\n", encoding="utf-8")
        (scanned / "listed").mkdir()
        (scanned / "listed" / "in.log").write_text(f"ИИН {iin(4)}\n", encoding="utf-8")
        for name in ("read", "closed", "wal-closed", "journal-closed"):
            files.database(scanned / f"{name}.db")
        files.with_log(scanned / "log.db")
        files.with_log(scanned / "log-closed.db")
        (scanned / "log-closed.db-wal").chmod(0o600)
        files.hot_journal(scanned / "journal-closed.db").chmod(0o600)
        (scanned / "closed.parquet").write_bytes(b"PAR1")
        (scanned / "closed.csv").write_text("iin\n" + "\n".join(iin(n) for n in range(30)), encoding="utf-8")
        for name in ("closed.log", "closed.db", "closed.parquet", "closed.csv"):
            (scanned / name).chmod(0o600)
        (scanned / "closed").chmod(0o700)
        (scanned / "listed").chmod(0o744)  # its names can be seen, and nothing behind them
        for path in (scanned, *scanned.rglob("*")):
            os.chown(path, NOBODY, NOBODY, follow_symlinks=False)
        yield root


def as_others(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    program = [*AS_OTHERS, sys.executable, "-m", "piiguard", *words]
    return subprocess.run(program, cwd=folder, capture_output=True, text=True, check=False, timeout=300)


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_a_scan_names_what_it_may_not_read(folder: Path, jobs: str) -> None:
    before = state_of(folder / "open")
    done = as_others(folder, "scan", "open", "--format", "json", "--entities", "KZ_IIN", "--jobs", jobs)
    assert done.returncode == 4, done.stderr
    assert "internal error" not in done.stderr
    assert state_of(folder / "open") == before
    report = json.loads(done.stdout)
    left = {Path(error["target"].removeprefix("sqlite:///")).name for error in report["errors"]}
    left |= {Path(error["place"]).name for error in report["errors"]}
    assert left >= {
        "closed.log",
        "closed",
        "in.log",
        "closed.db",
        "closed.csv",
        "closed.parquet",
        "log-closed.db",
    }
    assert {"read.log", "read.db", "log.db"} <= {
        Path(str(f["target" if f["kind"] == "column" else "file"]).removeprefix("sqlite:///")).name
        for f in report["findings"]
    }


@pytest.mark.parametrize("words", [
    ("scan", "open/closed.log"), ("scan", "open/closed.db"), ("scan", "sqlite:///open/closed.db"), ("scan", "open/closed"),
    ("redact", "open/closed.log"), ("redact", "open/closed.log", "-o", "out/x"), ("redact", "open/read.log", "-o", "open/x"),
    ("scan", "open/read.log", "-o", "open/x"), ("scan", "open/read.log", "--baseline", "open/closed.log"),
    ("scan", "open/read.log", "--policy", "open/closed.log"), ("scan", "open/read.log", "--manifest", "open/closed.log"),
    ("scan", "open/read.log", "--write-baseline", "open/x"), ("scan", "open/read.log", "--resume", "open/x"),
    ("keys", "list", "--keyring", "open/closed.log"), ("keys", "init", "--keyring", "open/k", "--wrap", "file:open/w"),
    ("demo", "open/demo"), ("status", "sqlite:///open/read.db"), ("reveal", "open/closed.log", "--keyring", "open/closed.log"),
], ids=" ".join)  # fmt: skip
def test_a_command_that_may_not_says_so_in_a_line(folder: Path, words: tuple[str, ...]) -> None:
    before = state_of(folder / "open")
    done = as_others(folder, *words)
    assert done.returncode in (1, 2, 4), done.stderr
    assert state_of(folder / "open") == before
    lines = done.stderr.splitlines()
    assert lines
    assert all(line.startswith("piiguard: ") for line in lines), lines
    assert "internal error" not in done.stderr
