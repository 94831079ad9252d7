"""What a person is looked for by: every spelling is one identifier, and no message holds a part of one."""

from __future__ import annotations

import traceback

import pytest

from piiguard.subjects.identifiers import Identifier, IdentifierError, read

SAME = {
    "iin": ["050312300015", "050312 300015", "050312-300015", " 05 03 12 3 00015 "],
    "phone": [
        "+77011234567",
        "8 701 123 45 67",
        "8(701)123-45-67",
        "7011234567",
        "+7 701 123-45-67, доб. 12",
    ],
    "email": ["ulgi@example.kz", "Ulgi@Example.KZ", " ulgi@EXAMPLE.kz "],
    "key": ["students:7", " students : 7 "],
}
WRONG = {
    "iin": ["5031230001", "0503123000155", "ульги", "٠٥٠٣١٢٣٠٠٠١٥"],
    "phone": ["12345", "айгуль", "+7701"],
    "email": ["ulgi", "@example.kz", "ulgi at example.kz"],
    "key": ["7", "students:", ":7"],
}


@pytest.mark.parametrize("kind", SAME)
def test_every_spelling_is_the_same_identifier(kind: str) -> None:
    assert len({Identifier.of(kind, value) for value in SAME[kind]}) == 1


@pytest.mark.parametrize(
    ("kind", "value"), [(kind, value) for kind, values in WRONG.items() for value in values]
)
def test_what_is_none_is_refused_and_not_repeated(kind: str, value: str) -> None:
    with pytest.raises(IdentifierError) as caught:
        read([f"{kind}={value}"])
    assert value not in f"{caught.value} {caught.value.hint}"
    frames = traceback.TracebackException.from_exception(caught.value, capture_locals=True)
    ours = [
        frame
        for frame in frames.stack
        if "identifiers.py" in frame.filename and "test_" not in frame.filename
    ]
    assert all(value not in text for frame in ours[1:] for text in (frame.locals or {}).values())
    assert caught.value.hint


def test_the_number_is_in_no_repr() -> None:
    assert repr(Identifier.of("iin", "050312300015")) == "<Identifier iin>"


def test_lines_name_their_kind_or_are_of_the_kind_asked_for() -> None:
    kinds = [
        one.kind
        for one in read(["iin = 050312300015", "", "ulgi@example.kz", "PHONE=87011234567"], by="email")
    ]
    assert kinds == ["iin", "email", "phone"]


def test_an_identifier_given_twice_is_one() -> None:
    assert len(read(["phone=87011234567", "phone=+7 701 123 45 67"])) == 1


def test_a_line_without_a_kind_is_refused_by_its_number() -> None:
    with pytest.raises(IdentifierError, match="line 2: no kind"):
        read(["iin=050312300015", "87011234567"])


def test_an_e_mail_address_may_hold_an_equals_sign() -> None:
    (found,) = read(["a=b@example.kz"], by="email")
    assert found == Identifier.of("email", "a=b@example.kz")


def test_a_wrong_check_digit_is_doubtful_and_searched_all_the_same() -> None:
    assert Identifier.of("iin", "050312300016").doubtful
    assert not Identifier.of("iin", "050312300015").doubtful


def test_a_key_names_its_table_and_its_values() -> None:
    found = Identifier.of("key", "hr.staff:kz,7")
    assert (found.table, found.key) == ("hr.staff", ("kz", "7"))
