"""How long data is kept: a number of days, months or years, or without limit."""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import datetime, timedelta

__all__ = ["UNLIMITED", "Term"]

UNLIMITED = "unlimited"
_LIMITED = re.compile("[1-9][0-9]{0,3}[dmy]")
_UNITS = {"d": 1, "m": 30.4375, "y": 365.25}


@dataclass(frozen=True, slots=True)
class Term:
    """``unlimited``, or a number and ``d``, ``m`` or ``y``, as :meth:`read` accepts it."""

    text: str

    @classmethod
    def read(cls, text: object, *, unlimited: bool = False) -> Term | None:
        """The term that a text means; None where it means none.

        >>> Term.read("18m"), Term.read("5 years"), Term.read("unlimited")
        (Term(text='18m'), None, None)
        """
        if not isinstance(text, str):
            return None
        return cls(text) if _LIMITED.fullmatch(text) or (unlimited and text == UNLIMITED) else None

    @property
    def unlimited(self) -> bool:
        return self.text == UNLIMITED

    @property
    def days(self) -> float:
        return float("inf") if self.unlimited else int(self.text[:-1]) * _UNITS[self.text[-1]]

    def before(self, now: datetime) -> datetime:
        """What is older than this is past the term.

        >>> Term("3y").before(datetime(2028, 2, 29)).date().isoformat()
        '2025-02-28'
        """
        return self._moved(now, -int(self.text[:-1]))

    def after(self, start: datetime) -> datetime:
        """When a term ends that begins at this time.

        >>> Term("5y").after(datetime(2024, 2, 29)).date().isoformat()
        '2029-02-28'
        """
        return self._moved(start, int(self.text[:-1]))

    def _moved(self, time: datetime, count: int) -> datetime:
        unit = self.text[-1]
        if unit == "d":
            return time + timedelta(days=count)
        months = time.year * 12 + time.month - 1 + count * (12 if unit == "y" else 1)
        year, month = divmod(months, 12)
        day = min(time.day, monthrange(year, month + 1)[1])
        return time.replace(year=year, month=month + 1, day=day)
