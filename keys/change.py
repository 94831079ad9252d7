"""Changing a keyring file: under its lock, one generation at a time, with the one before kept.

The order on the disk is backup, keyring, audit line. A crash in between leaves the old keyring or the new one,
both whole; the line that is then missing stands in the header and is added by the next command.
"""

from __future__ import annotations

import datetime
import os
import secrets
import uuid
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from piiguard import clock
from piiguard.errors import KeyringError, KeyringFormatError
from piiguard.keys import (
    audit,
    chain,
    destruction,
    elsewhere,
    heartbeat,
    members,
    recipients,
    store,
    transitions,
)
from piiguard.keys.chain import Mark
from piiguard.keys.document import FORMAT, KINDS, Contents, Document
from piiguard.keys.freshness import refuse_behind_lines, refuse_if_it_opens
from piiguard.keys.noting import (
    audit_key,
    covering,
    described,
    file_names,
    following,
    noted,
    numbers,
    utc_now,
)
from piiguard.keys.trust import Trust
from piiguard.keys.wrapping import AskPassphrase

__all__ = [
    "Transition",
    "Unseal",
    "apply",
    "audit_key",
    "create",
    "destroy",
    "end",
    "grow",
    "new",
    "record",
    "restore",
    "rewrap",
    "utc_now",
    "verify",
]

Unseal = Callable[[Document], tuple[Contents, bytes]]  # and the file key that opened it
Transition = Callable[[Contents, str], Contents]  # the second argument is the time


def new(now: str, identity: uuid.UUID | None = None, entries: Sequence[dict[str, Any]] = ()) -> Contents:
    """A keyring with one primary key of each kind, in no file yet."""
    identity = identity or uuid.uuid4()
    header = {"format": FORMAT, "id": str(identity), "generation": 1, "keys": [], "recipients": [*entries]}
    contents = Contents(header, {"audit": secrets.token_bytes(32)})
    for kind in KINDS:
        contents = transitions.first(contents, kind, now)
    for name in members.NAMES:
        contents = members.made(contents, name, now)
    return noted(contents, chain.START, now, "init", {"recipients": described(entries)})


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
        now, onward = utc_now(), following(before)
        changed = transition(onward, now)
        if changed is onward:  # done before: a command that was killed after it
            return before
        return _written(path, before, noted(changed, last, now, action, details), file_key)


def destroy(
    path: Path, ask: AskPassphrase | None, kind: str, version: int, waiting: datetime.timedelta | None
) -> tuple[Contents, list[Path]]:
    """Drop the bytes of a key, here and in what lies beside the keyring; say which files those were.

    It can be run again, and then removes what has come back. Without ``waiting`` it does that alone.
    """
    with store.locked(path):
        opened = _opened(path, ask)
        found = transitions.find(opened[0], kind, version)
        done = found.state == "destroyed"
        if not done and waiting is None:
            raise KeyringError(
                f"{kind} key version {version} is {found.state} by now", hint="run the command again"
            )
        changed = None
        if not done and waiting is not None:
            changed = transitions.destroy(following(opened[0]), kind, version, utc_now(), waiting)
        return _dropped(path, opened, changed, found.slot, {"kind": kind, "version": version})


def end(path: Path, ask: AskPassphrase | None, member: str) -> tuple[Contents, list[Path]]:
    """Drop a secret without versions, as :func:`destroy` drops a key; the next that is made is another one."""
    with store.locked(path):
        opened = _opened(path, ask)
        there = member in opened[0].members
        changed = members.without(following(opened[0]), member) if there else None
        return _dropped(path, opened, changed, member, {"member": member})


def _dropped(
    path: Path,
    opened: tuple[Contents, bytes, Mark],
    changed: Contents | None,
    slot: str,
    about: dict[str, Any],
) -> tuple[Contents, list[Path]]:
    """The backups go first: while one is left, the keyring still has the secret and the command can be run again.

    ``changed`` is the keyring without it; None when it has gone before.
    """
    held, file_key, last = opened
    removing = destruction.holders(path, slot)
    if changed is None and not removing:
        return held, []
    begun = {"state": "begun", **about, "removing": file_names(removing)}
    last = _note(path, held, file_key, last, "destroy", begun)
    for file in removing:
        store.remove(file)
    about["removed"] = file_names(removing)
    if changed is None:
        _note(path, held, file_key, last, "destroy", {"state": "ended", **about})
        return held, removing
    made = noted(changed, last, utc_now(), "destroy", about)
    _put(path, made, file_key)
    return made, removing


