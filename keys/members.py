"""Two secrets of the sealed body that have no versions: the key of tombstones and the key of restricted values.

New keyrings have both. One of before gets each when a command needs it first. Index rotation leaves them alone, for
what is made with them is kept longer than any index. Pure functions over an opened keyring, as the transitions are.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any

from piiguard.keys.document import Contents

__all__ = ["NAMES", "made", "without"]

NAMES = ("tombstone", "restrict")


def made(contents: Contents, name: str, now: str) -> Contents:
    """With a fresh secret of this name; one that is there stays, and what was given is given back."""
    if name in contents.members:
        return contents
    about = {"created": now, "generation": contents.generation}
    grown = contents.with_header(members={**contents.members, name: about})
    return Contents(grown.header, {**grown.secrets, name: secrets.token_bytes(32)})


def without(contents: Contents, name: str) -> Contents:
    """Without that secret, for ever: the next that is made is another one."""
    left: Mapping[str, Any] = {one: about for one, about in contents.members.items() if one != name}
    kept = {slot: secret for slot, secret in contents.secrets.items() if slot != name}
    return Contents(contents.with_header(members=left).header, kept)
