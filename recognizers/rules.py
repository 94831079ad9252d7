"""All recognizers as plain data, in one list."""

from __future__ import annotations

from piiguard.recognizers import (
    addresses,
    bic,
    bin,
    card,
    document_date,
    document_issuer,
    driver_license,
    email,
    iban,
    id_card,
    iin,
    mrz,
    names,
    passport,
    phone,
    vehicle_plate,
    workplaces,
)

__all__ = ["RULES"]

RULES = (
    iin.RULE,
    bin.RULE,
    phone.RULE,
    email.RULE,
    card.RULE,
    iban.RULE,
    id_card.RULE,
    passport.RULE,
    driver_license.RULE,
    mrz.RULE,
    document_date.RULE,
    document_issuer.RULE,
    bic.RULE,
    vehicle_plate.RULE,
    names.RULE,
    addresses.RULE,
    workplaces.RULE,
)
