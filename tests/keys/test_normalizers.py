"""What the blind index takes as equal, in three scripts."""

from __future__ import annotations

import datetime
import string
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from piiguard.errors import ManifestError, NotIndexable
from piiguard.keys.normalizers import Normalizer, editions, names, newest, normalize, normalizer_for

LABELS = [*(one.label for name in names() for one in editions(name)), "prefix:2"]


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("exact", "Асан ", "Асан "),
        ("exact", b"\xff\x00", b"\xff\x00"),
        ("exact", "", None),
        ("exact", 7, "7"),
        ("digits", "050312 300017", "050312300017"),
        ("digits", "050312300017", "050312300017"),
        ("digits", "ИИН № 0503-1230-0017", "050312300017"),
        ("digits", "٠١٢", None),
        ("digits", "---", None),
        ("digits", b"05-03", "0503"),
        ("phone", "+7 701 123 45 67", "+77011234567"),
        ("phone", "8 (701) 123-45-67", "+77011234567"),
        ("phone", "7011234567", "+77011234567"),
        ("phone", "77011234567", "+77011234567"),
        ("phone", "8~10 44 20 7946 0000", "+442079460000"),
        ("phone", "00 7 701 123 45 67", "+77011234567"),
        ("phone", " +44 20 7946 0000", "+442079460000"),
        ("phone", "112", "112"),
        ("phone", "27011234567", "27011234567"),
        ("phone", "1701123456", "1701123456"),
        ("phone", "+", None),
        ("phone", "нет", None),
        ("email", "  Asan.Synaqov+Tag@Example.KZ ", "asan.synaqov+tag@example.kz"),
        ("email", "ӘСЕМ@пример.қаз", "әсем@пример.қаз"),
        ("name", "СЫНАҚОВ  Асан-Әлі", "сынақов асан әлі"),
        ("name", "Сынақов\u2010Үлгі", "сынақов үлгі"),
        ("name", "SYNAQOV İLYAS", "synaqov ilyas"),
        ("name", "Synaqov Ilyas", "synaqov ilyas"),
        ("name", "synaqov ılyas", "synaqov ilyas"),
        ("name", " - ", None),
        ("upper", " n123456 ", "N123456"),
        ("upper", "қ1", "Қ1"),
        ("last4", "4000 0000 0000 1234", "1234"),
        ("last4", "123", None),
        ("domain", "asan@Example.kz", "example.kz"),
        ("domain", "нет", None),
        ("domain", '"a@b.kz"@example.kz', "example.kz"),
        ("year", "12.03.1905", "1905"),
        ("year", datetime.date(1905, 3, 12), "1905"),
        ("year", "нет", None),
        ("prefix:3", "СЫНАҚОВ", "сын"),
        ("prefix:3", "", None),
    ],
)
def test_normalized(name: str, value: Any, expected: Any) -> None:
    assert normalize(name, value) == expected


@pytest.mark.parametrize("name", LABELS)
def test_nothing_stays_nothing(name: str) -> None:
    assert normalize(name, None) is None


@pytest.mark.parametrize("name", LABELS)
def test_normalizing_twice_changes_nothing_and_any_text_is_taken(name: str) -> None:
    @given(st.text())
    def settles(text: str) -> None:
        try:
            once = normalize(name, text)
        except NotIndexable:
            return
        if once is not None and name not in ("domain/1", "phone/1"):
            assert normalize(name, once) == once

    settles()


@pytest.mark.parametrize(
    ("name", "lossy"),
    [("digits", False), ("last4", True), ("domain", True), ("year", True), ("prefix:2", True)],
)
def test_a_lossy_one_says_so(name: str, lossy: bool) -> None:
    assert normalizer_for(name).lossy is lossy


def test_the_label_carries_the_version() -> None:
    assert normalizer_for("digits").label == "digits/1"
    assert normalizer_for("digits/1") is normalizer_for("digits")
    assert normalizer_for("prefix:3").label == "prefix:3/1"


