"""Each layer in a fresh interpreter: what it loads, and what it must not."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import piiguard

PRESIDIO = "presidio_analyzer presidio_anonymizer spacy phonenumbers"


@pytest.mark.parametrize(
    ("module", "forbidden"),
    [
        ("piiguard", f"cryptography sqlalchemy click rich {PRESIDIO}"),
        ("piiguard.errors", f"cryptography sqlalchemy click rich {PRESIDIO}"),
        ("piiguard.files", f"cryptography sqlalchemy click rich {PRESIDIO}"),
        ("piiguard.names", f"cryptography sqlalchemy click rich {PRESIDIO}"),
        ("piiguard.manifest", f"cryptography sqlalchemy click rich {PRESIDIO}"),
        ("piiguard.keys", f"sqlalchemy click rich {PRESIDIO}"),
        ("piiguard.orm", f"click rich {PRESIDIO}"),
        ("piiguard.protect", f"click rich sqlalchemy.orm {PRESIDIO}"),
        ("piiguard.recognizers.checks", f"cryptography sqlalchemy click rich {PRESIDIO}"),
        ("piiguard.cli.main", f"cryptography sqlalchemy rich {PRESIDIO}"),
        ("piiguard.redact", f"cryptography sqlalchemy click rich {PRESIDIO}"),
        ("piiguard.subjects", f"cryptography sqlalchemy click rich {PRESIDIO}"),
        ("piiguard.report", f"cryptography sqlalchemy click jinja2 {PRESIDIO}"),
        ("piiguard.scan.finding", f"cryptography sqlalchemy click rich {PRESIDIO}"),
    ],
)
def test_import_stays_light(module: str, forbidden: str) -> None:
    code = f"import sys, {module}; sys.exit(' '.join(sorted(set({forbidden!r}.split()) & set(sys.modules))))"
    ran = subprocess.run([sys.executable, "-P", "-c", code], capture_output=True, text=True, check=False)
    assert ran.stderr.strip() == ""


@pytest.mark.parametrize("name", ["keys", "recognizers"])
def test_links_are_there(name: str) -> None:
    # is_dir, not is_symlink: wheels hold real folders
    assert Path(piiguard.__file__).with_name(name).is_dir(), (
        "git config core.symlinks true, then check out again"
    )
