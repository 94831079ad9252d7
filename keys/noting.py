"""What a change notes: its line of the audit trail, in the header of the generation that it makes."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from piiguard import clock
from piiguard.keys import chain, recipients
from piiguard.keys.chain import Entry, Mark
from piiguard.keys.document import KINDS, Contents, canonical

__all__ = ["audit_key", "covering", "described", "file_names", "following", "noted", "numbers", "utc_now"]


def utc_now() -> str:
    """The time as it stands in the file."""
    return clock.stamp()


def audit_key(contents: Contents) -> bytes:
    """What the lines of the trail are authenticated with."""
    return contents.secrets.get("audit", b"")


def following(before: Contents) -> Contents:
    """The same as the next generation."""
    return before.with_header(generation=before.generation + 1)


def noted(contents: Contents, last: Mark, now: str, action: str, details: Mapping[str, Any]) -> Contents:
    """With the line of the audit trail that makes this generation, which follows ``last``."""
    highest = {kind: max(v.version for v in contents.versions if v.kind == kind) for kind in KINDS}
    # Two copies may be changed alike within one second: what the line is about tells their histories apart.
    about = {name: value for name, value in contents.header.items() if name not in ("change", "trail")}
    details = {**details, "highest": highest, "header": hashlib.sha256(canonical(about)).hexdigest()}
    line = chain.entry(audit_key(contents), last, now, contents.generation, action, details)
    return covering(contents.with_header(change=line), line)


def covering(contents: Contents, line: Entry) -> Contents:
    """With a header that names the newest line of the trail."""
    return contents.with_header(trail=chain.mark(line)._asdict())


def file_names(found: Sequence[Path]) -> list[str]:
    """Files beside a keyring, as a line of the trail names them."""
    return [file.name for file in found]


def numbers(trail: Sequence[Entry]) -> dict[str, int]:
    """The highest version ever given, per kind: a blind index must not meet another key of its number."""
    return {kind: max((line.get("highest", {}).get(kind, 0) for line in trail), default=0) for kind in KINDS}


def described(entries: Sequence[Mapping[str, Any]]) -> list[str]:
    """Recipients, as a line of the trail names them."""
    return [recipients.describe(entry) for entry in entries]
