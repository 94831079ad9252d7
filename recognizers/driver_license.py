"""KZ_DRIVER_LICENSE: number of the driving licence."""

from __future__ import annotations

from piiguard.recognizers.base import Pattern, Rule, moved
from piiguard.recognizers.checks import driver_license
from piiguard.recognizers.checks.characters import BLANKS
from piiguard.recognizers.labels import phrases
from piiguard.recognizers.shapes import NOT_BEFORE, NUMBER_AFTER

__all__ = ["RULE"]


def _check(value: str) -> bool | None:
    """Refuse fillers; nothing else can be checked."""
    return None if driver_license.is_valid(value) else False


RULE = Rule(
    entity="KZ_DRIVER_LICENSE",
    name="KzDriverLicenseRecognizer",
    about="Finds two letters and six to eight digits beside words for a driving licence.",
    patterns=(
        Pattern(
            "two letters and digits",
            rf"{NOT_BEFORE}[A-ZАВСЕНКМОРТХУ]{{2}}(?:[{BLANKS}№-]{{0,3}}|,?[{BLANKS}](?:номер|ном\\.|нөмірі|no\\.?|№|N)[{BLANKS}]?)[0-9]{{6,8}}{NUMBER_AFTER}",
            0.25,
        ),
    ),
    context=phrases(
        "водительское удостоверение; водительские права; водительского; водительское; вод. удостоверение; водит. удостоверение; вод. уд; вод. удост; вод удост; водит. удост; водит. уд; в/уд; удостоверение тракториста; удостоверение тракториста-машиниста; в/удостоверение; вод. права; ву; в/у; права",
        "удостоверение водителя; жүргізу куәлігі; жүргізу құқығы; жүргізуші куәлігі; жүргізуші куәлік; жүргізуші куәліг; жүргізуші құқығы; жк куәлігі",
        "jurgizushi kualigi; zhurgizushi kualigi; jurgizushi kualik; driving licence; driving license; driver license",
        "driving permit; driver permit; driver licence; drivers license; driver s license; driver s licence; license number; licence number; vu",
        "voditelskoe; voditelskoe udostoverenie; prava; dl; dl number; driver license number",
    ),
    against=phrases(
        "рейс; flight; лицензия на; software license; трек; rr; product license; license key; права доступа; права потребителя; права человека; права собственности; авторские права; права на изображение; access rights"
    ),
    hints=phrases("удостоверение; удостоверения; куәлік; куәлігі; kualik; kualigi; license; licence"),
    company=frozenset({"KZ_IIN", "KZ_DOCUMENT_ISSUER", "KZ_DOCUMENT_DATE", "KZ_VEHICLE_PLATE"}),
    gain=0.55,
    company_gain=0.04,
    negatable=True,
    check=_check,
)
__getattr__ = moved("KzDriverLicenseRecognizer")
