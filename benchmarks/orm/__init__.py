"""Encrypted columns against plain ones and against sqlalchemy-utils: per value, and per row of four columns."""

from __future__ import annotations

import tempfile
from pathlib import Path

from benchmarks.harness import Harness
from benchmarks.orm import rows, values
from piiguard.keys import Keyring


def run(harness: Harness) -> None:
    """Write both tables."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "keyring.json"
        keyring = Keyring.create(path, [f"file:{Path(folder) / 'wrapping.key'}"])
        values.measure(harness, keyring)
        rows.measure(harness, keyring, Path(folder))
