"""Recognizers for personal data of Kazakhstan: plain data and checks, and Presidio's classes made of them.

>>> from piiguard.recognizers import kz_analyzer
>>> [result.entity_type for result in kz_analyzer().analyze("ИИН 050312300015", language="ru")]
['KZ_IIN']

Everything is loaded on first use, so that :mod:`piiguard.recognizers.checks` works without Presidio.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from piiguard.recognizers.presidio import (
        RECOGNIZERS,
        KzAddressRecognizer,
        KzBicRecognizer,
        KzBinRecognizer,
        KzBirthDateRecognizer,
        KzContextEnhancer,
        KzCreditCardRecognizer,
        KzDocumentDateRecognizer,
        KzDocumentIssuerRecognizer,
        KzDriverLicenseRecognizer,
        KzEmailRecognizer,
        KzIbanRecognizer,
        KzIdCardRecognizer,
        KzIinRecognizer,
        KzIpAddressRecognizer,
        KzMrzRecognizer,
        KzPassportRecognizer,
        KzPersonRecognizer,
        KzPhoneRecognizer,
        KzUsernameRecognizer,
        KzVehiclePlateRecognizer,
        KzWorkplaceRecognizer,
        kz_analyzer,
        kz_recognizers,
    )

__all__ = [
    "RECOGNIZERS",
    "KzAddressRecognizer",
    "KzBicRecognizer",
    "KzBinRecognizer",
    "KzBirthDateRecognizer",
    "KzContextEnhancer",
    "KzCreditCardRecognizer",
    "KzDocumentDateRecognizer",
    "KzDocumentIssuerRecognizer",
    "KzDriverLicenseRecognizer",
    "KzEmailRecognizer",
    "KzIbanRecognizer",
    "KzIdCardRecognizer",
    "KzIinRecognizer",
    "KzIpAddressRecognizer",
    "KzMrzRecognizer",
    "KzPassportRecognizer",
    "KzPersonRecognizer",
    "KzPhoneRecognizer",
    "KzUsernameRecognizer",
    "KzVehiclePlateRecognizer",
    "KzWorkplaceRecognizer",
    "kz_analyzer",
    "kz_recognizers",
]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.presidio"), name)
