"""Changing a keyring file: under its lock, one generation at a time, with the one before kept.

The order on the disk is backup, keyring, audit line. A crash in between leaves the old keyring or the new one,
both whole; the line that is then missing stands in the header and is added by the next command.
"""

from __future__ import annotations

import datetime
import hashlib
import os
import secrets
import uuid
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from piiguard import clock
from piiguard.errors import KeyringError, KeyringFormatError
from piiguard.keys import audit, heartbeat, recipients, store, transitions
from piiguard.keys.document import FORMAT, KINDS, Contents, Document, canonical
from piiguard.keys.trust import Trust
from piiguard.keys.wrapping import AskPassphrase

__all__ = [
    "Transition",
    "apply",
    "create",
    "destroy",
    "new",
    "record",
    "restore",
    "rewrap",
    "utc_now",
    "verify",
]

Transition = Callable[[Contents, str], Contents]  # the second argument is the time


def utc_now() -> str:
    """The time as it stands in the file."""
    return clock.stamp()


def new(now: str, identity: uuid.UUID | None = None, entries: Sequence[dict[str, Any]] = ()) -> Contents:
    """A keyring with one primary key of each kind, in no file yet."""
    identity = identity or uuid.uuid4()
    header = {"format": FORMAT, "id": str(identity), "generation": 1, "keys": [], "recipients": [*entries]}
    contents = Contents(header, {"audit": secrets.token_bytes(32)})
    for kind in KINDS:
        contents = transitions.first(contents, kind, now)
    return _noted(contents, [], now, "init", {"recipients": _described(entries)})


def create(path: Path, wrap: Sequence[str], ask: AskPassphrase | None) -> Contents:
    """Write a new keyring with one primary key of each kind."""
    now, identity, file_key = utc_now(), uuid.uuid4(), secrets.token_bytes(32)
    with store.locked(path):
        store.refuse_existing(path)
        if audit.trail_path(path).exists():
            raise KeyringError(
                f"{path}: the audit trail of an earlier keyring is there",
                hint="name another file; if the keyring was lost: piiguard keys restore FILE",
            )
        entries = recipients.wrap(wrap, file_key, identity, ask)
        contents = new(now, identity, entries)
        store.write_new(path, contents.seal(file_key).to_bytes())
        audit.append(path, contents.header["change"])
    heartbeat.folder(path).mkdir(mode=0o700, exist_ok=True)
    return contents


def apply(
    path: Path, ask: AskPassphrase | None, action: str, transition: Transition, **details: Any
) -> Contents:
    """Open the newest file under the lock, change it, and write the next generation."""
    with store.locked(path):
        before, file_key, trail = _opened(path, ask)
        now = utc_now()
        changed = transition(_next(before), now)
        return _written(path, before, _noted(changed, trail, now, action, details), file_key)


def destroy(
    path: Path, ask: AskPassphrase | None, kind: str, version: int, waiting: datetime.timedelta
) -> tuple[Contents, list[Path]]:
    """Drop the bytes of a key, here and in the numbered backups that still have them; say which those were."""
    contents = apply(
        path,
        ask,
        "destroy",
        lambda held, now: transitions.destroy(held, kind, version, now, waiting),
        kind=kind,
        version=version,
    )
    removed = store.backups(path)  # every older generation held the key, or was sealed as it was
    for backup in removed:
        store.remove(backup)
    return contents, removed


def rewrap(
    path: Path, ask: AskPassphrase | None, wrap: Sequence[str], ask_new: AskPassphrase | None
) -> Contents:
    """Seal the keyring under a new file key for other recipients; rows are not touched."""
    with store.locked(path):
        before, old_key, trail = _opened(path, ask)
        file_key, now = secrets.token_bytes(32), utc_now()
        entries = recipients.wrap(wrap, file_key, before.id, ask_new)
        vouched = recipients.vouch(old_key, before.id, entries)
        changed = _next(before).with_header(recipients=entries, vouched=vouched)
        noted = _noted(changed, trail, now, "rewrap", {"recipients": _described(entries)})
        return _written(path, before, noted, file_key)


