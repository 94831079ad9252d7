"""Where the history of a folder lies, and what else lies there."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, replace

from piiguard.read.listing import HIDDEN, Listing, listed

__all__ = ["Repository", "repository_of", "why_not"]

_NONE = "no Git repository: there is no folder .git in it"
_BROKEN = "no Git repository: its folder .git has no objects"
_ELSEWHERE = (
    "its history lies in another folder (.git is no folder here): name the repository that it belongs to"
)
_SUBMODULES = "the repositories of submodules: scan each by itself"


@dataclass(frozen=True, slots=True)
class Repository:
    """A folder with a history; ``git`` is the folder that holds it, which is the same for a bare one."""

    root: str
    git: str

    @property
    def store(self) -> str:
        """The folder of its objects."""
        return os.path.join(self.git, "objects")

    @property
    def logs(self) -> str:
        """The folder of what its refs were."""
        return os.path.join(self.git, "logs")

    def files(self, listing: Listing) -> Listing:
        """The files of the target, with Git's own: all but the objects, which are the history."""
        own = listed(self.git)
        shut = tuple(os.path.join(self.git, name, "") for name in ("objects", "modules"))
        told = [path for path in own.files if not path.startswith(shut)]
        left = [(path, why) for path, why in own.left if not path.startswith(shut)]
        if os.path.isdir(shut[1]):
            left.append((shut[1], _SUBMODULES))
        if self.git == self.root:
            return replace(listing, files=told, left=left)
        beside = [each for each in listing.left if each != (self.git, HIDDEN)]
        return replace(listing, files=[*listing.files, *told], left=[*beside, *left])

    def in_tree(self, listing: Listing) -> Iterator[tuple[str, str]]:
        """The files of the work tree, each with its path in the repository."""
        if self.git != self.root:
            for path in listing.files:
                yield path, os.path.relpath(path, self.root)


def repository_of(target: str) -> Repository | None:
    """The repository that a folder is; none where :func:`why_not` says why."""
    inside = os.path.join(target, ".git")
    if why_not(target):
        return None
    return Repository(target, inside if os.path.isdir(inside) else target)


def why_not(target: str) -> str:
    """Why a target has no history that could be read; empty where it has one.

    >>> why_not("https://example.kz/a.git")
    'no Git repository: there is no folder .git in it'
    """
    inside = os.path.join(target, ".git")
    if os.path.isdir(inside) and not os.path.islink(inside):
        return "" if os.path.lexists(os.path.join(inside, "objects")) else _BROKEN
    if os.path.lexists(inside):
        return _ELSEWHERE
    parts = (os.path.join(target, name) for name in ("objects", "refs"))
    bare = all(map(os.path.isdir, parts)) and os.path.isfile(os.path.join(target, "HEAD"))
    return "" if bare else _NONE
