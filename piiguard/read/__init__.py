"""Readers: one module for each kind of source. Adding a source is adding one file.

A :class:`Source` is what a target is once it is known; it gives :class:`Task`\\ s: a table, a file, a range of either.
``Task.read(examiner, part, sink)`` is all that a reader promises: it hands rows and lines to the examiner, which counts
them into the part, and says in the part what it did not read. A reader judges nothing. Whoever
reads (a scan, a redaction) hands in the :class:`Examiner`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, Protocol, runtime_checkable

from piiguard.read.options import ReadOptions
from piiguard.read.part import Lines, Part

if TYPE_CHECKING:
    from piiguard.detect import Block

__all__ = ["Blocks", "Column", "Counting", "Defining", "Examiner", "Kind", "Left", "Sink", "Source", "Task"]

Kind = Literal["database", "file"]
Sink = Callable[[Any], None]
"""Takes what the examiner finds, one by one."""
Counting = Callable[[Sequence[str], Sequence[tuple[int, Sequence[object]]]], None]
"""Takes the names of columns, and rows with the numbers of their lines."""
Column = tuple[str, Sequence[object]]
"""A column's name, and its cells in some rows."""


class Blocks(Protocol):
    """What cuts a stream into blocks of lines: a :class:`piiguard.detect.BlockReader`, or a part of one."""

    encoding: str

    @property
    def bytes_read(self) -> int: ...

    def __iter__(self) -> Iterator[Block]: ...


class Examiner(Protocol):
    """What a reader hands rows and lines to; a scan's is :mod:`piiguard.scan.examine`."""

    settled: Collection[tuple[str, str | None]]

    @property
    def engine(self) -> Any: ...

    def lines(
        self, part: Part, blocks: Blocks, name: str, *, start: int = 0, sink: Sink | None = None
    ) -> None: ...

    def rows(
        self,
        part: Part,
        columns: Sequence[Column],
        *,
        place: str = "",
        keys: Sequence[str] = (),
        labels: Mapping[str, str] | None = None,
        sink: Sink | None = None,
    ) -> None: ...

    def expect(self, rows: int | None) -> None: ...

    def is_large(self, rows: int) -> bool: ...

    def skim(
        self, part: Part, pages: Iterable[Sequence[Column]], labels: Mapping[str, str] | None = None
    ) -> frozenset[tuple[str, str | None]]: ...

    def skimmed(self, places: Collection[tuple[str, str | None]]) -> None: ...

    def numbered(self, part: Part, table: str = "") -> Counting: ...

    def text(self, own: Lines, text: str, number: int) -> None: ...

    def header(self, rows: Sequence[tuple[int, list[str]]], width: int) -> tuple[list[str], int]: ...

    def step(self, part: Part) -> None: ...

    def member(self, place: str, part: Part, name: str) -> Any: ...


@dataclass(frozen=True, slots=True)
class Task:
    """One table or file, or a range of it; what several tasks of one ``place`` read is one sum.

    It is sent to other processes and machines, so it holds nothing that is open. ``total`` and ``unit`` say how much there
    is to do (-1: not known). ``cells`` says that single matches are known only after the columns were judged.
    """

    place: str
    total: int = -1
    unit: str = "bytes"
    cells: bool = False
    shared: bool = True
    """whether another process can read it too"""
    alias: str = ""
    """what else a manifest may call it"""

    @property
    def amount(self) -> int:
        """How much of it will be read, as far as that is known: 0 where it is not."""
        return max(self.total, 0)

    @property
    def mark(self) -> str:
        """What changes when the place does, where that can be told without reading it."""
        return ""

    def proof(self) -> str:
        """The same, asked for at some cost: of a table its database is asked. To be called before it is read."""
        return self.mark

    def cut(self, examiner: Examiner, part: Part, jobs: int) -> Sequence[Task]:
        """Tasks that read a range each; what had to be read for that is in ``part``."""
        return [self]

    def read(self, examiner: Examiner, part: Part, sink: Sink | None) -> None:
        """Read into ``part``, which holds what there is even when an interrupt ends this."""
        raise NotImplementedError

    def again(self, columns: Mapping[str, str]) -> Task | None:
        """The task that reads these columns alone; beside each stands the entity that its cells are, if they are one."""
        return None


@dataclass(frozen=True, slots=True)
class Left(Task):
    """A place that is not read; it was asked for, unless whoever asked has ``excluded`` it."""

    why: str = ""
    excluded: bool = False

    def read(self, examiner: Examiner, part: Part, sink: Sink | None) -> None:
        if self.excluded:
            part.leave(self.why)
        else:
            part.fail(self.why)


class Source(Protocol):
    """What a target is: ``name`` as reports show it, and its tasks in the order of their places."""

    name: str
    kind: Kind
    noted: bool
    """whether the same name will mean the same thing next time, so that what is done can be noted"""
    root: str
    """the folder that its places lie in, where they lie in one"""
    idle: bool
    """whether all that there was has been read, and it only waits for more: an interrupt then cuts nothing short"""

    def tasks(self, options: ReadOptions) -> Iterable[Task]: ...

    def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Extent:
    """How much a source holds before it is read: places, and the units of all whose size is known."""

    places: int
    amount: int
    unit: str


@runtime_checkable
class Measured(Protocol):
    """A source that can say how much it holds."""

    def extent(self, options: ReadOptions) -> Extent: ...


@runtime_checkable
class Defining(Protocol):
    """A source that holds definitions beside rows: a database."""

    def definitions(self, options: ReadOptions) -> Iterable[Any]: ...
