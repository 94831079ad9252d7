"""What ``--plan`` prints: statements, with a comment before each stage."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from piiguard import names
from piiguard.cli.discreet import discreet

if TYPE_CHECKING:
    from piiguard.protect.jobs.plan import Stage

__all__ = [
    "UNSEEN_IN_SQL",
    "plan",
    "statements",
]


_UNDER_LOCK = (
    "under a lock every row is opened that may have changed (PostgreSQL: since it was verified; elsewhere all,"
    " which takes as long as piiguard verify)"
)


_STAGES = {
    "nothing": "nothing to do",
    "expand": "expand: room for the ciphertext; applications notice nothing",
    "backfill": "backfill: batch by batch; a row that somebody changed meanwhile is taken again",
    "verify": "verify: every twin is decrypted and compared with its plaintext",
    "index": "index: the database's own index over the blind index",
    "swap": f"cut over and contract: {_UNDER_LOCK}; the plaintext is gone afterwards",
    "expand-plain": "expand: room for the plaintext; applications notice nothing",
    "open": "backfill: decrypted batch by batch; a row that somebody changed meanwhile is taken again",
    "unique": "unique: what was unique through the blind index is unique by itself",
    "swap-back": f"cut over and contract: {_UNDER_LOCK}; the ciphertext is gone afterwards",
    "deploy-plaintext": "deploy last: models without Encrypted",
    "rotate": "rotate: batch by batch; a row that somebody changed meanwhile is taken again",
    "reindex": "index: batch by batch under the primary index key; queries look for both",
    "repair": "index: every value is opened; an index that is not that of its value is made anew, row by row",
    "edition": "index: every value is opened; row by row under the newest normalizer, and the entry lists it alone",
    "shadow-expand": "index, expand: a shadow column, UNIQUE like the index, and a trigger that keeps it up",
    "shadow-fill": "index, fill: each row's index under the next key, batch by batch",
    "shadow-promote": "index, promote: piiguard keys promote --kind index, unless the next key is primary",
    "shadow-bar": "index, bar: when every application has loaded the next key, no hash under another one is taken",
    "shadow-copy": "index, copy: the shadow into the index, batch by batch; queries look for both",
    "shadow-contract": "index, contract: without the shadow",
    "fill": "index, fill: of every row, before any value is changed; until here, or until the database's own index,"
    " --keep-plaintext goes",
    "convert": "convert in place: batch by batch; a row that somebody changed meanwhile is taken again",
    "deploy-reading-both": "deploy: models with Encrypted(..., storage='text', migrating=True), which read both; then run"
    " the same command with --keep-plaintext again, for rows that the release before has written meanwhile",
    "deploy-indexed": "deploy: models with migrating='indexed', with which every search sees every row",
    "deploy-writing-both": "until here --keep-plaintext goes; then deploy models that can switch to the ciphertext",
    "deploy-ciphertext": "deploy last: models with Encrypted(...), without migrating",
}


def plan(stages: Iterable[Stage]) -> str:
    """The statements of a job, with a comment before each stage."""
    lines = []
    for stage in stages:
        lines.append(f"-- {names.shown(discreet(stage.place))}: {_STAGES[stage.name]}")
        lines += [f"--   {names.shown(discreet(note))}" for note in stage.notes]
        lines += statements(f"{statement};" for statement in stage.statements)
    return "\n".join(lines)


def statements(texts: Iterable[str]) -> list[str]:
    """Statements for the eye; a comment before them says where they are not to be pasted."""
    hidden = [discreet(text) for text in texts]
    said = [names.sql(text) for text in hidden]
    plain = said == hidden and all(names.can_be_pasted(line) for text in said for line in text.split("\n"))
    return said if plain else [f"-- {UNSEEN_IN_SQL}", *said]


UNSEEN_IN_SQL = "a name holds a value, which is hidden, or what cannot be seen and stands as escapes: this is not to be pasted"