def restore(path: Path, backup: Path, ask: AskPassphrase | None, above: int = 0) -> Contents:
    """Put an old copy in the place of a lost keyring, as the newest generation.

    Applications and databases refuse a generation that is older than what they have seen, so the copy gets a
    number above the trail's and above ``above``. Key versions that were added after it are not in it.
    """
    with store.locked(path):
        _refuse_if_it_opens(path, ask)
        document = Document.parse(store.read(backup), str(backup))
        file_key = recipients.unwrap(document, str(backup), ask)
        held = document.open(file_key, str(backup))
        trail = audit.read(path)
        newest = max(audit.highest_generation(trail), document.generation, above)
        changed = held.with_header(generation=newest + 1, numbers=_numbers(trail))
        noted = _noted(changed, trail, utc_now(), "restore", {"from": document.generation})
        store.overwrite(path, noted.seal(file_key).to_bytes())
        audit.append(path, noted.header["change"])
        return noted


def verify(path: Path, ask: AskPassphrase | None, least: int = 0) -> tuple[Contents, int]:
    """Open the keyring with every key of it, and check its audit trail; return how many lines that has."""
    document = Document.parse(store.read(path), str(path))
    contents = document.open(recipients.unwrap(document, str(path), ask), str(path))
    if contents.generation < least:
        raise KeyringFormatError(
            f"{path}: generation {contents.generation} is older than {least}",
            hint="deploy the newest keyring file",
        )
    return contents, audit.verify(path, contents.secrets.get("audit", b""), contents.header)


def record(
    path: Path, unseal: Callable[[Document], Contents], action: str, details: Mapping[str, Any]
) -> None:
    """Add a line about something that did not change the keyring, such as a finished job."""
    with store.locked(path):
        held = unseal(Document.parse(store.read(path), str(path)))
        trail = audit.catch_up(path, held.header)
        key = held.secrets.get("audit", b"")
        audit.append(path, audit.entry(key, trail, utc_now(), held.generation, action, details))


def _opened(path: Path, ask: AskPassphrase | None) -> tuple[Contents, bytes, list[audit.Entry]]:
    document = Document.parse(store.read(path), str(path))
    file_key = recipients.unwrap(document, str(path), ask)
    contents = document.open(file_key, str(path))
    Trust.configured(os.environ).refuse_older(contents.generation, str(path))
    trail = audit.catch_up(path, contents.header)
    if audit.highest_generation(trail) > contents.generation:
        raise KeyringFormatError(
            f"{path}: generation {contents.generation}, but the audit trail goes up to "
            f"{audit.highest_generation(trail)}: an older copy was put in place",
            hint="bring the newest copy back; if it is lost, move this one away and: piiguard keys restore FILE",
        )
    return contents, file_key, trail


def _next(before: Contents) -> Contents:
    return before.with_header(generation=before.generation + 1)


def _noted(
    contents: Contents, trail: Sequence[audit.Entry], now: str, action: str, details: Mapping[str, Any]
) -> Contents:
    highest = {kind: max(v.version for v in contents.versions if v.kind == kind) for kind in KINDS}
    # Two copies may be changed alike within one second: what the line is about tells their histories apart.
    about = {name: value for name, value in contents.header.items() if name not in ("change", "trail")}
    details = {**details, "highest": highest, "header": hashlib.sha256(canonical(about)).hexdigest()}
    line = audit.entry(contents.secrets.get("audit", b""), trail, now, contents.generation, action, details)
    return contents.with_header(change=line)


def _written(path: Path, before: Contents, changed: Contents, file_key: bytes) -> Contents:
    store.replace(path, changed.seal(file_key).to_bytes(), before.generation)
    audit.append(path, changed.header["change"])
    heartbeat.FileHeartbeat(path).forget_the_dead(clock.seconds())
    return changed


def _numbers(trail: Sequence[audit.Entry]) -> dict[str, int]:
    """The highest version ever given, per kind: a blind index must not meet another key of its number."""
    return {kind: max((line.get("highest", {}).get(kind, 0) for line in trail), default=0) for kind in KINDS}


def _refuse_if_it_opens(path: Path, ask: AskPassphrase | None) -> None:
    try:
        document = Document.parse(store.read(path), str(path))
        document.open(recipients.unwrap(document, str(path), ask), str(path))
    except KeyringError:
        return
    raise KeyringError(
        f"{path}: this keyring opens; an older copy would lose what was added since",
        hint="move it away first, if that is what you want",
    )


def _described(entries: Sequence[Mapping[str, Any]]) -> list[str]:
    return [recipients.describe(entry) for entry in entries]
