"""A repository as a source: the files of its work tree, Git's own files, and behind them its history."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from piiguard.errors import ScanError
from piiguard.read import Kind, Left, Task
from piiguard.read.file import FileSource
from piiguard.read.history.layout import repository_of, why_not
from piiguard.read.history.objects import Objects
from piiguard.read.history.own import own
from piiguard.read.history.process import lines_of, program
from piiguard.read.history.task import HistoryTask, forget
from piiguard.read.history.view import View
from piiguard.read.history.walk import DAMAGED, Item, Walk
from piiguard.read.listing import HIDDEN, Listing, listed
from piiguard.read.opened import mark_of
from piiguard.read.options import ReadOptions

__all__ = ["HistorySource"]

_ITEMS, _BYTES = 500, 32 << 20
"""Of one task."""
LEAST, RATIO = 16 << 30, 2_000
"""Bytes that a history may hold, and how many times those of its store: each version of a file is kept as a difference."""
_SPENT = "not read to its end: more comes out of the repository than is opened here"
_PEOPLE = "names and addresses of those who made its commits ({:,}) were not searched"
"""Whoever commits signs with them: they are there on purpose, and nothing but a new history takes them out."""
_LIST = "cat-file", "--batch-all-objects", "--batch-check=%(objectname) %(objecttype) %(objectsize)"


class HistorySource:
    """The files that ``listing`` names, of which some are ``apart`` (read as databases), and the history around them.

    Raises: :class:`ScanError` where the target is no repository, or git is not installed.
    """

    kind: Kind = "file"
    noted = True
    idle = False

    def __init__(
        self, target: str, listing: Listing, *, apart: Iterable[str] = (), by_line: bool = False
    ) -> None:
        found = repository_of(target)
        if found is None:
            raise ScanError(f"{target}: {why_not(target)}", source=target, hint="scan it without --history")
        program(target)
        self.name, self.root, self._by_line = target, listing.root, by_line
        self._repository, self._listing, self._apart = found, listing, frozenset(apart)
        self._view = View(found)

    def close(self) -> None:
        """End git, and remove what it was given."""
        forget(self._view.folder)
        self._view.close()

    def tasks(self, options: ReadOptions) -> Iterable[Task]:
        objects = Objects(lines_of(self._view.folder, *_LIST))
        tree = dict(self._repository.in_tree(self._listing))
        marks = {path: _mark(path) for path in tree}
        yield from self._files(objects, options)
        for path, mark in marks.items():
            oid = objects.blob_of(path)
            if mark and mark == _mark(
                path
            ):  # what was read there is not told twice; what was changed meanwhile, was not
                objects.meet(oid)
        for place, why in self._view.gaps:
            yield Left(place, why=why, shared=False)
        if objects.lost:
            yield Left(self._repository.store, why=DAMAGED, shared=False)
        walk = Walk(self._view.folder, objects, self._view.missing, tree.values())
        walk.expect(bytes.fromhex(oid.decode("ascii")) for oid in self._view.refs())
        yield from self._history(walk, options)
        for at, why in walk.gaps:
            yield Left(f"{self._stem}@{at}" if at else self._repository.store, why=why, shared=False)
        if walk.people:
            why = _PEOPLE.format(len(walk.people))
            yield Left(self._repository.git, why=why, excluded=True, shared=False)

    @property
    def _stem(self) -> str:
        return self._repository.root.rstrip(os.sep) or os.sep

    def _files(self, objects: Objects, options: ReadOptions) -> Iterator[Task]:
        """The work tree, and Git's own files; what is hidden in the tree is read in the history, where it stands there."""
        left = [each for each in self._listing.left if each[1] != HIDDEN or not _is_in(objects, each[0])]
        files = self._repository.files(replace(self._listing, left=left))
        chosen = files.without(options.exclude)
        rest = [path for path in chosen.files if path not in self._apart]
        listing = replace(chosen, files=rest, excluded=[*self._listing.excluded, *chosen.excluded])
        for task in FileSource(self.name, listing, by_line=self._by_line).tasks(options):
            yield own(task, self._repository.git)

    def _history(self, walk: Walk, options: ReadOptions) -> Iterator[Task]:
        most = max(LEAST, RATIO * _weight(self._repository.store))
        batch: list[Item] = []
        spent, last, count = 0, "", 1
        for item in walk.items():
            most -= item.size
            if most < 0:
                yield Left(self._repository.store, why=_SPENT, shared=False)
                break
            batch.append(item)
            spent += item.size
            if len(batch) >= _ITEMS or spent >= _BYTES:
                place = self._range(batch)
                last, count = place, count + 1 if place == last else 1
                yield self._task(f"{place} ({count})" if count > 1 else place, batch, options)
                batch, spent = [], 0
        if batch:
            place = self._range(batch)
            yield self._task(f"{place} ({count + 1})" if place == last else place, batch, options)

    def _range(self, batch: Sequence[Item]) -> str:
        return os.path.join(self._repository.git, f"{batch[0].at}..{batch[-1].at}")

    def _task(self, place: str, batch: Sequence[Item], options: ReadOptions) -> Task:
        total = sum(item.size for item in batch)
        large = os.path.join(self._repository.git, "lfs", "objects")
        return HistoryTask(
            place, total, options=options, items=tuple(batch), root=self._stem, folder=self._view.folder, large=large
        )  # fmt: skip


def _is_in(objects: Objects, path: str) -> bool:
    """Whether a file, or all that a folder holds, is in the history."""
    if not os.path.isdir(path) or os.path.islink(path):
        return bool(objects.blob_of(path))
    inside = listed(path)
    hidden = all(why == HIDDEN and _is_in(objects, each) for each, why in inside.left)
    return hidden and bool(inside.files) and all(map(objects.blob_of, inside.files))


def _mark(path: str) -> str:
    """What changes when a file does."""
    try:
        return mark_of(os.stat(path, follow_symlinks=False))
    except OSError:
        return ""


def _weight(folder: str) -> int:
    """The bytes of all files below a folder."""
    return sum(
        entry.stat(follow_symlinks=False).st_size
        for above, _, _ in os.walk(folder)
        for entry in os.scandir(above)
        if entry.is_file(follow_symlinks=False)
    )
