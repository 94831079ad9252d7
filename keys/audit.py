"""The audit trail on disk: one line per change of a keyring and two per job, each authenticated by a key of the body.

A line that was edited, removed from the middle or put in does not verify. The keyring's header knows the newest line,
so cutting the end off, or putting an old keyring back, shows as well. Nothing in it is secret.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

from piiguard import files
from piiguard.errors import KeyringError, KeyringFormatError
from piiguard.keys import chain, elsewhere, store
from piiguard.keys.chain import Entry, Mark

__all__ = [
    "append",
    "catch_up",
    "highest_generation",
    "lines_of",
    "read",
    "trail_path",
    "verify",
    "whole_lines_of",
]

_MOST = 64 << 20  # bytes: a line is 300 of them


def trail_path(keyring: Path) -> Path:
    """Where the trail of a keyring lies."""
    return store.beside(keyring, ".audit")


def read(keyring: Path) -> list[Entry]:
    """The lines of the trail of a keyring; none when there is no file."""
    return lines_of(trail_path(keyring))


def lines_of(file: Path) -> list[Entry]:
    """The whole lines of a trail, strictly: nothing is read that is not spelled as it was written."""
    return [_parsed(file, number, raw) for number, raw in enumerate(_split(file)[0], 1)]


def whole_lines_of(file: Path) -> list[Entry]:
    """The same of a file that has to be there, and whole."""
    if not file.exists():
        raise KeyringError(f"{file}: no audit trail there", hint="check the path")
    _refuse_unfinished(file)
    return lines_of(file)


def append(file: Path, line: Entry, keyring: UUID) -> None:
    """Write one line and wait until it is on the disk; half a line, which a killed command left, goes.

    Then it is sent to where ``PIIGUARD_TRAIL_ALSO`` wants it.
    """
    send = elsewhere.sender(keyring)
    flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
    try:
        _, unfinished = _split(file)
        handle = os.open(file, flags, 0o600)
        with open(handle, "r+b") as out:
            out.seek(-len(unfinished), os.SEEK_END)
            out.truncate()
            out.write(chain.spelled(line) + b"\n")
            out.flush()
            os.fsync(out.fileno())
    except OSError as error:
        raise _not_written(file, error) from None
    send(line)


def catch_up(keyring: Path, header: Mapping[str, Any]) -> list[Entry]:
    """The trail, with the line of the header's own change put in if a crash kept it from being written."""
    elsewhere.sender(UUID(header["id"]))  # a place that is not understood is told before anything is changed
    trail = read(keyring)
    change = header.get("change")
    if change is None or chain.mark(change) != chain.covered(header):  # a job has noted something since
        return trail
    if all(line["number"] < change["number"] for line in trail):
        append(trail_path(keyring), change, UUID(header["id"]))
        trail.append(change)
    return trail


def highest_generation(trail: Sequence[Entry]) -> int:
    """The newest generation that the trail knows."""
    return max((line["generation"] for line in trail), default=0)


def verify(keyring: Path, key: bytes, header: Mapping[str, Any], first: int = 1) -> tuple[int, Mark]:
    """Check every line from ``first`` on against the chain and the header; how many there are, and the newest."""
    file, known = trail_path(keyring), chain.covered(header)
    trail = [line for line in read(keyring) if line["number"] >= first]
    if not file.exists() and known.number >= first and known.number > 1:
        raise KeyringFormatError(
            f"{file}: it is not there, but the keyring knows of {known.number} lines",
            hint="copy it along with the keyring; if it has been there, " + chain.evidence(known.number + 1),
        )
    last = chain.check(key, trail, str(file), first)
    _refuse_unfinished(file)
    change = header.get("change")
    if change and change["number"] >= first and change not in trail:
        if (change["number"], change["previous"]) == (last.number + 1, last.mac):
            raise KeyringFormatError(
                f"{file}: the last change of the keyring is not in it (line {change['number']})",
                hint="a command was killed before it wrote it, or somebody cut it off; the keyring has it: the next "
                "command that changes the keyring, or job, puts it back",
            )
        _refuse(file, "the last change of the keyring is not in it", known)
    _refuse_cut(file, trail, known, last, first)
    newer = highest_generation(trail)
    if newer > header["generation"]:
        raise KeyringFormatError(
            f"{keyring}: generation {header['generation']}, but the audit trail goes up to "
            f"{newer}: an older copy was put in place",
            hint="bring the newest copy back; if it is lost: piiguard keys restore FILE",
        )
    return len(trail), max(last, known)


def _refuse_cut(file: Path, trail: Sequence[Entry], known: Mark, last: Mark, first: int) -> None:
    if known.number < first:
        return
    if last.number < known.number:
        _refuse(
            file,
            f"it ends with line {last.number}, but the keyring knows of {known.number}: lines were cut off",
            known,
        )
    if known.mac not in (line["mac"] for line in trail):
        raise KeyringFormatError(
            f"{file}: line {known.number} is another one than the keyring knows of",
            hint="two copies of the keyring were worked with apart from each other, or the trail of one was put "
            f"beside the other: keep both; when that is settled: piiguard keys verify --from-line {last.number + 1:d}",
        )


def _refuse_unfinished(file: Path) -> None:
    whole, rest = _split(file)
    if rest:
        raise KeyringFormatError(
            f"{file}: behind line {len(whole)} stands an unfinished one ({len(rest)} bytes)",
            hint="a command was killed while it wrote, or somebody added it; the next command removes it",
        )


def _refuse(file: Path, what: str, known: Mark) -> None:
    raise KeyringFormatError(f"{file}: {what}", hint=chain.evidence(known.number + 1))


def _split(file: Path) -> tuple[list[bytes], bytes]:
    """The whole lines, and what stands behind the last line feed."""
    try:
        if (
            file.is_symlink()
        ):  # one that leads somewhere could be put there by whoever may write to the folder
            raise OSError(errno.ELOOP, "it is a link")
        *whole, rest = files.read(file, _MOST).split(b"\n")
    except FileNotFoundError:
        return [], b""
    except OSError as error:
        raise KeyringError(
            f"{file}: cannot be read: {_reason(error)}", hint="check what lies there, and whose it is"
        ) from None
    return whole, rest


def _parsed(file: Path, number: int, raw: bytes) -> Entry:
    try:
        return chain.parse(raw)
    except (ValueError, TypeError):
        raise KeyringFormatError(
            f"{file}: line {number} is damaged, or not as piiguard wrote it",
            hint="put its backup in its place, or move it aside and keep it, it is evidence: a new one is begun, and "
            "the keyring knows how many lines there were",
        ) from None


def _not_written(file: Path, error: OSError) -> KeyringError:
    return KeyringError(
        f"{file}: cannot be written: {_reason(error)}",
        hint="make room or write access; what was changed already is in the keyring, and the next command adds its line",
    )


def _reason(error: OSError) -> str:
    return (error.strerror or "error").lower()
