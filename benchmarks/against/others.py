"""What is compared with: version 0.1.0 out of the repository, and other tools out of a package registry.

Each lies in a folder of its own, ``build/peers``; nothing is installed into the environment that runs this.
"""

from __future__ import annotations

import subprocess
import sys
import tarfile
from io import BytesIO
from pathlib import Path

__all__ = ["FIRST", "REPOSITORY", "Missing", "checkout", "installed", "kingfisher", "version"]

REPOSITORY = Path(__file__).parents[2]
FIRST = "2b80bcc"
"""The commit of version 0.1.0."""
PEERS = REPOSITORY / "build" / "peers"


class Missing(Exception):
    """Something to compare with cannot be had; the message says why."""


def checkout(folder: Path) -> Path:
    """Take 0.1.0 out of the repository."""
    packed = subprocess.run(["git", "archive", FIRST], cwd=REPOSITORY, capture_output=True, check=False)
    if packed.returncode:
        raise Missing(f"commit {FIRST} is not in this clone")
    with tarfile.open(fileobj=BytesIO(packed.stdout)) as archive:
        archive.extractall(folder, filter="data")
    return folder


def installed(package: str) -> Path:
    """Return the folder of a package, which is installed there when it is first asked for."""
    folder = PEERS / package
    if not any(folder.glob("*.dist-info")):
        command = [sys.executable, "-m", "pip", "install", "--quiet", "--target", str(folder), package]
        if subprocess.run(command, capture_output=True, check=False).returncode:
            raise Missing(f"`pip install {package}` failed")
    return folder


def version(package: str) -> str:
    """Which version of a package lies there."""
    for found in (PEERS / package).glob("*.dist-info"):
        name, number = found.name.removesuffix(".dist-info").rsplit("-", 1)
        if name.replace("_", "-") == package:
            return f"{package} {number}"
    return package


def kingfisher(path: Path) -> list[str]:
    """The command that lets Kingfisher read a file on one core, without asking any network."""
    binary = installed("kingfisher-bin") / "kingfisher" / "bin" / "kingfisher"
    return [str(binary), "scan", "--jobs", "1", "--no-validate", "--no-update-check", "--quiet", str(path)]
