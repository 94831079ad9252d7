"""The third corpus is what it says: counted, well marked, its numbers right by arithmetic of its own, its halves apart."""

import re
import string
from collections import Counter

import phonenumbers
import pytest

from benchmarks.detection.third import GENRES, HALVES, Document, documents

ENTITIES = {
    "PERSON", "KZ_IIN", "KZ_BIN", "KZ_PHONE", "EMAIL_ADDRESS", "CREDIT_CARD", "IBAN_CODE", "KZ_BIC", "KZ_ID_CARD",
    "KZ_PASSPORT", "KZ_DRIVER_LICENSE", "KZ_MRZ", "KZ_DOCUMENT_DATE", "KZ_DOCUMENT_ISSUER", "KZ_VEHICLE_PLATE",
    "KZ_ADDRESS", "KZ_WORKPLACE", "KZ_BIRTH_DATE", "IP_ADDRESS", "USERNAME",
}  # fmt: skip
NUMBERS = ENTITIES - {
    "PERSON", "KZ_BIC", "KZ_DOCUMENT_DATE", "KZ_DOCUMENT_ISSUER", "KZ_WORKPLACE", "KZ_BIRTH_DATE", "IP_ADDRESS", "USERNAME",
}  # fmt: skip
WEIGHTS = (range(1, 12), (3, 4, 5, 6, 7, 8, 9, 10, 11, 1, 2))
VALUES = dict(zip(string.digits + string.ascii_uppercase + "<", [*range(36), 0], strict=True))


def marked(half: str, entity: str | None = None) -> list[tuple[str, str]]:
    return [
        (span.entity, document.text[span.start : span.end])
        for document in documents(half)
        for span in document.spans
        if span.entity and entity in (None, span.entity)
    ]


def digits(value: str) -> str:
    return re.sub(r"[^0-9]", "", value)


def twelve(value: str) -> bool:
    """Compare the last digit with the sum of the others, weighed anew where it comes to ten."""
    number = digits(value).zfill(12)
    sums = [sum(int(d) * w for d, w in zip(number, row, strict=False)) % 11 for row in WEIGHTS]
    return len(number) == 12 and next((s for s in sums if s < 10), None) == int(number[-1])


def luhn(value: str) -> bool:
    doubled = [int(d) * (1 + i % 2) for i, d in enumerate(reversed(digits(value)))]
    return sum(d - 9 * (d > 9) for d in doubled) % 10 == 0


def account(value: str) -> bool:
    plain = re.sub(r"\s", "", value).upper()
    return len(plain) == 20 and int("".join(str(VALUES[c]) for c in plain[4:] + plain[:4])) % 97 == 1


def checked(data: str, check: str) -> bool:
    return bool(sum(VALUES[c] * (7, 3, 1)[i % 3] for i, c in enumerate(data)) % 10 == int(check))


def zone(value: str) -> bool:
    lines = re.split(r"\\n|\n|\|", value)
    if [len(line) for line in lines] == [30, 30, 30]:
        one, two = lines[:2]
        whole = one[5:] + two[:7] + two[8:15] + two[18:29]
        parts = [(one[5:14], one[14]), (two[:6], two[6]), (two[8:14], two[14]), (whole, two[29])]
        return twelve(one[15:27]) and all(checked(*part) for part in parts)
    assert [len(line) for line in lines] == [44, 44]
    two = lines[1]
    whole = two[:10] + two[13:20] + two[21:43]
    parts = [
        (two[:9], two[9]),
        (two[13:19], two[19]),
        (two[21:27], two[27]),
        (two[28:42], two[42]),
        (whole, two[43]),
    ]
    return twelve(two[28:40]) and all(checked(*part) for part in parts)


CHECKS = {"KZ_IIN": twelve, "KZ_BIN": twelve, "CREDIT_CARD": luhn, "IBAN_CODE": account, "KZ_MRZ": zone}


@pytest.mark.parametrize("half", HALVES)
def test_a_half_has_75_documents_and_50_negatives_in_12_genres(half: str) -> None:
    counted = Counter(document.negative for document in documents(half))
    assert counted == {False: 75, True: 50}
    assert {document.genre for document in documents(half)} == set(GENRES)
    assert len(GENRES) == 12


def test_the_halves_have_the_same_genres_and_languages() -> None:
    def kinds(half: str) -> Counter[tuple[str, str, bool]]:
        return Counter((d.genre, d.language, d.negative) for d in documents(half))

    assert kinds("read") == kinds("unread")


@pytest.mark.parametrize("half", HALVES)
def test_documents_are_of_5_to_25_lines_and_marks_are_whole(half: str) -> None:
    for document in documents(half):
        assert 5 <= document.text.count("\n") + 1 <= 25
        assert not set("⟦⟧") & set(document.text)
        assert well_marked(document)


def well_marked(document: Document) -> bool:
    entities = {span.entity for span in document.spans}
    trimmed = all(
        (value := document.text[s.start : s.end]) and value == value.strip() for s in document.spans
    )
    return trimmed and entities <= ENTITIES | {""} and bool(entities - {""}) is not document.negative


@pytest.mark.parametrize("half", HALVES)
def test_every_entity_has_values(half: str) -> None:
    assert {entity for entity, _ in marked(half)} == ENTITIES


@pytest.mark.parametrize("half", HALVES)
@pytest.mark.parametrize("entity", CHECKS)
def test_numbers_have_right_check_digits(half: str, entity: str) -> None:
    assert all(CHECKS[entity](value) for _, value in marked(half, entity))


@pytest.mark.parametrize("half", HALVES)
def test_phones_are_numbers_of_the_country(half: str) -> None:
    numbers = [phonenumbers.parse(value, "KZ") for _, value in marked(half, "KZ_PHONE")]
    assert all(phonenumbers.is_valid_number_for_region(number, "KZ") for number in numbers)


@pytest.mark.parametrize("half", HALVES)
def test_births_are_of_the_first_decade_of_the_century(half: str) -> None:
    numbers = [digits(value).zfill(12) for _, value in marked(half, "KZ_IIN")]
    assert all(number[0] == "0" and number[6] in "34" for number in numbers)
    assert all(re.search(r"190[0-9]|/0[0-9]$", value) for _, value in marked(half, "KZ_BIRTH_DATE"))


def test_halves_share_no_number_no_name_and_no_line() -> None:
    numbers = [
        digits(v) or v
        for half in HALVES
        for e, v in marked(half)
        if e in NUMBERS - {"KZ_ADDRESS", "EMAIL_ADDRESS"}
    ]
    assert [n for n, count in Counter(numbers).items() if count > 1 and len(n) > 6] == []
    for entity in ("PERSON", "EMAIL_ADDRESS", "KZ_ADDRESS", "USERNAME"):
        read, unread = ({value for _, value in marked(half, entity)} for half in HALVES)
        assert read & unread == set()
    read, unread = (
        {line for d in documents(half) for line in d.text.split("\n") if len(line) > 30} for half in HALVES
    )
    assert read & unread == set()
