"""What a destroyed key leaves behind: files beside the keyring that hold it, and copies that would bring it back."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from piiguard import files
from piiguard.errors import KeyringError
from piiguard.keys import store
from piiguard.keys.chain import Entry
from piiguard.keys.document import KINDS, Contents, Document
from piiguard.keys.members import without
from piiguard.keys.transitions import with_state

__all__ = ["bury", "holders"]


def holders(path: Path, slot: str) -> list[Path]:
    """The backups that hold a key, or may, and what killed commands left; to be asked under the keyring's lock."""
    return [*_left_over(path), *(file for file in store.backups(path) if _may_hold(file, slot))]


def _left_over(path: Path) -> list[Path]:
    """Files that a command was killed over before they took their name."""
    real = store.beside(path, "")
    left = re.compile(rf"\.{re.escape(real.name)}(\.\d+\.bak)?\.[0-9a-f]{{8}}\.tmp")
    return sorted(file for file in real.parent.iterdir() if left.fullmatch(file.name))


def _may_hold(backup: Path, slot: str) -> bool:
    """What cannot be read may hold anything."""
    try:
        document = Document.parse(files.read(backup), "")
    except (OSError, KeyringError):
        return True
    return slot in document.slots


def bury(
    contents: Contents, trail: Sequence[Entry], revive: Sequence[str], now: str
) -> tuple[Contents, list[str]]:
    """A copy without the keys that were destroyed after it was made, and which those are.

    ``revive`` names those that come back all the same, as ``data/1``. ``trail`` has been checked. When the primary
    version is dead, the newest that lives writes.
    """
    dead = _destroyed(trail)
    there = [v.slot for v in contents.versions if v.slot in dead and v.state != "destroyed"]
    ended = _ended(trail)
    there += [one for one, about in contents.members.items() if about["generation"] < ended.get(one, 0)]
    for name in revive:
        if name not in there:
            raise KeyringError(
                f"{name or 'nothing'}: cannot be revived: it is no destroyed key of this copy",
                hint=f"those are {', '.join(there)}" if there else "leave --revive out",
            )
    gone = [slot for slot in there if slot not in revive]
    held = Contents(contents.header, {s: secret for s, secret in contents.secrets.items() if s not in gone})
    for name in gone:
        held = without(held, name) if name in held.members else held
    for version in contents.versions:
        if version.slot in gone:
            held = with_state(held, version, "destroyed", now)
    for kind in KINDS:
        held = _with_primary(held, kind, gone, now)
    return held, gone


def _destroyed(trail: Sequence[Entry]) -> set[str]:
    """Begun counts: who decided on it wanted the key gone."""
    dead: set[str] = set()
    for line in trail:
        if line["action"] == "destroy" and "version" in line:
            dead.add(f"{line['kind']}/{line['version']}")
        elif line["action"] == "restore":
            dead.difference_update(line.get("revived", ()))
    return dead


def _ended(trail: Sequence[Entry]) -> dict[str, int]:
    """Per secret without versions, the generation below which one that was made is dead; revived, none is."""
    ended: dict[str, int] = {}
    for line in trail:
        if line["action"] == "destroy" and "member" in line:
            ended[line["member"]] = line["generation"] + (line.get("state") == "begun")
        elif line["action"] == "restore":
            for name in line.get("revived", ()):
                ended.pop(name, None)
    return ended


def _with_primary(held: Contents, kind: str, gone: Sequence[str], now: str) -> Contents:
    of_kind = [version for version in held.versions if version.kind == kind]
    if any(version.state == "primary" for version in of_kind):
        return held
    living = [version for version in of_kind if version.state in ("staged", "decrypt-only")]
    if not living:
        named = " ".join(f"--revive {slot}" for slot in gone if slot.startswith(kind))
        raise KeyringError(
            f"every {kind} key of this copy was destroyed or is retired",
            hint=f"take a newer copy; {named} brings back what was destroyed on purpose",
        )
    return with_state(held, max(living, key=lambda version: version.version), "primary", now)
