"""Checks of numbers and documents of Kazakhstan, on the standard library alone.

Each module has the same five names. ``compact`` strips separators, ``validate`` returns the compact number or
raises :class:`InvalidNumber`, ``is_valid`` answers yes or no, ``parse`` reads the parts, ``format`` writes the
number as it is printed.

>>> from piiguard.recognizers.checks import iin
>>> iin.is_valid("050312300015")
True
"""

from piiguard.recognizers.checks.exceptions import (
    InvalidChecksum,
    InvalidComponent,
    InvalidFormat,
    InvalidLength,
    InvalidNumber,
)

__all__ = ["InvalidChecksum", "InvalidComponent", "InvalidFormat", "InvalidLength", "InvalidNumber"]
