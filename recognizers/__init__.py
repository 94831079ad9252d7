"""Presidio recognizers for personal data of Kazakhstan.

>>> from piiguard.recognizers import kz_analyzer
>>> [result.entity_type for result in kz_analyzer().analyze("ИИН 050312300015", language="ru")]
['KZ_IIN']

Everything is loaded on first use, so that :mod:`piiguard.recognizers.checks` works without Presidio.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from piiguard.recognizers.addresses import KzAddressRecognizer
    from piiguard.recognizers.analyzer import kz_analyzer
    from piiguard.recognizers.bic import KzBicRecognizer
    from piiguard.recognizers.bin import KzBinRecognizer
    from piiguard.recognizers.card import KzCreditCardRecognizer
    from piiguard.recognizers.catalog import RECOGNIZERS, kz_recognizers
    from piiguard.recognizers.document_date import KzDocumentDateRecognizer
    from piiguard.recognizers.document_issuer import KzDocumentIssuerRecognizer
    from piiguard.recognizers.driver_license import KzDriverLicenseRecognizer
    from piiguard.recognizers.email import KzEmailRecognizer
    from piiguard.recognizers.enhancer import KzContextEnhancer
    from piiguard.recognizers.iban import KzIbanRecognizer
    from piiguard.recognizers.id_card import KzIdCardRecognizer
    from piiguard.recognizers.iin import KzIinRecognizer
    from piiguard.recognizers.mrz import KzMrzRecognizer
    from piiguard.recognizers.names import KzPersonRecognizer
    from piiguard.recognizers.passport import KzPassportRecognizer
    from piiguard.recognizers.phone import KzPhoneRecognizer
    from piiguard.recognizers.vehicle_plate import KzVehiclePlateRecognizer
    from piiguard.recognizers.workplaces import KzWorkplaceRecognizer

__all__ = [
    "RECOGNIZERS",
    "KzAddressRecognizer",
    "KzBicRecognizer",
    "KzBinRecognizer",
    "KzContextEnhancer",
    "KzCreditCardRecognizer",
    "KzDocumentDateRecognizer",
    "KzDocumentIssuerRecognizer",
    "KzDriverLicenseRecognizer",
    "KzEmailRecognizer",
    "KzIbanRecognizer",
    "KzIdCardRecognizer",
    "KzIinRecognizer",
    "KzMrzRecognizer",
    "KzPassportRecognizer",
    "KzPersonRecognizer",
    "KzPhoneRecognizer",
    "KzVehiclePlateRecognizer",
    "KzWorkplaceRecognizer",
    "kz_analyzer",
    "kz_recognizers",
]

_HOMES = {
    "RECOGNIZERS": "catalog",
    "KzAddressRecognizer": "addresses",
    "KzBicRecognizer": "bic",
    "KzBinRecognizer": "bin",
    "KzContextEnhancer": "enhancer",
    "KzCreditCardRecognizer": "card",
    "KzDocumentDateRecognizer": "document_date",
    "KzDocumentIssuerRecognizer": "document_issuer",
    "KzDriverLicenseRecognizer": "driver_license",
    "KzEmailRecognizer": "email",
    "KzIbanRecognizer": "iban",
    "KzIdCardRecognizer": "id_card",
    "KzIinRecognizer": "iin",
    "KzMrzRecognizer": "mrz",
    "KzPassportRecognizer": "passport",
    "KzPersonRecognizer": "names",
    "KzPhoneRecognizer": "phone",
    "KzVehiclePlateRecognizer": "vehicle_plate",
    "KzWorkplaceRecognizer": "workplaces",
    "kz_analyzer": "analyzer",
    "kz_recognizers": "catalog",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