@pytest.mark.parametrize(
    "name", ["digit", "digits/3", "digits/0", "upper/2", "prefix:", "prefix:0", "prefix:-1", "prefix:³", ""]
)
def test_an_unknown_one_names_the_known_ones(name: str) -> None:
    with pytest.raises(ManifestError, match="unknown normalizer") as caught:
        normalizer_for(name)
    assert "digits" in caught.value.hint


def test_one_of_your_own_is_found_through_its_entry_point(monkeypatch: pytest.MonkeyPatch) -> None:
    import importlib.metadata

    mine = Normalizer("mine", lambda value: str(value)[::-1])

    class Point:
        def load(self) -> Normalizer:
            return mine

    def points(*, group: str, name: str) -> list[Point]:
        return [Point()] if (group, name) == ("piiguard.normalizers", "reversed") else []

    monkeypatch.setattr(importlib.metadata, "entry_points", points)
    assert normalize("reversed", "абв") == "вба"
    assert normalizer_for("reversed").label == "reversed/1"
    assert normalizer_for(mine) is mine


SAME = {
    "digits/2": [("050312 300017", "ИИН № 0503-1230-0017")],
    "email/2": [
        (" Ulgi@Example.KZ ", "ulgi@example.kz"),
        ("ӘСЕМ@пример.қаз", "әсем@Пример.Қаз"),
        ("a@xn--80akhbyknj4f", "a@ИСПЫТАНИЕ"),
        ("a@испытание。kz", "a@испытание.kz."),
        ("\u0439@x.kz", "\u0438\u0306@x.kz"),
    ],
    "phone/2": [
        ("+8 701 123 45 67", "+7 701 123 45 67"),
        ("8 701 123 45 67", "+7 (701) 123-45-67"),
        ("87011234567;ext=12", "7011234567"),
        ("8 7172 57-46-00 доб. 105", "+77172574600"),
        ("8 7172 57-46-00, ішкі 5", "+77172574600 #5"),
        ("+7 7172 574600 (ext. 12)", "+77172574600"),
        ("8~10 7 7172 57 46 00", "+7 7172 574600"),
        ("00 44 20 7946 0000", "+44 20 7946 0000"),
        ("(+7 701) 123 45 67", "7011234567"),
        ("%2B7 701 123 45 67", "7011234567"),
    ],
    "name/2": [
        ("Алёна", "АЛЕНА"),
        ("Е\u0308лка", "елка"),
        ("О’Коннор", "о'коннор"),
        ("Oʼzbek", "o`ZBEK"),
        ("Сын\u200bақ\u00adов", "сынақов"),
        ("\ufeffҮлгі\u200e", "үлгі"),
        ("Сынақов\u2010Үлгі", "сынақов  үлгі"),
        ("İlyas", "Ilyas"),
    ],
    "exact/2": [
        (Decimal("1.1"), Decimal("1.100")),
        (Decimal(0), Decimal("-0.00")),
        (Decimal("1E+3"), Decimal(1000)),
        (7, Decimal("7.0")),
        (0.0, -0.0),
        (Decimal("1E-400"), Decimal("10E-401")),
        (
            datetime.datetime(1905, 3, 12, 12, tzinfo=datetime.UTC),
            datetime.datetime(1905, 3, 12, 17, tzinfo=datetime.timezone(datetime.timedelta(hours=5))),
        ),
        (
            datetime.datetime(1, 1, 1, 0, tzinfo=datetime.timezone(datetime.timedelta(hours=5))),
            datetime.datetime(1, 1, 1, 1, tzinfo=datetime.timezone(datetime.timedelta(hours=6))),
        ),
        (
            datetime.datetime(9999, 12, 31, 23, tzinfo=datetime.timezone(datetime.timedelta(hours=-5))),
            datetime.datetime(9999, 12, 31, 22, tzinfo=datetime.timezone(datetime.timedelta(hours=-6))),
        ),
    ],
}
APART = {
    "email/2": [
        ("straße@x.kz", "strasse@x.kz"),
        ("\u017f@x.kz", "s@x.kz"),
        ("\u212a@x.kz", "k@x.kz"),
        ("\ufb01@x.kz", "fi@x.kz"),
        ("a@straße.kz", "a@strasse.kz"),
        ("a.b@x.kz", "ab@x.kz"),
        ("a+b@x.kz", "a@x.kz"),
        ("\u0130@x.kz", "i@x.kz"),
        ("\u00df@x.kz", "\u1e9e@x.kz"),
        ("\u03c3@x.kz", "\u03c2@x.kz"),
        ("\uff41@x.kz", "a@x.kz"),
    ],
    "phone/2": [
        ("810 1234 5678", "+7 101 234 56 78"),
        ("+84 95 123 4567", "+7 495 123 45 67"),
        ("+86 10 1234 5678", "8 610 123 45 67"),
        ("8 701 123 45 67", "8 701 123 45 68"),
        ("+870 773 123 456", "8 707 731 234 56"),
    ],
    "name/2": [
        ("Қайрат", "Кайрат"),
        ("Ілияс", "Илияс"),
        ("\u0456", "i"),
        ("Үлгі", "Улгі"),
        ("Ұлан", "Үлан"),
        ("Ғани", "Гани"),
        ("Өмір", "Омір"),
        ("Әлі", "Алі"),
        ("Йод", "Иод"),
        ("Сынак", "Сынаков"),
    ],
    "exact/2": [
        (Decimal("0.1"), Decimal("0.10000001")),
        (True, 1),
        ("1.0", "1"),
        (Decimal("1E+200"), Decimal("1E+201")),
    ],
}


