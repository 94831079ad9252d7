"""Presidio and piiguard: our recognizers as its classes, its recognizers as our rules. Nothing else imports Presidio.

>>> from piiguard.recognizers import kz_analyzer
>>> [result.entity_type for result in kz_analyzer().analyze("ИИН 050312300015", language="ru")]
['KZ_IIN']
"""

from piiguard.recognizers.presidio.analyzer import LANGUAGES, kz_analyzer, kz_recognizers
from piiguard.recognizers.presidio.borrowed import borrow
from piiguard.recognizers.presidio.classes import (
    RECOGNIZERS,
    KzAddressRecognizer,
    KzBicRecognizer,
    KzBinRecognizer,
    KzBirthDateRecognizer,
    KzCreditCardRecognizer,
    KzDocumentDateRecognizer,
    KzDocumentIssuerRecognizer,
    KzDriverLicenseRecognizer,
    KzEmailRecognizer,
    KzGrammarRecognizer,
    KzIbanRecognizer,
    KzIdCardRecognizer,
    KzIinRecognizer,
    KzIpAddressRecognizer,
    KzMrzRecognizer,
    KzPassportRecognizer,
    KzPersonRecognizer,
    KzPhoneRecognizer,
    KzRecognizer,
    KzUsernameRecognizer,
    KzVehiclePlateRecognizer,
    KzWorkplaceRecognizer,
    RussianPersonRecognizer,
    Traits,
)
from piiguard.recognizers.presidio.enhancer import KzContextEnhancer
from piiguard.recognizers.presidio.rule import rule_of

__all__ = [
    "LANGUAGES",
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
    "KzGrammarRecognizer",
    "KzIbanRecognizer",
    "KzIdCardRecognizer",
    "KzIinRecognizer",
    "KzIpAddressRecognizer",
    "KzMrzRecognizer",
    "KzPassportRecognizer",
    "KzPersonRecognizer",
    "KzPhoneRecognizer",
    "KzRecognizer",
    "KzUsernameRecognizer",
    "KzVehiclePlateRecognizer",
    "KzWorkplaceRecognizer",
    "RussianPersonRecognizer",
    "Traits",
    "borrow",
    "kz_analyzer",
    "kz_recognizers",
    "rule_of",
]
