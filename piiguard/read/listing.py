"""Which files a target names: below a folder the regular ones, each once, and by name whatever else lies there."""

from __future__ import annotations

import fnmatch
import glob
import os
import stat
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace
from typing import Self

from piiguard.errors import ScanError
from piiguard.names import without_password
from piiguard.read.sources import STDIN

__all__ = ["NO_FILE", "Listing", "is_excluded", "listed"]

NO_FILE = "no file matches"

HIDDEN = "hidden"
OUTSIDE = "a link that leads out of the folder"
NOWHERE = "a link that leads nowhere"
_KINDS = (
    (stat.S_ISFIFO, "a FIFO"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
)


@dataclass(slots=True)
class Listing:
    """The files to read, in the order of their names, what was ``left`` with the reason, and what was ``excluded``.

    ``named`` says that the target is the file itself: whoever typed it may mean a link, a FIFO or a device.
    """

    files: list[str] = field(default_factory=list)
    left: list[tuple[str, str]] = field(default_factory=list)
    excluded: list[str] = field(default_factory=list)
    named: bool = False
    root: str = ""
    """the folder that all of them lie in, where the target names one"""

    def without(self, globs: Collection[str]) -> Self:
        """The same, with those excluded that a glob matches, by their paths or their names alone."""
        every = (*self.files, *(place for place, _ in self.left))
        return replace(
            self,
            files=[path for path in self.files if not is_excluded(path, globs)],
            left=[(path, why) for path, why in self.left if not is_excluded(path, globs)],
            excluded=[path for path in every if is_excluded(path, globs)],
        )


def is_excluded(path: str, globs: Collection[str]) -> bool:
    """Whether a glob matches a path, its name alone, or that of a member.

    >>> is_excluded("in/a.zip!b.log", ["b.*"]), is_excluded("in/a.zip!b.log", ["in/a.zip!*"])
    (True, True)
    """
    names = path, os.path.basename(path), os.path.basename(path.rpartition("!")[2])
    return any(fnmatch.fnmatchcase(name, glob) for name in names for glob in globs)


def listed(target: str) -> Listing:
    """The files of a target: itself, all files below a directory, or a glob's, which may be none.

    Raises: :class:`ScanError` when a name names nothing.
    """
    if target == STDIN:
        return Listing([target], named=True)
    if os.path.isdir(target):
        return _below(target)
    if os.path.lexists(target):
        return Listing([target], named=True)
    found = _matching(target)
    if not found.files and not found.left and not glob.has_magic(target):
        shown = without_password(target)  # a URL without its scheme
        raise ScanError(
            f"{shown}: there is no such file, directory or database",
            source=shown,
            hint="name a file, a directory, a glob in quotes, - for standard input, or a database URL",
        )
    return found


def _below(root: str) -> Listing:
    found, links, folders = Listing(root=root), list[str](), [root]
    while folders:
        folder = folders.pop()
        try:
            with os.scandir(folder) as entries:
                names = sorted(entry.name for entry in entries)
        except OSError as error:
            found.left.append((folder, (error.strerror or "error").lower()))
            continue
        deeper = []
        for name in names:
            path = os.path.join(folder, name)
            if name.startswith("."):
                found.left.append((path, HIDDEN))
            elif not _take(path, found, links):
                deeper.append(path)
        folders += reversed(deeper)
    _take_links(links, root, found)
    return found


def _matching(pattern: str) -> Listing:
    root = _fixed(pattern)
    found, links = Listing(root=root), list[str]()
    inside = os.path.realpath(root)
    for path in sorted(glob.glob(pattern, recursive=True)):
        if _is_in(os.path.realpath(path), inside):
            _take(path, found, links)
        elif not os.path.isdir(path):  # by a link, also one in the middle of the path
            found.left.append((path, OUTSIDE))
    _take_links(links, root, found)
    return found


def _fixed(pattern: str) -> str:
    """The folder in front of the first part that is no plain name."""
    folder = os.path.dirname(pattern)
    while glob.has_magic(folder):
        folder = os.path.dirname(folder)
    return folder or os.curdir


def _take(path: str, found: Listing, links: list[str]) -> bool:
    """Put a path where it belongs; False for a folder."""
    try:
        mode = os.lstat(path).st_mode
    except OSError as error:
        found.left.append((path, (error.strerror or "error").lower()))
        return True
    if stat.S_ISDIR(mode):
        return False
    if stat.S_ISREG(mode):
        found.files.append(path)
    elif stat.S_ISLNK(mode):
        links.append(path)
    else:
        found.left.append((path, next((kind for test, kind in _KINDS if test(mode)), "no file")))
    return True


def _take_links(links: Iterable[str], root: str, found: Listing) -> None:
    """A link that stays inside adds only what is not listed yet: what no glob matched, or a hidden folder holds."""
    inside = os.path.realpath(root)
    known = (
        {os.path.realpath(path) for path in (*found.files, *(path for path, _ in found.left))}
        if links
        else set()
    )
    for link in links:
        target = os.path.realpath(link)
        if not _is_in(target, inside):
            found.left.append((link, OUTSIDE))
        elif not os.path.exists(target):
            found.left.append((link, NOWHERE))
        elif os.path.isfile(target) and target not in known:
            known.add(target)
            found.files.append(os.path.join(root, os.path.relpath(target, inside)))


def _is_in(path: str, folder: str) -> bool:
    return os.path.commonpath([path, folder]) == folder
