"""What stands in place of a value."""

from __future__ import annotations

import hashlib
import re

import pytest

from piiguard.detect import Engine
from piiguard.errors import KeyringError
from piiguard.keys import Keyring
from piiguard.redact.choices import OPERATORS, Operator
from piiguard.redact.replacing import normal, replacer

IIN = "050312300015"


def test_mask_keeps_the_shape() -> None:
    assert replacer("mask")("KZ_PHONE", "+7 (701) 123-45-67") == "+7 (7**) ***-**-**"


def test_tag_names_the_entity() -> None:
    assert replacer("tag")("KZ_IIN", IIN) == "<KZ_IIN>"


@pytest.mark.parametrize("operator", ["hash", "pseudonym"])
def test_keyed_operators_need_a_keyring(operator: Operator) -> None:
    with pytest.raises(KeyringError, match=f"the operator {operator} needs a keyring"):
        replacer(operator)


@pytest.mark.parametrize("operator", ["hash", "pseudonym"])
def test_one_value_in_every_spelling_gets_one_replacement(keyring: Keyring, operator: Operator) -> None:
    replace = replacer(operator, keyring)
    assert replace("KZ_IIN", IIN) == replace("KZ_IIN", "050312 300015") == replace("KZ_IIN", "050312-300015")
    assert replace("KZ_PHONE", "87011234567") == replace("KZ_PHONE", "+7 (701) 123-45-67")
    assert replace("EMAIL_ADDRESS", "A@b.kz") == replace("EMAIL_ADDRESS", "a@B.kz")
    assert replace("KZ_IIN", IIN) != replace("KZ_BIN", IIN)


@pytest.mark.parametrize("operator", ["hash", "pseudonym"])
@pytest.mark.parametrize(
    ("entity", "value"),
    [("KZ_IIN", IIN), ("KZ_IIN", "001231300012"), ("KZ_BIN", "090140000012"), ("KZ_ID_CARD", "035001239")],
)
def test_a_number_that_lost_its_zeros_is_the_same_person(
    keyring: Keyring, operator: Operator, entity: str, value: str
) -> None:
    replace = replacer(operator, keyring)
    assert replace(entity, value.lstrip("0")) == replace(entity, value)
    assert replace(entity, f"1{value[1:]}") != replace(entity, value)


def test_hash_is_no_plain_hash(keyring: Keyring) -> None:
    told = replacer("hash", keyring)("KZ_IIN", IIN)
    assert re.fullmatch(r"<KZ_IIN#1\.[a-z2-7]{16}>", told)
    for name in ("md5", "sha1", "sha256", "blake2b"):
        digest = hashlib.new(name, IIN.encode())
        assert digest.hexdigest()[:8] not in told


@pytest.mark.parametrize("operator", OPERATORS)
def test_no_replacement_is_found_again(keyring: Keyring, operator: Operator) -> None:
    replace, engine = replacer(operator, keyring), Engine()
    for entity, value in [
        ("KZ_IIN", IIN),
        ("KZ_PHONE", "+7 701 123 45 67"),
        ("CREDIT_CARD", "4111 1111 1111 1111"),
    ]:
        found = engine.find(f"ИИН, тел., карта: {replace(entity, value)}")
        assert [match.entity for match in found if match.entity.startswith(("KZ_", "CREDIT"))] == []


def test_names_keep_their_case_and_lose_their_blanks() -> None:
    assert normal("PERSON", " Сынақов \t Үлгі ") == "Сынақов Үлгі"
    assert normal("KZ_PASSPORT", "n 12345678") == normal("KZ_PASSPORT", "N12345678")
