"""What each check accepts, what it refuses and why, and how it writes the number."""

from __future__ import annotations

from importlib import import_module
from types import ModuleType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from piiguard.recognizers.checks import (
    InvalidChecksum,
    InvalidComponent,
    InvalidFormat,
    InvalidLength,
    InvalidNumber,
)

NAMES = (
    *(
        "bic",
        "bin",
        "card",
        "document_date",
        "document_issuer",
        "driver_license",
        "email",
        "iban",
        "id_card",
        "iin",
    ),
    *("mrz", "passport", "phone", "vehicle_plate"),
)
ZONE = "P<KAZTESTOV<<SYNAQ<<<<<<<<<<<<<<<<<<<<<<<<<<|N123456785KAZ0508263M2906173050826398546<<28"

# module, as written, compact and valid, as printed
VALID = [
    ("bic", "caspkzka", "CASPKZKA", "CASPKZKA"),
    ("bic", "HSBK KZ KX XXX", "HSBKKZKXXXX", "HSBKKZKXXXX"),
    ("bic", "САSРKZKА", "CASPKZKA", "CASPKZKA"),
    ("bin", "880 540 830 884", "880540830884", "880540830884"),
    ("bin", "880540830884.0", "880540830884", "880540830884"),
    ("card", "4111-1111-1111-1111", "4111111111111111", "4111 1111 1111 1111"),
    ("card", "4111111111111111.0", "4111111111111111", "4111 1111 1111 1111"),
    ("card", "3782 822463 10005", "378282246310005", "3782 822463 10005"),
    ("card", "4222222222222", "4222222222222", "4222 2222 2222 2"),
    ("document_date", "«12» марта 2015 года", "2015-03-12", "2015-03-12"),
    ("document_date", "2015 ж. 12 наурыз", "2015-03-12", "2015-03-12"),
    ("document_date", "12 наурызда 2015", "2015-03-12", "2015-03-12"),
    ("document_date", "March 12, 2015", "2015-03-12", "2015-03-12"),
    ("document_date", "12-Mar-2015", "2015-03-12", "2015-03-12"),
    ("document_date", "2015/03/12", "2015-03-12", "2015-03-12"),
    ("document_date", "1.1.92", "1992-01-01", "1992-01-01"),
    ("document_date", "31.12.60", "2060-12-31", "2060-12-31"),
    ("document_date", "29.02.2024", "2024-02-29", "2024-02-29"),
    ("document_date", "29.02.2000", "2000-02-29", "2000-02-29"),
    ("document_date", "28.02.2023", "2023-02-28", "2023-02-28"),
    ("document_date", "30.11.2023", "2023-11-30", "2023-11-30"),
    ("document_date", "12/2025", "2025-12", "2025-12"),
    ("document_date", "1 мая 2015 г.", "2015-05-01", "2015-05-01"),
    ("document_issuer", "М.В.Д. РК", "МВД РК", "МВД РК"),
    ("document_issuer", "Министерства внутренних дел Республики Казахстан", "МВД РК", "МВД РК"),
    ("document_issuer", "МВД Республики Казахстан", "МВД РК", "МВД РК"),
    ("document_issuer", "КР ИИМ", "МВД РК", "МВД РК"),
    ("document_issuer", "ҚР ІІМ-і", "МВД РК", "МВД РК"),
    ("document_issuer", "Ішкі істер министрлігі", "МВД РК", "МВД РК"),
    ("document_issuer", "MIA of the Republic of Kazakhstan", "МВД РК", "МВД РК"),
    ("document_issuer", "QR IIM", "МВД РК", "МВД РК"),
    ("document_issuer", "IIM", "МВД РК", "МВД РК"),
    ("document_issuer", "МЮ РК", "МЮ РК", "МЮ РК"),
    ("document_issuer", "ҚР ӘМ", "МЮ РК", "МЮ РК"),
    ("document_issuer", "Әділет министрлігі", "МЮ РК", "МЮ РК"),
    ("document_issuer", "Қазақстан Республикасының Әділет министрлігі", "МЮ РК", "МЮ РК"),
    ("document_issuer", "Ministry of Justice", "МЮ РК", "МЮ РК"),
    ("driver_license", "аb № 123456", "AB123456", "AB 123456"),
    ("driver_license", "AB12345678", "AB12345678", "AB 12345678"),
    ("email", "Info@Talap.EDU.kz", "Info@talap.edu.kz", "Info@talap.edu.kz"),
    ("email", "mailto:a+b@c-d.kz", "a+b@c-d.kz", "a+b@c-d.kz"),
    ("email", "a%40b.kz", "a@b.kz", "a@b.kz"),
    ("email", "a [собака] b (точка) kz", "a@b.kz", "a@b.kz"),
    ("email", "сынақ@мысал.қаз", "сынақ@мысал.қаз", "сынақ@мысал.қаз"),
    ("email", "a@xn--80ao21a.xn--80ao21a", "a@xn--80ao21a.xn--80ao21a", "a@xn--80ao21a.xn--80ao21a"),
    ("iban", "КЗ86 125К ZТ50 0410 0100", "KZ86125KZT5004100100", "KZ86 125K ZT50 0410 0100"),
    ("id_card", "№ 012 345 678", "012345678", "012345678"),
    ("id_card", "N012345678", "012345678", "012345678"),
    ("iin", "'050312-300015", "050312300015", "050312300015"),
    ("iin", "05 03 12 3 00015", "050312300015", "050312300015"),
    ("iin", "050312300015.0", "050312300015", "050312300015"),
    ("mrz", ZONE, ZONE, ZONE.replace("|", "\n")),
    ("mrz", ZONE.replace("|", "\r\n"), ZONE, ZONE.replace("|", "\n")),
    ("mrz", ZONE.replace("|", "\\n"), ZONE, ZONE.replace("|", "\n")),
    ("mrz", ZONE.replace("|", " "), ZONE, ZONE.replace("|", "\n")),
    ("mrz", ZONE.replace("|", ""), ZONE, ZONE.replace("|", "\n")),
    ("passport", "№ 12345678", "N12345678", "N12345678"),
    ("passport", "н 12345678", "N12345678", "N12345678"),
    ("passport", "АВ 1234567", "AB1234567", "AB1234567"),
    ("phone", "8 (701) 123-45-67 доб. 105", "+77011234567", "+7 701 123 45 67"),
    ("phone", "+7 (7172) 574-600, внутр. 105", "+77172574600", "+7 7172 57 46 00"),
    ("phone", "8~10 7 727 300 00 01", "+77273000001", "+7 727 300 00 01"),
    ("phone", "tel:+7-751-000-00-06", "+77510000006", "+7 751 000 00 06"),
    ("phone", "77011234567.0", "+77011234567", "+7 701 123 45 67"),
    ("vehicle_plate", "KZ 123 abc|02", "123ABC02", "123 ABC 02"),
    ("vehicle_plate", "123 АВ 20", "123AB20", "123 AB 20"),
    ("vehicle_plate", "12ABC01", "12ABC01", "12 ABC 01"),
    ("vehicle_plate", "a123bcd", "A123BCD", "A 123 BCD"),
]