def grow(path: Path, unseal: Unseal, member: str) -> Contents:
    """Make a secret without versions in a keyring of before; one that is there stays."""
    with store.locked(path):
        before, file_key = unseal(Document.parse(store.read(path), str(path)))
        now = utc_now()
        grown = members.made(following(before), member, now)
        if member in before.members:
            return before
        last = chain.newest(audit_key(before), before.header, audit.catch_up(path, before.header))
        return _written(path, before, noted(grown, last, now, "grow", {"member": member}), file_key)


def rewrap(
    path: Path, ask: AskPassphrase | None, wrap: Sequence[str], ask_new: AskPassphrase | None
) -> Contents:
    """Seal the keyring under a new file key for other recipients; rows are not touched."""
    with store.locked(path):
        before, old_key, last = _opened(path, ask)
        file_key, now = secrets.token_bytes(32), utc_now()
        entries = recipients.wrap(wrap, file_key, before.id, ask_new)
        vouched = recipients.vouch(old_key, before.id, entries)
        changed = following(before).with_header(recipients=entries, vouched=vouched)
        made = noted(changed, last, now, "rewrap", {"recipients": described(entries)})
        return _written(path, before, made, file_key)


def restore(
    path: Path, backup: Path, ask: AskPassphrase | None, above: int = 0, revive: Sequence[str] = ()
) -> Contents:
    """Put an old copy in the place of a lost keyring, as the newest generation.

    Applications and databases refuse a generation that is older than what they have seen, so the copy gets a
    number above the trail's and above ``above``. Key versions that were added after it are not in it; those that were
    destroyed after it are not brought back, but for those that ``revive`` names, as ``data/1``.
    """
    with store.locked(path):
        refuse_if_it_opens(path, ask)
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
            held.with_header(generation=newest + 1, numbers=numbers(trail)), trail, revive, now
        )
        details = {"from": document.generation, "dead": dead, "revived": [*revive]}
        made = noted(changed, last, now, "restore", details)
        _put(path, made, file_key)
        return made


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


def _opened(path: Path, ask: AskPassphrase | None) -> tuple[Contents, bytes, Mark]:
    document = Document.parse(store.read(path), str(path))
    file_key = recipients.unwrap(document, str(path), ask)
    contents = document.open(file_key, str(path))
    Trust.configured(os.environ).refuse_older(contents.generation, str(path))
    key, trail = audit_key(contents), audit.catch_up(path, contents.header)
    refuse_behind_lines(path, contents, [line for line in trail if chain.sound(key, line)])
    return contents, file_key, chain.newest(key, contents.header, trail)


def _note(
    path: Path, held: Contents, file_key: bytes, last: Mark, action: str, details: Mapping[str, Any]
) -> Mark:
    """A line that changes no generation: the file is sealed again, and needs no backup of what it was."""
    line = chain.entry(audit_key(held), last, utc_now(), held.generation, action, details)
    audit.append(audit.trail_path(path), line, held.id)
    store.overwrite(path, covering(held, line).seal(file_key).to_bytes())
    return chain.mark(line)


def _put(path: Path, made: Contents, file_key: bytes) -> None:
    """Take the place of what is worth nothing, or must not be kept."""
    store.make_folder(heartbeat.folder(path), like=path)
    store.overwrite(path, made.seal(file_key).to_bytes())
    audit.append(audit.trail_path(path), made.header["change"], made.id)


def _written(path: Path, before: Contents, changed: Contents, file_key: bytes) -> Contents:
    store.make_folder(heartbeat.folder(path), like=path)  # on a host to which the keyring was moved, too
    store.replace(path, changed.seal(file_key).to_bytes(), before.generation)
    audit.append(audit.trail_path(path), changed.header["change"], changed.id)
    heartbeat.FileHeartbeat(path).forget_the_dead(clock.seconds())
    return changed
