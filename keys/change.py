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
from piiguard.keys import audit, chain, destruction, elsewhere, heartbeat, recipients, store, transitions
from piiguard.keys.chain import Entry, Mark
from piiguard.keys.document import FORMAT, KINDS, Contents, Document, canonical
from piiguard.keys.freshness import refuse_behind_lines
from piiguard.keys.trust import Trust
from piiguard.keys.wrapping import AskPassphrase

__all__ = [
    "Transition",
    "Unseal",
    "apply",
    "audit_key",
    "create",
    "destroy",
    "new",
    "record",
    "restore",
    "rewrap",
    "utc_now",
    "verify",
]

Unseal = Callable[[Document], tuple[Contents, bytes]]  # and the file key that opened it
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
    return _noted(contents, chain.START, now, "init", {"recipients": _described(entries)})


def create(path: Path, wrap: Sequence[str], ask: AskPassphrase | None) -> Contents:
    """Write a new keyring with one primary key of each kind."""
    now, identity, file_key = utc_now(), uuid.uuid4(), secrets.token_bytes(32)
    elsewhere.sender(identity)  # a place that is not understood is told before anything is changed
    with store.locked(path):
        store.refuse_existing(path)
        if audit.trail_path(path).exists():
            raise KeyringError(
                f"{path}: the audit trail of an earlier keyring is there",
                hint="name another file; if the keyring was lost: piiguard keys restore FILE",
            )
        entries = recipients.wrap(wrap, file_key, identity, ask)
        contents = new(now, identity, entries)
        store.make_folder(heartbeat.folder(path), like=path)  # a keyring that is there is reported on
        store.write_new(path, contents.seal(file_key).to_bytes())
        audit.append(audit.trail_path(path), contents.header["change"], identity)
    return contents


def apply(
    path: Path, ask: AskPassphrase | None, action: str, transition: Transition, **details: Any
) -> Contents:
    """Open the newest file under the lock, change it, and write the next generation."""
    with store.locked(path):
        before, file_key, last = _opened(path, ask)
        now, following = utc_now(), _next(before)
        changed = transition(following, now)
        if changed is following:  # done before: a command that was killed after it
            return before
        return _written(path, before, _noted(changed, last, now, action, details), file_key)


def destroy(
    path: Path, ask: AskPassphrase | None, kind: str, version: int, waiting: datetime.timedelta | None
) -> tuple[Contents, list[Path]]:
    """Drop the bytes of a key, here and in what lies beside the keyring; say which files those were.

    The backups go first: while one is left, the keyring still has the key and the command can be run again. So it can
    afterwards, and then removes what has come back. Without ``waiting`` it does that alone.
    """
    with store.locked(path):
        held, file_key, last = _opened(path, ask)
        found = transitions.find(held, kind, version)
        done = found.state == "destroyed"
        if done:
            changed = held
        elif waiting is None:
            raise KeyringError(
                f"{kind} key version {version} is {found.state} by now", hint="run the command again"
            )
        else:
            changed = transitions.destroy(_next(held), kind, version, utc_now(), waiting)
        removing = destruction.holders(path, found)
        if done and not removing:
            return held, []
        about = {"kind": kind, "version": version}
        begun = {"state": "begun", **about, "removing": _names(removing)}
        last = _note(path, held, file_key, last, "destroy", begun)
        for file in removing:
            store.remove(file)
        about["removed"] = _names(removing)
        if done:
            _note(path, held, file_key, last, "destroy", {"state": "ended", **about})
            return held, removing
        noted = _noted(changed, last, utc_now(), "destroy", about)
        _put(path, noted, file_key)
        return noted, removing


def rewrap(
    path: Path, ask: AskPassphrase | None, wrap: Sequence[str], ask_new: AskPassphrase | None
) -> Contents:
    """Seal the keyring under a new file key for other recipients; rows are not touched."""
    with store.locked(path):
        before, old_key, last = _opened(path, ask)
        file_key, now = secrets.token_bytes(32), utc_now()
        entries = recipients.wrap(wrap, file_key, before.id, ask_new)
        vouched = recipients.vouch(old_key, before.id, entries)
        changed = _next(before).with_header(recipients=entries, vouched=vouched)
        noted = _noted(changed, last, now, "rewrap", {"recipients": _described(entries)})
        return _written(path, before, noted, file_key)


def restore(
    path: Path, backup: Path, ask: AskPassphrase | None, above: int = 0, revive: Sequence[str] = ()
) -> Contents:
    """Put an old copy in the place of a lost keyring, as the newest generation.

    Applications and databases refuse a generation that is older than what they have seen, so the copy gets a
    number above the trail's and above ``above``. Key versions that were added after it are not in it; those that were
    destroyed after it are not brought back, but for those that ``revive`` names, as ``data/1``.
    """
    with store.locked(path):
        _refuse_if_it_opens(path, ask)
        document = Document.parse(store.read(backup), str(backup))
        file_key = recipients.unwrap(document, str(backup), ask)
        held = document.open(file_key, str(backup))
        elsewhere.sender(held.id)
        trail, now = audit.read(path), utc_now()
        first = trail[0]["number"] if trail else 1
        last = chain.check(audit_key(held), trail, str(audit.trail_path(path)), first)
        least = Trust.configured(os.environ).min_generation  # what is restored has to be accepted
        newest = max(audit.highest_generation(trail), document.generation, above, least - 1)
        changed, dead = destruction.bury(
            held.with_header(generation=newest + 1, numbers=_numbers(trail)), trail, revive, now
        )
        details = {"from": document.generation, "dead": dead, "revived": [*revive]}
        noted = _noted(changed, last, now, "restore", details)
        _put(path, noted, file_key)
        return noted