@pytest.mark.parametrize(("label", "pairs"), SAME.items())
def test_what_a_person_takes_for_one_value_has_one_form(label: str, pairs: list[tuple[Any, Any]]) -> None:
    for one, other in pairs:
        assert normalize(label, one) == normalize(label, other) != None


@pytest.mark.parametrize(("label", "pairs"), APART.items())
def test_what_belongs_to_two_has_two_forms(label: str, pairs: list[tuple[Any, Any]]) -> None:
    for one, other in pairs:
        assert normalize(label, one) != normalize(label, other)


@pytest.mark.parametrize("label", ["digits/2", "phone/2"])
@pytest.mark.parametrize("sign", ["\u0660", "\uff15", "\u0966", "\U0001d7ce", "²"])
def test_a_digit_of_another_script_is_refused_without_being_shown(label: str, sign: str) -> None:
    with pytest.raises(NotIndexable) as caught:
        normalize(label, f"0{sign}0312300017")
    assert sign not in str(caught.value)
    assert "0312" not in str(caught.value)


@given(st.decimals(allow_nan=False, allow_infinity=False, places=None), st.integers(0, 30))
def test_equal_numbers_have_one_form_and_unequal_ones_two(number: Decimal, zeros: int) -> None:
    sign, figures, power = number.as_tuple()
    wider = Decimal((sign, (*figures, *(0,) * zeros), int(power) - zeros))
    assert normalize("exact/2", number) == normalize("exact/2", wider)
    assert Decimal(str(normalize("exact/2", number))) == number


@given(st.text(alphabet=string.ascii_letters + string.digits + ".+_-", min_size=1))
def test_mailboxes_of_ascii_differ_by_more_than_case(mailbox: str) -> None:
    assert normalize("email/2", f"{mailbox}@Example.kz") == f"{mailbox.lower()}@example.kz"


@given(st.text(), st.text())
def test_mailboxes_that_meet_are_one_text_but_for_case_and_composition(one: str, other: str) -> None:
    first, second = (normalize("email/2", f"{text}x@x.kz") for text in (one, other))
    if first == second:
        assert normalize("email", f"{one}x@x.kz") == normalize("email", f"{other}x@x.kz")


def test_a_name_without_a_number_is_the_first_edition_and_a_new_entry_has_the_newest() -> None:
    for name in names():
        assert normalizer_for(name).label == f"{name}/1"
    assert {name: newest(name) for name in names()} == {
        "exact": "exact/2",
        "digits": "digits/2",
        "phone": "phone/2",
        "email": "email/2",
        "name": "name/2",
        "upper": "upper/1",
        "last4": "last4/1",
        "domain": "domain/1",
        "year": "year/1",
    }
