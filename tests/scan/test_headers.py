"""Column names, as real schemas spell them."""

from __future__ import annotations

import pytest

from piiguard.detect.headers import hints, single_name, treated


@pytest.mark.parametrize(
    ("entity", "names"),
    [
        (
            "KZ_IIN",
            (
                "iin kz_iin iin_bin taxpayer_iin_bin zhsn jsn debtorIin sellerIIN piin uin personal_number "
                "ИИН ЖСН client_iin2 IIN_BIN_POKUP ИИН/БИН"
            ),
        ),
        ("KZ_BIN", "bin kz_bin client_bin company_bin org_bin bsn БСН"),
        (
            "KZ_PHONE",
            (
                "phone phones phone_numbers mobile_phone mob_tel dom_tel rab_tel tel telefon personalPhone "
                "contact_phone sotovyi msisdn uialy Телефон ұялы tel2"
            ),
        ),
        ("EMAIL_ADDRESS", "email e_mail mail pochta poshta emailEnc E-Mail email_address"),
        ("CREDIT_CARD", "card_number cardNumber pan karta nomer_karty"),
        ("IBAN_CODE", "iban iic iik bankAccount bank_account schet shot zhsk"),
        ("KZ_BIC", "bik bic bankBic swift bank_code"),
        (
            "KZ_ID_CARD",
            (
                "doc_number number_doc docNumber doc_series_number idDocNumber id_doc_number idCardNumber "
                "id_card_number employee_id_number udostoverenie nomer_udostovereniya ud_lich dul id_card_kz kualik"
            ),
        ),
        ("KZ_PASSPORT", "passport passportNumber passport_kz pasport_nomer pasport_seriya passport_no"),
        ("KZ_DRIVER_LICENSE", "driver_license license_number vu voditelskoe"),
        ("KZ_MRZ", "mrz mrz1 mrz2 mrz_line"),
        (
            "KZ_DOCUMENT_DATE",
            (
                "docDate date_doc doc_issued_at doc_expires_at idDocIssuedAt idCardIssueDate data_vydachi "
                "pasport_data_vydachi data_vyda4i kogda_vydan dejstvitelen_do srok_deistviya expiry_date"
            ),
        ),
        (
            "KZ_DOCUMENT_ISSUER",
            "docIssuer doc_issued_by idDocIssuedBy idCardIssuerKz issued_by_doc kem_vydan kem_vydana berushi_organ",
        ),
        (
            "PERSON",
            (
                "fio full_name full_name_genitive full_name_latin surname patronymic lastname firstname middlename "
                "familiya imya otchestvo famil otch ot4estvo FAMILIA IMA OTCESTVO patronim SECOND_NAME "
                "Person_Surname Person_Firname Person_Secname patientFullName cardholder_name tegi aty akesinin_aty "
                "Фамилия Отчество ФИО"
            ),
        ),
        (
            "KZ_ADDRESS",
            (
                "adres adres_fakt adres_reg_po_pasporty registrationAddress residentialAddress registration_address "
                "actual_address nasel_punkt ulica streetName mekenzhai мекенжайы Адрес"
            ),
        ),
        (
            "KZ_WORKPLACE",
            (
                "mesto_raboty MestoRaboty dolzhnost DOLZNOST1 workplace employer position OrgJob_Name Post_Name "
                "lauazym stepen zvanie Должность"
            ),
        ),
        ("KZ_VEHICLE_PLATE", "gos_nomer gosnomer grnz plate plate_number car_number kolik_nomiri"),
    ],
)
def test_a_column_is_known_by_its_name(entity: str, names: str) -> None:
    assert [name for name in names.split() if entity not in hints(name)] == []


@pytest.mark.parametrize(
    "name",
    [
        "id",
        "order_number",
        "order_id",
        "created_at",
        "ip_address",
        "mac_address",
        "is_mobile",
        "description",
        "notes",
        "title",
        "quantity",
        "amount",
        "template",
        "binary",
        "cabinet",
        "status",
        "techPassportNumber",
        "panel_id",
        "total",
        "telegram_id",
        "catalog",
    ],
)
def test_other_columns_promise_nothing(name: str) -> None:
    assert hints(name) == frozenset()


def test_words_for_a_treated_column() -> None:
    assert all(
        map(treated, ["iin_hash", "emailEnc", "iin_hmac", "phone_bidx", "iin_encrypted", "pan_masked"])
    )
    assert not any(map(treated, ["iin", "phone", "encounter", "hashtag"]))


def test_one_word_of_a_name_is_told_from_a_whole_one() -> None:
    assert single_name("surname")
    assert single_name("imya")
    assert not single_name("full_name")
    assert not single_name("fio")
