"""The audit trail: one line per change, chained by a MAC whose key lies in the sealed body.

A line that was edited, removed from the middle or put in does not verify. The keyring's header repeats the line
of its own generation, so cutting the end off, or putting an old keyring back, shows as well. Nothing in it is
secret.
"""

from __future__ import annotations

import getpass
import hashlib
import hmac
import json
import os
import socket
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from piiguard import files
from piiguard.errors import KeyringError, KeyringFormatError
from piiguard.keys import store

__all__ = ["append", "catch_up", "entry", "highest_generation", "read", "trail_path", "verify"]

Entry = Mapping[str, Any]
START = "0" * 64
_MOST = 64 << 20  # bytes: a line is 300 of them


def trail_path(keyring: Path) -> Path:
    """Where the trail of a keyring lies."""
    return store.beside(keyring, ".audit")


def entry(
    key: bytes, trail: Sequence[Entry], time: str, generation: int, action: str, details: Mapping[str, Any]
) -> dict[str, Any]:
    """The next line: what was done, by whom, and the MAC of the line before."""
    last: Entry = trail[-1] if trail else {"number": 0, "mac": START}
    line = {
        "number": last["number"] + 1,
        "time": time,
        "generation": generation,
        "action": action,
        **details,
        "by": _operator(),
        "previous": last["mac"],
    }
    return {**line, "mac": _mac(key, line)}


def read(keyring: Path) -> list[Entry]:
    """The lines of the trail; none when there is no file."""
    path = trail_path(keyring)
    try:
        lines = files.read_text(path, _MOST).splitlines()
        entries = [json.loads(line) for line in lines]
        return [_shaped(entry) for entry in entries]
    except FileNotFoundError:
        return []
    except OSError as error:
        raise KeyringError(f"{path}: cannot be read: {(error.strerror or 'error').lower()}") from None
    except (ValueError, KeyError, TypeError, RecursionError):
        raise KeyringFormatError(
            f"{path}: the audit trail is damaged", hint="move it aside; keep it: it is evidence"
        ) from None


def append(keyring: Path, line: Entry) -> None:
    """Write one line and wait until it is on the disk."""
    path = trail_path(keyring)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        with open(handle, "ab") as file:
            file.write(json.dumps(line, ensure_ascii=False).encode() + b"\n")
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise KeyringError(
            f"{path}: cannot be written: {(error.strerror or 'error').lower()}",
            hint="the keyring itself was changed; the line is added by the next command",
        ) from None


def catch_up(keyring: Path, header: Mapping[str, Any]) -> list[Entry]:
    """The trail, with the line of the header's own change put in if a crash kept it from being written."""
    trail = read(keyring)
    change = header.get("change")
    if change and all(line["number"] < change["number"] for line in trail):
        append(keyring, change)
        trail.append(change)
    return trail


def highest_generation(trail: Sequence[Entry]) -> int:
    """The newest generation that the trail knows."""
    return max((line["generation"] for line in trail), default=0)


def verify(keyring: Path, key: bytes, header: Mapping[str, Any]) -> int:
    """Check every line against the chain and the header; return how many there are."""
    trail, place = read(keyring), trail_path(keyring)
    previous, number = START, 0
    for line in trail:
        number += 1
        bare = {name: value for name, value in line.items() if name != "mac"}
        if line["number"] != number or line["previous"] != previous:
            raise KeyringFormatError(f"{place}: line {number} does not follow the one before", hint=_EVIDENCE)
        if not hmac.compare_digest(_mac(key, bare), line["mac"]):
            raise KeyringFormatError(f"{place}: line {number} was changed", hint=_EVIDENCE)
        previous = line["mac"]
    if header.get("change") not in trail:
        raise KeyringFormatError(f"{place}: the last change of the keyring is not in it", hint=_EVIDENCE)
    if highest_generation(trail) > header["generation"]:
        raise KeyringFormatError(
            f"{keyring}: generation {header['generation']}, but the audit trail goes up to "
            f"{highest_generation(trail)}: an older copy was put in place",
            hint="bring the newest copy back; if it is lost: piiguard keys restore FILE",
        )
    return number


_EVIDENCE = "somebody changed the trail, or a part of it is missing; compare it with its backup"


def _mac(key: bytes, line: Entry) -> str:
    text = json.dumps(line, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hmac.new(key, text.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()


def _shaped(line: Any) -> Entry:
    if not (isinstance(line["number"], int) and isinstance(line["generation"], int) and line["action"]):
        raise TypeError("numbers are integers")
    if not (isinstance(line["mac"], str) and isinstance(line["previous"], str) and line["mac"].isascii()):
        raise TypeError("a MAC is text")
    return dict(line)


def _operator() -> str:
    try:
        user = getpass.getuser()
    except (OSError, KeyError):
        user = "unknown"
    return f"{user}@{socket.gethostname()}"
