"""What piiguard knows of each entity: one row for each, and no other place spells an entity or a rule of it.

Patterns, checks and the words around a value are the recognizers'; what stands here is what detect, scan, redact and
report share.

>>> category(KZ_IIN), category("SOMETHING_ELSE"), BY_NAME[KZ_PHONE].kept
('iin', 'other', 2)
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final, Literal

__all__ = [
    "BY_NAME",
    "CARD_UNKNOWN",
    "CATEGORIES",
    "CREDIT_CARD",
    "DATE",
    "EMAIL_ADDRESS",
    "ENTITIES",
    "IBAN_CODE",
    "IIN_ZEROS_LOST",
    "IP_ADDRESS",
    "KZ_ADDRESS",
    "KZ_BIC",
    "KZ_BIN",
    "KZ_BIRTH_DATE",
    "KZ_DOCUMENT_DATE",
    "KZ_DOCUMENT_ISSUER",
    "KZ_DRIVER_LICENSE",
    "KZ_ID_CARD",
    "KZ_IIN",
    "KZ_MRZ",
    "KZ_PASSPORT",
    "KZ_PHONE",
    "KZ_VEHICLE_PLATE",
    "KZ_WORKPLACE",
    "NAME_CELL",
    "OTHER",
    "PERSON",
    "PHONE_BARE",
    "PHONE_GROUPED",
    "PHONE_SHORT",
    "UNASKED",
    "USERNAME",
    "Category",
    "Entity",
    "ToldBy",
    "category",
    "told_by",
]

KZ_IIN: Final = "KZ_IIN"
KZ_BIN: Final = "KZ_BIN"
KZ_PHONE: Final = "KZ_PHONE"
EMAIL_ADDRESS: Final = "EMAIL_ADDRESS"
CREDIT_CARD: Final = "CREDIT_CARD"
IBAN_CODE: Final = "IBAN_CODE"
KZ_BIC: Final = "KZ_BIC"
KZ_ID_CARD: Final = "KZ_ID_CARD"
KZ_PASSPORT: Final = "KZ_PASSPORT"
KZ_DRIVER_LICENSE: Final = "KZ_DRIVER_LICENSE"
KZ_MRZ: Final = "KZ_MRZ"
KZ_DOCUMENT_DATE: Final = "KZ_DOCUMENT_DATE"
KZ_DOCUMENT_ISSUER: Final = "KZ_DOCUMENT_ISSUER"
KZ_ADDRESS: Final = "KZ_ADDRESS"
KZ_WORKPLACE: Final = "KZ_WORKPLACE"
KZ_VEHICLE_PLATE: Final = "KZ_VEHICLE_PLATE"
KZ_BIRTH_DATE: Final = "KZ_BIRTH_DATE"
IP_ADDRESS: Final = "IP_ADDRESS"
USERNAME: Final = "USERNAME"
PERSON: Final = "PERSON"

# Claims that are weaker than their entity: a proviso follows the name, and a judge weighs it.
PHONE_BARE: Final = f"{KZ_PHONE} bare"
PHONE_GROUPED: Final = f"{KZ_PHONE} grouped"
PHONE_SHORT: Final = f"{KZ_PHONE} short"
CARD_UNKNOWN: Final = f"{CREDIT_CARD} unknown scheme"
IIN_ZEROS_LOST: Final = f"{KZ_IIN} zeros lost"
DATE: Final = f"{KZ_DOCUMENT_DATE} date"
NAME_CELL: Final = f"{PERSON} cell"

ToldBy = Literal["check", "label", "words"]


@dataclass(frozen=True, slots=True)
class Category:
    """What the law and privacy policies group entities by.

    ``weight`` is how much harm one value does, from 1 to 3: a number or document of a person opens credit and accounts; a
    firm's number does not. ``identifies`` ranks the categories that tell persons apart, 0 the best; None is none of them.
    ``personal`` is False for what belongs to organisations.
    """

    name: str
    weight: int = 1
    identifies: int | None = None
    personal: bool = True


CATEGORIES: Final[Mapping[str, Category]] = MappingProxyType(
    {
        each.name: each
        for each in (
            Category("name", 2, identifies=2),
            Category("phone", 2, identifies=3),
            Category("email", 2, identifies=4),
            Category("iin", 3, identifies=0),
            Category("payment", 3),
            Category("organisation", personal=False),
            Category("document", 3, identifies=1),
            Category("address", 2),
            Category("workplace"),
            Category("vehicle"),
            Category("birth", 2),
            Category("network"),
            Category("account"),
            Category("other"),
        )
    }
)
"""In the order of reports; what is no entity of ours is ``other``."""
OTHER: Final = "other"


@dataclass(frozen=True, slots=True)
class Entity:
    """One row.

    - ``told_by``: a check of its form or digits; a label beside it; or the words that it is made of, which is a hundred
      times as dear and settled by a sample of a column.
    - ``kept``: the letters and digits that a mask may show. Two are the most: those of an IIN are the year of birth.
    - ``digits``: no value has fewer than four digits, or lacks the signs of an address of mail or a machine-readable zone.
    - ``chance``: how often a value of another kind passes the check, in the worst plausible source and not in random
      digits, since values of a column depend on one another: a running number behind a plausible date passes the check of an
      IIN, like Luhn's, one time in ten; random twelve digits once in 460. ``provisos`` are forms that pass more often.
    - ``index``, ``spelling``: the normalizer of a blind index, for what people are looked up by, in its newest edition, as
      ``piiguard encrypt`` writes it; and that of pseudonyms and hashes, which must spell one value one way for ever.
    - ``width``: how many digits it has with those zeros that a column of numbers takes from its beginning.
    - ``guessed``: the reason why a hash of it is no protection, where all values can be listed.
    - ``part_of``: the category that it is a mere part of.
    - ``columns``: names of columns and keys that promise it, as :mod:`piiguard.detect.headers` folds them; from five letters
      on a word is a stem (phones, telefony), shorter ones stand for themselves, with or without a number behind.
    - ``telling``: such a name is seldom used for anything else.
    - ``asked``: told as low at most, unless it is asked for by its name: every log is full of it.
    """

    name: str
    category: str
    told_by: ToldBy
    columns: str
    kept: int = 0
    digits: bool = False
    chance: float | None = None
    provisos: Mapping[str, float] = field(default_factory=dict)
    index: str | None = None
    spelling: str | None = None
    width: int = 0
    guessed: str | None = None
    part_of: str | None = None
    telling: bool = False
    asked: bool = False

    @property
    def words(self) -> tuple[str, ...]:
        """The names of its columns, as words; they label its values in texts too.

        >>> BY_NAME[KZ_MRZ].words
        ('mrz', 'mrz line')
        """
        return tuple(self.columns.split(", "))


ENTITIES: Final = (
    Entity(
        KZ_MRZ,
        category="document",
        told_by="check",
        digits=True,
        telling=True,
        columns="mrz, mrz line",
    ),
    Entity(
        EMAIL_ADDRESS,
        category="email",
        told_by="check",
        kept=1,
        digits=True,
        chance=0.001,
        index="email/2",
        spelling="email",
        guessed="hash_email",
        telling=True,
        columns="email, e mail, mail, pochta, poshta, elpochta, mail address",
    ),
    Entity(
        IBAN_CODE,
        category="payment",
        told_by="check",
        kept=2,
        digits=True,
        chance=0.011,
        index="upper/1",
        spelling="upper",
        telling=True,
        columns="iban, iik, iic, bank account, bankaccount, account number, schet, raschetnyi, zhsk, jsk, "
        "shot",
    ),
    Entity(
        KZ_IIN,
        category="iin",
        told_by="check",
        kept=2,
        digits=True,
        chance=0.1,
        provisos={"zeros lost": 0.1},
        index="digits/2",
        spelling="digits",
        width=12,
        guessed="hash_iin",
        telling=True,
        columns="iin, zhsn, jsn, piin, uin, personal number, taxpayer id, individual identification, "
        "individualnyi identifikacionnyi, zheke saikestendiru, jeke saikestendiru",
    ),
    Entity(
        KZ_BIN,
        category="organisation",
        told_by="check",
        kept=2,
        digits=True,
        chance=0.1,
        index="digits/2",
        spelling="digits",
        width=12,
        columns="bin, bsn, biznes identifikacionnyi, biznes saikestendiru, business identification",
    ),
    Entity(
        CREDIT_CARD,
        category="payment",
        told_by="check",
        kept=1,
        digits=True,
        chance=0.1,
        provisos={"unknown scheme": 0.1},
        index="digits/2",
        spelling="digits",
        guessed="hash_card",
        telling=True,
        columns="card, card number, cardnumber, card no, card num, credit card, pan, karta, karty, kartasy, "
        "nomer karty, ccnum, bank card, cc number",
    ),
    Entity(
        KZ_ID_CARD,
        category="document",
        told_by="label",
        kept=1,
        digits=True,
        chance=0.1,
        index="digits/2",
        spelling="upper",
        width=9,
        guessed="hash_document",
        columns="id card, idcard, identity card, national id, doc number, docnumber, number doc, doc no, "
        "document number, doc series number, id doc number, udostoverenie, udostovereniia, ud "
        "lich, udlich, dul, udl, ud nomer, nomer ud, seriia nomer, nomer dokumenta, kualik, kualigi, qualik, employee "
        "id number",
    ),
    Entity(
        KZ_PASSPORT,
        category="document",
        told_by="label",
        kept=1,
        digits=True,
        index="upper/1",
        spelling="upper",
        telling=True,
        columns="passport, pasport, tolqujat, tolkuzhat, tolqujaty",
    ),
    Entity(
        KZ_DRIVER_LICENSE,
        category="document",
        told_by="label",
        kept=1,
        digits=True,
        spelling="upper",
        columns="driver license, drivers license, driver licence, driving licence, driving license, "
        "license number, driver licence number, driver license no, vu, vod ud, voditelskie prava, zhurgizushi kualigi, jurgizushi kualigi, voditelskoe, jurgizushi, zhurgizushi, prava",
    ),
    Entity(
        KZ_VEHICLE_PLATE,
        category="vehicle",
        told_by="label",
        spelling="upper",
        telling=True,
        columns="gosnomer, gos nomer, grnz, plate, plate number, car number, vehicle number, kolik "
        "nomiri, reg nomer, reg number, license plate, licence plate, registration plate, nomer avto, memlekettik nomir, avto nomiri, mem nomir, nomer mashiny, nomer avtomobilia",
    ),
    Entity(
        KZ_PHONE,
        category="phone",
        told_by="check",
        kept=2,
        digits=True,
        chance=0.0056,
        provisos={"bare": 0.25, "grouped": 0.0056, "short": 0.25},
        index="phone/2",
        spelling="phone",
        guessed="hash_phone",
        telling=True,
        columns="phone, telephone, tel, telefon, mobile, mob, msisdn, sotovyi, sot, uialy, ualy, "
        "whatsapp, vatsap, fax, faks, cell, gsm",
    ),
    Entity(
        KZ_DOCUMENT_DATE,
        category="document",
        told_by="label",
        digits=True,
        part_of="document",
        columns="doc date, date doc, docdate, issue date, issued on, issued date, date issued, date of issue, date of expiry, valid till, valid until, valid to, valid thru, expiration date, doc expiry, doc expire, doc valid, expires on, merzimi, zharamdylyk merzimi, jaramdylyk merzimi, jaramdilik merzimi, berilgen uaqyty, data okonchaniia, srok deistviya, srok dejstviya, doc issued at, doc expires at, doc issued, doc expires, "
        "card issue date, passport issue date, data vydachi, data vydaci, kogda vydan, "
        "dejstvitelen do, srok deistviia, berilgen kuni, jaramdylyq, zharamdylyk, passport "
        "expiry, document expiry, expiry date",
    ),
    Entity(
        KZ_DOCUMENT_ISSUER,
        category="document",
        told_by="label",
        kept=1,
        part_of="document",
        columns="doc issuer, issuer kz, issuing authority, authority, issuer, vydavshii organ, organ vydavshii, doc issued by, issued by, kem vydan, kem vydana, kem vydano, "
        "organ vydachi, berushi organ, kim bergen",
    ),
    Entity(
        KZ_BIRTH_DATE,
        category="birth",
        told_by="label",
        digits=True,
        telling=True,
        columns="birth date, birthdate, birth dt, birthday, birth day, bday, bdate, date of birth, date birth, dob, "
        "data rozhd, data rozd, data rojd, datarozhd, rozhdenie, rozhdeniia, tugan kuni, tugan kun, tuilgan kuni, tugankuni, "
        "patient dob, birth, др",
    ),
    Entity(
        KZ_BIC,
        category="payment",
        told_by="label",
        kept=1,
        columns="bik, bic, bsk, swift, bank code",
    ),
    Entity(
        IP_ADDRESS,
        category="network",
        told_by="check",
        kept=1,
        digits=False,
        chance=0.01,
        spelling="upper",
        asked=True,
        columns="ip, ip address, ip addr, ipaddress, ipaddr, client ip, clientip, remote addr, remote ip, user ip, last ip, ip adres, "
        "aipi",
    ),
    Entity(
        USERNAME,
        category="account",
        told_by="label",
        kept=1,
        spelling="email",
        asked=True,
        columns="login, user name, username, user login, login name, logname, account name, accountname, samaccountname, usr, "
        "polzovatel, imia polzovatelia, uchetnaia zapis, paidalanushi, nick, nickname",
    ),
    Entity(
        KZ_ADDRESS,
        category="address",
        told_by="words",
        kept=1,
        columns="adres, address, registration address, residential address, actual address, home address, "
        "ulica, ulitsa, street, nasel punkt, mekenzhai, mekenjai, mekenzhaiy, propiska, postal "
        "address, mesto zhitelstva, mestozhitelstvo, koshe, koshesi, meken zhai, turgylykty, residence",
    ),
    Entity(
        PERSON,
        category="name",
        told_by="words",
        kept=1,
        columns="fio, full name, fullname, surname, last name, lastname, first name, firstname, middle "
        "name, middlename, second name, secname, secondname, firname, given name, patronymic, "
        "patronim, familiia, familia, famil, fam, imia, ima, otchestvo, otcestvo, otch, tegi, "
        "aty, akesinin aty, aty joni, aty zhoni, cardholder name, cardholder, holder name, person "
        "name, client name, customer name, student name, employee name, patient name, teacher "
        "name, parent name, contact name, display name",
    ),
    Entity(
        KZ_WORKPLACE,
        category="workplace",
        told_by="words",
        kept=1,
        columns="mesto raboty, mestoraboty, dolzhnost, dolznost, workplace, employer, position, lauazym, "
        "lauazymy, stepen, zvanie, job title, jobtitle, post name, org job, jumys orny, zhumys "
        "orny, occupation, profession, professiia, designation, organization name, organisation name, org "
        "name, company name, uiym atauy, naimenovanie organizacii, kasip, kasibi, mamandyq, mamandyk, "
        "mamandygy, darejesi, darezhesi, atagy, qyzmeti, kyzmeti, academic degree, rabotodatel, doljnost",
    ),
)
"""The narrower meaning first, which wins between equals: a document's own zone over the numbers inside it, a person's number
over an organisation's, anything labelled over a bare phone."""

UNASKED: Final = frozenset(row.name for row in ENTITIES if row.asked)
"""What is told as low at most unless it is asked for."""

BY_NAME: Final[Mapping[str, Entity]] = MappingProxyType({row.name: row for row in ENTITIES})


def category(entity: str) -> str:
    """The category of an entity; anything else is ``other``."""
    row = BY_NAME.get(entity)
    return row.category if row else OTHER


def told_by(how: ToldBy) -> frozenset[str]:
    """The names of the entities that are told so.

    >>> sorted(told_by("words"))
    ['KZ_ADDRESS', 'KZ_WORKPLACE', 'PERSON']
    """
    return frozenset(row.name for row in ENTITIES if row.told_by == how)
