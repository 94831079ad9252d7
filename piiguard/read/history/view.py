"""What ``git`` gets to see of a repository: its objects, and nothing that tells it what to do.

A repository says what is run when it is read: configuration, hooks, filters, attributes, replaced objects, where else to
look for what it lacks. So ``git`` is given a folder of our own, with a configuration of our own, in which the folders of
objects are links into the repository. What it lacks is missing there, and is named.
"""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from piiguard.errors import ScanError
from piiguard.files import new_file, regular
from piiguard.read.history.layout import Repository

__all__ = ["View"]

_CONFIG = """\
[core]
    repositoryformatversion = {version}
    bare = true
    fsmonitor = false
    hooksPath = {nothing}
    attributesFile = {nothing}
    pager = cat
    commitGraph = false
    bigFileThreshold = 8m
    packedGitWindowSize = 32m
    packedGitLimit = 256m
    deltaBaseCacheLimit = 16m
[protocol]
    allow = never
[gc]
    auto = 0
"""
_SHA256 = "[extensions]\n    objectFormat = sha256\n"
_FORMAT = re.compile(rb"^\s*objectformat\s*=\s*\"?sha256", re.IGNORECASE | re.MULTILINE)
_ID = re.compile(rb"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_NAME = re.compile(rb"^\^?([0-9a-f]{40}(?:[0-9a-f]{24})?)(?=\s|\Z)", re.MULTILINE)
_FOLDER = re.compile(r"[0-9a-f]{2}")
_OBJECT = re.compile(r"[0-9a-f]{38}(?:[0-9a-f]{24})?")
_PACK = re.compile(
    r"pack-[0-9a-f]+\.(?:pack|idx|rev|bitmap|keep|promisor|mtimes)|multi-pack-index(?:-[\w.-]+)?"
)
_MOST = 16 << 20
_SPECIAL = "a link or no regular file: this folder of objects was not opened"
_STRAY = "no object of Git: left behind by what was interrupted"
_UNLISTED = "a pack without its index: git index-pack makes one"
_MISSING = "objects that its refs and commits name are not in it, and were not read"
_BORROWED = "they lie in another repository (objects/info/alternates): git repack -a -d brings them here"
_SHALLOW = "a shallow clone: what came before is not here; git fetch --unshallow gets it"
_PARTIAL = "it is a partial clone: git fetch --refetch --no-filter gets them"
_LINKS = "the history cannot be read: links cannot be made in the folder of temporary files"


class View:
    """The folder; ``gaps`` are places of the repository that nothing is read of, and why."""

    def __init__(self, repository: Repository) -> None:
        self._repository = repository
        self.gaps: list[tuple[str, str]] = []
        self._lacks: list[str] = []
        self.folder = tempfile.mkdtemp(prefix="piiguard-")
        try:
            self._make()
        except OSError as error:
            self.close()
            why = (error.strerror or "error").lower()
            raise ScanError(
                f"{_LINKS}: {why}", source=repository.root, hint="scan without --history"
            ) from None

    def close(self) -> None:
        """Remove it: the links in it, and not what they lead to."""
        shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def wide(self) -> bool:
        """Whether objects are called by SHA-256."""
        return bool(_FORMAT.search(self._said("config")))

    @property
    def missing(self) -> str:
        """What is said of objects that are not there."""
        return "; ".join((_MISSING, *self._lacks))

    def refs(self) -> Iterator[bytes]:
        """The names of objects that refs lead to, as far as they are written in files of text."""
        for name in ("HEAD", "packed-refs"):
            yield from _NAME.findall(self._said(name))
        for above, _, names in os.walk(os.path.join(self._repository.git, "refs")):
            for name in names:
                path = os.path.join(above, name)
                yield from _NAME.findall(self._said(os.path.relpath(path, self._repository.git)))

    def _make(self) -> None:
        own = Path(self.folder)
        (own / "refs").mkdir()
        (own / "objects").mkdir()
        self._put("HEAD", b"ref: refs/heads/none\n")
        config = _CONFIG.format(version=int(self.wide), nothing=os.devnull)
        self._put("config", (config + (_SHA256 if self.wide else "")).encode("ascii"))
        if begins := _ID.findall(self._said("shallow")):
            self._put("shallow", b"".join(begin + b"\n" for begin in begins))
            self._gap("shallow", _SHALLOW)
        if self._said(os.path.join("objects", "info", "alternates")).strip():
            self._lacks.append(_BORROWED)
        for name in self._folders():
            os.symlink(os.path.abspath(os.path.join(self._repository.store, name)), own / "objects" / name)

    def _put(self, name: str, data: bytes) -> None:
        with new_file(Path(self.folder, name)) as file:
            file.write(data)

    def _folders(self) -> Iterator[str]:
        """The folders of objects that hold nothing but files."""
        if os.path.islink(self._repository.store):
            self._gap("objects", _SPECIAL)
            return
        try:
            entries = sorted(os.scandir(self._repository.store), key=lambda entry: entry.name)
        except OSError as error:
            self._gap("objects", (error.strerror or "error").lower())
            return
        for entry in entries:
            if entry.name == "info":
                continue
            if not (entry.name == "pack" or _FOLDER.fullmatch(entry.name)):
                self.gaps.append((entry.path, _STRAY))
            elif entry.is_dir(follow_symlinks=False) and self._is_plain(entry.path):
                yield entry.name
            else:
                self.gaps.append((entry.path, _SPECIAL))

    def _is_plain(self, folder: str) -> bool:
        try:
            entries = list(os.scandir(folder))
        except OSError:
            return False
        if not all(entry.is_file(follow_symlinks=False) for entry in entries):
            return False
        names = {entry.name for entry in entries}
        known = _PACK if os.path.basename(folder) == "pack" else _OBJECT
        for name in sorted(names):
            if not known.fullmatch(name):
                self.gaps.append((os.path.join(folder, name), _STRAY))
            elif name.endswith(".pack") and name.removesuffix("pack") + "idx" not in names:
                self.gaps.append((os.path.join(folder, name), _UNLISTED))
        if any(name.endswith(".promisor") for name in names):
            self._lacks.append(_PARTIAL)
        return True

    def _gap(self, name: str, why: str) -> None:
        self.gaps.append((os.path.join(self._repository.git, name), why))

    def _said(self, name: str) -> bytes:
        """What a file of the repository begins with; nothing where it is no regular file."""
        try:
            with regular(os.path.join(self._repository.git, name)) as file:
                return file.read(_MOST)
        except OSError:
            return b""
