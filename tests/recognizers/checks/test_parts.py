"""What the checks read out of a number, and the digits behind it."""

from __future__ import annotations

from datetime import date

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from piiguard.recognizers.checks import (
    bic,
    card,
    characters,
    document_date,
    document_issuer,
    driver_license,
    email,
    iban,
    id_card,
    identifier,
    iin,
    luhn,
    mrz,
    passport,
    phone,
    vehicle_plate,
)
from piiguard.recognizers.checks import bin as bin_check


@pytest.mark.parametrize(
    ("number", "birth", "male", "serial"),
    [
        ("050312300015", date(1905, 3, 12), True, "0001"),
        ("040229308993", date(1904, 2, 29), True, "0899"),
        ("080229479090", date(1908, 2, 29), False, "7909"),
        ("331023160720", date(1833, 10, 23), True, "6072"),
        ("330901235914", date(1833, 9, 1), False, "3591"),
        ("710518567692", date(2071, 5, 18), True, "6769"),
        ("840531685238", date(2084, 5, 31), False, "8523"),
    ],
)
def test_an_iin_says_birth_and_sex(number: str, birth: date, male: bool, serial: str) -> None:
    assert iin.parse(number) == iin.Iin(birth, male, serial)


@pytest.mark.parametrize(
    ("number", "kind", "attribute"),
    [
        ("880540830884", "resident", "head"),
        ("570941804830", "resident", "branch"),
        ("600650048124", "non-resident", "head"),
        ("750752720926", "non-resident", "representative office"),
        ("820160649330", "joint", "head"),
        ("590263293431", "joint", "peasant farm"),
    ],
)
def test_a_bin_says_type_and_attribute(number: str, kind: str, attribute: str) -> None:
    entity = bin_check.parse(number)
    assert (entity.kind, entity.attribute) == (kind, attribute)
    assert (entity.year, entity.month, entity.serial) == (int(number[:2]), int(number[2:4]), number[6:11])


@pytest.mark.parametrize(
    ("written", "restored"),
    [
        ("50312300015", "050312300015"),
        ("50312300015.0", "050312300015"),
        ("1021386544", "001021386544"),
        ("308388810", "000308388810"),
        ("30838881", "30838881"),
        ("050312300015", "050312300015"),
        ("not a number", "notanumber"),
    ],
)
def test_lost_zeros_come_back(written: str, restored: str) -> None:
    assert iin.restore(written) == restored
    assert bin_check.restore(written) == restored


def test_the_lost_zero_of_an_identity_card_comes_back() -> None:
    assert id_card.restore("12345678.0") == "012345678"
    assert id_card.restore("012345678") == "012345678"
    assert id_card.restore("1234567") == "1234567"
    assert id_card.parse("123456789").usual is False


@pytest.mark.parametrize(
    ("number", "foreign"),
    [
        ("050312000016", True),
        ("050312000017", False),
        ("050332000016", False),
        ("050312300015", False),
        ("0", False),
    ],
)
def test_the_seventh_digit_0_is_told(number: str, foreign: bool) -> None:
    assert iin.is_foreign(number) is foreign


@given(st.from_regex(r"[0-9]{11}", fullmatch=True))
def test_no_second_check_digit_passes(body: str) -> None:
    right = identifier.check_digit(body)
    passing = []
    for digit in range(10):
        try:
            identifier.require_check(f"{body}{digit}")
            passing.append(digit)
        except ValueError:
            continue
    assert passing == ([] if right is None else [right])


@pytest.mark.parametrize(
    ("number", "scheme"),
    [
        ("4111111111111111", "visa"),
        ("4222222222222", "visa"),
        ("5555555555554444", "mastercard"),
        ("2223000048400011", "mastercard"),
        ("2200000000000004", "mir"),
        ("378282246310005", "amex"),
        ("6200000000000005", "unionpay"),
        ("6759649826438453", "maestro"),
        ("9860000000000000003", None),
    ],
)
def test_a_card_says_its_scheme(number: str, scheme: str | None) -> None:
    digits = (
        number
        if luhn.claim(number)
        else number[:-1] + next(d for d in "0123456789" if luhn.claim(number[:-1] + d))
    )
    assert card.parse(digits).scheme == scheme


@pytest.mark.parametrize("number", ["79927398713", "4111111111111111", "0"])
def test_luhn_takes_one_last_digit_in_ten(number: str) -> None:
    assert [luhn.claim(number[:-1] + digit) for digit in "0123456789"].count(True) == 1
    assert luhn.claim(number)


def test_banks_agree_between_account_and_code() -> None:
    assert bic.parse("CASPKZKA").bank == iban.parse("KZ94722C000000000017").bank == "722"
    assert bic.parse("BRKEKZKA") == bic.Bic("BRKEKZKA", "", "914")
    assert bic.parse("HSBKKZKXABC") == bic.Bic("HSBKKZKX", "ABC", "601")
    assert bic.parse("ABCDKZ22").bank is None
    assert iban.parse("KZ94722C000000000017").account == "C000000000017"
    assert all(bic.is_valid(code) and bank.isdigit() for bank, code in bic.BANKS.items())


