"""All recognizers, in one list."""

from __future__ import annotations

from collections.abc import Sequence

from presidio_analyzer import EntityRecognizer

from piiguard.recognizers.addresses import KzAddressRecognizer
from piiguard.recognizers.base import KzRecognizer
from piiguard.recognizers.bic import KzBicRecognizer
from piiguard.recognizers.bin import KzBinRecognizer
from piiguard.recognizers.card import KzCreditCardRecognizer
from piiguard.recognizers.document_date import KzDocumentDateRecognizer
from piiguard.recognizers.document_issuer import KzDocumentIssuerRecognizer
from piiguard.recognizers.driver_license import KzDriverLicenseRecognizer
from piiguard.recognizers.email import KzEmailRecognizer
from piiguard.recognizers.grammar import KzGrammarRecognizer
from piiguard.recognizers.iban import KzIbanRecognizer
from piiguard.recognizers.id_card import KzIdCardRecognizer
from piiguard.recognizers.iin import KzIinRecognizer
from piiguard.recognizers.mrz import KzMrzRecognizer
from piiguard.recognizers.names import KzPersonRecognizer
from piiguard.recognizers.passport import KzPassportRecognizer
from piiguard.recognizers.phone import KzPhoneRecognizer
from piiguard.recognizers.vehicle_plate import KzVehiclePlateRecognizer
from piiguard.recognizers.workplaces import KzWorkplaceRecognizer

__all__ = ["LANGUAGES", "RECOGNIZERS", "kz_recognizers"]

LANGUAGES = ("kk", "ru", "en")

RECOGNIZERS: tuple[type[KzRecognizer | KzGrammarRecognizer], ...] = (
    KzIinRecognizer,
    KzBinRecognizer,
    KzPhoneRecognizer,
    KzEmailRecognizer,
    KzCreditCardRecognizer,
    KzIbanRecognizer,
    KzIdCardRecognizer,
    KzPassportRecognizer,
    KzDriverLicenseRecognizer,
    KzMrzRecognizer,
    KzDocumentDateRecognizer,
    KzDocumentIssuerRecognizer,
    KzBicRecognizer,
    KzVehiclePlateRecognizer,
    KzPersonRecognizer,
    KzAddressRecognizer,
    KzWorkplaceRecognizer,
)


def kz_recognizers(languages: Sequence[str] = LANGUAGES, *, ner: bool = False) -> list[EntityRecognizer]:
    """Make one recognizer per class and language; each knows the label words of all three languages.

    ``ner`` reads Russian prose with a network as well; it needs the extra ``ru`` and is slow.
    """
    classes: list[type[KzRecognizer | KzGrammarRecognizer]] = list(RECOGNIZERS)
    if ner:
        from piiguard.recognizers.russian import RussianPersonRecognizer

        classes[classes.index(KzPersonRecognizer)] = RussianPersonRecognizer
    return [recognizer(supported_language=language) for language in languages for recognizer in classes]
