"""What we call by entities, in the words of Fides' default taxonomy.

>>> categories(["KZ_IIN", "KZ_PHONE"]), categories(["KZ_BIN"])
(['user.contact.phone_number', 'user.government_id.national_identification_number'], [])
"""

from __future__ import annotations

from collections.abc import Iterable

from piiguard import entities as of

__all__ = ["BY_ENTITY", "PSEUDONYM", "categories"]

PSEUDONYM = "user.unique_id.pseudonymous"
"""What a blind index is: it tells whether two rows have one value, and not which."""
BY_ENTITY: dict[str, str | None] = {
    of.CREDIT_CARD: "user.financial.credit_card",
    of.EMAIL_ADDRESS: "user.contact.email",
    of.IBAN_CODE: "user.financial.bank_account",
    of.IP_ADDRESS: "user.device.ip_address",
    of.KZ_ADDRESS: "user.contact.address",
    of.KZ_BIC: "user.financial",
    of.KZ_BIN: None,  # an organisation's
    of.KZ_BIRTH_DATE: "user.demographic.date_of_birth",
    of.KZ_DOCUMENT_DATE: "user.government_id",
    of.KZ_DOCUMENT_ISSUER: "user.government_id",
    of.KZ_DRIVER_LICENSE: "user.government_id.drivers_license_number",
    of.KZ_ID_CARD: "user.government_id",
    of.KZ_IIN: "user.government_id.national_identification_number",
    of.KZ_MRZ: "user.government_id",
    of.KZ_PASSPORT: "user.government_id.passport_number",
    of.KZ_PHONE: "user.contact.phone_number",
    of.KZ_VEHICLE_PLATE: "user.government_id.vehicle_registration",
    of.KZ_WORKPLACE: "user.workplace",
    of.PERSON: "user.name",
    of.USERNAME: "user.account.username",
}


def categories(entities: Iterable[str]) -> list[str]:
    """The categories of entities, each once; what Fides has no word for is ``user``."""
    return sorted({word for entity in entities if (word := BY_ENTITY.get(entity, "user")) is not None})
