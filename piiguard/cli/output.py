"""Files that a command writes: they take their name only when all is written."""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

__all__ = ["new_file"]


@contextmanager
def new_file(path: Path, like: Path | None = None) -> Iterator[IO[bytes]]:
    """A file that takes its name at the end, so a command that fails leaves what was there before.

    The name may be that of the file being read. It gets the permissions of ``like``, else those of the file it
    replaces, else what any new file gets. A pipe or a device is written as it is.
    """
    if path.exists() and not path.is_file():
        with path.open("wb") as file:
            yield file
        return
    like = like or (path if path.exists() else None)
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        file = temporary.open("xb")
    except OSError as error:  # of the name that the user knows
        raise OSError(error.errno, error.strerror, str(path)) from None
    try:
        with file:
            if like is not None:
                shutil.copymode(like, temporary)
            yield file
        os.replace(temporary, path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
