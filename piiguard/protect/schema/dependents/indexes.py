"""What becomes of an index that mentions the column: one rule for every database."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from piiguard.names import word
from piiguard.protect.schema.dependents.found import Dependent, Going, Inventory
from piiguard.protect.schema.dependents.sqltext import mentions, only_asks_for_null

__all__ = ["Found", "judge", "stays_unique"]

THROUGH = "unique through the blind index: equal is what its normalizer says, not the collation"


@dataclass(frozen=True, slots=True)
class Found:
    """An index of the database: ``items`` as it prints them, ``columns`` their names (None for an expression)."""

    name: str
    unique: bool
    items: Sequence[str]
    columns: Sequence[str | None]
    included: Sequence[str] = ()
    where: str | None = None
    method: str = "btree"
    constraint: bool = False
    beginning: bool = False  # MariaDB's index over so many signs of a value

    @property
    def kind(self) -> str:
        """What a person calls it."""
        return "unique constraint" if self.constraint else "unique index" if self.unique else "index"


def stays_unique(dependents: Iterable[Dependent]) -> bool:
    """Whether something says that every value of the column is unique, and nobody gave that up."""
    return any(
        one.kind.startswith("unique") and (one.fate == "kept" or one.how == THROUGH) for one in dependents
    )


def judge(
    going: Going, found: Found, inventory: Inventory, drop: str, quote: Callable[[str], str]
) -> Found | None:
    """Note the fate of the index; returns how it is made again, or None when it is not.

    ``drop`` is the statement that takes it away. Ciphertext is random: an index over it finds nothing, and a UNIQUE
    one keeps nothing unique, so the blind index stands in.
    """
    alone = list(found.columns) in ([going.column], [going.index])
    if going.to_cipher and alone and found.unique and found.where is None and not going.index:
        how = "the column is unique, and ciphertext cannot keep it so"
        name = f"{going.column}_index"
        remedy = f"--index {word(name) or 'NAME'} --normalizer exact (or digits, email …) keeps it unique"
        if inventory.give_up(going, found.kind, found.name, how, remedy) and going.in_place:
            inventory.before.append(drop)
        return None
    if going.to_cipher and found.unique and found.beginning:
        how = "values are unique by how they begin, which no hash of a whole one tells"
        if inventory.give_up(going, found.kind, found.name, how, drop) and going.in_place:
            inventory.before.append(drop)
        return None
    if going.in_place:
        _in_place(going, found, inventory, drop, alone=alone)
        return None
    if reason := _needs_content(going, found):
        inventory.give_up(going, found.kind, found.name, reason, drop)
        return None
    if alone and found.where is None:
        _alone(going, found, inventory)
        return None
    if found.unique and going.to_cipher and not (alone and going.index):
        inventory.give_up(going, found.kind, found.name, "it needs the plaintext", drop)
        return None
    made = _made_again(going, found, quote)
    if going.column in made.columns and not going.to_cipher and not going.indexable:
        inventory.give_up(
            going, found.kind, found.name, "it cannot be made over the column's type", "--type 'varchar(N)'"
        )
        return None
    if not made.items:
        inventory.add(found.kind, found.name, "gone", "nothing is left to index")
        return None
    inventory.add(found.kind, found.name, "rebuilt", f"over {', '.join(made.items)}")
    return made


def _needs_content(going: Going, found: Found) -> str | None:
    for name in going.names:
        for item, column in zip(found.items, found.columns, strict=True):
            if column is None and mentions(item, name):
                return "it indexes what the plaintext says"
        if found.where and mentions(found.where, name) and not only_asks_for_null(found.where, name):
            return "its condition tests the plaintext"
    if found.method not in ("btree", "hash") and set(going.names) & set(found.columns):
        return f"{found.method} searches inside of the plaintext"
    return None


def _alone(going: Going, found: Found, inventory: Inventory) -> None:
    if found.unique and found.name in going.let_go:
        inventory.add(found.kind, found.name, "gone", "as --drop-constraint says")
    elif found.unique:
        inventory.add(found.kind, found.name, "rebuilt", THROUGH if going.to_cipher else "")
    elif going.to_cipher:
        how = (
            "the blind index takes its place"
            if going.index
            else "ciphertext is found by a blind index: --index"
        )
        inventory.add(found.kind, found.name, "gone", how)
    else:
        inventory.add(found.kind, found.name, "gone", "with the ciphertext")


def _in_place(going: Going, found: Found, inventory: Inventory, drop: str, *, alone: bool) -> None:
    if going.to_cipher and (
        (found.unique and not (alone and found.where is None)) or _needs_content(going, found)
    ):
        if inventory.give_up(going, found.kind, found.name, "it needs the plaintext", drop):
            inventory.before.append(drop)
        return
    if going.column in found.columns:
        how = "over ciphertext, where it is of no use" if going.to_cipher else ""
        inventory.add(found.kind, found.name, "kept", how)


def _made_again(going: Going, found: Found, quote: Callable[[str], str]) -> Found:
    stand_in = going.index if going.to_cipher else going.column
    items: list[str] = []
    columns: list[str | None] = []
    for item, column in zip(found.items, found.columns, strict=True):
        name = stand_in if column in going.names else column
        if column in going.names and (name is None or name in columns):
            continue
        items.append(quote(str(name)) if column in going.names else item)
        columns.append(name)
    included = [name for name in found.included if name not in going.names]
    return Found(found.name, found.unique, items, columns, included, found.where, found.method)
