"""Reads CSV and TSV files by column: values are judged as those of a table, not line by line."""

from __future__ import annotations

import io
from itertools import islice
from typing import BinaryIO

from piiguard.scan.part import Lines, Part
from piiguard.scan.read import Examiner, Sink
from piiguard.scan.read.opened import FileTask
from piiguard.scan.sheets import HEAD, Counted, encoding_of, is_sheet, names_of, rows_of

__all__ = ["SheetTask", "task_of"]

_PAGE = 1000


class SheetTask(FileTask):
    """A sheet, read to its end, a page of rows at a time."""

    __slots__ = ()

    def search(self, examiner: Examiner, stream: BinaryIO, part: Part, sink: Sink | None) -> None:
        counted, own = Counted(stream), Lines(whole=True)
        source: io.BufferedReader = io.BufferedReader(counted, HEAD)
        part.lines[0], part.encoding = own, encoding_of(source, self.options.encoding)
        rows = rows_of(source, part.encoding)
        header = next(rows, None)
        if header is None:
            return
        names = names_of(examiner.engine, header[1])
        first = [] if names else [header]
        names = names or [str(number) for number in range(1, len(header[1]) + 1)]
        count, own.count = examiner.numbered(part), header[0]
        while page := first + list(islice(rows, _PAGE)):
            first = []
            count(names, page)
            own.count = page[-1][0]
            own.end = part.bytes = counted.read_bytes
            examiner.step(part)


def task_of(file: str) -> type[SheetTask] | None:
    """The reader, if the name says that it is such a file."""
    return SheetTask if is_sheet(file) else None
