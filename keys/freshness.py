"""Whether a keyring is the newest that was ever seen, and of which history.

A generation only ever grows, but a copy may be put back, and two copies may be changed apart from each other. What was
seen stands in the audit trail beside the file and, pinned by the jobs, in the database.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from piiguard.errors import KeyringError, KeyringFormatError
from piiguard.keys import audit, recipients, store
from piiguard.keys.chain import Entry
from piiguard.keys.document import Contents, Document
from piiguard.keys.state import State
from piiguard.keys.wrapping import AskPassphrase

__all__ = [
    "NOTHING_PINNED",
    "Pin",
    "refuse_behind_lines",
    "refuse_behind_pin",
    "refuse_behind_trail",
    "refuse_fork",
    "refuse_if_it_opens",
]

NOTHING_PINNED = "it has pinned nothing of this keyring, so nothing was compared with it"
_NEWEST = "bring the newest copy back; if it is lost, move this one away and: piiguard keys restore FILE"
_FORKED = (
    "somebody changed two copies apart from each other: values under the versions that only one of them has cannot "
    "be read with the other; keep both files, find out which one applications wrote with, and deploy that one"
)


@dataclass(frozen=True, slots=True)
class Pin:
    """What a place has seen: of which keyring, the highest generation, and the history of the generation asked for."""

    keyring: str
    generation: int
    history: str = ""


def refuse_behind_trail(path: Path, document: Document) -> None:
    """Refuse a file that is older than the trail beside it, or of another history; no trail refuses nothing."""
    try:
        trail = audit.read(path)
    except KeyringError:  # not readable for this process, or damaged: piiguard keys verify says which
        return
    refuse_behind_lines(path, document, trail)


def refuse_behind_lines(path: Path, keyring: Document | Contents, trail: Iterable[Entry]) -> None:
    """The same of lines that were read; who has opened the keyring leaves out those that its key did not write."""
    trail = list(trail)
    newest = audit.highest_generation(trail)
    if newest > keyring.generation:
        raise KeyringFormatError(
            f"{path}: generation {keyring.generation}, but the audit trail goes up to {newest}: "
            "an older copy was put in place",
            hint=_NEWEST,
        )
    change = keyring.header.get("change")
    if not isinstance(change, dict):
        return
    for line in trail:
        if line["number"] == change.get("number") and line["mac"] != change.get("mac"):
            raise _fork(str(path), keyring.generation, "in its audit trail")


def refuse_behind_pin(state: State, pin: Pin, place: str) -> None:
    """Refuse what the database has seen a newer one of, another history of, or what does not belong to it."""
    if pin.keyring != str(state.id):
        raise KeyringFormatError(
            f"{place}: its database belongs to the keyring {pin.keyring}, not to {state.id}",
            hint="use the keyring of this environment: --keyring or PIIGUARD_KEYRING names it",
        )
    if pin.generation > state.generation:
        raise KeyringFormatError(
            f"{place}: generation {state.generation}, but generation {pin.generation} was used on its database",
            hint="deploy the newest keyring file; if an older copy was put in place, find out by whom",
        )
    refuse_fork(state, state.generation, pin.history, place, "pinned in its database")


def refuse_fork(state: State, generation: int, history: str, place: str, where: str) -> None:
    """Refuse another history of the same generation; what says nothing of its history refuses nothing."""
    if state.generation == generation and state.history and history and state.history != history:
        raise _fork(place, generation, where)


def _fork(place: str, generation: int, where: str) -> KeyringFormatError:
    return KeyringFormatError(
        f"{place}: generation {generation} of another history than the one {where}", hint=_FORKED
    )


def refuse_if_it_opens(path: Path, ask: AskPassphrase | None) -> None:
    """Refuse to restore a keyring that opens."""
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