@pytest.mark.parametrize(
    ("address", "role"), [("info@a.kz", True), ("Kuzhat@a.kz", True), ("synaq@a.kz", False)]
)
def test_an_office_is_told_from_a_person(address: str, role: bool) -> None:
    parsed = email.parse(address)
    assert (parsed.local, parsed.domain, parsed.role) == (address[:-5], "a.kz", role)


def test_a_zone_says_its_fields() -> None:
    zone = mrz.parse(
        "IDKAZ0987654326020104456833<<<|0201047F2906209KAZ<<<<<<<<<<<6|TESTOVA<<ULGI<<<<<<<<<<<<<<<<<"
    )
    assert zone == mrz.Mrz("TD1", "098765432", "TESTOVA<<ULGI", "020104", "F", "290620", "020104456833")
    other = mrz.parse(
        "P<KAZTESTOV<<SYNAQ<<<<<<<<<<<<<<<<<<<<<<<<<<|N123456785KAZ0508263M2906173<<<<<<<<<<<<<<<4"
    )
    assert other == mrz.Mrz("TD3", "N12345678", "TESTOV<<SYNAQ", "050826", "M", "290617", None)


def test_a_zone_is_nearly_valid_with_one_wrong_digit_and_not_with_two() -> None:
    good = "IDKAZ0987654326020104456833<<<|0201047F2906209KAZ<<<<<<<<<<<6|TESTOVA<<ULGI<<<<<<<<<<<<<<<<<"
    one, two = good.replace("<6|", "<7|"), good.replace("<6|", "<7|").replace("F290620", "F290621")
    assert [mrz.is_nearly_valid(zone) for zone in (good, one, two, "P<KAZ")] == [True, True, False, False]


@given(st.from_regex(r"7[0-9]{9}", fullmatch=True))
def test_prefixes_agree_with_the_numbering_plan(national: str) -> None:
    """Whatever libphonenumber allots is accepted; what is accepted beyond it are area codes cut coarser."""
    known = phonenumbers.is_valid_number_for_region(phonenumbers.parse("+7" + national, None), "KZ")
    assert phone.is_valid("+7" + national) or not known
    if phone.is_valid("+7" + national) and phone.parse("+7" + national).kind != "landline":
        assert known


@pytest.mark.parametrize(
    ("written", "parts"),
    [
        ("N12345678", passport.Passport("N", "12345678", True)),
        ("N1234567", passport.Passport("N", "1234567", False)),
        ("AB12345678", passport.Passport("AB", "12345678", False)),
    ],
)
def test_a_passport_says_its_series(written: str, parts: passport.Passport) -> None:
    assert passport.parse(written) == parts


def test_documents_say_their_parts() -> None:
    assert driver_license.parse("ab 123456") == driver_license.DriverLicense("AB", "123456")
    assert id_card.parse("012345678") == id_card.IdCard("012345678", True)
    assert document_date.parse("2015 жылғы 12 наурыз") == document_date.DocumentDate(2015, 3, 12)
    assert document_date.parse("03/2025") == document_date.DocumentDate(2025, 3, None)
    assert document_issuer.parse("QR ADM") == document_issuer.Issuer("justice")
    assert document_issuer.parse("ІІМ") == document_issuer.Issuer("internal affairs")


@pytest.mark.parametrize(
    ("written", "plate"),
    [
        ("123ABC20", vehicle_plate.Plate("2012", 20)),
        ("12ABC01", vehicle_plate.Plate("2012", 1)),
        ("KZ 123 AB 17", vehicle_plate.Plate("2012", 17)),
        ("A123BC", vehicle_plate.Plate("1993", None)),
    ],
)
def test_a_plate_says_standard_and_region(written: str, plate: vehicle_plate.Plate) -> None:
    assert vehicle_plate.parse(written) == plate


@pytest.mark.parametrize(
    ("written", "month"),
    [
        (f"5 {word} 2015", number)
        for number, words in enumerate(document_date.MONTHS, 1)
        for word in words.split()
    ],
)
def test_months_are_known_by_the_beginnings_of_their_names(written: str, month: int) -> None:
    assert document_date.parse(written).month == month


def test_kinds_of_telephones() -> None:
    assert [phone.parse(n).kind for n in ("+77011234567", "+77172574600", "+77510000006")] == [
        "mobile",
        "landline",
        "voip",
    ]


def test_characters() -> None:
    assert characters.strip_separators("+7(701)\u00a012\u201134./'\t") == "+77011234"
    assert characters.to_latin("авсенкмортхуі") == "ABCEHKMOPTXYI"
    assert [characters.is_digits(text) for text in ("012", "٠", "²", "", "1a")] == [
        True,
        False,
        False,
        False,
        False,
    ]
    assert [characters.is_decimal(text) for text in ("1.5", "1.0", "15", "a.5", "1.5.6")] == [
        True,
        False,
        False,
        False,
        False,
    ]
