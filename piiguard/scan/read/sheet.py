"""Reads CSV and TSV files by column."""

from __future__ import annotations

from typing import BinaryIO

from piiguard.scan.part import Lines, Part
from piiguard.scan.read import Examiner, Sink
from piiguard.scan.read.file import FileTask
from piiguard.scan.sheets import Sheet, is_sheet

__all__ = ["SheetTask", "task_of"]


class SheetTask(FileTask):
    """A sheet: its values are judged as those of a table, not line by line."""

    __slots__ = ()

    def search(self, examiner: Examiner, stream: BinaryIO, part: Part, sink: Sink | None) -> None:
        sheet = Sheet()

        def on_page(read: int) -> None:
            part.bytes = read
            examiner.step(part)

        try:
            sheet.read(examiner.engine, stream, self.options, on_page)
        finally:
            part.encoding, part.bytes = sheet.encoding, sheet.bytes
            part.lines[0] = Lines(sheet.bytes, sheet.lines)
            part.columns[""] = sheet.partials
            part.spots |= {("", *spot): tuple(lines) for spot, lines in sheet.places.items()}


def task_of(file: str) -> type[SheetTask] | None:
    """The reader, if the name says that it is such a file."""
    return SheetTask if is_sheet(file) else None
