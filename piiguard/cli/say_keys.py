"""What is said of a keyring and its key versions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

import click

from piiguard import names
from piiguard.cli.say import hint, many, say
from piiguard.errors import JobError, KeyringError, KeyVersionInUse, PiiguardError

if TYPE_CHECKING:
    from pathlib import Path

    from piiguard.keys.checking import Checked
    from piiguard.keys.document import Contents, KeyVersion

__all__ = [
    "NEEDS_DATABASE",
    "NEEDS_MANIFEST",
    "TOO_EARLY",
    "end_of_replay",
    "key_added",
    "key_destroyed",
    "key_promoted",
    "key_retired",
    "keyring_checked",
    "keyring_made",
    "keyring_restored",
    "keyring_rewrapped",
    "keyring_verified",
    "not_looked_at",
    "nothing_pinned",
    "recipients_table",
    "refuse_rows",
    "refuse_unlisted",
    "refuse_unprepared",
    "replay_ended",
    "waiting",
]


def keyring_made(path: Path, contents: Contents) -> None:
    """A new keyring, and what to keep."""
    say(f"{path}: keyring {contents.id} made, with data key version 1 and index key version 1")
    hint("keep a copy of the keyring and of its wrapping key in two different places")


def key_added(path: Path, contents: Contents, kind: str) -> None:
    """A staged version, and the step after it."""
    added = next(v for v in reversed(contents.versions) if v.kind == kind)
    say(f"{path}: {kind} key version {added.version} added, generation {contents.generation}")
    if kind == "data":
        hint(f"when every application has loaded it: piiguard keys promote {added.version:d}")
    else:
        hint(
            "when every application has loaded it: piiguard rotate, which prepares unique indexes; "
            f"then piiguard keys promote --kind {kind} {added.version:d}"
        )


def key_promoted(path: Path, contents: Contents, kind: str, version: int) -> None:
    """A new primary, and the step after it."""
    say(f"{path}: {kind} key version {version} is primary, generation {contents.generation}")
    hint("piiguard rotate re-encrypts what older versions wrote")


TOO_EARLY = (
    "a key that was retired less than 24 hours ago may still be needed by somebody: add --early to destroy it"
)
NEEDS_DATABASE = "the rows of this version must be counted first; add --database URL"
NEEDS_MANIFEST = "no manifest names the columns to count; add --manifest FILE"


def waiting(what: str) -> None:
    """What the command waits for."""
    say(what)


def refuse_rows(version: KeyVersion, rows: int) -> None:
    """Some rows still need the key."""
    if not rows:
        return
    raise KeyVersionInUse(
        f"{version.kind} key version {version.version} is still needed by {many(rows, 'row')}",
        version=version.version,
        rows=rows,
        hint="piiguard rotate re-encrypts them; piiguard status shows where they are",
    )


_UNLISTED = {
    "data": "name these columns in the manifest and rotate them, or drop them",
    "index": "indexes that the application fills: piiguard.orm.fill_indexes takes them to the primary index key",
}


def refuse_unlisted(version: KeyVersion, rows: Mapping[str, int]) -> None:
    """Values under the key in columns that the manifest does not name."""
    if not rows:
        return
    shown = ", ".join(f"{count:,} rows of {place}" for place, count in [*rows.items()][:5])
    raise KeyVersionInUse(
        f"{version.kind} key version {version.version} is still needed by columns that the manifest"
        f" does not name: {shown}{', …' if len(rows) > 5 else ''}",
        version=version.version,
        rows=sum(rows.values()),
        hint=_UNLISTED[version.kind],
    )


def not_looked_at(tables: Sequence[str], *, final: bool) -> None:
    """Tables that could not be searched for values outside the manifest; ``final``: nothing brings the key back."""
    if not tables:
        return
    shown = f"{', '.join(tables[:8])}{', …' if len(tables) > 8 else ''}"
    if final:
        raise JobError(
            f"{shown}: this account cannot read these tables, which may hold values under the key",
            hint="use an account that reads every table, for example a member of pg_read_all_data",
        )
    say(f"{shown}: not searched for values outside the manifest: this account cannot read there")


def refuse_unprepared(version: int, places: Sequence[str]) -> None:
    """UNIQUE blind indexes into which a value could come twice."""
    if places:
        raise JobError(
            f"{', '.join(places)}: unique, and not prepared for index key version {version}",
            hint="piiguard rotate prepares it while the key is staged; then promote, and rotate again",
        )


def key_retired(path: Path, contents: Contents, kind: str, version: int, *, undone: bool) -> None:
    """A version that is refused from now on, or read again."""
    state = "decrypt-only again" if undone else "retired"
    say(f"{path}: {kind} key version {version} is {state}, generation {contents.generation}")
    if not undone:
        hint("its bytes are kept; after 30 days: piiguard keys destroy")


def key_destroyed(path: Path, contents: Contents, version: KeyVersion, removed: Sequence[Path]) -> None:
    """A key that is gone, and where copies may be left; ``version`` as it was before the command."""
    again = version.state == "destroyed"
    name = f"{version.kind} key version {version.version}"
    if again:
        say(f"{path}: {name} was destroyed before")
    for file in removed:
        say(f"{file}: removed, it held the key or was left over")
    if again and not removed:
        say(f"{path}: nothing beside it holds the key")
    if not again:
        say(f"{path}: {name} is destroyed, generation {contents.generation}")
    hint("other copies of the keyring still hold it: remove them, or rewrap and destroy the old wrapping key")


def end_of_replay(path: Path) -> str:
    """The question before the key of the tombstones is destroyed."""
    return f"{path}: replay ends: nobody who was erased is found again in a restored backup; destroy it?"


def replay_ended(path: Path, contents: Contents, removed: Sequence[Path]) -> None:
    """The key of the tombstones is gone, and where copies may be left."""
    for file in removed:
        say(f"{file}: removed, it held the key of the tombstones or was left over")
    if (
        contents.header["change"].get("member") == "tombstone"
        and contents.header["change"]["action"] == "destroy"
    ):
        say(f"{path}: the key of the tombstones is destroyed, generation {contents.generation}")
    elif not removed:
        say(f"{path}: there is no key of tombstones, and nothing beside it holds one")
    hint(
        "other copies of the keyring still hold it; tombstones that were made with it match nothing any more"
    )


def keyring_rewrapped(path: Path, contents: Contents) -> None:
    """New recipients, and what the old ones still open."""
    from piiguard.keys import recipients

    names = ", ".join(recipients.describe(entry) for entry in contents.header["recipients"])
    say(f"{path}: rewrapped for {names}, generation {contents.generation}")
    hint("the old wrapping keys still open the numbered backups and other old copies")


def recipient_made(private: Path, public: Path) -> None:
    """A pair of keys, and where each half belongs."""
    say(f"{private}: a new private key; {public}: its public key")
    hint(f"--wrap {names.word(f'hpke:{public}') or 'hpke:FILE'} adds the recipient")
    hint(f"then move {private} to a safe, it opens the keyring")


def keyring_checked(path: Path, steps: Iterable[Checked]) -> None:
    """One line per thing that was looked at, then whether the keyring is accepted."""
    refused = None
    for step in steps:
        shown = step.found if step.refused is None else f"{step.found}: {_without(step.found, step.refused)}"
        click.echo(names.message(f"{step.what}: {shown}"))
        refused = refused or (step.refused if step.final else None)
    if refused is not None:
        raise KeyringError(f"{path}: not accepted: {_without(str(path), refused)}", hint=refused.hint)
    say(f"{path}: accepted")


def _without(place: str, error: PiiguardError) -> str:
    """What an error says of a place that has just been named."""
    return str(error).removeprefix(f"{place}: ")


def recipients_table(checked: Sequence[tuple[str, str]]) -> list[str]:
    """One line per recipient: what it is, and whether it opens the keyring here and now."""
    return [names.message(f"{name}: {reason or 'opens'}") for name, reason in checked]


def keyring_verified(path: Path, contents: Contents, lines: int) -> None:
    """The keyring is whole."""
    say(f"{path}: keyring {contents.id}, generation {contents.generation}, {lines} audit lines: in order")


def nothing_pinned(database: str) -> None:
    """A database that no job has used with this keyring, or that was made to forget."""
    from piiguard.keys.freshness import NOTHING_PINNED

    say(f"{database}: {NOTHING_PINNED}")
    hint("piiguard encrypt, rotate and decrypt pin what they used: is it the database that was meant?")


def trail_verified(file: Path, lines: int) -> None:
    """A trail of jobs that no keyring covers is whole, as far as it goes."""
    say(f"{file}: {many(lines, 'audit line')}: in order")
    hint(
        "it is chained, not covered: the database alone knows whether its end was cut off, and the next job asks it"
    )


def keyring_restored(path: Path, contents: Contents, backup: Path) -> None:
    """A backup is the keyring now."""
    line = contents.header["change"]
    say(f"{path}: restored from {backup} as generation {contents.generation}")
    if line["number"] == 1:
        say(
            f"{path}: its audit trail is not there, so keys that were destroyed after the backup are in it again"
        )
    for slot in line["dead"]:
        say(f"{path}: {slot} was destroyed after the backup was made, and stays so")
    for slot in line["revived"]:
        say(f"{path}: {slot} was destroyed, and is back")
    hint("piiguard status shows rows that need a key version which the backup did not have")