# module, as written, kind of error, reason
INVALID = [
    ("bic", "CASPKZK", InvalidLength, "length"),
    ("bic", "CASPKZKAX", InvalidLength, "length"),
    ("bic", "C1SPKZKA", InvalidFormat, "format"),
    ("bic", "SABRRUMM", InvalidComponent, "country"),
    ("bin", "88054083088", InvalidLength, "format"),
    ("bin", "88O540830884", InvalidFormat, "format"),
    ("bin", "881340830884", InvalidComponent, "month"),
    ("bin", "880040830884", InvalidComponent, "month"),
    ("bin", "880570830884", InvalidComponent, "type"),
    ("bin", "880530830884", InvalidComponent, "type"),
    ("bin", "880544830884", InvalidComponent, "attr"),
    ("bin", "880540830885", InvalidChecksum, "check"),
    ("card", "4111 1111 1111", InvalidLength, "length"),
    ("card", "41111111111111111111", InvalidLength, "length"),
    ("card", "4111 1111 1111 111x", InvalidFormat, "format"),
    ("card", "0000 0000 0000 0000", InvalidComponent, "filler"),
    ("card", "4111 1111 1111 1112", InvalidChecksum, "check"),
    ("document_date", "31.02.2015", InvalidComponent, "date"),
    ("document_date", "29.02.2023", InvalidComponent, "date"),
    ("document_date", "29.02.2100", InvalidComponent, "year"),
    ("document_date", "00.03.2015", InvalidComponent, "date"),
    ("document_date", "12.13.2015", InvalidComponent, "date"),
    ("document_date", "12.00.2015", InvalidComponent, "date"),
    ("document_date", "31.11.2015", InvalidComponent, "date"),
    ("document_date", "12.03.1991", InvalidComponent, "year"),
    ("document_date", "12.03.2061", InvalidComponent, "year"),
    ("document_date", "12 брюмера 2015", InvalidComponent, "month"),
    ("document_date", "позавчера", InvalidFormat, "format"),
    ("document_issuer", "МВД РФ", InvalidComponent, "issuer"),
    ("document_issuer", "Ministry of Finance", InvalidComponent, "issuer"),
    ("driver_license", "99 12 345678", InvalidFormat, "format"),
    ("driver_license", "AB 12345", InvalidFormat, "format"),
    ("driver_license", "AB 123456789", InvalidFormat, "format"),
    ("driver_license", "AB 000000", InvalidComponent, "filler"),
    ("email", "nobody", InvalidFormat, "format"),
    ("email", "@b.kz", InvalidFormat, "format"),
    ("email", ".a@b.kz", InvalidFormat, "format"),
    ("email", "a.@b.kz", InvalidFormat, "format"),
    ("email", "a..b@c.kz", InvalidFormat, "format"),
    ("email", "a@b", InvalidFormat, "format"),
    ("email", "a@-b.kz", InvalidFormat, "format"),
    ("email", "a@b-.kz", InvalidFormat, "format"),
    ("email", "a@b..kz", InvalidFormat, "format"),
    ("email", "a" * 65 + "@b.kz", InvalidLength, "length"),
    ("email", "a@" + "b" * 64 + ".kz", InvalidLength, "length"),
    ("email", "a@" + "b." * 126 + "kz", InvalidLength, "length"),
    ("email", "icon@2x.png", InvalidComponent, "domain"),
    ("email", "a@1.2", InvalidComponent, "domain"),
    ("email", "a@b.k", InvalidComponent, "domain"),
    ("iban", "KZ86125KZT50041001О!", InvalidFormat, "format"),
    ("iban", "DE89370400440532013000", InvalidComponent, "country"),
    ("iban", "KZ86125KZT500410010", InvalidLength, "length"),
    ("iban", "KZ8612AKZT5004100100", InvalidFormat, "format"),
    ("iban", "KZ87125KZT5004100100", InvalidChecksum, "check"),
    ("id_card", "01234567", InvalidLength, "length"),
    ("id_card", "0123456789", InvalidLength, "length"),
    ("id_card", "01234567a", InvalidFormat, "format"),
    ("id_card", "000000000", InvalidComponent, "filler"),
    ("iin", "05031230001", InvalidLength, "format"),
    ("iin", "0503123000١٥", InvalidFormat, "format"),
    ("iin", "050312700015", InvalidComponent, "century"),
    ("iin", "050332300015", InvalidComponent, "date"),
    ("iin", "050312300016", InvalidChecksum, "check"),
    ("iin", "821214240092", InvalidChecksum, "check10"),
    ("mrz", "P<KAZ", InvalidLength, "length"),
    ("passport", "45 10 123456", InvalidFormat, "format"),
    ("passport", "N123456", InvalidFormat, "format"),
    ("passport", "N00000000", InvalidComponent, "filler"),
    ("phone", "unknown", InvalidFormat, "format"),
    ("phone", "+998 90 000 00 01", InvalidComponent, "country"),
    ("phone", "1414", InvalidComponent, "country"),
    ("phone", "+7 701 123 45 6", InvalidLength, "length"),
    ("phone", "+7 703 000 00 01", InvalidComponent, "prefix"),
    ("phone", "+7 916 000 00 01", InvalidComponent, "prefix"),
    ("vehicle_plate", "123ABC", InvalidFormat, "format"),
    ("vehicle_plate", "123 ABCD 02", InvalidFormat, "format"),
    ("vehicle_plate", "123 ABC 00", InvalidComponent, "region"),
    ("vehicle_plate", "123 ABC 21", InvalidComponent, "region"),
]


