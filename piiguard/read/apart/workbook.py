"""Workbooks: the cells of every sheet, hidden ones too, and what else a workbook keeps beside them."""

from __future__ import annotations

import datetime
import io
import json
from collections.abc import Iterator
from itertools import islice
from typing import Any

from piiguard.read.apart import package
from piiguard.read.apart.frames import Event
from piiguard.read.apart.sweep import Given, strings

__all__ = ["read", "read_open"]

_PAGE = 500
_ENCRYPTED = "encrypted with a password"
_NOT_CELLS = "a sheet without cells, which no reader knows"


def read(data: bytes, *, pictures: bool = False) -> Iterator[Event]:
    """A workbook of Excel, old or new."""
    given = Given()
    yield from _sheets(data, given)
    if data.startswith(b"PK"):
        yield from package.beside(data, package.WORKBOOK, given, pictures=pictures)
    elif text := strings(data, given):
        yield Event("text", "objects", data=text.encode("utf-8", "replace"))


def read_open(data: bytes, *, pictures: bool = False) -> Iterator[Event]:
    """A workbook of OpenDocument."""
    given = Given(amounts=True)
    yield from _sheets(data, given)
    yield from package.beside(data, package.SHEETS, given, pictures=pictures)


def _sheets(data: bytes, given: Given) -> Iterator[Event]:
    import python_calamine as calamine

    try:
        book = calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
    except calamine.PasswordError:
        yield Event("gap", data=_ENCRYPTED.encode())
        return
    for sheet in book.sheets_metadata:
        if sheet.typ in (calamine.SheetTypeEnum.WorkSheet, calamine.SheetTypeEnum.MacroSheet):
            yield from _rows(book, sheet.name, given)
        elif sheet.typ != calamine.SheetTypeEnum.ChartSheet:  # the texts of a chart stand beside the sheets
            yield Event("gap", sheet.name, data=_NOT_CELLS.encode())


def _rows(book: Any, name: str, given: Given) -> Iterator[Event]:
    sheet = book.get_sheet_by_name(name)
    rows = enumerate(sheet.iter_rows(), 1)
    while page := list(islice(rows, _PAGE)):
        told = [(number, cells) for number, row in page if (cells := _cells(row, given))]
        if told:
            yield Event("rows", name, data=json.dumps(told).encode())


def _cells(row: list[Any], given: Given) -> list[str]:
    cells = [_text(cell, given) for cell in row]
    while cells and not cells[-1]:
        cells.pop()
    return cells


def _text(cell: Any, given: Given) -> str:
    """A cell as it is written: workbooks keep every number as one with a fraction."""
    if isinstance(cell, str):
        given.add(cell)
        return cell
    if isinstance(cell, float):
        text = str(int(cell)) if cell.is_integer() and abs(cell) < 1e16 else str(cell)
        given.number(text)
        return text
    if isinstance(cell, datetime.datetime) and cell.time() == datetime.time():
        cell = cell.date()
    return str(cell)