def verify(
    path: Path, ask: AskPassphrase | None, least: int = 0, *, from_line: int = 1, least_line: int = 0
) -> tuple[Contents, int]:
    """Open the keyring with every key of it, and check its audit trail; return how many lines that has.

    ``from_line`` leaves out lines whose loss is settled; ``least_line`` is the number of a line that somebody knows
    of.
    """
    document = Document.parse(store.read(path), str(path))
    contents = document.open(recipients.unwrap(document, str(path), ask), str(path))
    Trust.configured(os.environ).refuse_older(contents.generation, str(path))
    if contents.generation < least:
        raise KeyringFormatError(
            f"{path}: generation {contents.generation} is older than {least}",
            hint="deploy the newest keyring file",
        )
    count, last = audit.verify(path, contents.secrets.get("audit", b""), contents.header, from_line)
    if last.number < least_line:
        many = "1 line" if last.number == 1 else f"{last.number} lines"
        raise KeyringFormatError(
            f"{path}: the audit trail has {many}, at least {least_line} were asked for",
            hint="older copies of the keyring and of its trail were put in place together",
        )
    return contents, count


def record(path: Path, unseal: Unseal, action: str, details: Mapping[str, Any]) -> Mark:
    """Add a line about something that did not change the keyring, such as a job; the header covers it.

    The line comes first: a command that is killed in between leaves one that the next command covers.
    """
    with store.locked(path):
        held, file_key = unseal(Document.parse(store.read(path), str(path)))
        last = chain.newest(audit_key(held), held.header, audit.catch_up(path, held.header))
        return _note(path, held, file_key, last, action, details)


def audit_key(contents: Contents) -> bytes:
    """What the lines of the trail are authenticated with."""
    return contents.secrets.get("audit", b"")


def _opened(path: Path, ask: AskPassphrase | None) -> tuple[Contents, bytes, Mark]:
    document = Document.parse(store.read(path), str(path))
    file_key = recipients.unwrap(document, str(path), ask)
    contents = document.open(file_key, str(path))
    Trust.configured(os.environ).refuse_older(contents.generation, str(path))
    key, trail = audit_key(contents), audit.catch_up(path, contents.header)
    refuse_behind_lines(path, contents, [line for line in trail if chain.sound(key, line)])
    return contents, file_key, chain.newest(key, contents.header, trail)


def _next(before: Contents) -> Contents:
    return before.with_header(generation=before.generation + 1)


def _noted(contents: Contents, last: Mark, now: str, action: str, details: Mapping[str, Any]) -> Contents:
    highest = {kind: max(v.version for v in contents.versions if v.kind == kind) for kind in KINDS}
    # Two copies may be changed alike within one second: what the line is about tells their histories apart.
    about = {name: value for name, value in contents.header.items() if name not in ("change", "trail")}
    details = {**details, "highest": highest, "header": hashlib.sha256(canonical(about)).hexdigest()}
    line = chain.entry(audit_key(contents), last, now, contents.generation, action, details)
    return _covering(contents.with_header(change=line), line)


def _note(
    path: Path, held: Contents, file_key: bytes, last: Mark, action: str, details: Mapping[str, Any]
) -> Mark:
    """A line that changes no generation: the file is sealed again, and needs no backup of what it was."""
    line = chain.entry(audit_key(held), last, utc_now(), held.generation, action, details)
    audit.append(audit.trail_path(path), line, held.id)
    store.overwrite(path, _covering(held, line).seal(file_key).to_bytes())
    return chain.mark(line)


def _put(path: Path, noted: Contents, file_key: bytes) -> None:
    """Take the place of what is worth nothing, or must not be kept."""
    store.make_folder(heartbeat.folder(path), like=path)
    store.overwrite(path, noted.seal(file_key).to_bytes())
    audit.append(audit.trail_path(path), noted.header["change"], noted.id)


def _names(found: Sequence[Path]) -> list[str]:
    return [file.name for file in found]


def _covering(contents: Contents, line: Entry) -> Contents:
    return contents.with_header(trail=chain.mark(line)._asdict())


def _written(path: Path, before: Contents, changed: Contents, file_key: bytes) -> Contents:
    store.make_folder(heartbeat.folder(path), like=path)  # on a host to which the keyring was moved, too
    store.replace(path, changed.seal(file_key).to_bytes(), before.generation)
    audit.append(audit.trail_path(path), changed.header["change"], changed.id)
    heartbeat.FileHeartbeat(path).forget_the_dead(clock.seconds())
    return changed


def _numbers(trail: Sequence[Entry]) -> dict[str, int]:
    """The highest version ever given, per kind: a blind index must not meet another key of its number."""
    return {kind: max((line.get("highest", {}).get(kind, 0) for line in trail), default=0) for kind in KINDS}


def _refuse_if_it_opens(path: Path, ask: AskPassphrase | None) -> None:
    try:
        document = Document.parse(store.read(path), str(path))
        held = document.open(recipients.unwrap(document, str(path), ask), str(path))
    except KeyringError:
        return
    if held.header.get("change", {}).get("action") == "restore":
        raise KeyringError(
            f"{path}: restored already, as generation {held.generation}: it opens",
            hint="piiguard keys verify; to restore another copy move this one away first",
        )
    raise KeyringError(
        f"{path}: this keyring opens; an older copy would lose what was added since",
        hint="move it away first, if that is what you want",
    )


def _described(entries: Sequence[Mapping[str, Any]]) -> list[str]:
    return [recipients.describe(entry) for entry in entries]
