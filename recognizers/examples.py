"""One example of each entity, as it stands in a text; nobody bears these names and numbers."""

from __future__ import annotations

__all__ = ["EXAMPLES"]

EXAMPLES = {
    "KZ_IIN": "ИИН 050312300015",
    "KZ_BIN": "БСН 880540830884",
    "KZ_PHONE": "тел. +7 701 123 45 67",
    "EMAIL_ADDRESS": "info@talap.edu.kz",
    "CREDIT_CARD": "карта 4111 1111 1111 1111",
    "IBAN_CODE": "ИИК KZ86125KZT5004100100",
    "KZ_BIC": "БИК CASPKZKA",
    "KZ_ID_CARD": "жеке куәлік № 012345678",
    "KZ_PASSPORT": "паспорт N12345678",
    "KZ_DRIVER_LICENSE": "водительское удостоверение AB 123456",
    "KZ_MRZ": "P<KAZTESTOV<<SYNAQ<<<<<<<<<<<<<<<<<<<<<<<<<<|N123456785KAZ0508263M2906173050826398546<<28",
    "KZ_DOCUMENT_DATE": "дата выдачи 12.03.2015",
    "KZ_DOCUMENT_ISSUER": "выдано МВД РК",
    "KZ_VEHICLE_PLATE": "госномер 123 ABC 02",
    "KZ_BIRTH_DATE": "дата рождения 12.03.1905",
    "IP_ADDRESS": "client_ip=203.0.113.7",
    "USERNAME": "логин: a.synaqov",
    "PERSON": "Сынақов Үлгі Мысалұлы",
    "KZ_ADDRESS": "г. Астана, ул. Мысал, д. 12, кв. 5",
    "KZ_WORKPLACE": "место работы: ТОО «Үлгі»",
}
