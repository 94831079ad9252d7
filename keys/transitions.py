"""The states of a key version and the ways between them: pure functions over an opened keyring.

``staged -> primary -> decrypt-only -> retired -> destroyed``; a primary comes only from staged or decrypt-only,
and retiring can be undone. Where a command would change nothing, what was given is given back.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from piiguard.errors import KeyringError, KeyVersionDestroyed, KeyVersionNotFound
from piiguard.keys.document import Contents, Document, KeyVersion
from piiguard.keys.heartbeat import Beat, behind, shown

__all__ = ["add", "destroy", "find", "first", "promote", "refuse_writers", "retire", "unretire", "with_state"]


def find(contents: Contents | Document, kind: str, version: int) -> KeyVersion:
    """One version, or KeyVersionNotFound."""
    known = [v for v in contents.versions if v.kind == kind]
    for candidate in known:
        if candidate.version == version:
            return candidate
    numbers = [v.version for v in known]
    raise KeyVersionNotFound(
        f"{kind} key version {version} is not in the keyring (it has {', '.join(map(str, numbers))})",
        version=version,
        known=numbers,
        hint="piiguard keys list",
    )


def first(contents: Contents, kind: str, now: str) -> Contents:
    """The first version of a kind, primary at once: nothing can have been written before it."""
    return _set(add(contents, kind, now), kind, 1, state="primary")


def add(contents: Contents, kind: str, now: str) -> Contents:
    """A new staged version: it can be read with, and nothing writes with it yet."""
    used = {v.id for v in contents.versions}
    lost = contents.header.get("numbers", {}).get(kind, 0)  # given by a keyring that was lost
    number = 1 + max((v.version for v in contents.versions if v.kind == kind), default=0)
    number = max(number, lost + 1)
    key_id = next(i for i in iter(lambda: secrets.randbits(32), None) if i and i not in used)
    entry = {
        "version": number,
        "kind": kind,
        "id": key_id,
        "state": "staged",
        "created": now,
        "changed": now,
        "generation": contents.generation,
    }
    grown = contents.with_header(keys=[*contents.header["keys"], entry])
    return Contents(grown.header, {**grown.secrets, f"{kind}/{number}": secrets.token_bytes(32)})


def promote(contents: Contents, kind: str, version: int, now: str, beats: Iterable[Beat] = ()) -> Contents:
    """Write with this version from now on; the primary before it goes on decrypting.

    Refused while one of ``beats`` comes from a living process that has not loaded the version.
    """
    found = find(contents, kind, version)
    if found.state == "primary":  # the command was killed after it, and is typed again
        return contents
    _require(found, "promoted", "staged", "decrypt-only")
    _refuse_stragglers(found, behind(beats, contents.id, found.generation))
    before = next(v for v in contents.versions if v.kind == kind and v.state == "primary")
    stepped = _set(contents, kind, before.version, state="decrypt-only", changed=now)
    return _set(stepped, kind, version, state="primary", changed=now)


def _refuse_stragglers(version: KeyVersion, late: Sequence[Beat]) -> None:
    if late:
        raise KeyringError(
            f"{version.kind} key version {version.version} can be read since generation {version.generation}, "
            f"which is not loaded by {_named(late)}",
            hint=_DEPLOY,
        )


_DEPLOY = "deploy the keyring there; or, if you know that it is loaded: --deployed"


def _named(late: Sequence[Beat]) -> str:
    return ", ".join(f"{shown(beat.instance)} (generation {beat.generation})" for beat in late)


def retire(contents: Contents, kind: str, version: int, now: str, beats: Iterable[Beat] = ()) -> Contents:
    """Refuse the version from now on; its bytes are kept.

    Refused while one of ``beats`` comes from a living process that has not loaded the newest generation: it may
    still write with this version.
    """
    found = find(contents, kind, version)
    if found.state == "retired":
        return contents
    _require(found, "retired", "decrypt-only", "staged")
    refuse_writers(contents, kind, version, contents.generation - 1, beats)
    return _set(contents, kind, version, state="retired", changed=now)


def refuse_writers(
    keyring: Contents | Document, kind: str, version: int, newest: int, beats: Iterable[Beat]
) -> None:
    """Raise KeyringError while one of ``beats`` comes from a process that has not loaded the ``newest`` generation.

    Asked before the rows are counted, too: a count means nothing while somebody may still write with the version.
    """
    if late := behind(beats, keyring.id, newest):
        raise KeyringError(
            f"{kind} key version {version} may still be written with by {_named(late)}; "
            f"the newest generation is {newest}",
            hint=_DEPLOY,
        )


def unretire(contents: Contents, kind: str, version: int, now: str) -> Contents:
    """Read with a retired version again; a promotion then waits until every application has loaded this."""
    found = find(contents, kind, version)
    if found.state == "decrypt-only":
        return contents
    _require(found, "brought back", "retired")
    members = {"state": "decrypt-only", "changed": now, "generation": contents.generation}
    return _set(contents, kind, version, **members)


def destroy(contents: Contents, kind: str, version: int, now: str, waiting: timedelta) -> Contents:
    """Drop the bytes of a version that has been retired for a while.

    Its number and id stay, so that neither is used again.
    """
    found = find(contents, kind, version)
    _require(found, "destroyed", "retired")
    _wait(found, now, waiting)
    kept = {slot: secret for slot, secret in contents.secrets.items() if slot != found.slot}
    return Contents(_set(contents, kind, version, state="destroyed", changed=now).header, kept)


def with_state(contents: Contents, version: KeyVersion, state: str, now: str) -> Contents:
    """A version in another state, whatever the ways between them: for a copy that is restored."""
    return _set(contents, version.kind, version.version, state=state, changed=now)


def _wait(version: KeyVersion, now: str, waiting: timedelta) -> None:
    retired = datetime.fromisoformat(version.changed)
    passed = datetime.fromisoformat(now) - retired
    place = f"{version.kind} key version {version.version}"
    if passed < timedelta(0):
        raise KeyringError(
            f"{place} was retired at {version.changed}, after this clock's {now}", hint="set the clock right"
        )
    if passed < waiting:
        raise KeyringError(
            f"{place} was retired at {version.changed}; it can be destroyed from "
            f"{(retired + waiting).strftime('%Y-%m-%d')} on",
            hint="the wait is there for backups and forgotten readers; --wait-days changes it",
        )


_NEXT = {
    "staged": "promote it first",
    "primary": "piiguard keys add, then keys promote the new version",
    "decrypt-only": "piiguard rotate, then keys retire it",
    "retired": "piiguard keys retire --undo brings it back",
}


def _require(version: KeyVersion, action: str, *states: str) -> None:
    if version.state in states:
        return
    place = f"{version.kind} key version {version.version}"
    if version.state == "destroyed":
        raise KeyVersionDestroyed(
            f"{place} was destroyed", version=version.version, hint="piiguard keys add makes a new one"
        )
    raise KeyringError(
        f"{place} is {version.state} and cannot be {action}: only {' or '.join(states)} can",
        hint=_NEXT[version.state],
    )


def _set(contents: Contents, kind: str, version: int, **members: Any) -> Contents:
    entries = [
        {**entry, **members} if (entry["kind"], entry["version"]) == (kind, version) else entry
        for entry in contents.header["keys"]
    ]
    return contents.with_header(keys=entries)
