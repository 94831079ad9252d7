"""Pictures are read by tesseract, where that is installed: the machine-readable zone first, then the whole page."""

from __future__ import annotations

import csv

from piiguard.read.apart.pixels import Picture
from piiguard.read.ocr import words, zone
from piiguard.read.ocr.program import BROKE, Broken, Program, required

__all__ = ["Broken", "required", "text_of"]

_LOWER = 0.55
"""Where the lower part of a document begins, in which the zone stands."""
_CLEAR = 0.6
"""A page of which less is sure is tried on its sides and on its head too."""


def text_of(program: Program, picture: Picture) -> str:
    """The lines that a picture shows, and then those of its machine-readable zone, if it has one.

    Raises: :class:`Broken` where it cannot be read to its end.
    """
    read, page = _zone_below(program, picture), _page(program, picture)
    if page and not read and words.clarity(page) < _CLEAR:
        turned = [(each, _page(program, each)) for each in map(picture.turned, (1, 2, 3))]
        picture, page = max(((picture, page), *turned), key=lambda both: words.weight(both[1]))
        read = _zone_below(program, picture)
    if not read and (band := zone.band(page)):
        read = _zone(program, picture.rows(*band))
    shown = [line.text for line in page if line.text and not (read and zone.is_part(line.seen))]
    return "".join(f"{line}\n" for line in (*shown, *read))


def _page(program: Program, picture: Picture) -> list[words.Line]:
    told = program.read(picture, "-l", "+".join(program.languages), *words.OPTIONS)
    try:
        return words.lines(told)
    except (ValueError, KeyError, TypeError, csv.Error):
        raise Broken(BROKE) from None


def _zone_below(program: Program, picture: Picture) -> list[str]:
    return _zone(program, picture.rows(int(picture.height * _LOWER), picture.height))


def _zone(program: Program, band: Picture) -> list[str]:
    return zone.lines(program.read(band, "-l", program.latin, *zone.OPTIONS))
