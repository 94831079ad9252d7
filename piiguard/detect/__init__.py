"""Running recognizers fast over texts, cells and blocks of lines.

>>> from piiguard.detect import Engine
>>> Engine().find("ИИН 050312300015")[0].entity
'KZ_IIN'

The engine is loaded on first use, and so is :mod:`piiguard.detect.page`, which needs numpy.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from piiguard.confidence import Confidence
from piiguard.confidence import of_score as confidence
from piiguard.detect.blocks import Block, BlockReader
from piiguard.detect.match import Match
from piiguard.errors import MissingExtra

if TYPE_CHECKING:
    from piiguard.detect import page as page
    from piiguard.detect.engine import Backend, Engine

__all__ = ["Backend", "Block", "BlockReader", "Confidence", "Engine", "Match", "confidence"]


def __getattr__(name: str) -> Any:
    if name == "page":
        return import_module(f"{__name__}.page")
    if name not in ("Backend", "Engine"):
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    try:
        return getattr(import_module(f"{__name__}.engine"), name)
    except ModuleNotFoundError as error:
        if error.name == "regex":
            raise MissingExtra("scan", error.name) from None
        raise
