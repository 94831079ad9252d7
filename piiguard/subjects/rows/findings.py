"""What a scan found, read from its document: which columns hold what."""

from __future__ import annotations

import os
from dataclasses import dataclass

from piiguard import shape
from piiguard.errors import ScanError
from piiguard.files import read_text

__all__ = ["Column", "load"]

_SCHEMA = "piiguard.findings/1"
_MOST = 1 << 28


@dataclass(frozen=True, slots=True)
class Column:
    """One finding, as far as a search for a person needs it; a file's has no table."""

    entity: str
    table: str | None = None
    column: str | None = None


def load(path: str | os.PathLike[str]) -> tuple[Column, ...]:
    """The findings of a document. Raises :class:`ScanError` for a file that is none."""
    source = str(path)
    try:
        data = shape.parse(read_text(path, _MOST))
        if not isinstance(data, dict) or data.get("schema") != _SCHEMA:
            raise ValueError(f"not a findings document: its schema is not {_SCHEMA}")
        listed = shape.listed(data.get("findings", []), "findings")
        return tuple(shape.made(Column, one, f"findings.{at}", more=True) for at, one in enumerate(listed))
    except OSError as error:
        wrong = f"the findings cannot be read: {(error.strerror or 'error').lower()}"
    except (shape.NotJson, UnicodeDecodeError):
        wrong = "the findings are not JSON"
    except ValueError as error:
        wrong = str(error)
    raise ScanError(
        f"{source}: {wrong}", source=source, hint="piiguard scan URL --format json --output FILE writes it"
    )
