"""KZ_DRIVER_LICENSE: number of the driving licence."""

from __future__ import annotations

from presidio_analyzer import Pattern

from piiguard.recognizers.base import KzRecognizer
from piiguard.recognizers.checks import driver_license
from piiguard.recognizers.checks.characters import BLANKS
from piiguard.recognizers.labels import phrases
from piiguard.recognizers.shapes import NOT_BEFORE, NUMBER_AFTER

__all__ = ["KzDriverLicenseRecognizer"]


class KzDriverLicenseRecognizer(KzRecognizer):
    """Finds two letters and six to eight digits beside words for a driving licence."""

    ENTITY = "KZ_DRIVER_LICENSE"
    PATTERNS = (
        Pattern(
            "two letters and digits",
            rf"{NOT_BEFORE}[A-ZАВСЕНКМОРТХУ]{{2}}[{BLANKS}№-]{{0,3}}[0-9]{{6,8}}{NUMBER_AFTER}",
            0.25,
        ),
    )
    CONTEXT = phrases(
        "водительское удостоверение; водительские права; водительского; вод. удостоверение; водит. удостоверение; вод. уд; вод. права; ву; в/у; права",
        "удостоверение водителя; жүргізуші куәлігі; жүргізуші куәлік; жүргізуші куәліг; жүргізуші құқығы; жк куәлігі",
        "jurgizushi kualigi; zhurgizushi kualigi; jurgizushi kualik; driving licence; driving license; driver license",
        "driver licence; drivers license; driver s license; driver s licence; license number; licence number; vu",
        "voditelskoe; voditelskoe udostoverenie; prava; dl; dl number; driver license number",
    )
    AGAINST = phrases("рейс; flight; лицензия на; software license; трек; rr; product license; license key")
    COMPANY = frozenset({"KZ_IIN", "KZ_DOCUMENT_ISSUER", "KZ_DOCUMENT_DATE"})
    GAIN = 0.55
    COMPANY_GAIN = 0.04  # beside a label only: passports and parcels look the same

    def validate_result(self, pattern_text: str) -> bool | None:
        """Refuse fillers; nothing else can be checked."""
        return None if driver_license.is_valid(pattern_text) else False
