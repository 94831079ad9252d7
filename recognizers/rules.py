"""All recognizers as plain data, in one list."""

from __future__ import annotations

from piiguard.recognizers import (
    addresses,
    bic,
    bin,
    birth_date,
    card,
    document_date,
    document_issuer,
    driver_license,
    email,
    iban,
    id_card,
    iin,
    ip_address,
    mrz,
    names,
    passport,
    phone,
    username,
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
    birth_date.RULE,
    bic.RULE,
    vehicle_plate.RULE,
    ip_address.RULE,
    username.RULE,
    names.RULE,
    addresses.RULE,
    workplaces.RULE,
)