def module(name: str) -> ModuleType:
    return import_module(f"piiguard.recognizers.checks.{name}")


@pytest.mark.parametrize("name", NAMES)
def test_every_module_has_the_same_five_names(name: str) -> None:
    check = module(name)
    assert {"compact", "validate", "is_valid", "parse", "format"} <= set(check.__all__)
    assert check.__doc__
    assert "Source: " in check.__doc__


@pytest.mark.parametrize(("name", "written", "valid", "printed"), VALID)
def test_what_is_valid(name: str, written: str, valid: str, printed: str) -> None:
    check = module(name)
    assert check.is_valid(written) is True
    assert check.validate(written) == valid
    assert check.format(written) == printed
    assert check.validate(printed) == valid
    assert check.parse(written) == check.parse(printed)


@pytest.mark.parametrize(("name", "written", "error", "reason"), INVALID)
def test_what_is_not_and_why(name: str, written: str, error: type[InvalidNumber], reason: str) -> None:
    check = module(name)
    assert check.is_valid(written) is False
    with pytest.raises(error) as refused:
        check.validate(written)
    assert type(refused.value) is error
    assert refused.value.reason == reason
    assert str(refused.value).startswith(f"{reason}: ")
    assert written not in str(refused.value)
    said = str(refused.value).removeprefix(f"{reason}: ")
    assert said
    assert said != "None"
    assert said[0].islower() or said[0].isdigit()
    assert not said.endswith(".")


@pytest.mark.parametrize("name", NAMES)
@given(text=st.text(alphabet="0123456789 ABKNZКН<+-./@()kz٣²", max_size=48))
def test_any_text_is_judged_and_never_breaks_a_check(name: str, text: str) -> None:
    check = module(name)
    if check.is_valid(text):
        assert check.is_valid(check.validate(text))
        assert check.validate(check.format(text)) == check.validate(text)
    else:
        with pytest.raises(InvalidNumber):
            check.validate(text)
