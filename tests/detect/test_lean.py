"""A scan or a redaction of a log loads nothing that it does not need: no Presidio, no table libraries, no database."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = frozenset(
    [
        "presidio_analyzer",
        "presidio_anonymizer",
        "spacy",
        "numpy",
        "pandas",
        "pyarrow",
        "sqlalchemy",
        "phonenumbers",
        "yaml",
        "tldextract",
    ]
)
LINES = "2026-01-05 client called, ИИН 050312300015\n2026-01-05 перезвонить: 8 (701) 123-45-67, a.b@mail.kz\n"
_LOADED = re.compile(r"import time: .*\| *([\w.]+)$", re.MULTILINE)


@pytest.fixture
def log(tmp_path: Path) -> Path:
    log = tmp_path / "two-lines.log"
    log.write_text(LINES, encoding="utf-8")
    return log


def _loaded(*command: str) -> frozenset[str]:
    """The packages that a command of piiguard imports, and that it did its work."""
    ran = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "piiguard", *command],
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert ran.returncode in (0, 3), ran.stderr
    assert "050312300015" not in ran.stdout
    return frozenset(module.partition(".")[0] for module in _LOADED.findall(ran.stderr))


@pytest.mark.parametrize("command", ["scan", "redact"])
def test_a_log_is_read_without_any_heavy_package(command: str, log: Path) -> None:
    loaded = _loaded(command, str(log))
    assert {"piiguard", "regex"} <= loaded
    assert loaded & HEAVY == set()
