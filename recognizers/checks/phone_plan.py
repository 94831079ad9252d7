"""The numbering plan of Kazakhstan: which prefixes are allotted, behind the country code.

Source: the national numbering plan as carried by Google's libphonenumber (region KZ).

>>> kind("7011234567"), kind("7172648686"), kind("7031234567")
('mobile', 'landline', None)
"""

from __future__ import annotations

import re
from typing import Final, Literal

__all__ = ["AREA", "AREA_MOBILE", "Kind", "kind"]

Kind = Literal["mobile", "landline", "voip"]

AREA_MOBILE: Final = "7(?:0[0-25-8]|47|6[0-4]|7[15-8]|85)"
"""A pattern of the first three digits of every mobile number."""
_LANDLINE: Final = (
    r"7(?:1(?:0[2-6]|1[2-5]|2[235]|3[2-5]|4[23459]|5[2-5]|6[2-6]|72|8[2-57])"
    r"|2(?:[1236][2-5]|4[235]|5[2-6]|7[2-9]|8[2-5]|9[235]))"
)
_VOIP: Final = "751"
_PLAN: Final[tuple[tuple[Kind, str], ...]] = (
    ("mobile", AREA_MOBILE),
    ("landline", _LANDLINE),
    ("voip", _VOIP),
)


def _read(prefix: str) -> Kind | None:
    return next((kind for kind, pattern in _PLAN if re.match(pattern, prefix)), None)


# four digits decide, so the plan is a table
_KINDS: Final = {
    prefix: read for number in range(7000, 8000) if (read := _read(prefix := str(number))) is not None
}
AREA: Final = f"7(?:{'|'.join(sorted({prefix[1:3] for prefix in _KINDS}))})"
"""A pattern of the first three digits of every allotted number; what the fourth must be, the check decides."""


def kind(national: str) -> Kind | None:
    """What the first four digits of a national number are allotted to, or None."""
    return _KINDS.get(national[:4])
