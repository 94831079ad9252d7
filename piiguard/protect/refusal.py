"""A job that stops before anything is lost, with the rows that stand in its way."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from piiguard.errors import JobError
from piiguard.protect.show import show_key

__all__ = ["SHOWN", "Refusal", "first_step", "kept", "rows"]

SHOWN = 5  # rows named in one message


class Refusal(JobError):
    """The work cannot be done with what the table holds now; what this run has added goes away again."""


@contextmanager
def first_step() -> Iterator[None]:
    """What the database refuses inside is a refusal: one transaction, before which nothing was changed."""
    try:
        yield
    except Refusal:
        raise
    except JobError as error:
        raise Refusal(str(error), hint=error.hint) from None


def kept(refused: Refusal) -> JobError:
    """The same where something of the run stays: nobody may take it for undone."""
    return JobError(str(refused), hint=refused.hint)


def rows(place: str, keys: Sequence[Sequence[Any]], count: int, reason: str, hint: str) -> Refusal:
    """Name the first of ``count`` rows by their keys."""
    shown = ", ".join(show_key(key) for key in keys[:SHOWN])
    more = ", …" if count > len(keys[:SHOWN]) else ""
    what = f"{count:,} row" + ("" if count == 1 else "s")
    return Refusal(f"{place}: {reason}, in {what}: {shown}{more}", hint=hint)
